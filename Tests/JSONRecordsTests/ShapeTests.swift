//  Shapes may only be faster, never looser: lines of a few shapes, most of them damaged, are read with and without.

import Foundation
import Records
import Testing

@testable import JSONRecords

@Suite struct ShapeTests {
    /// Texts that stand where a value, a key or a mark stood.
    private static let oddities =
        [
            "\"", "\\", "\\u00e9", "\\ud83d", "\\ud83d\\ude00", "\\u0000", "0", "-", "-0", "01", "1.", "1.0", ".5",
            "1e2",
            "1E+", "254.0", "99999999999999999999", "null", "nul", "true", "false", "{}", "[]", "[1,{\"a\":[null]}]",
            "{\"Contract\":\"B\"}", ",", ":", "}", "{", " ", "\t", "\r", "\n", "é", "日本", "\u{7F}", "\u{0}", "\u{1F}",
            ",\"Contract\":\"C\"", "\"TotalDuration\":7,", ",\"_source\":{}",
        ].map { Array($0.utf8) } + [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3], [0x80],
        ]

    /// A good line of one of some shapes.
    private static func line(_ random: inout RandomSource) -> [UInt8] {
        let contract = "\"Contract\":\"\(random.pick(["AB1", "KGH477800", "0", "", "113.182.209.48"]))\""
        let app = "\"AppName\":\"\(random.pick(["VOD", "CHANNEL", "Truyền hình"]))\""
        let duration = "\"TotalDuration\":\(random.pick(["1", "72", "86400", "0", "-5", "\"12\"", "2.0"]))"
        var fields = [contract, "\"Mac\":\"F0B4\"", app, duration]
        if random.once(in: 2) { fields.shuffle(using: &random) }
        let source = fields.joined(separator: random.once(in: 20) ? ", " : ",")
        switch random.below(8) {
        case 0: return Array("{\(source)}".utf8)
        case 1: return Array("{\"_source\":{\(source)},\"_index\":\"h\"}".utf8)
        case 2: return Array("{\"a\":{\"b\":[1,2]},\"_source\":{\(source)},\(contract)}".utf8)
        default:
            return Array(
                "{\"_index\":\"history\",\"_id\":\"A\(random.below(999))\",\"_score\":0,\"_source\":{\(source)}}".utf8)
        }
    }

    private static func damage(_ line: inout [UInt8], _ random: inout RandomSource) {
        let i = random.below(line.count)
        switch random.below(8) {
        case 0: line[i] ^= 1 << UInt8(random.below(8))
        case 1: line[i] = UInt8(random.below(256))
        case 2: line.remove(at: i)
        case 3: line.insert(contentsOf: random.pick(oddities), at: i)
        case 4: line.replaceSubrange(i..<min(line.count, i + 1 + random.below(4)), with: random.pick(oddities))
        case 5: line.removeSubrange(i...)
        case 6:
            // A member again, or in another place.
            let parts = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            var moved = Array(parts)
            let part = random.pick(moved)
            if random.once(in: 2) { moved.remove(at: random.below(moved.count)) }
            moved.insert(part, at: random.below(moved.count + 1))
            line = Array(moved.joined(separator: [UInt8(ascii: ",")]))
        default:
            // Behind a colon stands another value.
            let colons = line.indices.filter { line[$0] == UInt8(ascii: ":") }
            guard let colon = colons.isEmpty ? nil : random.pick(colons) else { return }
            var end = colon + 1
            while end < line.count, line[end] != UInt8(ascii: ","), line[end] != UInt8(ascii: "}") { end += 1 }
            line.replaceSubrange(colon + 1..<end, with: random.pick(oddities))
        }
        if line.isEmpty { line = [UInt8(ascii: " ")] }
    }

    /// Inputs of 80 lines. `WATCHFOLD_SHAPE_INPUTS` asks for a longer campaign.
    static let inputs = Int(ProcessInfo.processInfo.environment["WATCHFOLD_SHAPE_INPUTS"] ?? "") ?? 480

    @Test(arguments: 0..<8) func damagedLinesEndTheSame(part: Int) throws {
        for seed in 0..<Self.inputs / 8 {
            var random = RandomSource(seed: 77_000 + part * 1_000_000 + seed)
            var input: [UInt8] = []
            for i in 0..<80 {
                var line = Self.line(&random)
                if i > 8 && !random.once(in: 3) {
                    for _ in 0..<1 + random.below(2) { Self.damage(&line, &random) }
                }
                input += line + (random.once(in: 10) ? [0x0D, 0x0A] : [0x0A])
            }
            if random.once(in: 3) { input.removeLast(random.below(60)) }
            var feeding = Feeding(container: .lines)
            if random.once(in: 4) { feeding.step = 300 + random.below(900) }
            if random.once(in: 8) { feeding.maxRecordBytes = 90 + random.below(90) }
            _ = try read(input, feeding)
        }
    }

    /// The complete reader must not do the work in secret: shapes that were seen are matched, whatever the values are.
    @Test(arguments: [
        #"{"_source":{"Contract":"A","AppName":"V","TotalDuration":1},"x":[1]}"#,
        #"{"_source":{"Contract":null,"AppName":7,"TotalDuration":"12"},"x":{"y":"z"}}"#,
        #"{"_source":{"Contract":"\u00e9","AppName":"Truyền","TotalDuration":-2.5e1},"x":true}"#,
    ]) func knownShapesMatch(text: String) {
        let plan = FoldPlan.engagement
        let storage = FieldStorage(tree: FieldTree(plan: plan))
        var shapes = ShapeTree(fieldCount: 3)
        let first = Array(#"{"_source":{"Contract":"B","AppName":"W","TotalDuration":22},"x":0}"#.utf8)
        withPadding(first) { start, end in
            #expect(shapes.match(start, end: end, lineMode: true, isFinal: true, storage: storage) == nil)
            shapes.learn(start, end: end, lineMode: true, isFinal: true, storage: storage)
        }
        withPadding(Array(text.utf8)) { start, end in
            #expect(shapes.match(start, end: end, lineMode: true, isFinal: true, storage: storage) == end)
        }
    }

    private func withPadding(_ text: [UInt8], _ body: (UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Void) {
        let padded = text + [UInt8](repeating: 0, count: RecordReader.padding)
        padded.withUnsafeBufferPointer { body($0.baseAddress!, $0.baseAddress! + text.count) }
    }

    /// Records that have no shape in common: the tree fills up, is given up, and starts again.
    @Test func shapesThatDoNotRepeat() throws {
        var input = ""
        for i in 0..<6000 {
            let key = i < 5000 ? "k\(i)" : "k"
            input += #"{"Contract":"A","\#(key)":1,"AppName":"V","TotalDuration":\#(i)}"# + "\n"
        }
        let outcome = try read(input)
        #expect(outcome.counts.folded == 6000)
        #expect(outcome.records.enumerated().allSatisfy { $0.element.value == Int64($0.offset) })
    }

    /// Literals and values before and behind the end of a window.
    @Test func everyCut() throws {
        let line = #"{"_id":"A1","_source":{"Contract":"KGH477800","TotalDuration":72,"AppName":"VOD"}}"#
        let input = Array((line + "\n" + line + "\n" + line).utf8)
        for count in 0...input.count {
            _ = try read(Array(input[..<count]), Feeding(container: .lines))
        }
        _ = try readThroughAllWindows(input, steps: Array(1..<90))
    }
}
