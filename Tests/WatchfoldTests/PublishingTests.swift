//  Reports made by several threads, in several ranges of contracts, are the reports.

import Foundation
import Records
import Testing

@testable import Checkpoints
@testable import Configuration
@testable import JSONRecords
@testable import KeyedTables

@Suite struct PublishingTests {
    /// Two days of contracts that fill more than one row group each, and overlap.
    private static let days: [(name: String, contracts: Range<Int>)] = [
        ("20220401.json", 0..<68_000), ("20220402.json", 30_000..<98_000),
    ]

    private func lines(_ contracts: some Sequence<Int>, _ seconds: (Int) -> Int) -> [UInt8] {
        var text: [UInt8] = []
        for contract in contracts {
            let app = ["CHANNEL", "VOD", "LATER", "SPORT"][contract % 4]
            let line =
                #"{"Contract":"C\#(1_000_000 + contract)","AppName":"\#(app)","TotalDuration":\#(seconds(contract))}"#
            text.append(contentsOf: line.utf8)
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    /// engagement.csv of what the days and the addition add up to.
    private func engagement(_ addition: [Int: Int]) -> String {
        var rows = ["Contract,TVDuration,MovieDuration,ChildDuration,RelaxDuration,SportDuration"]
        for contract in 0..<98_000 where contract % 4 != 2 {
            let sum =
                Self.days.reduce(0) { $0 + ($1.contracts.contains(contract) ? contract : 0) }
                + addition[contract, default: 0]
            let columns = [("\(sum),0,0,0,0"), ("0,\(sum),0,0,0"), "", ("0,0,0,0,\(sum)")]
            rows.append("C\(1_000_000 + contract),\(columns[contract % 4])")
        }
        return rows.joined(separator: "\n") + "\n"
    }

    private func republished(_ bench: Workbench, _ jobs: Int, keepingTotal: Bool) throws -> ([String: String], [UInt8])
    {
        if !keepingTotal { try FileManager.default.removeItem(atPath: bench.totalPath) }
        try FileManager.default.removeItem(atPath: bench.output)
        bench.jobs = jobs
        try bench.run()
        return (bench.outputs(), Array(try Data(contentsOf: URL(fileURLWithPath: bench.totalPath))))
    }

    @Test func theNumberOfThreadsDoesNotShow() throws {
        let bench = Workbench()
        for day in Self.days { bench.put(day.name, lines(day.contracts) { $0 }) }
        bench.jobs = 2
        try bench.run()
        let first = bench.outputs()
        #expect(first["engagement.csv"] == engagement([:]))
        let total = try KeyedTableReader(bench.totalPath, kind: TotalStore.kind, in: .real)
        #expect(total.rowCount == 98_000 && total.groups.count > 1)
        let (again, bytes) = try republished(bench, 1, keepingTotal: false)
        expectSame(again, first)
        for jobs in [2, 3, 7] {
            let (outputs, totalBytes) = try republished(bench, jobs, keepingTotal: false)
            expectSame(outputs, first, "\(jobs) jobs")
            #expect(totalBytes == bytes, "\(jobs) jobs")
        }
        expectSame(try republished(bench, 3, keepingTotal: true).0, first, "from the total")

        // Beside a large total a small file changes little, and engagement is made before the rest.
        let changed = [0, 1, 29_999, 30_000, 65_535, 65_536, 97_999]
        bench.put("20220403.json", lines(changed) { _ in 11 })
        bench.jobs = 2
        try bench.run()
        let after = bench.outputs()
        #expect(after["engagement.csv"] == engagement(Dictionary(uniqueKeysWithValues: changed.map { ($0, 11) })))
        let (rebuilt, _) = try republished(bench, 1, keepingTotal: false)
        expectSame(rebuilt, after)
        #expect(try bench.verify().isSound)
    }
}
