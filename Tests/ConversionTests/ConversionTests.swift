import Conversion
import ParquetTable
import Records
import RowReference
import TestSupport
import Testing
import TypedRows

/// Files into tables, by declared fields, against the plain reference of rows.
@Suite struct ConversionTests {
    /// Records of random types, and what they are as rows.
    private struct Sample {
        var schema: RowSchema
        var text: String
        var expected: ConvertedRows

        /// - Parameter isForCSV: rows of two fields or more, without NUL bytes, which CSV has not.
        init(_ dice: inout Dice, count: Int, isForCSV: Bool = false) {
            // The text of a json cell is that of the file, which the line writes anew.
            let types = (0..<(isForCSV ? 2 : 1) + dice.below(10)).map { _ in
                dice.pick(FieldType.samples.filter { $0 != .json })
            }
            let schema = RowSchema(
                types.enumerated().map { RowField("f\($0.offset)", $0.element, isRequired: dice.once(in: 3)) })
            let cells = (0..<count).map { _ in
                types.map { type in
                    let cell = ReferenceCell.random(for: type, &dice).valid
                    return isForCSV && cell.text.contains(0) ? ReferenceCell(.string, "x") : cell
                }
            }
            expected = ConvertedRows.expected(cells, schema)
            text = cells.map { jsonLine($0, schema, &dice) + "\n" }.joined()
            self.schema = schema
        }
    }

