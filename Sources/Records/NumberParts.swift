//  Numbers as they are written, exactly: a sign, a row of digits, and a power of ten.
//
//      −0.002540e3      digits 254, exponent −2:  −254 × 10^−2 = −2.54
//
//  Zeros in front of the first digit that counts, and behind the last one, are no part of the row. So two texts of the same
//  number are the same here, and whether a number is integral, or fits a decimal, is a question of lengths.
//
//  A number may be wanted in another unit, or in units of a decimal place. What is before the point then, and what is left
//  of it, is worked out on the digits alone, never through floating point:
//
//      number × multiplier × 10^shift      62.05 minutes in seconds          62.05 × 60 × 10^0    3723 and nothing
//                                          3723417 milliseconds in seconds   3723417 × 10^−3      3723 and less than half
//                                          12.345 in hundredths              12.345 × 10^2        1234 and a half
//
//  Digits behind the point are multiplied from the last to the first, as on paper, so that both parts are exact however many
//  there are.

/// A part of one, as much as rounding has to know of it.
package enum FractionalRest {
    case nothing, belowHalf, half, aboveHalf

    /// - Parameters:
    ///   - first: the digit behind the point, 0 ... 9.
    ///   - hasMore: whether a digit that is not zero follows.
    fileprivate init(first: UInt8, hasMore: Bool) {
        self =
            switch (first, hasMore) {
            case (0, false): .nothing
            case (..<5, _): .belowHalf
            case (5, false): .half
            default: .aboveHalf
            }
    }
}

