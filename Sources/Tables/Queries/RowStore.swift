//  Rows that are kept to be sorted: copies of the table's blocks, column by column.

import Columns
import Records

/// Rows of a table in memory.
struct RowStore {
    private enum Column {
        case text(StringColumn)
        case integer([Int64])
    }

    private var columns: [Column]
    /// Positions of columns of days or periods.
    private let dates: Set<Int>
    /// The values of `TableQuery.Value.total`; empty when nobody asks for them.
    private(set) var totals: [Int64] = []
    private(set) var count = 0

    /// - Parameter dates: columns of days or periods: what is empty there comes after everything that has a date.
    init(_ columns: [TableColumn], dates: Set<Int>) {
        self.dates = dates
        self.columns = columns.map { $0.kind.isText ? .text(StringColumn()) : .integer([]) }
    }

    mutating func append(_ block: RowBlock, row: Int, total: Int64?) {
        for index in columns.indices {
            switch block.columns[index] {
            case .text(let values): append(values[row], to: index)
            case .integer(let values): append(values[row], to: index)
            case .decimal, .duration: preconditionFailure("a table's own columns are whole numbers")
            }
        }
        if let total { totals.append(total) }
        count += 1
    }

    private mutating func append(_ text: ByteSlice, to index: Int) {
        guard case .text(var column) = columns[index] else { preconditionFailure("text in a column of numbers") }
        columns[index] = .integer([])
        column.append(text.buffer)
        columns[index] = .text(column)
    }

    private mutating func append(_ number: Int64, to index: Int) {
        guard case .integer(var column) = columns[index] else { preconditionFailure("a number in a column of text") }
        columns[index] = .integer([])
        column.append(number)
        columns[index] = .integer(column)
    }

    /// Positions of the first rows in this order, at most `limit`; equal rows in the order in which they came.
    func sorted(_ order: [(value: TableQuery.Value, isDescending: Bool)], limit: Int?) -> [Int] {
        var positions = Array(0..<count)
        positions.sort { a, b in
            for (value, isDescending) in order {
                // Whichever way dates go, what has none comes behind them.
                if let isFirst = hasDateAlone(value, a, b) { return isFirst }
                let sign = compare(value, a, b)
                if sign != 0 { return isDescending ? sign > 0 : sign < 0 }
            }
            return a < b
        }
        if let limit, limit < positions.count { positions.removeLast(positions.count - limit) }
        return positions
    }

    private func compare(_ value: TableQuery.Value, _ a: Int, _ b: Int) -> Int {
        func order(_ numbers: [Int64]) -> Int { numbers[a] < numbers[b] ? -1 : numbers[a] == numbers[b] ? 0 : 1 }
        guard case .column(let index) = value else { return order(totals) }
        switch columns[index] {
        case .integer(let numbers): return order(numbers)
        case .text(let strings):
            return strings.withUnsafe { bytes, offsets in
                func slice(_ row: Int) -> ByteSlice {
                    ByteSlice(base: bytes + offsets[row], count: offsets[row + 1] - offsets[row])
                }
                return compareBytes(slice(a), slice(b))
            }
        }
    }

    /// Whether only the first of two rows has a date in a column of dates, true, or only the second, false; else nil.
    private func hasDateAlone(_ value: TableQuery.Value, _ a: Int, _ b: Int) -> Bool? {
        guard case .column(let index) = value, dates.contains(index), case .text(let strings) = columns[index] else {
            return nil
        }
        return strings.withUnsafe { _, offsets in
            let (first, second) = (offsets[a + 1] > offsets[a], offsets[b + 1] > offsets[b])
            return first == second ? nil : first
        }
    }

    /// Only these rows, in this order.
    func taking(_ positions: [Int]) -> RowStore {
        var other = self
        other.count = positions.count
        other.totals = totals.isEmpty ? [] : positions.map { totals[$0] }
        other.columns = columns.map { column in
            switch column {
            case .integer(let numbers): return .integer(positions.map { numbers[$0] })
            case .text(let strings):
                var taken = StringColumn()
                strings.withUnsafe { bytes, offsets in
                    for row in positions {
                        taken.append(
                            UnsafeBufferPointer(start: bytes + offsets[row], count: offsets[row + 1] - offsets[row]))
                    }
                }
                return .text(taken)
            }
        }
        return other
    }

    /// Lends all rows as one block.
    func withBlock<R>(_ body: (RowBlock) throws -> R) throws -> R {
        try lend(columns[...], []) { try body(RowBlock(columns: $0, count: count)) }
    }

    private func lend<R>(
        _ rest: ArraySlice<Column>, _ lent: [RowBlock.Values], _ body: ([RowBlock.Values]) throws -> R
    ) throws -> R {
        switch rest.first {
        case nil: return try body(lent)
        case .integer(let numbers):
            return try numbers.withUnsafeBufferPointer { numbers in
                try lend(rest.dropFirst(), lent + [.integer(Self.address(numbers))], body)
            }
        case .text(let strings):
            return try strings.withUnsafe { bytes, offsets in
                let slices = (0..<count).map {
                    ByteSlice(base: bytes + offsets[$0], count: offsets[$0 + 1] - offsets[$0])
                }
                return try slices.withUnsafeBufferPointer { slices in
                    try lend(rest.dropFirst(), lent + [.text(Self.address(slices))], body)
                }
            }
        }
    }

    /// An empty column has no address, and no row to be looked at there.
    private static func address<T>(_ values: UnsafeBufferPointer<T>) -> UnsafePointer<T> {
        values.baseAddress ?? UnsafePointer(bitPattern: MemoryLayout<T>.alignment)!
    }
}
