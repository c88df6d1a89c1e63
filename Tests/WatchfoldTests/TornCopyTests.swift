//  A copy whose original gets another content at the moment in which the copy itself is cut, emptied or held.

import Foundation
import Ledgers
import Testing

@Suite struct TornCopyTests {
    private func line(_ contract: String) -> String {
        #"{"Contract":"\#(contract)","AppName":"CHANNEL","TotalDuration":5}"# + "\n"
    }

    /// What becomes of the copy's bytes, and its state then.
    private static let fates: [(String, FileState)] = [
        (#"{"Contract":"Z","Ap"#, .waiting), ("", .waiting), (#"{"Contract":3}"# + "\n", .held),
    ]

    @Test(arguments: Array(fates.indices), [["b.json"], ["b.json", "c.json"]])
    func itTakesOverWhatItRepeatedAndGoesOnGivingIt(_ fate: Int, _ copies: [String]) throws {
        let (text, state) = Self.fates[fate]
        let bench = Workbench()
        bench.put("a.json", line("A"))
        for name in copies { bench.put(name, line("A")) }
        try bench.run()
        bench.put("a.json", line("B"))
        bench.put("b.json", text)
        bench.put("d.json", line("D"))
        let report = try bench.run()
        #expect(report.files.map(\.name).sorted() == ["a.json", "b.json", "d.json"])
        #expect(report.files.first { $0.name == "b.json" }?.state == state)
        func contracts() -> [String] {
            bench.outputs()["engagement.csv"]!.split(separator: "\n").dropFirst().map { String($0.prefix(1)) }
        }
        #expect(contracts() == ["A", "B", "D"])
        let status = try bench.status()
        #expect(status.files.first { $0.name == "b.json" }?.state == state)
        if copies.count > 1 { #expect(status.files.first { $0.name == "c.json" }?.state == .duplicate) }
        #expect(try bench.verify().isSound)
        // The next run has nothing to do but to look at the copy again, and a mended one replaces what it gave.
        #expect(try bench.run().publication == .current)
        bench.put("b.json", line("E"))
        try bench.run()
        #expect(contracts() == (copies.count > 1 ? ["A"] : []) + ["B", "D", "E"])
        #expect(try bench.verify().isSound)
    }
}