    @Test(arguments: 0..<20) func rowsAreThoseOfThePlainReference(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        let sample = Sample(&dice, count: 300)
        let converted = try Converted(sample.text, sample.schema) { $0.rejectsPerFile = .max }
        #expect(try converted.rows() == sample.expected.rows, "\(TestSeed.text)")
        #expect(converted.result.findings == sample.expected.findings)
        let counts = converted.result.files[0].counts
        #expect(
            counts.read == 300 && counts.folded == sample.expected.rows.count && converted.result.rows == counts.folded)
        let rejections = converted.result.files[0].rejections
        #expect(rejections.map { RowFault(row: $0.line - 1, reason: $0.reason) } == sample.expected.faults)
    }

    /// Units of one block: a file of several.
    @Test(arguments: ConversionFormat.allCases) func theTableIsTheSameForAnyNumberOfThreads(
        format: ConversionFormat
    ) throws {
        var dice = TestSeed.dice()
        let sample = Sample(&dice, count: 3000)
        var text = sample.text
        while text.utf8.count < 5 << 20 { text += text }
        let tables = try [1, 2, 5].map { jobs in
            try Converted(text, sample.schema, format) { ($0.jobs, $0.unitSize) = (jobs, 1 << 20) }
        }
        #expect(tables[0].result.files[0].way.ranges > 4)
        #expect(tables[0].bytes == tables[1].bytes && tables[0].bytes == tables[2].bytes)
        // Compressed it is read as one, and its rows are the same.
        let whole = try [1, 3].map { jobs in
            try Converted([gzip(Array(text.utf8))], sample.schema, format) { ($0.jobs, $0.unitSize) = (jobs, 1 << 20) }
        }
        #expect(whole[0].bytes == whole[1].bytes)
        if format == .parquet {
            #expect(try whole[0].rows() == tables[0].rows())
            // Copies of a short sample may compress to less than a unit.
            #expect(whole[0].result.files[0].way.ranges == 1)
        } else {
            #expect(whole[0].bytes == tables[0].bytes)
        }
    }

    @Test func aFileWhoseValuesGoOnOverLinesIsReadOnceMore() throws {
        let line = "{\"n\":1}\n"
        let text = String(repeating: line, count: 300_000) + "{\n\"n\":\n2}\n" + String(repeating: line, count: 300_000)
        let converted = try Converted(text, RowSchema([RowField("n", .integer)])) {
            ($0.jobs, $0.unitSize) = (2, 1 << 20)
        }
        #expect(converted.result.rows == 600_001 && converted.result.files[0].way.ranges == 1)
        #expect(try converted.rows()[300_000] == [.integer(2)])
    }

    /// Also if a quote is not closed, so that it is read as one.
    @Test(arguments: [nil, "7,\"x\n"]) func aLargeFileOfCSVGivesTheSameTableForAnyNumberOfThreads(
        broken: String?
    ) throws {
        var lines = (0..<200_000).map { "\($0),\"t\n\"\"\($0 % 7)\"\n" }
        if let broken { lines.insert(broken, at: 100_000) }
        let text = "n,s\n" + lines.joined()
        let tables = try [1, 2, 5].map { jobs in
            try Converted(text) {
                ($0.jobs, $0.unitSize, $0.csv) = (jobs, 1 << 20, .init())
                $0.values.isUntyped = true
            }
        }
        #expect(tables[0].bytes == tables[1].bytes && tables[0].bytes == tables[2].bytes)
        let file = tables[0].result.files[0]
        #expect(file.way.whyWhole == (broken == nil ? nil : .openQuote))
        #expect(file.way.ranges == (broken == nil ? text.utf8.count >> 20 + 1 : 1))
        #expect(file.counts.rejected == (broken == nil ? [:] : [.malformedCSV: 1]))
        #expect(tables[0].types == ["n": .integer, "s": .string])
        let expected = (0..<200_000).map { n -> [ReferenceValue] in
            [.integer(Int64(n)), .text(Array("t\n\"\(n % 7)".utf8))]
        }
        #expect(try tables[0].rows() == expected)
    }

    /// What is written as text is read as the same rows.
    @Test(arguments: 0..<6) func textOfATableIsTheSameTable(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        let sample = Sample(&dice, count: 400, isForCSV: true)
        let schema = RowSchema(
            sample.schema.fields.map {
                // Units of numbers are for reading; a table has moments.
                var field = $0
                if case .timestamp = field.type { field.type = .timestamp(.iso8601) }
                return field
            })
        let table = try Converted(sample.text, sample.schema)
        let lines = try Converted(sample.text, sample.schema, .jsonl)
        let again = try Converted([lines.bytes], schema)
        #expect(again.result.files[0].counts.rejectedTotal == 0)
        #expect(try again.rows() == table.rows(), "\(TestSeed.text)")
        let csv = try Converted(sample.text, sample.schema, .csv)
        let fromCSV = try Converted([csv.bytes], schema) {
            $0.csv = .init(delimiter: UInt8(ascii: ","))
            $0.values.isUntyped = true
        }
        #expect(fromCSV.result.files[0].counts.rejectedTotal == 0)
        #expect(try fromCSV.rows() == table.rows(), "\(TestSeed.text)")
    }

    /// An empty line would be none.
    @Test func aNullAloneInARowIsARowOfCSV() throws {
        let schema = RowSchema([RowField("n", .string, isRequired: false)])
        let converted = try Converted("{\"n\":null}\n{\"n\":\"x\"}\n", schema, .csv)
        #expect(converted.text == "n\n\"\"\nx\n")
    }

    @Test func filesFollowOneAnotherAndOneWithoutRecordsAddsNone() throws {
        let schema = RowSchema([RowField("n", .integer)])
        let converted = try Converted(
            ["{\"n\":1}\n{\"n\":\"x\"}\n", "", "[{\"n\":2},{\"n\":3}]"].map { Array($0.utf8) }, schema)
        #expect(try converted.rows() == [[.integer(1)], [.integer(2)], [.integer(3)]])
        #expect(converted.result.files.map(\.counts.rejectedTotal) == [1, 0, 0])
        #expect(converted.result.files[0].counts.rejected == [.bad("n"): 1])
    }

    @Test func jsonFieldsKeepTheirText() throws {
        let schema = RowSchema([
            RowField("user.id", path: FieldPath([["user", "id"]]), .integer), RowField("raw", .json, isRequired: false),
        ])
        let text =
            #"{"user":{"id":7},"raw":{"a": [1,  "é\u00e9"]}}"# + "\n" + #"{"raw":"x\n","user":{"id":8}}"# + "\n"
            + #"{"user":{"id":9},"raw":null}"# + "\n"
        let converted = try Converted(text, schema)
        #expect(
            try converted.rows() == [
                [.integer(7), .text(Array(#"{"a": [1,  "é\u00e9"]}"#.utf8))],
                [.integer(8), .text(Array(#""x\n""#.utf8))], [.integer(9), .null],
            ])
        #expect(
            try Converted(text, schema, .jsonl).text
                == #"{"user.id":7,"raw":{"a": [1,  "é\u00e9"]}}"# + "\n" + #"{"user.id":8,"raw":"x\n"}"# + "\n"
                + #"{"user.id":9,"raw":null}"# + "\n")
        #expect(
            try Converted(text, schema, .csv).text
                == "user.id,raw\n7,\"{\"\"a\"\": [1,  \"\"é\\u00e9\"\"]}\"\n8,\"\"\"x\\n\"\"\"\n9,\n")
    }
}

extension ReferenceCell {
    /// As a reader would give it: a string is UTF-8 without what JSON escapes otherwise, a container is one value.
    fileprivate var valid: ReferenceCell {
        switch kind {
        case .string: String(validating: text, as: UTF8.self) == nil ? ReferenceCell(.string, "x") : self
        case .container: ReferenceCell(.container, "[1]")
        default: self
        }
    }
}
