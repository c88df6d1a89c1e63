//  One column of one row group: finds the pages, checks and decompresses them, and decodes them into a column.
//
//      bytes ─▶ page headers, checksums ─▶ raw pages ─▶ definition levels ─▶ values, back to back ─▶ spread over the rows
//
//  Everything that may be refused is refused before memory for the result is asked for.

import Columns
import Glibc

struct ColumnChunkReader {
    private let chunk: ColumnChunkInfo
    private let column: ColumnSchema
    private let options: ReaderOptions

    init(_ chunk: ColumnChunkInfo, _ column: ColumnSchema, _ options: ReaderOptions) {
        self.chunk = chunk
        self.column = column
        self.options = options
    }

    /// A page as it stands in the file.
    private struct Page {
        var header: PageHeader
        /// Its bytes, header left out, counted from the chunk's first byte.
        var range: Range<Int>
        /// The bytes at the beginning that are never compressed: levels of data pages of version 2.
        var bareBytes = 0
        var isCompressed: Bool
    }

    /// Reads all rows of the chunk, of integers or strings.
    ///
    /// - Parameter bytes: the whole chunk.
    func read(_ bytes: UnsafeRawBufferPointer) throws(ParquetError) -> ColumnValues {
        try withPages(bytes) { (pages, present) throws(ParquetError) in
            let nulls = pages.presentCount == chunk.valueCount ? nil : Validity(present)
            switch column.type {
            case .int64: return .int64(try pages.integers(nulls), validity: nulls)
            case .utf8: return .utf8(try pages.strings(nulls), validity: nulls)
            default:
                let reason = "a column of type \(column.type) where integers or strings are wanted"
                throw ParquetError(.unsupported, "reading a column", reason)
            }
        }
    }

    /// Reads all rows of the chunk into a buffer of the column's type, behind those that are in it.
    ///
    /// - Parameter bytes: the whole chunk.
    func read(_ bytes: UnsafeRawBufferPointer, into buffer: ColumnBuffer) throws(ParquetError) {
        try withPages(bytes) { (pages, present) throws(ParquetError) in
            try pages.appendValues(to: buffer)
            let count = buffer.appendRows(chunk.valueCount, column.isNullable ? UnsafePointer(present.words) : nil)
            precondition(count == pages.presentCount, "\(count) values of \(pages.presentCount)")
        }
    }

    /// Checks and decompresses the pages and takes their levels off.
    ///
    /// - Parameter body: gets the pages and a bit for each row that has a value; no bits for a column without nulls.
    private func withPages<R>(
        _ bytes: UnsafeRawBufferPointer, _ body: (ValueDecoder, BitBuffer) throws(ParquetError) -> R
    ) throws(ParquetError) -> R {
        let pages = try scan(bytes)
        var rawSize = 0
        for page in pages where page.isCompressed { rawSize += page.header.uncompressedSize }
        guard rawSize <= options.maximumColumnBytes else {
            let reason = "\(rawSize) bytes of pages; the limit is \(options.maximumColumnBytes)"
            throw ParquetError(.tooLarge, "reading pages", reason)
        }
        let raw = UnsafeMutableRawBufferPointer.allocate(byteCount: max(rawSize, 1), alignment: 16)
        defer { raw.deallocate() }
        var rawEnd = 0
        var dictionary: DictionaryBytes?
        var dataPages: [DataPage] = []
        let validity = BitBuffer(capacity: column.isNullable ? chunk.valueCount : 0)
        var present = 0
        for (number, page) in pages.enumerated() {
            do throws(ParquetError) {
                var body = UnsafeRawBufferPointer(rebasing: bytes[page.range])
                if page.isCompressed {
                    let target = UnsafeMutableRawBufferPointer(
                        rebasing: raw[rawEnd..<rawEnd + page.header.uncompressedSize])
                    rawEnd += target.count
                    try decompress(body, bareBytes: page.bareBytes, into: target)
                    body = UnsafeRawBufferPointer(target)
                }
                switch page.header.kind {
                case .dictionary(let count, _): dictionary = DictionaryBytes(bytes: body, count: count)
                case .data(let count, let encoding, _), .dataV2(let count, _, let encoding, _, _):
                    var used = count
                    if let levels = try takeLevels(&body, page.header.kind) {
                        used = try LevelRuns.decode(levels, count: count, into: validity)
                    }
                    if case .dataV2(_, let nulls, _, _, _) = page.header.kind, count - used != nulls {
                        throw ParquetError(
                            .damaged, "reading levels", "\(count - used) nulls where \(nulls) are declared")
                    }
                    dataPages.append(
                        DataPage(bytes: body, values: present..<present + used, encoding: encoding, number: number))
                    present += used
                case .index: break
                }
            } catch {
                throw error.located(page: number, offset: chunk.startOffset + page.range.lowerBound)
            }
        }
        return try body(
            ValueDecoder(
                pages: dataPages, dictionary: dictionary, rowCount: chunk.valueCount, presentCount: present,
                byteLimit: options.maximumColumnBytes), validity)
    }

