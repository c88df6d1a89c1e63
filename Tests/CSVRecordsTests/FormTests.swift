import CSVRecords
import Records
import RowReference
import Testing

/// The grammar, record by record, and where it leaves a choice.
@Suite struct FormTests {
    static let schema = RowSchema([RowField("a", .string), RowField("b", .string)])

    static func read(
        _ text: String, _ schema: RowSchema = schema, _ settings: CSVSettings = CSVSettings(), longest: Int = 1 << 16
    ) throws -> CSVReading {
        try CSVReading(Array(text.utf8), schema, settings, longest: longest)
    }

    /// The rows in order, a bar between two fields, `–` for NULL.
    static func rows(_ reading: CSVReading) -> [String] {
        reading.rows.sorted { $0.key < $1.key }.map { _, cells in
            cells.map { $0.kind == .string ? String(decoding: $0.text, as: UTF8.self) : $0.kind == .null ? "–" : "?" }
                .joined(separator: "|")
        }
    }

    private func rows(_ text: String, _ settings: CSVSettings = CSVSettings()) throws -> [String] {
        let reading = try Self.read(text, Self.schema, settings)
        #expect(reading.rejected.isEmpty)
        return Self.rows(reading)
    }

    @Test func fieldsAreSeparatedAndQuoted() throws {
        #expect(try rows("a,b\n1,2\n") == ["1|2"])
        #expect(try rows("a,b\r\n1,2\r\n3,4") == ["1|2", "3|4"])
        #expect(try rows("a,b\n\"1\",\"two, \"\"2\"\"\"\n") == ["1|two, \"2\""])
        #expect(try rows("a,b\n\"1\n2\",\"3\r\n4\"\n") == ["1\n2|3\r\n4"])
        #expect(try rows("a,b\n 1 ,\t2\n") == [" 1 |\t2"])
        #expect(try rows("a,b\n\"\"\"\",\"\"\n") == ["\"|"])
    }

    @Test func emptyLinesAreNoRecords() throws {
        #expect(try rows("\n\r\na,b\n\n1,2\n\r\n\n3,4\n\n") == ["1|2", "3|4"])
        let one = try Self.read("a\n\n\"\"\n1\n", RowSchema([RowField("a", .string)]))
        #expect(Self.rows(one) == ["", "1"])
    }

    @Test func emptyFieldsWithoutQuotesAreNull() throws {
        #expect(try rows("a,b\n,\"\"\n") == ["–|"])
        #expect(try rows("a,b\n,NULL\n\"NULL\",x\n", CSVSettings(null: "NULL")) == ["|–", "NULL|x"])
        #expect(try rows("a,b\n,x\n", CSVSettings(null: nil)) == ["|x"])
    }

    @Test func columnsAreFoundByName() throws {
        #expect(try rows("x,b,y,a\n1,2,3,4\n") == ["4|2"])
        #expect(try rows("\u{FEFF}\"b\",\"a\"\n1,2\n") == ["2|1"])
        let nested = RowSchema([
            RowField("user", path: FieldPath([["_source", "User"], ["user"]]), .string),
            RowField("other", path: FieldPath([["none"]]), .string, isRequired: false),
            RowField("same", path: FieldPath([["user"]]), .string),
        ])
        #expect(Self.rows(try Self.read("user,_source.User\n1,2\n\"3\",4\n", nested)) == ["2|?|1", "4|?|3"])
    }

    @Test func twoFieldsMayShareAColumn() throws {
        let schema = RowSchema([
            RowField("one", path: FieldPath([["x"]]), .string), RowField("two", path: FieldPath([["x"]]), .string),
        ])
        #expect(Self.rows(try Self.read("x\n1\n\"2\"\n", schema)) == ["1|1", "2|2"])
        // More than the memory for texts without pairs has at first.
        let text = String(repeating: "\"\"", count: 3000)
        let quotes = String(repeating: "\"", count: 3000)
        #expect(Self.rows(try Self.read("x\n\"\(text)\"\n", schema)) == ["\(quotes)|\(quotes)"])
    }

