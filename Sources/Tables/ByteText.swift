//  The innermost loops of the formats: decimal numbers, fields in quotes, the search for bytes that need care.
//
//  Quotes are those of RFC 4180, section 2: one at either end, and each that is in the field twice.
//
//      say "hi", twice     "say ""hi"", twice"

import Records

/// The longest text of an Int64: a sign and 19 digits.
let longestInteger = 20

/// Eight digits of a number below 10^8, the first one lowest, as numbers from 0 to 9 in a byte each.
///
/// The number is halved three times, in lanes of one word: four digits and four, two and two, one and one (after
/// Wojciech Muła, "SSE: conversion integers to decimal representation"). Dividing by 100 and by 10 is multiplying by
/// 10486 / 2^20 and 103 / 2^10, which is exact up to 9999 and 99.
@inline(__always)
func eightDigits(_ value: UInt64) -> UInt64 {
    let high = value / 10_000
    let fours = high | (value &- high &* 10_000) << 32
    let hundreds = (fours &* 10_486) >> 20 & 0x0000_007F_0000_007F
    let twos = hundreds | (fours &- hundreds &* 100) << 16
    let tens = (twos &* 103) >> 10 & 0x000F_000F_000F_000F
    return tens | (twos &- tens &* 10) << 8
}

/// Writes a number in decimal and returns the end. `out` has room for `longestInteger` bytes; those behind the text may be overwritten.
@inline(__always)
func writeInteger(_ value: Int64, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    if value >= 0 && value < 100_000_000 {
        if value < 10 {
            start.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value)
            return start + 1
        }
        let digits = eightDigits(UInt64(value))
        let zeros = digits.trailingZeroBitCount >> 3
        let text = (digits | 0x3030_3030_3030_3030) &>> UInt64(zeros * 8)
        UnsafeMutableRawPointer(start).storeBytes(of: text.littleEndian, as: UInt64.self)
        return start + (8 - zeros)
    }
    return writeLongInteger(value, to: start)
}

