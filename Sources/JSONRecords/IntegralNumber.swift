//  Integers that are written as JSON numbers, exactly.
//
//  `254`, `254.0`, `2.54e2` and `25400e-2` are the same integer; `2.5` is none. The value is worked out on the decimal
//  digits alone, never through floating point:
//
//      digits      2 5 4 0 0        (the point taken out)
//      exponent    -2               (written exponent minus digits behind the point)
//      value       digits × 10^exponent; what a negative exponent cuts off must be zeros

/// The value of a text in the grammar of JSON numbers, if it is an integer that fits in 64 bits.
///
/// - Returns: nil when the text is no JSON number, not integral, or beyond Int64.
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
    return generalIntegralValue(text, isNegative: isNegative, firstDigit: firstDigit)
}

/// The same for everything that is longer or has a point or an exponent.
private func generalIntegralValue(
    _ text: UnsafeBufferPointer<UInt8>, isNegative: Bool, firstDigit: Int
) -> (value: Int64, isPlain: Bool)? {
    var i = firstDigit
    func digits() -> Range<Int>? {
        let start = i
        while i < text.count, isDigit(text[i]) { i += 1 }
        return i > start ? start..<i : nil
    }
    guard let whole = digits(), whole.count == 1 || text[whole.lowerBound] != UInt8(ascii: "0") else { return nil }
    var fraction = i..<i
    if i < text.count, text[i] == UInt8(ascii: ".") {
        i += 1
        guard let range = digits() else { return nil }
        fraction = range
    }
    var exponent = 0
    let hasExponent = i < text.count && text[i] | 0x20 == UInt8(ascii: "e")
    if hasExponent {
        i += 1
        var sign = 1
        if i < text.count, text[i] == UInt8(ascii: "+") || text[i] == UInt8(ascii: "-") {
            sign = text[i] == UInt8(ascii: "-") ? -1 : 1
            i += 1
        }
        guard let range = digits() else { return nil }
        for k in range {
            // Beyond any number of digits that a record can hold, one exponent is like another.
            exponent = min(exponent * 10 + Int(text[k] - UInt8(ascii: "0")), 1 << 40)
        }
        exponent *= sign
    }
    guard i == text.count else { return nil }
    let isPlain = fraction.isEmpty && !hasExponent

    // Take the digits one after another; those that the exponent moves behind the point must be zeros.
    let digitCount = whole.count + fraction.count
    let integerDigits = whole.count + exponent
    var magnitude: UInt64 = 0
    for k in 0..<digitCount {
        let byte = k < whole.count ? text[whole.lowerBound + k] : text[fraction.lowerBound + k - whole.count]
        let digit = UInt64(byte - UInt8(ascii: "0"))
        if k >= integerDigits {
            if digit != 0 { return nil }
            continue
        }
        guard let next = appended(digit, to: magnitude) else { return nil }
        magnitude = next
    }
    if magnitude != 0 {
        var missing = integerDigits - digitCount
        while missing > 0 {
            guard let next = appended(0, to: magnitude) else { return nil }
            magnitude = next
            missing -= 1
        }
    }
    if isNegative {
        if magnitude > UInt64(Int64.max) + 1 { return nil }
        return (Int64(truncatingIfNeeded: 0 &- magnitude), isPlain)
    }
    guard let value = Int64(exactly: magnitude) else { return nil }
    return (value, isPlain)
}

private func appended(_ digit: UInt64, to magnitude: UInt64) -> UInt64? {
    let (shifted, overflow) = magnitude.multipliedReportingOverflow(by: 10)
    if overflow { return nil }
    let (sum, carried) = shifted.addingReportingOverflow(digit)
    return carried ? nil : sum
}
