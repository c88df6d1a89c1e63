//  Files of every kind against the reference, whole and through windows of every size.

import Engagement
import Foundation
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

/// A file under construction, with what must come of it.
private struct SampleFile {
    var bytes: [UInt8] = []
    var expected = ReadOutcome()
    var plan = FoldPlan.engagement

    mutating func append(_ text: String) { bytes += Array(text.utf8) }

    mutating func append(_ record: JSON, _ printing: Printing, _ random: inout Dice, level: Int = 0) {
        let text = record.printed(printing, &random, level: level)
        expected.recordsRead += 1
        switch plan.judge(record) {
        case .folded(let record, let isCoerced):
            expected.records.append(record)
            expected.counts.folded += 1
            expected.counts.coerced += isCoerced ? 1 : 0
        case .ignored: expected.counts.ignored += 1
        case .row: preconditionFailure("a fold has no rows of cells")
        case .action:
            expected.recordsRead -= 1
            expected.actionLines += 1
        case .rejected(let reason):
            expected.counts.rejected[reason, default: 0] += 1
            expected.rejections.append(
                RejectedRecord(
                    reason: reason, offset: bytes.count, linesBefore: bytes.count { $0 == 0x0A }, raw: trimmed(text)))
        }
        bytes += text
    }

    /// Reads it through all windows and compares.
    func check(_ container: Container, _ location: SourceLocation = #_sourceLocation) throws {
        var outcome = try readThroughAllWindows(bytes, Feeding(plan: plan), location: location)
        for i in outcome.rejections.indices { outcome.rejections[i].raw = trimmed(outcome.rejections[i].raw) }
        #expect(outcome.container == container, sourceLocation: location)
        #expect(outcome.end == .whole, sourceLocation: location)
        #expect(outcome.records == expected.records, sourceLocation: location)
        #expect(outcome.rejections == expected.rejections, sourceLocation: location)
        #expect(outcome.counts == expected.counts, sourceLocation: location)
        #expect(outcome.actionLines == expected.actionLines, sourceLocation: location)
        #expect(outcome.recordsRead == expected.recordsRead, sourceLocation: location)
        #expect(outcome.lines == bytes.count { $0 == 0x0A }, sourceLocation: location)
    }
}

@Suite struct ContainerTests {
    @Test(arguments: 0..<24) func linesAreReadLikeTheReferenceReadsThem(seed: Int) throws {
        var random = Dice(seed: seed)
        var file = SampleFile()
        file.plan.keepsNegativeValues = seed % 3 == 0
        file.plan.durations = random.durationRules()
        let feed = seed % 2 == 0 ? "\n" : "\r\n"
        if seed % 4 < 2 { file.append("\u{FEFF}") }
        let records = random.records(12)
        for (i, record) in records.enumerated() {
            while random.once(in: 5) { file.append(random.pick([feed, "   " + feed, "\t" + feed])) }
            if random.once(in: 8) { file.append("  ") }
            file.append(record, Printing(isOdd: seed % 5 != 0), &random)
            if random.once(in: 8) { file.append(" \t") }
            if i < records.count - 1 || seed % 3 > 0 { file.append(feed) }
        }
        if seed % 7 == 0 { file.append(feed + " " + feed) }
        try file.check(.lines)
    }

    @Test(arguments: 0..<4) func objectsMayShareALine(seed: Int) throws {
        var random = Dice(seed: 100 + seed)
        var file = SampleFile()
        for _ in 0..<8 {
            file.append(random.record(), Printing(isOdd: seed % 2 == 0), &random)
            file.append(random.pick(["", " ", "\n", "\r\n\n"]))
        }
        try file.check(.lines)
    }

    @Test(arguments: 0..<12) func printedValuesAreReadLikeTheReferenceReadsThem(seed: Int) throws {
        var random = Dice(seed: 200 + seed)
        var file = SampleFile()
        if seed % 4 == 0 { file.append("\u{FEFF}") }
        if seed % 3 == 0 { file.append("\n \n") }
        let printing = Printing(indent: seed % 5, isOdd: seed % 2 == 0, newline: seed % 3 == 0 ? "\r\n" : "\n")
        // The first tells how the file is printed, so it must have something to print.
        // By itself an empty array is one without elements, and no record.
        let records = random.records(6).filter { $0 != .array([]) }
        for record in [.object([.init("Contract", .text("FIRST"))])] + records {
            file.append(record, printing, &random)
            file.append(random.pick(["\n", "\n\n", "\r\n", " \n"]))
        }
        try file.check(.values)
    }

