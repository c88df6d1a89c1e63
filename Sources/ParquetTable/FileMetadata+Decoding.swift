//  The footer from bytes: read field by field, then held against the rest of the file before anyone relies on it.

extension FileMetadata {
    /// Reads the footer.
    ///
    /// - Parameters:
    ///   - bytes: the footer without its length and magic.
    ///   - offset: where it begins in the file; all pages lie before.
    ///   - requiresChecksum: whether a footer without a checksum of its own is refused.
    ///   - keepsFault: whether a wrong or missing checksum is kept as the footer's fault, and not thrown.
    ///   - skipsRowGroups: what it says of row groups is passed over, and there are none.
    ///   - skipsSchema: the same of columns, which may be of any type then.
    init(
        _ bytes: UnsafeRawBufferPointer, offset: Int, requiresChecksum: Bool, keepsFault: Bool = false,
        skipsRowGroups: Bool = false, skipsSchema: Bool = false
    ) throws(ParquetError) {
        var reader = ThriftReader(bytes, fileOffset: offset, activity: "reading the footer")
        self = try reader.fileMetadata(skipsRowGroups: skipsRowGroups, skipsSchema: skipsSchema)
        fault = checksumFault(bytes, reader, isRequired: requiresChecksum)
        if let fault, !keepsFault { throw fault }
        if !skipsRowGroups { try validate(pagesEnd: offset, reader) }
    }

    /// What is wrong with the footer's checksum; nil when it is right, or not there and not required.
    private func checksumFault(
        _ bytes: UnsafeRawBufferPointer, _ reader: ThriftReader, isRequired: Bool
    ) -> ParquetError? {
        guard let checksumPosition else { return isRequired ? reader.damaged("it has no checksum") : nil }
        var zeroed = [UInt8](bytes)
        let stored = [UInt8](zeroed[checksumPosition..<checksumPosition + 8])
        zeroed.replaceSubrange(checksumPosition..<checksumPosition + 8, with: [UInt8](repeating: 0x30, count: 8))
        let computed = Self.digits(zeroed.withUnsafeBytes { crc32(of: $0) })
        if stored == computed { return nil }
        let (want, got) = (String(decoding: stored, as: UTF8.self), String(decoding: computed, as: UTF8.self))
        return reader.damaged("its checksum is \(got), not \(want)")
    }

    /// Checks that row groups agree with the schema and that their chunks lie within the file.
    private func validate(pagesEnd: Int, _ reader: ThriftReader) throws(ParquetError) {
        var rows = 0
        for (index, group) in rowGroups.enumerated() {
            let (sum, overflow) = rows.addingReportingOverflow(group.rowCount)
            guard !overflow else { throw reader.damaged("more rows than can be counted").located(rowGroup: index) }
            rows = sum
            for (chunk, column) in zip(group.columns, schema.columns) {
                func damaged(_ reason: String) -> ParquetError {
                    reader.damaged(reason).located(rowGroup: index, column: column.name)
                }
                guard chunk.valueCount == group.rowCount else {
                    throw damaged("\(chunk.valueCount) values for \(group.rowCount) rows")
                }
                if group.rowCount == 0 { continue }
                guard chunk.startOffset >= ParquetFormat.magic.count, chunk.startOffset <= pagesEnd,
                    chunk.compressedSize <= pagesEnd - chunk.startOffset
                else {
                    throw damaged(
                        "\(chunk.compressedSize) bytes from \(chunk.startOffset) are not before the footer at \(pagesEnd)"
                    )
                }
            }
        }
        guard rows == rowCount else { throw reader.damaged("\(rowCount) rows, but \(rows) in row groups") }
    }
}

