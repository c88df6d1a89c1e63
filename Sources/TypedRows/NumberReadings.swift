//  Integers and decimals. Neither passes through floating point.

import Records

/// Int64.
struct IntegerReading: CellReading {
    let settings: ConversionSettings

    @inline(__always)
    func read(_ cell: Cell, _ out: UnsafeMutablePointer<Int64>) -> CellOutcome {
        let count = Int(cell.byteCount)
        // 16 bytes can be read from the cell's first one on.
        if hasNumbers(cell, settings), cell.base.pointee != UInt8(ascii: "0") || count == 1,
            let digits = upToEighteenDigits(cell.base, count)
        {
            out.pointee = Int64(truncatingIfNeeded: digits)
            return .plain
        }
        return readNegative(cell, out)
    }

    private func readNegative(_ cell: Cell, _ out: UnsafeMutablePointer<Int64>) -> CellOutcome {
        let count = Int(cell.byteCount) - 1
        // 15 bytes can be read from behind the sign on.
        guard hasNumbers(cell, settings), cell.base[0] == UInt8(ascii: "-"),
            cell.base[1] != UInt8(ascii: "0") || count == 1, let digits = upToEighteenDigits(cell.base + 1, count)
        else { return readOther(cell, out) }
        out.pointee = 0 &- Int64(truncatingIfNeeded: digits)
        return .plain
    }

    private func readOther(_ cell: Cell, _ out: UnsafeMutablePointer<Int64>) -> CellOutcome {
        guard cell.isOf(.number) || cell.isOf(.string), let number = NumberParts(cell.text),
            let (whole, rest) = number.magnitude(), rest == .nothing,
            let value = signed(whole, isNegative: number.isNegative)
        else { return .bad }
        out.pointee = value
        return number.isPlain ? coercion(of: cell, settings) : .coerced
    }
}

/// A decimal as a whole number of units of its last digit, in the integer that columns of its precision have.
struct DecimalReading<Value: FixedWidthInteger & BitwiseCopyable>: CellReading {
    let settings: ConversionSettings
    private let scale: Int
    /// 10^precision - 1.
    private let largest: UInt128
    /// The same for what is multiplied in 64 bits.
    private let largestShort: UInt64

    /// - Precondition: the values of so many digits fit.
    init(precision: Int, scale: Int, _ settings: ConversionSettings) {
        self.settings = settings
        self.scale = scale
        largest = (0..<precision).reduce(1 as UInt128) { power, _ in power * 10 } - 1
        precondition(Value(exactly: largest) != nil, "\(precision) digits in \(Value.self)")
        largestShort = UInt64(clamping: largest)
    }

    @inline(__always)
    func read(_ cell: Cell, _ out: UnsafeMutablePointer<Value>) -> CellOutcome {
        if hasNumbers(cell, settings), let number = ShortNumber(cell.base, Int(cell.byteCount)),
            let units = number.magnitude(shift: scale), units <= largestShort
        {
            // The precision's largest value fits, and this is none larger.
            let value = Value(truncatingIfNeeded: units)
            out.pointee = number.isNegative ? 0 &- value : value
            return .plain
        }
        return readOther(cell, out)
    }

    private func readOther(_ cell: Cell, _ out: UnsafeMutablePointer<Value>) -> CellOutcome {
        guard cell.isOf(.number) || cell.isOf(.string), let number = NumberParts(cell.text),
            let (whole, rest) = number.magnitude(shift: scale),
            let isMore = settings.decimalRounding.goesUp(rest)
        else { return .bad }
        let units = isMore ? whole + 1 : whole
        guard units <= largest else { return .bad }
        let value = Value(truncatingIfNeeded: units)
        out.pointee = number.isNegative ? 0 - value : value
        return rest == .nothing ? coercion(of: cell, settings) : coercion(of: cell, settings).union(.rounded)
    }
}
