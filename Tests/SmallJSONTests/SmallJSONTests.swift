import Foundation
import SmallJSON
import TestSupport
import Testing

@Suite struct SmallJSONTests {
    private static func write(_ text: inout JSONText) {
        text.object { text in
            text.member("name", "a\"b")
            text.member("nothing", nil as String?)
            text.object("rejected") { _ in }
            text.array("days") { text in
                text.member(nil, 1)
                text.member(nil, true)
            }
            text.member("raw", json: "0.420")
        }
    }

    @Test func bothLayoutsAreTheDocumentedOnes() throws {
        var indented = JSONText()
        Self.write(&indented)
        var line = JSONText(.line)
        Self.write(&line)
        #expect(
            String(decoding: indented.finished(), as: UTF8.self) == #"""
                {
                  "name": "a\"b",
                  "nothing": null,
                  "rejected": {},
                  "days": [
                    1,
                    true
                  ],
                  "raw": 0.420
                }

                """#)
        #expect(
            String(decoding: line.finished(), as: UTF8.self)
                == #"{"name":"a\"b","nothing":null,"rejected":{},"days":[1,true],"raw":0.420}"# + "\n")
        #expect(try JSONValue(indented.finished()) == JSONValue(line.finished()))
    }

    /// What `status --json` and `check --json` write has always been laid out so.
    @Test func theSpacedLayoutIsFoundations() throws {
        var sorted = JSONText(.spaced)
        sorted.object { text in
            text.array("days") { text in
                text.member(nil, 1)
                text.member(nil, true)
            }
            text.array("empty", [])
            text.object("inner") { text in
                text.array("empty", [])
                text.object("none") { _ in }
                text.memberIfAny("nothing", nil as String?)
                text.array("strings", ["", "a/b\u{0}\u{1F}\u{7F}é"])
            }
        }
        struct Inner: Encodable {
            var empty: [Int] = []
            var none: [String: Int] = [:]
            var nothing: String?
            var strings = ["", "a/b\u{0}\u{1F}\u{7F}é"]
        }
        struct Mixed: Encodable {
            func encode(to encoder: any Encoder) throws {
                var values = encoder.unkeyedContainer()
                try values.encode(1)
                try values.encode(true)
            }
        }
        struct Outer: Encodable {
            var days = Mixed()
            var empty: [Inner] = []
            var inner = Inner()
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        #expect(
            String(decoding: sorted.finished(), as: UTF8.self)
                == String(decoding: try encoder.encode(Outer()), as: UTF8.self) + "\n")
    }

    @Test func stringsSurviveWritingAndReading() throws {
        let scalars = (0..<0x300).compactMap { Unicode.Scalar($0) }.map { String($0) }
        for string in scalars + ["", "a\"b\\c/d", "😀\u{2028}\u{FFFF}", "\u{7F}é"] {
            let quoted = bytes(JSONText.quoted(string))
            #expect(try JSONValue(quoted) == .string(string))
            let foundation = try JSONSerialization.jsonObject(with: Data(quoted), options: .fragmentsAllowed)
            #expect((foundation as? String).map { bytes($0) } == bytes(string))
        }
    }

    @Test(arguments: [
        #""\ud83d\ude00\u00e9\/\b\f""#, "[1, -0, 1e5, 1.5E-3, 0.0]", #" {"a" : [ ] , "b":{}} "#, "true", "null",
        "[[[]]]",
    ])
    func acceptsJSON(_ text: String) throws {
        _ = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        _ = try JSONValue(bytes(text))
    }

    @Test(arguments: [
        "", " ", "01", "1.", ".5", "1e", "+1", "-", "tru", "nul", "[1,]", "[,]", "{\"a\":1,}", "{\"a\"}", "{a:1}",
        "[1 2]",
        "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"\t\"", "1 1",
        "[1}",
        "{\"a\":1,\"a\":2}", "[", "{", "\u{FEFF}1", "'a'", "NaN",
    ])
    func refusesWhatIsNoJSON(_ text: String) { #expect(throws: JSONError.self) { try JSONValue(bytes(text)) } }

    @Test func refusesBadUTF8AndDeepNesting() {
        #expect(throws: JSONError.self) { try JSONValue([0x22, 0xC3, 0x22]) }
        #expect(throws: JSONError.self) { try JSONValue(Bytes(repeating: UInt8(ascii: "["), count: 100_000)) }
    }
}
