//  Integers that are written as JSON numbers, exactly.
//
//  `254`, `254.0`, `2.54e2` and `25400e-2` are the same integer; `2.5` is none. The value is worked out on the decimal
//  digits alone, never through floating point:
//
//      digits      2 5 4 0 0        (the point taken out)
//      exponent    -2               (written exponent minus digits behind the point)
//      value       digits × 10^exponent; what a negative exponent cuts off must be zeros
//
//  A number that counts minutes or milliseconds, or that may have a fraction, is worked out in the same way: its digits
//  are multiplied from the last to the first, as on paper, so that the part before the point and all digits behind it
//  are exact however many there are.

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
    guard let number = DecimalText(text), let product = number.times(1), product.rest == .nothing,
        let value = signed(product.whole, isNegative: number.isNegative)
    else { return nil }
    return (value, number.isPlain)
}

/// The integer of this magnitude; nil beyond Int64.
func signed(_ magnitude: UInt64, isNegative: Bool) -> Int64? {
    if !isNegative { return Int64(exactly: magnitude) }
    return magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
}

/// A part of one, as much as rounding has to know of it.
enum FractionalRest { case nothing, belowHalf, half, aboveHalf }

/// The text of a number, taken apart into its digits.
struct DecimalText {
    let isNegative: Bool
    /// Whether it has neither point nor exponent.
    let isPlain: Bool
    private let text: UnsafeBufferPointer<UInt8>
    /// Places of the digits before the point, at least one, and of those behind it.
    private let whole: Range<Int>
    private let fraction: Range<Int>
    /// Digits before the point once the exponent has moved it: zero or less when there are zeros between the point and
    /// the first digit, more than there are digits when zeros follow the last one.
    private let integerDigits: Int

    /// - Returns: nil when the text is not in the grammar of JSON numbers (RFC 8259, section 6).
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        var cursor = DigitCursor(text)
        let isNegative = cursor.take("-")
        guard let whole = cursor.digits(), whole.count == 1 || text[whole.lowerBound] != UInt8(ascii: "0") else {
            return nil
        }
        var fraction = whole.upperBound..<whole.upperBound
        if cursor.take(".") {
            guard let range = cursor.digits() else { return nil }
            fraction = range
        }
        var exponent = 0
        let hasExponent = cursor.take("e") || cursor.take("E")
        if hasExponent {
            let isBelow = cursor.take("-")
            if !isBelow { _ = cursor.take("+") }
            guard let range = cursor.digits() else { return nil }
            for k in range {
                // Beyond any number of digits that a record can hold, one exponent is like another.
                exponent = min(exponent * 10 + Int(text[k] - UInt8(ascii: "0")), 1 << 40)
            }
            if isBelow { exponent = -exponent }
        }
        guard cursor.isAtEnd else { return nil }
        self.init(text, whole, fraction, exponent: exponent, isNegative: isNegative, isPlain: !hasExponent)
    }

    /// Digits that a cursor went over.
    init(
        _ text: UnsafeBufferPointer<UInt8>, _ whole: Range<Int>, _ fraction: Range<Int>, exponent: Int = 0,
        isNegative: Bool = false, isPlain: Bool = true
    ) {
        self.text = text
        self.whole = whole
        self.fraction = fraction
        self.isNegative = isNegative
        self.isPlain = isPlain && fraction.isEmpty
        integerDigits = whole.count + exponent
    }

    private var digitCount: Int { whole.count + fraction.count }

    /// The digit at a place, counted from the first one.
    ///
    /// - Precondition: the place is below `digitCount`. Both ranges are of digits that a cursor found in the text.
    private func digit(_ k: Int) -> UInt64 {
        let byte = k < whole.count ? text[whole.lowerBound + k] : text[fraction.lowerBound + k - whole.count]
        return UInt64(byte - UInt8(ascii: "0"))
    }

    /// The magnitude times `multiplier`, with the point moved left by `places`.
    ///
    /// - Returns: nil when the part before the point does not fit in 64 bits.
    func times(_ multiplier: UInt64, places: Int = 0) -> (whole: UInt64, rest: FractionalRest)? {
        let point = integerDigits - places
        var magnitude: UInt64 = 0
        for k in 0..<max(0, min(point, digitCount)) {
            guard let next = sum(product(magnitude, 10), digit(k)) else { return nil }
            magnitude = next
        }
        if magnitude != 0 && point > digitCount {
            for _ in digitCount..<point {
                guard let next = product(magnitude, 10) else { return nil }
                magnitude = next
            }
        }

        // Behind the point: multiplied from the last digit to the first.
        var carry: UInt64 = 0
        var first: UInt64 = 0
        var hasMore = false
        func put(_ digit: UInt64) {
            hasMore = hasMore || first != 0
            carry += digit * multiplier
            (carry, first) = carry.quotientAndRemainder(dividingBy: 10)
        }
        for k in stride(from: digitCount - 1, through: max(0, point), by: -1) { put(digit(k)) }
        // Zeros between the point and the first digit: after as many as the carry has digits, nothing is left of it.
        for _ in 0..<max(0, min(-point, 20)) { put(0) }

        guard let whole = sum(product(magnitude, multiplier), carry) else { return nil }
        let rest: FractionalRest =
            switch (first, hasMore) {
            case (0, false): .nothing
            case (..<5, _): .belowHalf
            case (5, false): .half
            default: .aboveHalf
            }
        return (whole, rest)
    }

    var isZero: Bool { (0..<digitCount).allSatisfy { digit($0) == 0 } }

    /// Digits of the longest integer that is written out: far more than any key has that is a number.
    static let longestInteger = 64

    /// The integer as plain digits, with its sign.
    ///
    /// - Returns: nil when the number is not integral, or longer than `longestInteger` digits.
    func integerText() -> [UInt8]? {
        for k in 0..<digitCount where k >= integerDigits && digit(k) != 0 { return nil }
        var digits: [UInt8] = []
        for k in 0..<max(0, min(integerDigits, digitCount)) where !digits.isEmpty || digit(k) != 0 {
            if digits.count == Self.longestInteger { return nil }
            digits.append(UInt8(ascii: "0") + UInt8(digit(k)))
        }
        if digits.isEmpty {
            digits = [UInt8(ascii: "0")]
        } else if integerDigits > digitCount {
            let zeros = integerDigits - digitCount
            if digits.count + zeros > Self.longestInteger { return nil }
            digits += [UInt8](repeating: UInt8(ascii: "0"), count: zeros)
        }
        return (isNegative ? [UInt8(ascii: "-")] : []) + digits
    }
}

func product(_ a: UInt64, _ b: UInt64) -> UInt64? {
    let (value, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? nil : value
}

func sum(_ a: UInt64?, _ b: UInt64) -> UInt64? {
    guard let (value, overflow) = a?.addingReportingOverflow(b) else { return nil }
    return overflow ? nil : value
}
