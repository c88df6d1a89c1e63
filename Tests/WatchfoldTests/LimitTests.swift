//  Sums that do not fit in 64 bits, and surroundings that are not what one expects.

import Foundation
import Testing

@testable import Configuration

@Suite struct LimitTests {
    /// Lines of one length, so many of them bad.
    private func lines(bad: Int, of count: Int) -> String {
        (0..<count).map { index in
            index < bad
                ? #"{"Contract":"C","AppName":"VOD","TotalDuration":-1}"# + "\n"
                : #"{"Contract":"D","AppName":"VOD","TotalDuration":11}"# + "\n"
        }.joined()
    }

    /// A bench with one good file.
    private func bench() -> Workbench {
        let bench = Workbench()
        bench.put("20220401.json", lines(bad: 0, of: 20))
        return bench
    }

    private func large(_ contract: String, _ seconds: Int64) -> String {
        #"{"Contract":"\#(contract)","AppName":"VOD","TotalDuration":\#(seconds)}"# + "\n"
    }

    @Test func aFileWhoseOwnSumsDoNotFitFailsAndNamesTheContract() throws {
        let bench = bench()
        bench.put("20220402.json", large("BIG", .max - 5) + large("BIG", 6))
        bench.put("20220403.json", lines(bad: 0, of: 3))
        let report = try bench.run()
        #expect(report.files.map(\.state) == [.folded, .failed, .folded])
        #expect(report.files[1].reason.contains("BIG"), "\(report.files[1].reason)")
        #expect(try bench.verify().isSound)
    }

    @Test func aFileThatDoesNotFitBesideTheOthersFailsAndNamesTheContract() throws {
        let bench = bench()
        try bench.run()
        bench.put("20220402.json", large("BIG", .max - 1000) + large("SMALL", 1))
        let report = try bench.run()
        #expect(report.files.map(\.state) == [.folded])
        bench.put("20220403.json", large("GIANT", 2000) + large("SMALL", 1))
        bench.put("20220404.json", lines(bad: 0, of: 3))
        bench.jobs = 1
        let second = try bench.run()
        // The largest of all is what there is no room for, whenever it came.
        #expect(second.files.map(\.state) == [.folded, .folded])
        #expect(second.followers.map(\.name) == ["20220402.json"] && second.followers.map(\.state) == [.failed])
        #expect(second.followers[0].reason.contains("BIG"), "\(second.followers[0].reason)")
        #expect(second.isIncomplete)
        #expect(try bench.verify().isSound)
        // The same in one commit of many files.
        let third = try bench.reprocess()
        #expect(third.files.map(\.state) == [.folded, .failed, .folded, .folded], "\(third.files.map(\.reason))")
        #expect(try bench.verify().isSound)
    }

    @Test func theFileThatArrivedFailsWhenItsHeirWouldNotFit() throws {
        let bench = Workbench()
        bench.put("20220401.json", large("A", .max / 2))
        bench.put("20220402.json", large("A", .max / 2))
        try bench.run()
        #expect(try bench.status().files.map(\.state) == [.folded, .duplicate])
        for filler in ["X", "Y", "Z", "U", "V", "W"] {
            // Its old content would go on counting as the copy's; both together are too much.
            bench.put("20220401.json", large(filler, .max / 2 + 100))
            #expect(try bench.run().files.map(\.state) == [.failed])
            #expect(try bench.verify().isSound)
        }
        expectReference(bench, [ReferenceFile(name: "20220402.json", content: Array(large("A", .max / 2).utf8))])
    }

    @Test func theSmallestIntegerIsAnOverflowAndNotACrash() throws {
        let bench = bench()
        bench.yaml = "negative_durations: keep\n"
        bench.put("20220402.json", large("LOW", .min))
        bench.put("20220403.json", large("LOW", .min + 1100) + large("X", 1))
        let report = try bench.run()
        #expect(report.files.map(\.state) == [.folded, .failed, .folded], "\(report.files.map(\.reason))")
        #expect(report.files[1].reason.contains("LOW"))
        bench.put("20220403.json", large("X", 1))
        try bench.run()
        #expect(try bench.verify().isSound)
    }

    // MARK: Strange surroundings

    @Test func modificationTimesFarAwayAreTimesLikeOthers() throws {
        let bench = bench()
        bench.put("20220402.json", lines(bad: 0, of: 3))
        bench.put("20220403.json", [])
        for year in [1600.0, 1900, 2300, 2400] {
            let date = Date(timeIntervalSince1970: (year - 1970) * 365.25 * 86_400)
            bench.utime("20220402.json", date)
            bench.utime("20220403.json", date)
            try bench.run()
            #expect(try bench.state("20220402.json") == .folded)
        }
        #expect(try bench.verify().isSound)
    }

    @Test func namesAsLongAsTheFileSystemAllowsHaveDeadLetters() throws {
        let bench = bench()
        let name = String(repeating: "n", count: 250) + ".json"
        let other = String(repeating: "\u{1F600}", count: 62) + "x.json"
        bench.put(name, lines(bad: 5, of: 100))
        bench.put("folder/" + other, lines(bad: 1, of: 100))
        #expect(try !bench.run().isIncomplete)
        let letters = try FileManager.default.subpathsOfDirectory(atPath: bench.output + "/rejects").filter {
            $0.hasSuffix(".jsonl")
        }
        #expect(letters.count == 2 && letters.contains { $0.hasPrefix("folder/") })
    }
}
