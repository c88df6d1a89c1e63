//  Shapes may only make the reader faster: every input is read with them and without, and all must be the same.
//
//  WATCHFOLD_EXHAUSTIVE=1 reads millions of records instead of tens of thousands.

import Foundation
import Records
import Testing

@testable import JSONRecords

/// Records of a few shapes, with values drawn anew, and then damaged.
private struct ShapedRecords {
    /// `S` stands for a text, `N` for a number, `C`, `A`, `D` for the engagement's fields.
    static let templates = [
        #"{"_index":"history","_type":S,"_id":S,"_score":0,"_source":{"Contract":C,"Mac":S,"TotalDuration":D,"AppName":A}}"#,
        #"{"_index":"history","_type":S,"_id":S,"_score":0,"_source":{"Contract":C,"Mac":S,"AppName":A,"TotalDuration":D}}"#,
        #"{"_index":"history","_type":S,"_id":S,"_score":N,"_source":{"TotalDuration":D,"AppName":A,"Contract":C,"Mac":null}}"#,
        #"{"Contract":C,"AppName":A,"TotalDuration":D}"#,
        #"{"TotalDuration":D,"AppName":A,"Contract":C}"#,
        #"{ "Contract" : C, "AppName":A ,\#t"TotalDuration": D }"#,
        #"{"x":{"Contract":S,"a":[N,true,{"y":S}],"e":{}},"Contract":C,"AppName":A,"flag":false,"TotalDuration":D,"n":N}"#,
        #"{"Contract":S,"_source":{"Contract":C,"AppName":A,"TotalDuration":D},"TotalDuration":N,"AppName":S}"#,
        #"{"Contract":C,"Contract":C,"AppName":A,"TotalDuration":N,"TotalDuration":D}"#,
        #"{"_source":{"Contract":S,"TotalDuration":N},"_source":{"AppName":A,"TotalDuration":D,"Contract":C}}"#,
        #"{"Contract":C,"AppName":A,"TotalDuration":D,"exactly16bytes":N,"exactly17bytes!":S,"a much longer name than that is":N}"#,
        #"{"k":C,"a":{"b":{"k":A,"v":D},"k":S},"v":N,"":S}"#,
        #"{"Contr\u0061ct":C,"App\u004eame":A,"TotalDuration":D,"é":S}"#,
    ]
    private static let plainTexts = [
        "BDH013139", "E4AB8927BC01", "CHANNEL", "VOD", "AX_mod8fa1FFivsGq-wr", "exactly15bytes!", "exactly16bytes!!",
        "a text that is much longer than two blocks", "PAYTV", "x", "\u{7F}", "{}", "a:b,c",
    ]
    private static let oddTexts = ["", "0", "é", "Truyền", "\\n", "a\\u0030", "\\\"", "😀", "NONFPT"]
    private static let plainNumbers = ["0", "7", "72", "43388", "86400", "1234567", "12345678", "123456789"]
    private static let oddNumbers = [
        "-0", "-5", "01", "00", "1e3", "1.0", "2.5", "-", "+1", "1.", ".5", "0x1", "9223372036854775807",
        "9223372036854775808", "999999999999999999", "1000000000000000000", "0000000000000000001", "1E+2", "-1.5e-3",
        "12345678a", "null", "\"17\"", "\"x\"", "true",
    ]
    private static let inserts: [[UInt8]] = [
        [0], [0x0A], [0x0D], [0x20], [0x22], [0x5C], [0x2C], [0x7B], [0x7D], [0x80], [0xFF], [0xC3, 0xA9],
        [0xE2, 0x82],
        [0x30], [0x2D], [0x2E], [0x65], [0x1F],
    ]

    /// One record, most often a plain one.
    static func record(of template: String, _ random: inout RandomSource) -> [UInt8] {
        var out: [UInt8] = []
        let oddity = random.once(in: 3)
        func text(_ random: inout RandomSource) -> String {
            "\"" + random.pick(oddity && random.once(in: 3) ? oddTexts : plainTexts) + "\""
        }
        func number(_ random: inout RandomSource) -> String {
            random.pick(oddity && random.once(in: 3) ? oddNumbers : plainNumbers)
        }
        let bytes = Array(template.utf8)
        for (i, byte) in bytes.enumerated() {
            // A place holder stands behind a colon, a space or a bracket, and before something that ends a value.
            let isHolder =
                i > 0 && i + 1 < bytes.count && ":[ ".utf8.contains(bytes[i - 1]) && ",]} ".utf8.contains(bytes[i + 1])
            switch byte {
            case UInt8(ascii: "S") where isHolder, UInt8(ascii: "C") where isHolder, UInt8(ascii: "A") where isHolder:
                if oddity && random.once(in: 12) {
                    out += random.pick(["null", "17", "true", "[]", "{}"]).utf8
                } else {
                    out += text(&random).utf8
                }
            case UInt8(ascii: "N") where isHolder, UInt8(ascii: "D") where isHolder: out += number(&random).utf8
            default: out.append(byte)
            }
        }
        return out
    }

