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
        var scanner = Scanner(bytes: Array(text.utf8))
        guard scanner.skip(UInt8(ascii: "{")) else { return nil }
        if !scanner.skip(UInt8(ascii: "}")) {
            repeat {
                guard let name = scanner.string(), scanner.skip(UInt8(ascii: ":")) else { return nil }
                if scanner.skipNull() {
                    members.append((name, nil))
                } else {
                    guard let value = scanner.string() else { return nil }
                    members.append((name, value))
                }
            } while scanner.skip(UInt8(ascii: ","))
            guard scanner.skip(UInt8(ascii: "}")) else { return nil }
        }
        guard scanner.isAtEnd else { return nil }
    }
}

private struct Scanner {
    let bytes: [UInt8]
    var offset = 0

    var isAtEnd: Bool { offset == bytes.count }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    mutating func skipNull() -> Bool {
        guard bytes[offset...].starts(with: "null".utf8) else { return false }
        offset += 4
        return true
    }

    /// A string of RFC 8259, section 7.
    mutating func string() -> String? {
        guard skip(UInt8(ascii: "\"")) else { return nil }
        var text: [UInt8] = []
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): guard appendEscape(to: &text) else { return nil }
            case ..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func appendEscape(to text: inout [UInt8]) -> Bool {
        guard offset < bytes.count else { return false }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard let scalar = scalar() else { return false }
            text += Array(String(scalar).utf8)
        default: return false
        }
        return true
    }

    /// What follows `\u`: four digits, or two surrogates.
    private mutating func scalar() -> Unicode.Scalar? {
        guard let high = unit() else { return nil }
        guard (0xD800..<0xDC00).contains(high) else { return Unicode.Scalar(high) }
        guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")), let low = unit(), (0xDC00..<0xE000).contains(low)
        else { return nil }
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func unit() -> UInt32? {
        guard offset + 4 <= bytes.count else { return nil }
        let digits = bytes[offset..<offset + 4]
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        offset += 4
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
