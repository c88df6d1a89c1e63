//  A validating scanner for JSON (RFC 8259) over raw bytes.
//
//  It never builds values: it walks over one and either stands behind it or says why it cannot. The bytes are a window
//  of a longer stream, so "the window ends here" is an answer of its own (`incomplete`) and never an error.
//
//  The window is followed by a NUL and `WF_PADDING` readable bytes. A NUL is not JSON outside of a string and a control
//  character inside of one, so every loop stops at it without comparing positions; only then is the position asked
//  whether this was the end or a stray NUL.
//
//      window   {"a":"x\u00e9y","b":[1,2.5e3,nu
//      end      ───────────────────────────────┘ NUL here: `nu` is incomplete, not malformed
//
//  In *line mode* a line feed between tokens is malformed too: a record of JSON Lines that was cut in the middle must
//  not swallow the line after it.
//
//  *Lenient* JSON has what other programs write in place of JSON and what cannot be mistaken: NaN, Infinity and -Infinity
//  as values, and a comma behind the last member or element. Where it is not asked for, it costs nothing: it is looked
//  for only where strict JSON has failed.

import CByteScan
import Records

/// Why a scan stopped before the end of its value.
enum ScanFailure: UInt8, Error {
    /// No JSON, whatever may follow.
    case malformed
    /// A string holds bytes that are not valid UTF-8.
    case invalidUTF8
    /// The window ends inside the value.
    case incomplete
}

/// A position in a window of JSON text.
struct JSONScanner {
    /// Levels of arrays and objects that a record may have; deeper is malformed, before it costs stack.
    static let depthLimit = 512

    /// The next byte; `start ... end`.
    var p: UnsafePointer<UInt8>
    /// Behind the last byte of the window; a NUL stands there.
    let end: UnsafePointer<UInt8>
    /// Whether a line feed between tokens is malformed.
    var lineMode: Bool
    /// Whether nothing follows the window.
    let isFinal: Bool
    let isLenient: Bool
    /// Whether something was met that only lenient JSON has.
    private(set) var wasLenient = false

    @inline(__always)
    init(
        _ p: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>, lineMode: Bool, isFinal: Bool, isLenient: Bool
    ) {
        self.p = p
        self.end = end
        self.lineMode = lineMode
        self.isFinal = isFinal
        self.isLenient = isLenient
    }

    /// The failure for a byte that cannot stand here: the end of the window, or a mistake.
    @inline(__always)
    func unexpected(at q: UnsafePointer<UInt8>) -> ScanFailure { q >= end ? .incomplete : .malformed }

    /// Space between tokens.
    @inline(__always)
    mutating func skipSpace() throws(ScanFailure) {
        if p.pointee > 0x20 { return }
        try skipSomeSpace()
    }

    private mutating func skipSomeSpace() throws(ScanFailure) {
        while true {
            switch p.pointee {
            case 0x20, 0x09, 0x0D: p += 1
            case 0x0A:
                if lineMode { throw .malformed }
                p += 1
            default: return
            }
        }
    }

    // MARK: Values

    /// Walks over any value. `p` stands at its first byte.
    mutating func skipValue(depth: Int) throws(ScanFailure) {
        switch p.pointee {
        case UInt8(ascii: "\""):
            p += 1
            _ = try skipString()
        case UInt8(ascii: "{"):
            p += 1
            try skipObject(depth: depth + 1)
        case UInt8(ascii: "["):
            p += 1
            try skipArray(depth: depth + 1)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try skipNumber()
        case UInt8(ascii: "t"): try skipLiteral("true")
        case UInt8(ascii: "f"): try skipLiteral("false")
        case UInt8(ascii: "n"): try skipLiteral("null")
        default: try skipLenientLiteral()
        }
    }

    /// What begins like no value of JSON.
    private mutating func skipLenientLiteral() throws(ScanFailure) {
        guard isLenient else { throw unexpected(at: p) }
        switch p.pointee {
        case UInt8(ascii: "N"): try skipLiteral("NaN")
        case UInt8(ascii: "I"): try skipLiteral("Infinity")
        default: throw unexpected(at: p)
        }
        wasLenient = true
    }

    /// Whether an object or array ends behind a comma, where a member or element was expected; `p` goes behind its end.
    mutating func closesAfterComma(_ closing: UInt8) -> Bool {
        guard isLenient && p.pointee == closing else { return false }
        p += 1
        wasLenient = true
        return true
    }

    /// Whether an object ends behind the value that was walked over, or behind a comma that lenient JSON has there.
    mutating func closesAfterOnlyMember() -> Bool {
        guard let hasComma = try? skipComma(closing: UInt8(ascii: "}")) else { return false }
        return !hasComma || closesAfterComma(UInt8(ascii: "}"))
    }

    mutating func skipLiteral(_ literal: StaticString) throws(ScanFailure) {
        // No literal holds the NUL behind the window, so none is compared beyond it.
        for i in 0..<literal.utf8CodeUnitCount {
            if p.pointee != literal.utf8Start[i] { throw unexpected(at: p) }
            p += 1
        }
    }

    /// `p` stands behind the brace.
    mutating func skipObject(depth: Int) throws(ScanFailure) {
        if depth > Self.depthLimit { throw .malformed }
        try skipSpace()
        if p.pointee == UInt8(ascii: "}") {
            p += 1
            return
        }
        while true {
            if p.pointee != UInt8(ascii: "\"") {
                if closesAfterComma(UInt8(ascii: "}")) { return }
                throw unexpected(at: p)
            }
            p += 1
            _ = try skipString()
            try skipColon()
            try skipValue(depth: depth)
            if try !skipComma(closing: UInt8(ascii: "}")) { return }
        }
    }

