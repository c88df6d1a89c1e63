//  Dates and timestamps.

import Records

/// Days since 1970-01-01.
struct DateReading: CellReading {
    private var days = DayCache()

    @inline(__always)
    mutating func read(_ cell: Cell, _ out: UnsafeMutablePointer<Int32>) -> CellOutcome {
        // 16 bytes can be read from a cell's first one on.
        guard cell.isOf(.string), let time = CivilTime(cell.base, Int(cell.byteCount), &days),
            // A whole day, written as its first moment. With an offset it would be another day elsewhere.
            time.seconds == 0, time.nanoseconds == 0, time.offset ?? 0 == 0
        else { return .bad }
        out.pointee = Int32(truncatingIfNeeded: time.day)
        return cell.byteCount == 10 ? .plain : .coerced
    }
}

/// Microseconds since 1970-01-01 00:00:00 UTC that a timestamp may be: the years 1 to 9999.
private let timestampRange: ClosedRange<Int64> = {
    let perDay = CivilTime.secondsPerDay * 1_000_000
    return Int64(CalendarDay.earliest.daysSinceEpoch) * perDay...(Int64(CalendarDay.latest.daysSinceEpoch) + 1) * perDay
        - 1
}()

/// Microseconds from a text of ISO 8601.
struct CivilTimestampReading: CellReading {
    let settings: ConversionSettings
    private let range = timestampRange
    private var days = DayCache()

    init(_ settings: ConversionSettings) { self.settings = settings }

    @inline(__always)
    mutating func read(_ cell: Cell, _ out: UnsafeMutablePointer<Int64>) -> CellOutcome {
        // 16 bytes can be read from a cell's first one on.
        guard cell.isOf(.string), let time = CivilTime(cell.base, Int(cell.byteCount), &days) else { return .bad }
        let seconds = time.day &* CivilTime.secondsPerDay &+ time.seconds &- (time.offset ?? 0)
        let micros = UInt64(truncatingIfNeeded: time.nanoseconds) / 1000
        let value = seconds &* 1_000_000 &+ Int64(truncatingIfNeeded: micros)
        let rest = time.nanoseconds &- Int64(truncatingIfNeeded: micros &* 1000)
        if rest == 0 && range.contains(value) {
            out.pointee = value
            return .plain
        }
        return round(value, rest, out)
    }

    /// - Parameter rest: nanoseconds after `value`, below 1000.
    private func round(_ value: Int64, _ rest: Int64, _ out: UnsafeMutablePointer<Int64>) -> CellOutcome {
        let kind: FractionalRest = rest == 0 ? .nothing : rest < 500 ? .belowHalf : rest == 500 ? .half : .aboveHalf
        guard let isLater = settings.timestampRounding.goesUp(kind) else { return .bad }
        let rounded = isLater ? value + 1 : value
        guard range.contains(rounded) else { return .bad }
        out.pointee = rounded
        return .rounded
    }
}

/// Microseconds from a number that counts from 1970 on.
struct UnixTimestampReading: CellReading {
    let settings: ConversionSettings
    /// 10^places microseconds are one of the number's units.
    private let places: Int
    private let range = timestampRange
    private let multiplier: Int64
    /// The largest number that is within the range once it is multiplied.
    private let largestWhole: UInt64

    /// - Precondition: a form of numbers.
    init(_ form: TimestampForm, _ settings: ConversionSettings) {
        self.settings = settings
        switch form {
        case .unixSeconds: (places, multiplier) = (6, 1_000_000)
        case .unixMilliseconds: (places, multiplier) = (3, 1000)
        case .unixMicroseconds: (places, multiplier) = (0, 1)
        case .iso8601: preconditionFailure("ISO 8601 is no count of seconds")
        }
        largestWhole = UInt64(timestampRange.upperBound / multiplier)
    }

    @inline(__always)
    func read(_ cell: Cell, _ out: UnsafeMutablePointer<Int64>) -> CellOutcome {
        let count = Int(cell.byteCount)
        // 16 bytes can be read from the cell's first one on.
        if hasNumbers(cell, settings), cell.base.pointee != UInt8(ascii: "0") || count == 1,
            let whole = upToEighteenDigits(cell.base, count), whole <= largestWhole
        {
            out.pointee = Int64(truncatingIfNeeded: whole) &* multiplier
            return .plain
        }
        return readPointed(cell, out)
    }

    private func readPointed(_ cell: Cell, _ out: UnsafeMutablePointer<Int64>) -> CellOutcome {
        guard hasNumbers(cell, settings), let number = ShortNumber(cell.base, Int(cell.byteCount)),
            let magnitude = number.magnitude(shift: places),
            let value = signed(UInt128(magnitude), isNegative: number.isNegative), range.contains(value)
        else { return readOther(cell, out) }
        out.pointee = value
        return .plain
    }

    private func readOther(_ cell: Cell, _ out: UnsafeMutablePointer<Int64>) -> CellOutcome {
        guard cell.isOf(.number) || cell.isOf(.string), let number = NumberParts(cell.text),
            let (magnitude, rest) = number.magnitude(shift: places),
            // Before 1970 the later of two moments is the one of the smaller magnitude.
            let isMore = settings.timestampRounding.goesUp(rest, isOpposite: number.isNegative),
            let value = signed(isMore ? magnitude + 1 : magnitude, isNegative: number.isNegative),
            range.contains(value)
        else { return .bad }
        out.pointee = value
        return rest == .nothing ? coercion(of: cell, settings) : coercion(of: cell, settings).union(.rounded)
    }
}
