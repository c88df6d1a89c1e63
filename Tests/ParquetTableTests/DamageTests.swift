//  Files that are not what they seem: every byte changed, every length, and headers made to mislead.

import Columns
import TestSupport
import Testing

@testable import ParquetTable

@Suite struct DamageTests {
    private static let strict = ReaderOptions(requiresPageChecksums: true, requiresFooterChecksum: true)

    /// A small file with every encoding, nulls, a dictionary and, when asked for, compressed pages.
    private static func file(_ compression: WriterOptions.Compression) throws -> [UInt8] {
        var random = Dice(seed: 8)
        let columns: [(ColumnSchema, ValueKind)] = [
            (ColumnSchema("a", .int64, encoding: .dictionary), .few),
            (ColumnSchema("b", .int64, isNullable: true, encoding: .deltaBinaryPacked), .spread),
            (ColumnSchema("c", .utf8, encoding: .deltaByteArray), .ascending),
            (ColumnSchema("d", .utf8, isNullable: true, encoding: .dictionary), .few),
            (ColumnSchema("e", .utf8, encoding: .plain), .few),
        ]
        let values = columns.map { $1.column($0, rows: 40, &random) }
        let options = WriterOptions(compression: compression, pageRows: 25)
        return try MemoryFile.write(TableSchema(columns: columns.map(\.0)), [values], options, metadata: [("k", "v")])
    }

    @Test(arguments: [WriterOptions.Compression.uncompressed, .lz4Raw])
    func `no changed byte changes a value unnoticed`(_ compression: WriterOptions.Compression) throws {
        let whole = try Self.file(compression)
        let expected = try Table(reading: whole, options: Self.strict)
        var refused = 0
        for index in whole.indices {
            for flip in [0x01, 0x80, 0xFF] as [UInt8] {
                var bytes = whole
                bytes[index] ^= flip
                do {
                    let found = try Table(reading: bytes, options: Self.strict)
                    #expect(found == expected, "byte \(index) flipped by \(flip)")
                } catch is ParquetError {
                    refused += 1
                }
            }
        }
        // What may change without harm: fields that mean nothing for the column, a few in each page header.
        #expect(refused > whole.count * 3 * 9 / 10)
    }

    @Test func `every truncation is refused`() throws {
        let whole = try Self.file(.lz4Raw)
        for length in 0..<whole.count {
            #expect(throws: ParquetError.self) { try Table(reading: [UInt8](whole[..<length])) }
        }
    }

    /// Files without checksums, so that changes reach the decoders.
    @Test(arguments: PyarrowFile.all.filter { !$0.hasChecksums })
    func `changed bytes without checksums end in a table or an error`(_ file: PyarrowFile) throws {
        var outcomes = (read: 0, refused: 0)
        for index in file.bytes.indices {
            var bytes = file.bytes
            bytes[index] ^= index % 2 == 0 ? 0xFF : 0x10
            do {
                _ = try Table(reading: bytes)
                outcomes.read += 1
            } catch is ParquetError {
                outcomes.refused += 1
            }
        }
        #expect(outcomes.read > 0 && outcomes.refused > 0)
    }

    @Test func `missing checksums are refused when they are required`() throws {
        let file = try #require(PyarrowFile.all.first { !$0.hasChecksums })
        let footer = #expect(throws: ParquetError.self) { try Table(reading: file.bytes, options: Self.strict) }
        #expect(footer?.activity == "reading the footer")
        let pages = ReaderOptions(requiresPageChecksums: true)
        let page = #expect(throws: ParquetError.self) { try Table(reading: file.bytes, options: pages) }
        #expect(page?.reason == "the page has no checksum")
        #expect(page?.column == "n")
        #expect(page?.page == 0)
    }

    // MARK: Made to mislead

    /// One column of one row group, with pages and chunk metadata as given.
    private func read(
        _ column: ColumnSchema, rows: Int, _ pages: [(PageHeader, [UInt8])], codec: PageCodec = .uncompressed,
        encodings: [PageEncoding] = [.plain, .rleDictionary, .deltaBinaryPacked, .deltaByteArray], size: Int? = nil,
        options: ReaderOptions = ReaderOptions()
    ) throws -> ColumnValues {
        let buffer = OutputBuffer()
        for (header, body) in pages {
            header.encode(into: buffer)
            body.withUnsafeBytes { buffer.append($0) }
        }
        let chunk = ColumnChunkInfo(
            codec: codec, encodings: encodings, valueCount: rows, dataPageOffset: 4,
            compressedSize: size ?? buffer.count, uncompressedSize: 0, dataPageCount: 1, statistics: ColumnStatistics())
        let footer = FileMetadata(
            schema: TableSchema(columns: [column]), rowCount: rows,
            rowGroups: [RowGroupInfo(rowCount: rows, columns: [chunk])], keyValues: [], createdBy: "")
        let bytes = ParquetFormat.magic + [UInt8](buffer.bytes) + footer.encoded()
        return try TableReader(source: MemorySource(bytes), options: options).readColumn(rowGroup: 0, column: 0)
    }

