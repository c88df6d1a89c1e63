//  A fold of many files into one sum: files that do not count must leave no trace, whatever the threads, the budget and
//  the order in which files end.

import Checkpoints
import Engagement
import Folding
import Foundation
import Ledgers
import Records
import Synchronization
import TestSupport
import Testing
import Wording

@testable import Configuration
@testable import Face
@testable import Intake
@testable import JSONRecords
@testable import Operations

@Suite struct FoldTotalTests {
    private struct Sums: Equatable {
        var seconds: Int64 = 0
        var records: Int64 = 0
    }

    /// Sums by contract and app.
    private typealias Total = [[String]: Sums]

    /// A file's lines and what they add up to.
    private static func file(
        _ random: inout Dice, contracts: Int, most: Int = 4000
    ) -> (lines: [UInt8], sums: Total) {
        var text = ""
        var sums: Total = [:]
        for _ in 0..<1 + random.below(most) {
            let number = random.below(contracts)
            let contract = number % 5 == 0 ? "a-contract-with-a-long-name-\(number)" : "C\(number)"
            let app = ["CHANNEL", "VOD", "an app with a rather long name"][random.below(3)]
            let seconds = Int64(random.below(5000))
            text += #"{"Contract":"\#(contract)","AppName":"\#(app)","TotalDuration":\#(seconds)}"# + "\n"
            sums[[contract, app], default: Sums()].seconds += seconds
            sums[[contract, app], default: Sums()].records += 1
        }
        return (Array(text.utf8), sums)
    }

    private func rows(_ batch: KeyedBatch) -> [(key: [String], sums: Sums)] {
        (0..<batch.count).map { row in
            (batch.keys.map { $0[row] }, Sums(seconds: batch.measures[0][row], records: batch.measures[1][row]))
        }
    }

    @Test(arguments: seeds(10)) func onlyFilesThatCountAreAddedUp(_ seed: UInt64) throws {
        var random = Dice(seed: seed &+ 900)
        let bench = Workbench()
        let contracts = [50, 3000, 20_000][random.below(3)]
        var inputs: [FoldInput] = []
        var counting: Set<Int> = []
        var expected: Total = [:]
        for index in 0..<3 + random.below(8) {
            let (lines, sums) = Self.file(&random, contracts: contracts)
            let name = "\(index).json"
            bench.put(name, random.below(4) == 0 ? gzip(lines) : lines)
            inputs.append(FoldInput(name: name, path: bench.inbox + "/" + name))
            if random.below(3) == 0 { continue }
            counting.insert(index)
            expected.merge(sums) { Sums(seconds: $0.seconds + $1.seconds, records: $0.records + $1.records) }
        }
        // One that is not there fails, and counts for nothing.
        inputs.append(FoldInput(name: "missing", path: bench.inbox + "/missing"))
        for (jobs, memory, journalLimit) in [
            (1, 0, 1 << 20), (2, 0, 1 << 20), (3, 512_000_000, 1500), (2, 512_000_000, 1 << 20),
        ] {
            let pool = FoldPool(
                settings: FoldSettings(plan: .engagement, memory: memory), fileSystem: bench.fileSystem, jobs: jobs,
                scratch: bench.root,
                journalLimit: journalLimit)
            let failures = Mutex(0)
            let counted = counting
            let runs = pool.accumulate(inputs) { index, outcome in
                guard case .read = outcome else {
                    failures.withLock { $0 += 1 }
                    return false
                }
                return counted.contains(index)
            }
            #expect(failures.withLock { $0 } == 1)
            var found: Total = [:]
            var last: [String] = []
            let ranges = try runs.ranges()
            for run in 0..<ranges.runCount { ranges.prepare(run) }
            let room = RunMergeRoom(rowLimit: 100)
            for range in 0..<ranges.rangeCount {
                try ranges.merge(range: range, in: room) { batch in
                    for (key, sums) in rows(batch) {
                        #expect(last.lexicographicallyPrecedes(key) { $0.utf8.lexicographicallyPrecedes($1.utf8) })
                        last = key
                        found[key] = sums
                    }
                }
            }
            #expect(found == expected, "\(jobs) threads, \(memory) bytes, \(journalLimit) records in a journal")
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: bench.root)
        #expect(!left.contains { $0.contains("fold.parquet") }, "\(left)")
    }

    private func fold(_ bench: Workbench, _ names: [String]) throws -> (text: String, report: RunResult) {
        var found: [UInt8] = []
        let fold = OneShotFold(try bench.settings(), fileSystem: bench.fileSystem, logger: noLog, observer: Silence())
        let report = try fold.run(names.map { bench.inbox + "/" + $0 }, format: .csv) { found += Array($0) }
        return (String(decoding: found, as: UTF8.self), report)
    }

