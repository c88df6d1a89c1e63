//  A day of the calendar: the date of an input file, the row key of the daily report, the unit of missing days.
//
//  The calendar is the proleptic Gregorian one, years 1 to 9999, as in ISO 8601. There are no times and no time zones:
//  a file's date is what its name or folder says.

/// A date such as 2022-04-01. Every value is a day that exists.
package struct CalendarDay: Sendable, Hashable {
    /// 1 ... 9999.
    package let year: Int
    /// 1 ... 12.
    package let month: Int
    /// 1 ... the length of the month.
    package let day: Int

    /// Nil when there is no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.daysIn(month: month, year: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `YYYY-MM-DD` or `YYYYMMDD`, the whole text and nothing else; nil when it is neither or no such day exists.
    package init?(_ text: some Collection<UInt8>) {
        let bytes = Array(text.prefix(11))
        let digits: [UInt8]
        switch bytes.count {
        case 8: digits = bytes
        case 10 where bytes[4] == UInt8(ascii: "-") && bytes[7] == UInt8(ascii: "-"):
            digits = Array(bytes[0..<4] + bytes[5..<7] + bytes[8..<10])
        default: return nil
        }
        var number = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
        }
        self.init(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }

    /// Reads `YYYY-MM-DD` or `YYYYMMDD`; see the reader of bytes.
    package init?(_ text: some StringProtocol) { self.init(text.utf8) }

    /// How many days a month has. `month` is 1 ... 12.
    package static func daysIn(month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

extension CalendarDay: Comparable {
    package static func < (a: CalendarDay, b: CalendarDay) -> Bool {
        (a.year, a.month, a.day) < (b.year, b.month, b.day)
    }
}

extension CalendarDay: CustomStringConvertible {
    /// `YYYY-MM-DD`.
    package var description: String { text(separator: "-") }

    /// `YYYYMMDD`, as in the names of dumps.
    package var compact: String { text(separator: "") }

    private func text(separator: String) -> String {
        func padded(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: width - text.count) + text
        }
        return padded(year, 4) + separator + padded(month, 2) + separator + padded(day, 2)
    }
}

// Day numbers: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil and civil_from_days.
// The year is taken to begin in March, so that the leap day is its last, and 400 years (an era) have 146,097 days.
// All years here are positive, so plain division floors.
extension CalendarDay {
    private static let daysPerEra = 146_097
    /// Days from 0000-03-01, where the first era begins, to 1970-01-01.
    private static let epochOffset = 719_468

    /// Days since 1970-01-01, which is day 0; negative before it.
    package var daysSinceEpoch: Int {
        let marchYear = month > 2 ? year : year - 1
        let era = marchYear / 400
        let yearOfEra = marchYear % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * Self.daysPerEra + dayOfEra - Self.epochOffset
    }

    /// The day with that number; nil outside the years 1 to 9999.
    package init?(daysSinceEpoch: Int) {
        // Checked first, so that the arithmetic below cannot overflow; ten thousand years are 25 eras.
        guard (-Self.epochOffset...25 * Self.daysPerEra).contains(daysSinceEpoch) else { return nil }
        let fromFirstEra = daysSinceEpoch + Self.epochOffset
        let era = fromFirstEra / Self.daysPerEra
        let dayOfEra = fromFirstEra % Self.daysPerEra
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        self.init(
            year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    /// The next day; nil after 9999-12-31.
    package var successor: CalendarDay? { CalendarDay(daysSinceEpoch: daysSinceEpoch + 1) }

    /// The day before; nil before 0001-01-01.
    package var predecessor: CalendarDay? { CalendarDay(daysSinceEpoch: daysSinceEpoch - 1) }

    /// The day `days` later, earlier when negative; nil outside of the years 1 to 9999.
    package func advanced(by days: Int) -> CalendarDay? {
        let (sum, overflow) = daysSinceEpoch.addingReportingOverflow(days)
        return overflow ? nil : CalendarDay(daysSinceEpoch: sum)
    }

    package static let earliest = CalendarDay(year: 1, month: 1, day: 1)!
    package static let latest = CalendarDay(year: 9999, month: 12, day: 31)!

    /// The days missing between the first and the last of some days, as ascending ranges; a mistyped year makes one
    /// long range, not a million days.
    package static func gaps(in days: Set<CalendarDay>) -> [ClosedRange<CalendarDay>] {
        let sorted = days.sorted()
        return zip(sorted, sorted.dropFirst()).compactMap { before, after in
            guard let first = before.successor, let last = after.predecessor, first <= last else { return nil }
            return first...last
        }
    }

    /// The days of a period that are not among some days, as ascending ranges.
    package static func gaps(in days: Set<CalendarDay>, over period: ClosedRange<CalendarDay>)
        -> [ClosedRange<CalendarDay>]
    {
        var gaps: [ClosedRange<CalendarDay>] = []
        var next = period.lowerBound
        for day in days.sorted() where period.contains(day) {
            if let before = day.predecessor, next <= before { gaps.append(next...before) }
            guard let after = day.successor else { return gaps }
            next = after
        }
        if next <= period.upperBound { gaps.append(next...period.upperBound) }
        return gaps
    }
}

/// A stretch of the calendar that days are put together by.
package enum CalendarPeriod: String, Sendable, CaseIterable {
    case day
    /// From Monday to Sunday, as in ISO 8601.
    case week
    case month

    /// The period that a day lies in: `2022-04-01`, `2022-W13`, `2022-04`. Names order as the periods do.
    ///
    /// A week belongs to the year that its Thursday lies in (ISO 8601-1:2019, 4.2.2): 2022-01-01 is a day of `2021-W52`.
    package func name(of day: CalendarDay) -> String {
        func padded(_ number: Int, _ digits: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, digits - text.count)) + text
        }
        switch self {
        case .day: return day.description
        case .month: return String(day.description.prefix(7))
        case .week:
            // Day 0, 1970-01-01, was a Thursday: so many days behind Monday.
            let behindMonday = ((day.daysSinceEpoch + 3) % 7 + 7) % 7
            let thursday = day.advanced(by: 3 - behindMonday) ?? day
            let firstDay = CalendarDay(year: thursday.year, month: 1, day: 1)!
            let week = (thursday.daysSinceEpoch - firstDay.daysSinceEpoch) / 7 + 1
            return "\(padded(thursday.year, 4))-W\(padded(week, 2))"
        }
    }
}
