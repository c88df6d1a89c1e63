//  What is asked of an export.

import Records
import Reports

/// What days a report is about.
package struct DayRange: Sendable, Hashable, CustomStringConvertible {
    package var first: CalendarDay?
    package var last: CalendarDay?

    package init(first: CalendarDay?, last: CalendarDay?) {
        self.first = first
        self.last = last
    }

    package var isEverything: Bool { first == nil && last == nil }

    /// `2022-04-01 to 2022-04-30`, `2022-04-01 and later`, `2022-04-30 and earlier`.
    package var description: String {
        switch (first, last) {
        case (let first?, let last?): first == last ? "\(first)" : "\(first) to \(last)"
        case (let first?, nil): "\(first) and later"
        case (nil, let last?): "\(last) and earlier"
        case (nil, nil): "any day"
        }
    }

    /// Files without a date are in no range but the one of everything.
    package func contains(_ day: CalendarDay?) -> Bool {
        guard let day else { return isEverything }
        return first.map { $0 <= day } ?? true && last.map { day <= $0 } ?? true
    }
}

/// What is asked of `export`.
package struct ExportRequest: Sendable {
    package var report: Report
    package var days: DayRange
    /// Names of files that are to be left out.
    package var without: Set<String>
    /// The generation of the ledger that the report is of; nil for what counts now.
    package var generation: Int?
    package var query: ReportQuery
    /// One row for each period in place of one for all days.
    package var period: CalendarPeriod?

    package init(
        _ report: Report, days: DayRange = DayRange(first: nil, last: nil), without: Set<String> = [],
        generation: Int? = nil, query: ReportQuery = ReportQuery(), period: CalendarPeriod? = nil
    ) {
        self.report = report
        self.days = days
        self.without = without
        self.generation = generation
        self.query = query
        self.period = period
    }

    /// Whether it is about all files that count at its generation.
    var isEverything: Bool { days.isEverything && without.isEmpty && period == nil }
}
