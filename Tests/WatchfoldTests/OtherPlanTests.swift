//  Another plan's files: what the gate and the findings say is in its words, and where fields may be is its guess.

import Configuration
import DurableIO
import Operations
import Records
import Testing

@testable import Admission
@testable import Findings
@testable import RunSettings

extension PlanSettings {
    /// Plays by user and show; shows in genres.
    fileprivate static let plays = PlanSettings(
        fold: FoldPlan(
            name: "plays", keys: ["User", "Show"], keyPaths: [FieldPath([["User"]]), FieldPath([["Show"]])],
            keyWords: [
                FieldWords(
                    label: "user", noun: "user", plural: "users", names: FieldNames(likely: ["listener"])),
                FieldWords(
                    label: "show", noun: "event", plural: "events",
                    names: FieldNames(likely: ["broadcast"], misleading: ["late"])),
            ],
            value: "Plays", valuePath: FieldPath([["Plays"]]),
            valueWords: FieldWords(
                label: "plays", noun: "number", plural: "numbers", names: FieldNames(likely: ["spins"])),
            unit: "plays", ignoredKeys: [], keepsNegativeValues: false),
        ignoreExample: "[\"-\"]",
        grouping: KeyGrouping(
            setting: "genres", noun: "genre", key: 1, columnSuffix: "Plays", takenName: "All",
            ungroupedReport: "shows.csv", example: GroupRule("News", ["MORNING"]),
            builtIn: [GroupRule("News", ["MORNING"])]),
        reportFiles: ["plays.csv"])
}

@Suite struct OtherPlanTests {
    private func findings(_ lines: [String]) throws -> FileFindings {
        let bench = Workbench()
        bench.put("a.json", lines.map { $0 + "\n" }.joined())
        let report = Checker(Settings(.builtIn(.plays)), fileSystem: bench.fileSystem, observer: Silence())
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
        #expect(found.advice[.bad("plays")]?.notes == ["Plays 2.5 is no whole number of plays"])
    }

    // MARK: The gate

    private func profile(_ day: Int, sum: Int64, _ labels: [String: Int]) -> ArrivalProfile {
        ArrivalProfile(
            name: "\(day).json", date: "2022-04-0\(day)", digest: "\(day)", records: 1000, sum: sum, rows: 1000,
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
