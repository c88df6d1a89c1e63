import Conversion
import Records
import RowReference
import TestSupport
import Testing

/// Fields that are found in the records.
@Suite struct InferenceTests {
    /// Less than the program takes, so that a text that goes beyond it is small.
    private static let firstLook = 1 << 17

    private func types(_ text: String) throws -> [String: FieldType] {
        try Converted(text) { $0.firstLookBytes = Self.firstLook }.types
    }

    @Test func eachFieldHasTheNarrowestTypeOfItsValues() throws {
        let text = """
            {"i":1,"d":1.5,"b":true,"s":"x","day":"2022-04-01","at":"2022-04-01T12:00:00Z","a":[1],"o":{"x":1,"y":{"z":"q"}}}
            {"i":-7,"d":2,"b":false,"s":"","day":"2022-04-02","at":"2022-04-01 12:00:00.5","a":null,"o":{"x":2}}
            {"i":null,"o":null,"n":null}
            """
        let converted = try Converted(text)
        #expect(
            converted.types == [
                "i": .integer, "d": .double, "b": .boolean, "s": .string, "day": .date, "at": .timestamp(.iso8601),
                "a": .json, "o.x": .integer, "o.y.z": .string, "n": .string,
            ])
        // In the order in which they were met.
        #expect(
            converted.result.schema.fields.map(\.name) == ["i", "d", "b", "s", "day", "at", "a", "o.x", "o.y.z", "n"])
        #expect(converted.result.surveys == 0 && converted.result.rows == 3)
        #expect(converted.result.schema.fields.allSatisfy { !$0.isRequired })
    }

    @Test(arguments: [
        ("1", "9223372036854775808", FieldType.decimal(precision: 38, scale: 0)), ("1", "1.5", .double),
        ("1", "\"x\"", .string), ("true", "1", .string),
        ("\"2022-04-01\"", "\"2022-04-01T01:02:03Z\"", .timestamp(.iso8601)),
        ("\"2022-04-01\"", "\"soon\"", .string), ("1", "[1]", .json), ("\"x\"", "{\"a\":1}", .json),
        ("{\"a\":1}", "5", .json),
        ("1.5", "1e999", .string), ("1", "null", .integer), ("9223372036854775808", "0.5", .string),
        ("9007199254740993", "1.5", .string), ("9007199254740992", "1.5", .double),
        ("-9007199254740993", "1", .integer),
        ("123456789012345678901234567890123456789", "1.5", .string), ("1e-400", "1.5", .string),
        ("\"2022-04-01T00:00:00.1234567Z\"", "null", .string), ("-0", "1", .integer),
    ])
    func valuesOfTwoKindsGoToTheTypeAboveBoth(first: String, second: String, type: FieldType) throws {
        for pair in [(first, second), (second, first)] {
            #expect(try types("{\"v\":\(pair.0)}\n{\"v\":\(pair.1)}\n") == ["v": type])
        }
    }

    /// More records than the first look takes.
    private static let count = 16_000
    private static let json = (0..<count).map { "{\"v\":\($0)}\n" }.joined()
    private static let csv = (0..<count).map { "\($0),12345\n" }.joined()

    /// What comes behind the first look is not known then.
    @Test(arguments: [
        ("{\"v\":1,\"w\":\"late\"}", ["v": FieldType.integer, "w": .string]), ("{\"v\":\"word\"}", ["v": .string]),
        ("{\"v\":{\"deep\":true}}", ["v": .json]),
        ("{\"v\":99999999999999999999}", ["v": .decimal(precision: 38, scale: 0)]),
        ("{\"w\":{\"deep\":true}}", ["v": .integer, "w.deep": .boolean]), ("{\"v\":null}", ["v": .integer]),
    ])
    func aLaterRecordWidensTheTypesAndLosesNothing(last: String, wanted: [String: FieldType]) throws {
        let count = Self.count
        let text = Self.json + last + "\n{\"v\":5}\n"
        for jobs in [1, 3] {
            let converted = try Converted(text) { ($0.jobs, $0.firstLookBytes) = (jobs, Self.firstLook) }
            #expect(converted.types == wanted)
            #expect(converted.result.rows == count + 2 && converted.result.files[0].counts.rejectedTotal == 0)
            #expect(converted.result.surveys == (wanted == ["v": .integer] ? 0 : 1))
            let rows = try converted.rows()
            #expect(rows.last?.first == (wanted["v"] == .integer ? .integer(5) : rows[5].first))
        }
    }

    @Test func recordsInArraysAndAnswersAreFound() throws {
        #expect(try types("[{\"a\":1,\"tags\":[{\"k\":2}]},{\"a\":2,\"tags\":[]}]") == ["a": .integer, "tags": .json])
        #expect(try types("{\"a\":1,\"tags\":[{\"k\":2}]}\n{\"a\":2}\n") == ["a": .integer, "tags": .json])
    }

    /// Much in front of the first whole record, behind the first look.
    enum Front: CaseIterable {
        case longRecord
        case emptyLines
        case brokenLines

        var text: String {
            switch self {
            case .longRecord: "{\"a\":1,\"s\":\"" + String(repeating: "x", count: 163_000) + "\"}\n"
            case .emptyLines: String(repeating: "\n", count: 163_000)
            case .brokenLines: String(repeating: "broken\n", count: 23_000)
            }
        }
    }

    @Test(arguments: Front.allCases) func fieldsAreFoundBehindTheFirstLook(front: Front) throws {
        let converted = try Converted(front.text + "{\"a\":2}\n{\"a\":3}\n") { $0.firstLookBytes = Self.firstLook }
        let wanted: [String: FieldType] =
            front == .longRecord ? ["a": .integer, "s": .string] : ["a": .integer]
        #expect(converted.types == wanted && converted.result.rows == wanted.count + 1)
    }

    @Test(arguments: [("broken\n7\n", 2, 0), ("{}\n{}\n", 0, 2), ("", 0, 0)])
    func recordsWithoutFieldsAreAccountedFor(text: String, rejected: Int, folded: Int) throws {
        let error = #expect(throws: NoFields.self) { try Converted(text) }
        let counts = try #require(error?.files.first?.counts)
        #expect(counts.rejectedTotal == rejected && counts.folded == folded && counts.read == rejected + folded)
    }

    /// Types of CSV are noted while the table is written with those of the first look.
    @Test(arguments: [
        ("x,7", ["v": FieldType.string, "w": .integer], 1), ("1.5,7", ["v": .double, "w": .integer], 1),
        (",", ["v": .integer, "w": .integer], 0), ("8,", ["v": .integer, "w": .integer], 0),
        ("007,7", ["v": .string, "w": .integer], 1), ("1.0,7", ["v": .double, "w": .integer], 1),
        ("9007199254740993,7", ["v": .integer, "w": .integer], 0),
        ("99999999999999999999,7", ["v": .decimal(precision: 38, scale: 0), "w": .integer], 1),
        ("3,7,4", ["v": .integer, "w": .integer], 0),
    ])
    func aLaterRecordOfCSVWidensTheTypes(last: String, wanted: [String: FieldType], surveys: Int) throws {
        let count = Self.count
        let text = "v,w\n" + Self.csv + last + "\n5,6\n"
        var tables: [[UInt8]] = []
        for jobs in [1, 3] {
            let converted = try Converted(text) {
                ($0.csv, $0.values.isUntyped, $0.jobs, $0.unitSize) = (.init(), true, jobs, 1 << 20)
                $0.firstLookBytes = Self.firstLook
            }
            #expect(converted.types == wanted)
            let counts = converted.result.files[0].counts
            #expect(counts.read == count + 2 && converted.result.rows == counts.folded)
            #expect(counts.rejected == (last == "3,7,4" ? [.longRow: 1] : [:]))
            #expect(converted.result.surveys == surveys)
            tables.append(converted.bytes)
        }
        #expect(tables[0] == tables[1])
    }

    /// A guess that cannot divide rows is no mistake of the user's.
    @Test func rowsAreDividedByAFieldWhoseTypeIsFoundLate() throws {
        let csv = "k,n\n" + String(repeating: "1.5,1\n", count: 25_000) + "late,2\n"
        let json = String(repeating: "{\"k\":1.5,\"n\":1}\n", count: 9_500) + "{\"k\":\"late\",\"n\":2}\n"
        for (text, isCSV) in [(csv, true), (json, false)] {
            let store = MemoryStore()
            let result = try Converted.convert([Array(text.utf8)], nil, .csv, into: store) {
                ($0.division, $0.firstLookBytes) = (.byFields(["k"]), Self.firstLook)
                if isCSV { ($0.csv, $0.values.isUntyped) = (.init(), true) }
            }
            #expect(store.tables.keys.sorted() == ["k=1.5/part-0.csv", "k=late/part-0.csv"])
            #expect(result.surveys == 1)
        }
    }

    @Test func columnsOfCSVHaveTheTypesOfTheirTexts() throws {
        let text = "id;zip;n;x;flag;day;note\n1;00123;;1.5;true;2022-04-01;\"a;b\"\n2;99999;7;2;FALSE;2022-04-02;\n"
        let converted = try Converted(text) {
            $0.csv = .init()
            $0.values.isUntyped = true
        }
        #expect(
            converted.types == [
                "id": .integer, "zip": .string, "n": .integer, "x": .double, "flag": .boolean, "day": .date,
                "note": .string,
            ])
        #expect(try converted.rows()[0][1] == .text(Array("00123".utf8)) && converted.rows()[0][2] == .null)
        #expect(converted.result.schema.fields.map(\.name) == ["id", "zip", "n", "x", "flag", "day", "note"])
    }

    @Test func aFileWithoutRecordsHasNoFields() {
        #expect(throws: NoFields.self) { try Converted("") }
        #expect(throws: NoFields.self) { try Converted("not json\n") }
    }

    /// Texts that a narrower type would take are seen all the same.
    @Test(arguments: [
        ("\"2022-04-01T00:00:00Z\"", "\"2022-04-01\"", FieldType.timestamp(.iso8601)), ("\"12\"", "12", .string),
        ("1.0", "12", .double), ("\"true\"", "true", .string), ("7", "null", .integer),
        ("1.0", "99999999999999999999", .string), ("9007199254740993", "1.5", .string), ("1e-400", "1.5", .string),
        ("1.5", "9007199254740993", .string), ("9007199254740992", "1.5", .double),
    ])
    func whatComesLateCountsAsWhatComesFirst(last: String, first: String, type: FieldType) throws {
        let text = String(repeating: "{\"v\":\(first)}\n", count: 19_000) + "{\"v\":\(last)}\n"
        #expect(try types(text) == ["v": type])
    }

    @Test func aFieldWithoutANameIsRefused() {
        for text in ["{\"\":1}\n", "{\"a\":{\"\":1}}\n"] {
            #expect(throws: SchemaFailure.self) { try Converted(text) }
        }
        #expect(throws: SchemaFailure.self) {
            try Converted("a;;b\n1;2;3\n") {
                $0.csv = .init()
                $0.values.isUntyped = true
            }
        }
    }

    @Test func dotsInNamesAreKept() throws {
        #expect(try types("{\"a.b\":1,\"a\":{\"b\":true}}\n") == ["a\\.b": .integer, "a.b": .boolean])
        let csv = try Converted("a.b;c\n1;2\n") {
            $0.csv = .init()
            $0.values.isUntyped = true
        }
        #expect(csv.types == ["a.b": .integer, "c": .integer])
    }

    @Test func moreFieldsThanAreKeptAreRefusedByName() {
        let record = "{" + (0..<300).map { "\"f\($0)\":1" }.joined(separator: ",") + "}\n"
        let error = #expect(throws: SchemaFailure.self) { try Converted(record) }
        #expect("\(error!)".contains("--fields"))
    }
}