    @Test(arguments: 0..<12) func arraysAreReadLikeTheReferenceReadsThem(seed: Int) throws {
        var random = Dice(seed: 300 + seed)
        var file = SampleFile()
        let printing = Printing(indent: seed % 2 == 0 ? nil : 3, isOdd: seed % 3 == 0)
        if seed % 4 == 0 { file.append("\u{FEFF}\n") }
        for _ in 0..<1 + seed % 3 {
            file.append("[")
            for (i, record) in random.records(random.below(6)).enumerated() {
                if i > 0 { file.append(random.pick([",", " ,", ",\n", "\r\n,"])) }
                if printing.indent != nil { file.append("\n   ") }
                file.append(record, printing, &random, level: 1)
            }
            file.append(random.pick(["]", " ]\n", "\n]\n\n"]))
        }
        try file.check(.values)
    }

    /// Around the records of an answer, in front of and behind them.
    private static let heads = [
        "{\"took\":3,\"hits\":{\"total\":{\"value\":2,\"relation\":\"eq\"},\"max_score\":null,\"hits\":[",
        "{\"hits\":{\"hits\":[", "{ \"_shards\" : { \"hits\" : [ 1 ] } ,\n \"hits\" : {\n \"hits\" : [ ",
        "{\"hits\":7,\"x\":{\"hits\":{\"hits\":[{}]}},\"hits\":{\"hits\":{},\"hits\":[",
    ]
    private static let tails = [
        "]}}", "]},\"took\":3}", "]\n  } , \n \"aggregations\" : { \"hits\" : [ { \"Contract\" : \"NOT\" } ] }\n}\n",
        "],\"max_score\":1.5,\"total\":2},\"x\":[],\"timed_out\":false}",
    ]

    @Test(arguments: 0..<16) func answersAreReadLikeTheReferenceReadsThem(seed: Int) throws {
        var random = Dice(seed: 400 + seed)
        var file = SampleFile()
        let printing = Printing(indent: seed % 2 == 0 ? nil : 2, isOdd: seed % 3 == 0)
        if seed % 4 == 0 { file.append("\u{FEFF}") }
        for answer in 0..<1 + seed % 4 {
            file.append(Self.heads[(seed / 4 + answer) % 4])
            let count = answer == 1 ? 0 : random.below(5)
            for (i, record) in random.records(count).enumerated() {
                if i > 0 { file.append(",") }
                if printing.indent != nil { file.append("\n      ") }
                file.append(record, printing, &random, level: 3)
            }
            file.append(Self.tails[random.below(4)] + random.pick(["", "\n", "\r\n", " "]))
        }
        try file.check(.responses)
    }

    @Test(arguments: ["", "\n", " \r\n\t", "\u{FEFF}", "\u{FEFF}\n"]) func nothingIsNoRecord(text: String) throws {
        let outcome = try readThroughAllWindows(text)
        #expect(outcome.recordsRead == 0)
        #expect(outcome.end == .whole)
    }

    /// The reference itself, against Foundation.
    @Test func theReferenceParserAgreesWithFoundation() throws {
        var random = Dice(seed: 7)
        func same(_ json: JSON, _ other: Any) -> Bool {
            switch json {
            case .null: other is NSNull
            case .bool(let value): other as? Bool == value
            // Foundation refuses numbers out of range; their values are compared elsewhere.
            case .number(let text): (other as? NSNumber)?.doubleValue == Double(text)
            case .string(let bytes): (other as? String).map { Array($0.utf8) == bytes } ?? false
            case .array(let elements):
                (other as? [Any]).map { $0.count == elements.count && zip(elements, $0).allSatisfy { same($0, $1) } }
                    ?? false
            case .object(let members):
                (other as? [String: Any]).map { other in
                    other.count == members.count
                        && members.allSatisfy { member in
                            other[String(decoding: member.key, as: UTF8.self)].map { same(member.value, $0) } ?? false
                        }
                } ?? false
            }
        }
        var compared = 0
        for _ in 0..<400 {
            let json = random.record()
            let text = json.printed(Printing(indent: random.pick([nil, 2]), isOdd: true), &random)
            #expect(try ReferenceParser.parse(text) == json)
            guard !json.hasDuplicateKeys, !String(decoding: text, as: UTF8.self).contains(/[eE]-?[0-9]{3}/) else {
                continue
            }
            let other = try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
            #expect(same(json, other), "\(String(decoding: text, as: UTF8.self))")
            compared += 1
        }
        #expect(compared > 100)
    }
}
