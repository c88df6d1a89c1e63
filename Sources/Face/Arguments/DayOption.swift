//  Days and months as options name them: `--from 2022-04-01`, `--month 2022-04`.

import Publishing
import Records

/// The values of options that name days.
enum DayOption {
    /// - Parameter option: with its dashes, for the message.
    /// - Returns: nil when the option is not given.
    /// - Throws: `CommandFailure` of usage.
    static func day(_ text: String?, _ option: String) throws -> CalendarDay? {
        guard let text else { return nil }
        guard let day = CalendarDay(text) else {
            throw CommandFailure(.usage, "\(option) takes a date such as 2022-04-01, not \"\(text)\"")
        }
        return day
    }

    /// All days of the month that `--month` names.
    ///
    /// - Throws: `CommandFailure` of usage.
    static func month(_ text: String) throws -> DayRange {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            let first = CalendarDay("\(text)-01")
        else { throw CommandFailure(.usage, "--month takes a month such as 2022-04, not \"\(text)\"") }
        let length = CalendarDay.daysIn(month: first.month, year: first.year)
        return DayRange(first: first, last: CalendarDay(year: first.year, month: first.month, day: length))
    }
}
