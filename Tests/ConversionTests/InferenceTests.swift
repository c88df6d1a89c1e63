import Conversion
import Records
import RowReference
import TestSupport
import Testing

/// Fields that are found in the records.
@Suite struct InferenceTests {
    private func types(_ text: String) throws -> [String: FieldType] { try Converted(text).types }

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
        ("1.5", "1e999", .string), ("1", "null", .integer), ("9223372036854775808", "0.5", .double),
        ("\"2022-04-01T00:00:00.1234567Z\"", "null", .string), ("-0", "1", .integer),
    ])
    func valuesOfTwoKindsGoToTheTypeAboveBoth(first: String, second: String, type: FieldType) throws {
        for pair in [(first, second), (second, first)] {
            #expect(try types("{\"v\":\(pair.0)}\n{\"v\":\(pair.1)}\n") == ["v": type])
        }
    }

    /// The first look takes four megabytes; what comes behind is not known then.
    @Test(arguments: [
        ("{\"v\":1,\"w\":\"late\"}", ["v": FieldType.integer, "w": .string]), ("{\"v\":\"word\"}", ["v": .string]),
        ("{\"v\":{\"deep\":true}}", ["v": .json]),
        ("{\"v\":99999999999999999999}", ["v": .decimal(precision: 38, scale: 0)]),
        ("{\"w\":{\"deep\":true}}", ["v": .integer, "w.deep": .boolean]), ("{\"v\":null}", ["v": .integer]),
    ])
    func aLaterRecordWidensTheTypesAndLosesNothing(last: String, wanted: [String: FieldType]) throws {
        let count = 700_000
        let text = (0..<count).lazy.map { "{\"v\":\($0)}\n" }.joined() + last + "\n{\"v\":5}\n"
        for jobs in [1, 3] {
            let converted = try Converted(text) { $0.jobs = jobs }
            #expect(converted.types == wanted)
            #expect(converted.result.rows == count + 2 && converted.result.files[0].counts.rejectedTotal == 0)
            #expect(converted.result.surveys == (wanted == ["v": .integer] ? 0 : 1))
            #expect(
                try converted.rows().last?.first
                    == (wanted["v"] == .integer ? .integer(5) : try converted.rows()[5].first))
        }
    }

    @Test func recordsInArraysAndAnswersAreFound() throws {
        #expect(try types("[{\"a\":1,\"tags\":[{\"k\":2}]},{\"a\":2,\"tags\":[]}]") == ["a": .integer, "tags": .json])
        #expect(try types("{\"a\":1,\"tags\":[{\"k\":2}]}\n{\"a\":2}\n") == ["a": .integer, "tags": .json])
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
        #expect(throws: SchemaFailure.self) { try Converted("") }
        #expect(throws: SchemaFailure.self) { try Converted("not json\n") }
    }

    /// Texts that a narrower type would take are seen all the same.
    @Test(arguments: [
        ("\"2022-04-01T00:00:00Z\"", "\"2022-04-01\"", FieldType.timestamp(.iso8601)), ("\"12\"", "12", .string),
        ("1.0", "12", .double), ("\"true\"", "true", .string), ("7", "null", .integer),
        ("1.0", "99999999999999999999", .double),
    ])
    func whatComesLateCountsAsWhatComesFirst(last: String, first: String, type: FieldType) throws {
        let text = String(repeating: "{\"v\":\(first)}\n", count: 400_000) + "{\"v\":\(last)}\n"
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
