//  The footer as bytes.

extension FileMetadata {
    /// The footer, its length and the closing magic: everything after the last page.
    func encoded() -> [UInt8] {
        var thrift = ThriftWriter()
        let zeros = [UInt8](repeating: UInt8(ascii: "0"), count: 8)
        var checksumPosition = 0
        thrift.structure { file in
            // Version 1: what every reader takes; it says nothing of the encodings used.
            file.field(1, i32: 1)
            file.field(2, listOf: .structure, count: schema.columns.count + 1) { list in
                list.structure { root in
                    root.field(4, binary: "schema".utf8)
                    root.field(5, i32: Int32(schema.columns.count))
                }
                for column in schema.columns { list.structure { Self.encode(column, &$0) } }
            }
            file.field(3, i64: rowCount)
            file.field(4, listOf: .structure, count: rowGroups.count) { list in
                for (index, group) in rowGroups.enumerated() { list.structure { encode(group, index, &$0) } }
            }
            file.field(5, listOf: .structure, count: keyValues.count + 1) { list in
                for (key, value) in keyValues { list.structure { Self.encode(key, value.utf8, &$0) } }
                list.structure { Self.encode(ParquetFormat.footerChecksumKey, zeros, &$0) }
                // The digits stand right before the struct's stop byte.
                checksumPosition = list.bytes.count - 1 - zeros.count
            }
            file.field(6, binary: createdBy.utf8)
            file.field(7, listOf: .structure, count: schema.columns.count) { list in
                // TYPE_ORDER, an empty struct, for each column.
                for _ in schema.columns { list.structure { $0.field(1, structure: { _ in }) } }
            }
        }
        let place = checksumPosition..<checksumPosition + zeros.count
        precondition(
            thrift.bytes[place].elementsEqual(zeros), "the checksum of the footer goes over \(thrift.bytes[place])")
        let checksum = thrift.bytes.withUnsafeBytes { crc32(of: $0) }
        thrift.replace(at: checksumPosition, with: Self.digits(checksum))
        var bytes = thrift.bytes
        let length = UInt32(bytes.count)
        for byte in 0..<UInt32(ParquetFormat.footerLengthBytes) {
            bytes.append(UInt8(truncatingIfNeeded: length >> (8 * byte)))
        }
        bytes += ParquetFormat.magic
        // What the reader takes from the end of a file.
        precondition(
            bytes.count == Int(length) + ParquetFormat.trailerBytes,
            "\(bytes.count - Int(length)) bytes behind the footer, of \(ParquetFormat.trailerBytes)")
        return bytes
    }

    /// Eight hexadecimal digits.
    static func digits(_ checksum: UInt32) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return (0..<8).map { digits[Int(checksum >> UInt32(28 - 4 * $0) & 15)] }
    }

    /// A SchemaElement.
    private static func encode(_ column: ColumnSchema, _ out: inout ThriftWriter) {
        let type = column.type.physicalType
        out.field(1, i32: type.rawValue)
        if type == .fixedLengthByteArray { out.field(2, i32: Int32(ParquetFormat.decimalBytes)) }
        let repetition = column.isNullable ? ParquetFormat.Repetition.optional : ParquetFormat.Repetition.required
        out.field(3, i32: repetition)
        out.field(4, binary: column.name.utf8)
        guard let converted = column.type.convertedType, let logical = column.type.logicalType else { return }
        out.field(6, i32: converted)
        if case .decimal(let precision, let scale) = column.type {
            out.field(7, i32: Int32(scale))
            out.field(8, i32: Int32(precision))
        }
        out.field(10) { union in
            union.field(logical) { annotation in
                switch column.type {
                case .decimal(let precision, let scale):
                    annotation.field(1, i32: Int32(scale))
                    annotation.field(2, i32: Int32(precision))
                case .timestamp:
                    annotation.field(1, bool: false)
                    annotation.field(2) { $0.field(ParquetFormat.TimeUnit.micros) { _ in } }
                default: break
                }
            }
        }
    }

    private static func encode(_ key: String, _ value: some Collection<UInt8>, _ out: inout ThriftWriter) {
        out.field(1, binary: key.utf8)
        out.field(2, binary: value)
    }

    private func encode(_ group: RowGroupInfo, _ index: Int, _ out: inout ThriftWriter) {
        out.field(1, listOf: .structure, count: group.columns.count) { list in
            for (chunk, column) in zip(group.columns, schema.columns) {
                list.structure {
                    // The chunk's metadata stands nowhere but here, which offset 0 says.
                    $0.field(2, i64: 0)
                    $0.field(3, structure: { Self.encode(chunk, column, &$0) })
                }
            }
        }
        out.field(2, i64: group.uncompressedSize)
        out.field(3, i64: group.rowCount)
        if !sortingColumns.isEmpty {
            out.field(4, listOf: .structure, count: sortingColumns.count) { list in
                for sorting in sortingColumns {
                    list.structure {
                        $0.field(1, i32: Int32(sorting.column))
                        $0.field(2, bool: sorting.isDescending)
                        $0.field(3, bool: sorting.nullsFirst)
                    }
                }
            }
        }
        out.field(5, i64: group.columns.first?.startOffset ?? ParquetFormat.magic.count)
        out.field(6, i64: group.compressedSize)
        if let ordinal = Int16(exactly: index) { out.field(7, i16: ordinal) }
    }

    private static func encode(_ chunk: ColumnChunkInfo, _ column: ColumnSchema, _ out: inout ThriftWriter) {
        out.field(1, i32: column.type.physicalType.rawValue)
        out.field(2, listOf: .i32, count: chunk.encodings.count) { list in
            for encoding in chunk.encodings { list.element(i32: encoding.rawValue) }
        }
        out.field(3, listOf: .binary, count: 1) { $0.element(binary: column.name.utf8) }
        out.field(4, i32: chunk.codec.rawValue)
        out.field(5, i64: chunk.valueCount)
        out.field(6, i64: chunk.uncompressedSize)
        out.field(7, i64: chunk.compressedSize)
        out.field(9, i64: chunk.dataPageOffset)
        if let offset = chunk.dictionaryPageOffset { out.field(11, i64: offset) }
        out.field(12, structure: { encode(chunk.statistics, &$0) })
        let hasDictionary = chunk.dictionaryPageOffset != nil
        out.field(13, listOf: .structure, count: hasDictionary ? 2 : 1) { list in
            if hasDictionary { list.structure { encode(.dictionary, .plain, 1, &$0) } }
            list.structure { encode(.data, chunk.encodings[0], chunk.dataPageCount, &$0) }
        }
    }

    /// A PageEncodingStats.
    private static func encode(
        _ type: ParquetFormat.PageType, _ encoding: PageEncoding, _ count: Int, _ out: inout ThriftWriter
    ) {
        out.field(1, i32: type.rawValue)
        out.field(2, i32: encoding.rawValue)
        out.field(3, i32: Int32(count))
    }

    private static func encode(_ statistics: ColumnStatistics, _ out: inout ThriftWriter) {
        if let nulls = statistics.nullCount { out.field(3, i64: nulls) }
        if let maximum = statistics.maximum { out.field(5, binary: maximum.plain) }
        if let minimum = statistics.minimum { out.field(6, binary: minimum.plain) }
        if statistics.maximum != nil { out.field(7, bool: statistics.isMaximumExact) }
        if statistics.minimum != nil { out.field(8, bool: statistics.isMinimumExact) }
    }
}