    private func line(_ contract: String, _ seconds: Int64) -> String {
        #"{"Contract":"\#(contract)","AppName":"VOD","TotalDuration":\#(seconds)}"# + "\n"
    }

    @Test(arguments: [1, 2, 4]) func filesThatAreNotTakenLeaveNoTrace(jobs: Int) throws {
        let bench = Workbench()
        bench.jobs = jobs
        let good = (0..<200).map { line("C\($0 % 70)", Int64($0)) }.joined()
        bench.put("good.json", good)
        bench.put("held.json", good + String(repeating: "nothing\n", count: 50))
        bench.put("cut.json", good + #"{"Contract":"C1","App"#)
        bench.put("empty.json", "")
        bench.put("copy.json.gz", gzip(Array(good.utf8)))
        bench.put("broken.json.gz", Array(gzip(Array((good + line("X", 1)).utf8)).dropLast(9)))
        bench.put("other.json", line("D", 5) + line("C3", 100))
        let names = [
            "held.json", "good.json", "cut.json", "empty.json", "copy.json.gz", "broken.json.gz", "other.json",
        ]
        let alone = try fold(bench, ["good.json", "other.json"]).text
        for order in [names, names.reversed()] {
            let (text, report) = try fold(bench, order)
            #expect(text == alone)
            let isReversed = order == names.reversed()
            let states = [
                FileState.held, isReversed ? .duplicate : .folded, .failed, .failed, isReversed ? .folded : .duplicate,
                .failed, .folded,
            ]
            #expect(report.files.map(\.state) == (isReversed ? states.reversed() : states))
        }
    }

    @Test func sumsThatDoNotFitAreFoundInAFileAndAcrossFiles() throws {
        let bench = Workbench()
        bench.put("a.json", line("SMALL", 1) + line("BIG", .max - 5))
        bench.put("own.json", line("OWN", .max - 5) + line("OWN", 6))
        bench.put("b.json", line("SMALL", 1) + line("OTHER", 100))
        for jobs in [1, 2] {
            bench.jobs = jobs
            let (text, report) = try fold(bench, ["a.json", "own.json"])
            #expect(report.files.map(\.state) == [.folded, .failed])
            #expect(report.files[1].reason.contains("OWN"))
            #expect(text.contains("BIG,0,\(Int64.max - 5),") && !text.contains("OWN"))
            // It is not the sum of one contract that is too large, and nothing is damaged.
            let failure = try #require(throws: Refused.self) { try fold(bench, ["a.json", "b.json"]) }
            #expect(failure.kind == .filesOpen)
            #expect(
                failure.words
                    == "the sum of seconds over all files exceeds 9223372036854775807; the largest contract is BIG")
        }
    }

    @Test func hundredsOfRunsAreMergedWithFewOpenFiles() throws {
        let bench = Workbench()
        var random = Dice(seed: 77)
        var inputs: [FoldInput] = []
        var expected: Total = [:]
        let count = 220
        for index in 0..<count {
            let (lines, sums) = Self.file(&random, contracts: 500, most: 60)
            let name = "\(index).json"
            bench.put(name, lines)
            inputs.append(FoldInput(name: name, path: bench.inbox + "/" + name))
            expected.merge(sums) { Sums(seconds: $0.seconds + $1.seconds, records: $0.records + $1.records) }
        }
        let pool = FoldPool(
            settings: FoldSettings(plan: .engagement, memory: 0), fileSystem: bench.fileSystem, jobs: 1,
            scratch: bench.root,
            journalLimit: 0)
        let mostOpen = Mutex(0)
        let root = bench.root
        let runs = pool.accumulate(inputs) { _, _ in
            let open = Self.openRuns(below: root)
            mostOpen.withLock { $0 = max($0, open) }
            return true
        }
        // Each file is a run; of so many, some were merged, and those again.
        #expect(bench.watcher.opened(below: bench.root).count { $0.contains("fold.parquet") } > count)
        #expect((32...110).contains(mostOpen.withLock { $0 }), "\(mostOpen.withLock { $0 }) files were open at once")
        var found: Total = [:]
        try runs.merge(rowLimit: 1000) { for (key, sums) in rows($0) { found[key] = sums } }
        #expect(found == expected)
    }

    /// Files without a name that this process has open, below a folder.
    private static func openRuns(below folder: String) -> Int {
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return descriptors.count { descriptor in
            let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/" + descriptor)
            return path.map { $0.hasPrefix(folder) && $0.contains("fold.parquet") } ?? false
        }
    }
}