/// The digits of a number in a text, taken apart.
package struct NumberParts {
    package let isNegative: Bool
    /// Whether it has neither point nor exponent.
    package let isPlain: Bool
    private let text: UnsafeBufferPointer<UInt8>
    /// Places in the text, of the first digit that counts and behind the last; empty for zero. The point may lie within.
    private let places: Range<Int>
    /// Place of the point; where there is none, the one behind the digits.
    private let point: Int
    /// Power of ten of the last digit that counts.
    package let exponent: Int

    /// Beyond any number of digits that a record can hold, one exponent is like another.
    private static let exponentLimit = 1 << 40
    /// Digits before the point that 128 bits always hold.
    private static let longestWhole = 38
    private static let largestMultiplier: UInt64 = 1_000_000
    /// Digits before the point that 128 bits hold times `largestMultiplier`.
    private static let longestMultiplied = longestWhole - 6

    /// A text in the grammar of JSON numbers (RFC 8259, section 6).
    ///
    /// - Returns: nil when the text is not in the grammar.
    package init?(_ text: UnsafeBufferPointer<UInt8>) {
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
            for k in range { exponent = min(exponent * 10 + Int(text[k] - UInt8(ascii: "0")), Self.exponentLimit) }
            if isBelow { exponent = -exponent }
        }
        guard cursor.isAtEnd else { return nil }
        self.init(text, whole, fraction, exponent: exponent, isNegative: isNegative, isPlain: !hasExponent)
    }

    /// Digits that a cursor went over.
    ///
    /// - Parameters:
    ///   - whole: places of the digits before the point, at least one.
    ///   - fraction: of those behind it: one place behind `whole`, or empty.
    package init(
        _ text: UnsafeBufferPointer<UInt8>, _ whole: Range<Int>, _ fraction: Range<Int>, exponent: Int = 0,
        isNegative: Bool = false, isPlain: Bool = true
    ) {
        self.text = text
        self.isNegative = isNegative
        self.isPlain = isPlain && fraction.isEmpty
        point = whole.upperBound
        (places, self.exponent) = Self.trimmed(
            text, whole.lowerBound..<(fraction.isEmpty ? point : fraction.upperBound), point: point, exponent: exponent)
    }

    /// The places without zeros around the digits that count, and the exponent of the last one.
    private static func trimmed(
        _ text: UnsafeBufferPointer<UInt8>, _ all: Range<Int>, point: Int, exponent: Int
    ) -> (Range<Int>, Int) {
        func isNothing(_ k: Int) -> Bool { k == point || text[k] == UInt8(ascii: "0") }
        var (first, last) = (all.lowerBound, all.upperBound)
        while last > first, isNothing(last - 1) { last -= 1 }
        while first < last, isNothing(first) { first += 1 }
        // The last digit is so many places to the left of the point, or to its right.
        return (first..<last, exponent + (last <= point ? point - last : point + 1 - last))
    }

    /// How many digits count; 0 for zero.
    package var digitCount: Int { places.count - (places.contains(point) ? 1 : 0) }

    /// Digit `k` of those that count, 0 ... 9.
    package func digit(_ k: Int) -> UInt8 {
        let place = places.lowerBound + k
        return text[places.lowerBound <= point && place >= point ? place + 1 : place] - UInt8(ascii: "0")
    }

    /// The magnitude times `multiplier`, with the point moved right by `shift` places.
    ///
    /// - Parameter multiplier: 1 ... 1,000,000.
    /// - Returns: nil when more than 38 digits stand before the point; when they are to be multiplied, more than 32.
    package func magnitude(times multiplier: UInt64 = 1, shift: Int = 0) -> (whole: UInt128, rest: FractionalRest)? {
        precondition(1...Self.largestMultiplier ~= multiplier, "\(multiplier) times a number")
        let count = digitCount
        if count == 0 { return (0, .nothing) }
        let before = count + exponent + shift
        if before > (multiplier == 1 ? Self.longestWhole : Self.longestMultiplied) { return nil }
        let whole = leadingDigits(max(0, before))
        if multiplier == 1 {
            // The digits stay as they are, and the last one is not zero.
            let first = (0..<count).contains(before) ? digit(before) : 0
            return (whole, FractionalRest(first: first, hasMore: before < count - 1))
        }
        let (carry, rest) = behindPoint(before, times: multiplier)
        // Below 10^38 + 10^6.
        return (whole &* UInt128(multiplier) &+ UInt128(carry), rest)
    }

    /// The first digits that count, as one number; zeros follow the last.
    ///
    /// - Parameter length: at most `longestWhole`.
    private func leadingDigits(_ length: Int) -> UInt128 {
        let known = min(digitCount, length)
        // Most numbers fit in 64 bits, and so do 19 digits of any.
        let few = min(known, 19)
        var start: UInt64 = 0
        for k in 0..<few { start = start &* 10 &+ UInt64(digit(k)) }
        var number = UInt128(start)
        for k in few..<known { number = number * 10 + UInt128(digit(k)) }
        for _ in known..<length { number *= 10 }
        return number
    }

    /// What digits behind the point carry before it when they are multiplied, and what is left of them.
    ///
    /// - Parameter before: digits before the point; less than zero when zeros stand between it and the first digit.
    private func behindPoint(_ before: Int, times multiplier: UInt64) -> (carry: UInt64, rest: FractionalRest) {
        var carry: UInt64 = 0
        var first: UInt64 = 0
        var hasMore = false
        func put(_ digit: UInt64) {
            hasMore = hasMore || first != 0
            carry += digit * multiplier
            (carry, first) = carry.quotientAndRemainder(dividingBy: 10)
        }
        for k in stride(from: digitCount - 1, through: max(0, before), by: -1) { put(UInt64(digit(k))) }
        // After as many zeros as the carry has digits, nothing is left of it.
        for _ in 0..<max(0, min(-before, 20)) { put(0) }
        return (carry, FractionalRest(first: UInt8(first), hasMore: hasMore))
    }
}

/// The integer of this magnitude; nil beyond Int64.
@inlinable package func signed(_ magnitude: UInt128, isNegative: Bool) -> Int64? {
    if !isNegative { return Int64(exactly: magnitude) }
    return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
}

extension Rounding {
    /// Whether a magnitude with this rest becomes one more; nil when it is not to be rounded.
    ///
    /// - Parameter isOpposite: `down` and `up` are the other way round, as for a negative number whose `down` is the
    ///   smaller one, and half goes towards zero.
    @inlinable package func goesUp(_ rest: FractionalRest, isOpposite: Bool = false) -> Bool? {
        switch (self, rest) {
        case (_, .nothing): false
        case (.reject, _): nil
        case (.nearest, .half): !isOpposite
        case (.nearest, _): rest == .aboveHalf
        case (.down, _): isOpposite
        case (.up, _): !isOpposite
        }
    }
}