extension ThriftReader {
    /// Reads a FileMetaData and checks what can be checked without the rest of the file.
    fileprivate mutating func fileMetadata(skipsRowGroups: Bool, skipsSchema: Bool) throws(ParquetError) -> FileMetadata
    {
        var schema: TableSchema?
        var rowCount: Int?
        var groups: [[ChunkFields]]?
        var groupRows: [Int] = []
        var keyValues: [(key: String, value: String)] = []
        var createdBy = ""
        var typeOrdered: [Bool] = []
        var checksumPosition: Int?
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 2 where skipsSchema:
                schema = TableSchema(columns: [])
                try skip(field)
            case 2: schema = try tableSchema(field)
            case 3: rowCount = try size(field)
            case 4 where skipsRowGroups:
                groups = []
                try skip(field)
            case 4:
                groups = []
                groupRows = []
                for _ in 0..<(try list(field, of: .structure)) {
                    let (columns, rows) = try rowGroup()
                    groups?.append(columns)
                    groupRows.append(rows)
                }
            case 5:
                keyValues = []
                for _ in 0..<(try list(field, of: .structure)) {
                    let (key, value, end) = try keyValue()
                    if key == ParquetFormat.footerChecksumKey, value.utf8.count == 8 {
                        checksumPosition = end - 8
                    } else {
                        keyValues.append((key, value))
                    }
                }
            case 6: createdBy = try text(field)
            case 7:
                typeOrdered = []
                for _ in 0..<(try list(field, of: .structure)) { typeOrdered.append(try columnOrder()) }
            case 8: throw error(.unsupported, "encryption")
            default: try skip(field)
            }
        }
        guard let schema, let rowCount, let groups else { throw damaged("a required field is missing") }
        var rowGroups: [RowGroupInfo] = []
        for (index, (fields, rows)) in zip(groups, groupRows).enumerated() {
            var group = RowGroupInfo(rowCount: rows, columns: [])
            for (place, (chunk, column)) in zip(fields, schema.columns).enumerated() {
                let isOrdered = place < typeOrdered.count && typeOrdered[place]
                do throws(ParquetError) {
                    group.columns.append(try info(chunk, column, isOrdered: isOrdered))
                } catch {
                    throw error.located(rowGroup: index, column: column.name)
                }
            }
            guard fields.count == schema.columns.count else {
                throw damaged("\(fields.count) columns for \(schema.columns.count)").located(rowGroup: index)
            }
            rowGroups.append(group)
        }
        return FileMetadata(
            schema: schema, rowCount: rowCount, rowGroups: rowGroups, keyValues: keyValues, createdBy: createdBy,
            checksumPosition: checksumPosition)
    }

    /// Whether a ColumnOrder is TYPE_ORDER.
    private mutating func columnOrder() throws(ParquetError) -> Bool {
        var isTypeOrder = false
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            isTypeOrder = field.id == 1
            try skip(field)
        }
        return isTypeOrder
    }

    private mutating func keyValue() throws(ParquetError) -> (key: String, value: String, end: Int) {
        var key: String?
        var value = ""
        var end = 0
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: key = try text(field)
            case 2:
                value = try text(field)
                end = position
            default: try skip(field)
            }
        }
        guard let key else { throw damaged("a metadata value without a key") }
        return (key, value, end)
    }

    // MARK: Row groups

    /// A ColumnChunk and its ColumnMetaData, as they are in the file.
    private struct ChunkFields {
        var type: Int32?
        var encodings: [Int32] = []
        var path: [String] = []
        var codec: Int32?
        var valueCount: Int?
        var uncompressedSize: Int?
        var compressedSize: Int?
        var dataPageOffset: Int?
        var dictionaryPageOffset: Int?
        var statistics = StatisticsFields()
    }

    private struct StatisticsFields {
        var nullCount: Int?
        var maximum: [UInt8]?
        var minimum: [UInt8]?
        var isMaximumExact = false
        var isMinimumExact = false
    }

    private mutating func rowGroup() throws(ParquetError) -> (columns: [ChunkFields], rows: Int) {
        var columns: [ChunkFields]?
        var rows: Int?
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1:
                columns = []
                for _ in 0..<(try list(field, of: .structure)) { columns?.append(try columnChunk()) }
            case 3: rows = try size(field)
            default: try skip(field)
            }
        }
        guard let columns, let rows else { throw damaged("a row group lacks a field") }
        return (columns, rows)
    }

    private mutating func columnChunk() throws(ParquetError) -> ChunkFields {
        var chunk: ChunkFields?
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: throw error(.unsupported, "columns in other files")
            case 3: chunk = try columnMetadata(field)
            case 8, 9: throw error(.unsupported, "encryption")
            default: try skip(field)
            }
        }
        guard let chunk else { throw damaged("a column chunk without metadata") }
        return chunk
    }

    private mutating func columnMetadata(_ field: ThriftField) throws(ParquetError) -> ChunkFields {
        try enter(field)
        var chunk = ChunkFields()
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 1: chunk.type = try i32(field)
            case 2:
                chunk.encodings = []
                for _ in 0..<(try list(field, of: .i32)) { chunk.encodings.append(try i32Element()) }
            case 3:
                chunk.path = []
                for _ in 0..<(try list(field, of: .binary)) {
                    chunk.path.append(String(decoding: try binaryElement(), as: UTF8.self))
                }
            case 4: chunk.codec = try i32(field)
            case 5: chunk.valueCount = try size(field)
            case 6: chunk.uncompressedSize = try size(field)
            case 7: chunk.compressedSize = try size(field)
            case 9: chunk.dataPageOffset = try size(field)
            case 11: chunk.dictionaryPageOffset = try size(field)
            case 12: chunk.statistics = try statistics(field)
            default: try skip(field)
            }
        }
        return chunk
    }

    private mutating func statistics(_ field: ThriftField) throws(ParquetError) -> StatisticsFields {
        try enter(field)
        var statistics = StatisticsFields()
        var last: Int16 = 0
        while let field = try nextField(after: &last) {
            switch field.id {
            case 3: statistics.nullCount = try size(field)
            case 5: statistics.maximum = [UInt8](try binary(field))
            case 6: statistics.minimum = [UInt8](try binary(field))
            case 7: statistics.isMaximumExact = try bool(field)
            case 8: statistics.isMinimumExact = try bool(field)
            default: try skip(field)
            }
        }
        return statistics
    }

    /// Checks a chunk against its column.
    private func info(
        _ chunk: ChunkFields, _ column: ColumnSchema, isOrdered: Bool
    ) throws(ParquetError) -> ColumnChunkInfo {
        guard let type = chunk.type, let rawCodec = chunk.codec, let valueCount = chunk.valueCount,
            let uncompressedSize = chunk.uncompressedSize, let compressedSize = chunk.compressedSize,
            let dataPageOffset = chunk.dataPageOffset
        else { throw damaged("a column chunk lacks a field") }
        guard type == column.type.physicalType.rawValue, chunk.path == [column.name] else {
            throw damaged("the chunk is of type \(type), path \(chunk.path.joined(separator: "."))")
        }
        guard let codec = PageCodec(rawValue: rawCodec), codec.isRead else {
            throw error(
                .unsupported, "compression codec \(PageCodec(rawValue: rawCodec).map { "\($0)" } ?? "\(rawCodec)")")
        }
        var encodings: [PageEncoding] = []
        for raw in chunk.encodings {
            guard let encoding = PageEncoding(rawValue: raw) else { throw error(.unsupported, "encoding \(raw)") }
            encodings.append(encoding)
        }
        // Some writers say 0 for "no dictionary".
        let dictionaryOffset = chunk.dictionaryPageOffset.flatMap { $0 > 0 && $0 < dataPageOffset ? $0 : nil }
        return ColumnChunkInfo(
            codec: codec, encodings: encodings, valueCount: valueCount, dataPageOffset: dataPageOffset,
            dictionaryPageOffset: dictionaryOffset, compressedSize: compressedSize,
            uncompressedSize: uncompressedSize,
            statistics: try columnStatistics(chunk.statistics, column, valueCount, isOrdered: isOrdered))
    }

    private func columnStatistics(
        _ fields: StatisticsFields, _ column: ColumnSchema, _ valueCount: Int, isOrdered: Bool
    ) throws(ParquetError) -> ColumnStatistics {
        if let nulls = fields.nullCount, nulls > valueCount { throw damaged("\(nulls) nulls among \(valueCount) rows") }
        var statistics = ColumnStatistics(nullCount: fields.nullCount)
        // Without a declared order, bounds mean nothing.
        if !isOrdered { return statistics }
        statistics.minimum = try fields.minimum.map { (bytes) throws(ParquetError) in try bound(bytes, column) }
        statistics.maximum = try fields.maximum.map { (bytes) throws(ParquetError) in try bound(bytes, column) }
        statistics.isMinimumExact = fields.minimum != nil && fields.isMinimumExact
        statistics.isMaximumExact = fields.maximum != nil && fields.isMaximumExact
        return statistics
    }

    private func bound(_ bytes: [UInt8], _ column: ColumnSchema) throws(ParquetError) -> ColumnBound {
        guard let bound = ColumnBound(plain: bytes, column.type) else {
            throw damaged("a bound of \(bytes.count) bytes for type \(column.type)")
        }
        return bound
    }
}
