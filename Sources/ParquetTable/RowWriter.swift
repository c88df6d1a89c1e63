//  A table of any columns as a stream: pieces of rows ─▶ row groups of a size ─▶ bytes.
//
//  The file is the same for the same rows, whatever pieces they come in and however many threads encode them.

/// Writes a table of any columns as a stream: pieces of rows go in, row groups go out when they are full.
///
/// One thread does everything. To encode on several, cut with a `RowGroupCutter`, encode each group with a
/// `RowGroupEncoder` or its columns with `ColumnEncoder`, and hand them to a `TableWriter` in order: the file is the same.
package struct RowWriter: ~Copyable {
    private var writer: TableWriter
    private let encoder: RowGroupEncoder
    private var cutter: RowGroupCutter
    /// Memory of the group that was written last.
    private var spare: RowBuffer?

    /// - Precondition: as for `TableWriter`.
    package init(schema: TableSchema, options: WriterOptions = WriterOptions(), sink: @escaping TableWriter.Sink) {
        writer = TableWriter(schema: schema, options: options, sink: sink)
        encoder = RowGroupEncoder(schema: schema, options: options)
        cutter = RowGroupCutter(schema: schema, options: options)
    }

    /// Writes rows, of which those of an unfinished group are kept.
    ///
    /// - Throws: `ParquetError` of kind `.invalidTable`; what the sink throws. The writer is of no use afterwards.
    package mutating func append(_ rows: RowBuffer) throws {
        let count = rows.rowCount
        var row = 0
        while row < count {
            row = cutter.collect(rows, from: row)
            if row < count { try flush() }
        }
    }

    /// Writes what is left, and the footer.
    ///
    /// - Returns: how long the file is, in bytes, and how many rows it has.
    package mutating func finish(metadata: [(String, String)] = []) throws -> (bytes: Int, rows: Int) {
        if !cutter.isEmpty { try flush() }
        return try writer.finish(metadata: metadata)
    }

    private mutating func flush() throws {
        let group = cutter.take(next: spare)
        encoder.removeAll()
        try encoder.encode(group)
        try writer.write(encoder)
        spare = group
    }
}