@inline(never)
private func writeLongInteger(_ value: Int64, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var out = start
    var rest = value.magnitude
    if value < 0 {
        out.pointee = UInt8(ascii: "-")
        out += 1
    }
    var digits = 1
    var bound: UInt64 = 10
    while digits < 19, rest >= bound {
        digits += 1
        bound &*= 10
    }
    for place in stride(from: digits - 1, through: 0, by: -1) {
        out[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
    }
    return out + digits
}

/// The longest text of a number with a decimal point, or of a duration: a sign, 16 digits, two colons and two digits
/// behind each.
let longestNumber = 24

/// Writes a number of units of the last place with a decimal point, `places` being 1 ... 18, and returns the end.
///
///     150, 2 places   1.50        -5, 2 places   -0.05
func writeDecimal(
    _ value: Int64, places: Int, sign: UInt8 = UInt8(ascii: "."), to start: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
    var out = start
    if value < 0 {
        out.pointee = UInt8(ascii: "-")
        out += 1
    }
    var scale: UInt64 = 1
    for _ in 0..<places { scale *= 10 }
    let (whole, rest) = value.magnitude.quotientAndRemainder(dividingBy: scale)
    out = writeUnsigned(whole, digits: 1, to: out)
    out.pointee = sign
    return writeUnsigned(rest, digits: places, to: out + 1)
}

/// Writes seconds as hours, minutes and seconds, and returns the end: `0:00:05`, `27:46:40`, `-1:00:00`.
func writeDuration(_ seconds: Int64, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var out = start
    if seconds < 0 {
        out.pointee = UInt8(ascii: "-")
        out += 1
    }
    let (hours, rest) = seconds.magnitude.quotientAndRemainder(dividingBy: 3600)
    out = writeUnsigned(hours, digits: 1, to: out)
    for part in [rest / 60, rest % 60] {
        out.pointee = UInt8(ascii: ":")
        out = writeUnsigned(part, digits: 2, to: out + 1)
    }
    return out
}

/// Writes a number with at least so many digits.
private func writeUnsigned(
    _ value: UInt64, digits: Int, to start: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
    var digits = digits
    var bound = (0..<digits).reduce(UInt64(1)) { bound, _ in bound * 10 }
    while digits < 19, value >= bound {
        digits += 1
        bound *= 10
    }
    if digits == 19, value >= bound { digits = 20 }
    var rest = value
    for place in stride(from: digits - 1, through: 0, by: -1) {
        start[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
    }
    return start + digits
}

// MARK: Quotes

/// What fields are put in.
let quoteMark = UInt8(ascii: "\"")

/// Whether a field of CSV has to be in quotes: it contains a comma, a quote, CR or LF.
func needsQuotes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.contains { byte in
        byte == UInt8(ascii: ",") || byte == quoteMark || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
    }
}

/// The most bytes that a field of so many has in quotes.
func quotedRoom(_ count: Int) -> Int { 2 * count + 2 }

/// Writes a field in quotes, each quote in it twice, and returns its end. There is room for `quotedRoom` bytes at `start`,
/// and the field is elsewhere.
func writeQuoted(
    _ text: UnsafeBufferPointer<UInt8>, to start: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
    var out = start
    out.pointee = quoteMark
    out += 1
    for byte in text {
        if byte == quoteMark {
            out.pointee = byte
            out += 1
        }
        out.pointee = byte
        out += 1
    }
    out.pointee = quoteMark
    return out + 1
}

// MARK: Care

/// Finds bytes that may need care in a text: those below a limit, and one other.
///
/// Eight bytes at once, after "Bit Twiddling Hacks" (Sean Eron Anderson), "Determine if a word has a byte less than n"
/// and "Determine if a word has a zero byte": both are exact as a yes or no for a limit up to 128.
struct CareScan: Sendable {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highBits: UInt64 = 0x8080_8080_8080_8080

    private let limit: UInt8
    private let other: UInt8
    private let limits: UInt64
    private let others: UInt64

    init(below limit: UInt8, or other: UInt8) {
        precondition(limit <= 128, "the scan compares seven bits")
        self.limit = limit
        self.other = other
        limits = Self.ones &* UInt64(limit)
        others = Self.ones &* UInt64(other)
    }

    /// Not zero when one of the eight bytes may need care.
    @inline(__always)
    private func marks(_ word: UInt64) -> UInt64 {
        let unequal = word ^ others
        return (((word &- limits) & ~word) | ((unequal &- Self.ones) & ~unequal)) & Self.highBits
    }

    /// Copies a text and says whether a byte of it may need care. Touches no byte outside source and copy.
    @inline(__always)
    func copy(_ source: ByteSlice, to target: UnsafeMutablePointer<UInt8>) -> Bool {
        let from = UnsafeRawPointer(source.base)
        let into = UnsafeMutableRawPointer(target)
        let count = source.count
        var found: UInt64 = 0
        if count >= 8 {
            var offset = 0
            while offset < count - 8 {
                let word = from.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                into.storeBytes(of: word, toByteOffset: offset, as: UInt64.self)
                found |= marks(word)
                offset += 8
            }
            let word = from.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self)
            into.storeBytes(of: word, toByteOffset: count - 8, as: UInt64.self)
            found |= marks(word)
        } else if count >= 4 {
            let first = from.loadUnaligned(as: UInt32.self)
            let last = from.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)
            into.storeBytes(of: first, as: UInt32.self)
            into.storeBytes(of: last, toByteOffset: count - 4, as: UInt32.self)
            found = marks(UInt64(first) << 32 | UInt64(last))
        } else {
            for index in 0..<count {
                let byte = source.base[index]
                target[index] = byte
                if byte < limit || byte == other { found = 1 }
            }
        }
        return found != 0
    }
}
