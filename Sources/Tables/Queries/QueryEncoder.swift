//  A query between a table and its file: an encoder that hands the rows that are wanted to another one.

import Records

/// Filters, sorts, limits and converts rows on their way to an encoder.
package final class QueryEncoder: TableEncoder {
    private let query: TableQuery
    private let filter: (any RowFilter)?
    private let inner: any TableEncoder
    /// All rows that are left, when they have to be sorted.
    private var store: RowStore
    private var rowsLeft: Int
    /// Rows handed on.
    package private(set) var rows = 0
    /// Rows of the table, before anything was left out.
    package private(set) var offered = 0
    /// Of a query for the top: rows handed on that have nothing in what they are chosen by.
    package private(set) var zeros = 0

    /// Rows are kept until there are so many times the limit, and at least `leastKept` of them; then the best are chosen.
    private static let keptTimes = 4
    private static let leastKept = 65_536
    /// Sorted rows are handed on in blocks of so many.
    private static let blockRows = 1024

    /// What the column of the period says, once for each row of a block. Empty without such a column.
    private var period: [ByteSlice] = []
    private var periodText = OwnedBytes()
    private let hasPeriod: Bool

    /// - Parameters:
    ///   - query: of the rows as they are after a column of the period was added.
    ///   - filter: of the same rows; nil for all.
    ///   - hasPeriod: adds a column after the first one, which `begin(period:)` fills.
    package init(_ query: TableQuery, filter: (any RowFilter)?, hasPeriod: Bool = false, inner: any TableEncoder) {
        self.query = query
        self.filter = filter
        self.inner = inner
        self.hasPeriod = hasPeriod
        store = RowStore(query.columns, dates: query.dates)
        rowsLeft = query.limit ?? Int.max
    }

    package var bytesWritten: Int { inner.bytesWritten }

    /// Columns that are handed on.
    package var columns: [TableColumn] { query.outputColumns }

    /// - Parameter columns: what the table has; what is handed on is the query's.
    package func begin(_ columns: [TableColumn]) throws { try inner.begin(query.outputColumns) }

    /// The rows that follow are of this period. Empty: of what has no date.
    package func begin(period name: String) {
        let bytes = Array(name.utf8)
        bytes.withUnsafeBufferPointer { bytes in
            if let base = bytes.baseAddress {
                periodText.assign(ByteSlice(base: base, count: bytes.count))
            } else {
                periodText.assign(ByteSlice(base: periodText.slice.base, count: 0))
            }
        }
        period.removeAll()
    }

    package func append(_ block: RowBlock) throws {
        guard hasPeriod else { return try take(block) }
        if period.count < block.count { period = Array(repeating: periodText.slice, count: block.count) }
        try period.withUnsafeBufferPointer { period in
            var block = block
            block.columns.insert(.text(period.baseAddress!), at: 1)
            try take(block)
        }
    }

    private func take(_ block: RowBlock) throws {
        offered += block.count
        if rowsLeft == 0, query.order.isEmpty, filter?.seesAllRows != true { return }
        let chosen = filter?.rows(of: block) ?? Array(0..<block.count)
        if query.order.isEmpty {
            let taken = chosen.prefix(rowsLeft)
            rowsLeft -= taken.count
            return try hand(block, Array(taken))
        }
        let needsTotals = query.order.contains { $0.value == .total }
        for row in chosen { store.append(block, row: row, total: needsTotals ? total(block, row) : nil) }
        if let limit = query.limit, store.count >= max(Self.leastKept, limit.multipliedCapped(Self.keptTimes)) {
            store = store.taking(store.sorted(query.order, limit: limit))
        }
    }

    package func finish() throws {
        if !query.order.isEmpty {
            let sorted = store.sorted(query.order, limit: query.limit)
            try store.withBlock { block in
                var rest = sorted[...]
                while !rest.isEmpty {
                    let next = Array(rest.prefix(Self.blockRows))
                    zeros += countZeros(block, next)
                    try hand(block, next)
                    rest = rest.dropFirst(Self.blockRows)
                }
            }
        }
        try inner.finish()
    }

    /// Rows of a top that are there only to make up the number. What is chosen by a text has none.
    private func countZeros(_ block: RowBlock, _ rows: [Int]) -> Int {
        guard query.isTop, let first = query.order.first?.value else { return 0 }
        if case .column(let column) = first, case .text = block.columns[column] { return 0 }
        return rows.count { value(first, block, $0) <= 0 }
    }

    private func value(_ value: TableQuery.Value, _ block: RowBlock, _ row: Int) -> Int64 {
        switch value {
        case .column(let column): block.numbers(column)[row]
        case .total: total(block, row)
        }
    }

    /// The sum of the query's total; the largest number when it is larger, which orders it as well.
    private func total(_ block: RowBlock, _ row: Int) -> Int64 {
        Int64(clamping: query.total!.columns.reduce(Int128(0)) { $0 + Int128(block.numbers($1)[row]) })
    }

    // MARK: Columns

    /// Hands these rows of a block to the encoder, in the columns and the unit that are wanted.
    private func hand(_ block: RowBlock, _ rows: [Int]) throws {
        if rows.isEmpty { return }
        self.rows += rows.count
        try lend(block, rows, query.chosen[...], []) {
            try inner.append(RowBlock(columns: $0, count: rows.count))
        }
    }

    private func lend(
        _ block: RowBlock, _ rows: [Int], _ rest: ArraySlice<Int>, _ lent: [RowBlock.Values],
        _ body: ([RowBlock.Values]) throws -> Void
    ) throws {
        guard let column = rest.first else { return try body(lent) }
        switch block.columns[column] {
        case .text(let values):
            try rows.map { values[$0] }.withUnsafeBufferPointer {
                try lend(block, rows, rest.dropFirst(), lent + [.text($0.baseAddress!)], body)
            }
        case .integer(let values):
            let scale = query.columns[column].hasUnit ? query.scale : nil
            try rows.map { scale?.value(values[$0]) ?? values[$0] }.withUnsafeBufferPointer {
                let base = $0.baseAddress!
                let converted: RowBlock.Values =
                    switch query.outputColumns[lent.count].kind {
                    case .text, .number, .integer: .integer(base)
                    case .decimal(let places): .decimal(base, places: places)
                    case .duration: .duration(base)
                    }
                try lend(block, rows, rest.dropFirst(), lent + [converted], body)
            }
        case .decimal, .duration: preconditionFailure("a table's own columns are whole numbers")
        }
    }
}

extension Int {
    /// The product, or the largest number when that is larger.
    fileprivate func multipliedCapped(_ other: Int) -> Int {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
