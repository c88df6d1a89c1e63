//  Shapes may only make the reader faster: every input is read with them and without, and all must be the same.
//
//  WATCHFOLD_EXHAUSTIVE=1 reads millions of records instead of tens of thousands.

import Engagement
import Foundation
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

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
            plan.keyWords = plan.keys.map { FieldWords(label: $0.lowercased(), noun: $0, plural: $0) }
            plan.keyPaths = [
                FieldPath([["Contract"]]), FieldPath([["Contract"]]), FieldPath([["x", "Contract"], ["AppName"]]),
            ]
            plan.valuePath = FieldPath([["TotalDuration"]])
        case 4:
            plan.keys = ["Contract"]
            plan.keyWords = plan.keys.map { FieldWords(label: $0.lowercased(), noun: $0, plural: $0) }
            plan.keyPaths = [FieldPath([["_source", "Contract"], ["Contract"]])]
        case 5: plan.isLenient = true
        default: break
        }
        return plan
    }

    /// Damaged records of every kind: the same batches, counts, rejections, whether shapes are used or not.
    @Test(arguments: 0..<16) func shapesChangeNothing(seed: Int) throws {
        for round in 0..<(Self.isExhaustive ? 800 : 8) {
            var random = Dice(seed: 5000 + seed + round * 16)
            let layout = random.pick([0, 0, 0, 0, 1, 2, 3])
            let input = ShapedRecords.file(200, layout: layout, damaged: random.pick([2, 4, 30]), &random)
            var feeding = Feeding(
                plan: Self.plan(random.below(6)), maxRecordBytes: random.pick([70, 110, 1 << 20, 1 << 20]),
                container: layout < 2 ? .lines : layout == 2 || random.once(in: 2) ? .values : nil)
            feeding.plan.durations = random.durationRules()
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
        var random = Dice(seed: template)
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
        var random = Dice(seed: 77)
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
