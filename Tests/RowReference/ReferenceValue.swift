//  What a cell means, worked out in the plainest way: by regular expressions, digits in arrays, and years counted one by one.
//
//  It shares no code with the converter. docs/records.md, "Typed rows", is what both are written from.

import Glibc
import Records
import TypedRows

/// A value in the form in which it can be compared.
package enum ReferenceValue: Hashable, Sendable {
    case null
    case text([UInt8])
    case integer(Int64)
    /// Units of the last digit.
    case decimal(Int128)
    /// Bits: zeros of both signs differ, and a NaN is itself.
    case double(UInt64)
    case boolean(Bool)
    /// Days since 1970-01-01.
    case date(Int)
    /// Microseconds since then.
    case timestamp(Int64)
}

/// What becomes of a cell.
package enum ReferenceOutcome: Hashable, Sendable {
    case value(ReferenceValue, isCoerced: Bool = false, isRounded: Bool = false)
    case bad
}

/// A cell as a test states it.
package struct ReferenceCell: Hashable, Sendable {
    package var kind: Cell.Kind
    package var text: [UInt8]

    package init(_ kind: Cell.Kind, _ text: [UInt8]) { (self.kind, self.text) = (kind, text) }
    package init(_ kind: Cell.Kind, _ text: String) { self.init(kind, Array(text.utf8)) }

    package static let null = ReferenceCell(.null, "")
    package static let missing = ReferenceCell(.missing, "")

    /// As a reader gives it: where nothing has a type, numbers and booleans are strings.
    package func read(_ settings: ConversionSettings) -> ReferenceCell {
        settings.isUntyped && [.number, .boolean].contains(kind) ? ReferenceCell(.string, text) : self
    }

    /// None of a cell without a value.
    var valueKinds: ValueKinds {
        let kinds: [Cell.Kind: ValueKinds] = [
            .string: .string, .number: .number, .boolean: .boolean, .container: text.first == 0x5B ? .array : .object,
        ]
        return kinds[kind] ?? []
    }
}

extension ReferenceOutcome {
    package init(_ cell: ReferenceCell, _ type: FieldType, _ settings: ConversionSettings) {
        let isText = cell.kind == .string
        let isCoerced = isText && !settings.isUntyped
        let string = String(validating: cell.text, as: UTF8.self) ?? "?"
        switch (cell.kind, type) {
        case (.missing, _), (.null, _): self = .value(.null)
        case (_, .json): self = .value(.text(cell.text))
        case (.container, _): self = .bad
        case (_, .string): self = .value(.text(cell.text), isCoerced: !isText)
        case (.boolean, .boolean): self = .value(.boolean(string == "true"))
        case (.string, .boolean): self = Self.boolean(string.lowercased(), isCoerced, settings)
        case (.boolean, _), (_, .boolean): self = .bad
        case (.string, .date): self = Self.date(string)
        case (_, .date): self = .bad
        case (.string, .timestamp(.iso8601)): self = Self.civil(string, settings)
        case (_, .timestamp(.iso8601)): self = .bad
        case (_, .timestamp(let form)):
            let places = [.unixSeconds: 6, .unixMilliseconds: 3][form] ?? 0
            self = Self.count(string, places, isCoerced, settings)
        case (_, .integer):
            guard let number = ReferenceNumber(string), let value = number.units(0, .reject),
                let integer = Int64(exactly: value.units)
            else {
                self = .bad
                return
            }
            self = .value(.integer(integer), isCoerced: isCoerced || !number.isPlain)
        case (_, .decimal(let precision, let scale)):
            guard let value = ReferenceNumber(string)?.units(scale, settings.decimalRounding),
                String(value.units.magnitude).utf8.count <= precision
            else {
                self = .bad
                return
            }
            self = .value(.decimal(value.units), isCoerced: isCoerced, isRounded: value.isRounded)
        case (_, .double): self = Self.double(string, isCoerced, settings)
        }
    }

    private static func boolean(_ word: String, _ isCoerced: Bool, _ settings: ConversionSettings) -> Self {
        var words = ["true": true, "false": false]
        if settings.isUntyped { words.merge(["t": true, "f": false, "1": true, "0": false]) { first, _ in first } }
        // A letter that becomes an ASCII letter in lower case is none of these.
        guard word.utf8.count <= 5, let value = words[word] else { return .bad }
        return .value(.boolean(value), isCoerced: isCoerced)
    }

