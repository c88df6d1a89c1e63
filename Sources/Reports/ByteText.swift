//  The innermost loops: order of byte strings, decimal numbers, the search for bytes that need care.

import Records

/// The first eight bytes at `base`, or `count` of them with zeros behind, as a number that orders as the bytes do.
/// Reads nothing outside `count` bytes: below eight, two loads that overlap in the middle cover them.
@inline(__always)
func leadingWord(_ base: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    let raw = UnsafeRawPointer(base)
    if count >= 8 { return UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)) }
    if count >= 4 {
        let first = UInt64(UInt32(bigEndian: raw.loadUnaligned(as: UInt32.self)))
        let last = UInt64(UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)))
        // The bytes that both loads cover fall on themselves.
        return first << 32 | last << UInt64(8 * (8 - count))
    }
    if count == 0 { return 0 }
    // One, two or three bytes: the first, the middle and the last.
    let middle = count / 2
    return UInt64(base[0]) << 56 | UInt64(base[middle]) << UInt64(56 - 8 * middle)
        | UInt64(base[count - 1]) << UInt64(56 - 8 * (count - 1))
}

/// Order by unsigned bytes: negative, zero or positive as `a` is before, equal to or after `b`.
@inline(__always)
func compareBytes(_ a: ByteSlice, _ b: ByteSlice) -> Int {
    var offset = 0
    while true {
        let leftA = a.count - offset
        let leftB = b.count - offset
        let wordA = leadingWord(a.base + offset, leftA)
        let wordB = leadingWord(b.base + offset, leftB)
        if wordA != wordB { return wordA < wordB ? -1 : 1 }
        // Zeros behind a short string look like zero bytes: its end decides.
        if leftA <= 8 || leftB <= 8 { return leftA - leftB }
        offset += 8
    }
}

/// All pairs of digits, "00" to "99".
private let digitPairs: StaticString = """
    00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748495051525354555657\
    585960616263646566676869707172737475767778798081828384858687888990919293949596979899
    """

/// The longest text of an Int64: a sign and 19 digits.
let longestInteger = 20

/// Writes a number in decimal and returns the end. `out` has room for `longestInteger` bytes.
@inline(__always)
func writeInteger(_ value: Int64, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var out = start
    var rest = value.magnitude
    if value < 0 {
        out.pointee = UInt8(ascii: "-")
        out += 1
    }
    if rest < 10 {
        out.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
        return out + 1
    }
    var digits = 2
    var bound: UInt64 = 100
    while digits < 19, rest >= bound {
        digits += 1
        bound &*= 10
    }
    let end = out + digits
    let pairs = UnsafeRawPointer(digitPairs.utf8Start)
    var next = UnsafeMutableRawPointer(end)
    while rest >= 100 {
        let quotient = rest / 100
        next -= 2
        next.storeBytes(
            of: pairs.loadUnaligned(fromByteOffset: Int(2 * (rest &- quotient &* 100)), as: UInt16.self),
            as: UInt16.self)
        rest = quotient
    }
    if rest >= 10 {
        (next - 2).storeBytes(of: pairs.loadUnaligned(fromByteOffset: Int(2 * rest), as: UInt16.self), as: UInt16.self)
    } else {
        out.pointee = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest)
    }
    return end
}

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
