//  What a report to look at says beside its numbers: when, of which days, and what to think of the files.

import Records

/// Everything on the page and on the terminal.
package struct ReportFacts: Sendable, Equatable {
    /// A file that somebody should know of.
    package struct File: Sendable, Equatable {
        package var name: String
        /// As the ledger calls it; `unusual` for one that counts though it is unlike the days before.
        package var state: String
        /// `2022-04-01`; nil when it has none.
        package var date: String?
        /// In words; may be empty.
        package var reason: String

        package init(name: String, state: String, date: String?, reason: String) {
            self.name = name
            self.state = state
            self.date = date
            self.reason = reason
        }
    }

    /// How many files are in a state.
    package struct State: Sendable, Equatable {
        package var name: String
        package var files: Int

        package init(name: String, files: Int) {
            self.name = name
            self.files = files
        }
    }

    /// Counted files without a date.
    package struct Undated: Sendable, Equatable {
        /// At least one.
        package var files: Int
        package var records: Int
        package var seconds: Int128
        /// Whether the report is of certain days, which they are not in.
        package var areLeftOut: Bool

        package init(files: Int, records: Int, seconds: Int128, areLeftOut: Bool) {
            self.files = files
            self.records = records
            self.seconds = seconds
            self.areLeftOut = areLeftOut
        }
    }

    package var summary: ReportSummary
    /// When the generation came to be, `2022-05-01T06:12:09Z`; nil when the ledger does not know.
    package var committed: String?
    /// The days that were asked for; nil where the files decide.
    package var firstAsked: CalendarDay?
    package var lastAsked: CalendarDay?
    /// The files of these days by state; nil for an earlier generation, whose states nobody keeps.
    package var states: [State]?
    /// Files that do not count, or are unlike the others; by name.
    package var attention: [File]
    /// Nil when every counted file has a date.
    package var undated: Undated?

    package init(
        _ summary: ReportSummary, committed: String?, firstAsked: CalendarDay? = nil, lastAsked: CalendarDay? = nil,
        states: [State]?, attention: [File], undated: Undated? = nil
    ) {
        self.summary = summary
        self.committed = committed
        self.firstAsked = firstAsked
        self.lastAsked = lastAsked
        self.states = states
        self.attention = attention
        self.undated = undated
    }

    /// The days that the report is about: those asked for, else from the first day with a file to the last. Nil when
    /// there is neither.
    package var period: ClosedRange<CalendarDay>? {
        let first = firstAsked ?? summary.receipt.days.min()
        let last = lastAsked ?? summary.receipt.days.max()
        guard let first, let last, first <= last else { return nil }
        return first...last
    }

    /// Days of the period without a file. One range may be long: an end that was asked for can lie far away.
    package var missingDays: [ClosedRange<CalendarDay>] {
        period.map { CalendarDay.gaps(in: Set(summary.receipt.days), over: $0) } ?? []
    }

    /// Rejected records by reason, most first.
    package var rejections: [(reason: RejectReason, records: Int)] {
        summary.outcomes.rejected.filter { $0.value > 0 }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    /// Apps in no category, most seconds first.
    package var unmappedApps: [ReportSummary.App] {
        summary.unmappedApps.sorted {
            $0.seconds == $1.seconds
                ? $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) : $0.seconds > $1.seconds
        }
    }
}

extension ClosedRange<CalendarDay> {
    /// How many days it has.
    package var length: Int { upperBound.daysSinceEpoch - lowerBound.daysSinceEpoch + 1 }
}

/// Dates for people, in English.
package enum DateText {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// `1 April 2022`
    package static func long(_ day: CalendarDay) -> String { "\(day.day) \(months[day.month - 1]) \(day.year)" }

    /// `1 Apr`
    static func short(_ day: CalendarDay) -> String { "\(day.day) \(month(day))" }

    /// `Apr`
    static func month(_ day: CalendarDay) -> String { String(months[day.month - 1].prefix(3)) }

    /// `1 April 2022`, `1–30 April 2022`, `30 April – 2 May 2022`, `31 December 2021 – 2 January 2022`
    package static func range(_ days: ClosedRange<CalendarDay>) -> String {
        let (first, last) = (days.lowerBound, days.upperBound)
        if first == last { return long(first) }
        if first.year != last.year { return "\(long(first)) – \(long(last))" }
        if first.month != last.month { return "\(first.day) \(months[first.month - 1]) – \(long(last))" }
        return "\(first.day)–\(long(last))"
    }

    /// `2 April 2022, 5–30 April 2022`: the first of some ranges, and how many there are beside them.
    package static func list(_ ranges: [ClosedRange<CalendarDay>]) -> String { ReportFacts.list(ranges.map(range)) }

    /// `2022-05-01T06:12:09Z` as `1 May 2022, 06:12 UTC`; other texts as they are.
    package static func moment(_ text: String) -> String {
        guard let day = CalendarDay(text.prefix(10)), text.utf8.count >= 16 else { return text }
        return "\(long(day)), \(text.dropFirst(11).prefix(5)) UTC"
    }
}
