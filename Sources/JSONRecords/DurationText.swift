//  Durations in all forms that the settings allow, exactly. The forms are in Records/DurationRules.swift.
//
//  Every form is a whole number of seconds and one last part that may have a fraction, in units of its own:
//
//      "01:02:03.5"   3600 + 120           3.5  × 1
//      "PT1H2.5M"     3600                 2.5  × 60
//      "1h500ms"      3600                 500  × 1, with the point moved left by 3
//      62.05          0                    62.05 × 60 for a number of minutes
//
//  The last part is multiplied digit by digit (Records/NumberParts.swift). So nothing is rounded but where the settings say
//  so, and once, at the end; what does not fit in 64 bits is not a duration.

import Records

/// A duration that was read.
struct DurationReading: Equatable {
    /// Seconds.
    var value: Int64
    /// Whether it was written as digits alone.
    var isPlain: Bool
    /// Whether it was written as less than zero, whatever it was rounded to.
    var isNegative: Bool
}

extension DurationRules {
    /// The duration that a JSON number means.
    ///
    /// - Returns: nil when it is not a JSON number, no whole number of seconds that may not be rounded, or beyond Int64.
    func reading(ofNumber text: UnsafeBufferPointer<UInt8>) -> DurationReading? {
        if unit == .seconds && rounding == .reject {
            return integralValue(text).map {
                DurationReading(value: $0.value, isPlain: $0.isPlain, isNegative: $0.value < 0)
            }
        }
        guard let number = NumberParts(text) else { return nil }
        let (multiplier, places) = unit.scale
        return reading(0, number, multiplier, places, isNegative: number.isNegative, isPlain: number.isPlain)
    }

    /// The duration that a string's text means: a number, or what else the settings allow.
    func reading(ofString text: UnsafeBufferPointer<UInt8>) -> DurationReading? {
        if let number = reading(ofNumber: text) { return number }
        if forms.isEmpty { return nil }
        var text = text
        if forms.contains(.padded) {
            text = withoutBlanks(text)
            if let number = paddedNumber(text) { return number }
        }
        for form in DurationForm.allCases where forms.contains(form) {
            let reading: DurationReading? =
                switch form {
                case .padded: nil
                case .hoursMinutesSeconds: clock(text, units: [3600, 60, 1], isFractional: true)
                case .hoursMinutes: clock(text, units: [3600, 60], isFractional: false)
                case .minutesSeconds: clock(text, units: [60, 1], isFractional: true)
                case .iso8601: iso8601(text)
                case .units: units(text)
                }
            if let reading { return reading }
        }
        return nil
    }

    // MARK: Rounding

    /// `seconds` and a last part.
    private func reading(
        _ seconds: UInt128, _ last: NumberParts, _ multiplier: UInt64, _ places: Int = 0, isNegative: Bool,
        isPlain: Bool = false
    ) -> DurationReading? {
        guard let (whole, rest) = last.magnitude(times: multiplier, shift: -places), let isMore = rounding.goesUp(rest),
            let magnitude = sum(seconds, whole), let rounded = sum(magnitude, isMore ? 1 : 0),
            let value = signed(rounded, isNegative: isNegative)
        else { return nil }
        let isBelowZero = isNegative && (value != 0 || rest != .nothing)
        return DurationReading(value: value, isPlain: isPlain, isNegative: isBelowZero)
    }

    // MARK: Forms

    private func withoutBlanks(_ text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        guard let first = text.firstIndex(where: { !isSpace($0) }) else { return text }
        return UnsafeBufferPointer(rebasing: text[first...text.lastIndex { !isSpace($0) }!])
    }

    /// A number with a plus or zeros in front of its digits.
    private func paddedNumber(_ text: UnsafeBufferPointer<UInt8>) -> DurationReading? {
        var cursor = DigitCursor(text)
        let isNegative = cursor.take("-")
        if !isNegative { _ = cursor.take("+") }
        let sign = cursor.i
        while cursor.take("0") {}
        // The last zero is the number, unless more digits follow.
        let isZero = cursor.isAtEnd || !isDigit(text[cursor.i])
        let start = isZero && cursor.i > sign ? cursor.i - 1 : cursor.i
        let digits = UnsafeBufferPointer(rebasing: text[start...])
        // Behind a plus stands a digit and no other sign.
        guard let first = digits.first, isDigit(first), let number = NumberParts(digits) else { return nil }
        let (multiplier, places) = unit.scale
        return reading(0, number, multiplier, places, isNegative: isNegative)
    }

