//  Damaged columns of every type end in the same values or an error, never in a trap.

import TestSupport
import Testing

@testable import ParquetTable

@Suite struct BufferDamageTests {
    private static let strict = ReaderOptions(requiresPageChecksums: true, requiresFooterChecksum: true)

    /// A small file with every type, nulls, dictionaries, and compressed pages when asked for.
    private static func table() -> TestTable {
        var random = Dice(seed: 8)
        return TestTable(
            columns: ColumnType.samples.enumerated().map { index, type in
                let schema = ColumnSchema("c\(index)", type, isNullable: index % 2 == 0)
                return TestColumn(schema, rows: 20, nulls: .mixed, few: index % 3 == 0, &random)
            })
    }

    @Test(arguments: [WriterOptions.Compression.uncompressed, .zstd])
    func `no changed byte changes a value unnoticed`(_ compression: WriterOptions.Compression) throws {
        var random = Dice(seed: 1)
        let table = Self.table()
        let whole = try table.file(&random, WriterOptions(compression: compression, pageRows: 12))
        var refused = 0
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= index % 2 == 0 ? 0xFF : 0x01
            do {
                let found = try TestTable(reading: bytes, options: Self.strict)
                if found.cells != table.cells { Issue.record("byte \(index) changes a value") }
            } catch is ParquetError {
                refused += 1
            }
        }
        #expect(refused > whole.count * 9 / 10)
    }

    /// Chunks without checksums around which the footer is made anew, so that every change reaches the decoders.
    @Test(arguments: [WriterOptions.Compression.uncompressed, .lz4Raw, .zstd])
    func `changed pages without checksums end in values or an error`(_ compression: WriterOptions.Compression) throws {
        var outcomes = (same: 0, other: 0, refused: 0)
        for column in Self.table().columns {
            let options = WriterOptions(compression: compression, pageRows: 12)
            let encoder = ColumnEncoder(options: options)
            try encoder.encode(column.buffer, column.schema)
            let (chunk, info) = ([UInt8](encoder.bytes), try #require(encoder.info))
            for index in chunk.indices {
                var bytes = chunk
                bytes[index] ^= index % 2 == 0 ? 0xFF : 0x10
                do {
                    let found = try read(Self.withoutChecksums(bytes), info, column)
                    if found == column.cells { outcomes.same += 1 } else { outcomes.other += 1 }
                } catch is ParquetError {
                    outcomes.refused += 1
                }
            }
        }
        #expect(outcomes.other > 0 && outcomes.refused > 0)
    }

    private func read(_ chunk: [UInt8], _ info: ColumnChunkInfo, _ column: TestColumn) throws -> [Cell] {
        var info = info.moved(by: 4)
        info.compressedSize = chunk.count
        info.statistics = ColumnStatistics()
        let footer = FileMetadata(
            schema: TableSchema(columns: [column.schema]), rowCount: info.valueCount,
            rowGroups: [RowGroupInfo(rowCount: info.valueCount, columns: [info])], keyValues: [], createdBy: "")
        let file = ParquetFormat.magic + chunk + footer.encoded()
        var options = ReaderOptions()
        options.maximumColumnBytes = 1 << 22
        let buffer = ColumnBuffer(column.schema.type)
        try TableReader(source: MemorySource(file), options: options).read(rowGroup: 0, column: 0, into: buffer)
        return buffer.cells
    }

    /// The same pages with headers that have no checksum; as far as they can be read, then the rest as it is.
    private static func withoutChecksums(_ chunk: [UInt8]) -> [UInt8] {
        let buffer = OutputBuffer()
        var position = 0
        chunk.withUnsafeBytes { bytes in
            while position < bytes.count {
                var reader = ThriftReader(
                    UnsafeRawBufferPointer(rebasing: bytes[position...]), fileOffset: 0, activity: "copying a page")
                guard var header = try? reader.pageHeader() else { break }
                if case .dataV2 = header.kind { break }
                if case .index = header.kind { break }
                let start = position + reader.position
                guard header.compressedSize <= bytes.count - start else { break }
                header.checksum = nil
                header.encode(into: buffer)
                buffer.append(UnsafeRawBufferPointer(rebasing: bytes[start..<start + header.compressedSize]))
                position = start + header.compressedSize
            }
            buffer.append(UnsafeRawBufferPointer(rebasing: bytes[position...]))
        }
        return [UInt8](buffer.bytes)
    }

    // MARK: Made to mislead

    private func expect(_ kind: ParquetError.Kind, _ type: ColumnType, _ encoding: PageEncoding, _ body: [UInt8]) {
        let header = PageHeader(
            kind: .data(valueCount: 2, encoding: encoding, levelEncoding: .rle), uncompressedSize: body.count,
            compressedSize: body.count, checksum: nil)
        let buffer = OutputBuffer()
        header.encode(into: buffer)
        body.withUnsafeBytes { buffer.append($0) }
        let info = ColumnChunkInfo(
            codec: .uncompressed, encodings: [.plain, .rleDictionary, .deltaBinaryPacked, .rle], valueCount: 2,
            dataPageOffset: 0, compressedSize: buffer.count, uncompressedSize: 0, dataPageCount: 1,
            statistics: ColumnStatistics())
        let column = TestColumn(ColumnSchema("c", type), [])
        let error = #expect(throws: ParquetError.self) { try read([UInt8](buffer.bytes), info, column) }
        #expect(error?.kind == kind, "\(type) in \(encoding): \(String(describing: error))")
        #expect(error?.column == "c")
    }

    @Test func `pages with too few bytes, and encodings that a type does not have, are refused`() {
        for type in ColumnType.samples {
            expect(.damaged, type, .plain, [])
            if type != .boolean { expect(.damaged, type, .plain, [0, 0, 0]) }
            expect(type == .boolean ? .unsupported : .damaged, type, .rleDictionary, [1, 4, 0])
        }
        expect(.unsupported, .double, .deltaBinaryPacked, [0x80, 0x01, 0x04, 2, 0])
        expect(.unsupported, .decimal(precision: 20, scale: 0), .deltaBinaryPacked, [0x80, 0x01, 0x04, 2, 0])
        expect(.unsupported, .boolean, .rle, [2, 0, 0, 0, 4, 1])
    }

    @Test func `decimals beyond their digits are refused`() {
        expect(.damaged, .decimal(precision: 1, scale: 0), .plain, [9, 0, 0, 0, 10, 0, 0, 0])
        expect(.damaged, .decimal(precision: 9, scale: 0), .plain, [0, 0, 0, 0x80, 0, 0, 0, 0])
        expect(
            .damaged, .decimal(precision: 38, scale: 0), .plain,
            [0x80] + [UInt8](repeating: 0, count: 31))
    }

    /// A frame of a few bytes that stands for a gigabyte of zeros is refused before memory is asked for.
    @Test func `zstd cannot ask for more than the limits`() {
        let body = [UInt8](repeating: 0, count: 30_000)
        for claimed in [1 << 23, Int(Int32.max)] {
            let header = PageHeader(
                kind: .data(valueCount: 2, encoding: .plain, levelEncoding: .rle), uncompressedSize: claimed,
                compressedSize: body.count, checksum: nil)
            let buffer = OutputBuffer()
            header.encode(into: buffer)
            body.withUnsafeBytes { buffer.append($0) }
            let info = ColumnChunkInfo(
                codec: .zstd, encodings: [.plain], valueCount: 2, dataPageOffset: 0, compressedSize: buffer.count,
                uncompressedSize: 0, dataPageCount: 1, statistics: ColumnStatistics())
            let column = TestColumn(ColumnSchema("c", .double), [])
            let error = #expect(throws: ParquetError.self) { try read([UInt8](buffer.bytes), info, column) }
            #expect(error?.kind == (claimed == 1 << 23 ? .tooLarge : .damaged), "\(String(describing: error))")
        }
    }
}
