//  Reads flat tables from Parquet files, ours and other programs'.
//
//  Understood are the types, codecs and encodings that `TableWriter` lists, and besides data pages of version 2 and
//  PLAIN_DICTIONARY. Anything else is refused by its name. Nothing in a file is believed: every count, length and offset
//  is compared with the bytes that are there before it is used, and memory is bounded by the limits in the options
//  and by what LZ4 (255 times the file) or zstd can make of it. Any bytes whatever end in a table or in an error.
//
//  What is read at a time is one column of one row group, so a table of any length is read in the memory of its largest
//  row group.

/// An open table: the footer is read, columns are read when asked for. Several threads may read at once.
package struct TableReader: Sendable {
    private let source: any ByteSource
    private let options: ReaderOptions
    /// The columns, as the file has them.
    package let schema: TableSchema
    package let rowCount: Int
    /// In the order of the file, with each column's place, size and statistics.
    package let rowGroups: [RowGroupInfo]
    /// The file's key-value metadata in its order, the footer's checksum left out.
    package let metadata: [(key: String, value: String)]
    /// Which program wrote the file; "" when it does not say.
    package let createdBy: String
    /// What is wrong with the footer's checksum, if that was to be kept.
    package let footerFault: ParquetError?

    /// Reads the footer.
    ///
    /// - Throws: `ParquetError`; what the source throws.
    package init(source: any ByteSource, options: ReaderOptions = ReaderOptions()) throws {
        self.source = source
        self.options = options
        func error(_ kind: ParquetError.Kind, _ reason: String, _ offset: Int) -> ParquetError {
            ParquetError(kind, "opening the file", reason, offset: offset)
        }
        let magicBytes = ParquetFormat.magic.count
        let size = source.count
        guard size >= magicBytes + ParquetFormat.trailerBytes else { throw error(.damaged, "it has \(size) bytes", 0) }
        let head = try source.read(at: 0, count: magicBytes)
        let trailerOffset = size - ParquetFormat.trailerBytes
        let trailer = try source.read(at: trailerOffset, count: ParquetFormat.trailerBytes)
        let tail = [UInt8](trailer.suffix(magicBytes))
        if tail == ParquetFormat.encryptedMagic { throw error(.unsupported, "encryption", trailerOffset + 4) }
        guard head == ParquetFormat.magic else { throw error(.damaged, "it does not begin with PAR1", 0) }
        guard tail == ParquetFormat.magic else { throw error(.damaged, "it does not end with PAR1", trailerOffset + 4) }
        // A trailer is eight bytes, the length its first four.
        let length = Int(trailer.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) })
        guard length <= trailerOffset - magicBytes else {
            throw error(.damaged, "a footer of \(length) bytes does not fit in it", trailerOffset)
        }
        guard length <= options.maximumFooterBytes else {
            throw error(.tooLarge, "a footer of \(length) bytes", trailerOffset)
        }
        let footerOffset = trailerOffset - length
        let footer = try source.read(at: footerOffset, count: length)
        let file = try footer.withUnsafeBytes { (bytes) throws(ParquetError) in
            try FileMetadata(
                bytes, offset: footerOffset, requiresChecksum: options.requiresFooterChecksum,
                keepsFault: options.keepsFooterFault, skipsRowGroups: options.readsMetadataAlone || options.skipsSchema,
                skipsSchema: options.skipsSchema)
        }
        schema = file.schema
        rowCount = file.rowCount
        rowGroups = file.rowGroups
        metadata = file.keyValues
        createdBy = file.createdBy
        footerFault = file.fault
    }

    /// The metadata value of this key, if there is one; the first of several.
    package func metadataValue(_ key: String) -> String? { metadata.first { $0.key == key }?.value }

    /// Reads one column of one row group, of integers or strings; no other bytes of the file are touched.
    ///
    /// - Precondition: both exist.
    /// - Throws: `ParquetError`, also when the column is of another type; what the source throws.
    package func readColumn(rowGroup: Int, column: Int) throws -> ColumnValues {
        if rowGroups[rowGroup].rowCount == 0 {
            switch schema.columns[column].type {
            case .int64: return .int64([])
            case .utf8: return .utf8(.init())
            default: break
            }
        }
        return try withChunk(rowGroup, column) { (reader, bytes) throws(ParquetError) in try reader.read(bytes) }
    }

    /// Reads one column of one row group, of any type; no other bytes of the file are touched.
    ///
    /// - Parameter buffer: gets the rows in place of its own.
    /// - Precondition: both exist, and the buffer is of the column's type.
    /// - Throws: `ParquetError`; what the source throws. The buffer is then empty.
    package func read(rowGroup: Int, column: Int, into buffer: ColumnBuffer) throws {
        let schema = schema.columns[column]
        precondition(buffer.type == schema.type, "a buffer of type \(buffer.type) for column \(schema.name)")
        buffer.removeAll()
        if rowGroups[rowGroup].rowCount == 0 { return }
        do {
            try withChunk(rowGroup, column) { (reader, bytes) throws(ParquetError) in
                try reader.read(bytes, into: buffer)
            }
        } catch {
            buffer.removeAll()
            throw error
        }
    }

    private func withChunk<R>(
        _ rowGroup: Int, _ column: Int,
        _ body: (ColumnChunkReader, UnsafeRawBufferPointer) throws(ParquetError) -> R
    ) throws -> R {
        let group = rowGroups[rowGroup]
        let chunk = group.columns[column]
        let column = schema.columns[column]
        func tooLarge(_ reason: String) -> ParquetError {
            ParquetError(.tooLarge, "reading a column", reason, rowGroup: rowGroup, column: column.name)
        }
        guard group.rowCount <= options.maximumRowGroupRows else {
            throw tooLarge("\(group.rowCount) rows; the limit is \(options.maximumRowGroupRows)")
        }
        guard chunk.compressedSize <= options.maximumColumnBytes else {
            throw tooLarge("\(chunk.compressedSize) bytes; the limit is \(options.maximumColumnBytes)")
        }
        let bytes = try source.read(at: chunk.startOffset, count: chunk.compressedSize)
        return try bytes.withUnsafeBytes { (bytes) throws(ParquetError) in
            do throws(ParquetError) {
                return try body(ColumnChunkReader(chunk, column, options), bytes)
            } catch {
                throw error.located(rowGroup: rowGroup, column: column.name, offset: chunk.startOffset)
            }
        }
    }

    /// Reads the named columns of one row group, in the order of the names.
    ///
    /// - Throws: `ParquetError`, also when the file has no such column; what the source throws.
    package func readColumns(rowGroup: Int, named names: [String]) throws -> [ColumnValues] {
        try names.map { name in
            guard let column = schema.index(of: name) else {
                throw ParquetError(.unsupported, "reading a column", "the file has no such column", column: name)
            }
            return try readColumn(rowGroup: rowGroup, column: column)
        }
    }
}
