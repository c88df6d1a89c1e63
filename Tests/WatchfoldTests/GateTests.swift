//  The arrival gate: what it finds unusual, what becomes of that, and that it is the same however files come.

import Configuration
import DurableIO
import Engagement
import Foundation
import KeyedTables
import Ledgers
import Records
import TestSupport
import Testing

@testable import Admission
@testable import Face
@testable import FaultInjection
@testable import JSONRecords
@testable import Wording

/// Days in small: 700 contracts, of which two thirds watch on a day, one to three records each.
struct SmallDays {
    var seed: UInt64 = 1
    var contracts = 700
    /// Of a hundred records.
    var apps = [("CHANNEL", 60), ("VOD", 30), ("CHILD", 10)]

    static func date(_ day: Int) -> String { "202204" + (day < 10 ? "0" : "") + "\(day)" }

    /// The lines of a day.
    func lines(_ day: Int) -> [String] {
        var dice = Dice(seed: seed &* 1000 &+ UInt64(day))
        var lines: [String] = []
        for contract in 0..<contracts where dice.below(3) > 0 {
            for _ in 0...dice.below(3) {
                var pick = dice.below(100)
                let app = apps.first { _, share in
                    pick -= share
                    return pick < 0
                }!.0
                lines.append(
                    #"{"Contract":"SGH\#(contract)","AppName":"\#(app)","TotalDuration":\#(dice.below(20_000))}"#)
            }
        }
        return lines
    }

    func text(_ day: Int) -> String { lines(day).joined(separator: "\n") + "\n" }

    func name(_ day: Int) -> String { Self.date(day) + ".json" }

    /// Puts days into an inbox.
    func put(_ days: some Sequence<Int>, into bench: Workbench) { for day in days { bench.put(name(day), text(day)) } }
}

@Suite struct GateTests {
    private let days = SmallDays()

    /// A place with ten good days counted.
    private func prepared(_ yaml: String = "", through last: Int = 10) throws -> Workbench {
        let bench = Workbench()
        bench.yaml = yaml
        days.put(1...last, into: bench)
        let report = try bench.run()
        #expect(report.files.allSatisfy { $0.state == .folded && !$0.isUnusual && $0.reason.isEmpty })
        return bench
    }

    /// What a file became: state and reason.
    private func outcome(_ bench: Workbench, _ name: String) throws -> (state: FileState, reason: String) {
        let file = try #require(try bench.status().files.first { $0.name == name })
        return (file.state, file.reason)
    }

    // MARK: What is found

    @Test func goodDaysAreNotRemarkable() throws {
        for seed in seeds(2) {
            let bench = Workbench()
            var days = SmallDays()
            days.seed = seed
            days.put(1...30, into: bench)
            #expect(try bench.run().files.filter { $0.isUnusual }.map(\.reason) == [], "seed \(seed)")
        }
    }

    /// A way in which the eleventh day is not what it should be, and words of what is reported about it.
    struct Fault: CustomStringConvertible, Sendable {
        var description: String
        var words: [String]
        var name = "20220411.json"
        var lines: @Sendable (SmallDays) -> [String]
    }

    static let faults = [
        Fault(description: "half a day", words: [" records, usual is ", ": a short dump?"]) { days in
            let all = days.lines(11)
            return Array(all.prefix(all.count / 2))
        },
        Fault(description: "two days in one", words: [" records, usual is ", ": more than one day?"]) {
            $0.lines(11) + $0.lines(12)
        },
        Fault(
            description: "an app renamed",
            words: ["no CHILD, usual is ", "KIDS has ", " of the records, usual is none", ": was an app renamed?"]
        ) {
            $0.lines(11).map { $0.replacingOccurrences(of: "CHILD", with: "KIDS") }
        },
        Fault(description: "milliseconds", words: [" seconds", "another unit?"]) {
            $0.lines(11).map { $0.replacingOccurrences(of: "}", with: "000}") }
        },
        Fault(description: "other contracts", words: ["0.00 % of its contracts are known from the days before"]) {
            $0.lines(11).map { $0.replacingOccurrences(of: "SGH", with: "sgh-") }
        },
        Fault(
            description: "the day before with 1 % changed", words: ["20220410.json: the same day under another date?"]
        ) {
            $0.lines(10).enumerated().map { $0 % 100 == 0 ? $1.replacingOccurrences(of: "}", with: "1}") : $1 }
        },
        Fault(
            description: "the same day twice",
            words: ["100 % of its contracts have the same rows as in 20220410.json: the same day twice?"],
            name: "20220410-again.json"
        ) { $0.lines(10).reversed() },
        Fault(description: "nothing but a line", words: ["1 records, usual is "]) { Array($0.lines(11).prefix(1)) },
    ]