    // MARK: Pages

    /// Finds the pages and checks all that can be checked without decompressing them.
    private func scan(_ bytes: UnsafeRawBufferPointer) throws(ParquetError) -> [Page] {
        var pages: [Page] = []
        var position = 0
        var rows = 0
        while rows < chunk.valueCount {
            let offset = chunk.startOffset + position
            do throws(ParquetError) {
                var reader = ThriftReader(
                    UnsafeRawBufferPointer(rebasing: bytes[position...]), fileOffset: offset,
                    activity: "reading a page header")
                let header = try reader.pageHeader()
                let start = position + reader.position
                guard header.compressedSize <= bytes.count - start else {
                    throw reader.damaged("\(header.compressedSize) bytes where the chunk has \(bytes.count - start)")
                }
                let page = try check(header, start..<start + header.compressedSize, isFirst: pages.isEmpty, reader)
                try checkSum(header, bytes[page.range], reader)
                switch header.kind {
                case .data(let count, _, _), .dataV2(let count, _, _, _, _):
                    guard count <= chunk.valueCount - rows else {
                        throw reader.damaged("\(count) values where the chunk has \(chunk.valueCount - rows) left")
                    }
                    rows += count
                case .dictionary, .index: break
                }
                pages.append(page)
                position = page.range.upperBound
            } catch {
                throw error.located(page: pages.count, offset: offset)
            }
        }
        return pages
    }

    /// Checks that the page is of a kind that this reader decodes and of a size that can be.
    private func check(
        _ header: PageHeader, _ range: Range<Int>, isFirst: Bool, _ reader: ThriftReader
    ) throws(ParquetError) -> Page {
        var page = Page(header: header, range: range, isCompressed: chunk.codec != .uncompressed)
        switch header.kind {
        case .dictionary(_, let encoding):
            guard isFirst else { throw reader.damaged("a dictionary page after other pages") }
            guard encoding == .plain || encoding == .plainDictionary else {
                throw reader.error(.unsupported, "a dictionary in encoding \(encoding)")
            }
        case .data(_, let encoding, let levelEncoding):
            try check(encoding, reader)
            if column.isNullable, levelEncoding != .rle {
                throw reader.error(.unsupported, "levels in encoding \(levelEncoding)")
            }
        case .dataV2(_, let nulls, let encoding, let levelBytes, let isCompressed):
            try check(encoding, reader)
            guard levelBytes <= min(header.compressedSize, header.uncompressedSize) else {
                throw reader.damaged("\(levelBytes) bytes of levels in a page of \(header.compressedSize)")
            }
            guard column.isNullable || nulls == 0 else { throw reader.damaged("nulls in a required column") }
            page.bareBytes = levelBytes
            page.isCompressed = page.isCompressed && isCompressed
        case .index: page.isCompressed = false
        }
        if page.isCompressed {
            let ceiling = PageDecompressor.ceiling(chunk.codec, compressedSize: header.compressedSize)
            guard header.uncompressedSize <= max(ceiling, header.compressedSize) else {
                throw reader.damaged(
                    "\(header.compressedSize) bytes cannot decompress to \(header.uncompressedSize)")
            }
        } else if case .index = header.kind {
            // Passed over.
        } else {
            guard header.uncompressedSize == header.compressedSize else {
                throw reader.damaged(
                    "an uncompressed page of \(header.compressedSize) bytes that claims \(header.uncompressedSize)")
            }
        }
        return page
    }

