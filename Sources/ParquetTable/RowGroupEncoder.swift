//  Row groups as bytes that have no place in a file yet.
//
//  A row group's bytes do not depend on what stands before them; only the offsets in the footer do. So several threads
//  can encode row groups of one table, each with an encoder of its own, and `TableWriter` puts them one after another.

/// Encodes row groups and keeps them until they are written.
package final class RowGroupEncoder {
    let schema: TableSchema
    private let chunkWriter: ColumnChunkWriter
    private let output = OutputBuffer()
    /// What was encoded; offsets count from the first byte of `bytes`.
    private(set) var groups: [RowGroupInfo] = []

    /// All row groups, one after another. Good until the next call.
    var bytes: UnsafeRawBufferPointer { output.bytes }

    /// - Precondition: there is a column; names differ; each encoding suits its column's type; sorting columns exist.
    package init(schema: TableSchema, options: WriterOptions = WriterOptions()) {
        precondition(!schema.columns.isEmpty, "a table without columns")
        precondition(Set(schema.columns.map(\.name)).count == schema.columns.count, "two columns of one name")
        for column in schema.columns {
            precondition(column.type.isValid, "column \(column.name) of type \(column.type)")
            precondition(column.encoding.suits(column.type), "\(column.encoding) for column \(column.name)")
        }
        precondition(options.sortingColumns.allSatisfy { schema.columns.indices.contains($0.column) })
        self.schema = schema
        chunkWriter = ColumnChunkWriter(options: options)
    }

    /// Encodes one row group behind those that are kept: its columns, in the order of the schema. One without rows
    /// leaves no trace.
    ///
    /// - Precondition: columns are of the schema's types and all of one length.
    /// - Throws: `ParquetError` of kind `.invalidTable`; the encoder is of no use afterwards.
    package func encode(_ columns: [ColumnValues]) throws(ParquetError) {
        precondition(columns.count == schema.columns.count, "\(columns.count) columns for \(schema.columns.count)")
        let rows = columns[0].count
        for (values, column) in zip(columns, schema.columns) {
            precondition(values.type == column.type, "column \(column.name) is not of type \(column.type)")
            precondition(values.count == rows, "column \(column.name) has \(values.count) rows, not \(rows)")
        }
        if rows == 0 { return }
        var group = RowGroupInfo(rowCount: rows, columns: [])
        for (values, column) in zip(columns, schema.columns) {
            group.columns.append(try chunkWriter.encode(values, column, offset: output.count))
            output.append(chunkWriter.output.bytes)
        }
        groups.append(group)
    }

    /// Encodes the rows of a buffer as one row group behind those that are kept. No rows leave no trace.
    ///
    /// - Precondition: the buffer is of the same schema.
    /// - Throws: `ParquetError` of kind `.invalidTable`; the encoder is of no use afterwards.
    package func encode(_ rows: RowBuffer) throws(ParquetError) {
        precondition(rows.schema == schema, "rows of another table")
        let count = rows.rowCount
        if count == 0 { return }
        var group = RowGroupInfo(rowCount: count, columns: [])
        for (values, column) in zip(rows.columns, schema.columns) {
            group.columns.append(try chunkWriter.encode(values, column, offset: output.count))
            output.append(chunkWriter.output.bytes)
        }
        groups.append(group)
    }

    /// Appends a row group whose columns were encoded one by one.
    ///
    /// - Precondition: the columns are those of the schema, in its order, with the same options, all of as many rows.
    package func append(_ columns: [ColumnEncoder]) {
        precondition(columns.count == schema.columns.count, "\(columns.count) columns for \(schema.columns.count)")
        let infos = columns.compactMap(\.info)
        precondition(infos.count == columns.count, "a column that was not encoded")
        let rows = infos[0].valueCount
        precondition(infos.allSatisfy { $0.valueCount == rows }, "columns of \(infos.map(\.valueCount)) rows")
        if rows == 0 { return }
        var group = RowGroupInfo(rowCount: rows, columns: [])
        for (column, info) in zip(columns, infos) {
            group.columns.append(info.moved(by: output.count))
            output.append(column.bytes)
        }
        groups.append(group)
    }

    /// Where a row group is among `bytes`.
    func range(ofGroup index: Int) -> Range<Int> {
        groups[index].start..<(index + 1 < groups.count ? groups[index + 1].start : output.count)
    }

    /// Forgets what was encoded, but not the memory that it took.
    package func removeAll() {
        groups.removeAll(keepingCapacity: true)
        output.removeAll()
    }
}

/// Encodes one column of a row group, so that several threads can share the columns of one.
package final class ColumnEncoder {
    private let chunkWriter: ColumnChunkWriter
    private(set) var info: ColumnChunkInfo?

    package init(options: WriterOptions = WriterOptions()) { chunkWriter = ColumnChunkWriter(options: options) }

    var bytes: UnsafeRawBufferPointer { chunkWriter.output.bytes }

    /// Encodes a column and keeps it until the next call.
    ///
    /// - Precondition: the column is of the schema's type, and the schema's encoding suits it.
    /// - Throws: `ParquetError` of kind `.invalidTable`.
    package func encode(_ column: ColumnBuffer, _ schema: ColumnSchema) throws(ParquetError) {
        precondition(column.type == schema.type, "column \(schema.name) is of type \(column.type)")
        precondition(schema.encoding.suits(schema.type), "\(schema.encoding) for column \(schema.name)")
        info = nil
        info = try chunkWriter.encode(column, schema, offset: 0)
    }
}

extension RowGroupInfo {
    /// Of its first page.
    fileprivate var start: Int { columns[0].dictionaryPageOffset ?? columns[0].dataPageOffset }

    /// The same row group, that many bytes further on.
    func moved(by offset: Int) -> RowGroupInfo {
        RowGroupInfo(rowCount: rowCount, columns: columns.map { $0.moved(by: offset) })
    }
}

extension ColumnChunkInfo {
    /// The same chunk, that many bytes further on.
    func moved(by offset: Int) -> ColumnChunkInfo {
        var chunk = self
        chunk.dataPageOffset += offset
        chunk.dictionaryPageOffset? += offset
        return chunk
    }
}
