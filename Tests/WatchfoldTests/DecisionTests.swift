//  Decisions are about contents, and last; what counts does not depend on the order in which files came.

import Foundation
import Testing

@testable import Configuration
@testable import JSONRecords
@testable import Operations
@testable import Publishing

@Suite struct DecisionTests {
    private func line(_ contract: String, _ seconds: Int = 5) -> String {
        #"{"Contract":"\#(contract)","AppName":"VOD","TotalDuration":\#(seconds)}"# + "\n"
    }

    /// Contracts and their seconds of Movie, in the report.
    private func sums(_ bench: Workbench) -> [String: Int] {
        var sums: [String: Int] = [:]
        for row in (bench.outputs()["engagement.csv"] ?? "").split(separator: "\n").dropFirst() {
            let cells = row.split(separator: ",")
            sums[String(cells[0])] = Int(cells[2])
        }
        return sums
    }

    private func decide(_ bench: Workbench, _ decision: Decision, _ name: String) throws -> DecisionResult {
        try bench.processor().decide(decision, name)
    }

    private func expectSound(_ bench: Workbench, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let report = try bench.verify()
        #expect(
            report.damages == [] && report.stale == [] && report.behind == [], sourceLocation: sourceLocation)
    }

    // MARK: Newer bytes stay known

    @Test func bytesThatWereHeldAreStillHeldAfterRetractAndRestore() throws {
        let bench = Workbench()
        bench.put("20220401.json", line("A"))
        try bench.run()
        bench.put("20220401.json", line("B") + "{bad}\n")
        #expect(try bench.run().isIncomplete)
        #expect(try decide(bench, .retract, "20220401.json").state == .held)
        #expect(sums(bench) == [:])
        #expect(try decide(bench, .restore, "20220401.json").state == .held)
        #expect(sums(bench) == ["A": 5])
        #expect(try bench.run().isIncomplete)
        #expect(try decide(bench, .accept, "20220401.json").state == .folded)
        #expect(sums(bench) == ["B": 5])
        try expectSound(bench)
    }

    @Test func bytesThatAreCutStayCutAfterRetractAndRestore() throws {
        let bench = Workbench()
        bench.put("a.json", line("A"))
        try bench.run()
        bench.put("a.json", #"{"Contract":"#)
        try bench.run()
        #expect(try decide(bench, .retract, "a.json").state == .waiting)
        #expect(sums(bench) == [:])
        #expect(try decide(bench, .restore, "a.json").state == .waiting)
        #expect(sums(bench) == ["A": 5])
        #expect(try bench.status().isIncomplete)
        try expectSound(bench)
    }

    // MARK: Decisions survive what comes in between

    @Test func aRetractionSurvivesOtherContentsAndOtherRetractions() throws {
        let bench = Workbench()
        for (seconds, sum) in [(1, [:]), (2, [:]), (3, ["A": 3]), (1, [:]), (2, [:])] as [(Int, [String: Int])] {
            bench.put("a.json", line("A", seconds))
            try bench.run()
            if seconds < 3, try bench.state("a.json") == .folded { _ = try decide(bench, .retract, "a.json") }
            #expect(sums(bench) == sum, "\(seconds)")
        }
        #expect(try bench.state("a.json") == .retracted)
        // All of them are restored: the name says which are meant.
        #expect(try decide(bench, .restore, "a.json").state == .folded)
        bench.put("a.json", line("A", 1))
        try bench.run()
        #expect(sums(bench) == ["A": 1])
        try expectSound(bench)
    }

    @Test func anAcceptedContentIsNotHeldAgainUnderAnyName() throws {
        let bench = Workbench()
        let bad = line("B") + "{bad}\n"
        bench.put("a.json", bad)
        bench.put("b.json", bad)
        try bench.run()
        #expect(try bench.state("a.json") == .held && bench.state("b.json") == .held)
        let report = try decide(bench, .accept, "b.json")
        // The shorter name, or the first of two, counts; accepting is of the content.
        #expect(report.state == .duplicate && report.others.map(\.name) == ["a.json"])
        bench.put("a.json", line("C"))
        bench.put("b.json", line("D"))
        try bench.run()
        bench.put("c.json", bad)
        try bench.run()
        #expect(try bench.state("c.json") == .folded)
        #expect(sums(bench) == ["B": 5, "C": 5, "D": 5])
        #expect(try bench.reprocess().files.allSatisfy { $0.state == .folded })
        try expectSound(bench)
    }

    @Test func accepting_TheMostRecentContentUnderAnotherNameIsGivenByACutFile() throws {
        let bench = Workbench()
        let bad = line("B") + "{bad}\n"
        bench.put("a.json", line("A"))
        try bench.run()
        bench.put("a.json", bad)
        bench.put("z.json", bad)
        try bench.run()
        bench.put("a.json", #"{"Contract":"#)
        try bench.run()
        #expect(sums(bench) == ["A": 5])
        _ = try decide(bench, .accept, "z.json")
        // Had it been accepted before a.json was cut, a.json would give it, too.
        #expect(sums(bench) == ["B": 5])
        #expect(try bench.state("z.json") == .duplicate && bench.state("a.json") == .waiting)
        try expectSound(bench)
    }

    @Test func aHeldContentThatWasRetractedTakesNothingAwayWhenItComesBack() throws {
        let bench = Workbench()
        let bad = line("Z") + "bad\n"
        bench.put("a.json", bad)
        try bench.run()
        #expect(try decide(bench, .retract, "a.json").state == .retracted)
        #expect(try !bench.run().isIncomplete)
        for text in [line("A"), bad, #"{"Contract":"#, bad] {
            bench.put("a.json", text)
            try bench.run()
            #expect(sums(bench) == ["A": 5])
            try expectSound(bench)
        }
        #expect(try bench.state("a.json") == .retracted)
        #expect(try decide(bench, .restore, "a.json").state == .held)
        #expect(sums(bench) == ["A": 5])
    }

    @Test func aDecisionIsTakenUnderTheSettingsOfNow() throws {
        for runsBefore in [true, false] {
            let bench = Workbench()
            bench.put("a.json", line("A"))
            try bench.run()
            bench.put("a.json", line("Z") + "bad\n")
            try bench.run()
            bench.yaml = "max_reject_ratio: 60%\n"
            if runsBefore { try bench.run() }
            // Z is what the name gives by now.
            _ = try decide(bench, .retract, "a.json")
            #expect(sums(bench) == [:], "run before: \(runsBefore)")
            bench.put("b.json", line("Y") + "bad\n")
            try bench.run()
            bench.yaml = ""
            if runsBefore { try bench.run() }
            #expect(try decide(bench, .accept, "b.json").state == .folded)
            // Z is held again, so the name gives what it gave before.
            #expect(sums(bench) == ["A": 5, "Y": 5])
            try expectSound(bench)
        }
    }

    // MARK: Copies

    @Test(arguments: [#"{"Contract":"Z","Ap"#, "", #"{"Contract":3}"# + "\n"])
    func aCopyGivesWhatItRepeatedWhetherItIsCutBeforeOrAfterTheOriginalChanges(_ cut: String) throws {
        for steps in [[["b"], ["a"]], [["a"], ["b"]], [["a", "b"]], [["b"], ["b2"], ["a", "b"]]] {
            let bench = Workbench()
            for name in ["a.json", "b.json"] { bench.put(name, line("A")) }
            try bench.run()
            for (index, step) in steps.enumerated() {
                if step.contains("a") { bench.put("a.json", line("B")) }
                if step.contains("b") { bench.put("b.json", cut + (index > 0 && !cut.isEmpty ? " " : "")) }
                if step.contains("b2") { bench.put("b.json", #"{"Contract":"#) }
                try bench.run()
            }
            #expect(sums(bench) == ["A": 5, "B": 5], "\(steps)")
            #expect(try bench.run().publication == .current)
            bench.put("b.json", line("E"))
            try bench.run()
            #expect(sums(bench) == ["B": 5, "E": 5], "\(steps)")
            try expectSound(bench)
        }
    }

    @Test func aBetterNamedCopyTakesOverFromAFileThatIsCutNow() throws {
        for cutFirst in [true, false] {
            let bench = Workbench()
            bench.put("x.json", line("A"))
            try bench.run()
            func cut() throws {
                bench.put("x.json", #"{"Contract":"#)
                try bench.run()
            }
            if cutFirst { try cut() }
            bench.put("20220401.json", line("A"))
            try bench.run()
            if !cutFirst { try cut() }
            #expect(try bench.state("20220401.json") == .folded && bench.state("x.json") == .waiting)
            #expect(bench.outputs()["daily.csv"]!.contains("2022-04-01,"), "cut first: \(cutFirst)")
            // The cut file still gives it when the other no longer does.
            bench.put("20220401.json", line("B"))
            try bench.run()
            #expect(sums(bench) == ["A": 5, "B": 5])
            try expectSound(bench)
        }
    }

    @Test func withoutAFileIsWhatRetractingItGives() throws {
        let bench = Workbench()
        bench.put("20220401.json", line("A"))
        bench.put("20220401-copy.json", line("A"))
        bench.put("20220402.json", line("B"))
        try bench.run()
        var request = ExportRequest(.daily)
        request.without = ["20220401.json"]
        let without = try bench.export(request)
        _ = try decide(bench, .retract, "20220401.json")
        #expect(without == bench.outputs()["daily.csv"])
        // As it was then: nothing was retracted yet.
        request.generation = 1
        #expect(try bench.export(request) == without)
    }

    // MARK: Settings

    @Test func copiesFollowTheSettingAtOnce() throws {
        let bench = Workbench()
        bench.put("20220401.json", line("A"))
        bench.put("20220402.json", line("A"))
        bench.yaml = "duplicates: count\n"
        try bench.run()
        #expect(sums(bench) == ["A": 10])
        bench.yaml = ""
        let report = try bench.run()
        #expect(report.followers.map(\.name) == ["20220402.json"] && report.followers[0].state == .duplicate)
        #expect(sums(bench) == ["A": 5])
        bench.yaml = "duplicates: count\n"
        // A decision finds the settings as well as a run does.
        bench.put("b.json", line("B"))
        _ = try decide(bench, .retract, "20220401.json")
        #expect(sums(bench) == ["A": 5])
        #expect(try bench.state("20220402.json") == .folded)
        try expectSound(bench)
    }

    @Test func theLimitOfRejectedRecordsHoldsForFilesThatWereRead() throws {
        let bench = Workbench()
        bench.put("a.json", (0..<9).map { line("A\($0)") }.joined() + "bad\n")
        bench.put("b.json", line("B") + String(repeating: "no record ", count: 20) + "\n")
        bench.yaml = "max_reject_ratio: 20%\n"
        #expect(try bench.run().isIncomplete)
        #expect(try bench.state("a.json") == .folded && bench.state("b.json") == .held)
        bench.yaml = "max_reject_ratio: 5%\n"
        bench.watcher.forget()
        #expect(try bench.run().isIncomplete)
        #expect(try bench.state("a.json") == .held && bench.state("b.json") == .held)
        #expect(sums(bench) == [:])
        bench.yaml = "max_reject_ratio: 50%\n"
        try bench.run()
        // Half of the records of b.json are rejected, but more than half of its bytes.
        #expect(try bench.state("a.json") == .folded && bench.state("b.json") == .held)
        bench.yaml = "max_reject_ratio: 100%\n"
        #expect(try !bench.run().isIncomplete)
        #expect(bench.watcher.opened(below: bench.inbox) == [], "nothing was read again")
        #expect(sums(bench).count == 10)
        try expectSound(bench)
    }

    @Test func aRetractedFileIsReadAgainWithTheOthersSoThatRestoringItKeepsTheSettings() throws {
        let bench = Workbench()
        bench.put("20220401.json", line("A", 100) + line("B", 2))
        bench.put("copy-20220401.json", line("A", 100) + line("B", 2))
        try bench.run()
        _ = try decide(bench, .retract, "20220401.json")
        bench.yaml = "ignore: [A]\n"
        _ = try bench.reprocess()
        #expect(sums(bench) == ["B": 2])
        #expect(try decide(bench, .restore, "20220401.json").notes == [])
        #expect(sums(bench) == ["B": 2])
        #expect(try bench.run().notes == [])
        try expectSound(bench)
    }

    @Test func aFileOfOtherSettingsDoesNotTakeThePlaceOfACopyThatIsUpToDate() throws {
        let bench = Workbench()
        bench.put("20220401.json", line("A", 100) + line("B", 2))
        bench.put("copy-20220401.json", line("A", 100) + line("B", 2))
        try bench.run()
        _ = try decide(bench, .retract, "20220401.json")
        bench.remove("20220401.json")
        bench.yaml = "ignore: [A]\n"
        _ = try bench.reprocess()
        #expect(try decide(bench, .restore, "20220401.json").state == .duplicate)
        #expect(sums(bench) == ["B": 2])
        _ = try decide(bench, .retract, "copy-20220401.json")
        // Nobody else has it, so it counts as it was folded, and that is said.
        #expect(sums(bench) == ["A": 100, "B": 2])
        #expect(try !bench.run().notes.filter { $0.contains("other settings") }.isEmpty)
        try expectSound(bench)
    }

    // MARK: Sums that do not fit

    @Test(arguments: [["a", "b", "c"], ["c", "b", "a"], ["b", "a", "c"]])
    func aGarbledDurationKeepsNoOtherFileOut(_ order: [String]) throws {
        let bench = Workbench()
        for name in order {
            bench.put(name + ".json", line(name.uppercased(), name == "a" ? Int.max : 7))
            try bench.run()
        }
        #expect(sums(bench) == ["B": 7, "C": 7])
        let status = try bench.status()
        #expect(status.files.map(\.state) == [.failed, .folded, .folded])
        #expect(
            status.files[0].reason.contains("over all files exceeds")
                && status.files[0].reason.contains("contract is A"))
        #expect(try bench.run().isIncomplete)
        try expectSound(bench)
        // As soon as there is room it counts, without being read again.
        bench.watcher.forget()
        _ = try decide(bench, .retract, "b.json")
        _ = try decide(bench, .retract, "c.json")
        #expect(sums(bench) == ["A": Int.max])
        #expect(try bench.state("a.json") == .folded)
        #expect(bench.watcher.opened(below: bench.inbox) == [])
        bench.put("a.json", line("A", 3))
        _ = try decide(bench, .restore, "b.json")
        #expect(try !bench.run().isIncomplete)
        #expect(sums(bench) == ["A": 3, "B": 7])
        try expectSound(bench)
    }

    // MARK: Gone

    @Test func whatLeftTheInboxWantsNobody() throws {
        let bench = Workbench()
        bench.put("a.json", line("A"))
        bench.put("held.json", "bad\n")
        try bench.run()
        bench.put("a.json", "{")
        #expect(try bench.run().isIncomplete)
        #expect(try bench.status().isIncomplete)
        bench.remove("a.json")
        bench.remove("held.json")
        #expect(try !bench.run().isIncomplete)
        let status = try bench.status()
        #expect(!status.isIncomplete && status.files.map(\.isGone) == [true, true])
        #expect(sums(bench) == ["A": 5])
    }

    @Test func aFileThatLeftTheInboxIsNoReasonForARunToBeIncompleteWhenItsStateFollows() throws {
        let bench = Workbench()
        bench.put("20220401.json", line("A"))
        bench.put("c.json", line("A"))
        try bench.run()
        bench.put("c.json", "{")
        try bench.run()
        bench.remove("c.json")
        bench.put("20220401.json", line("B"))
        #expect(try !bench.run().isIncomplete)
        #expect(sums(bench) == ["A": 5, "B": 5])
        #expect(try !bench.status().isIncomplete)
    }

    // MARK: Costs

    /// Rows of the ledger that are read for replacing all files.
    private func rowsRead(files count: Int) throws -> Int {
        let bench = Workbench()
        bench.yaml = "gate: off\n"
        for round in 0..<2 {
            for number in 0..<count { bench.put("\(number).json", line("A\(number)", round)) }
            let processor = try bench.processor()
            let before = processor.checkpoints.ledger.rowsRead
            _ = try processor.run()
            if round == 1 { return processor.checkpoints.ledger.rowsRead - before }
        }
        return 0
    }

    @Test func replacingFilesCostsAsMuchForEach() throws {
        let (few, many) = (try rowsRead(files: 100), try rowsRead(files: 400))
        #expect(few > 100 && many < few * 5, "\(few) rows for 100 files, \(many) for 400")
    }
}
