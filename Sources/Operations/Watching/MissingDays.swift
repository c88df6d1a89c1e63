//  Which days have no file although they should.
//
//  `expect_by: "09:00"` means: nine hours after a day has ended, a file of it has to be there. Local time; the hours may go
//  beyond 24. A file is there when the ledger knows it, whatever became of it, or when it was seen in the inbox.
//
//      now Friday 08:59          last due: Wednesday (its time was Thursday 09:00)
//      now Friday 09:00          last due: Thursday
//
//  Looked at are the last due day and the six before it, from the first day on that has a file: what lies further back is
//  history, and `status` lists it.

import Configuration
import Glibc
import Records

/// The days that are due at a moment.
struct MissingDays {
    private static let daysLookedAt = 7

    let expectBy: HourMinute
    /// Unix seconds.
    let now: Int

    /// When the file of a day has to be there, Unix seconds.
    func deadline(_ day: CalendarDay) -> Int {
        var parts = tm()
        parts.tm_year = Int32(day.year - 1900)
        parts.tm_mon = Int32(day.month - 1)
        // The C library carries what is beyond the month or the day, and asks the zone whether it is summer then.
        parts.tm_mday = Int32(day.day + 1)
        parts.tm_hour = Int32(expectBy.hour)
        parts.tm_min = Int32(expectBy.minute)
        parts.tm_isdst = -1
        return mktime(&parts)
    }

    /// The last day whose file has to be there by now.
    var lastDue: CalendarDay {
        var moment = time_t(now)
        var parts = tm()
        localtime_r(&moment, &parts)
        var day =
            CalendarDay(year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday))
            ?? .latest
        while let before = day.predecessor, deadline(day) > now { day = before }
        return day
    }

    /// When the next day is due, Unix seconds.
    var nextDeadline: Int { deadline(lastDue.successor ?? .latest) }

    /// The days that are due and have no file, ascending.
    ///
    /// - Parameter days: of the files that there are.
    func missing(from days: Set<CalendarDay>) -> [CalendarDay] {
        let last = lastDue
        let first = max(last.advanced(by: 1 - Self.daysLookedAt) ?? .earliest, days.min() ?? last)
        guard first <= last else { return [] }
        return (first.daysSinceEpoch...last.daysSinceEpoch).compactMap { CalendarDay(daysSinceEpoch: $0) }
            .filter { !days.contains($0) }
    }
}
