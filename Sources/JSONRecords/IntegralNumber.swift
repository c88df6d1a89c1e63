//  Integers that are written as JSON numbers, exactly.
//
//  `254`, `254.0`, `2.54e2` and `25400e-2` are the same integer; `2.5` is none. Nearly all are plain digits, and few: their
//  value is summed up on the way. All others are taken apart (Records/NumberParts.swift), where zeros at the end are no
//  digits but a larger exponent:
//
//      25400e-2        digits 254, exponent 0        an integer, since the exponent is not below zero
//      2.5             digits 25, exponent −1        none
//
//  A key of a record may be an integer, too. It is text, so it may be longer than 64 bits can say, but it is written out only
//  up to a length:
//
//      -1.50e3         -1500
//      1e40            1 and 40 zeros
//      1e999999999     would be a gigabyte: no key

import Records

/// The value of a text in the grammar of JSON numbers, if it is an integer that fits in 64 bits.
///
/// - Returns: nil when the text is not a JSON number, not integral, or beyond Int64.
func integralValue(_ text: UnsafeBufferPointer<UInt8>) -> (value: Int64, isPlain: Bool)? {
    var i = 0
    let isNegative = i < text.count && text[i] == UInt8(ascii: "-")
    if isNegative { i += 1 }

    // The plain case: up to 18 digits always fit.
    let firstDigit = i
    var plain: Int64 = 0
    while i < text.count, isDigit(text[i]), i - firstDigit < 18 {
        plain = plain &* 10 &+ Int64(text[i] &- UInt8(ascii: "0"))
        i += 1
    }
    let hasLeadingZero = i - firstDigit > 1 && text[firstDigit] == UInt8(ascii: "0")
    if i == text.count {
        if i == firstDigit || hasLeadingZero { return nil }
        return (isNegative ? -plain : plain, true)
    }
    guard let number = NumberParts(text), let (whole, rest) = number.magnitude(), rest == .nothing,
        let value = signed(whole, isNegative: number.isNegative)
    else { return nil }
    return (value, number.isPlain)
}

extension NumberParts {
    /// Digits of the longest integer that is written out: far more than any key has that is a number.
    static let longestInteger = 64

    /// The integer as plain digits, with its sign.
    ///
    /// - Returns: nil when the number is not integral, or longer than `longestInteger` digits.
    func integerText() -> [UInt8]? {
        let sign = isNegative ? [UInt8(ascii: "-")] : []
        if digitCount == 0 { return sign + [UInt8(ascii: "0")] }
        // The last digit that counts is not zero.
        guard exponent >= 0, digitCount + exponent <= Self.longestInteger else { return nil }
        let digits = (0..<digitCount).map { UInt8(ascii: "0") + digit($0) }
        return sign + digits + [UInt8](repeating: UInt8(ascii: "0"), count: exponent)
    }
}