    /// Changes a byte, takes some out, puts some in, swaps two members, repeats one, or cuts the record.
    static func damage(_ record: inout [UInt8], _ random: inout RandomSource) {
        guard record.count > 2 else { return }
        let at = random.below(record.count)
        switch random.below(8) {
        case 0: record[at] ^= 1 << UInt8(random.below(8))
        case 1: record[at] = UInt8(random.below(256))
        case 2: record.removeSubrange(at..<min(record.count, at + 1 + random.below(3)))
        case 3: record.insert(contentsOf: random.pick(inserts), at: at)
        case 4: record.removeLast(record.count - at)
        case 5, 6:
            // Members by their commas; inside of strings and nested objects this makes other damage.
            var members = record.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map(Array.init)
            let (a, b) = (random.below(members.count), random.below(members.count))
            if random.once(in: 2) { members.swapAt(a, b) } else { members.insert(members[a], at: b) }
            record = Array(members.joined(separator: [UInt8(ascii: ",")]))
        default: record += random.pick([[0x20], [0x0D], [0x09, 0x20], [0x2C], [0x7D], [0], [0x31]])
        }
    }

    /// A file of `count` records, a part of them damaged. `layout` 0 and 1 are lines, 2 an array, 3 values.
    static func file(_ count: Int, layout: Int, damaged: Int, _ random: inout RandomSource) -> [UInt8] {
        let chosen = (0..<1 + random.below(6)).map { _ in random.pick(templates) }
        let separator: [UInt8] = layout == 1 ? [0x0D, 0x0A] : layout == 2 ? [0x2C, 0x0A] : [0x0A]
        var out: [UInt8] = layout == 2 ? [0x5B] : []
        for i in 0..<count {
            if i > 0 { out += separator }
            if random.once(in: 40) { out += random.pick([[0x0A], [0x20], [0x0D, 0x0A], [0x09]]) }
            var record = record(of: random.pick(chosen), &random)
            if layout == 3 {
                record = Array(record.split(separator: UInt8(ascii: ",")).joined(separator: [0x2C, 0x0A]))
            }
            while random.once(in: damaged) { damage(&record, &random) }
            out += record
        }
        if random.once(in: 4) { return out }
        return out + (layout == 2 ? [0x5D] : separator)
    }
}

@Suite struct ShapeTests {
    private static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil

    private static func plan(_ number: Int) -> FoldPlan {
        var plan = FoldPlan.engagement
        switch number {
        case 1:
            plan.keepsNegativeValues = true
            plan.ignoredKeys = ["0", "PAYTV", "exactly16bytes!!", "BDH013139"]
        case 2:
            plan.keyPaths = [
                FieldPath([["k"], ["Contract"]]), FieldPath([["a", "b", "k"], ["a", "k"], ["AppName"]]),
            ]
            plan.valuePath = FieldPath([["a", "b", "v"], ["v"], ["TotalDuration"]])
        case 3:
            // One path for two keys, and a key that is on the way to another.
            plan.keys = ["A", "B", "C"]
            plan.keyPaths = [
                FieldPath([["Contract"]]), FieldPath([["Contract"]]), FieldPath([["x", "Contract"], ["AppName"]]),
            ]
            plan.valuePath = FieldPath([["TotalDuration"]])
        case 4:
            plan.keys = ["Contract"]
            plan.keyPaths = [FieldPath([["_source", "Contract"], ["Contract"]])]
        default: break
        }
        return plan
    }

    /// Damaged records of every kind: the same batches, counts, rejections, whether shapes are used or not.
    @Test(arguments: 0..<16) func shapesChangeNothing(seed: Int) throws {
        for round in 0..<(Self.isExhaustive ? 800 : 8) {
            var random = RandomSource(seed: 5000 + seed + round * 16)
            let layout = random.pick([0, 0, 0, 0, 1, 2, 3])
            let input = ShapedRecords.file(200, layout: layout, damaged: random.pick([2, 4, 30]), &random)
            var feeding = Feeding(
                plan: Self.plan(random.below(5)), maxRecordBytes: random.pick([70, 110, 1 << 20, 1 << 20]),
                container: layout < 2 ? .lines : layout == 2 || random.once(in: 2) ? .values : nil)
            feeding.usesShapes = false
            let plain = try read(input, feeding)
            for usesShapes in [true, false] {
                (feeding.usesShapes, feeding.usesWalk) = (usesShapes, true)
                feeding.step = random.pick([.max, .max, 97, 1000, 4096])
                let shaped = try read(input, feeding)
                if shaped != plain {
                    let place = zip(shaped.records, plain.records).enumerated().first { $0.element.0 != $0.element.1 }
                    Issue.record(
                        "seed \(5000 + seed + round * 16), shapes \(usesShapes): \(shaped.counts) but \(plain.counts) completely; first other record: \(String(describing: place)); rejections \(shaped.rejections.difference(from: plain.rejections))"
                    )
                    return
                }
            }
        }
    }

