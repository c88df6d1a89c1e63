//  Random changes, right and wrong ones, told to the ledger and to a plain model of it.

import Foundation
import Records
import TestSupport
import Testing

@testable import Ledgers

/// The ledger's rules once more, without a database: dictionaries that are copied, changed and then looked over.
private struct Model {
    struct File: Equatable {
        var state: FileState
        var version: Int64?
        var digest: String?
        var original: String?
        var counting: Int64?
        var retracted: String?
        var reason: String
    }

    struct Interval: Equatable {
        var version: Int64
        var from: Int
        var to: Int?
    }

    struct Step: Equatable {
        var from: FileState?
        var to: FileState
    }

    /// Version n is at n - 1.
    var versions: [NewVersion] = []
    var files: [String: File] = [:]
    /// What counted at each generation.
    var generations: [Set<Int64>] = [[]]
    var steps: [String: [Step]] = [:]
    /// What is taken out of each name.
    var retracted: [String: Set<String>] = [:]

    /// The table of LedgerFileState.swift: rows are before, columns after.
    static let table: [String: String] = [
        //            new waiting folded duplicate held failed retracted
        "unseen": "1111111", "new": "-111111", "waiting": "1111111", "folded": "1111111", "duplicate": "1111111",
        "held": "-111111", "failed": "1111111", "retracted": "-111111",
    ]
    static let columns: [FileState] = [.new, .waiting, .folded, .duplicate, .held, .failed, .retracted]

    static func allows(_ from: FileState?, _ to: FileState) -> Bool {
        let row = Array(table[from?.rawValue ?? "unseen"]!)
        return row[columns.firstIndex(of: to)!] == "1"
    }

    func digest(_ version: Int64) -> String { versions[Int(version) - 1].facts.digest }

    func names(counting content: String) -> [String] {
        files.filter { $0.value.counting.map(digest) == content }.map(\.key).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
    }

    /// Does what the change says, or nothing and returns false.
    mutating func apply(_ change: CommitChange) -> Bool {
        var copy = self
        guard copy.change(change) else { return false }
        self = copy
        return true
    }

    private mutating func change(_ change: CommitChange) -> Bool {
        let added = versions.count
        versions += change.versions
        if Set(change.files.map(\.name)).count < change.files.count { return false }
        for decision in change.decisions {
            switch decision.kind {
            case .retract: retracted[decision.name, default: []].insert(decision.digest)
            case .restore: retracted[decision.name]?.remove(decision.digest)
            case .accept: break
            }
        }
        var started: [String] = []
        for file in change.files {
            let old = files[file.name]
            let state = file.status.state
            if !Self.allows(old?.state, state) || (old == nil && file.location == nil) { return false }
            if [.waiting, .held, .failed].contains(state) && file.reason.isEmpty { return false }
            var new = File(state: state, counting: old?.counting, retracted: old?.retracted, reason: file.reason)
            switch file.status.version {
            case .existing(let id): new.version = id.rawValue
            case .added(let index): new.version = Int64(added + index + 1)
            case nil: break
            }
            if let id = new.version {
                guard id > 0, id <= versions.count, versions[Int(id) - 1].facts.name == file.name else { return false }
                new.digest = digest(id)
            }
            let out = retracted[file.name] ?? []
            if let last = new.retracted, !out.contains(last) { new.retracted = nil }
            switch file.status {
            case .folded:
                new.counting = new.version
            case .duplicate(let original, let content, _):
                if let digest = new.digest, digest != content { return false }
                new.digest = content
                new.original = original
                new.counting = nil
            case .retracted(let content, _):
                if let digest = new.digest, digest != content { return false }
                new.digest = content
                if !out.contains(content) { return false }
                new.retracted = content
                new.counting = nil
            case .held: if case .nothing = file.gives { new.counting = nil }
            case .new, .waiting, .failed:
                new.digest = nil
                if case .nothing = file.gives { new.counting = nil }
            }
            // A name claims what counts under it, and what it repeats.
            var claims = [new.counting].compactMap { $0 }
            if state == .duplicate { claims += [new.version].compactMap { $0 } }
            if claims.contains(where: { out.contains(digest($0)) }) { return false }
            if new.counting != nil && new.counting != old?.counting { started.append(file.name) }
            files[file.name] = new
            steps[file.name, default: []].append(Step(from: old?.state, to: state))
        }
        if !change.countsDuplicates {
            for name in started where names(counting: files[name]!.digest!).count > 1 { return false }
        }
        for (name, file) in files where file.state == .duplicate {
            let holders = names(counting: file.digest!)
            if holders.contains(file.original!) { continue }
            if change.files.contains(where: { $0.name == name }) { return false }
            guard let heir = holders.first else { return false }
            files[name]!.original = heir
            files[name]!.reason = file.reason
            steps[name]!.append(Step(from: .duplicate, to: .duplicate))
        }
        let now = Set(files.values.compactMap(\.counting))
        if now != generations.last! { generations.append(now) }
        return true
    }
}

