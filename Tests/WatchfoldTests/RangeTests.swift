//  A large plain file of lines is read in units by several threads. Where the units are cut must not show.

import Foundation
import Records
import TestSupport
import Testing

@Suite struct RangeTests {
    private static let mebibyte = 1 << 20

    /// A file of lines whose lengths vary widely; some are longer than a unit.
    private func content(seed: UInt64, size: Int, lineEnd: String, endsWithLine: Bool) -> [UInt8] {
        var source = RecordSource(seed: seed)
        var random = Dice(seed: seed ^ 0xABCD)
        var text: [UInt8] = []
        var longLines = 2
        while text.count < size {
            var line = source.records(1)[0]
            var padding = random.below(3) == 0 ? random.below(9000) : random.below(60)
            // A line over two units and more, so that one unit has no line start.
            if longLines > 0, random.below(40) == 0 || text.count > size / 2 {
                padding = Self.mebibyte + Self.mebibyte / 2 * longLines
                longLines -= 1
            }
            line.removeLast()
            text +=
                Array((line + #","Pad":""#).utf8) + [UInt8](repeating: 0x70, count: padding)
                + Array(("\"}" + lineEnd).utf8)
            if random.below(9) == 0 { text += Array(lineEnd.utf8) }
        }
        if !endsWithLine { while text.last == 0x0A || text.last == 0x0D { text.removeLast() } }
        return text
    }

    @Test(
        arguments: [(1, "\n", true), (2, "\r\n", true), (3, "\n", false), (4, "\r\n", false)]
            as [(UInt64, String, Bool)])
    func unitsGiveWhatTheWholeGives(_ seed: UInt64, _ lineEnd: String, _ endsWithLine: Bool) throws {
        let content = content(seed: seed, size: 5 * Self.mebibyte / 2, lineEnd: lineEnd, endsWithLine: endsWithLine)
        let file = ReferenceFile(name: "20220401.json", content: content)
        let reference = ReferenceFold([file])
        let expected = reference.counts(file)
        // A small file beside it, so that threads come and go.
        var small = RecordSource(seed: seed)
        let other = ReferenceFile(name: "20220402.json", content: small.lines(40))
        var digests: Set<String> = []
        var letters: Set<Data> = []
        for (jobs, storage) in [(1, Storage.plain), (2, .plain), (3, .plain), (8, .plain), (2, .lz4)] {
            let bench = Workbench()
            bench.jobs = jobs
            bench.unitSize = Self.mebibyte
            bench.yaml = "max_reject_ratio: 50%\n"
            bench.put(file.name + storage.suffix, storage.store(content))
            bench.put(other.name, other.content)
            let report = try bench.run()
            expectReference(bench, [file, other], "with \(jobs) threads, \(storage)")
            let counts = report.files[0].counts
            #expect(
                ReferenceCounts(folded: counts.folded, ignored: counts.ignored, rejected: counts.rejectedTotal)
                    == expected)
            digests.insert(try bench.status().files[0].digest!)
            if let data = FileManager.default.contents(atPath: bench.output + "/rejects/20220401.json.jsonl") {
                letters.insert(data)
            }
        }
        #expect(digests.count == 1, "the digest does not depend on who read what")
        #expect(letters.count <= 1, "nor do lines and offsets of rejected records")
    }

    @Test func deadLettersNameLineAndOffsetAcrossUnits() throws {
        var lines: [[UInt8]] = []
        let bench = Workbench()
        bench.unitSize = Self.mebibyte
        bench.jobs = 3
        var expected: [(line: Int, offset: Int)] = []
        var offset = 0
        for index in 1...900 {
            let isBad = index % 40 == 0
            let pad = String(repeating: "p", count: isBad ? 3 : 3000)
            let line =
                Array(
                    (isBad
                        ? #"{"bad":"\#(pad)}"# : #"{"Contract":"c","AppName":"VOD","TotalDuration":1,"p":"\#(pad)"}"#)
                        .utf8) + [0x0A]
            if isBad { expected.append((index, offset)) }
            lines.append(line)
            offset += line.count
        }
        bench.put("a.json", lines.flatMap { $0 })
        #expect(try !bench.run().isIncomplete)
        let text = try String(contentsOfFile: bench.output + "/rejects/a.json.jsonl", encoding: .utf8)
        let letters = try text.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(letters.map { $0["line"] as? Int } == expected.map(\.line))
        #expect(letters.map { $0["offset"] as? Int } == expected.map(\.offset))
        #expect(
            letters.allSatisfy {
                $0["reason"] as? String == "malformed-json" && $0["raw"] as? String == #"{"bad":"ppp}"#
            })
    }

    @Test func unitsOfTheSizeThatIsUsedGiveTheReference() throws {
        let content = content(seed: 12, size: 9 * Self.mebibyte, lineEnd: "\n", endsWithLine: true)
        let bench = Workbench()
        bench.put("20220401.json", content)
        #expect(try !bench.run().isIncomplete)
        expectReference(bench, [ReferenceFile(name: "20220401.json", content: content)])
    }
}
