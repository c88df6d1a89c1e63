//  Rows of all columns of a table that are collected in pieces, and cut into row groups.

/// Columns of one length that are filled together.
package final class RowBuffer {
    package let schema: TableSchema
    /// In the order of the schema. Between two rows of pieces all have the same number of rows.
    package let columns: [ColumnBuffer]

    package init(schema: TableSchema) {
        self.schema = schema
        columns = schema.columns.map { ColumnBuffer($0.type) }
    }

    /// How many rows there are.
    ///
    /// - Precondition: all columns have as many.
    package var rowCount: Int {
        let rows = columns.first?.rowCount ?? 0
        for (column, values) in zip(schema.columns, columns) {
            precondition(values.rowCount == rows, "column \(column.name) has \(values.rowCount) rows, not \(rows)")
        }
        return rows
    }

    /// What all values take, in bytes; see `ColumnBuffer.byteCount`.
    package var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }

    func byteCount(ofRows rows: Range<Int>) -> Int { columns.reduce(0) { $0 + $1.byteCount(ofRows: rows) } }

    /// Appends some rows of another buffer of the same columns.
    package func append(_ rows: Range<Int>, of other: RowBuffer) {
        precondition(other.schema == schema, "rows of another table")
        for (column, source) in zip(columns, other.columns) { column.append(rows, of: source) }
    }

    /// Forgets all rows, but not the memory that they took.
    package func removeAll() { for column in columns { column.removeAll() } }
}

/// Cuts rows into row groups of a size: as many rows as fit in `rowGroupBytes` of values before compression, but not more
/// than `rowGroupRows`, and one at least. The cuts do not depend on the pieces in which the rows come.
package struct RowGroupCutter: ~Copyable {
    private let limits: (bytes: Int, rows: Int)
    /// Rows of the group that is being collected.
    private var rows: RowBuffer
    private var byteCount = 0

    package init(schema: TableSchema, options: WriterOptions) {
        limits = (options.rowGroupBytes, options.rowGroupRows)
        rows = RowBuffer(schema: schema)
    }

    /// Whether no row has been collected since the last group was taken.
    package var isEmpty: Bool { rows.rowCount == 0 }

    /// Collects the rows of `piece` from `row` on as far as they fit into the group.
    ///
    /// - Returns: the first row that does not fit; there is a group to be taken before it. Otherwise the number of rows
    ///   of the piece.
    package mutating func collect(_ piece: RowBuffer, from row: Int) -> Int {
        let all = piece.rowCount
        let collected = rows.rowCount
        let most = min(all, row + limits.rows - collected)
        var end = most
        var size = piece.byteCount(ofRows: row..<end)
        if byteCount + size > limits.bytes {
            // The greatest end that fits, by halves: sizes grow with the end.
            var (fits, tooFar) = (row, end)
            while tooFar - fits > 1 {
                let middle = fits + (tooFar - fits) / 2
                if byteCount + piece.byteCount(ofRows: row..<middle) > limits.bytes {
                    tooFar = middle
                } else {
                    fits = middle
                }
            }
            end = collected == 0 ? max(fits, row + 1) : fits
            size = piece.byteCount(ofRows: row..<end)
        }
        rows.append(row..<end, of: piece)
        byteCount += size
        return end
    }

    /// Takes the group that was collected; the next one is collected in `next`, whose rows are forgotten, or in new memory.
    package mutating func take(next: RowBuffer? = nil) -> RowBuffer {
        precondition(next == nil || next!.schema == rows.schema, "memory for another table")
        next?.removeAll()
        defer {
            rows = next ?? RowBuffer(schema: rows.schema)
            byteCount = 0
        }
        return rows
    }
}
