import Glibc
import Records

/// Moments as text: UTC, unless it says otherwise.
package enum Timestamp {
    /// `2022-04-01T10:11:12Z`
    ///
    /// - Parameter milliseconds: since 1970.
    package static func text(milliseconds: Int64) -> String {
        let seconds = Int(milliseconds.quotientAndFloor(1000))
        let days = Int(Int64(seconds).quotientAndFloor(86_400))
        let rest = seconds - days * 86_400
        let day = CalendarDay(daysSinceEpoch: days)?.description ?? "????-??-??"
        return "\(day)T\(two(rest / 3600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }

    /// `2022-04-01T10:11:12.417Z`
    ///
    /// - Parameter milliseconds: since 1970.
    package static func preciseText(milliseconds: Int64) -> String {
        let rest = Int(milliseconds - milliseconds.quotientAndFloor(1000) * 1000)
        let zeros = rest < 10 ? "00" : rest < 100 ? "0" : ""
        return "\(text(milliseconds: milliseconds).dropLast()).\(zeros)\(rest)Z"
    }

    /// `2022-04-01T12:11:12.417+02:00`, in the time zone of the machine.
    ///
    /// - Parameter milliseconds: since 1970.
    package static func localText(milliseconds: Int64) -> String {
        var moment = time_t(milliseconds.quotientAndFloor(1000))
        var parts = tm()
        guard localtime_r(&moment, &parts) != nil else { return preciseText(milliseconds: milliseconds) }
        let offset = Int(parts.tm_gmtoff)
        // The same moment as if the local clock were that of Greenwich.
        let text = preciseText(milliseconds: milliseconds + Int64(offset) * 1000).dropLast()
        let minutes = abs(offset) / 60
        return "\(text)\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension Int64 {
    /// Division that rounds down.
    fileprivate func quotientAndFloor(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
