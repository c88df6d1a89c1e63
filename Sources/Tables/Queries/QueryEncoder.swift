//  A query between a report and its file: an encoder that hands the rows that are wanted to another one.

import Records

/// Filters, sorts, limits and converts rows on their way to an encoder.
package final class QueryEncoder: TableEncoder {
    private let query: ResolvedQuery
    private let report: Report
    private let categoryNames: [[UInt8]]
    private let inner: any TableEncoder
    private let reportColumns: [ReportColumn]
    /// All rows that are left, when they have to be sorted.
    private var store: RowStore
    private var rowsLeft: Int
    /// Rows handed on.
    package private(set) var rows = 0
    /// Rows of the report, before anything was left out.
    package private(set) var offered = 0
    /// Of a query for the top: rows handed on that have nothing of what they are chosen by.
    package private(set) var zeros = 0

    /// Rows are kept until there are so many times the limit, and at least `leastKept` of them; then the best are chosen.
    private static let keptTimes = 4
    private static let leastKept = 65_536

    /// What the column of the period says, once for each row of a block. Empty without such a column.
    private var period: [ByteSlice] = []
    private var periodText = OwnedBytes()
    private let hasPeriod: Bool
    /// Where the name of an app's category stands.
    private var categoryColumn: Int { hasPeriod ? 2 : 1 }

    /// - Parameter period: adds a column behind the first one, which `begin(period:)` fills.
    /// - Throws: `QueryError`.
    package init(
        _ query: RowQuery, _ report: Report, _ map: CategoryMap, by period: CalendarPeriod? = nil,
        inner: any TableEncoder
    ) throws(QueryError) {
        self.query = try ResolvedQuery(query, report, map, period)
        self.report = report
        self.inner = inner
        hasPeriod = period != nil
        categoryNames = map.categories.map { Array($0.name.utf8) }
        reportColumns = ResolvedQuery.columns(report, map, period)
        let columns = reportColumns
        store = RowStore(
            columns, dates: Set(columns.indices.filter { columns[$0].isDate || period != nil && $0 == 1 }))
        rowsLeft = query.limit ?? Int.max
    }

    package var bytesWritten: Int { inner.bytesWritten }

    /// Columns that are handed on.
    package var columns: [ReportColumn] { query.outputColumns }

    /// - Parameter columns: what the report has; what is handed on is the query's.
    package func begin(_ columns: [ReportColumn]) throws { try inner.begin(query.outputColumns) }

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
        if rowsLeft == 0, query.order.isEmpty, !hasList { return }
        let chosen = (0..<block.count).filter { isWanted(block, $0) }
        if query.order.isEmpty {
            let taken = chosen.prefix(rowsLeft)
            rowsLeft -= taken.count
            return try hand(block, Array(taken))
        }
        let needsTotals = query.order.contains { $0.value == .total }
        for row in chosen { store.append(block, row: row, total: needsTotals ? total(block, row) : nil) }
        if let limit = query.query.limit, store.count >= max(Self.leastKept, limit.multipliedCapped(Self.keptTimes)) {
            store = store.taking(store.sorted(query.order, limit: limit))
        }
    }

    package func finish() throws {
        if !query.order.isEmpty {
            let sorted = store.sorted(query.order, limit: query.query.limit)
            try store.withBlock { block in
                var rest = sorted[...]
                while !rest.isEmpty {
                    let next = Array(rest.prefix(PivotBlock.capacity))
                    zeros += countZeros(block, next)
                    try hand(block, next)
                    rest = rest.dropFirst(PivotBlock.capacity)
                }
            }
        }
        try inner.finish()
    }

    /// Rows of a top that are there only to make up the number. What is chosen by a text has none.
    private func countZeros(_ block: RowBlock, _ rows: [Int]) -> Int {
        guard query.query.isTop, let first = query.order.first?.value else { return 0 }
        if case .column(let column) = first, case .text = block.columns[column] { return 0 }
        return rows.count { value(first, block, $0) <= 0 }
    }

    // MARK: Filters

    /// Whether the names of a list are to be met, also by rows past the limit.
    private var hasList: Bool {
        if case .list = query.query.contracts { true } else { false }
    }

    private func isWanted(_ block: RowBlock, _ row: Int) -> Bool {
        if let contracts = query.query.contracts, !contracts.matches(text(block, 0, row)) { return false }
        if report == .apps {
            // An app is in one category at most, which its row names.
            if !query.categories.isEmpty {
                let category = Array(text(block, categoryColumn, row).buffer)
                guard query.categories.contains(where: { categoryNames[$0] == category }) else { return false }
            }
        } else if let first = query.firstCategory, !query.categories.isEmpty {
            let seconds = query.categories.map { number(block, first + $0, row) }
            guard seconds.contains(where: { $0 > 0 }) else { return false }
            if let least = query.query.minSeconds, seconds.reduce(Int128(0), { $0 + Int128($1) }) < Int128(least) {
                return false
            }
            return true
        }
        if let least = query.query.minSeconds, value(query.seconds, block, row) < least { return false }
        return true
    }

    private func text(_ block: RowBlock, _ column: Int, _ row: Int) -> ByteSlice {
        guard case .text(let values) = block.columns[column] else { preconditionFailure("column \(column) is no text") }
        return values[row]
    }

    private func number(_ block: RowBlock, _ column: Int, _ row: Int) -> Int64 {
        guard case .integer(let values) = block.columns[column] else {
            preconditionFailure("column \(column) is no number")
        }
        return values[row]
    }

    private func value(_ value: ResolvedQuery.Value, _ block: RowBlock, _ row: Int) -> Int64 {
        switch value {
        case .column(let column): number(block, column, row)
        case .total: total(block, row)
        }
    }

    /// The sum of all categories; the largest number when it is larger, which orders it as well.
    private func total(_ block: RowBlock, _ row: Int) -> Int64 {
        let first = query.firstCategory!
        return Int64(
            clamping: (0..<query.categoryCount).reduce(Int128(0)) { $0 + Int128(number(block, first + $1, row)) })
    }

    // MARK: Columns

    /// Hands these rows of a block to the encoder, in the columns and the unit that are wanted.
    private func hand(_ block: RowBlock, _ rows: [Int]) throws {
        if rows.isEmpty { return }
        self.rows += rows.count
        try lend(block, rows, query.columns[...], []) {
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
            let isConverted = reportColumns[column].isSeconds
            let unit = query.query.unit
            try rows.map { isConverted ? unit.value(values[$0]) : values[$0] }.withUnsafeBufferPointer {
                let base = $0.baseAddress!
                let converted: RowBlock.Values =
                    switch query.outputColumns[lent.count].kind {
                    case .text, .integer: .integer(base)
                    case .decimal(let places): .decimal(base, places: places)
                    case .duration: .duration(base)
                    }
                try lend(block, rows, rest.dropFirst(), lent + [converted], body)
            }
        case .decimal, .duration: preconditionFailure("a report's own columns are whole numbers")
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
