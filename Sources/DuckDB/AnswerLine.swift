//  What comes back: JSON lines (-jsonlines), one object a line.
//
//      {"user_id":"u1","plays":"12","last":null}
//      {"exception_type":"Conversion","exception_message":"Could not convert string 'abc' to INT32","position":"17"}
//
//  Every query of ours casts its columns to VARCHAR, and errors come so by themselves (`errors_as_json`): there are only strings
//  and NULL, in the order of the columns. Numbers would not be safe to read: DuckDB writes NaN and Infinity as bare words,
//  and integers of 128 bits.
//
//  JSON lines and not CSV, because CSV writes NULL as a text that a value may have as well, and a value may have line ends.
//  Here a line end is `\n` inside a string, so a line of the stream is always one row, and a line that does not begin with
//  a brace is not a row. An empty result is an empty line.

import SmallJSON

/// One object whose members are strings or null.
struct AnswerLine: Equatable {
    /// In the order of the line; names may repeat.
    private(set) var members: [(name: String, value: String?)] = []

    static func == (a: AnswerLine, b: AnswerLine) -> Bool {
        a.members.elementsEqual(b.members) { $0.name == $1.name && $0.value == $1.value }
    }

    /// The value of the first member of this name; nil when it is null as well.
    subscript(name: String) -> String? { members.first { $0.name == name }?.value }

    /// - Returns: nil for anything else than such an object, in valid UTF-8.
    init?(_ line: some Collection<UInt8>) {
        guard let text = String(validating: line, as: UTF8.self) else { return nil }
        var scanner = SmallJSONScanner(bytes: Array(text.utf8))
        guard scanner.skip(UInt8(ascii: "{")) else { return nil }
        if !scanner.skip(UInt8(ascii: "}")) {
            repeat {
                guard let name = try? scanner.string(), scanner.skip(UInt8(ascii: ":")) else { return nil }
                if scanner.skip("null") {
                    members.append((name, nil))
                } else {
                    guard let value = try? scanner.string() else { return nil }
                    members.append((name, value))
                }
            } while scanner.skip(UInt8(ascii: ","))
            guard scanner.skip(UInt8(ascii: "}")) else { return nil }
        }
        guard scanner.isAtEnd else { return nil }
    }
}