@Suite struct LedgerModelTests {
    /// Changes of one to three files, a good part of them forbidden.
    private func randomChange(
        _ run: RunID, _ model: Model, _ serial: inout Int, _ random: inout Dice
    ) -> CommitChange {
        let names = ["a.json", "b'\".json", "c\n.json", "dt=2022-04-01/d📺.json", "E.json", "f.json", "g.json"]
        var change = CommitChange(run: run)
        change.countsDuplicates = Int.random(in: 0..<6, using: &random) == 0
        for _ in 0..<[1, 1, 1, 2, 2, 3].randomElement(using: &random)! {
            let name = names.randomElement(using: &random)!
            let date = name.contains("dt=") ? "2022-04-01" : nil
            let old = model.files[name]
            let own = model.versions.indices.filter { model.versions[$0].facts.name == name }
            func reference() -> VersionReference {
                switch Int.random(in: 0..<20, using: &random) {
                case 0: return .existing(VersionID(.random(in: 0...Int64(model.versions.count + 1), using: &random)))
                case 1..<8 where !own.isEmpty:
                    return .existing(VersionID(Int64(own.randomElement(using: &random)! + 1)))
                default:
                    serial += 1
                    let content = Int.random(in: 1...9, using: &random)
                    return change.add(newVersion(name, content: content, partial: "\(serial).parquet", date: date))
                }
            }
            // Of versions that count, so that it is a real duplicate; sometimes of anything.
            func original() -> (String, String) {
                let counting = model.files.filter { $0.value.counting != nil && $0.key != name }
                if let other = counting.sorted(by: { $0.key < $1.key }).randomElement(using: &random),
                    Int.random(in: 0..<8, using: &random) > 0
                {
                    return (other.key, model.digest(other.value.counting!))
                }
                return (names.randomElement(using: &random)!, digest(.random(in: 1...9, using: &random)))
            }
            let status: FileStanding<VersionReference>
            switch Int.random(in: 0..<12, using: &random) {
            case 0: status = .new
            case 1: status = .waiting
            case 2: status = .failed(RecordTally(folded: 3, ignored: 1, rejected: 1, coerced: 1))
            case 3: status = .held(reference())
            case 4, 5:
                let (of, content) = original()
                let version = model.versions.firstIndex { $0.facts.name == name && $0.facts.digest == content }
                status = .duplicate(
                    of: of, digest: content, version.map { .existing(VersionID(Int64($0 + 1))) })
            case 6, 7:
                if let counting = old?.counting {
                    status = .retracted(digest: model.digest(counting), .existing(VersionID(counting)))
                } else {
                    status = .retracted(digest: digest(.random(in: 1...9, using: &random)), nil)
                }
            default: status = .folded(reference())
            }
            change.files.append(
                FileChange(
                    name, status,
                    at: old == nil || Bool.random(using: &random)
                        ? location(name, date: date, inode: UInt64(serial)) : nil,
                    reason: Int.random(in: 0..<20, using: &random) == 0 ? "" : "step \(serial)",
                    gives: Int.random(in: 0..<15, using: &random) == 0 ? .nothing(.lost) : .asBefore))
            if case .retracted(let digest, _) = status, Int.random(in: 0..<15, using: &random) > 0 {
                change.decisions.append(ContentDecision(.retract, name, digest: digest))
            } else if let digest = model.retracted[name]?.sorted().randomElement(using: &random),
                Int.random(in: 0..<3, using: &random) == 0
            {
                change.decisions.append(ContentDecision(.restore, name, digest: digest))
            }
        }
        return change
    }

