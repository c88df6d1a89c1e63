//  What DuckDB says about a statement that failed, as a value.
//
//  With `errors_as_json` 1.5.5 writes one line of JSON for each error on standard error:
//
//      {"exception_type":"Binder","exception_message":"Referenced column \"x\" not found in FROM clause!\nCandidate
//       bindings: \"i\"","error_subtype":"COLUMN_NOT_FOUND","position":"5","candidates":"i","name":"x"}
//
//  Other forms, seen in 1.5.5:
//
//      Parser Error: {"exception_type":"Parser", …}       a statement that the shell itself could not cut off
//      Binder Error: words, an empty line, "LINE 1: …", a line with a caret      before the setting is made
//      INTERNAL Error: words, a stack trace                                      a bug of DuckDB's
//      .shell cannot be used in -safe mode                                       the shell's own words
//
//  `position` counts in the text that was being parsed or bound. What it means depends on when the error came:
//
//  | error                          | position                                        |
//  |--------------------------------|-------------------------------------------------|
//  | syntax, in `query('…')`        | of `query` in our own statement: useless        |
//  | binding, in `query('…')`       | the same                                        |
//  | running (conversion)           | in the user's text, in bytes                    |
//  | running (overflow, `error()`)  | none                                            |
//  | syntax, `json_serialize_sql`   | in the user's text, in **characters**           |
//  | binding, `json_serialize_plan` | in the user's text, in bytes                    |
//
//  So a text is parsed by `json_serialize_sql` before it is run, and after a failure it is bound once more by
//  `json_serialize_plan`, which runs nothing (Place.swift).
//
//  The words come with advice about settings that no user of ours can change ("Possible solutions: … SET
//  memory_limit"); it is left out.

/// What kind of failure a statement had. DuckDB has more; those that nobody decides by are `other`.
package enum StatementErrorKind: Sendable, Hashable {
    case parser
    case binder
    /// No table, function or type of this name.
    case catalog
    case conversion
    case outOfRange
    case invalidInput
    case notImplemented
    /// Memory for the statement, as `DuckDBLimits` has it.
    case outOfMemory
    /// What it spilled to its temporary folder exceeds `DuckDBLimits.temporaryBytes`.
    case outOfTemporarySpace
    /// A disk is full, or a file would exceed `DuckDBLimits.fileBytes`.
    case outOfDisk
    /// Reading or writing failed in another way; what is in a file cannot be read.
    case inputOutput
    /// A file, an extension or a setting that the sandbox does not permit.
    case permission
    case interrupted
    /// The text is something else than one SELECT.
    case notOneSelect
    /// The text calls a table function that is not permitted in it.
    case forbiddenFunction
    /// A fault of DuckDB's own; the session is over.
    case `internal`
    case other(String)

    /// - Parameters:
    ///   - type: `exception_type` or `error_type`, in any case.
    ///   - words: needed where DuckDB has one type for several things; it tells them apart by words only.
    init(type: String, words: String) {
        switch type.lowercased() {
        case "parser", "syntax": self = .parser
        case "binder": self = .binder
        case "catalog": self = .catalog
        case "conversion", "mismatch type": self = .conversion
        case "out of range", "decimal": self = .outOfRange
        case "invalid input", "invalid type", "divide by zero": self = .invalidInput
        case "not implemented": self = .notImplemented
        case "out of memory":
            self = words.contains("max_temp_directory_size") ? .outOfTemporarySpace : .outOfMemory
        case "io", "http", "network", "serialization":
            let isFull = ["No space left on device", "Disk quota exceeded", "File too large"].contains {
                words.contains($0)
            }
            self = isFull ? .outOfDisk : .inputOutput
        case "permission", "invalid configuration", "missing extension", "autoload": self = .permission
        case "interrupt": self = .interrupted
        case "internal", "fatal": self = .internal
        default: self = .other(type)
        }
    }
}

/// A statement that failed.
package struct StatementError: Error, Sendable, Hashable, CustomStringConvertible {
    package var kind: StatementErrorKind
    /// DuckDB's words, without its drawing of the place and its advice about settings. May have several lines.
    package var words: String
    /// Where in the user's text, in bytes of UTF-8; nil when it cannot be told.
    package var offset: Int?

    package init(_ kind: StatementErrorKind, _ words: String, offset: Int? = nil) {
        self.kind = kind
        self.words = words
        self.offset = offset
    }

    /// The first line of the words.
    package var headline: String { words.split(separator: "\n").first.map(String.init) ?? words }

    package var description: String { words }

    /// Reads what came on standard error, of which the first error counts.
    init(standardError bytes: [UInt8]) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for line in lines {
            guard let brace = line.firstIndex(of: UInt8(ascii: "{")), let answer = AnswerLine(line[brace...]),
                let type = answer["exception_type"]
            else { continue }
            self.init(
                type: type, words: answer["exception_message"] ?? "", offset: answer["position"].flatMap { Int($0) })
            return
        }
        self.init(plain: String(decoding: bytes, as: UTF8.self))
    }

    /// - Parameter type: `exception_type` or `error_type`.
    init(type: String, words: String, offset: Int?) {
        kind = StatementErrorKind(type: type, words: words)
        self.words = Self.withoutAdvice(words)
        self.offset = offset
    }

    /// An error that is not JSON: `Kind Error: words`, perhaps with a drawing.
    private init(plain text: String) {
        let words = Self.withoutDrawing(text)
        if let end = words.firstRange(of: " Error: "), !words[..<end.lowerBound].contains("\n") {
            self.init(type: String(words[..<end.lowerBound]), words: String(words[end.upperBound...]), offset: nil)
        } else {
            self.init(.other(""), words)
        }
    }

    /// The text up to `LINE 1: …`, or up to a stack trace.
    static func withoutDrawing(_ text: String) -> String {
        var kept: [Substring] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("LINE ") || line.hasPrefix("Stack Trace:") { break }
            kept.append(line)
        }
        return trimmed(kept.joined(separator: "\n"))
    }

    private static func withoutAdvice(_ words: String) -> String {
        var words = withoutDrawing(words)
        for advice in ["\n\nPossible solutions:", "\nBy default, this setting", "\n\nUse \"SET ", " Use \"SET "] {
            if let start = words.firstRange(of: advice) { words = String(words[..<start.lowerBound]) }
        }
        return trimmed(words)
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        let end = text.lastIndex { !isSpace($0) }.map(text.index(after:)) ?? text.startIndex
        return String(text[..<end].drop(while: isSpace))
    }
}
