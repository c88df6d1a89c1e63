import Records

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
    package static func short(_ day: CalendarDay) -> String { "\(day.day) \(month(day))" }

    /// `Apr`
    package static func month(_ day: CalendarDay) -> String { String(months[day.month - 1].prefix(3)) }

    /// `1 April 2022`, `1–30 April 2022`, `30 April – 2 May 2022`, `31 December 2021 – 2 January 2022`
    package static func range(_ days: ClosedRange<CalendarDay>) -> String {
        let (first, last) = (days.lowerBound, days.upperBound)
        if first == last { return long(first) }
        if first.year != last.year { return "\(long(first)) – \(long(last))" }
        if first.month != last.month { return "\(first.day) \(months[first.month - 1]) – \(long(last))" }
        return "\(first.day)–\(long(last))"
    }

    /// `2 April 2022, 5–30 April 2022`: the first of some ranges, and how many there are beside them.
    package static func list(_ ranges: [ClosedRange<CalendarDay>]) -> String { Show.list(ranges.map(range)) }

    /// `2022-05-01T06:12:09Z` as `1 May 2022, 06:12 UTC`; other texts as they are.
    package static func moment(_ text: String) -> String {
        guard let day = CalendarDay(text.prefix(10)), text.utf8.count >= 16 else { return text }
        return "\(long(day)), \(text.dropFirst(11).prefix(5)) UTC"
    }
}
