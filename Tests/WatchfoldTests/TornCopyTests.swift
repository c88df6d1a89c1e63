//  A copy whose original gets another content when the copy itself is cut, emptied or held: at the same moment or before.

import Checkpoints
import Foundation
import Testing

@testable import Watchfold

@Suite struct TornCopyTests {
    private func line(_ contract: String) -> String {
        #"{"Contract":"\#(contract)","AppName":"CHANNEL","TotalDuration":5}"# + "\n"
    }

    /// What becomes of the copy's bytes, and its state then.
    private static let fates: [(String, FileState)] = [
        (#"{"Contract":"Z","Ap"#, .waiting), ("", .waiting), (#"{"Contract":3}"# + "\n", .held),
    ]

    /// In whatever order the two change, and whether in one run or in two, the same counts.
    @Test(
        arguments: Array(fates.indices),
        [[["b"], ["a"]], [["a"], ["b"]], [["a", "b"]], [["b"], ["b2"], ["a", "b"]]])
    func theOrderOfTheTwoDoesNotMatter(_ fate: Int, _ steps: [[String]]) throws {
        let (text, state) = Self.fates[fate]
        let bench = Workbench()
        for name in ["a.json", "b.json"] { bench.put(name, line("A")) }
        try bench.run()
        for (index, step) in steps.enumerated() {
            if step.contains("a") { bench.put("a.json", line("B")) }
            if step.contains("b") { bench.put("b.json", text + (index > 0 && !text.isEmpty ? " " : "")) }
            if step.contains("b2") { bench.put("b.json", #"{"Contract":"#) }
            try bench.run()
            #expect(try bench.verify().isSound)
        }
        #expect(
            bench.outputs()["engagement.csv"]!.split(separator: "\n").dropFirst().map { String($0.prefix(1)) } == [
                "A", "B",
            ])
        #expect(try bench.status().files.first { $0.name == "b.json" }?.state == state)
        #expect(try bench.run().publication == .current)
        // What is said of it stays, also when an accepted or mended content comes.
        bench.put("b.json", line("E"))
        try bench.run()
        #expect(
            bench.outputs()["engagement.csv"]!.split(separator: "\n").dropFirst().map { String($0.prefix(1)) } == [
                "B", "E",
            ])
        #expect(try bench.verify().isSound)
    }

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
