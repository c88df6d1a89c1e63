//  Records as rows of cells: the complete reader, the walk and the shapes give the same, and what a plain reference says.
//
//  WATCHFOLD_EXHAUSTIVE=1 reads millions of records instead of tens of thousands.

import CByteScan
import Foundation
import ReaderReference
import Records
import TestSupport
import Testing

@testable import JSONRecords

@Suite struct RowReadingTests {
    private static let isExhaustive = ProcessInfo.processInfo.environment["WATCHFOLD_EXHAUSTIVE"] != nil

    /// Reads an input in all ways; the first that says something else is an issue.
    @discardableResult
    private func readInAllWays(
        _ input: [UInt8], _ given: Feeding, _ name: String, _ random: inout Dice
    ) throws -> ReadOutcome {
        var feeding = given
        feeding.usesShapes = false
        let complete = try read(input, feeding)
        for (usesShapes, usesWalk) in [(true, true), (false, true), (false, false)] {
            (feeding.usesShapes, feeding.usesWalk) = (usesShapes, usesWalk)
            feeding.step = random.pick([.max, .max, 97, 700, 4096])
            feeding.tellsEndLate = random.once(in: 2)
            let other = try read(input, feeding)
            if other == complete && other.isLike(complete) { continue }
            let place = zip(other.rows, complete.rows).first { $0.0 != $0.1 }
            Issue.record(
                "\(name), shapes \(usesShapes), walk \(usesWalk), step \(feeding.step): \(other.counts) but \(complete.counts) completely; first other row: \(String(describing: place)); rejections \(other.rejections.difference(from: complete.rejections))"
            )
            return complete
        }
        return complete
    }

    @Test(arguments: 0..<12) func allWaysGiveTheSameRows(seed: Int) throws {
        var rows = 0
        for round in 0..<(Self.isExhaustive ? 1000 : 8) {
            var random = Dice(seed: 11_000 + seed + round * 12)
            let isLines = random.once(in: 2)
            let damaged = random.pick([1, 3, 20])
            var input: [UInt8] = isLines ? [] : [UInt8(ascii: "[")]
            for _ in 0..<100 {
                let printing =
                    isLines || random.once(in: 2) ? Printing(isOdd: random.once(in: 6)) : Printing.pretty
                var record = random.record().printed(printing, &random)
                while random.once(in: 3 * damaged) { random.damage(&record) }
                if random.once(in: 60) { input += random.pick(ShapedRecords.gaps) }
                input +=
                    record + random.pick(isLines ? [[0x0A], [0x0A], [0x0D, 0x0A], [0x20, 0x0A]] : [[0x2C, 0x0A]])
            }
            let number = random.below(RowReading.all.count)
            let feeding = Feeding(
                rows: RowReading.all[number], maxRecordBytes: random.pick([90, 1 << 20, 1 << 20]),
                container: isLines ? .lines : .values)
            rows += try readInAllWays(input, feeding, "seed \(seed), round \(round), schema \(number)", &random).rows
                .count
        }
        #expect(rows > 0)
    }

    /// The same of few shapes, so that most of what is read is matched.
    @Test(arguments: 0..<16) func shapesChangeNothing(seed: Int) throws {
        for round in 0..<(Self.isExhaustive ? 800 : 8) {
            var random = Dice(seed: 12_000 + seed + round * 16)
            let layout = random.pick([0, 0, 0, 0, 1, 2, 3])
            let input = ShapedRecords.file(200, layout: layout, damaged: random.pick([2, 4, 30]), &random)
            let number = random.below(RowReading.all.count)
            let feeding = Feeding(
                rows: RowReading.all[number], maxRecordBytes: random.pick([70, 110, 1 << 20, 1 << 20]),
                container: layout < 2 ? .lines : layout == 2 || random.once(in: 2) ? .values : nil)
            try readInAllWays(input, feeding, "seed \(seed), round \(round), schema \(number)", &random)
        }
    }

