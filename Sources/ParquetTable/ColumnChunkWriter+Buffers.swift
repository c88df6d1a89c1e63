//  Columns that were collected in a `ColumnBuffer`.
//
//      storage   encodings                                                  bounds
//      bytes     as for strings in arrays                                   by bytes, cut
//      int64     as for integers in arrays                                  by value
//      int32     PLAIN in 4 bytes, DELTA_BINARY_PACKED, RLE_DICTIONARY      by value
//      int128    PLAIN in 16 bytes, highest first; RLE_DICTIONARY           by value
//      double    PLAIN, RLE_DICTIONARY                                      by value, if none is NaN
//      bits      PLAIN: eight to a byte                                     by value
//
//  Deltas of INT32 must fit in 32 bits, for readers that calculate with as many; a column chunk whose values are further
//  apart than that is written PLAIN.

extension ColumnChunkWriter {
    /// Encodes a column into `output`.
    ///
    /// - Parameter offset: where in the file `output` will stand.
    /// - Precondition: the column is of the schema's type.
    func encode(_ column: ColumnBuffer, _ schema: ColumnSchema, offset: Int) throws(ParquetError) -> ColumnChunkInfo {
        try begin(schema, nullCount: column.nullCount)
        let rows = Rows(of: column)
        var statistics: ColumnStatistics
        let encoding: PageEncoding
        switch column.values {
        case .strings: (encoding, statistics) = try encodeStrings(column.stringRows, schema, rows)
        case .int64: (encoding, statistics) = encodeIntegers(column.int64s, schema, rows)
        case .int32: (encoding, statistics) = encode(column.int32s, schema, rows)
        case .int128(let memory):
            (encoding, statistics) = encode(
                UnsafeBufferPointer(start: memory.base, count: memory.count), schema, rows)
        case .double: (encoding, statistics) = encode(column.doubles, schema, rows)
        case .bits(let bits): (encoding, statistics) = encode(bits, schema, rows)
        }
        if let largest = column.type.largestDecimal { try check(statistics, largest, schema) }
        statistics.nullCount = column.nullCount
        return finish(schema, encoding, statistics, rowCount: rows.count, offset: offset)
    }

    /// Refuses decimals with more digits than the type has. The bounds are exact, so they tell.
    private func check(
        _ statistics: ColumnStatistics, _ largest: Int128, _ schema: ColumnSchema
    ) throws(ParquetError) {
        for bound in [statistics.minimum, statistics.maximum] {
            guard let value = bound?.integer, value > largest || value < -largest else { continue }
            let reason = "\(value) has more digits than \(schema.type)"
            throw ParquetError(.invalidTable, "encoding a column", reason, column: schema.name)
        }
    }

    // MARK: Integers of 32 bits

    private func encode(
        _ values: UnsafeBufferPointer<Int32>, _ schema: ColumnSchema, _ rows: Rows
    ) -> (PageEncoding, ColumnStatistics) {
        guard let base = values.baseAddress, values.count > 0 else { return encodeNothing(schema, rows) }
        let wide = integers.room(for: values.count)
        var (smallest, largest) = (base[0], base[0])
        for index in 0..<values.count {
            let value = base[index]
            wide[index] = Int64(value)
            smallest = min(smallest, value)
            largest = max(largest, value)
        }
        let statistics = bounds(.int32(smallest), .int32(largest))
        let mayBeDelta = Int64(largest) - Int64(smallest) <= Int64(Int32.max)
        let measured = EncodingChoice.measure(wide, count: values.count, plainBits: 32, mayBeDelta: mayBeDelta)
        let limit = EncodingChoice.mayRepeat(base, count: values.count) ? measured.dictionaryLimit : 0
        if let builder = dictionaryBuilder(schema, limit) {
            let codes = codes.room(for: values.count)
            if let entries = builder.build(wide, count: values.count, codes: codes) {
                for entry in entries { raw.append(littleEndian: UInt32(bitPattern: Int32(truncatingIfNeeded: entry))) }
                encodeCodes(rows, schema, entryCount: entries.count, codes)
                return (.rleDictionary, statistics)
            }
        }
        let usesDelta = schema.encoding == .deltaBinaryPacked || measured.encoding == .deltaBinaryPacked
        let encoding: PageEncoding =
            usesDelta && mayBeDelta && schema.encoding != .plain ? .deltaBinaryPacked : .plain
        encodePages(values, wide, encoding, schema, rows)
        return (encoding, statistics)
    }

