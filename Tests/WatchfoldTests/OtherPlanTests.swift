//  Another plan's files: what the gate and the findings say is in its words, and where fields may be is its guess.

import DurableIO
import Foundation
import Logging
import Records
import Reports
import Testing

@testable import Admission
@testable import Configuration
@testable import Face
@testable import Findings
@testable import Operations
@testable import Publishing
@testable import RunSettings
@testable import Wording

@Suite struct OtherPlanTests {
    private func findings(_ lines: [String]) throws -> FileFindings {
        let bench = Workbench()
        bench.put("a.json", lines.map { $0 + "\n" }.joined())
        let report = Checker(
            try Settings(.builtIn(.plays), plan: PlaysPlan()), fileSystem: bench.fileSystem, observer: Silence()
        )
        .check([bench.inbox + "/a.json"])
        return try #require(report.files[0].reading).findings
    }

    @Test func fieldsAreLookedForByItsNames() throws {
        let lacking = try #require(
            try findings([#"{"listener":"A","late_broadcast":"B","broadcast":"MORNING","spins":3}"#]).lacking)
        #expect(
            lacking.text
                == "the 1 record lacks User, Show and Plays; it has broadcast, late_broadcast, listener, spins; "
                + "this line in the configuration would find them: "
                + "fields: {user: listener, show: broadcast, plays: spins}")
        let other = try #require(try findings([#"{"customer":"A","AppName":"MORNING","seconds":3}"#]).lacking)
        #expect(other.names == ["User", "Show", "Plays"] && other.configuration.isEmpty)
    }

    @Test func findingsSpeakOfItsGroupsAndUnit() throws {
        let found = try findings([
            #"{"User":"A","Show":"MORNING","Plays":1}"#, #"{"User":"A","Show":"VOD","Plays":1}"#,
            #"{"User":"A","Show":"VOD","Plays":2.5}"#,
        ])
        #expect(found.ungrouped.sorted.map { "\($0.label) \($0.records)" } == ["VOD 1"])
        #expect(found.advice[.bad("plays")]?.notes == ["Plays 2.5 is not a whole number of plays"])
    }

    // MARK: From files to reports

    private func settings(_ bench: Workbench, _ yaml: String = "") throws -> Settings {
        let flags = try Overlay.flags([
            .inbox: bench.inbox, .checkpoints: bench.checkpoints, .output: bench.output, .jobs: "2",
        ])
        let file = try Overlay.file(Array(yaml.utf8), path: "watchfold.yaml", plan: .plays)
        return try Settings(Configuration.resolve(.plays, file: file, flags: flags), plan: PlaysPlan())
    }

    private func processor(_ settings: Settings, _ bench: Workbench) throws -> Processor {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return try Processor(settings, fileSystem: bench.fileSystem, logger: logger, observer: Silence())
    }

    private func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }

    private func play(_ user: String, _ show: String, _ plays: Int) -> String {
        "{\"User\":\"\(user)\",\"Show\":\"\(show)\",\"Plays\":\(plays)}\n"
    }