    /// Whole files against the reference, row by row.
    @Test(arguments: 0..<12) func rowsAreThoseOfTheReference(seed: Int) throws {
        var compared = 0
        for round in 0..<(Self.isExhaustive ? 500 : 10) {
            var random = Dice(seed: 13_000 + seed + round * 12)
            let reading = random.pick(RowReading.all)
            let isLines = random.once(in: 2)
            var input: [UInt8] = []
            for record in random.records(40) {
                input += record.printed(Printing(indent: isLines ? nil : 1, isOdd: random.once(in: 4)), &random)
                input += random.pick(isLines ? [[0x0A], [0x0D, 0x0A], [0x20, 0x0A]] : [[0x0A], [0x20]])
                if isLines && random.once(in: 10) { input += Array("{\"Contract\":}\n".utf8) }
            }
            for container in [isLines ? Container.lines : .values, nil] {
                let feeding = Feeding(rows: reading, container: container)
                var outcome = try readInAllWays(input, feeding, "seed \(seed), round \(round)", &random)
                var expected: ReadOutcome
                switch outcome.container {
                case .lines: expected = try referenceLines(input, plan: reading, maxRecordBytes: 1 << 20)
                case .values: expected = try referenceValues(input, plan: reading)
                default: continue
                }
                for i in outcome.rejections.indices { outcome.rejections[i].raw = trimmed(outcome.rejections[i].raw) }
                for i in expected.rejections.indices {
                    expected.rejections[i].raw = trimmed(expected.rejections[i].raw)
                }
                expected.rejectedBytes = outcome.rejectedBytes
                #expect(outcome == expected, "seed \(seed), round \(round)")
                compared += expected.rows.count
            }
        }
        #expect(compared > 100)
    }

