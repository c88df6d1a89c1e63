//  A naive model of what ought to count, and a world that goes through the same.
//
//  The model is the law itself (docs/decisions.md): what counts is a function of the contents that were found under each
//  name, in the order in which they were found there, of the decisions and of the settings. It knows nothing of ledgers,
//  versions, partials and crashes, adds up records with dictionaries, and works everything out afresh for each comparison.

import DurableIO
import FaultInjection
import Foundation
import TestSupport
import Testing

@testable import Operations

/// A content: its records, and whether too many of its lines are broken.
struct Content: Hashable, CustomStringConvertible {
    var number: Int
    var isBad: Bool

    var description: String { "\(number)\(isBad ? "!" : "")" }
    private static let apps = ["CHANNEL", "VOD", "SPORT", "OTHER"]

    /// One of them has a garbled duration, so large that not two of it fit.
    var isHuge: Bool { number >= 10 }

    var records: [(contract: String, app: String, seconds: Int)] {
        (0..<4).map { i in
            let n = number * 17 + i * 5
            let seconds = isHuge && i == 1 ? Int.max - 1000 * number : n * 37 % 900
            return ("C\(n % 6)", Self.apps[(number + i) % 4], seconds)
        }
    }

    var text: String {
        let lines = records.map {
            #"{"Contract":"\#($0.contract)","AppName":"\#($0.app)","TotalDuration":\#($0.seconds)}"#
        }
        return lines.joined(separator: "\n") + "\n" + (isBad ? "broken \(number)\n" : "")
    }

    /// Sum of all seconds, which are not negative.
    var magnitude: Int128 { records.reduce(0) { $0 + Int128($1.seconds) } }
}

/// Something that happens to one name, or to the settings (name "").
struct Event: CustomStringConvertible {
    enum Kind {
        case holds(Content)
        /// What lies there ends inside a record.
        case cut
        case removed
        case decided(Decision)
        case reprocessed
        /// `duplicates: count`, and the share of rejected records that is taken.
        case settings(countsDuplicates: Bool, ratio: String)
        /// A content comes, and the run that finds it dies at some call.
        case crash(Content)
    }

    var name: String
    var kind: Kind
    var wantsRun = true

    var description: String { "\(name.isEmpty ? "settings" : name) \(kind)" }
}

/// What ought to count.
struct Model {
    /// Whole contents that were found under each name, in order.
    var found: [String: [Content]] = [:]
    /// Names where what lies there is not whole.
    var torn: Set<String> = []
    var accepted: Set<Content> = []
    var retracted: [String: Set<Content>] = [:]
    var countsDuplicates = false
    var takesBad = false
    /// Whether anything ever counted: reports exist from then on.
    var hasCounted = false

    static func day(_ name: String) -> String? {
        let digits = name.prefix(8)
        guard digits.count == 8, digits.allSatisfy(\.isNumber) else { return nil }
        return "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.suffix(2))"
    }

    func isHeld(_ content: Content) -> Bool { content.isBad && !takesBad && !accepted.contains(content) }
    func isRetracted(_ content: Content, _ name: String) -> Bool { retracted[name]?.contains(content) ?? false }

    /// What lies under a name, when it is whole.
    func present(_ name: String) -> Content? { torn.contains(name) ? nil : found[name]?.last }

    /// Whether a content lies there that is held and was not taken out by hand.
    func isHeldOpenly(_ name: String) -> Bool {
        present(name).map { isHeld($0) && !isRetracted($0, name) } ?? false
    }

    func claim(_ name: String) -> Content? {
        let taken = found[name]?.last { !isHeld($0) }
        return taken.flatMap { isRetracted($0, name) ? nil : $0 }
    }

    /// The names that count, with what.
    var counting: [(name: String, content: Content)] {
        func key(_ name: String) -> (Int, Int, String) { (Self.day(name) == nil ? 1 : 0, name.utf8.count, name) }
        let claims = found.keys.compactMap { name in claim(name).map { (name: name, content: $0) } }
            .sorted { key($0.name) < key($1.name) }
        var seen: Set<Content> = []
        let wanted = claims.filter { countsDuplicates || seen.insert($0.content).inserted }
        var sum: Int128 = 0
        return wanted.sorted {
            ($0.content.magnitude, key($0.name).0, key($0.name).1, $0.name)
                < ($1.content.magnitude, key($1.name).0, key($1.name).1, $1.name)
        }.filter {
            guard sum + $0.content.magnitude <= Int128(Int64.max) else { return false }
            sum += $0.content.magnitude
            return true
        }
    }

