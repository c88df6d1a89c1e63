//  Days of the proleptic Gregorian calendar, counted and named without a date library.
//
//  A year is thought of as beginning on 1 March, so that the leap day is its last day and no month but the last has a
//  length that depends on the year. Four hundred such years, an era, always have 146,097 days. A day is then
//
//      era · 146,097  +  day of the era,     day of the era = 365 y + y/4 − y/100 + day of the year
//
//  and the months' lengths from March on (31 30 31 30 31 31 30 31 30 31 31 28) fall out of (153 m + 2) / 5.
//
//  By hand, 2022-04-01: April is m = 1 of year 2022, so the day of the year is (153 · 1 + 2) / 5 + 1 − 1 = 31. Era 5,
//  year of the era y = 22: day of the era 365 · 22 + 5 − 0 + 31 = 8,066. 5 · 146,097 + 8,066 − 719,468 = 19,083 days
//  after 1970-01-01 (719,468 is the number of days from 0000-03-01 to 1970-01-01).
//
//  Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil and civil_from_days.

/// One day, `0001-01-01` to `9999-12-31`.
package struct CalendarDay: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// 1 ... 9999, so that a name has four digits.
    package let year: Int
    /// 1 ... 12.
    package let month: Int
    /// 1 ... the length of the month.
    package let day: Int

    package static let earliest = CalendarDay(year: 1, month: 1, day: 1)!
    package static let latest = CalendarDay(year: 9999, month: 12, day: 31)!

    /// Nil when there is no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `YYYY-MM-DD`, exactly ten ASCII characters; nil when it is anything else or no such day exists.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day that lies `daysSinceEpoch` days after 1970-01-01; nil outside of the years 1 to 9999.
    package init?(daysSinceEpoch: Int) {
        guard (-719_162...2_932_896).contains(daysSinceEpoch) else { return nil }
        let shifted = daysSinceEpoch + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days after 1970-01-01; negative before it.
    package var daysSinceEpoch: Int {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = yearFromMarch / 400
        let yearOfEra = yearFromMarch % 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// The day `days` later (earlier when negative); nil outside of the years 1 to 9999.
    package func advanced(by days: Int) -> CalendarDay? {
        let (sum, overflow) = daysSinceEpoch.addingReportingOverflow(days)
        return overflow ? nil : CalendarDay(daysSinceEpoch: sum)
    }

    /// `2022-04-01`.
    package var description: String { text(separator: "-") }

    /// `20220401`, as in the names of the dumps.
    package var compact: String { text(separator: "") }

    package static func < (a: CalendarDay, b: CalendarDay) -> Bool {
        (a.year, a.month, a.day) < (b.year, b.month, b.day)
    }

    private func text(separator: String) -> String {
        func padded(_ value: Int, _ width: Int) -> String {
            let digits = String(value)
            return String(repeating: "0", count: width - digits.utf8.count) + digits
        }
        return padded(year, 4) + separator + padded(month, 2) + separator + padded(day, 2)
    }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
