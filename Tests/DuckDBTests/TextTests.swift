import Testing

@testable import DuckDB

@Suite("Texts to and from DuckDB")
struct TextTests {
    @Test("a literal is one line, whatever the text is")
    func literal() {
        #expect(SQLText.literal("it's") == "E'it''s'")
        #expect(SQLText.literal("a\\n\n.shell id\r\n") == #"E'a\\n\n.shell id\r\n'"#)
        #expect(SQLText.literal("\u{1}\t\u{1F}é") == #"E'\x01\x09\x1fé'"#)
        #expect(SQLText.identifier("a\"b") == "\"a\"\"b\"")
        #expect(SQLText.list(["a", "b'"]) == "[E'a', E'b''']")
        #expect(SQLText.offsetOfNUL("é\0") == 2)
        #expect(SQLText.offsetOfNUL("é") == nil)
    }

    @Test(
        "lines of strings and nulls are read, in order",
        arguments: [
            (#"{}"#, []),
            (#"{"a":"1","b":null}"#, [("a", "1"), ("b", nil)]),
            (#"{"a":"x","a":"y"}"#, [("a", "x"), ("a", "y")]),
            (#"{"é\"":"\u00e9\ud83d\ude00\u0000\n\/\\"}"#, [("é\"", "é😀\0\n/\\")]),
        ] as [(String, [(String, String?)])])
    func lines(text: String, members: [(String, String?)]) throws {
        let line = try #require(AnswerLine(Array(text.utf8)))
        #expect(line.members.map(\.name) == members.map(\.0))
        #expect(line.members.map(\.value) == members.map(\.1))
    }

    @Test(
        "anything else is not a line",
        arguments: [
            "", " ", "hello", "{", #"{"a"}"#, #"{"a":1}"#, #"{"a":NaN}"#, #"{"a":"b"} "#, #"{"a":"b","#, #"{"a":"b"#,
            #"{"a":"\q"}"#, #"{"a":"\ud83d"}"#, #"{"a":"\u00g0"}"#, "{\"a\":\"\n\"}", #"{"a":["b"]}"#,
            #"{"a":"\u+0a1"}"#,
        ])
    func noLines(text: String) { #expect(AnswerLine(Array(text.utf8)) == nil) }

    @Test("bytes that are not UTF-8 are not a line")
    func notUTF8() { #expect(AnswerLine(Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}".utf8)) == nil) }

    @Test("a place is a line and a column of characters")
    func places() {
        let text = "SELECT é,\n  x"
        #expect(TextPlace(offset: 0, in: text) == TextPlace(line: 1, column: 1))
        #expect(TextPlace(offset: 9, in: text) == TextPlace(line: 1, column: 9))
        #expect(TextPlace(offset: 13, in: text) == TextPlace(line: 2, column: 3))
        #expect(TextPlace(offset: 99, in: text) == TextPlace(line: 2, column: 4))
    }

    @Test(
        "errors of every form that was seen are read",
        arguments: [
            (
                #"{"exception_type":"Conversion","exception_message":"Could not convert string 'a' to INT32","position":"17"}"#,
                StatementError(.conversion, "Could not convert string 'a' to INT32", offset: 17)
            ),
            (
                #"Parser Error: {"exception_type":"Parser","exception_message":"syntax error at end of input"}"#,
                StatementError(.parser, "syntax error at end of input")
            ),
            (
                "Binder Error: Referenced column \"x\" not found in FROM clause!\nCandidate bindings: \"i\"\n\nLINE 1: SELECT x\n     ^\n",
                StatementError(.binder, "Referenced column \"x\" not found in FROM clause!\nCandidate bindings: \"i\"")
            ),
            (
                "INTERNAL Error: Attempted to dereference unique_ptr that is NULL!\nStack Trace:\n/lib/a\n",
                StatementError(.internal, "Attempted to dereference unique_ptr that is NULL!")
            ),
            (
                ".sh/.system cannot be used in -safe mode",
                StatementError(.other(""), ".sh/.system cannot be used in -safe mode")
            ),
            (
                #"{"exception_type":"Out of Memory","exception_message":"failed to allocate data of size 16.0 MiB\n\nPossible solutions:\n* more"}"#,
                StatementError(.outOfMemory, "failed to allocate data of size 16.0 MiB")
            ),
            (
                #"{"exception_type":"Out of Memory","exception_message":"failed to offload data block (47.5 MiB used).\nThis limit was set by the 'max_temp_directory_size' setting.\nBy default, this setting utilizes"}"#,
                StatementError(
                    .outOfTemporarySpace,
                    "failed to offload data block (47.5 MiB used).\nThis limit was set by the 'max_temp_directory_size' setting."
                )
            ),
            (
                #"{"exception_type":"IO","exception_message":"Could not write file \"/x\": No space left on device"}"#,
                StatementError(.outOfDisk, "Could not write file \"/x\": No space left on device")
            ),
        ])
    func errors(text: String, wanted: StatementError) {
        #expect(StatementError(standardError: Array(text.utf8)) == wanted)
    }
}

extension TextPlace {
    init(line: Int, column: Int) {
        self.init(offset: 0, in: "")
        self.line = line
        self.column = column
    }
}
