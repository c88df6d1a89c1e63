//  A small strict reader of JSON (RFC 8259), for small files that are read back: one value, nothing behind it, no
//  extensions, valid UTF-8, no key twice, at most `depthLimit` deep.

/// A JSON value. Numbers stay text: what is read back has only integers, and a double would not hold them all.
package indirect enum JSONValue: Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// - Throws: `JSONError` with the byte offset of what is wrong.
    package init(_ bytes: [UInt8]) throws(JSONError) {
        // Checked once and for all, so that strings can be decoded without a thought.
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONError(offset: 0, problem: "the text is not UTF-8")
        }
        var scanner = SmallJSONScanner(bytes: bytes)
        self = try scanner.value(depth: 0)
        scanner.skipSpace()
        guard scanner.isAtEnd else { throw scanner.error("text behind the value") }
    }

    package subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    package var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    package var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
}

/// Where a text stops being JSON.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// In bytes from the beginning.
    package var offset: Int
    package var problem: String

    package var description: String { "no JSON at byte \(offset): \(problem)" }
}

/// Goes over a text from value to value.
package struct SmallJSONScanner {
    private static let depthLimit = 64

    private let bytes: [UInt8]
    package private(set) var offset = 0

    /// - Parameter bytes: valid UTF-8.
    package init(bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { offset == bytes.count }

    func error(_ problem: String) -> JSONError { JSONError(offset: offset, problem: problem) }

    private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    /// Goes over a byte, if it is the next one.
    package mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        offset += 1
        return true
    }

    mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.depthLimit else { throw error("nested too deeply") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), .some(0x30...0x39): return .number(try number())
        default: throw error("a value is missing")
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard skip(word) else { throw error("not a value") }
        return value
    }

    /// Goes over a word, if it is next.
    package mutating func skip(_ word: String) -> Bool {
        guard bytes[offset...].starts(with: word.utf8) else { return false }
        offset += word.utf8.count
        return true
    }

    private mutating func object(_ depth: Int) throws(JSONError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        offset += 1
        skipSpace()
        if skip(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error("a key is missing") }
            let start = offset
            let key = try string()
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw error("a colon is missing") }
            guard members.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
                throw JSONError(offset: start, problem: "the key is there twice")
            }
            skipSpace()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw error("a comma or brace is missing") }
        return .object(members)
    }

    private mutating func array(_ depth: Int) throws(JSONError) -> JSONValue {
        var values: [JSONValue] = []
        offset += 1
        skipSpace()
        if skip(UInt8(ascii: "]")) { return .array(values) }
        repeat {
            values.append(try value(depth: depth + 1))
            skipSpace()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw error("a comma or bracket is missing") }
        return .array(values)
    }

    private mutating func digits() throws(JSONError) {
        guard let byte = next, (0x30...0x39).contains(byte) else { throw error("a digit is missing") }
        while let byte = next, (0x30...0x39).contains(byte) { offset += 1 }
    }

    private mutating func number() throws(JSONError) -> String {
        let start = offset
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try digits() }
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "-")) { _ = skip(UInt8(ascii: "+")) }
            try digits()
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    /// A string with its quotes (RFC 8259, section 7).
    package mutating func string() throws(JSONError) -> String {
        guard skip(UInt8(ascii: "\"")) else { throw error("a string is missing") }
        var out: [UInt8] = []
        while let byte = next {
            guard byte >= 0x20 else { throw error("a control character in a string") }
            offset += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: out, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") { try escape(&out) } else { out.append(byte) }
        }
        throw error("a string without end")
    }

    /// What follows a backslash.
    private mutating func escape(_ out: inout [UInt8]) throws(JSONError) {
        guard let byte = next else { throw error("a string without end") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexDigits()
            if (0xD800..<0xDC00).contains(code) {
                guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else { throw error("half a surrogate pair") }
                let low = try hexDigits()
                guard (0xDC00..<0xE000).contains(low) else { throw error("half a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("half a surrogate pair") }
            out += String(Character(scalar)).utf8
        default:
            offset -= 1
            throw error("no such escape")
        }
    }

    private mutating func hexDigits() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw error("a hexadecimal digit is missing")
            }
            code = code << 4 | UInt32(digit)
            offset += 1
        }
        return code
    }
}
