//  On which days a key has records, as columns that merge.
//
//  A total keeps, for each key and calendar month, the set of days with at least one folded record, as the bits of an
//  Int64: bit d - 1 stands for day d. One union column holds one month; a file without a date sets bit 0 of a column
//  of its own.
//
//      date          column         bit
//      2022-04-01    Days202204     0
//      2022-04-30    Days202204     29
//      none          DaysUndated    0
//
//  Bitwise or is associative, commutative and idempotent, so days merge like every other measure. The names of the
//  columns in byte order are the months in order of time, and DaysUndated after them.

import Records

/// One of the day set columns of a total.
package enum DayColumn: Sendable, Hashable {
    /// The days of a calendar month, `year` 1 ... 9999 and `month` 1 ... 12.
    case month(year: Int, month: Int)
    /// Files without a date.
    case undated

    private static let prefix = "Days"
    private static let undatedName = "DaysUndated"

    /// The column that a date belongs to; nil is "no date".
    package init(_ day: CalendarDay?) {
        self = day.map { .month(year: $0.year, month: $0.month) } ?? .undated
    }

    /// The column of that name; nil when the name is not one of a day set.
    package init?(name: String) {
        if name == Self.undatedName {
            self = .undated
            return
        }
        guard name.hasPrefix(Self.prefix), let first = CalendarDay(name.dropFirst(Self.prefix.count) + "01") else {
            return nil
        }
        self.init(first)
        // The parser of days also knows dashes; a column has exactly one name.
        guard self.name == name else { return nil }
    }

    /// The column's name in partials and totals.
    package var name: String {
        guard case .month(let year, let month) = self else { return Self.undatedName }
        let digits = String(year * 100 + month)
        return Self.prefix + String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// The column as a measure of a schema.
    package var measure: Measure { Measure(name, .union) }

    /// The bit of a date in its column, as a set of one.
    package static func set(of day: CalendarDay?) -> Int64 { 1 << Int64((day?.day ?? 1) - 1) }

    /// All the bits that may be set in the column.
    package var allDays: Int64 {
        guard case .month(let year, let month) = self else { return 1 }
        return (1 << Int64(CalendarDay.daysIn(month: month, year: year))) - 1
    }

    /// The date that a bit stands for; nil for the undated column and for a bit that is not a day of the month.
    package func day(bit: Int) -> CalendarDay? {
        guard case .month(let year, let month) = self else { return nil }
        return CalendarDay(year: year, month: month, day: bit + 1)
    }
}
