//  Numbers of up to 19 digits, which nearly all are: the digits as one integer, and a power of ten.
//
//      12.345      12345 × 10^−3
//      1e3             1 × 10^3
//
//  A number that is longer, or a text that is no number, is for `NumberParts`.

/// A number that was read in one go.
struct ShortNumber {
    /// Of all digits, also those behind the point: below 10^19.
    var digits: UInt64 = 0
    var exponent = 0
    var isNegative = false
    /// Whether it has neither point nor exponent.
    var isPlain = true

    /// Reads a number whose first bytes are most of it; see `init(complete:)`.
    ///
    /// - Precondition: 16 bytes can be read from the text's address on.
    @inline(__always)
    init?(_ p: UnsafePointer<UInt8>, _ count: Int) {
        let sign = p.pointee == UInt8(ascii: "-") ? 1 : 0
        guard count > sign &+ 1, count < 20, p[sign] != UInt8(ascii: "0") || p[sign &+ 1] == UInt8(ascii: "."),
            let (digits, fraction) = pointedDigits(p + sign, count &- sign)
        else {
            self.init(complete: UnsafeBufferPointer(start: p, count: count))
            return
        }
        self.init(digits: digits, exponent: 0 &- fraction, isNegative: sign == 1, isPlain: false)
    }

    private init(digits: UInt64, exponent: Int, isNegative: Bool, isPlain: Bool) {
        (self.digits, self.exponent, self.isNegative, self.isPlain) = (digits, exponent, isNegative, isPlain)
    }

    /// - Returns: nil when the text is not in the grammar of RFC 8259, section 6, or has more than 19 digits.
    private init?(complete text: UnsafeBufferPointer<UInt8>) {
        // Every byte is read below `end`.
        guard var p = text.baseAddress else { return nil }
        let end = p + text.count
        if p < end, p.pointee == UInt8(ascii: "-") {
            isNegative = true
            p += 1
        }
        let first = p
        Self.takeDigits(&p, end, &digits)
        var count = p - first
        if count == 0 || count > 1 && first.pointee == UInt8(ascii: "0") { return nil }
        if p < end, p.pointee == UInt8(ascii: ".") {
            p += 1
            let fraction = p
            Self.takeDigits(&p, end, &digits)
            exponent = fraction - p
            if exponent == 0 { return nil }
            count &-= exponent
            isPlain = false
        }
        if count > 19 { return nil }
        if p == end { return }
        guard let written = Self.exponent(p, end) else { return nil }
        exponent &+= written
        isPlain = false
    }

    /// The magnitude with the point moved right by `shift` places.
    ///
    /// - Returns: nil when something would be left of it, or 64 bits do not hold it.
    @inline(__always)
    func magnitude(shift: Int) -> UInt64? {
        let places = exponent &+ shift
        guard places >= 0 && places <= 19 else { return nil }
        let (value, isBeyond) = digits.multipliedReportingOverflow(by: powersOfTen[places])
        return isBeyond ? nil : value
    }

    /// Takes all digits at `p`; when there are more than 19, the number is of no use.
    @inline(__always)
    private static func takeDigits(
        _ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ number: inout UInt64
    ) {
        while p < end {
            let digit = p.pointee &- UInt8(ascii: "0")
            if digit > 9 { return }
            number = number &* 10 &+ UInt64(digit)
            p += 1
        }
    }

    /// `e-7` up to the end; nil when it is no exponent, or has more than four digits.
    private static func exponent(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int? {
        var p = start
        guard p.pointee | 0x20 == UInt8(ascii: "e") else { return nil }
        p += 1
        if p == end { return nil }
        let isBelow = p.pointee == UInt8(ascii: "-")
        if isBelow || p.pointee == UInt8(ascii: "+") { p += 1 }
        let first = p
        var value: UInt64 = 0
        takeDigits(&p, end, &value)
        guard p == end, (1...4).contains(p - first) else { return nil }
        return isBelow ? -Int(value) : Int(value)
    }
}
