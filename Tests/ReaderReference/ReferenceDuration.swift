//  Durations and integral numbers by schoolbook arithmetic on decimal digits, and the forms of durations as patterns.

import Records
import TestSupport

/// Forms of texts. Made once: making a `Regex` takes much longer than matching it.
///
/// `nonisolated(unsafe)`: they are never changed.
private enum Form {
    nonisolated(unsafe) static let number = /(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([-+]?)([0-9]+))?/
    nonisolated(unsafe) static let padded = /([-+]?)0*([0-9](?s:.)*)/
    nonisolated(unsafe) static let hoursMinutesSeconds = /([0-9]+):([0-5][0-9]):([0-5][0-9](?:[.,][0-9]+)?)/
    nonisolated(unsafe) static let hoursMinutes = /([0-9]+):([0-5][0-9])/
    nonisolated(unsafe) static let minutesSeconds = /([0-9]+):([0-5][0-9](?:[.,][0-9]+)?)/
    nonisolated(unsafe) static let iso8601 =
        /P(?:([0-9.,]+)W)?(?:([0-9.,]+)D)?(?:T(?=.)(?:([0-9.,]+)H)?(?:([0-9.,]+)M)?(?:([0-9.,]+)S)?)?/
    nonisolated(unsafe) static let iso8601Part = /[0-9]+(?:[.,][0-9]+)?/
    nonisolated(unsafe) static let units =
        /(?:([0-9.]+) *d)? *(?:([0-9.]+) *h)? *(?:([0-9.]+) *(?:min|m))? *(?:([0-9.]+) *(?:sec|s))? *(?:([0-9.]+) *ms)?/
    nonisolated(unsafe) static let unitsPart = /[0-9]+(?:\.[0-9]+)?/
}

/// A decimal number that is not negative, with all its digits.
struct SchoolNumber {
    /// Digits before and behind the point; neither is empty.
    var whole: String
    var fraction: String

    init(_ whole: some StringProtocol) { self.init(whole, "") }

    init(_ whole: some StringProtocol, _ fraction: some StringProtocol, exponent: Int = 0) {
        var (before, behind) = (Array(whole), Array(fraction))
        for _ in 0..<max(0, exponent) { before.append(behind.isEmpty ? "0" : behind.removeFirst()) }
        for _ in 0..<max(0, -exponent) { behind.insert(before.popLast() ?? "0", at: 0) }
        self.whole = "0" + String(before)
        self.fraction = String(behind) + "0"
    }

    /// The text of a JSON number without its sign; nil when it is none.
    init?(json text: String) {
        guard let parts = text.wholeMatch(of: Form.number)?.output else { return nil }
        // More places than this no text of a test has.
        let places = parts.4.map { min(5000, Int($0) ?? 5000) } ?? 0
        let isZero = (parts.1 + (parts.2 ?? "")).allSatisfy { $0 == "0" }
        self.init(parts.1, parts.2 ?? "", exponent: isZero ? 0 : parts.3 == "-" ? -places : places)
    }

    var isZero: Bool { (whole + fraction).allSatisfy { $0 == "0" } }
    var isIntegral: Bool { fraction.allSatisfy { $0 == "0" } }

    /// `whole` without zeros in front.
    var digits: String {
        let digits = whole.drop { $0 == "0" }
        return digits.isEmpty ? "0" : String(digits)
    }

    func times(_ factor: Int) -> SchoolNumber {
        var carry = 0
        var product = ""
        for digit in (whole + fraction).reversed() {
            carry += digit.wholeNumberValue! * factor
            product = String(carry % 10) + product
            carry /= 10
        }
        product = String(carry) + product
        return SchoolNumber(product.dropLast(fraction.count), product.suffix(fraction.count))
    }

    func plus(_ other: SchoolNumber) -> SchoolNumber {
        let wholes = max(whole.count, other.whole.count)
        let fractions = max(fraction.count, other.fraction.count)
        func digits(_ number: SchoolNumber) -> [Int] {
            (String(repeating: "0", count: wholes - number.whole.count) + number.whole + number.fraction
                + String(repeating: "0", count: fractions - number.fraction.count)).map { $0.wholeNumberValue! }
        }
        var carry = 0
        var sum = ""
        for (a, b) in zip(digits(self), digits(other)).reversed() {
            carry += a + b
            sum = String(carry % 10) + sum
            carry /= 10
        }
        sum = String(carry) + sum
        return SchoolNumber(sum.dropLast(fractions), sum.suffix(fractions))
    }

