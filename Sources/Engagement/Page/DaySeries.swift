//  Seconds along the calendar: a column a day, or a longer stretch when days would be too many.
//
//      30 days      days         3 years      months
//      200 days     weeks        40 years     years
//
//  A day without a file is not a day without viewers: its column is missing, not zero. When even the years are too many, some
//  date is a mistake (0022 for 2022); then only years with files have a column, and the last of them at that.

import Records
import Wording

/// The columns of a chart along the calendar.
package struct DaySeries: Sendable, Equatable {
    package enum Unit: String, Sendable {
        case day, week, month, year

        /// Numbers the stretches of the calendar.
        fileprivate func index(_ day: CalendarDay) -> Int {
            switch self {
            case .day: day.daysSinceEpoch
            // Day 0, 1970-01-01, was a Thursday: weeks begin on Monday. No day lies more than 2000 years before it.
            case .week: (day.daysSinceEpoch + 3 + 7 * 110_000) / 7 - 110_000
            case .month: day.year * 12 + day.month - 1
            case .year: day.year
            }
        }

        /// The first day of a stretch; nil when it lies outside of the calendar.
        fileprivate func firstDay(_ index: Int) -> CalendarDay? {
            switch self {
            case .day: CalendarDay(daysSinceEpoch: index)
            case .week: CalendarDay(daysSinceEpoch: index * 7 - 3)
            case .month: CalendarDay(year: index / 12, month: index % 12 + 1, day: 1)
            case .year: CalendarDay(year: index, month: 1, day: 1)
            }
        }
    }

    package struct Column: Sendable, Equatable {
        /// Its first day.
        package var day: CalendarDay
        /// Nil when none of its days has a file.
        package var seconds: Int128?
        /// Of a single day; nil for longer stretches, since a contract counts once a day.
        package var contracts: Int64?
        /// How many of its days have a file.
        package var filled: Int
    }

    package let unit: Unit
    package let columns: [Column]
    /// Whether years without files are left out.
    package let isBroken: Bool

    /// - Parameters:
    ///   - days: by date; what has no date is left out.
    ///   - period: what the columns go over, when it is not too long; it contains all days.
    ///   - limit: most columns.
    package init(_ days: [ReportSummary.Day], over period: ClosedRange<CalendarDay>?, limit: Int) {
        let dated = days.compactMap { row in row.day.map { (day: $0, row: row) } }
        var range: ClosedRange<CalendarDay>?
        if let first = dated.map(\.day).min(), let last = dated.map(\.day).max() { range = first...last }
        // Days at the ends that were asked for are shown as missing, unless that would make the columns coarser.
        if let period, period.length <= limit { range = period }
        guard let range else {
            (unit, columns, isBroken) = (.day, [], false)
            return
        }
        func count(_ unit: Unit) -> Int { unit.index(range.upperBound) - unit.index(range.lowerBound) + 1 }
        let unit = [Unit.day, .week, .month].first { count($0) <= limit } ?? .year
        let groups = Dictionary(grouping: dated) { unit.index($0.day) }
        let isBroken = count(unit) > limit
        let indices =
            isBroken
            ? Array(groups.keys.sorted().suffix(limit))
            : Array(unit.index(range.lowerBound)...unit.index(range.upperBound))
        columns = indices.map { index in
            let group = groups[index] ?? []
            return Column(
                day: unit.firstDay(index) ?? CalendarDay.earliest,
                seconds: group.isEmpty ? nil : group.reduce(0) { $0 + Int128($1.row.total) },
                contracts: unit == .day ? group.first?.row.contracts : nil, filled: group.count)
        }
        self.unit = unit
        self.isBroken = isBroken
    }

    /// What a column is called below the chart.
    func label(_ column: Column) -> String {
        switch unit {
        case .day, .week: DateText.short(column.day)
        case .month: "\(DateText.month(column.day)) \(column.day.year)"
        case .year: "\(column.day.year)"
        }
    }

    /// What a column is called in full: `2022-04-01`, `week of 2022-04-04`, `2022-04`, `2022`.
    package func name(_ column: Column) -> String {
        switch unit {
        case .day: column.day.description
        case .week: "week of \(column.day)"
        case .month: String(column.day.description.prefix(7))
        case .year: String(column.day.description.prefix(4))
        }
    }

    /// What a column is called in a sentence: `1 April 2022`, `the week of 4 April 2022`, `April 2022`, `2022`.
    func words(_ column: Column) -> String {
        switch unit {
        case .day: DateText.long(column.day)
        case .week: "the week of \(DateText.long(column.day))"
        case .month: String(DateText.long(column.day).dropFirst(2))
        case .year: "\(column.day.year)"
        }
    }
}
