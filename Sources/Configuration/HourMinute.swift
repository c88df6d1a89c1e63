//  Hours and minutes, as a clock shows them.

/// Hours and minutes from the beginning of a day, written as `09:00`. They may reach beyond 24 hours: `33:00` is nine
/// o'clock of the next day.
package struct HourMinute: Sendable, Hashable, CustomStringConvertible {
    /// From the beginning of the day; never negative.
    package let minutes: Int

    package init(minutes: Int) {
        precondition(minutes >= 0, "hours and minutes are not negative: \(minutes)")
        self.minutes = minutes
    }

    package var hour: Int { minutes / 60 }
    package var minute: Int { minutes % 60 }

    /// Reads one or two digits, a colon, two digits.
    /// - Throws: ``ValueRefusal``.
    package init(parsing text: String) throws(ValueRefusal) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) }), let hour = Int(parts[0]), let minute = Int(parts[1])
        else { throw ValueRefusal() }
        guard minute < 60 else { throw ValueRefusal("an hour has 60 minutes") }
        self.init(minutes: hour * 60 + minute)
    }

    package var description: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(hour)):\(two(minute))"
    }
}