    func reports() -> (engagement: String, daily: String) {
        guard hasCounted else { return ("", "") }
        let category = ["CHANNEL": 0, "VOD": 1, "SPORT": 4]
        var sums: [String: [Int]] = [:]
        var days: [String: [Int]] = [:]
        var contracts: [String: Set<String>] = [:]
        for (name, content) in counting {
            let day = Self.day(name) ?? ""
            days[day, default: [0, 0, 0, 0, 0]][0] += 0
            for record in content.records {
                guard let column = category[record.app] else { continue }
                sums[record.contract, default: [0, 0, 0, 0, 0]][column] += record.seconds
                days[day]![column] += record.seconds
                contracts[day, default: []].insert(record.contract)
            }
        }
        let names = "TVDuration,MovieDuration,ChildDuration,RelaxDuration,SportDuration"
        var engagement = "Contract,\(names)\n"
        for (contract, row) in sums.sorted(by: { $0.key < $1.key }) {
            engagement += "\(contract),\(row.map(String.init).joined(separator: ","))\n"
        }
        var daily = "Date,Contracts,\(names),TotalDuration\n"
        // The empty date comes last.
        for (day, row) in days.sorted(by: { ($0.key.isEmpty ? "9" : $0.key) < ($1.key.isEmpty ? "9" : $1.key) }) {
            daily +=
                "\(day),\(contracts[day]?.count ?? 0),\(row.map(String.init).joined(separator: ",")),\(row.reduce(0, +))\n"
        }
        return (engagement, daily)
    }
}

/// A world and the model of it, going through the same.
struct Stage {
    var world: World
    var model = Model()
    private let canCrash: Bool
    private static let names = [
        "20220401.json", "20220401-again.json", "20220402.json", "20220402b.json", "20220405.json", "x.json",
        "copy.json",
    ]

    init(canCrash: Bool) throws {
        self.canCrash = canCrash
        world = try World.make()
    }

    /// What was decided about which contents.
    var decisions: Decisions {
        Decisions(accepted: model.accepted, retracted: model.retracted.filter { !$0.value.isEmpty })
    }
    /// Whether anything counts.
    var hasContents: Bool { !model.counting.isEmpty }

    struct Decisions: Equatable {
        var accepted: Set<Content>
        var retracted: [String: Set<Content>]
    }

    var outputs: [String: String] {
        let wanted: Set = ["engagement.csv", "daily.csv"]
        return world.outputs().filter { wanted.contains($0.key) }.mapValues { String(decoding: $0, as: UTF8.self) }
    }

    func agrees(_ place: Comment) -> Bool {
        let expected = model.reports()
        let outputs = outputs
        guard outputs["engagement.csv"] ?? "" == expected.engagement, outputs["daily.csv"] ?? "" == expected.daily
        else {
            Issue.record("\(place)\n\(outputs["daily.csv"] ?? "")\n---\n\(expected.daily)")
            return false
        }
        return true
    }

    mutating func run() throws {
        _ = try world.processor().run()
        note()
    }

    /// The program was at work: from the first time that something counts, there are reports.
    mutating func note() {
        if !model.counting.isEmpty { model.hasCounted = true }
    }

    // MARK: Choosing

