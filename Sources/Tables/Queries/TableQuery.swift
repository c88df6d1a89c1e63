//  Which columns of a table are wanted, in which order the rows, how many, and in which unit.
//
//      table ─▶ filter ─▶ order, limit ─▶ columns, unit ─▶ encoder
//
//  Rows keep the table's own order, or are sorted; rows that are equal then stay in the table's order, so that the answer
//  is always the same. The limit comes last.

/// How rows are sorted.
package struct RowOrder: Sendable, Equatable {
    package var column: String
    package var isDescending: Bool

    package init(_ column: String, isDescending: Bool = false) {
        self.column = column
        self.isDescending = isDescending
    }
}

/// Numbers in another unit: so many units are so many of the other.
package struct NumberScale: Sendable, Equatable {
    let factor: Int64
    let divisor: Int64

    /// - Parameter divisor: more than zero.
    package init(_ factor: Int64, per divisor: Int64) {
        precondition(divisor > 0, "a unit of nothing")
        self.factor = factor
        self.divisor = divisor
    }

    /// The number times `factor / divisor`, rounded half away from zero; the nearest Int64 when it is none.
    ///
    ///     100 per 60: 90 is 150, 1 is 2 (1.66… rounded)
    func value(_ number: Int64) -> Int64 {
        let scaled = Int128(number) * Int128(factor)
        let half = Int128(divisor / 2)
        return Int64(clamping: (scaled + (scaled < 0 ? -half : half)) / Int128(divisor))
    }
}

/// Chooses rows of a table. It is asked for a block of rows, not for each.
package protocol RowFilter {
    /// Whether it has to see every row of the table, also those past a limit.
    var seesAllRows: Bool { get }

    /// Positions in the block of the rows that are wanted, ascending.
    func rows(of block: RowBlock) -> [Int]
}

/// What is asked of a table, its names looked up. Without any change it asks for all of it.
package struct TableQuery: Sendable {
    /// A value of a row.
    enum Value: Sendable, Equatable {
        case column(Int)
        /// The sum of the columns that `total` names.
        case total
    }

    private let names: ColumnNames
    /// Columns of whole numbers that can be sorted by their sum, and how the sum is called.
    let total: (name: String, columns: Range<Int>)?
    private(set) var order: [(value: Value, isDescending: Bool)] = []
    /// Positions in the table of the columns that are wanted.
    private(set) var chosen: [Int]
    /// The table's columns as they are shown.
    private var shown: [TableColumn]
    /// Of the columns that have a unit; nil when their numbers stay what they are.
    private(set) var scale: NumberScale?
    package var limit: Int?
    /// Whether the rows are wanted that have most of the first column of the order.
    package var isTop = false
    /// Columns of days or periods: what is empty there comes after everything that has a date, whatever the order.
    package var dates: Set<Int>

    package init(_ names: ColumnNames, total: (name: String, columns: Range<Int>)? = nil) {
        self.names = names
        self.total = total
        chosen = Array(names.columns.indices)
        shown = names.columns
        dates = Set(names.columns.indices.filter { names.columns[$0].isDate })
    }

    /// The table's own columns.
    var columns: [TableColumn] { names.columns }

    /// What the reader gets.
    package var outputColumns: [TableColumn] { chosen.map { shown[$0] } }

    /// The first column decides, the second among equals, and so on.
    ///
    /// - Throws: `QueryError` for a column that the table lacks.
    package mutating func sort(by order: [RowOrder]) throws(QueryError) {
        self.order = []
        for each in order { self.order.append((try value(each.column), each.isDescending)) }
    }

    private func value(_ name: String) throws(QueryError) -> Value {
        if let index = names.index(of: name) { return .column(index) }
        if let total, ColumnNames.isSame(name, total.name) { return .total }
        throw names.unknown(name)
    }

    /// Only these columns, in this order.
    ///
    /// - Throws: `QueryError` for a column that the table lacks or that is named twice.
    package mutating func choose(_ columns: [String]) throws(QueryError) {
        chosen = []
        for name in columns {
            guard let index = names.index(of: name) else { throw names.unknown(name) }
            if chosen.contains(index) { throw QueryError("column \(self.columns[index].name) is named twice") }
            chosen.append(index)
        }
        if chosen.isEmpty { throw QueryError("no column is named") }
    }

    /// Numbers that have a unit, in another one.
    ///
    /// - Parameters:
    ///   - unit: for messages.
    ///   - shown: the column that stands for one of the table's.
    /// - Throws: `QueryError` when two columns would have one name.
    package mutating func show(
        in unit: String, _ scale: NumberScale?, _ shown: (TableColumn) -> TableColumn
    ) throws(QueryError) {
        self.scale = scale
        self.shown = columns.map(shown)
        // A column that is named like another one's unit: "X" and "XMinutes" do not meet, but who knows what else.
        if Set(outputColumns.map { $0.name.lowercased() }).count < outputColumns.count {
            throw QueryError("two columns would have the same name in \(unit)")
        }
    }
}