    /// Nil when it is not integral and may not be rounded.
    func rounded(_ rounding: Rounding) -> SchoolNumber? {
        if isIntegral { return SchoolNumber(whole) }
        let goesUp: Bool
        switch rounding {
        case .reject: return nil
        case .down: goesUp = false
        case .up: goesUp = true
        case .nearest: goesUp = fraction.first! >= "5"
        }
        return goesUp ? SchoolNumber(whole).plus(SchoolNumber("1")) : SchoolNumber(whole)
    }
}

/// The value of a JSON number; nil when it is not an integer of 64 bits.
package func referenceInteger(_ text: String) -> Int64? {
    guard let number = SchoolNumber(json: String(text.hasPrefix("-") ? text.dropFirst() : text[...])),
        number.isIntegral
    else { return nil }
    return Int64((text.hasPrefix("-") ? "-" : "") + number.digits)
}

/// The digits of a contract that is written as a number; nil when it is not an integer, or written with a point or an
/// exponent and longer than 64 digits.
func referenceContract(_ text: String) -> String? {
    let sign = text.hasPrefix("-") ? "-" : ""
    guard let number = SchoolNumber(json: String(text.dropFirst(sign.count))), number.isIntegral else { return nil }
    if !text.contains(where: { ".eE".contains($0) }) { return text }
    return number.digits.count > 64 ? nil : sign + number.digits
}

/// A duration, and whether it was written as less than zero.
package struct ReferenceDuration: Equatable {
    package var seconds: Int64
    package var isNegative: Bool
}

extension DurationRules {
    /// The duration of a number's text, or of a string's; nil when it is none by these rules.
    package func reference(_ bytes: [UInt8], isString: Bool) -> ReferenceDuration? {
        if bytes.contains(where: { $0 >= 0x80 }) { return nil }
        var text = String(decoding: bytes, as: UTF8.self)
        if let number = number(text) { return number }
        guard isString else { return nil }
        if forms.contains(.padded) {
            let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
            guard let first = bytes.firstIndex(where: { !blanks.contains($0) }),
                let last = bytes.lastIndex(where: { !blanks.contains($0) })
            else { return nil }
            text = String(decoding: bytes[first...last], as: UTF8.self)
            if let parts = text.wholeMatch(of: Form.padded)?.output,
                let number = number((parts.1 == "-" ? "-" : "") + String(parts.2))
            {
                return number
            }
        }
        let isNegative = text.hasPrefix("-")
        if isNegative { text.removeFirst() }
        for form in forms {
            if let sum = form.seconds(text) { return result(sum, isNegative: isNegative) }
        }
        return nil
    }

    private func number(_ text: String) -> ReferenceDuration? {
        let isNegative = text.hasPrefix("-")
        guard let number = SchoolNumber(json: String(text.dropFirst(isNegative ? 1 : 0))) else { return nil }
        let seconds =
            switch unit {
            case .seconds: number
            case .minutes: number.times(60)
            case .milliseconds: SchoolNumber(number.whole, number.fraction, exponent: -3)
            }
        return result(seconds, isNegative: isNegative)
    }

    private func result(_ seconds: SchoolNumber, isNegative: Bool) -> ReferenceDuration? {
        guard let rounded = seconds.rounded(rounding), let value = Int64((isNegative ? "-" : "") + rounded.digits)
        else { return nil }
        return ReferenceDuration(seconds: value, isNegative: isNegative && !seconds.isZero)
    }
}

