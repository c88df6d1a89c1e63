import Testing

@testable import FoldSQL

/// Tokens, their places, and what is refused before anything else is looked at.
@Suite struct LexerTests {
    private func tokens(_ text: String) throws -> [String] { try SQLLexer.read(text, file: "f").tokens.map(\.text) }

    private func mistakes(_ text: String) -> [String] {
        do throws(FoldTextError) {
            _ = try SQLLexer.read(text, file: "f")
            return []
        } catch { return error.mistakes.map(\.description) }
    }

    @Test func textsAndNamesKeepTheirSpelling() throws {
        #expect(
            try tokens("'it''s' \"a\"\"b\" $$it's$$, $t$a$$b$t$") == [
                "'it''s'", "\"a\"\"b\"", "$$it's$$", ",", "$t$a$$b$t$",
            ])
        let name = try SQLLexer.read("\"A\"\"b\"", file: "f")[0]
        #expect(name.name == "A\"b")
        #expect(name.lower == "a\"b")
        #expect(try tokens("_a$b größe é") == ["_a$b", "größe", "é"])
    }

    @Test(arguments: ["1", "1.5", ".5", "1.", "1e3", "1E-3", "1.5e+3", "5_0", "1_000.25"])
    func aNumberIsOneToken(_ text: String) throws { #expect(try tokens("(\(text))") == ["(", text, ")"]) }

    @Test func operatorsAreTakenTheLongestWay() throws {
        #expect(try tokens("a::b||c<>d>=e->>f") == ["a", "::", "b", "||", "c", "<>", "d", ">=", "e", "->>", "f"])
        #expect(try tokens("x[1:2]") == ["x", "[", "1", ":", "2", "]"])
        #expect(try tokens("(a.b).c.1") == ["(", "a", ".", "b", ")", ".", "c", ".", "1"])
        #expect(try tokens("-1 - -1") == ["-", "1", "-", "-", "1"])
    }

    @Test func commentsAreGaps() throws {
        #expect(try tokens("a -- b ' (\n + /* c /* d */ ' */ e--f") == ["a", "+", "e"])
        let list = try SQLLexer.read("a/**/b c", file: "f")
        #expect(list.tokens.map(\.hasGap) == [false, true, true])
    }

    @Test func placesCountLinesAndCharacters() throws {
        let list = try SQLLexer.read("größe\r\n  /* é\n */ 'x\ny' z", file: "f")
        #expect(list.tokens.map { [$0.place.line, $0.place.column] } == [[1, 1], [3, 5], [4, 4]])
        #expect(list.tokens.map(\.place.offset) == [0, 21, 27])
    }

    @Test(arguments: [
        ("'open", "1:1: a text that is not closed; close the quotes"),
        ("a \"open", "1:3: a name that is not closed; close the quotes"),
        ("$t$open$$", "1:1: a text that is not closed; close it with $t$"),
        ("/* /* */", "1:1: a comment that is not closed; close it with */, also the comments in it"),
        ("\"\"", "1:1: an empty name; give it a name"),
        ("'a' 'b'", "1:5: two texts in a row; write one text, or put || between them"),
        ("a\u{A0}b", "1:1: a space that is not of ASCII; replace it by a plain space"),
        ("a\r b", "1:2: a control character; remove it"),
        ("a \\ b", "1:3: the character \\; remove it"),
        ("(a)]", "1:4: ] closes no [; a fold is one SELECT; match the brackets"),
        ("(", "1:1: ( is not closed; match the brackets"),
        (
            "e'a'",
            "1:1: e'…' is spelled differently by versions of DuckDB; write a plain text, with chr(n) for special characters"
        ),
        (
            "1x",
            "1:1: 1x is spelled differently by versions of DuckDB; write a number in decimal digits, and a space in front of a word"
        ),
        ("$12", "1:1: the parameter $12; declare parameters in plan.yaml, and write getvariable('name')"),
    ])
    func mistakesHaveAPlace(_ text: String, _ mistake: String) { #expect(mistakes(text).first == mistake) }

    @Test func allMistakesAreCollected() {
        #expect(mistakes("$1 x'1' 0x1 )").count == 4)
    }

    @Test func depthAndSizeAreBounded() throws {
        let deep =
            String(repeating: "(", count: SQLLexer.maxDepth) + "1" + String(repeating: ")", count: SQLLexer.maxDepth)
        #expect(try tokens(deep).count == 2 * SQLLexer.maxDepth + 1)
        #expect(mistakes("(\(deep))").count == 1)
        #expect(mistakes(String(repeating: " ", count: SQLLexer.maxBytes + 1)).count == 1)
    }
}