    // MARK: Integers of 128 bits

    private func encode(
        _ values: UnsafeBufferPointer<Int128>, _ schema: ColumnSchema, _ rows: Rows
    ) -> (PageEncoding, ColumnStatistics) {
        guard let base = values.baseAddress, values.count > 0 else { return encodeNothing(schema, rows) }
        var (smallest, largest) = (base[0], base[0])
        for index in 1..<values.count {
            smallest = min(smallest, base[index])
            largest = max(largest, base[index])
        }
        let statistics = bounds(.int128(smallest), .int128(largest))
        let mayRepeat = EncodingChoice.mayRepeat(base, count: values.count)
        let limit = mayRepeat ? EncodingChoice.dictionaryLimit(values.count, bits: 128) : 0
        if let builder = dictionaryBuilder(schema, limit) {
            let codes = codes.room(for: values.count)
            if let entries = builder.build(base, count: values.count, codes: codes) {
                entries.withUnsafeBufferPointer { appendBigEndian($0) }
                encodeCodes(rows, schema, entryCount: entries.count, codes)
                return (.rleDictionary, statistics)
            }
        }
        let size = { (range: Range<Int>) in 16 * range.count }
        cutPages(rows, isNullable: schema.isNullable, size: size) { range in
            appendBigEndian(UnsafeBufferPointer(rebasing: values[range]))
        }
        return (.plain, statistics)
    }

    /// Decimals in arrays of bytes begin with the highest one.
    private func appendBigEndian(_ values: UnsafeBufferPointer<Int128>) {
        let out = raw.reserve(16 * values.count)
        // 16 bytes for each value, which were reserved.
        for index in 0..<values.count { store128(UInt128(bitPattern: values[index]).byteSwapped, out + 16 * index) }
        raw.advance(16 * values.count)
    }

    // MARK: Doubles and booleans

    private func encode(
        _ values: UnsafeBufferPointer<Double>, _ schema: ColumnSchema, _ rows: Rows
    ) -> (PageEncoding, ColumnStatistics) {
        guard let base = values.baseAddress, values.count > 0 else { return encodeNothing(schema, rows) }
        let statistics = StatisticsBounds.bounds(values)
        // By their bits: 0 and −0 are two entries, and NaN is equal to itself.
        let dictionary = base.withMemoryRebound(to: Int64.self, capacity: values.count) { bits in
            let mayRepeat = EncodingChoice.mayRepeat(bits, count: values.count)
            let limit = mayRepeat ? EncodingChoice.dictionaryLimit(values.count, bits: 64) : 0
            return dictionaryBuilder(schema, limit).flatMap { builder in
                let codes = codes.room(for: values.count)
                return builder.build(bits, count: values.count, codes: codes).map { ($0, codes) }
            }
        }
        if let (entries, codes) = dictionary {
            entries.withUnsafeBytes { raw.append($0) }
            encodeCodes(rows, schema, entryCount: entries.count, codes)
            return (.rleDictionary, statistics)
        }
        encodePages(values, nil, .plain, schema, rows)
        return (.plain, statistics)
    }

    private func encode(
        _ bits: BitBuffer, _ schema: ColumnSchema, _ rows: Rows
    ) -> (PageEncoding, ColumnStatistics) {
        if bits.count == 0 { return encodeNothing(schema, rows) }
        let ones = bits.ones
        let size = { (range: Range<Int>) in range.count / 8 }
        cutPages(rows, isNullable: schema.isNullable, size: size) { range in
            let size = (range.count + 7) / 8
            // What is stored beyond the last byte is within the buffer's slack.
            let out = raw.reserve(size)
            var start = range.lowerBound
            while start < range.upperBound {
                let length = min(64, range.upperBound - start)
                store64(Bits.load(bits.words, start, length), out + (start - range.lowerBound) / 8)
                start += length
            }
            raw.advance(size)
        }
        return (.plain, bounds(.boolean(ones == bits.count), .boolean(ones > 0)))
    }
}
