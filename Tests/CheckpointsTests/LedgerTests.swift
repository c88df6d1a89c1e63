//  The ledger's answers, one behaviour at a time.

import Foundation
import Records
import Testing

@testable import Ledgers

@Suite struct LedgerTests {
    @Test func rememberingEverythingAcrossReopening() throws {
        let folder = try TestFolder()
        var ledger: Ledger? = try Ledger.test(folder.ledger, .create)
        let identity = ledger!.identity
        #expect(identity.count == 32)
        let run = try ledger!.testRun()
        try ledger!.fold("a.json", content: 1, run: run, date: "2022-04-01")
        try ledger!.fold("a.json", content: 2, run: run, date: "2022-04-01")
        var change = CommitChange(run: run)
        let held = change.add(newVersion("held.json", content: 3, partial: "held.parquet"))
        change.files = [
            FileChange("held.json", .held(held), at: location("held.json"), reason: "9 % rejected"),
            FileChange(
                "bad.json", .failed(RecordTally(folded: 5, ignored: 1, rejected: 2, coerced: 3)),
                at: FileLocation(path: "bad.json", date: nil, hint: nil), reason: "not JSON"),
            FileChange("copy.json", .duplicate(of: "a.json", digest: digest(2), nil), at: location("copy.json")),
            FileChange("late.json.gz", .waiting, at: location("late"), reason: "no end mark"),
            FileChange("next.json", .new, at: location("next.json")),
        ]
        try ledger!.commit(change)
        try ledger!.endRun(
            run,
            RunSummary(
                outcome: .incomplete, files: [.folded: 2, .held: 1], tally: RecordTally(folded: 23, rejected: 3),
                bytes: 2000, published: 2))
        let before = try LedgerDump(ledger!)
        #expect(before.findings == [])
        #expect(before.generation == 2)
        #expect(before.runs.first?.summary?.files == [.folded: 2, .held: 1])
        ledger = nil
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["ledger.sqlite"])
        for mode in [Ledger.Mode.read, .write, .create] {
            let again = try Ledger.test(folder.ledger, mode)
            #expect(again.identity == identity)
            #expect(try LedgerDump(again) == before)
        }
    }

    @Test func everyPageHasItsChecksum() throws {
        let folder = try TestFolder()
        var ledger: Ledger? = try Ledger.test(folder.ledger, .create)
        let run = try ledger!.testRun()
        for content in 1...40 { try ledger!.fold("\(content).json", content: content, run: run) }
        ledger = nil
        let bytes = try folder.bytes(folder.ledger)
        #expect(bytes[20] == 8, "the header reserves the bytes of the checksum")
        #expect(Array(bytes[68..<72]) == Array("WFLD".utf8))
        let pageSize = 4096
        for page in 0..<bytes.count / pageSize {
            // The definition at the head of SQLitePageChecks.swift, word by word.
            var s0: UInt32 = 0x5746_5043
            var s1 = UInt32(page + 1)
            func word(_ at: Int) -> UInt32 {
                (0..<4).reduce(0) { $0 | UInt32(bytes[page * pageSize + at + $1]) << UInt32(8 * $1) }
            }
            for at in stride(from: 0, to: pageSize - 8, by: 8) {
                s0 = s0 &+ word(at) &+ s1
                s1 = s1 &+ word(at + 4) &+ s0
            }
            #expect(s0 == word(pageSize - 8) && s1 == word(pageSize - 4), "page \(page + 1)")
        }
    }

    @Test func intervalsAnswerWhatCountedWhen() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        let first = try ledger.fold("a.json", content: 1, run: run)
        let second = try ledger.fold("a.json", content: 2, run: run)
        var change = CommitChange(run: run)
        change.files = [FileChange("a.json", .retracted(digest: digest(2), .existing(second)), reason: "by hand")]
        #expect(throws: LedgerError.refused(.notRetracted(name: "a.json"))) { try ledger.commit(change) }
        change.decisions = [ContentDecision(.retract, "a.json", digest: digest(2))]
        #expect(try ledger.commit(change) == 3)
        // The same bytes stay out until they are restored, whatever way they come.
        change.decisions = []
        change.files = [FileChange("a.json", .folded(.existing(second)))]
        #expect(throws: LedgerError.refused(.retractedContent(name: "a.json"))) { try ledger.commit(change) }
        change.decisions = [ContentDecision(.restore, "a.json", digest: digest(2))]
        #expect(try ledger.commit(change) == 4)
        #expect(
            try (0...4).map { try ledger.countingVersions(at: $0).map(\.id) } == [[], [first], [second], [], [second]])
        #expect(
            try ledger.history(of: "a.json").intervals == [
                CountingInterval(version: first, from: 1, to: 2, ended: .replaced),
                CountingInterval(version: second, from: 2, to: 3, ended: .retracted),
                CountingInterval(version: second, from: 4, to: nil, ended: nil),
            ])
        let forth = try ledger.changes(from: 1, to: 4)
        #expect(forth.added == [second] && forth.removed == [first])
        let back = try ledger.changes(from: 4, to: 1)
        #expect(back.added == [first] && back.removed == [second])
        #expect(try ledger.check() == [])
    }

    @Test func aBrokenReplacementLeavesWhatCountedAlone() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        let good = try ledger.fold("a.json", content: 1, run: run)
        var change = CommitChange(run: run)
        let held = change.add(newVersion("a.json", content: 2, partial: "held.parquet"))
        change.files = [FileChange("a.json", .held(held), reason: "too much rejected")]
        #expect(try ledger.commit(change) == 1)
        var file = try #require(try ledger.file(named: "a.json"))
        #expect(file.state == .held && file.counting == good)
        // Accepted, it takes the old one's place.
        let accepted = try #require(file.status.version)
        var accept = CommitChange(run: run)
        accept.files = [FileChange("a.json", .folded(.existing(accepted)), reason: "accepted by hand")]
        #expect(try ledger.commit(accept) == 2)
        #expect(try ledger.countingVersions().map(\.id) == [accepted])
        // A lost partial stops counting in any state.
        var lost = CommitChange(run: run)
        lost.files = [FileChange("a.json", .failed(nil), reason: "its partial is gone", gives: .nothing(.lost))]
        #expect(try ledger.commit(lost) == 3)
        file = try #require(try ledger.file(named: "a.json"))
        #expect(file.counting == nil)
        #expect(try ledger.history(of: "a.json").intervals.last?.ended == .lost)
        #expect(try ledger.check() == [])
    }

    @Test func duplicatesFollowTheirContent() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        let original = try ledger.fold("a.json", content: 1, run: run)
        var change = CommitChange(run: run)
        let own = change.add(newVersion("b.json", content: 1, partial: "b.parquet"))
        change.files = [
            FileChange("b.json", .duplicate(of: "a.json", digest: digest(1), own), at: location("b.json")),
            FileChange("c.json", .duplicate(of: "a.json", digest: digest(1), nil), at: location("c.json")),
        ]
        try ledger.commit(change)
        let before = try LedgerDump(ledger)
        var retract = CommitChange(run: run)
        retract.decisions = [ContentDecision(.retract, "a.json", digest: digest(1))]
        retract.files = [FileChange("a.json", .retracted(digest: digest(1), .existing(original)))]
        #expect(throws: LedgerError.refused(.duplicateOfNothing(name: "b.json", of: "a.json"))) {
            try ledger.commit(retract)
        }
        #expect(try LedgerDump(ledger) == before)
        let heirs = try ledger.duplicates(digest: digest(1))
        #expect(heirs.map(\.name) == ["b.json", "c.json"])
        retract.files.append(FileChange("b.json", .folded(.existing(try #require(heirs[0].status.version)))))
        #expect(try ledger.commit(retract) == 2)
        #expect(try ledger.countingName(digest: digest(1)) == "b.json")
        #expect(
            try ledger.file(named: "c.json")?.status == .duplicate(of: "b.json", digest: digest(1), nil))
        // Restoring now would count the content twice.
        var restore = CommitChange(run: run)
        restore.decisions = [ContentDecision(.restore, "a.json", digest: digest(1))]
        restore.files = [FileChange("a.json", .folded(.existing(original)))]
        #expect(throws: LedgerError.refused(.countsAlready(name: "a.json", under: "b.json"))) {
            try ledger.commit(restore)
        }
        restore.countsDuplicates = true
        #expect(try ledger.commit(restore) == 3)
        #expect(try ledger.check() == [])
    }

    @Test func sumsThatMightOverflowAreRefused() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        try ledger.fold("a.json", content: 1, run: run, absolute: .max - 5000)
        let before = try LedgerDump(ledger)
        #expect(throws: LedgerError.sumWouldOverflow(name: "b.json")) {
            try ledger.fold("b.json", content: 2, run: run, absolute: 5001)
        }
        #expect(try LedgerDump(ledger) == before)
        try ledger.fold("b.json", content: 2, run: run, absolute: 5000)
        // In the place of the first, the third fits.
        try ledger.fold("a.json", content: 3, run: run, absolute: .max - 5000)
    }

    @Test func sumsByDateAndApp() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        try ledger.fold("x.json", content: 2, run: run)
        try ledger.fold("b.json", content: 4, run: run, date: "2022-04-02")
        try ledger.fold("a.json", content: 6, run: run, date: "2022-04-02")
        try ledger.fold("c.json", content: 8, run: run, date: "2022-04-01")
        #expect(try ledger.countingVersions().map(\.facts.name) == ["c.json", "a.json", "b.json", "x.json"])
        #expect(
            try ledger.datedBreakdown() == [
                DatedBreakdownSum(date: "2022-04-01", label: "CHANNEL", records: 4, sum: 8000),
                DatedBreakdownSum(date: "2022-04-01", label: "VOD", records: 14, sum: -8),
                DatedBreakdownSum(date: "2022-04-02", label: "CHANNEL", records: 8, sum: 10000),
                DatedBreakdownSum(date: "2022-04-02", label: "VOD", records: 22, sum: -10),
                DatedBreakdownSum(date: nil, label: "CHANNEL", records: 4, sum: 2000),
                DatedBreakdownSum(date: nil, label: "VOD", records: 8, sum: -2),
            ])
        #expect(try ledger.datedBreakdown(at: 1).map(\.sum) == [2000, -2])
    }

    @Test(arguments: [
        "it's \"quoted\"; DROP TABLE files; --", "new\nline\r\ttab", "📺/télé.json", "cafe\u{301}.json", "100%?#&.json",
        "a\u{0}b", " ", "long",
    ]) func anyNameIsAName(_ argument: String) throws {
        // Too long for a page, too long for the test's log.
        let name = argument == "long" ? String(repeating: "long/", count: 2000) + "a.json" : argument
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        try ledger.fold("caf\u{e9}.json", content: 9, run: run)
        let id = try ledger.fold(name, content: 1, run: run)
        #expect(Array(try #require(try ledger.file(named: name)).name.utf8) == Array(name.utf8))
        #expect(try ledger.version(id)?.facts.name.utf8.elementsEqual(name.utf8) == true)
        #expect(try ledger.history(of: name).transitions.count == 1)
        #expect(try ledger.files().count == 2)
        #expect(try ledger.check() == [])
    }

    @Test func aFileSeenAgainOnlyChangesItsLooks() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        try ledger.fold("a.json", content: 1, run: run)
        var expected = try LedgerDump(ledger)
        let date = expected.files[0].location.date
        // Its date is that of its version, whatever the rules say now.
        let moved = FileLocation(path: "a.json.lz4", date: "2022-05-07", hint: nil)
        try ledger.seen([("a.json", moved)])
        expected.files[0].location = moved
        expected.files[0].location.date = date
        #expect(try LedgerDump(ledger) == expected)
        #expect(throws: LedgerError.refused(.unknownFile(name: "b.json"))) {
            try ledger.seen([("a.json", location("a.json")), ("b.json", moved)])
        }
        #expect(try LedgerDump(ledger) == expected)
    }

    @Test func aRunThatNeverEndedHasCrashed() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let first = try ledger.testRun()
        let second = try ledger.testRun()
        try ledger.endRun(second, RunSummary(outcome: .finished))
        let runs = try ledger.runs(last: 10)
        #expect(runs.map(\.id) == [second, first])
        #expect(runs.map(\.summary?.outcome) == [.finished, .crashed])
        #expect(runs.map { $0.endedAt == nil } == [false, true])
        #expect(throws: LedgerError.refused(.unknownRun(second))) {
            try ledger.endRun(second, RunSummary(outcome: .failed))
        }
        #expect(throws: LedgerError.refused(.unknownRun(first))) { try ledger.commit(CommitChange(run: first)) }
    }

    @Test func aSnapshotStaysWhileAWriterCommits() throws {
        let folder = try TestFolder()
        let writer = try Ledger.test(folder.ledger, .create)
        let run = try writer.testRun()
        try writer.fold("a.json", content: 1, run: run)
        let reader = try Ledger.test(folder.ledger, .read)
        try reader.snapshot {
            let before = try LedgerDump(reader)
            for content in 2...30 { try writer.fold("\(content).json", content: content, run: run) }
            try writer.settle()
            #expect(try LedgerDump(reader) == before)
            #expect(before.generation == 1)
        }
        #expect(try LedgerDump(reader) == LedgerDump(writer))
        #expect(try reader.generation == 30)
        do {
            _ = try reader.testRun()
            Issue.record("a reader wrote")
        } catch let LedgerError.sqlite(error, _) {
            #expect(error.kind == .readOnly)
        }
    }

    /// Sums and labels of many files go with few statements: fewer than there are labels.
    @Test func aCommitOfManyFilesRunsFewStatements() throws {
        let folder = try TestFolder()
        let ledger = try Ledger.test(folder.ledger, .create)
        let run = try ledger.testRun()
        func statements(_ files: Range<Int>, labels: Int) throws -> Int {
            var change = CommitChange(run: run)
            for number in files {
                var new = newVersion("\(number).json", content: 2 * number, partial: "\(number).parquet")
                new.breakdown = (0..<labels).map { BreakdownSum(label: "\($0)", records: 1, sum: 1) }
                new.outcomes.folded = labels
                new.outcomes.coerced = 0
                new.observations = nil
                (new.facts.rows, new.facts.sum, new.facts.magnitude) = (labels, Int64(labels), Int64(labels))
                change.files.append(
                    FileChange("\(number).json", .folded(change.add(new)), at: location("\(number).json")))
            }
            let before = ledger.statementsRun
            try ledger.commit(change)
            return ledger.statementsRun - before
        }
        // The first commit of a connection adds up what counts.
        _ = try statements(1000..<1001, labels: 1)
        let withOne = try statements(0..<64, labels: 1)
        let withNine = try statements(64..<128, labels: 9)
        #expect(withNine - withOne == 64, "eight labels more of each file are one statement more")
        let single = try statements(128..<129, labels: 8)
        let singleWithOne = try statements(129..<130, labels: 1)
        #expect(single == singleWithOne)
        #expect(try ledger.check() == [])
    }
}
