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

    /// Forgets what was encoded, but not the memory that it took.
    package func removeAll() {
        groups.removeAll(keepingCapacity: true)
        output.removeAll()
    }
}

extension RowGroupInfo {
    /// The same row group, that many bytes further on.
    func moved(by offset: Int) -> RowGroupInfo {
        var group = self
        for index in group.columns.indices {
            group.columns[index].dataPageOffset += offset
            group.columns[index].dictionaryPageOffset? += offset
        }
        return group
    }
}