    @Test(arguments: faults) func whatIsUnlikeTheDaysBeforeIsSaid(_ fault: Fault) throws {
        let bench = try prepared()
        bench.put(fault.name, fault.lines(days).joined(separator: "\n") + "\n")
        let report = try bench.run()
        let file = try #require(report.files.first { $0.name == fault.name })
        #expect(file.state == .folded && file.isUnusual && !report.isIncomplete)
        for words in fault.words { #expect(file.reason.contains(words), "\(file.reason)") }
        #expect(report.summary("x", .engagement).contains("1 file unusual: \(fault.name)"))
        #expect(try outcome(bench, fault.name) == (.folded, file.reason))
        let status = try bench.status()
        let json = try #require(
            JSONSerialization.jsonObject(with: Data(status.json())) as? [String: Any])
        let files = try #require(json["files"] as? [[String: Any]])
        #expect(files.filter { $0["unusual"] as? Bool == true }.map { $0["name"] as? String } == [fault.name])
        // The next day is judged by what was usual before, and is.
        days.put(12...12, into: bench)
        #expect(try bench.run().files.map(\.reason) == [""])
    }

    @Test func aFileOfAnotherKindHasNothingToBeComparedWith() throws {
        let bench = try prepared()
        for (index, name) in ["20220411-extra.json", "extra.json", "20220411/part-9.json", "dt=2022-04-11/x.json"]
            .enumerated()
        {
            bench.put(name, days.lines(11 + index).prefix(300).joined(separator: "\n") + "\n")
        }
        #expect(try bench.run().files.map(\.reason) == ["", "", "", ""])
    }

    @Test func sixDaysAreTooFew() throws {
        let bench = try prepared(through: 6)
        bench.put("20220407.json", days.lines(7).prefix(10).joined(separator: "\n") + "\n")
        #expect(try bench.run().files.map(\.reason) == [""])
        #expect(try bench.status().text(.plain).contains("gate flag: the next"))
        let few = try prepared(through: 3)
        let text = try few.status().text(.plain)
        #expect(text.contains("gate flag: 3 days of YYYYMMDD.json known; the comparison needs 7"), "\(text)")
    }

    @Test func whatComesAgainIsUsual() throws {
        // Every seventh and every sixth day is a third of the others.
        let bench = Workbench()
        for day in 1...28 {
            let lines = days.lines(day)
            let isWeekend = day % 7 == 0 || day % 7 == 6
            bench.put(
                days.name(day), lines.prefix(isWeekend ? lines.count / 3 : lines.count).joined(separator: "\n") + "\n")
        }
        #expect(try bench.run().files.filter { $0.isUnusual }.map(\.reason) == [])
    }

    @Test func theConfigurationSaysHowFarIsFar() throws {
        func isUnusual(_ yaml: String, _ records: Int) throws -> Bool {
            let bench = try prepared(yaml)
            bench.put("20220411.json", days.lines(11).prefix(records).joined(separator: "\n") + "\n")
            return try bench.run().files[0].isUnusual
        }
        let whole = days.lines(11).count
        #expect(try isUnusual("", whole * 6 / 10))
        #expect(try !isUnusual("gate: off", whole * 6 / 10))
        #expect(try !isUnusual("gate_threshold: 1000", whole * 6 / 10))
        #expect(try !isUnusual("", whole * 95 / 100))
    }

    // MARK: What becomes of it