    private static func double(_ text: String, _ isCoerced: Bool, _ settings: ConversionSettings) -> Self {
        var value = 0.0
        if ReferenceNumber(text) != nil {
            value = strtod(text, nil)
            if !value.isFinite { return .bad }
        } else {
            let names = ["nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"]
            guard settings.acceptsNonFinite, names.contains(text.lowercased()) else { return .bad }
            value = text.lowercased() == "nan" ? .nan : strtod(text, nil)
        }
        return .value(.double(value.bitPattern), isCoerced: isCoerced, isRounded: isMissed(text, value))
    }

    /// Whether a whole number became another one, or a number zero.
    private static func isMissed(_ text: String, _ value: Double) -> Bool {
        let digits = text.drop { $0 == "-" }
        if value == 0 { return text.prefix { $0 != "e" && $0 != "E" }.contains { "1"..."9" ~= $0 } }
        guard digits.allSatisfy({ "0"..."9" ~= $0 }) else { return false }
        // The C library writes all digits of a double.
        var buffer = [CChar](repeating: 0, count: 400)
        let count = withVaList([value.magnitude]) { vsnprintf(&buffer, buffer.count, "%.0f", $0) }
        return String(decoding: buffer[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self) != digits
    }

    private static func date(_ text: String) -> Self {
        guard let time = ReferenceTime(text), time.nanoseconds == 0, time.offset == 0 else { return .bad }
        return .value(.date(time.day), isCoerced: text.utf8.count > 10)
    }

    private static func civil(_ text: String, _ settings: ConversionSettings) -> Self {
        guard let time = ReferenceTime(text) else { return .bad }
        let all = (Int128(time.day) * 86_400 - Int128(time.offset)) * 1_000_000_000 + Int128(time.nanoseconds)
        return moment(nanoseconds: all, isCoerced: false, settings)
    }

    private static func count(_ text: String, _ places: Int, _ isCoerced: Bool, _ settings: ConversionSettings) -> Self
    {
        // To a part of a microsecond that is enough for all directions: anything but zero behind it is one more.
        guard let number = ReferenceNumber(text), let value = number.units(places + 3, .down) else { return .bad }
        let isExact = number.units(places + 3, .reject) != nil
        if !isExact && settings.timestampRounding == .reject { return .bad }
        // In tenths of a nanosecond, so that what is behind counts as half of one.
        let below: Int128 = isExact ? 0 : number.isNegative ? -5 : 5
        guard abs(value.units) < 1_000_000_000_000_000_000_000_000 else { return .bad }
        return moment(tenths: value.units * 10 + below, isCoerced: isCoerced, settings)
    }

    private static func moment(nanoseconds: Int128, isCoerced: Bool, _ settings: ConversionSettings) -> Self {
        moment(tenths: nanoseconds * 10, isCoerced: isCoerced, settings)
    }

    private static func moment(tenths: Int128, isCoerced: Bool, _ settings: ConversionSettings) -> Self {
        var (micros, rest) = tenths.quotientAndRemainder(dividingBy: 10_000)
        if rest < 0 { (micros, rest) = (micros - 1, rest + 10_000) }
        switch settings.timestampRounding {
        case .reject: if rest != 0 { return .bad }
        case .down: break
        case .up: if rest > 0 { micros += 1 }
        case .nearest: if rest >= 5000 { micros += 1 }
        }
        let (first, last) = (Int128(ReferenceTime.day(1, 1, 1)!), Int128(ReferenceTime.day(9999, 12, 31)!))
        guard micros >= first * 86_400_000_000, micros < (last + 1) * 86_400_000_000 else { return .bad }
        return .value(.timestamp(Int64(micros)), isCoerced: isCoerced, isRounded: rest != 0)
    }
}

/// A number in the grammar of JSON as a row of digits.
struct ReferenceNumber {
    let isNegative: Bool
    let isPlain: Bool
    /// Before the point once the exponent has moved it, and behind it.
    private var whole: [UInt8]
    private var fraction: [UInt8]

    /// Made once: a regular expression is compiled at its first use. Nothing changes it, so threads may share it.
    nonisolated(unsafe) private static let form =
        /(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?)([0-9]+))?/.matchingSemantics(.unicodeScalar)

