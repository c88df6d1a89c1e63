//  One column of one row group: chooses the encoding, cuts pages, compresses, and lays them out one after another.
//
//      values ─▶ those that are not null ─▶ encoded pages ─▶ compressed, if that makes the chunk smaller ─▶ header, page …
//
//  Here is what columns in arrays and strings need; `ColumnChunkWriter+Buffers.swift` has the other types, which come in a
//  `ColumnBuffer`.

import Columns

/// Encodes column chunks; keeps its scratch memory between them.
final class ColumnChunkWriter {
    struct Page {
        /// Where it lies in `raw`.
        var range: Range<Int>
        /// Rows, null ones included; entries in a dictionary page.
        var valueCount: Int
    }

    let options: WriterOptions
    let raw = OutputBuffer()
    private let packed = OutputBuffer()
    let codes = Workspace<UInt32>()
    let integers = Workspace<Int64>()
    private let levels = Workspace<UInt32>()
    private let strings = StringEncoder()
    private let compressor: PageCompressor
    var pages: [Page] = []
    /// The chunk that was encoded last, ready for the file.
    let output = OutputBuffer()

    init(options: WriterOptions) {
        self.options = options
        compressor = PageCompressor(options.compression)
    }

    /// Encodes a column into `output`.
    ///
    /// - Parameter offset: where in the file `output` will stand.
    func encode(_ values: ColumnValues, _ schema: ColumnSchema, offset: Int) throws(ParquetError) -> ColumnChunkInfo {
        try begin(schema, nullCount: values.validity?.nullCount ?? 0)
        var statistics: ColumnStatistics
        let encoding: PageEncoding
        switch values {
        case .int64(let values, let validity):
            let present = validity.map { $0.compacted(values) } ?? values
            (encoding, statistics) = present.withUnsafeBufferPointer { present in
                encodeIntegers(present, schema, Rows(values.count, validity))
            }
        case .utf8(let values, let validity):
            let present = validity.map { $0.compacted(values) } ?? values
            (encoding, statistics) = try present.withUnsafe { (bytes, offsets) throws(ParquetError) in
                let rows = StringRows(bytes: bytes, offsets: offsets, count: present.count)
                return try encodeStrings(rows, schema, Rows(values.count, validity))
            }
        }
        statistics.nullCount = values.validity?.nullCount ?? 0
        return finish(schema, encoding, statistics, rowCount: values.count, offset: offset)
    }

    /// Forgets the chunk before, and refuses nulls where there may be none.
    func begin(_ schema: ColumnSchema, nullCount: Int) throws(ParquetError) {
        raw.removeAll()
        pages.removeAll(keepingCapacity: true)
        if !schema.isNullable, nullCount > 0 {
            let reason = "\(nullCount) nulls in a column that is not nullable"
            throw ParquetError(.invalidTable, "encoding a column", reason, column: schema.name)
        }
    }

    /// Makes the chunk of the pages that were encoded, and says what the footer needs to know of it.
    func finish(
        _ schema: ColumnSchema, _ encoding: PageEncoding, _ statistics: ColumnStatistics, rowCount: Int, offset: Int
    ) -> ColumnChunkInfo {
        let hasDictionary = encoding == .rleDictionary
        let codec = assemble(encoding, hasDictionary: hasDictionary)
        var encodings = [encoding]
        if hasDictionary { encodings.append(.plain) }
        if schema.isNullable { encodings.append(.rle) }
        return ColumnChunkInfo(
            codec: codec.codec, encodings: encodings, valueCount: rowCount,
            dataPageOffset: offset + codec.firstDataPage, dictionaryPageOffset: hasDictionary ? offset : nil,
            compressedSize: output.count, uncompressedSize: codec.uncompressedSize,
            dataPageCount: pages.count - (hasDictionary ? 1 : 0), statistics: statistics)
    }

    /// Rows and which of them have a value.
    struct Rows {
        let count: Int
        private let present: Present

