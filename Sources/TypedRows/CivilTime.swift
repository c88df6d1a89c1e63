//  Points in time as ISO 8601-1:2019 writes them, sections 5.2.2 and 5.4, in the extended form:
//
//      2022-04-01
//      2022-04-01T12:34          2022-04-01 12:34:56,789          2022-04-01t12:34:56.789012345+05:30
//
//  The first 16 bytes are read as two words (see DigitWords.swift); what may follow them, byte by byte.
//
//  Days are counted in the proleptic Gregorian calendar, years 1 to 9999. Time is that of Unix: no leap second has a place of
//  its own, so second 60 is refused. 24:00:00 is the first moment of the next day.

import Records

/// A day, and the part of it that has passed.
struct CivilTime {
    /// Since 1970-01-01.
    var day: Int64
    /// Seconds of the day, without the offset; up to 86,400.
    var seconds: Int64 = 0
    /// Billionths of a second.
    var nanoseconds: Int64 = 0
    /// East of UTC, in seconds; nil when nothing says so.
    var offset: Int64?

    static let secondsPerDay: Int64 = 86_400

    /// Bytes 8 to 15, of which the first three do not count: `___00:00`.
    private static let clock = WordPattern(expected: 0x3030_3A30_3000_0000, excess: 0x0606_0F06_0600_0000)
    /// Bytes 16 to 23 of a time in milliseconds: `:00.000Z`.
    private static let milliseconds = WordPattern(expected: 0x5A30_3030_2E30_303A, excess: 0x0F06_0606_0F06_060F)
    private static let dayBytes: UInt64 = 0xFFFF
    private static let clockBytes: UInt64 = 0xFFFF_FFFF_FF00_0000

    /// - Parameter days: of the timestamps before this one.
    /// - Precondition: 16 bytes can be read from `p` on.
    /// - Returns: nil when the text is no date, nor one with a time, or there is no such day or time.
    @inline(__always)
    init?(_ p: UnsafePointer<UInt8>, _ count: Int, _ days: inout DayCache) {
        guard count >= 10 else { return nil }
        let first = word(p)
        let second = word(p + 8)
        if days.first != first || days.second != second & Self.dayBytes {
            guard days.read(first, second & Self.dayBytes) else { return nil }
        }
        day = days.day
        if count == 10 { return }
        // The clock is within the text from 16 bytes on.
        let values = Self.clock.values(second) & Self.clockBytes
        guard count >= 16, Self.isSeparator(p[10]), Self.clock.fits(values) else { return nil }
        let (hour, minute) = (pairs(values) &>> 24 & 0xFF, pairs(values) &>> 48 & 0xFF)
        seconds = Int64(truncatingIfNeeded: hour &* 3600 &+ minute &* 60)
        guard minute < 60, takeRest(p, count) else { return nil }
        if hour > 23 {
            guard seconds == Self.secondsPerDay && nanoseconds == 0 else { return nil }
        }
    }