    @Test func aFlagChangesNoReport() throws {
        var outputs: [[String: String]] = []
        var receipts: [String] = []
        for yaml in ["gate: off", "gate: flag"] {
            let bench = try prepared(yaml)
            bench.put("20220411.json", days.lines(11).prefix(350).joined(separator: "\n") + "\n")
            try bench.run()
            outputs.append(bench.outputs())
            let receipt = String(
                decoding: FileManager.default.contents(atPath: bench.output + "/receipt.json")!, as: UTF8.self)
            // How many files shared a commit is a matter of time.
            receipts.append(receipt.replacing(/"generation": [0-9]+/, with: ""))
        }
        expectSame(outputs[0], outputs[1])
        #expect(receipts[0] == receipts[1])
    }

    @Test func whatIsHeldCountsWhenItIsAccepted() throws {
        let bench = try prepared("gate: hold")
        let before = bench.outputs()
        bench.put("20220411.json", days.lines(11).prefix(350).joined(separator: "\n") + "\n")
        let report = try bench.run()
        #expect(report.files.map(\.state) == [.held] && report.isIncomplete)
        expectSame(bench.outputs(), before)
        // It stays held when nothing changes, also when it is read once more.
        #expect(try bench.run().stillOpen.map(\.name) == ["20220411.json"])
        bench.utime("20220411.json", Date())
        #expect(try bench.run().files.map(\.state) == [.held])
        _ = try bench.processor().decide(.accept, "20220411.json")
        #expect(try outcome(bench, "20220411.json").state == .folded)
        let after = bench.outputs()
        #expect(after["daily.csv"] != before["daily.csv"])
        // It stays held however often it is read again.
        bench.put("20220412.json", days.lines(12).prefix(300).joined(separator: "\n") + "\n")
        #expect(try bench.run().files.map(\.state) == [.held])
        for _ in 1...3 { #expect(try bench.reprocess(["\(bench.inbox)/20220412.json"]).files.map(\.state) == [.held]) }
        expectSame(bench.outputs(), after)
        bench.remove("20220412.json")
        // A decision is of a content: read again, it is not held again.
        #expect(try bench.reprocess(["\(bench.inbox)/20220411.json"]).files.map(\.state) == [.folded])
        expectSame(bench.outputs(), after)
        #expect(try bench.verify().isSound)
    }

    @Test func aReplacementIsComparedWithTheDaysBeforeAndNotWithItself() throws {
        let bench = try prepared("gate: hold")
        let before = bench.outputs()
        bench.put("20220410.json", days.lines(10).prefix(300).joined(separator: "\n") + "\n")
        #expect(try bench.run().files.map(\.state) == [.held])
        // What the name gave before goes on counting.
        expectSame(bench.outputs(), before)
        // Nearly what it was is no copy of another day.
        bench.put("20220410.json", days.lines(10).dropLast(3).joined(separator: "\n") + "\n")
        #expect(try bench.run().files.map(\.state) == [.folded])
        #expect(try outcome(bench, "20220410.json").reason.isEmpty)
    }

    @Test func reprocessingJudgesEachDayByThoseBeforeIt() throws {
        let bench = try prepared("gate: off")
        bench.put("20220409.json", days.lines(9).prefix(300).joined(separator: "\n") + "\n")
        try bench.run()
        bench.yaml = "gate: hold"
        let report = try bench.reprocess()
        // As if the gate had held from the start.
        #expect(report.files.filter { $0.state == .held }.map(\.name) == ["20220409.json"])
        #expect(report.files.filter { $0.isUnusual }.map(\.name) == ["20220409.json"])
        _ = try bench.processor().decide(.accept, "20220409.json")
        #expect(try bench.reprocess().files.allSatisfy { $0.state == .folded })
    }

    @Test func anExactCopyIsADuplicateAndNothingElse() throws {
        let bench = try prepared("gate: hold")
        bench.put("20220410-copy.json", days.text(10))
        #expect(try bench.run().files.map(\.state) == [.duplicate])
        // Where copies count, they are expected.
        bench.yaml = "gate: hold\nduplicates: count"
        bench.put("20220410-copy-2.json", days.text(10))
        #expect(try bench.run().files.filter { !$0.isUnchanged }.map(\.state) == [.folded])
    }

    // MARK: Order, crashes, repair

    /// Three weeks in which three days are bad.
    private func weeks() -> [(name: String, text: String)] {
        (1...21).map { day in
            var lines = days.lines(day)
            if day == 12 || day == 13 { lines = Array(lines.prefix(lines.count / 2)) }
            if day == 20 { lines = days.lines(19).dropLast(9).map { $0 } }
            return (days.name(day), lines.joined(separator: "\n") + "\n")
        }
    }

    private func outcomes(_ bench: Workbench) throws -> [String] {
        try bench.status().files.map { "\($0.name) \($0.state.rawValue) \($0.reason)" }
    }

    @Test(arguments: ["gate: flag", "gate: hold"])
    func aBurstIsJudgedAsIfTheDaysHadComeOneByOne(_ yaml: String) throws {
        let slow = Workbench()
        slow.yaml = yaml
        for (name, text) in weeks() {
            slow.put(name, text)
            try slow.run()
        }
        let expected = try outcomes(slow)
        #expect(
            expected.filter { $0.contains("unusual") }.map { $0.prefix(8) } == ["20220412", "20220413", "20220420"])
        for jobs in [1, 2, 5] {
            let burst = Workbench()
            burst.yaml = yaml
            burst.jobs = jobs
            var dice = TestSeed.dice(#function, "\(jobs)")
            for (name, text) in weeks().shuffled(using: &dice) { burst.put(name, text) }
            try burst.run()
            #expect(try outcomes(burst) == expected, "\(jobs) jobs, \(TestSeed.text)")
            expectSame(burst.outputs(), slow.outputs())
        }
        let reprocessed = Workbench()
        for (name, text) in weeks() { reprocessed.put(name, text) }
        reprocessed.yaml = "gate: off"
        try reprocessed.run()
        reprocessed.yaml = "gate: flag"
        // Both of two days that are alike are known by now.
        let found = try reprocessed.reprocess().files.filter { $0.isUnusual }.map { String($0.name.prefix(8)) }
        #expect(found == ["20220412", "20220413", "20220419", "20220420"])
    }

    @Test func aRunThatBreaksOffIsJudgedAlikeWhenItIsRepeated() throws {
        let whole = Workbench()
        whole.yaml = "gate: hold"
        for (name, text) in weeks() { whole.put(name, text) }
        try whole.run()
        for day in [12, 14] {
            let broken = Workbench()
            broken.yaml = "gate: hold"
            for (name, text) in weeks() { broken.put(name, text) }
            let date = SmallDays.date(day)
            // The two days after it are known late, the second of them first: the commit that breaks off ends with this
            // day, and meanwhile the other thread has what follows, and waits for its turn to commit it.
            let delays = [SmallDays.date(day + 1): 0.6, SmallDays.date(day + 2): 0.2]
            broken.watcher.bend { call in
                switch call {
                case .open(let path, _):
                    for (late, delay) in delays where path.contains("/.\(late)-") {
                        Thread.sleep(forTimeInterval: delay)
                    }
                case .rename(let from, _) where from.contains("/.\(date)-"):
                    Thread.sleep(forTimeInterval: 0.8)
                    return .fail(errno: EIO)
                default: break
                }
                return .proceed
            }
            #expect(throws: (any Error).self) { try broken.run() }
            broken.watcher.bend { _ in .proceed }
            try broken.run()
            #expect(try outcomes(broken) == outcomes(whole))
            expectSame(broken.outputs(), whole.outputs())
        }
    }

    @Test func aRebuiltLedgerKnowsTheDaysAsBefore() throws {
        let bench = try prepared()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: bench.checkpoints + "/ledger.sqlite" + suffix)
        }
        _ = try bench.verify(repairing: true)
        try bench.run()
        bench.put("20220411.json", days.lines(10).dropLast(3).joined(separator: "\n") + "\n")
        let report = try bench.run()
        #expect(report.files.map(\.name) == ["20220411.json"])
        #expect(report.files[0].reason.contains("the same rows as in 20220410.json"))
    }
}