    /// Objects around the records.
    @Test(arguments: 0..<8) func heldRowsAreThoseOfTheReference(seed: Int) throws {
        var compared = 0
        for round in 0..<(Self.isExhaustive ? 2000 : 60) {
            var random = Dice(seed: 14_000 + seed + round * 8)
            let reading = random.pick(RowReading.all.filter { !$0.isLenient })
            let input = random.holders(1 + random.below(5))
            guard let paths = try? referencePaths(input, plan: reading), !paths.isEmpty else { continue }
            let outcome = try readInAllWays(input, Feeding(rows: reading), "seed \(seed), round \(round)", &random)
            let expected = try referenceAnswers(input, paths: paths, plan: reading)
            #expect(
                outcome.rows == expected.outcome.rows && outcome.reasons == expected.outcome.reasons
                    && outcome.counts == expected.outcome.counts && expected.agrees(with: outcome.unread),
                "seed \(seed), round \(round)")
            compared += outcome.rows.count
        }
        #expect(compared > 20)
    }

    /// Each byte of a record of a known shape replaced by each other byte.
    @Test(arguments: [0, 6, 11], [1, 2]) func everyByteOfAKnownShapeMatters(template: Int, schema: Int) throws {
        var random = Dice(seed: template)
        func plain() -> [UInt8] { ShapedRecords.record(of: ShapedRecords.templates[template], &random) + [0x0A] }
        let (first, other) = (plain(), plain())
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
        try readInAllWays(
            input, Feeding(rows: RowReading.all[schema], container: .lines), "template \(template)", &random)
    }

    // MARK: Single rules

    private static func schema(_ fields: RowField...) -> RowReading { RowReading(RowSchema(fields)) }

    private func cells(_ record: String, _ reading: RowReading) throws -> [[ReadCell]] {
        let outcome = try readThroughAllWindows(record, Feeding(rows: reading))
        #expect(outcome.rejections.isEmpty)
        return outcome.rows.map(\.cells)
    }

    @Test(arguments: [
        (#""Zo\u00eb""#, Cell.Kind.string, "Zoë"), (#""Zoë""#, .string, "Zoë"), (#""""#, .string, ""),
        ("-12.50e+3", .number, "-12.50e+3"), ("0", .number, "0"), ("-0", .number, "-0"),
        (
            "123456789012345678901234567890.12345678901234567890", .number,
            "123456789012345678901234567890.12345678901234567890"
        ),
        ("true", .boolean, "true"), ("false", .boolean, "false"), ("null", .null, ""),
        (#"{"a":[1, "\n"]}"#, .container, #"{"a":[1, "\n"]}"#), ("[]", .container, "[]"),
        ("[ {} ,null]", .container, "[ {} ,null]"),
    ])
    func valuesBecomeCells(value: String, kind: Cell.Kind, text: String) throws {
        let reading = Self.schema(RowField("v", .string, isRequired: false), RowField("w", .string, isRequired: false))
        // The second record meets the shape of the first.
        let record = #"{"v":\#(value),"x":\#(value)}"# + "\n"
        let outcome = try readThroughAllWindows(record + record, Feeding(rows: reading))
        try #require(outcome.rows.count == 2 && outcome.texts.count == 2)
        for row in 0..<2 {
            #expect(outcome.rows[row].cells.map(\.kind) == [kind, .missing])
            if kind != .null { #expect(outcome.texts[row][0] == Array(text.utf8)) }
        }
    }

    @Test(arguments: [
        #""a\u00eb\n""#, #""""#, #""plain""#, "1.50", "true", #"{ "b" : [1,2 ] }"#, #"["\"", {"a":null}]"#,
    ])
    func jsonIsKeptAsItStands(text: String) throws {
        let reading = Self.schema(RowField("n", .string, isRequired: false), RowField("v", .json, isRequired: false))
        let record = #"{"n":"\u00eb","v":\#(text)}"# + "\n"
        let outcome = try readThroughAllWindows(record + record, Feeding(rows: reading))
        #expect(outcome.texts == [[Array("ë".utf8), Array(text.utf8)], [Array("ë".utf8), Array(text.utf8)]])
    }

    /// Of equal keys the last counts, with all that is below.
    @Test func equalKeysAreOneField() throws {
        let reading = Self.schema(
            RowField("b", path: FieldPath([["a", "b"]]), .string, isRequired: false),
            RowField("c", .string, isRequired: false))
        let records = [
            #"{"a":{"b":"1"},"a":{},"c":"x"}"#, #"{"c":"x","c":null}"#, #"{"a":{"b":"1","b":"2"}}"#,
            #"{"a":{"b":"1"},"a":7}"#,
        ]
        let expected: [[Cell.Kind]] = [
            [.missing, .string], [.missing, .null], [.string, .missing], [.missing, .missing],
        ]
        for (record, kinds) in zip(records, expected) {
            // The second one meets the shape of the first, if that is learned.
            let text = record + "\n" + record + "\n"
            #expect(try cells(text, reading).map { $0.map(\.kind) } == [kinds, kinds], "\(record)")
        }
    }

    /// An object without any field is a record of rows, unless it is a line of a bulk request.
    @Test func recordsWithoutFieldsAreRowsOfNulls() throws {
        let reading = Self.schema(RowField("v", .string, isRequired: false))
        let text = #"""
            {"v":"1"}
            {"w":1}
            {}
            {"index":{"_id":"7"}}
            {"index":{"v":"7"}}
            [1]
            {"v":null}
            """#
        let outcome = try readThroughAllWindows(text, Feeding(rows: reading, container: .lines))
        #expect(outcome.rows.map { $0.cells[0].kind } == [.string, .missing, .missing, .null])
        #expect(outcome.rows.map(\.number) == [1, 2, 3, 6])
        #expect(outcome.actionLines == 1)
        #expect(outcome.reasons == [.missing("v"), .notAnObject])
    }

    /// Rows that do not fit and records that cannot be read, over many batches: rejections are in the order of the file, and
    /// every record has its number.
    @Test func rejectionsOfBothKindsAreInOrder() throws {
        let reading = Self.schema(RowField("User ID", .string), RowField("n", .integer, isRequired: false))
        var random = Dice(seed: 15)
        var text = ""
        var reasons: [RejectReason] = []
        var numbers: [Int] = []
        for number in 1...9000 {
            switch random.below(number < 3000 ? 400 : 6) {
            case 0:
                text += "{\"n\":\(number)}\n"
                reasons.append(.missing("User ID"))
            case 1:
                text += "{\"User ID\":\"u\",\"n\":\"x\"}  \n"
                reasons.append(.bad("n"))
            case 2:
                text += "{\"User ID\":\"u\",\"n\":}\n"
                reasons.append(.malformedJSON)
            default:
                text += "{\"User ID\":\"u\\u00eb\(number)\",\"n\":\(number)}\n"
                numbers.append(number)
            }
        }
        let outcome = try readInAllWays(Array(text.utf8), Feeding(rows: reading, container: .lines), "", &random)
        #expect(outcome.reasons == reasons && reasons.count > 1000)
        #expect(outcome.rows.map(\.number) == numbers)
        #expect(outcome.rows.map(\.cells[0].text) == numbers.map { Array("uë\($0)".utf8) })
    }

    /// Lenient records are counted if their rows fit.
    @Test func lenientRowsThatFitAreCounted() throws {
        var reading = Self.schema(RowField("a", .double), RowField("j", .json, isRequired: false))
        reading.isLenient = true
        let text = #"""
            {"a":NaN,"j":[-Infinity,]}
            {"j":Infinity}
            {"a":1,}
            {"a":1}
            """#
        let outcome = try readThroughAllWindows(text, Feeding(rows: reading, container: .lines))
        #expect(outcome.coercions.leniently == 2 && outcome.reasons == [.missing("a")])
        #expect(outcome.rows[0].cells[0] == ReadCell(.string, Array("NaN".utf8)))
        #expect(outcome.texts[0][1] == Array("[-Infinity,]".utf8))
    }

    /// Every document of the conformance cases as a field of each kind, as a value that nobody reads, and within one that is
    /// kept as it stands: refused for its reason or in its cell, on all paths, after lines that teach their shape.
    @Test(
        arguments: ConformanceCategory.all,
        [#"{"s":%,"n":1}"#, #"{"n":1,"j":%}"#, #"{"x":%,"s":"a"}"#, #"{"s":1,"j":[{"k":%}]}"#])
    func documentsBecomeCells(category: ConformanceCategory, place: String) throws {
        let reading = Self.schema(
            RowField("s", .string, isRequired: false), RowField("j", .json, isRequired: false),
            RowField("n", .double, isRequired: false))
        let parts = place.split(separator: "%").map { Array($0.utf8) }
        func line(_ document: [UInt8]) -> [UInt8] { parts[0] + document + parts[1] + [0x0A] }
        let plain = ["7", #""p""#, "null", "true", "[]", "{}", "[1]", #"{"a":1}"#].map { line(Array($0.utf8)) }
        let good = Array(#"{"n":2}"#.utf8) + [0x0A]
        let input = (plain + plain).flatMap { $0 } + category.documents.flatMap { line($0) + good }
        let outcome = try readThroughAllWindows(input, Feeding(rows: reading, container: .lines), steps: [61, 4099])
        var expected: [[ReadCell]] = []
        for document in plain + plain + category.documents.flatMap({ [line($0), good] }) {
            guard let record = try? ReferenceParser.parse(document) else { continue }
            guard case .row(let cells) = reading.judge(record) else { preconditionFailure("\(record) is no row") }
            expected.append(cells)
        }
        #expect(outcome.rows.map(\.cells) == expected)
        let reasons = category.isAccepted ? [] : [category.reason]
        #expect(Set(outcome.reasons) == Set(reasons))
    }

    // MARK: What is fast

    private static let fields = (0..<30).map { number -> RowField in
        let path = number % 3 == 0 ? ["o\(number / 9)", "field_\(number)"] : ["field_\(number)"]
        return RowField("f\(number)", path: FieldPath([path]), number % 7 == 0 ? .json : .string, isRequired: false)
    }

    private static func value(_ random: inout Dice) -> JSON {
        switch random.below(6) {
        case 0: .null
        case 1: .bool(random.once(in: 2))
        case 2: .number(random.pick(["0", "-1.5e-3", "12345678901234567890", "3.14159", "7"]))
        case 3: .array((0..<random.below(3)).map { _ in .text(random.pick(Dice.texts)) })
        default: .text(random.pick(Dice.texts))
        }
    }

    private static func record(isShuffled: Bool, _ random: inout Dice) -> [UInt8] {
        var members: [JSON.Member] = []
        for object in 0..<4 {
            let inner = fields.indices.filter { $0 % 3 == 0 && $0 / 9 == object }
                .map { JSON.Member("field_\($0)", value(&random)) }
            members.append(.init("o\(object)", .object(isShuffled ? inner.shuffled(using: &random) : inner)))
        }
        for number in fields.indices where number % 3 != 0 && !(isShuffled && random.once(in: 5)) {
            members.append(.init("field_\(number)", value(&random)))
        }
        members.append(.init("other", value(&random)))
        return JSON.object(isShuffled ? members.shuffled(using: &random) : members).printed(.compact, &random) + [0x0A]
    }

    /// Records of one order of keys are of one shape, whatever their values are; of any order, the walk takes them. The
    /// complete reader gets the first, and one now and then for the census.
    @Test(arguments: [false, true]) func fewRecordsAreReadCompletely(isShuffled: Bool) throws {
        var random = Dice(seed: 16)
        let input = (0..<4000).flatMap { _ in Self.record(isShuffled: isShuffled, &random) }
        let plan = ReadingPlan(RowSchema(Self.fields))
        var reader = RecordReader(plan, maxRecordBytes: 1 << 20, container: .lines)
        var window = input + [UInt8](repeating: 0, count: RecordReader.padding)
        var rows = 0
        let done = try window.withUnsafeMutableBufferPointer {
            try reader.read(
                $0.baseAddress!, count: input.count, isFinal: true,
                onCells: {
                    rows += $0.count
                    return []
                }, onRejection: { _ in })
        }
        #expect(done == input.count && rows == 4000 && reader.counts.folded == 4000)
        if isShuffled {
            #expect(reader.recordsReadCompletely < 500, "\(reader.recordsReadCompletely)")
        } else {
            #expect(reader.recordsReadCompletely == 1 && reader.shapes.shapeCount == 1)
        }
        reader.shapes.checkInvariants()
        reader.walk.checkInvariants()
    }

    /// Trees of shapes of cells hold together, whatever is learned.
    @Test(arguments: RowReading.all.indices) func treesHoldTogether(schema: Int) throws {
        var random = Dice(seed: 17 + schema)
        var reader = RecordReader(RowReading.all[schema].plan, maxRecordBytes: 1 << 20, container: .lines)
        reader.walk.checkInvariants()
        var most = 0
        for _ in 0..<60 {
            let input = ShapedRecords.file(20, layout: 0, damaged: random.pick([2, 30]), &random)
            var window = input + [UInt8](repeating: UInt8(ascii: "\""), count: RecordReader.padding)
            _ = try window.withUnsafeMutableBufferPointer {
                try reader.read(
                    $0.baseAddress!, count: input.count, isFinal: false, onCells: { _ in [] }, onRejection: { _ in })
            }
            reader.shapes.checkInvariants()
            reader.walk.checkStops()
            most = max(most, reader.shapes.shapeCount)
        }
        #expect(most > 3, "schema \(schema)")
    }
}