    @inline(__always)
    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte | 0x20 == UInt8(ascii: "t") || byte == UInt8(ascii: " ")
    }

    /// Reads what follows hours and minutes.
    @inline(__always)
    private mutating func takeRest(_ p: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        if count == 24 {
            // The form that most programs write, in one word: bytes 16 to 23 are the text's last eight.
            let values = Self.milliseconds.values(word(p + 16))
            let two = pairs(values)
            if Self.milliseconds.fits(values), two &>> 8 & 0xFF < 60 {
                seconds &+= Int64(truncatingIfNeeded: two &>> 8 & 0xFF)
                let thousandths = (two &>> 32 & 0xFF) &* 10 &+ values &>> 48 & 0xFF
                nanoseconds = Int64(truncatingIfNeeded: thousandths &* 1_000_000)
                offset = 0
                return true
            }
        }
        var i = 16
        if i < count, p[i] == UInt8(ascii: ":") {
            guard count >= 19, let second = Self.twoDigits(p + 17), second < 60 else { return false }
            seconds &+= second
            i = 19
            if i < count, p[i] == UInt8(ascii: ".") || p[i] == UInt8(ascii: ",") {
                i = takeFraction(p, count)
                if i == 20 { return false }
            }
        }
        if i == count { return true }
        if i &+ 1 == count, p[i] | 0x20 == UInt8(ascii: "z") {
            offset = 0
            return true
        }
        return takeOffset(p + i, count - i)
    }

    /// Reads the digits behind the decimal sign at byte 19, no more than nine.
    ///
    /// - Returns: where they end.
    @inline(__always)
    private mutating func takeFraction(_ p: UnsafePointer<UInt8>, _ count: Int) -> Int {
        var i = 20
        var value: Int64 = 0
        while i < count, i < 29, isDigit(p[i]) {
            value = value &* 10 &+ Int64(p[i] &- UInt8(ascii: "0"))
            i &+= 1
        }
        nanoseconds = value &* Self.powers[29 &- i]
        return i
    }

    /// 10^k at k.
    private static let powers: [10 of Int64] = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    ]

    /// Reads `+hh`, `+hhmm` or `+hh:mm` as the whole rest.
    private mutating func takeOffset(_ p: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        guard p[0] == UInt8(ascii: "+") || p[0] == UInt8(ascii: "-"), count >= 3,
            let hours = Self.twoDigits(p + 1), hours < 24
        else { return false }
        var minutes: Int64 = 0
        switch count {
        case 3: break
        case 5, 6:
            guard count == 5 || p[3] == UInt8(ascii: ":"), let two = Self.twoDigits(p + count - 2), two < 60 else {
                return false
            }
            minutes = two
        default: return false
        }
        let east = hours * 3600 + minutes * 60
        offset = p[0] == UInt8(ascii: "-") ? -east : east
        return true
    }

    @inline(__always)
    private static func twoDigits(_ p: UnsafePointer<UInt8>) -> Int64? {
        guard isDigit(p[0]), isDigit(p[1]) else { return nil }
        return Int64(p[0] &- UInt8(ascii: "0")) &* 10 &+ Int64(p[1] &- UInt8(ascii: "0"))
    }
}

/// The day that was read last: timestamps of one day often follow one another.
struct DayCache {
    /// The text of the date, at first `1970-01-01`: its first eight bytes, and the other two.
    private(set) var first: UInt64 = 0x2D31_302D_3037_3931
    private(set) var second: UInt64 = 0x3130
    /// Since 1970-01-01.
    private(set) var day: Int64 = 0

    /// `0000-00-`
    private static let dateStart = WordPattern(expected: 0x2D30_302D_3030_3030, excess: 0x0F06_060F_0606_0606)
    /// `00`
    private static let dateEnd = WordPattern(expected: 0x3030, excess: 0x0606)

    /// Reads a date; keeps it if there is such a day.
    @inline(__always)
    mutating func read(_ newFirst: UInt64, _ newSecond: UInt64) -> Bool {
        let start = Self.dateStart.values(newFirst)
        let end = Self.dateEnd.values(newSecond)
        guard Self.dateStart.fits(start), Self.dateEnd.fits(end) else { return false }
        let two = pairs(start)
        let year = (two & 0xFF) &* 100 &+ two &>> 16 & 0xFF
        guard let newDay = Self.day(year: year, month: two &>> 40 & 0xFF, day: pairs(end) & 0xFF) else { return false }
        (first, second, day) = (newFirst, newSecond, newDay)
        return true
    }

    /// Days of the months of a year that is no leap year, at 1 … 12.
    private static let monthLengths: [16 of UInt8] = [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 0, 0, 0]

    /// Days since 1970-01-01, as `CalendarDay` counts them; nil when there is no such day.
    ///
    /// - Parameters: none has more than four digits.
    @inline(__always)
    private static func day(year: UInt64, month: UInt64, day: UInt64) -> Int64? {
        guard year > 0, month < 16, day > 0 else { return nil }
        let isLeap = year & 3 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length = UInt64(monthLengths[Int(truncatingIfNeeded: month)]) &+ (isLeap && month == 2 ? 1 : 0)
        guard day <= length else { return nil }
        // Hinnant's days_from_civil; see CalendarDay.
        let marchYear = month > 2 ? year : year &- 1
        let marchMonth = month > 2 ? month &- 3 : month &+ 9
        let century = marchYear / 100
        let days = marchYear &* 365 &+ marchYear / 4 &- century &+ century / 4 &+ (153 &* marchMonth &+ 2) / 5
        return Int64(truncatingIfNeeded: days &+ day) &- 719_469
    }
}