@Suite struct ArrivalGateTests {
    private func profile(
        _ date: String, records: Int = 1000, labels: [String: Int] = ["VOD": 1000], sketch: PartialSketch? = nil
    ) -> ArrivalProfile {
        ArrivalProfile(
            name: date + ".json", date: date, digest: date, records: records, sum: Int64(records) * 100,
            size: records, labels: Dictionary(uniqueKeysWithValues: labels.map { (ByteOrdered($0), $1) }),
            sketch: sketch)
    }

    private let gate = ArrivalGate(rules: GateRules(), plan: .engagement)

    @Test func daysWithoutSketchesAreComparedByTheirSums() {
        let earlier = (1...9).map {
            profile("2022-04-0\($0)", records: 100_000 + $0 * 500, labels: ["VOD": 90_000, "CHILD": 10_000])
        }
        func finding(_ day: ArrivalProfile) -> String? { gate.finding(day, earlier: earlier, others: earlier) }
        #expect(finding(profile("2022-04-10", records: 101_000, labels: ["VOD": 91_000, "CHILD": 10_000])) == nil)
        #expect(
            finding(profile("2022-04-10", records: 30_000, labels: ["VOD": 27_000, "CHILD": 3_000]))
                == "unusual: 30,000 records, usual is 103 k (101 k to 104 k): a short dump?")
        #expect(
            finding(profile("2022-04-10", records: 101_000, labels: ["VOD": 101_000]))
                == "unusual: no CHILD, usual is 9.8 % of the records")
    }

    @Test func longAndHostileNamesAreCut() throws {
        let earlier = (1...9).map { profile("2022-04-0\($0)") }
        let name = String(repeating: "é\u{1B}[31m", count: 100_000)
        let text = try #require(
            gate.finding(profile("2022-04-10", labels: ["VOD": 500, name: 500]), earlier: earlier, others: []))
        #expect(text.utf8.count < 400)
    }

    /// The example at the head of UsualRange.swift.
    @Test func theExampleIsAsItIsWorkedByHand() {
        let usual = UsualRange([100, 101, 103, 99, 70, 102, 100])
        #expect(usual.median == 100 && usual.low == 99 && usual.high == 102)
        #expect(abs(usual.deviation - 1.4826) < 1e-9)
        #expect(usual.side(of: 70, slack: 10, threshold: 6) == .below)
        #expect(usual.side(of: 89, slack: 10, threshold: 6) == nil)
        #expect(usual.side(of: 88.9, slack: 10, threshold: 6) == .below)
        #expect(usual.side(of: 112, slack: 10, threshold: 6) == nil)
        #expect(usual.side(of: 112.1, slack: 10, threshold: 6) == .above)
    }

    @Test func oneWildDayMovesNothing() {
        var dice = Dice(seed: 5)
        for _ in 0..<200 {
            let values = (0..<(7 + dice.below(22))).map { _ in Double(1000 + dice.below(100)) }
            let usual = UsualRange(values)
            for wild in [-1e9, 0, 1e9] {
                var spoilt = values
                spoilt[dice.below(values.count)] = wild
                let other = UsualRange(spoilt)
                #expect(other.low >= values.min()! && other.high <= values.max()!)
                #expect(abs(other.median - usual.median) <= 100)
                #expect(other.side(of: wild, slack: 100, threshold: 6) != nil)
            }
            for value in values { #expect(usual.side(of: value, slack: 100, threshold: 6) == nil) }
        }
    }

    @Test(arguments: [
        ("20220412.json", "YYYYMMDD.json"), ("dt=2022-04-12/part-03.json", "dt=YYYY-MM-DD/part-03.json"),
        ("2022-04-12/20220412-07.json", "YYYY-MM-DD/YYYYMMDD-07.json"), ("x.json", "x.json"),
        ("120220412.json", "1YYYYMMDD.json"), ("é20220412\n.json", "éYYYYMMDD\n.json"),
    ])
    func aSeriesIsTheNameWithoutItsDate(_ name: String, _ pattern: String) {
        #expect(FileSeries(name: name, date: "2022-04-12").pattern == ByteOrdered(pattern))
    }
}
