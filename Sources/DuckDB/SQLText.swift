//  Texts on their way into the program.
//
//  The shell reads its standard input line by line: a line that begins with a dot is a command of the shell, among them
//  `.shell`. A text of ours therefore goes in one line, and a text of somebody else goes as one string literal in that line:
//
//      SELECT 1           FROM query(E'SELECT 1\n.shell id\n');
//      .shell id
//
//  The literal is DuckDB's E'…' (documentation, "Literal types"): a quote is doubled, a backslash is doubled, line ends are
//  `\n` and `\r`, all other bytes below 0x20 are `\xHH`. Everything else stays as it is, UTF-8. NUL has no escape there and
//  is refused; `\uHHHH` is not used, because 1.5.5 answers "unicode_to_utf8 NOT IMPLEMENTED" to it.

/// Pieces of statements.
package enum SQLText {
    /// A text as one string literal without line ends.
    ///
    /// - Precondition: the text has no NUL; see `offsetOfNUL`.
    package static func literal(_ text: some StringProtocol) -> String {
        var literal: [UInt8] = [UInt8(ascii: "E"), quote]
        literal.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case quote: literal += [quote, quote]
            case backslash: literal += [backslash, backslash]
            case UInt8(ascii: "\n"): literal += [backslash, UInt8(ascii: "n")]
            case UInt8(ascii: "\r"): literal += [backslash, UInt8(ascii: "r")]
            case 0: preconditionFailure("a text with NUL cannot be a literal")
            case ..<0x20: literal += [backslash, UInt8(ascii: "x"), digit(byte >> 4), digit(byte & 15)]
            default: literal.append(byte)
            }
        }
        literal.append(quote)
        return String(decoding: literal, as: UTF8.self)
    }

    /// A name as one quoted identifier.
    ///
    /// - Precondition: the name has no NUL and no line end, for which identifiers have no escapes.
    package static func identifier(_ name: some StringProtocol) -> String {
        precondition(isOneLine(name), "a name with NUL or a line end cannot be an identifier")
        var identifier: [UInt8] = [UInt8(ascii: "\"")]
        for byte in name.utf8 {
            identifier.append(byte)
            if byte == UInt8(ascii: "\"") { identifier.append(byte) }
        }
        identifier.append(UInt8(ascii: "\""))
        return String(decoding: identifier, as: UTF8.self)
    }

    /// Texts as a list of literals: `[E'a', E'b']`.
    package static func list(_ texts: [String]) -> String { "[" + texts.map(literal).joined(separator: ", ") + "]" }

    /// Where the first NUL is, in bytes; nil when there is none.
    package static func offsetOfNUL(_ text: some StringProtocol) -> Int? {
        for (offset, byte) in text.utf8.enumerated() where byte == 0 { return offset }
        return nil
    }

    /// Whether a text has neither NUL nor line ends, and so can be an identifier.
    package static func isOneLine(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { $0 != 0 && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    }

    private static let quote = UInt8(ascii: "'")
    private static let backslash = UInt8(ascii: "\\")

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}

/// A place in a text, as editors count.
package struct TextPlace: Sendable, Hashable {
    /// From 1.
    package var line: Int
    /// Characters of Unicode from 1.
    package var column: Int

    /// - Parameter offset: bytes of UTF-8 from the beginning; one past the end is allowed.
    package init(offset: Int, in text: String) {
        line = 1
        column = 1
        for byte in text.utf8.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // Bytes that continue a character do not begin a column.
                column += 1
            }
        }
    }
}