    private func compare(_ ledger: Ledger, _ model: Model) throws {
        let files = try ledger.files()
        #expect(files.map(\.name) == model.files.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        for file in files {
            var original: String?
            if case .duplicate(let name, _, _) = file.status { original = name }
            let found = Model.File(
                state: file.state, version: file.status.version?.rawValue, digest: file.digest, original: original,
                counting: file.counting?.rawValue, retracted: file.retractedDigest, reason: file.reason)
            #expect(found == model.files[file.name])
        }
        #expect(try ledger.generation == model.generations.count - 1)
        #expect(try Set(ledger.countingVersions().map(\.id.rawValue)) == model.generations.last)
    }

    private func compareHistory(_ ledger: Ledger, _ model: Model, _ random: inout Dice) throws {
        #expect(try ledger.check() == [])
        #expect(try ledger.versions().map(\.facts) == model.versions.map(\.facts))
        for (name, steps) in model.steps {
            let found = try ledger.history(of: name).transitions.map { Model.Step(from: $0.from, to: $0.to) }
            #expect(found == steps)
        }
        for _ in 0..<10 {
            let old = Int.random(in: model.generations.indices, using: &random)
            let new = Int.random(in: model.generations.indices, using: &random)
            let changes = try ledger.changes(from: old, to: new)
            #expect(
                changes.added.map(\.rawValue) == model.generations[new].subtracting(model.generations[old]).sorted())
            #expect(
                changes.removed.map(\.rawValue) == model.generations[old].subtracting(model.generations[new]).sorted())
            let counting = try ledger.countingVersions(at: new)
            #expect(Set(counting.map(\.id.rawValue)) == model.generations[new])
            let keys = counting.map { ($0.facts.date == nil ? "~" : $0.facts.date!) + "\0" + $0.facts.name }
            #expect(keys == keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
            var sums: [[String?]: BreakdownSum] = [:]
            for id in model.generations[new] {
                let version = model.versions[Int(id) - 1]
                for part in version.breakdown {
                    let key = [version.facts.date, part.label]
                    sums[key, default: BreakdownSum(label: part.label, records: 0, sum: 0)].records += part.records
                    sums[key]!.sum += part.sum
                }
            }
            let found = try ledger.datedBreakdown(at: new)
            #expect(found.count == sums.count)
            for sum in found {
                #expect(
                    sums[[sum.date, sum.label]] == BreakdownSum(label: sum.label, records: sum.records, sum: sum.sum))
            }
        }
    }

    @Test(arguments: [UInt64(1), 2, 3]) func theLedgerIsItsModel(seed: UInt64) throws {
        let folder = try TestFolder()
        var random = Dice(seed: seed)
        var ledger: Ledger? = try Ledger.test(folder.ledger, .create)
        var run = try ledger!.testRun()
        var model = Model()
        var serial = 0
        var accepted = 0
        let steps = 1200
        for step in 1...steps {
            let change = randomChange(run, model, &serial, &random)
            let wanted = model.apply(change)
            var refusal: LedgerError?
            do throws(LedgerError) { try ledger!.commit(change) } catch { refusal = error }
            if case .refused? = refusal {
                try #require(!wanted, "step \(step): \(refusal!), \(change)")
            } else {
                try #require(refusal == nil, "step \(step)")
                try #require(wanted, "step \(step) was not refused: \(change)")
                accepted += 1
            }
            try compare(ledger!, model)
            if step % 200 == 0 {
                try compareHistory(ledger!, model, &random)
                ledger = nil
                ledger = try Ledger.test(folder.ledger, .write)
                run = try ledger!.testRun()
                try compare(ledger!, model)
            }
        }
        #expect(accepted > steps / 5 && accepted < steps * 9 / 10, "\(accepted) of \(steps) accepted")
    }

    @Test func theTableInTheCodeIsTheTableInTheText() {
        for from in [nil] + FileState.allCases {
            for to in FileState.allCases {
                #expect((from?.next ?? FileState.first).contains(to) == Model.allows(from, to), "\(from as Any) \(to)")
            }
        }
    }
}
