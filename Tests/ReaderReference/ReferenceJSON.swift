//  JSON once more, as plainly as can be: a tree, a parser that knows nothing of windows, a printer.
//
//  It is what the reader is compared with, and is itself compared with Foundation.

/// A JSON value. Objects keep all their members in order, duplicates too; numbers keep their text.
package indirect enum JSON: Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string([UInt8])
    case array([JSON])
    case object([Member])

    package struct Member: Equatable {
        package var key: [UInt8]
        package var value: JSON

        package init(_ key: String, _ value: JSON) { (self.key, self.value) = (Array(key.utf8), value) }
        package init(key: [UInt8], _ value: JSON) { (self.key, self.value) = (key, value) }
    }

    package static func text(_ text: String) -> JSON { .string(Array(text.utf8)) }

    /// The last member of this name, if this is an object that has one.
    package func member(_ key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.key == Array(key.utf8) }?.value
    }

    /// Whether keys come twice, or are canonically equivalent: as strings, most programs take those as equal.
    package var hasDuplicateKeys: Bool {
        switch self {
        case .object(let members):
            Set(members.map { String(decoding: $0.key, as: UTF8.self) }).count < members.count
                || members.contains { $0.value.hasDuplicateKeys }
        case .array(let elements): elements.contains(where: \.hasDuplicateKeys)
        default: false
        }
    }
}

/// Why a text is not JSON.
package enum JSONFlaw: Error { case malformed, invalidUTF8, incomplete }

