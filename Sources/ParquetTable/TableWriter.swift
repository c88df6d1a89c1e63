//  Writes a flat table as a Parquet file.
//
//  What of the format is implemented (apache/parquet-format 2.10):
//
//      README, "File format"            magic, column chunks, footer, footer length, magic
//      README, "Checksumming"           CRC-32 of every page, over its bytes in the file
//      README, "Data Pages"             definition levels of 0 or 1; no repetition levels, since the schema is flat
//      parquet.thrift, FileMetaData     version 1, schema, row groups, key-value metadata, created_by, TYPE_ORDER
//      parquet.thrift, RowGroup         sizes, sorting columns, file offset, ordinal
//      parquet.thrift, ColumnMetaData   encodings, sizes, offsets, encoding statistics
//      parquet.thrift, Statistics       min_value, max_value, null_count, is_min_value_exact, is_max_value_exact
//      parquet.thrift, PageHeader       dictionary pages and data pages of version 1
//      Compression.md                   UNCOMPRESSED, LZ4_RAW, ZSTD
//      Encodings.md                     PLAIN, RLE (levels), RLE_DICTIONARY, DELTA_BINARY_PACKED,
//                                       DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY
//      LogicalTypes.md                  STRING, DATE, TIMESTAMP (microseconds, local), DECIMAL, with their converted types;
//                                       BOOLEAN, INT64 and DOUBLE without annotation; see `TableSchema.swift`
//
//  Not implemented: nested and repeated columns, other types, page indexes, Bloom filters, encryption.
//
//  Data pages are of version 1. Every reader knows them, and any encoding may stand in them; version 2 gains nothing
//  for flat columns, and its compressed flag and bare levels were read wrongly by several programs over the years.

/// Writes row group after row group, then the footer. The same calls make the same bytes.
package struct TableWriter: ~Copyable {
    /// Takes the file's bytes, in order.
    package typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    private enum State {
        case writing
        case finished
        /// A call threw; what the sink has is not a Parquet file.
        case failed
    }

    package let schema: TableSchema
    private let options: WriterOptions
    private let sink: Sink
    private let encoder: RowGroupEncoder
    private var rowGroups: [RowGroupInfo] = []
    private var state = State.writing
    /// Bytes handed to the sink.
    package private(set) var byteCount = 0
    package private(set) var rowCount = 0

    /// - Precondition: there is a column; names differ; each encoding suits its column's type; sorting columns exist.
    package init(schema: TableSchema, options: WriterOptions = WriterOptions(), sink: @escaping Sink) {
        self.schema = schema
        self.options = options
        self.sink = sink
        encoder = RowGroupEncoder(schema: schema, options: options)
    }

    /// Writes one row group: its columns, in the order of the schema. One without rows leaves no trace in the file.
    ///
    /// - Precondition: columns are of the schema's types and all of one length.
    /// - Throws: `ParquetError` of kind `.invalidTable`; what the sink throws. The writer is of no use afterwards.
    package mutating func write(rowGroup columns: [ColumnValues]) throws {
        precondition(state == .writing, "a row group for a writer that has \(state)")
        state = .failed
        encoder.removeAll()
        try encoder.encode(columns)
        state = .writing
        try write(encoder)
    }

    /// Writes row groups that were encoded elsewhere, for the same schema and with the same options.
    ///
    /// - Throws: what the sink throws. The writer is of no use afterwards.
    package mutating func write(_ encoded: RowGroupEncoder) throws {
        precondition(state == .writing, "row groups for a writer that has \(state)")
        precondition(encoded.schema == schema, "row groups of another table")
        if encoded.groups.isEmpty { return }
        state = .failed
        try writeMagic()
        let start = byteCount
        try write(encoded.bytes)
        for group in encoded.groups {
            rowGroups.append(group.moved(by: start))
            rowCount += group.rowCount
        }
        state = .writing
    }

    /// Writes row groups of which the last columns were encoded by themselves, each group's bytes one after another.
    ///
    /// - Precondition: both have as many groups, of as many rows; the columns of the first one and then those of the other
    ///   are those of the table.
    /// - Throws: what the sink throws. The writer is of no use afterwards.
    package mutating func write(_ encoded: RowGroupEncoder, beside last: RowGroupEncoder) throws {
        precondition(state == .writing, "row groups for a writer that has \(state)")
        precondition(encoded.schema.columns + last.schema.columns == schema.columns, "row groups of another table")
        precondition(encoded.groups.map(\.rowCount) == last.groups.map(\.rowCount), "row groups of other rows")
        if encoded.groups.isEmpty { return }
        state = .failed
        try writeMagic()
        for index in encoded.groups.indices {
            var group = RowGroupInfo(rowCount: encoded.groups[index].rowCount, columns: [])
            for part in [encoded, last] {
                let range = part.range(ofGroup: index)
                group.columns += part.groups[index].moved(by: byteCount - range.lowerBound).columns
                try write(UnsafeRawBufferPointer(rebasing: part.bytes[range]))
            }
            rowGroups.append(group)
            rowCount += group.rowCount
        }
        state = .writing
    }

    /// Writes the footer. A writer of no row groups makes an empty table.
    ///
    /// - Returns: how long the file is, in bytes, and how many rows it holds.
    /// - Throws: what the sink throws; `ParquetError` of kind `.invalidTable` when the footer is too long for the format.
    package mutating func finish(metadata: [(String, String)] = []) throws -> (bytes: Int, rows: Int) {
        precondition(state == .writing, "the end for a writer that has \(state)")
        state = .failed
        try writeMagic()
        let footer = FileMetadata(
            schema: schema, rowCount: rowCount, rowGroups: rowGroups,
            keyValues: metadata.map { (key: $0.0, value: $0.1) }, createdBy: options.createdBy,
            sortingColumns: options.sortingColumns)
        let bytes = footer.encoded()
        guard bytes.count <= Int(Int32.max) else {
            throw ParquetError(.invalidTable, "writing the footer", "it takes \(bytes.count) bytes")
        }
        try bytes.withUnsafeBytes { try write($0) }
        state = .finished
        return (byteCount, rowCount)
    }

    private mutating func writeMagic() throws {
        if byteCount == 0 { try ParquetFormat.magic.withUnsafeBytes { try write($0) } }
    }

    private mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        try sink(bytes)
        byteCount += bytes.count
    }
}