extension DurationForm {
    /// Seconds of a text of this form; a sign and blanks are gone already.
    fileprivate func seconds(_ text: String) -> SchoolNumber? {
        func sum(_ parts: [(text: Substring?, factor: Int)]) -> SchoolNumber? {
            let present = parts.compactMap { part in part.text.map { ($0, part.factor) } }
            if present.isEmpty || present.dropLast().contains(where: { $0.0.contains { ".,".contains($0) } }) {
                return nil
            }
            return present.reduce(SchoolNumber("0")) { sum, part in
                let digits = part.0.split(whereSeparator: { ".,".contains($0) })
                let number = SchoolNumber(digits[0], digits.count > 1 ? digits[1] : "")
                // A factor below one is in thousandths.
                return sum.plus(
                    part.1 > 0 ? number.times(part.1) : SchoolNumber(number.whole, number.fraction, exponent: -3))
            }
        }
        switch self {
        case .padded: return nil
        case .hoursMinutesSeconds:
            return text.wholeMatch(of: Form.hoursMinutesSeconds).flatMap {
                sum([($0.1, 3600), ($0.2, 60), ($0.3, 1)])
            }
        case .hoursMinutes:
            return text.wholeMatch(of: Form.hoursMinutes).flatMap { sum([($0.1, 3600), ($0.2, 60)]) }
        case .minutesSeconds:
            return text.wholeMatch(of: Form.minutesSeconds).flatMap {
                sum([($0.1, 60), ($0.2, 1)])
            }
        case .iso8601:
            guard let parts = text.wholeMatch(of: Form.iso8601)?.output else { return nil }
            let list = [(parts.1, 604_800), (parts.2, 86_400), (parts.3, 3600), (parts.4, 60), (parts.5, 1)]
            guard list.allSatisfy({ $0.0?.wholeMatch(of: Form.iso8601Part) != nil || $0.0 == nil }) else {
                return nil
            }
            return sum(list.map { ($0.0, $0.1) })
        case .units:
            guard let first = text.first, first.isNumber, let last = text.last, last.isLetter else { return nil }
            guard let parts = text.wholeMatch(of: Form.units)?.output else { return nil }
            let list = [(parts.1, 86_400), (parts.2, 3600), (parts.3, 60), (parts.4, 1), (parts.5, 0)]
            guard list.allSatisfy({ $0.0?.wholeMatch(of: Form.unitsPart) != nil || $0.0 == nil }) else {
                return nil
            }
            return sum(list.map { ($0.0, $0.1) })
        }
    }
}

extension Dice {
    /// Texts of durations, good ones and nearly good ones.
    package static let durations = [
        "01:02:03", "1:2:3", "100:00:00", "00:00:59.5", "00:00:01,250", "-00:00:05", "01:60:00", "01:02", "62:03",
        "9:59",
        "00:60", "01:02:03:04", ":02:03", "01::03", "01:02:", "PT1H2M3S", "PT3723S", "PT3723.417S", "PT0,5S", "P1DT1S",
        "P1W", "PT1.5H", "PT1.5H3S", "P1Y", "P1M", "PT", "P", "P1D", "PT1M", "pt1s", "-PT5S", "PT-5S", "PT1S1M", "P1DT",
        "3723s", "1h2m3s", "1h 2m 3s", "1.5h", "500ms", "1500 ms", "90min", "5 sec", "2d", "1m1ms", "5", "5 m", "3s2m",
        "1.5h2m",
        "1,500s", "5x", "ms", "3723,4", "3,723", "3723 ", " 3723", "\t5\r\n", "+3723", "+-5", "00012", "-0012", "000",
        "00.5",
        "+0.5", " 01:02:03 ", " 1h ", "1_000", "1 000", "", " ", "+", "-", "٣", "0x10", "3723.417", "0.5", "1.5", "2.5",
        "-0.4",
        "-0.5", "0.4999999999999999999999", "0.0166666", "153722867280912930", "153722867280912931",
        "9223372036854775807",
        "9223372036854775807999", "9223372036854775807.5", "2562047788015215:30:07", "2562047788015215:30:08",
        "18446744073709551615:00:00", "PT9223372036854775807S", "PT9223372036854775808S", "1e-30", "15e-1",
        "123456.789e3",
    ]

    /// The default ones, or any.
    package mutating func durationRules() -> DurationRules {
        if once(in: 3) { return DurationRules() }
        var forms = Set(DurationForm.allCases.filter { _ in once(in: 2) })
        // No file may have both.
        if forms.contains(.hoursMinutes) { forms.remove(.minutesSeconds) }
        return DurationRules(
            unit: pick(WrittenUnit.allCases), forms: once(in: 3) ? [] : forms, rounding: pick(Rounding.allCases))
    }

    /// A number as MongoDB writes it, or nearly so.
    package mutating func wrapped(_ text: String) -> JSON {
        let key = pick(["$numberLong", "$numberInt", "$numberDouble", "$numberDecimal", "$numberlong", "$oid"])
        let value: JSON = once(in: 6) ? pick([.null, .array([]), .number("7")]) : .text(text)
        return .object([.init(key, value)] + (once(in: 8) ? [.init(key, .text("1"))] : []))
    }
}