    /// What may happen next. A decision is chosen among those that can be taken.
    func event(_ dice: inout Dice) -> Event {
        let name = Self.names.randomElement(using: &dice)!
        func content(isBad: Bool) -> Content {
            Content(number: .random(in: 0..<12, using: &dice), isBad: isBad)
        }
        let kind: Event.Kind
        switch Int.random(in: 0..<100, using: &dice) {
        case 0..<26: kind = .holds(content(isBad: false))
        case 26..<36: kind = .holds(content(isBad: true))
        case 36..<48:
            guard let original = model.found.keys.sorted().randomElement(using: &dice),
                let copied = model.found[original]!.last
            else { return Event(name: name, kind: .removed) }
            kind = .holds(copied)
        case 48..<57: kind = .cut
        case 57..<62: kind = .removed
        case 62..<69: return decision(.accept, name, &dice) { model.isHeldOpenly($0) }
        case 69..<77:
            return decision(.retract, name, &dice) {
                model.claim($0) != nil || model.isHeldOpenly($0)
            }
        case 77..<85: return decision(.restore, name, &dice) { !(model.retracted[$0] ?? []).isEmpty }
        case 85..<88: kind = .reprocessed
        case 88..<91:
            return Event(
                name: "",
                kind: .settings(
                    countsDuplicates: Bool.random(using: &dice),
                    ratio: ["5%", "5%", "90%"].randomElement(using: &dice)!))
        default: kind = canCrash ? .crash(content(isBad: false)) : .holds(content(isBad: false))
        }
        return Event(name: name, kind: kind)
    }

    private func decision(
        _ decision: Decision, _ other: String, _ dice: inout Dice, _ canBe: (String) -> Bool
    ) -> Event {
        guard let name = Self.names.filter(canBe).randomElement(using: &dice) else {
            return Event(name: other, kind: .reprocessed)
        }
        return Event(name: name, kind: .decided(decision))
    }

    // MARK: Playing

    mutating func play(_ event: Event, _ dice: inout Dice) throws {
        switch event.kind {
        case .holds(let content):
            try world.put(event.name, content.text)
            find(content, event.name)
        case .cut:
            try world.putCut(event.name)
            model.torn.insert(event.name)
        case .removed: try? FileManager.default.removeItem(atPath: world.root + "/inbox/" + event.name)
        case .decided(let decision): try decide(decision, event.name)
        case .reprocessed: _ = try world.processor().reprocess([])
        case .settings(let countsDuplicates, let ratio):
            (model.countsDuplicates, model.takesBad) = (countsDuplicates, ratio != "5%")
            world.yaml = "duplicates: \(countsDuplicates ? "count" : "skip")\nmax_reject_ratio: \(ratio)\n"
        case .crash(let content): try crash(content, event.name, &dice)
        }
    }

    mutating func find(_ content: Content, _ name: String) {
        model.found[name, default: []].append(content)
        model.torn.remove(name)
    }

    mutating func decide(_ decision: Decision, _ name: String) throws {
        let (claim, present) = (model.claim(name), model.present(name))
        // What was taken out by hand is shown as that, though it is held.
        let isHeld = model.isHeldOpenly(name)
        do {
            _ = try world.processor().decide(decision, name)
        } catch let refusal as DecisionRefused {
            // In another order the settings may be others when its turn comes.
            let canBe =
                switch decision {
                case .accept: isHeld
                case .retract: claim != nil || isHeld
                case .restore: !(model.retracted[name] ?? []).isEmpty
                }
            #expect(!canBe, "\(refusal)")
            return
        }
        switch decision {
        case .accept: model.accepted.insert(present!)
        case .retract: model.retracted[name, default: []].insert(claim ?? present!)
        case .restore: model.retracted[name] = nil
        }
        if !model.counting.isEmpty { model.hasCounted = true }
    }

    // MARK: Crashes

    /// A new file, and a run that dies at some call; what survives is where the history goes on.
    private mutating func crash(_ content: Content, _ name: String, _ dice: inout Dice) throws {
        try world.put(name, content.text)
        find(content, name)
        let call = Int.random(in: 1...150, using: &dice)
        let surviving = Surviving.allCases.randomElement(using: &dice)!
        let model = try CrashModel(watching: world.root)
        let script = FaultScript([.crash(atChange: call)], then: model)
        do {
            _ = try world.watched(by: script).processor().run()
        } catch {
            // The crash. Anything else shows in what is left.
        }
        let after = world.at(World.temporary())
        try model.materialise(into: after.root, surviving)
        // Shared memory is not data; SQLite makes it again, and removes it where the next model would not see.
        try? FileManager.default.removeItem(atPath: after.root + "/checkpoints/ledger.sqlite-shm")
        world.remove()
        world = after
    }
}