/// A recursive descent over an array of bytes.
package struct ReferenceParser {
    package let bytes: [UInt8]
    package var i: Int
    package let end: Int
    /// In lines a line feed is not a space.
    package var isLine = false
    /// Whether NaN, Infinity, -Infinity and a comma behind the last member or element are fine.
    package var isLenient = false
    /// Whether one of them was met.
    package var wasLenient = false

    package init(
        _ bytes: [UInt8], from start: Int = 0, to end: Int? = nil, isLine: Bool = false, isLenient: Bool = false
    ) {
        (self.bytes, i, self.end, self.isLine) = (bytes, start, end ?? bytes.count, isLine)
        self.isLenient = isLenient
    }

    /// The value of a text that holds one value and spaces.
    package static func parse(_ bytes: [UInt8]) throws(JSONFlaw) -> JSON {
        var parser = ReferenceParser(bytes)
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        if parser.i < parser.end { throw .malformed }
        return value
    }

    package var next: UInt8? { i < end ? bytes[i] : nil }

    package mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x09 || byte == 0x0D || (byte == 0x0A && !isLine) { i += 1 }
    }

    private mutating func expect(_ text: String) throws(JSONFlaw) {
        for byte in text.utf8 {
            guard let found = next else { throw .incomplete }
            if found != byte { throw .malformed }
            i += 1
        }
    }

    package mutating func value(depth: Int = 0) throws(JSONFlaw) -> JSON {
        guard let byte = next else { throw .incomplete }
        switch Character(UnicodeScalar(byte)) {
        case "{": return try object(depth: depth + 1)
        case "[": return try array(depth: depth + 1)
        case "\"": return .string(try string())
        case "t":
            try expect("true")
            return .bool(true)
        case "f":
            try expect("false")
            return .bool(false)
        case "n":
            try expect("null")
            return .null
        case "N" where isLenient, "I" where isLenient: return .number(try word(byte == 0x4E ? "NaN" : "Infinity"))
        case "-" where isLenient && i + 1 < end && bytes[i + 1] == UInt8(ascii: "I"):
            return .number(try word("-Infinity"))
        case "-", "0"..."9": return .number(try number())
        default: throw .malformed
        }
    }

    private mutating func word(_ text: String) throws(JSONFlaw) -> String {
        try expect(text)
        wasLenient = true
        return text
    }

    /// Whether an object or array ends here, behind a comma.
    private mutating func ends(with bracket: Character) -> Bool {
        guard isLenient, next == bracket.asciiValue else { return false }
        i += 1
        wasLenient = true
        return true
    }

    private mutating func object(depth: Int) throws(JSONFlaw) -> JSON {
        i += 1
        if depth > 512 { throw .malformed }
        var members: [JSON.Member] = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            i += 1
            return .object([])
        }
        while true {
            guard next != nil else { throw .incomplete }
            if next != UInt8(ascii: "\"") { throw .malformed }
            let key = try string()
            skipSpace()
            try expect(":")
            skipSpace()
            members.append(.init(key: key, try value(depth: depth)))
            skipSpace()
            if next == UInt8(ascii: "}") {
                i += 1
                return .object(members)
            }
            try expect(",")
            skipSpace()
            if ends(with: "}") { return .object(members) }
        }
    }

    private mutating func array(depth: Int) throws(JSONFlaw) -> JSON {
        i += 1
        if depth > 512 { throw .malformed }
        var elements: [JSON] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            i += 1
            return .array([])
        }
        while true {
            elements.append(try value(depth: depth))
            skipSpace()
            if next == UInt8(ascii: "]") {
                i += 1
                return .array(elements)
            }
            try expect(",")
            skipSpace()
            if ends(with: "]") { return .array(elements) }
        }
    }

    private mutating func digits() throws(JSONFlaw) {
        guard let first = next else { throw .incomplete }
        guard (0x30...0x39).contains(first) else { throw .malformed }
        while let byte = next, (0x30...0x39).contains(byte) { i += 1 }
    }

    private mutating func number() throws(JSONFlaw) -> String {
        let start = i
        if next == UInt8(ascii: "-") { i += 1 }
        if next == UInt8(ascii: "0") { i += 1 } else { try digits() }
        if next == UInt8(ascii: ".") {
            i += 1
            try digits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            i += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { i += 1 }
            try digits()
        }
        return String(decoding: bytes[start..<i], as: UTF8.self)
    }

    private mutating func string() throws(JSONFlaw) -> [UInt8] {
        i += 1
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                i += 1
                return text
            case UInt8(ascii: "\\"): text += try escape()
            case ..<0x20: throw .malformed
            case ..<0x80:
                text.append(byte)
                i += 1
            default: text += try character()
            }
        }
        throw .incomplete
    }

    private mutating func escape() throws(JSONFlaw) -> [UInt8] {
        i += 1
        guard let letter = next else { throw .incomplete }
        let simple: [Character: UInt8] = [
            "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
        ]
        if let byte = simple[Character(UnicodeScalar(letter))] {
            i += 1
            return [byte]
        }
        if letter != UInt8(ascii: "u") { throw .malformed }
        i += 1
        var units = [try hexUnit()]
        if UTF16.isTrailSurrogate(units[0]) { throw .malformed }
        if UTF16.isLeadSurrogate(units[0]) {
            try expect("\\u")
            units.append(try hexUnit())
            if !UTF16.isTrailSurrogate(units[1]) { throw .malformed }
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    private mutating func hexUnit() throws(JSONFlaw) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next else { throw .incomplete }
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue, byte < 0x80 else { throw .malformed }
            unit = unit * 16 + UInt16(digit)
            i += 1
        }
        return unit
    }

    /// One character of several bytes, by the standard library's judgement.
    private mutating func character() throws(JSONFlaw) -> [UInt8] {
        for length in 2...4 where i + length <= end {
            let candidate = Array(bytes[i..<i + length])
            if Self.isOneCharacter(candidate) {
                i += length
                return candidate
            }
        }
        // Cut at the end: some bytes would make a character of it.
        if end - i < 4 {
            for second: [UInt8] in [[], [0x80], [0x90], [0xBF]] {
                for rest in [[], [0x80], [0x80, 0x80]] as [[UInt8]]
                where !(second + rest).isEmpty && Self.isOneCharacter(bytes[i..<end] + second + rest) {
                    throw .incomplete
                }
            }
        }
        throw .invalidUTF8
    }

    private static func isOneCharacter(_ bytes: some Collection<UInt8>) -> Bool {
        String(validating: bytes, as: UTF8.self)?.unicodeScalars.count == 1
    }
}
