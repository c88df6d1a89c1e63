//  Numbers as they are written, exactly: a sign, a row of digits, and a power of ten.
//
//      −0.002540e3      digits 254, exponent −2:  −254 × 10^−2 = −2.54
//
//  Zeros in front of the first digit that counts, and behind the last one, are no part of the row. So two texts of the same
//  number are the same here, and whether a number is integral, or fits a decimal, is a question of lengths.
//
//      value × 10^places   →   digits 254, exponent −2 + places     the whole part, and what is left of it

import Records

/// A part of one, as much as rounding has to know of it.
enum FractionalRest { case nothing, belowHalf, half, aboveHalf }

/// A text in the grammar of JSON numbers (RFC 8259, section 6), taken apart.
struct NumberText {
    let isNegative: Bool
    /// Whether it has neither point nor exponent.
    let isPlain: Bool
    private let text: UnsafeBufferPointer<UInt8>
    /// Places in the text, of the first digit that counts and behind the last; empty for zero. The point may lie within.
    private let places: Range<Int>
    /// Of the point; the text's length when there is none.
    private let point: Int
    /// Of the last digit that counts.
    private let exponent: Int

    /// Beyond any number of digits that a record can hold, one exponent is like another.
    private static let exponentLimit = 1 << 40

    /// - Returns: nil when the text is not in the grammar.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        var cursor = DigitCursor(text)
        isNegative = cursor.take("-")
        guard let whole = cursor.digits(), whole.count == 1 || text[whole.lowerBound] != UInt8(ascii: "0") else {
            return nil
        }
        var fraction = whole.upperBound..<whole.upperBound
        if cursor.take(".") {
            guard let range = cursor.digits() else { return nil }
            fraction = range
        }
        var written = 0
        let hasExponent = cursor.take("e") || cursor.take("E")
        if hasExponent {
            let isBelow = cursor.take("-")
            if !isBelow { _ = cursor.take("+") }
            guard let range = cursor.digits() else { return nil }
            for k in range { written = min(written * 10 + Int(text[k] - UInt8(ascii: "0")), Self.exponentLimit) }
            if isBelow { written = -written }
        }
        guard cursor.isAtEnd else { return nil }
        self.text = text
        isPlain = fraction.isEmpty && !hasExponent
        let end = fraction.upperBound
        point = whole.upperBound
        (places, exponent) = Self.trimmed(text, whole.lowerBound..<end, point: point, exponent: written)
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
    private var digitCount: Int { places.count - (places.contains(point) ? 1 : 0) }

    /// Digit `k` of those that count.
    private func digit(_ k: Int) -> UInt8 {
        let place = places.lowerBound + k
        return text[places.lowerBound <= point && place >= point ? place + 1 : place] - UInt8(ascii: "0")
    }

    /// The magnitude with the point moved right by `shift` places.
    ///
    /// - Returns: nil when the part before the point has more than 38 digits.
    func magnitude(shift: Int) -> (whole: UInt128, rest: FractionalRest)? {
        let count = digitCount
        if count == 0 { return (0, .nothing) }
        let before = count + exponent + shift
        if before > 38 { return nil }
        var whole: UInt128 = 0
        for k in 0..<max(0, min(count, before)) { whole = whole * 10 + UInt128(digit(k)) }
        for _ in 0..<max(0, before - count) { whole *= 10 }
        // The last digit is not zero, so what is cut off is not nothing.
        if before >= count { return (whole, .nothing) }
        if before < 0 { return (whole, .belowHalf) }
        switch digit(before) {
        case ..<5: return (whole, .belowHalf)
        case 5 where before + 1 == count: return (whole, .half)
        default: return (whole, .aboveHalf)
        }
    }
}

extension Rounding {
    /// Whether a magnitude with this rest becomes one more; nil when it is not to be rounded.
    ///
    /// - Parameter isOpposite: `down` and `up` are the other way round, as for a negative number whose `down` is the
    ///   smaller one, and half goes towards zero.
    func goesUp(_ rest: FractionalRest, isOpposite: Bool = false) -> Bool? {
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