    @Test func everythingThatHappensToAFileHappensToItsFilesToo() throws {
        let bench = Workbench()
        bench.put("20220401.json", play("A", "MORNING", 3) + play("B", "VOD", 2))
        bench.put("20220402.json", play("A", "MORNING", 4) + play("C", "MORNING", 1) + play("C", "EVENING", 7))
        let settings = try settings(bench, "outputs:\n  - {file: \(bench.root)/top.md, report: shows}\n")
        let report = try processor(settings, bench).run()
        guard case .written(_, keys: 2) = report.publication else {
            Issue.record("\(report.publication)")
            return
        }
        #expect(report.summary("plays.csv", settings.plan.settings).contains("2 users in plays.csv"))
        #expect(text(bench.output + "/plays.csv") == "User,NewsPlays,AllPlays\nA,7,7\nC,1,1\n")
        #expect(text(bench.output + "/shows.csv") == "Show,Records,AllPlays\nEVENING,1,7\nMORNING,3,8\nVOD,1,2\n")
        let receipt = try #require(text(bench.output + "/receipt.json"))
        for words in ["\"users\": 3", "\"mapped_users\": 2", "\"plays\": 17", "\"genres\": [", "\"events\": ["] {
            #expect(receipt.contains(words), "\(words)")
        }
        #expect(report.outputs.map(\.problem) == [nil])
        #expect(text(bench.root + "/top.md")?.contains("| VOD") == true)

        let decided = try processor(settings, bench).decide(.retract, "20220402.json")
        let lines = decided.text.map { $0.split(separator: " ").joined(separator: " ") }
        #expect(lines.contains("users 2 1 -1") && lines.contains("News plays 8 3 -5"), "\(lines)")
        #expect(text(bench.output + "/plays.csv") == "User,NewsPlays,AllPlays\nA,3,3\n")

        let status = try CheckpointsStatus(settings, fileSystem: bench.fileSystem)
        let shown = status.text(.plain)
        #expect(shown.contains("events in no genre:\n  VOD  2 plays, 1 record\n"), "\(shown)")
        let verifier = Verifier(
            settings, fileSystem: bench.fileSystem, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            observer: Silence())
        #expect(try verifier.verify(sample: 2).isSound)

        // Other groups are another map: the same partials, another report.
        let other = try self.settings(bench, "genres: {News: [MORNING], Film: [VOD]}\n")
        _ = try processor(other, bench).run()
        #expect(text(bench.output + "/plays.csv") == "User,NewsPlays,FilmPlays,AllPlays\nA,3,0,3\nB,0,2,2\n")
    }

    @Test func whatIsAskedOfItsReportsIsInItsWords() throws {
        let bench = Workbench()
        bench.put("20220401.json", play("A", "MORNING", 3) + play("B", "MORNING", 9) + play("C", "EVENING", 1))
        let settings = try settings(bench)
        _ = try processor(settings, bench).run()
        var options = ExportOptions(PlaysPlan(), report: nil)
        options.top = 1
        let exporter = Exporter(settings, fileSystem: bench.fileSystem)
        var bytes: [UInt8] = []
        try exporter.export(try options.request(try options.form(file: nil)) { _ in nil }, format: .csv) {
            bytes += Array($0)
        }
        #expect(String(decoding: bytes, as: UTF8.self) == "User,NewsPlays,AllPlays\nB,9,9\n")
        func refusal(_ change: (inout ExportOptions) -> Void) -> String? {
            var options = ExportOptions(PlaysPlan(), report: nil)
            change(&options)
            do {
                _ = try options.request(try options.form(file: nil)) { $0 == "list" ? Array("PK\u{3}\u{4}".utf8) : nil }
                return nil
            } catch { return (error as? CommandFailure)?.message ?? "\(error)" }
        }
        #expect(refusal { $0.report = "engagement" } == "there is no report \"engagement\"; choose plays, shows")
        #expect(refusal { $0.keyWords = ["a", "b"] } == "--users is given 2 times; put all users into one list")
        #expect(refusal { $0.keyWords = [""] } == "--users takes a file, a pattern or a user")
        #expect(
            refusal { $0.keyWords = ["list"] } == "the list of users is a workbook or an archive; save the sheet as CSV"
        )
        #expect(throws: (any Error).self) { try self.settings(bench, "genres: {}\n") }
    }

    // MARK: The gate

    private func profile(_ day: Int, sum: Int64, _ labels: [String: Int]) -> ArrivalProfile {
        ArrivalProfile(
            name: "\(day).json", date: "2022-04-0\(day)", digest: "\(day)", records: 1000, sum: sum, size: 1000,
            labels: Dictionary(uniqueKeysWithValues: labels.map { (ByteOrdered($0), $1) }), sketch: nil)
    }

    @Test func theGateSpeaksOfItsKeysAndUnit() {
        let gate = ArrivalGate(rules: GateRules(), plan: PlanSettings.plays.fold)
        let earlier = (1...8).map { profile($0, sum: 5000, ["a": 300, "b": 300, "c": 200, "d": 100, "e": 100]) }
        #expect(
            gate.finding(profile(9, sum: 90_000, ["z": 1000]), earlier: earlier, others: [])
                == "unusual: 90,000 plays, usual is 5.00 k (5.00 k to 5.00 k): another unit?; "
                + "z has 100 % of the records, usual is none; no a, usual is 30 % of the records; "
                + "no b, usual is 30 % of the records; 3 events more: was an event renamed?")
    }
}
