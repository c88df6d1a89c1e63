import Records

/// Times as HTTP writes them (RFC 9110, section 5.6.7): `Fri, 01 Apr 2022 10:11:12 GMT`.
enum HTTPDate {
    /// The last second of the year 9999, the last that has a name.
    private static let latest: Int64 = 253_402_300_799
    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// - Parameter seconds: since 1970; times before that are taken for 1970.
    static func text(seconds: Int64) -> String {
        let seconds = Int(min(max(0, seconds), latest))
        let days = seconds / 86_400
        let rest = seconds % 86_400
        let day = CalendarDay(daysSinceEpoch: days)!
        return "\(weekdays[(days + 4) % 7]), \(two(day.day)) \(months[day.month - 1]) \(day.year) "
            + "\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60)) GMT"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
