//  What the ledger keeps of what was seen in files, and ledgers from before it did.

import Engagement
import Foundation
import Records
import TestSupport
import Testing

@testable import Ledgers

@Suite struct LedgerObservationTests {
    private func observations(_ paths: [String], hasMore: Bool = false) -> FileObservations {
        var result = FileObservations()
        for (index, path) in paths.enumerated() {
            result.fields.insert(ByteOrdered(path), index % 2 == 0 ? .string : [.number, .null, .object])
        }
        result.fields.hasMore = hasMore
        return result
    }

    /// Folds a file in which this was seen; returns its version.
    @discardableResult
    private func fold(
        _ ledger: Ledger, _ name: String, content: Int, date: String?, _ observations: FileObservations?, run: RunID,
        settings: String? = nil
    ) throws -> VersionRecord {
        var change = CommitChange(run: run)
        var version = newVersion(
            name, content: content, partial: "partials/\(try ledger.versions().count).parquet", date: date)
        if let settings { version.facts.settings = settings }
        version.observations = observations
        if observations != nil {
            version.observations!.coercions.keyAsNumber = version.outcomes.coerced
            for reason in version.outcomes.rejected.keys where version.outcomes.rejected[reason]! > 0 {
                version.observations!.examples[reason] = RejectionExample(
                    line: content + 3, offset: content * 7, excerpt: "{\"é\": \\u{1b} …")
            }
        }
        let added = change.add(version)
        change.files = [FileChange(name, .folded(added), at: location(name, date: date))]
        try ledger.commit(change)
        return try ledger.version(try ledger.file(named: name)!.counting!)!
    }

    @Test func whatWasSeenIsKept() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        // Two names that Unicode takes for one are two fields, and no name is too odd.
        var seen = observations(["caf\u{E9}", "cafe\u{301}", "", "a\\.b.c", "x\ny", "nul\u{0}l"], hasMore: true)
        let version = try fold(ledger, "a.json", content: 3, date: nil, seen, run: run)
        seen.coercions.keyAsNumber = 3
        seen.examples = try #require(try ledger.observations(of: version.id)).examples
        #expect(seen.examples.keys.sorted() == [.badDuration, .malformedJSON])
        #expect(seen.examples[.malformedJSON] == RejectionExample(line: 6, offset: 21, excerpt: "{\"é\": \\u{1b} …"))
        #expect(try ledger.observations(of: version.id) == seen)
        let unseen = try fold(ledger, "b.json", content: 2, date: nil, nil, run: run)
        #expect(try ledger.observations(of: unseen.id) == nil)
        #expect(try ledger.check() == [])
    }

    @Test func coercionsOfAllKindsAreKept() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        var change = CommitChange(run: try ledger.testRun())
        var version = newVersion("a.json", content: 4, partial: "p")
        version.observations = FileObservations()
        (version.observations!.coercions.valueAsString, version.observations!.coercions.valueAsFloat) = (3, 2)
        let added = change.add(version)
        change.files = [FileChange("a.json", .folded(added), at: location("a.json"))]
        try ledger.commit(change)
        #expect(try ledger.observations(of: VersionID(1)) == version.observations)
        #expect(try ledger.check() == [])
    }

    @Test func whatElseWasSeenIsKept() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        var change = CommitChange(run: try ledger.testRun())
        var version = newVersion("a.json", content: 3, partial: "p")
        var seen = FileObservations()
        (seen.actionLines, seen.coercions.leniently) = (7, version.outcomes.coerced)
        #expect(seen.coercions.leniently > 0)
        seen.answers.timedOut = 2
        (seen.answers.endedEarly, seen.answers.failedShards, seen.answers.total) = (3, 4, 900)
        (seen.answers.held, seen.answers.aggregations) = (5, 6)
        for (index, reason) in version.outcomes.rejected.filter({ $0.value > 0 }).keys.sorted().enumerated() {
            let flaw = Flaw(
                "words \(index)", advice: index == 0 ? "" : "advice", lines: index, column: 9, isForm: index > 0)
            seen.examples[reason] = RejectionExample(line: 3, offset: 1, excerpt: "{", flaw: flaw)
        }
        #expect(seen.examples.count > 1)
        version.observations = seen
        let added = change.add(version)
        change.files = [FileChange("a.json", .folded(added), at: location("a.json"))]
        try ledger.commit(change)
        #expect(try ledger.observations(of: VersionID(1)) == seen)
        #expect(try ledger.answers(of: VersionID(1)) == seen.answers)
        #expect(try ledger.check() == [])
    }

    /// Against a plain comparison of sets, in whichever order files are read.
    @Test(arguments: [1, 2, 3] as [UInt64]) func aFieldIsNewInTheFirstFileByDateAndName(_ seed: UInt64) throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        var random = Dice(seed: seed)
        let dates: [String?] = ["2022-04-01", "2022-04-02", "2022-04-02", "2022-04-07", nil, nil]
        let files = dates.enumerated().map { index, date in
            (
                name: "f\(index).json", date: date,
                paths: ["a", "b", "c", "d", "e", "f"].filter { _ in Bool.random(using: &random) }
            )
        }
        for index in files.indices.shuffled(using: &random) {
            let file = files[index]
            try fold(ledger, file.name, content: index, date: file.date, observations(file.paths), run: run)
        }
        for (index, file) in files.enumerated() {
            let version = try #require(try ledger.file(named: file.name)?.counting.flatMap { try ledger.version($0) })
            let earlier = Set(files[..<index].flatMap(\.paths))
            let expected = index == 0 ? [] : file.paths.filter { !earlier.contains($0) }
            #expect(try ledger.newFields(of: version) == expected)
            // Folding a file again changes nothing.
            let again = try fold(
                ledger, file.name, content: index + 100, date: file.date, observations(file.paths), run: run)
            #expect(try ledger.newFields(of: again) == expected)
        }
    }

    /// Sources of one plan have fields of their own.
    @Test func aFieldIsNewToItsSource() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        let files: [(source: String, paths: [String], new: [String])] = [
            ("events", ["a", "b"], []), ("events2", ["a", "c"], []), ("events", ["a", "c"], ["c"]),
            ("events2", ["b", "d"], ["b", "d"]), ("events", ["d"], ["d"]), ("events2", ["a", "b"], []),
        ]
        for (index, file) in files.enumerated() {
            let version = try fold(
                ledger, "f\(index).json", content: index, date: "2022-04-01", observations(file.paths), run: run,
                settings: "settings\nsource \(file.source) json\nfield \(index)\n")
            #expect(try ledger.newFields(of: version) == file.new, "\(index)")
        }
    }

    // MARK: Plans

    @Test func thePlanIsThatOfTheLastRunByThen() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        func run(_ content: Int?, _ plan: String?) throws {
            let run = try ledger.testRun()
            if let content { try ledger.fold("\(content).json", content: content, run: run) }
            try ledger.endRun(run, RunSummary(outcome: .finished), plan: plan)
        }
        try run(1, nil)
        #expect(try ledger.plan(at: 1) == nil)
        try run(2, "a")
        try run(3, "a")
        try run(4, "b")
        try run(nil, "c")
        try run(nil, "b")
        try run(5, nil)
        try run(6, "a")
        #expect(try (0...7).map { try ledger.plan(at: $0) } == [nil, nil, "a", "a", "b", "b", "a", "a"])
        let plain = try SQLiteConnection(path: folder.ledger, access: .read)
        #expect(try plain.first("SELECT count(*) FROM plans") { (row) throws(SQLiteError) in try row.int(0) } == 5)
    }
}