        /// Which rows have a value; nil when all have.
        private enum Present {
            /// Of columns in arrays and strings.
            case validity(Validity?)
            /// Of a `ColumnBuffer`.
            case words(UnsafePointer<UInt64>?)
        }

        init(_ count: Int, _ validity: Validity?) {
            precondition(validity == nil || validity!.count == count, "validity of other rows than the column's")
            self.count = count
            present = .validity(validity)
        }

        init(of column: ColumnBuffer) {
            count = column.rowCount
            present = .words(column.validityWords)
        }

        func presentCount(_ range: Range<Int>) -> Int {
            switch present {
            case .validity(let validity): validity?.presentCount(range) ?? range.count
            case .words(let words): words.map { Bits.ones($0, range) } ?? range.count
            }
        }

        /// Appends the rows' levels, as runs.
        func appendLevels(_ range: Range<Int>, _ scratch: Workspace<UInt32>, into raw: OutputBuffer) {
            guard case .validity(let validity) = present else {
                if case .words(let words) = present { LevelRuns.encode(words, range, into: raw) }
                return
            }
            let levels = scratch.room(for: range.count)
            for (index, row) in range.enumerated() {
                levels[index] =
                    validity.map { UInt32(truncatingIfNeeded: $0.words[row / 64] >> UInt64(row % 64)) & 1 } ?? 1
            }
            HybridRuns.encode(levels, count: range.count, width: 1, into: raw)
        }
    }

    /// Cuts the rows into pages and lets `encode` append the values of each to `raw`.
    func cutPages(
        _ rows: Rows, isNullable: Bool, size: (_ values: Range<Int>) -> Int, encode: (_ values: Range<Int>) -> Void
    ) {
        var row = 0
        var value = 0
        while row < rows.count {
            var end = min(row + options.pageRows, rows.count)
            var values = value..<value + rows.presentCount(row..<end)
            while end - row > 1, size(values) > options.pageBytes {
                end = row + (end - row) / 2
                values = value..<value + rows.presentCount(row..<end)
            }
            let start = raw.count
            if isNullable { appendLevels(row..<end, rows) }
            encode(values)
            pages.append(Page(range: start..<raw.count, valueCount: end - row))
            row = end
            value = values.upperBound
        }
    }

    /// Definition levels of a data page of the first version: their length in 4 bytes, then the runs.
    private func appendLevels(_ range: Range<Int>, _ rows: Rows) {
        let lengthAt = raw.count
        raw.append(littleEndian: 0)
        rows.appendLevels(range, levels, into: raw)
        raw.overwrite(littleEndian: UInt32(raw.count - lengthAt - 4), at: lengthAt)
    }

    /// The dictionary page, whose entries are all that is in `raw`, and data pages of indexes.
    func encodeCodes(_ rows: Rows, _ schema: ColumnSchema, entryCount: Int, _ codes: UnsafePointer<UInt32>) {
        pages.append(Page(range: 0..<raw.count, valueCount: entryCount))
        // A width of 0 would do for one entry, but not every reader likes it.
        let width = max(1, bitWidth(UInt64(entryCount - 1)))
        let size = { (range: Range<Int>) in range.count * width / 8 }
        cutPages(rows, isNullable: schema.isNullable, size: size) { values in
            raw.reserve(1).pointee = UInt8(width)
            raw.advance(1)
            HybridRuns.encode(codes + values.lowerBound, count: values.count, width: width, into: raw)
        }
    }

    func dictionaryBuilder(_ schema: ColumnSchema, _ limit: Int) -> DictionaryBuilder? {
        switch schema.encoding {
        case .automatic where limit > 0: DictionaryBuilder(entryLimit: limit, byteLimit: options.pageBytes)
        case .dictionary: DictionaryBuilder(entryLimit: 1 << 20, byteLimit: options.pageBytes)
        default: nil
        }
    }

