//  What a long history costs. Times depend on the machine, so these run only when WATCHFOLD_BENCHMARK names a folder on
//  the disk to measure (release build: swift test -c release -Xswiftc -enable-testing).

import Foundation
import Testing

@testable import Ledgers

@Suite(.enabled(if: ProcessInfo.processInfo.environment["WATCHFOLD_BENCHMARK"] != nil), .serialized)
struct LedgerSpeedTests {
    private func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let time = try ContinuousClock().measure(body)
        return Double(time.components.attoseconds) / 1e15 + Double(time.components.seconds) * 1e3
    }

    private func best(_ body: () throws -> Void) rethrows -> Double {
        var best = Double.infinity
        for _ in 0..<10 { best = min(best, try milliseconds(body)) }
        return best
    }

    private func report(_ what: String, _ milliseconds: Double) {
        print("\(what): \((milliseconds * 100).rounded() / 100) ms")
    }

    @Test func tenThousandFiles() throws {
        let folder = ProcessInfo.processInfo.environment["WATCHFOLD_BENCHMARK"]! + "/ledger-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/ledger.sqlite"
        var ledger: Ledger? = try Ledger.test(path, .create)
        let run = try ledger!.testRun()
        func change(_ numbers: Range<Int>) -> CommitChange {
            var change = CommitChange(run: run)
            for number in numbers {
                let name = "dt=2022-04-\(10 + number % 20)/part-\(number).json"
                var new = newVersion(
                    name, content: number, partial: "\(number).parquet", date: "2022-04-\(10 + number % 20)")
                new.breakdown = (1...8).map { BreakdownSum(label: "APP\($0)", records: 1, sum: 1) }
                new.outcomes.folded = 8
                new.facts.sum = 8
                new.facts.magnitude = 8
                change.files.append(
                    FileChange(name, .folded(change.add(new)), at: location(name, date: new.facts.date)))
            }
            return change
        }
        report("10,000 files in one commit", try milliseconds { try ledger!.commit(change(0..<10_000)) })
        var commits: [Double] = []
        for number in 10_000..<10_100 {
            commits.append(try milliseconds { try ledger!.commit(change(number..<number + 1)) })
        }
        commits.sort()
        report("one file in one commit, median of 100", commits[50])
        report("one file in one commit, worst of 100", commits[99])
        report("settle", try milliseconds { try ledger!.settle() })
        report("beginRun", try milliseconds { _ = try ledger!.testRun() })
        ledger = nil
        print("size: \(try FileManager.default.attributesOfItem(atPath: path)[.size]!) bytes")
        for mode in [Ledger.Mode.write, .read] {
            var count = 0
            let both = try best { count = try Ledger.test(path, mode).files().count }
            #expect(count == 10_100)
            report("open for \(mode), read 10,100 files, close", both)
            #expect(both < 30)
        }
        report("open, close", try best { _ = try Ledger.test(path, .write) })
        let again = try Ledger.test(path, .write)
        report("files", try best { _ = try again.files() })
        report("countingVersions", try best { _ = try again.countingVersions() })
        report("countingVersions at 1", try best { _ = try again.countingVersions(at: 1) })
        report("changes over 100 generations", try best { _ = try again.changes(from: 1, to: 101) })
        report("datedBreakdown", try best { _ = try again.datedBreakdown() })
        var findings: [String] = []
        report("check", try best { findings += try again.check() })
        #expect(findings == [])
    }
}