    private func data(_ count: Int, _ encoding: PageEncoding, _ size: Int, claims: Int? = nil) -> PageHeader {
        PageHeader(
            kind: .data(valueCount: count, encoding: encoding, levelEncoding: .rle), uncompressedSize: claims ?? size,
            compressedSize: size, checksum: nil)
    }

    private let number = ColumnSchema("n", .int64)
    private let text = ColumnSchema("t", .utf8)

    private func expect(_ kind: ParquetError.Kind, _ body: () throws -> ColumnValues) {
        let error = #expect(throws: ParquetError.self) { try body() }
        #expect(error?.kind == kind, "\(String(describing: error))")
    }

    @Test func `a well-made page of the same make is read`() throws {
        let ones: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
        #expect(try read(number, rows: 2, [(data(2, .plain, 16), ones + ones)]) == .int64([1, 1]))
    }

    @Test func `sizes that the bytes cannot have are refused`() {
        let most = Int(Int32.max)
        expect(.damaged) { try read(number, rows: 1, [(data(1, .plain, 8), [1])]) }
        expect(.damaged) { try read(number, rows: 1, [(data(1, .plain, most), [1])]) }
        expect(.damaged) { try read(number, rows: 1, [(data(1, .plain, 1), [1])]) }
        expect(.damaged) { try read(number, rows: 1, [(data(1, .plain, 8, claims: 9), [1, 0, 0, 0, 0, 0, 0, 0])]) }
        expect(.damaged) { try read(number, rows: 1, [], size: most) }
        expect(.damaged) { try read(number, rows: 1, [], size: .max) }
        expect(.damaged) { try read(number, rows: 2, [(data(3, .plain, 24), [UInt8](repeating: 0, count: 24))]) }
        expect(.damaged) { try read(number, rows: 4, [(data(3, .plain, 24), [UInt8](repeating: 0, count: 24))]) }
    }

    @Test func `decompression is bounded by what LZ4 can do`() {
        let most = Int(Int32.max)
        expect(.damaged) {
            try read(number, rows: 1, [(data(1, .plain, 8, claims: most), [1, 0, 0, 0, 0, 0, 0, 0])], codec: .lz4Raw)
        }
        expect(.damaged) { try read(number, rows: 1, [(data(1, .plain, 1, claims: 8), [0xF0])], codec: .lz4Raw) }
    }

    @Test func `repetition cannot ask for more than the limits`() {
        let rows = 1 << 30
        // A run of a billion times index 0.
        let run: [UInt8] = [1, 0x80, 0x80, 0x80, 0x80, 0x08, 0]
        let dictionary = PageHeader(
            kind: .dictionary(valueCount: 1, encoding: .plain), uncompressedSize: 8, compressedSize: 8, checksum: nil)
        let pages = [
            (dictionary, [4, 0, 0, 0, 97, 98, 99, 100] as [UInt8]), (data(rows, .rleDictionary, run.count), run),
        ]
        expect(.tooLarge) { try read(text, rows: rows, pages) }
        var options = ReaderOptions()
        options.maximumRowGroupRows = 1 << 16
        options.maximumColumnBytes = 1 << 16
        let some = [pages[0], (data(1 << 15, .rleDictionary, run.count), run)]
        expect(.tooLarge) { try read(text, rows: 1 << 15, some, options: options) }
    }

    @Test func `dictionary indexes stay within the dictionary`() {
        let dictionary = PageHeader(
            kind: .dictionary(valueCount: 1, encoding: .plain), uncompressedSize: 8, compressedSize: 8, checksum: nil)
        let entry = [UInt8](repeating: 0, count: 8)
        let body: [UInt8] = [8, 2, 1]
        expect(.damaged) { try read(number, rows: 1, [(dictionary, entry), (data(1, .rleDictionary, 3), body)]) }
        expect(.damaged) { try read(number, rows: 1, [(data(1, .rleDictionary, 3), body)]) }
        expect(.damaged) { try read(number, rows: 1, [(data(1, .rleDictionary, 3), [33, 2, 1])]) }
        expect(.damaged) { try read(number, rows: 1, [(dictionary, entry), (data(1, .rleDictionary, 0), [])]) }
        let crowd = PageHeader(
            kind: .dictionary(valueCount: Int(Int32.max), encoding: .plain), uncompressedSize: 8, compressedSize: 8,
            checksum: nil)
        expect(.damaged) { try read(number, rows: 1, [(crowd, entry), (data(1, .rleDictionary, 3), [8, 2, 0])]) }
        expect(.damaged) { try read(text, rows: 1, [(crowd, entry), (data(1, .rleDictionary, 3), [8, 2, 0])]) }
    }