    /// Numbers between colons: the first of any length, the others two digits below 60.
    private func clock(
        _ text: UnsafeBufferPointer<UInt8>, units: [UInt64], isFractional: Bool
    ) -> DurationReading? {
        var cursor = DigitCursor(text)
        let isNegative = cursor.take("-")
        var seconds: UInt128 = 0
        for (place, unit) in units.enumerated() {
            guard let whole = cursor.digits() else { return nil }
            if place > 0 && (whole.count != 2 || text[whole.lowerBound] > UInt8(ascii: "5")) { return nil }
            if place == units.count - 1 {
                let signs: [Unicode.Scalar] = isFractional ? [".", ","] : []
                guard let fraction = fraction(&cursor, behind: signs), cursor.isAtEnd else { return nil }
                return reading(seconds, NumberParts(text, whole, fraction), unit, isNegative: isNegative)
            }
            guard let more = NumberParts(text, whole, 0..<0).magnitude(times: unit),
                let next = sum(seconds, more.whole), cursor.take(":")
            else { return nil }
            seconds = next
        }
        return nil
    }

    /// The digits behind a decimal sign: empty without one, nil when there are none behind it. A comma is one only
    /// where numbers are never grouped by commas.
    private func fraction(_ cursor: inout DigitCursor, behind signs: [Unicode.Scalar]) -> Range<Int>? {
        signs.contains { cursor.take($0) } ? cursor.digits() : 0..<0
    }

    /// Weeks, days, and behind a T hours, minutes and seconds, each once and in this order; the last may have a
    /// fraction. Years and months are of no fixed length.
    private func iso8601(_ text: UnsafeBufferPointer<UInt8>) -> DurationReading? {
        var cursor = DigitCursor(text)
        let isNegative = cursor.take("-")
        guard cursor.take("P") else { return nil }
        var designators: [(letter: Unicode.Scalar, unit: UInt64)] = [("W", 604_800), ("D", 86_400)]
        var seconds: UInt128 = 0
        var isOfTime = false
        while true {
            if !isOfTime && cursor.take("T") {
                isOfTime = true
                designators = [("H", 3600), ("M", 60), ("S", 1)]
            }
            guard let whole = cursor.digits(), let fraction = fraction(&cursor, behind: [".", ","]),
                let place = designators.firstIndex(where: { cursor.take($0.letter) })
            else { return nil }
            let number = NumberParts(text, whole, fraction)
            let unit = designators[place].unit
            if cursor.isAtEnd { return reading(seconds, number, unit, isNegative: isNegative) }
            guard fraction.isEmpty, let more = number.magnitude(times: unit), let next = sum(seconds, more.whole) else {
                return nil
            }
            seconds = next
            designators.removeFirst(place + 1)
        }
    }

    /// Numbers with the names of their units behind them, each unit once, the longest first, with or without blanks
    /// between; the last may have a fraction.
    private func units(_ text: UnsafeBufferPointer<UInt8>) -> DurationReading? {
        var names: [(name: [Unicode.Scalar], multiplier: UInt64, places: Int)] = [
            (["d"], 86_400, 0), (["h"], 3600, 0), (["m", "i", "n"], 60, 0), (["m"], 60, 0), (["s", "e", "c"], 1, 0),
            (["s"], 1, 0), (["m", "s"], 1, 3),
        ]
        var cursor = DigitCursor(text)
        let isNegative = cursor.take("-")
        var seconds: UInt128 = 0
        while true {
            guard let whole = cursor.digits(), let fraction = fraction(&cursor, behind: ["."]) else { return nil }
            while cursor.take(" ") {}
            let place = names.firstIndex { unit in
                var ahead = cursor
                // Letters go on to the end of the name: `ms` is no `m`.
                guard unit.name.allSatisfy({ ahead.take($0) }), !ahead.isAtLetter else { return false }
                cursor = ahead
                return true
            }
            guard let place else { return nil }
            let (_, multiplier, places) = names[place]
            let number = NumberParts(text, whole, fraction)
            if cursor.isAtEnd { return reading(seconds, number, multiplier, places, isNegative: isNegative) }
            while cursor.take(" ") {}
            guard fraction.isEmpty, let more = number.magnitude(times: multiplier, shift: -places),
                more.rest == .nothing, let next = sum(seconds, more.whole)
            else { return nil }
            seconds = next
            names.removeAll { ($0.multiplier, -$0.places) >= (multiplier, -places) }
        }
    }
}

/// - Returns: nil when 128 bits do not hold the sum.
private func sum(_ a: UInt128, _ b: UInt128) -> UInt128? {
    let (value, isBeyond) = a.addingReportingOverflow(b)
    return isBeyond ? nil : value
}

extension DigitCursor {
    fileprivate var isAtLetter: Bool { i < text.count && UInt8(ascii: "a")...UInt8(ascii: "z") ~= text[i] | 0x20 }
}