    /// Each byte of a record of a known shape replaced by each other byte.
    @Test(arguments: [0, 3, 6]) func everyByteOfAKnownShapeMatters(template: Int) throws {
        var random = RandomSource(seed: template)
        let text = ShapedRecords.templates[template]
        func plain() -> [UInt8] {
            while true {
                let record = ShapedRecords.record(of: text, &random)
                let outcome = try? read(record + [0x0A], Feeding(container: .lines))
                if outcome?.counts.folded == 1 { return record + [0x0A] }
            }
        }
        let first = plain()
        let other = plain()
        var input = first + other
        let step = Self.isExhaustive ? 1 : 7
        for at in 0..<other.count - 1 {
            for byte in stride(from: (at * 3) % step, to: 256, by: step) {
                var changed = other
                changed[at] = UInt8(byte)
                input += changed
            }
            input += first
        }
        var feeding = Feeding(container: .lines)
        let shaped = try read(input, feeding)
        feeding.usesShapes = false
        #expect(try read(input, feeding) == shaped)
        feeding.usesWalk = true
        #expect(try read(input, feeding) == shaped)
    }

    /// What the fast path is for: of lines of shapes that were met, none goes to the complete reader.
    @Test func linesOfKnownShapesAreAllMatched() throws {
        let orders = [["C", "M", "A", "T"], ["M", "C", "T", "A"], ["T", "A", "M", "C"], ["A", "C", "M", "T"]]
        func line(_ i: Int) -> String {
            let members = orders[i % orders.count].map { field in
                switch field {
                case "C": "\"Contract\":\"SGH\(100_000 + i)\""
                case "M": "\"Mac\":\"0C96E6\(i)\""
                case "A": "\"AppName\":\"\(i % 3 == 0 ? "VOD" : "CHANNEL")\""
                default: "\"TotalDuration\":\(i * 37 % 86401)"
                }
            }
            return
                "{\"_id\":\"AX_\(i)\",\"_score\":\(i % 2 == 0 ? "0" : "-1.5e3"),\"_source\":{\(members.joined(separator: ","))}}\n"
        }
        var reader = RecordReader(plan: .engagement, maxRecordBytes: 1000, container: .lines)
        func feed(_ lines: Range<Int>, _ body: (inout RecordReader, UnsafeMutablePointer<UInt8>, Int) throws -> Void)
            rethrows
        {
            var bytes = Array(lines.map(line).joined().utf8) + [UInt8](repeating: 0, count: RecordReader.padding)
            let count = bytes.count - RecordReader.padding
            try bytes.withUnsafeMutableBufferPointer { try body(&reader, $0.baseAddress!, count) }
        }
        try feed(0..<8) { reader, window, count in
            let done = try reader.read(window, count: count, isFinal: false, onBatch: { _ in }, onRejection: { _ in })
            #expect(done == count)
        }
        #expect(reader.shapes.shapeCount == 4)
        feed(8..<1000) { reader, window, count in
            var p = UnsafePointer(window)
            let result = reader.shapes.matchLines(&p, into: &reader.batch)
            #expect(result.matched == 992 && !result.missed && result.ignored == 0)
            #expect(p == window + count)
            for row in 0..<992 {
                let contract = reader.batch.keys[row * 2].buffer
                #expect(contract.elementsEqual("SGH\(100_008 + row)".utf8))
                #expect(reader.batch.values[row] == Int64((row + 8) * 37 % 86401))
            }
        }
    }

    /// Records without any shape in common: the tree fills, is forgotten, and nothing is lost.
    @Test func recordsWithoutShapesAreReadAllTheSame() throws {
        var random = RandomSource(seed: 77)
        var input: [UInt8] = []
        for i in 0..<3000 {
            let names = (0..<1 + random.below(4)).map { "\"k\(i)_\($0)\":{\"x\":[\($0),null]}" }
            input +=
                "{\(names.joined(separator: ",")),\"Contract\":\"C\(i)\",\"AppName\":\"V\",\"TotalDuration\":\(i)}\n"
                .utf8
        }
        // Many shapes at first, then one: it is learned behind the pause.
        for i in 0..<3000 { input += "{\"AppName\":\"V\",\"Contract\":\"C\(i)\",\"TotalDuration\":\(i)}\n".utf8 }
        var feeding = Feeding(container: .lines)
        let shaped = try read(input, feeding)
        feeding.usesShapes = false
        #expect(try read(input, feeding) == shaped)
        #expect(shaped.counts.folded == 6000)
    }
}
