//  The values of one field of a batch, until it is known which rows are taken.
//
//      rows       7   null  "x"   12          a place for each row
//      present    1    0     0     1          a bit for each row that has a value
//      bad        0    0     1     0
//
//  When every row is taken and has a value, the places are the column as it is. Otherwise those that have one are moved
//  together first.

import ParquetTable
import Records

/// A bit for each row of a batch, the first one lowest in the first word.
typealias RowBits = [UInt64]

/// What reading the cells of one field found, 64 rows at a time.
struct WordOfRows {
    var present: UInt64 = 0
    var coerced: UInt64 = 0
    var rounded: UInt64 = 0
    var bad: UInt64 = 0
    /// Missing or null.
    var absent: UInt64 = 0
    /// Of the values.
    var kinds: CellKinds = 0
}

/// Memory for the values of one field.
final class ColumnScratch<Value: BitwiseCopyable> {
    let values: UnsafeMutablePointer<Value>
    /// Results of the last batch that was read.
    private(set) var words: [WordOfRows]
    /// Of all values that were ever read.
    private(set) var kinds: CellKinds = 0

    /// - Parameter capacity: rows of a batch at most.
    init(capacity: Int) {
        values = .allocate(capacity: capacity)
        words = Array(repeating: WordOfRows(), count: (capacity + 63) / 64)
    }

    deinit { values.deallocate() }

    /// Reads one field of all rows.
    ///
    /// - Parameters:
    ///   - cells: of the first row.
    ///   - stride: cells from one row to the next.
    ///   - rows: how many there are, no more than there is memory for.
    func read<Reading: CellReading>(_ reading: Reading, _ cells: UnsafePointer<Cell>, stride: Int, rows: Int)
    where Reading.Value == Value {
        var (reading, cell) = (reading, cells)
        var out = values
        for word in 0..<(rows + 63) / 64 {
            var found = WordOfRows()
            for bit in 0..<UInt64(min(64, rows &- 64 &* word)) {
                if cell.pointee.kind <= Cell.Kind.null.rawValue {
                    found.absent |= 1 &<< bit
                } else {
                    let outcome = reading.read(cell.pointee, out)
                    if outcome == .plain {
                        found.present |= 1 &<< bit
                        if Reading.hasPlainKinds { found.kinds |= cell.pointee.kindBit }
                    } else {
                        Self.note(outcome, cell.pointee, 1 &<< bit, &found)
                    }
                }
                cell += stride
                out += 1
            }
            // Of plain values one is like another, unless the reading says otherwise.
            let plain = found.present & ~found.coerced
            if plain != 0 { found.kinds |= cells[(64 * word + plain.trailingZeroBitCount) * stride].kindBit }
            words[word] = found
            kinds |= found.kinds
        }
    }

    @inline(never)
    private static func note(_ outcome: CellOutcome, _ cell: Cell, _ bit: UInt64, _ found: inout WordOfRows) {
        found.kinds |= cell.kindBit
        if outcome.contains(.bad) {
            found.bad |= bit
            return
        }
        found.present |= bit
        if outcome.contains(.coerced) { found.coerced |= bit }
        if outcome.contains(.rounded) { found.rounded |= bit }
    }

    /// Hands the values of the rows that are taken to a column.
    ///
    /// - Parameters:
    ///   - refused: rows that are not taken.
    ///   - append: gets the values of rows that have one, the number of rows, and which of them have one; nil when all.
    func take(
        rows: Int, refused: RowBits, hasRefused: Bool,
        append: (UnsafePointer<Value>, Int, ColumnBuffer.ValidityWords?) -> Void
    ) {
        let count = (rows + 63) / 64
        if !hasRefused && words[..<count].allSatisfy({ $0.absent == 0 }) { return append(values, rows, nil) }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: count) { validity in
            let taken = gather(count, rows, refused, validity)
            append(values, taken, validity.baseAddress!)
        }
    }

    /// Moves the values of taken rows together, and says which of these have one.
    ///
    /// - Returns: how many rows are taken.
    private func gather(_ count: Int, _ rows: Int, _ refused: RowBits, _ validity: UnsafeMutableBufferPointer<UInt64>)
        -> Int
    {
        validity.initialize(repeating: 0)
        var (taken, filled) = (0, 0)
        for word in 0..<count {
            let present = words[word].present & ~refused[word]
            var left = present
            while left != 0 {
                values[filled] = values[64 * word + left.trailingZeroBitCount]
                filled += 1
                left &= left &- 1
            }
            let inWord = min(64, rows - 64 * word)
            let all = ~0 &>> UInt64(64 - inWord)
            left = ~refused[word] & all
            if left == all && taken % 64 == 0 {
                validity[taken / 64] = present
                taken += inWord
                continue
            }
            while left != 0 {
                let bit = left.trailingZeroBitCount
                validity[taken / 64] |= (present >> UInt64(bit) & 1) << UInt64(taken % 64)
                taken += 1
                left &= left &- 1
            }
        }
        return taken
    }
}