    init?(_ text: String) {
        guard let parts = text.wholeMatch(of: Self.form) else { return nil }
        isNegative = parts.1 == "-"
        isPlain = parts.3 == nil && parts.5 == nil
        func digits(_ text: Substring) -> [UInt8] { text.utf8.map { $0 - 0x30 } }
        whole = digits(parts.2)
        fraction = parts.3.map(digits) ?? []
        let isZero = (whole + fraction).allSatisfy { $0 == 0 }
        // A thousand places more than there are digits are as good as any more.
        let limit = 1000 + whole.count + fraction.count
        let written = parts.5.map { digits in min(limit, Int(digits.drop { $0 == "0" }.prefix(7)) ?? 0) } ?? 0
        for _ in 0..<(isZero ? 0 : written) {
            if parts.4 == "-" {
                fraction.insert(whole.popLast() ?? 0, at: 0)
            } else {
                whole.append(fraction.isEmpty ? 0 : fraction.removeFirst())
            }
        }
    }

    /// The number in units of 10^-places.
    ///
    /// - Returns: nil when it has a part of one and may not be rounded, or more than 38 digits.
    func units(_ places: Int, _ rounding: Rounding) -> (units: Int128, isRounded: Bool)? {
        let padded = fraction + Array(repeating: 0, count: places)
        let kept = (whole + padded.prefix(places)).drop { $0 == 0 }
        let rest = padded.dropFirst(places)
        guard kept.count <= 38 else { return nil }
        var magnitude = kept.reduce(0 as Int128) { $0 * 10 + Int128($1) }
        let isWhole = rest.allSatisfy { $0 == 0 }
        switch rounding {
        case .reject: if !isWhole { return nil }
        case .down: break
        case .up: if !isWhole { magnitude += 1 }
        case .nearest: if rest.first ?? 0 >= 5 { magnitude += 1 }
        }
        return (isNegative ? -magnitude : magnitude, !isWhole)
    }
}

/// A date with a time, read by its form.
struct ReferenceTime {
    /// Since 1970-01-01.
    let day: Int
    /// Of the day, in its own zone.
    let nanoseconds: Int
    /// Seconds east of UTC.
    let offset: Int

    /// Made once, as that of numbers.
    nonisolated(unsafe) private static let date = /([0-9]{4})-([0-9]{2})-([0-9]{2})/
    nonisolated(unsafe) private static let clock =
        /[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?/.matchingSemantics(.unicodeScalar)
    nonisolated(unsafe) private static let zone =
        /[Zz]|([+-])([0-9]{2})(?::?([0-9]{2}))?/.matchingSemantics(.unicodeScalar)

    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
        guard let parts = text.prefixMatch(of: Self.date),
            let day = Self.day(Int(parts.1)!, Int(parts.2)!, Int(parts.3)!)
        else { return nil }
        self.day = day
        var rest = text[parts.range.upperBound...]
        if rest.isEmpty {
            (nanoseconds, offset) = (0, 0)
            return
        }
        guard let time = rest.prefixMatch(of: Self.clock) else { return nil }
        let (hour, minute, second) = (Int(time.1)!, Int(time.2)!, time.3.map { Int($0)! } ?? 0)
        let part = time.4.map { Int($0 + String(repeating: "0", count: 9 - $0.count))! } ?? 0
        nanoseconds = (hour * 3600 + minute * 60 + second) * 1_000_000_000 + part
        guard minute < 60, second < 60, hour < 24 || nanoseconds == 86_400_000_000_000 else { return nil }
        rest = rest[time.range.upperBound...]
        if rest.isEmpty {
            offset = 0
            return
        }
        guard let place = rest.wholeMatch(of: Self.zone) else { return nil }
        let (hours, minutes) = (place.2.map { Int($0)! } ?? 0, (place.3 ?? nil).map { Int($0)! } ?? 0)
        guard hours < 24, minutes < 60 else { return nil }
        offset = (place.1 == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    /// Days since 1970-01-01, counted year by year and month by month.
    static func day(_ year: Int, _ month: Int, _ day: Int) -> Int? {
        func isLeap(_ year: Int) -> Bool { year % 400 == 0 || year % 4 == 0 && year % 100 != 0 }
        func length(_ month: Int) -> Int {
            month == 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        }
        guard year >= 1, (1...12).contains(month), day >= 1, day <= length(month) else { return nil }
        return yearStarts[year]! + (1..<month).map(length).reduce(0, +) + day - 1
    }

    /// Days from 1970-01-01 to the first of each year.
    private static let yearStarts: [Int: Int] = {
        var starts = [1970: 0]
        func days(_ year: Int) -> Int { year % 400 == 0 || year % 4 == 0 && year % 100 != 0 ? 366 : 365 }
        for year in 1971...9999 { starts[year] = starts[year - 1]! + days(year - 1) }
        for year in (1...1969).reversed() { starts[year] = starts[year + 1]! - days(year) }
        return starts
    }()
}