    @Test(
        arguments: [
            [0x81, 0x01, 0x04, 1, 0],  // a block of 129
            [0x80, 0x01, 0x00, 1, 0],  // no miniblocks
            [0x80, 0x01, 0x08, 1, 0],  // miniblocks of 16
            [0x80, 0x80, 0x80, 0x80, 0x08, 0x01, 1, 0],  // a block of 2^31
            [0x80, 0x01, 0x04, 2, 0],  // another count
            [0x80, 0x01, 0x04],
            [],
        ] as [[UInt8]])
    func `a malformed delta header is refused`(_ body: [UInt8]) {
        expect(.damaged) { try read(number, rows: 1, [(data(1, .deltaBinaryPacked, body.count), body)]) }
    }

    @Test func `prefixes and lengths stay within what is there`() {
        func lengths(_ value: UInt8) -> [UInt8] { [0x80, 0x01, 0x04, 1, value] }
        // Zigzag: 2 is 1, 1 is −1.
        expect(.damaged) { try read(text, rows: 1, [(data(1, .deltaByteArray, 11), lengths(2) + lengths(2) + [97])]) }
        expect(.damaged) { try read(text, rows: 1, [(data(1, .deltaByteArray, 11), lengths(1) + lengths(2) + [97])]) }
        expect(.damaged) { try read(text, rows: 1, [(data(1, .deltaByteArray, 11), lengths(0) + lengths(1) + [97])]) }
        expect(.damaged) { try read(text, rows: 1, [(data(1, .deltaByteArray, 11), lengths(0) + lengths(4) + [97])]) }
    }

    @Test func `features that are not known are refused by name`() {
        let ones: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
        expect(.unsupported) { try read(number, rows: 1, [(data(1, .plain, 8), ones)], codec: .gzip) }
        expect(.unsupported) { try read(number, rows: 1, [(data(1, .byteStreamSplit, 8), ones)]) }
        expect(.damaged) { try read(number, rows: 1, [(data(1, .plain, 8), ones)], encodings: [.rleDictionary]) }
        let error = #expect(throws: ParquetError.self) {
            try read(number, rows: 1, [(data(1, .plain, 8), ones)], codec: .gzip)
        }
        #expect(error?.description.contains("compression codec gzip") == true)
        #expect(error?.column == "n")
        #expect(error?.rowGroup == 0)
    }

    // MARK: Thrift

    private func skim(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes {
            var reader = ThriftReader($0, fileOffset: 0, activity: "skimming")
            var last: Int16 = 0
            while let field = try reader.nextField(after: &last) { try reader.skip(field) }
        }
    }

    @Test func `unknown fields of every type are passed over`() throws {
        try skim([0x11, 0x12, 0x13, 7, 0x14, 2, 0x15, 2, 0x16, 2, 0x17, 0, 0, 0, 0, 0, 0, 0, 0, 0x18, 1, 65, 0])
        try skim([0x19, 0x25, 2, 4, 0x1A, 0x11, 1, 0x1B, 1, 0x85, 1, 65, 2, 0x1C, 0x11, 0x15, 2, 0, 0x1B, 0, 0])
        try skim([0x1D] + [UInt8](repeating: 9, count: 16) + [0])
    }

    @Test(
        arguments: [
            [], [0x15], [0x15, 0x80], [0x1E, 0], [0x18, 5, 65], [0x19, 0xF5, 0xFF, 0xFF, 0x03],
            [0x1B, 0xFF, 0x7F, 0x55],
            [0x15] + [UInt8](repeating: 0xFF, count: 11) + [0],
        ] as [[UInt8]])
    func `malformed structs are refused`(_ bytes: [UInt8]) {
        #expect(throws: ParquetError.self) { try skim(bytes) }
    }

    @Test func `nesting is bounded`() {
        let deep = [UInt8](repeating: 0x1C, count: 100_000)
        let error = #expect(throws: ParquetError.self) { try skim(deep) }
        #expect(error?.reason.contains("nest deeper") == true)
        #expect(throws: ParquetError.self) { try skim([UInt8](repeating: 0x19, count: 100_000)) }
    }
}