    private func check(_ encoding: PageEncoding, _ reader: ThriftReader) throws(ParquetError) {
        let isKnown =
            switch encoding {
            case .plain: true
            case .plainDictionary, .rleDictionary: column.type.storage != .bits
            case .deltaBinaryPacked: column.type.storage == .int64 || column.type.storage == .int32
            case .deltaLengthByteArray, .deltaByteArray: column.type.storage == .bytes
            default: false
            }
        guard isKnown else { throw reader.error(.unsupported, "\(column.type) values in encoding \(encoding)") }
        // The two names of the dictionary encoding are used as if they were one.
        let isDictionary = encoding == .plainDictionary || encoding == .rleDictionary
        let isListed =
            chunk.encodings.contains(encoding)
            || (isDictionary
                && (chunk.encodings.contains(.plainDictionary) || chunk.encodings.contains(.rleDictionary)))
        guard isListed else { throw reader.damaged("encoding \(encoding), which the footer does not list") }
    }

    private func checkSum(
        _ header: PageHeader, _ body: Slice<UnsafeRawBufferPointer>, _ reader: ThriftReader
    ) throws(ParquetError) {
        guard let checksum = header.checksum else {
            if options.requiresPageChecksums { throw reader.damaged("the page has no checksum") }
            return
        }
        let computed = crc32(of: UnsafeRawBufferPointer(rebasing: body))
        guard computed == checksum else {
            throw reader.damaged(
                "the page's checksum is \(String(computed, radix: 16)), not \(String(checksum, radix: 16))")
        }
    }

    private func decompress(
        _ body: UnsafeRawBufferPointer, bareBytes: Int, into target: UnsafeMutableRawBufferPointer
    ) throws(ParquetError) {
        UnsafeMutableRawBufferPointer(rebasing: target[..<bareBytes])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: body[..<bareBytes]))
        let values = UnsafeMutableRawBufferPointer(rebasing: target[bareBytes...])
        // Nothing is compressed to nothing by some writers, and to an empty block by others.
        if values.isEmpty { return }
        let packed = UnsafeRawBufferPointer(rebasing: body[bareBytes...])
        guard PageDecompressor.decompress(packed, chunk.codec, into: values) else {
            let form = chunk.codec == .zstd ? "a zstd frame" : "an LZ4 block"
            let reason = "the \(body.count) bytes are not \(form) of \(target.count) bytes"
            throw ParquetError(.damaged, "decompressing a page", reason)
        }
    }

    // MARK: Levels

    /// Takes the definition levels from the front of a data page; nil when all its values are present.
    private func takeLevels(
        _ body: inout UnsafeRawBufferPointer, _ kind: PageHeader.Kind
    ) throws(ParquetError) -> UnsafeRawBufferPointer? {
        var start = 0
        var length = 0
        if case .dataV2(_, _, _, let levelBytes, _) = kind {
            length = levelBytes
        } else if column.isNullable {
            guard body.count >= 4 else { throw ParquetError(.damaged, "reading levels", "their length is missing") }
            start = 4
            length = Int(UInt32(littleEndian: body.loadUnaligned(as: UInt32.self)))
        }
        guard length <= body.count - start else {
            throw ParquetError(.damaged, "reading levels", "\(length) bytes where the page has \(body.count - start)")
        }
        let levels = UnsafeRawBufferPointer(rebasing: body[start..<start + length])
        body = UnsafeRawBufferPointer(rebasing: body[(start + length)...])
        return column.isNullable ? levels : nil
    }
}