    @Test func aFileWithoutHeaderHasTheColumnsOfTheSettings() throws {
        #expect(try rows("1;2\n3;4\n", CSVSettings(columns: ["b", "a"])) == ["2|1", "4|3"])
        #expect(
            try Self.read("1\n", Self.schema, CSVSettings(columns: ["b", "a"])).rejected.map(\.reason) == [.shortRow])
    }

    @Test(arguments: [
        ("a,b,c;d\n1,2,3\n", ","), ("a;b\n1;2\n", ";"), ("a\tb\n1\t2\n", "\t"), ("a|b\n1|2\n", "|"),
        ("a;b;x,y,z,w\n1;2;3\n", ";"),
        ("\"a,b\";a;b\n1;2;3\n", ";"),
    ]) func theDelimiterIsFoundFromTheHeader(text: String, delimiter: Unicode.Scalar) throws {
        #expect(try Self.read(text).delimiter == UInt8(ascii: delimiter))
    }

    @Test func aHeaderThatDoesNotFitIsAnError() throws {
        #expect(throws: CSVError.missingColumn("b", columns: ["a", "B"])) { try Self.read("a,B\n1,2\n") }
        #expect(throws: CSVError.duplicateColumn("b")) { try Self.read("a,b,b\n1,2,3\n") }
        #expect(throws: CSVError.longHeader(limit: 3)) { try Self.read("a,b,c\n", longest: 3) }
        #expect(throws: CSVError.malformedHeader("a carriage return without a line feed", offset: 3)) {
            try Self.read("a,b\r1,2\r")
        }
        let error = CSVError.missingColumn("user_id", columns: ["userid", "x"])
        #expect(error.description == "the header has no column user_id; did you mean userid? Columns: userid, x")
        #expect(try rows("a,x,b,x\n1,2,3,4\n") == ["1|3"])
    }

    @Test func anEmptyFileHasNoRecords() throws {
        for text in ["", "\n", "\u{FEFF}", "\r\n\n", "a,b", "a,b\n"] {
            let reading = try Self.read(text)
            #expect(reading.recordsRead == 0 && reading.rows.isEmpty, "\(text)")
        }
    }

    @Test(arguments: [
        ("1", RejectReason.shortRow, "1 field where the file has 2 columns"),
        ("1,2,3", .longRow, "3 fields where the file has 2 columns"),
        ("1,2,", .longRow, "3 fields where the file has 2 columns"),
        ("1,x\"y", .malformedCSV, "a quote in a field that does not begin with one"),
        ("1,\"x\"y", .malformedCSV, "text after the closing quote of a field"),
        ("1,\"x\" ", .malformedCSV, "text after the closing quote of a field"),
        ("1\r2,3", .malformedCSV, "a carriage return without a line feed"), ("1,2\0", .malformedCSV, "a NUL byte"),
    ]) func aRecordThatDoesNotFitIsRejected(text: String, reason: RejectReason, words: String) throws {
        let reading = try Self.read("a,b\n0,0\n\(text)\r\n9,9\n")
        #expect(Self.rows(reading) == ["0|0", "9|9"])
        #expect(Array(reading.rows.keys).sorted() == [1, 3])
        #expect(reading.rejected.map(\.reason) == [reason])
        #expect(reading.rejected[0].flaw?.words == words)
        #expect((reading.rejected[0].line, reading.rejected[0].offset) == (2, 8))
        #expect(reading.rejected[0].raw == Array(text.utf8))
    }

    @Test func bytesThatAreNotUTF8CostTheirRecord() throws {
        let bytes =
            Array("a,b\n1,".utf8) + [0xE9] + Array("\n\"".utf8) + [0xED, 0xA0, 0x80] + Array("\",2\né,ü\n".utf8)
        let reading = try CSVReading(bytes, Self.schema, CSVSettings(), longest: 100)
        #expect(Self.rows(reading) == ["é|ü"])
        #expect(reading.rejected.map(\.reason) == [.invalidUTF8, .invalidUTF8])
        #expect(reading.rejected[0].flaw?.words == "the byte \\xe9 is not valid UTF-8")
        #expect(reading.rejected[0].flaw?.column == 3)
    }

    @Test func aRunOfNULBytesIsOneRejection() throws {
        let reading = try Self.read("a,b\n1,2\n" + String(repeating: "\0", count: 100) + "\n3,4\n", longest: 20)
        #expect(Self.rows(reading) == ["1|2", "3|4"])
        #expect(reading.rejected.map(\.reason) == [.malformedCSV] && reading.rejected[0].raw.count == 20)
    }

    @Test func quotesAreBytesWhereTheSettingsKnowNone() throws {
        #expect(try rows("a\tb\n\"1\t2\"\"\n", CSVSettings(quote: nil)) == ["\"1|2\"\""])
        #expect(try rows("a,b\n'1,''2',\"\n", CSVSettings(quote: UInt8(ascii: "'"))) == ["1,'2|\""])
    }
}