    /// A column without any value: pages of levels alone.
    func encodeNothing(_ schema: ColumnSchema, _ rows: Rows) -> (PageEncoding, ColumnStatistics) {
        cutPages(rows, isNullable: schema.isNullable, size: { _ in 0 }, encode: { _ in })
        return (.plain, ColumnStatistics())
    }

    /// Bounds that are values of the column.
    func bounds(_ minimum: ColumnBound, _ maximum: ColumnBound) -> ColumnStatistics {
        ColumnStatistics(minimum: minimum, maximum: maximum, isMinimumExact: true, isMaximumExact: true)
    }

    /// Data pages of numbers: their bytes as they are in memory, or differences.
    ///
    /// - Parameter wide: the same numbers in 64 bits, for the differences.
    func encodePages<Value: BitwiseCopyable>(
        _ values: UnsafeBufferPointer<Value>, _ wide: UnsafePointer<Int64>?, _ encoding: PageEncoding,
        _ schema: ColumnSchema, _ rows: Rows
    ) {
        let size = { (range: Range<Int>) in range.count * MemoryLayout<Value>.size }
        cutPages(rows, isNullable: schema.isNullable, size: size) { range in
            if encoding == .deltaBinaryPacked, let wide {
                DeltaBinaryPacked.encode(wide + range.lowerBound, count: range.count, into: raw)
            } else {
                raw.append(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: values[range])))
            }
        }
    }

    func encodeIntegers(
        _ values: UnsafeBufferPointer<Int64>, _ schema: ColumnSchema, _ rows: Rows
    ) -> (PageEncoding, ColumnStatistics) {
        guard let base = values.baseAddress, values.count > 0 else { return encodeNothing(schema, rows) }
        var (smallest, largest) = (base[0], base[0])
        for index in 1..<values.count {
            smallest = min(smallest, base[index])
            largest = max(largest, base[index])
        }
        let statistics = bounds(.int64(smallest), .int64(largest))
        let measured = EncodingChoice.measure(base, count: values.count)
        if let builder = dictionaryBuilder(schema, measured.dictionaryLimit) {
            let codes = codes.room(for: values.count)
            if let entries = builder.build(base, count: values.count, codes: codes) {
                entries.withUnsafeBytes { raw.append($0) }
                encodeCodes(rows, schema, entryCount: entries.count, codes)
                return (.rleDictionary, statistics)
            }
        }
        let encoding: PageEncoding =
            switch schema.encoding {
            case .plain: .plain
            case .deltaBinaryPacked: .deltaBinaryPacked
            default: measured.encoding
            }
        encodePages(values, base, encoding, schema, rows)
        return (encoding, statistics)
    }

    func encodeStrings(
        _ values: StringRows, _ schema: ColumnSchema, _ rows: Rows
    ) throws(ParquetError) -> (PageEncoding, ColumnStatistics) {
        if values.count == 0 { return encodeNothing(schema, rows) }
        if values.end > WriterOptions.longestString {
            for row in 0..<values.count where values.length(row) > WriterOptions.longestString {
                let reason =
                    "a string of \(values.length(row)) bytes; at most \(WriterOptions.longestString) fit in a page"
                throw ParquetError(.invalidTable, "encoding a column", reason, column: schema.name)
            }
        }
        let measured = EncodingChoice.measure(values)
        if let builder = dictionaryBuilder(schema, measured.dictionaryLimit) {
            let codes = codes.room(for: values.count)
            if let entries = builder.build(values, codes: codes) {
                strings.plain(values, entries, into: raw)
                encodeCodes(rows, schema, entryCount: entries.count, codes)
                return (.rleDictionary, Self.statistics(values, values.extremes(of: entries)))
            }
        }
        let encoding: PageEncoding =
            switch schema.encoding {
            case .plain: .plain
            case .deltaLengthByteArray: .deltaLengthByteArray
            case .deltaByteArray: .deltaByteArray
            default: measured.encoding
            }
        var isAscending = encoding == .deltaByteArray
        let size = { (range: Range<Int>) in
            values.offsets[range.upperBound] - values.offsets[range.lowerBound] + 4 * range.count
        }
        cutPages(rows, isNullable: schema.isNullable, size: size) { range in
            switch encoding {
            case .deltaByteArray:
                if isAscending, range.lowerBound > 0, range.count > 0 {
                    isAscending = !values.isLess(range.lowerBound, range.lowerBound - 1)
                }
                isAscending = strings.delta(values, range, into: raw) && isAscending
            case .deltaLengthByteArray: strings.deltaLength(values, range, into: raw)
            default: strings.plain(values, range, into: raw)
            }
        }
        let extremes = isAscending ? (0, values.count - 1) : values.extremes(of: 0..<values.count)
        return (encoding, Self.statistics(values, extremes))
    }

    private static func statistics(
        _ values: StringRows, _ extremes: (smallest: Int, largest: Int)?
    ) -> ColumnStatistics {
        var statistics = ColumnStatistics()
        guard let extremes else { return statistics }
        let minimum = StatisticsBounds.minimum(values.row(extremes.smallest))
        statistics.minimum = .utf8(minimum.bound)
        statistics.isMinimumExact = minimum.isExact
        if let maximum = StatisticsBounds.maximum(values.row(extremes.largest)) {
            statistics.maximum = .utf8(maximum.bound)
            statistics.isMaximumExact = maximum.isExact
        }
        return statistics
    }

    /// Bytes of a page that are compressed on trial.
    private static let trialBytes = 8192

    /// Whether it is worth trying to compress all pages. Bit-packed numbers are alike from one end of a page to the other:
    /// when its first bytes hardly shrink, the rest is left alone.
    private func mayShrink(_ encoding: PageEncoding) -> Bool {
        guard encoding == .deltaBinaryPacked || encoding == .rleDictionary,
            let largest = pages.map(\.range).max(by: { $0.count < $1.count }),
            largest.count > Self.trialBytes + Self.trialBytes / 2
        else { return true }
        packed.removeAll()
        compressor.compress(
            UnsafeRawBufferPointer(rebasing: raw.bytes[largest].prefix(Self.trialBytes)), into: packed)
        return packed.count < Self.trialBytes - Self.trialBytes / 32
    }

    /// Lays the pages out in `output`, compressed when that makes the chunk smaller by a sixteenth: what hardly
    /// shrinks is not worth decompressing.
    private func assemble(
        _ encoding: PageEncoding, hasDictionary: Bool
    ) -> (codec: PageCodec, firstDataPage: Int, uncompressedSize: Int) {
        var packedEnds: [Int] = []
        let isTried = compressor.codec != .uncompressed && mayShrink(encoding)
        if isTried {
            packed.removeAll()
            for page in pages {
                compressor.compress(UnsafeRawBufferPointer(rebasing: raw.bytes[page.range]), into: packed)
                packedEnds.append(packed.count)
            }
        }
        let isPacked = isTried && packed.count < raw.count - raw.count / 16
        output.removeAll()
        var firstDataPage = 0
        var headerBytes = 0
        for (index, page) in pages.enumerated() {
            let isDictionary = hasDictionary && index == 0
            if hasDictionary, index == 1 { firstDataPage = output.count }
            let body =
                isPacked
                ? UnsafeRawBufferPointer(
                    rebasing: packed.bytes[(index == 0 ? 0 : packedEnds[index - 1])..<packedEnds[index]])
                : UnsafeRawBufferPointer(rebasing: raw.bytes[page.range])
            let header = PageHeader(
                kind: isDictionary
                    ? .dictionary(valueCount: page.valueCount, encoding: .plain)
                    : .data(valueCount: page.valueCount, encoding: encoding, levelEncoding: .rle),
                uncompressedSize: page.range.count, compressedSize: body.count, checksum: crc32(of: body))
            let start = output.count
            header.encode(into: output)
            headerBytes += output.count - start
            output.append(body)
        }
        return (isPacked ? compressor.codec : .uncompressed, firstDataPage, raw.count + headerBytes)
    }
}