    /// `p` stands behind the bracket.
    mutating func skipArray(depth: Int) throws(ScanFailure) {
        if depth > Self.depthLimit { throw .malformed }
        try skipSpace()
        if p.pointee == UInt8(ascii: "]") {
            p += 1
            return
        }
        while true {
            if closesAfterComma(UInt8(ascii: "]")) { return }
            try skipValue(depth: depth)
            if try !skipComma(closing: UInt8(ascii: "]")) { return }
        }
    }

    /// From behind a key to the first byte of its value.
    @inline(__always)
    mutating func skipColon() throws(ScanFailure) {
        try skipSpace()
        if p.pointee != UInt8(ascii: ":") { throw unexpected(at: p) }
        p += 1
        try skipSpace()
    }

    /// From behind a member or element to the next one (true) or behind the closing byte (false).
    @inline(__always)
    mutating func skipComma(closing: UInt8) throws(ScanFailure) -> Bool {
        try skipSpace()
        if p.pointee == UInt8(ascii: ",") {
            p += 1
            try skipSpace()
            return true
        }
        if p.pointee != closing { throw unexpected(at: p) }
        p += 1
        return false
    }

    // MARK: Numbers

    /// RFC 8259 section 6: `-`? (`0` | 1-9 digits) (`.` digits)? ([eE] [+-]? digits)?
    mutating func skipNumber() throws(ScanFailure) {
        if p.pointee == UInt8(ascii: "-") {
            p += 1
            if isLenient && p.pointee == UInt8(ascii: "I") { return try skipLenientLiteral() }
        }
        if p.pointee == UInt8(ascii: "0") {
            p += 1
        } else {
            try skipDigits()
        }
        if p.pointee == UInt8(ascii: ".") {
            p += 1
            try skipDigits()
        }
        if p.pointee | 0x20 == UInt8(ascii: "e") {
            p += 1
            if p.pointee == UInt8(ascii: "+") || p.pointee == UInt8(ascii: "-") { p += 1 }
            try skipDigits()
        }
        // What follows decides whether the number is over: at the end of a window that is not the last nobody knows.
        if p >= end && !isFinal { throw .incomplete }
    }

    /// One digit or more.
    @inline(__always)
    private mutating func skipDigits() throws(ScanFailure) {
        if !isDigit(p.pointee) { throw unexpected(at: p) }
        repeat { p += 1 } while isDigit(p.pointee)
    }

    // MARK: Strings

    /// Walks over a string; `p` stands behind the opening quote and will stand behind the closing one. Returns whether
    /// the string holds escapes.
    @inline(__always)
    mutating func skipString() throws(ScanFailure) -> Bool {
        // `p` is at the NUL behind the window at the latest, and that ends the search.
        p = wf_find_string_special(p)
        if p.pointee == UInt8(ascii: "\"") {
            p += 1
            return false
        }
        return try skipRestOfString()
    }

    /// The part of a string from its first byte that is not plain ASCII.
    private mutating func skipRestOfString() throws(ScanFailure) -> Bool {
        var hasEscapes = false
        while true {
            switch p.pointee {
            case UInt8(ascii: "\""):
                p += 1
                return hasEscapes
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try skipEscape()
            case 0x80...: try skipMultiByte()
            default: throw unexpected(at: p)
            }
            p = wf_find_string_special(p)
        }
    }

    /// RFC 8259 section 7. A `\u` escape of one half of a surrogate pair without the other stands for no character
    /// and is malformed, everywhere.
    private mutating func skipEscape() throws(ScanFailure) {
        p += 1
        switch p.pointee {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            p += 1
        case UInt8(ascii: "u"):
            p += 1
            let unit = try skipHex4()
            if unit & 0xFC00 == 0xDC00 { throw .malformed }
            if unit & 0xFC00 == 0xD800 {
                if p.pointee != UInt8(ascii: "\\") { throw unexpected(at: p) }
                p += 1
                if p.pointee != UInt8(ascii: "u") { throw unexpected(at: p) }
                p += 1
                if try skipHex4() & 0xFC00 != 0xDC00 { throw .malformed }
            }
        default: throw unexpected(at: p)
        }
    }

    private mutating func skipHex4() throws(ScanFailure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = hexDigit(p.pointee) else { throw unexpected(at: p) }
            unit = unit << 4 | digit
            p += 1
        }
        return unit
    }

    /// One character of two to four bytes: Unicode 15, table 3-7 (no overlong forms, no surrogates, nothing beyond
    /// U+10FFFF).
    private mutating func skipMultiByte() throws(ScanFailure) {
        let first = p.pointee
        let length: Int
        // The second byte's range depends on the first; later ones are 80...BF.
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE, 0xEF: length = 3
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw .invalidUTF8
        }
        // `p >= end` is asked because the window may end within the character, and padding may go on like one.
        // A failure leaves `p` at the byte that is wrong or missing.
        p += 1
        for i in 1..<length {
            if p >= end { throw .incomplete }
            if !(i == 1 ? second : 0x80...0xBF).contains(p.pointee) { throw .invalidUTF8 }
            p += 1
        }
    }
}

@inline(__always)
func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
    default: nil
    }
}
