//  What docs/checkpoint-format.md says of sizes and of the order of steps.

import DurableIO
import Foundation
import Glibc
import KeyedTables
import Synchronization
import Testing

@testable import Configuration
@testable import JSONRecords

@Suite struct DocumentedFormatTests {
    /// Section 3: 16,384 rows, or 2 MiB of keys.
    @Test func aRowGroupOfAPartialEndsWithItsRowsOrTheBytesOfItsKeys() throws {
        let bench = Workbench()
        func record(_ contract: String) -> String {
            #"{"Contract":"\#(contract)","AppName":"VOD","TotalDuration":1}"# + "\n"
        }
        let long = String(repeating: "x", count: 3000)
        bench.put("20220401.json", (0..<2000).map { record("\(10_000 + $0)\(long)") }.joined())
        bench.put("20220402.json", (0..<40_000).map { record("\(10_000 + $0)") }.joined())
        try bench.run()
        func groups(_ date: String) throws -> [(rows: Int, keyBytes: Int)] {
            let folder = bench.checkpoints + "/partials/dt=\(date)"
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
            let next = try KeyedTableReader(folder + "/" + name, kind: "partial", in: .real).batches()
            var groups: [(Int, Int)] = []
            while let batch = try next() {
                let bytes = batch.keys.reduce(0) { sum, column in
                    (0..<batch.count).reduce(sum) { $0 + column[$1].utf8.count }
                }
                groups.append((batch.count, bytes))
            }
            return groups
        }
        let (limit, row) = (2 << 20, long.utf8.count + 5 + 3)
        let short = try groups("2022-04-02").map(\.rows)
        #expect(short == [16_384, 16_384, 40_000 - 2 * 16_384])
        let wide = try groups("2022-04-01")
        #expect(wide.count == (2000 * row + limit - 1) / limit)
        for group in wide.dropLast() { #expect((limit..<limit + row).contains(group.keyBytes), "\(group)") }
    }

    /// Section 9: a file that is in the ledger is not read again, so its dead letters are there before.
    @Test func deadLettersAreReplacedBeforeTheCommit() throws {
        let bench = Workbench()
        bench.yaml = "max_reject_ratio: 100%\n"
        bench.put("a.json", #"{"Contract":"A","AppName":"VOD","TotalDuration":1}"# + "\nnonsense\n")
        // The partial, which comes before the commit, cannot get its name.
        bench.watcher.bend { call in
            if case .rename(_, let target) = call, target.hasSuffix(".parquet") { .fail(errno: EIO) } else { .proceed }
        }
        #expect(throws: IOError.self) { try bench.run() }
        let letters = bench.output + "/rejects/a.json.jsonl"
        #expect(FileManager.default.contents(atPath: letters).map { $0.count > 20 } == true)
        #expect(try bench.state("a.json") == nil)
        bench.watcher.bend { _ in .proceed }
        try FileManager.default.removeItem(atPath: letters)
        try bench.run()
        #expect(try bench.state("a.json") == .folded && FileManager.default.fileExists(atPath: letters))
    }

    /// Of more than 32 tables some are merged first, on the disk; where that may not be written, elsewhere or not at all.
    @Test(arguments: [ENOSPC, EROFS, EACCES], [1, 2])
    func aChoiceOfManyDaysNeedsNoScratchTables(code: Int32, places: Int) throws {
        let bench = Workbench()
        let days = (1...30).map { "2022-04-" + ($0 < 10 ? "0" : "") + "\($0)" } + (1...9).map { "2022-05-0\($0)" }
        for (index, day) in days.enumerated() {
            let lines = (0..<20).map {
                #"{"Contract":"C\#($0 * index % 37)","AppName":"VOD","TotalDuration":\#($0)}"# + "\n"
            }
            bench.put("\(day).json", lines.joined())
        }
        try bench.run()
        let wanted = try bench.export(.profile, from: days.first, to: days.last)
        #expect(wanted.split(separator: "\n").count > 30)
        let refused = Mutex<Set<String>>([])
        bench.watcher.bend { call in
            guard case .open(let path, let flags) = call, flags & O_CREAT != 0, path.contains("merge.parquet") else {
                return .proceed
            }
            let isRefused = refused.withLock { refused in
                if refused.count < places { refused.insert(Path.parent(path)) }
                return refused.contains(Path.parent(path))
            }
            return isRefused ? .fail(errno: code) : .proceed
        }
        #expect(try bench.export(.profile, from: days.first, to: days.last) == wanted)
        #expect(refused.withLock { $0.count } == places && refused.withLock { $0.contains(bench.checkpoints) })
    }
}
