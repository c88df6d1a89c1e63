//  Columns of every type through buffers and files, against plain lists of values.

import TestSupport
import Testing

@testable import ParquetTable

@Suite struct BufferRoundTripTests {
    private static let codecs: [WriterOptions.Compression] = [.uncompressed, .lz4Raw, .zstd, .zstd(level: 1)]

    @Test(arguments: ColumnType.samples, Nulls.allCases)
    func `every type comes back in every encoding`(_ type: ColumnType, _ nulls: Nulls) throws {
        var random = TestSeed.dice(#function, "\(type) \(nulls)")
        for encoding in ColumnEncoding.allCases where encoding.suits(type) {
            for few in [true, false] {
                let schema = ColumnSchema("c", type, isNullable: nulls != .nowhere, encoding: encoding)
                let column = TestColumn(schema, rows: 400, nulls: nulls, few: few, &random)
                let options = WriterOptions(compression: random.pick(Self.codecs), pageRows: 130, pageBytes: 3000)
                let bytes = try TestTable(columns: [column]).file(&random, options)
                let back = try TestTable(reading: bytes)
                #expect(back.cells == [column.cells], "\(encoding), few: \(few), \(TestSeed.text)")
                #expect(back.columns[0].schema.type == type)
                #expect(back.columns[0].schema.isNullable == schema.isNullable)
            }
        }
    }

    @Test func `random tables come back`() throws {
        var random = TestSeed.dice()
        for _ in 0..<30 {
            let table = TestTable(rows: random.pick([1, 2, 63, 64, 65, 500, 1000]), &random)
            let options = WriterOptions(
                compression: random.pick(Self.codecs), pageRows: 1 + random.below(700),
                pageBytes: 1 + random.below(20_000), rowGroupBytes: 1 + random.below(60_000),
                rowGroupRows: 1 + random.below(1500))
            let pieces = 1 + random.below(900)
            let bytes = try table.file(&random, options, pieces: pieces)
            let strict = ReaderOptions(requiresPageChecksums: true, requiresFooterChecksum: true)
            #expect(try TestTable(reading: bytes, options: strict).cells == table.cells, "\(TestSeed.text)")
        }
    }

    @Test func `types are distinguished by the footer`() throws {
        let columns = ColumnType.samples.enumerated().map { index, type in
            ColumnSchema("c\(index)", type, isNullable: index % 2 == 0)
        }
        let schema = TableSchema(columns: columns)
        let file = MemoryFile()
        var writer = RowWriter(schema: schema) { file.bytes += $0 }
        try writer.append(RowBuffer(schema: schema))
        #expect(try writer.finish(metadata: [("a", "1"), ("b", "é")]).rows == 0)
        let reader = try TableReader(source: MemorySource(file.bytes))
        #expect(reader.schema == schema)
        #expect(reader.metadata.map(\.key) == ["a", "b"])
        #expect(reader.createdBy == "watchfold version 1")
    }

    // MARK: Row groups

    /// Where rows are cut, computed row by row.
    private func expectedCuts(_ table: TestTable, _ options: WriterOptions) -> [Int] {
        func size(_ row: Int) -> Int {
            table.columns.reduce(0) { sum, column in
                switch column.cells[row] {
                case .null: sum
                case .boolean: sum + 1
                case .double: sum + 8
                case .text(let bytes): sum + 4 + bytes.count
                case .integer:
                    switch column.schema.type {
                    case .int64, .timestamp: sum + 8
                    case .date: sum + 4
                    case .decimal(let precision, _): sum + (precision <= 9 ? 4 : precision <= 18 ? 8 : 16)
                    default: preconditionFailure("an integer of type \(column.schema.type)")
                    }
                }
            }
        }
        var cuts: [Int] = []
        var (bytes, rows) = (0, 0)
        for row in 0..<table.rows {
            if rows > 0, rows == options.rowGroupRows || bytes + size(row) > options.rowGroupBytes {
                cuts.append(rows)
                (bytes, rows) = (0, 0)
            }
            bytes += size(row)
            rows += 1
        }
        return cuts + [rows]
    }

    @Test func `row groups are cut by size, whatever pieces rows come in`() throws {
        var random = TestSeed.dice()
        for _ in 0..<10 {
            let table = TestTable(rows: 600, &random)
            let options = WriterOptions(rowGroupBytes: 1 + random.below(9000), rowGroupRows: 50 + random.below(500))
            let file = try table.file(&random, options, pieces: 600)
            for pieces in [1, 7, 200] {
                #expect(try table.file(&random, options, pieces: pieces) == file, "\(TestSeed.text)")
            }
            let groups = try TableReader(source: MemorySource(file)).rowGroups.map(\.rowCount)
            #expect(groups == expectedCuts(table, options), "\(TestSeed.text)")
        }
    }

    @Test func `any number of threads makes the same file`() async throws {
        var random = TestSeed.dice()
        let table = TestTable(rows: 2000, &random)
        let options = WriterOptions(compression: .zstd, rowGroupRows: 300)
        let expected = try table.file(&random, options)
        // Row groups, each encoded elsewhere.
        var cutter = RowGroupCutter(schema: table.schema, options: options)
        var groups: [RowBuffer] = []
        for piece in table.pieces(500, &random) {
            var row = 0
            while row < piece.rowCount {
                row = cutter.collect(piece, from: row)
                if row < piece.rowCount { groups.append(cutter.take()) }
            }
        }
        if !cutter.isEmpty { groups.append(cutter.take()) }
        #expect(groups.count == 7)
        let (first, second) = (MemoryFile(), MemoryFile())
        var writer = TableWriter(schema: table.schema, options: options) { first.bytes += $0 }
        for encoder in try await encode(groups, table.schema, options) { try writer.write(encoder) }
        _ = try writer.finish(metadata: [("k", "v")])
        #expect(first.bytes == expected)
        // Columns, each encoded by an encoder of its own, last ones first.
        var byColumns = TableWriter(schema: table.schema, options: options) { second.bytes += $0 }
        let columns = table.schema.columns
        let encoders = columns.map { _ in ColumnEncoder(options: options) }
        let encoder = RowGroupEncoder(schema: table.schema, options: options)
        for group in groups {
            for index in columns.indices.reversed() { try encoders[index].encode(group.columns[index], columns[index]) }
            encoder.removeAll()
            encoder.append(encoders)
            try byColumns.write(encoder)
        }
        _ = try byColumns.finish(metadata: [("k", "v")])
        #expect(second.bytes == expected)
    }

    /// What one task has of a row group; no two have the same.
    private struct Own<Value>: @unchecked Sendable { var value: Value }

    private func encode(
        _ groups: [RowBuffer], _ schema: TableSchema, _ options: WriterOptions
    ) async throws -> [RowGroupEncoder] {
        let own = groups.map { Own(value: $0) }
        return try await withThrowingTaskGroup(of: (Int, Own<RowGroupEncoder>).self) { tasks in
            for (index, group) in own.enumerated() {
                tasks.addTask {
                    let encoder = RowGroupEncoder(schema: schema, options: options)
                    try encoder.encode(group.value)
                    return (index, Own(value: encoder))
                }
            }
            var encoders: [Int: RowGroupEncoder] = [:]
            for try await (index, encoder) in tasks { encoders[index] = encoder.value }
            return groups.indices.map { encoders[$0]! }
        }
    }

    // MARK: Buffers

    @Test func `buffers hold what was appended, in any pieces`() {
        var random = TestSeed.dice()
        for type in ColumnType.samples {
            for nulls in Nulls.allCases {
                let schema = ColumnSchema("c", type, isNullable: true)
                let column = TestColumn(schema, rows: 300, nulls: nulls, few: false, &random)
                let whole = column.buffer
                #expect(whole.cells == column.cells)
                let copy = ColumnBuffer(type)
                for _ in 0..<2 {
                    copy.removeAll()
                    var row = 0
                    while row < 300 {
                        let end = min(300, row + 1 + random.below(130))
                        copy.append(row..<end, of: whole)
                        row = end
                    }
                    #expect(copy == whole, "\(type), \(nulls), \(TestSeed.text)")
                    #expect(copy.cells == column.cells)
                    #expect(copy.byteCount == whole.byteCount)
                }
                copy.appendNulls(3)
                #expect(copy.cells == column.cells + [.null, .null, .null])
                #expect(copy != whole)
            }
        }
    }

    @Test func `decimals with too many digits are refused`() throws {
        for (precision, value) in [(1, 10), (9, 1_000_000_000), (18, 1_000_000_000_000_000_000)] as [(Int, Int128)] {
            let buffer = ColumnBuffer(.decimal(precision: precision, scale: 0))
            for value in [value, -value] {
                let error = #expect(throws: ParquetError.self) { try buffer.append(decimals: [value], rows: 1) }
                #expect(error?.kind == .invalidTable)
            }
            #expect(buffer.rowCount == 0)
            try buffer.append(decimals: [value - 1, 1 - value], rows: 2)
            #expect(buffer.cells == [.integer(value - 1), .integer(1 - value)])
        }
        // Integers that are not looked at when they are appended.
        let schema = TableSchema(columns: [ColumnSchema("d", .decimal(precision: 10, scale: 2))])
        let rows = RowBuffer(schema: schema)
        rows.columns[0].append(int64s: [9_999_999_999, 10_000_000_000], rows: 2)
        let error = #expect(throws: ParquetError.self) {
            try RowGroupEncoder(schema: schema).encode(rows)
        }
        #expect(error?.kind == .invalidTable)
        #expect(error?.column == "d")
    }

    @Test func `nulls in a required column are refused`() throws {
        let schema = TableSchema(columns: [ColumnSchema("b", .boolean)])
        let rows = RowBuffer(schema: schema)
        rows.columns[0].appendNulls(1)
        let error = #expect(throws: ParquetError.self) { try RowGroupEncoder(schema: schema).encode(rows) }
        #expect(error?.kind == .invalidTable)
        #expect(error?.column == "b")
    }

    @Test func `dates that are far apart are written plain, since their differences need 33 bits`() throws {
        for (cells, encoding) in [
            ([Int128(Int32.min), Int128(Int32.max)], PageEncoding.plain),
            ([-5, Int128(Int32.max) - 6], .deltaBinaryPacked),
        ] {
            var random = Dice(seed: 1)
            let schema = ColumnSchema("d", .date, encoding: .deltaBinaryPacked)
            let table = TestTable(columns: [TestColumn(schema, (0..<100).map { .integer(cells[$0 % 2]) })])
            let bytes = try table.file(&random)
            #expect(try TableReader(source: MemorySource(bytes)).rowGroups[0].columns[0].encodings.first == encoding)
            #expect(try TestTable(reading: bytes).cells == table.cells)
        }
    }

    @Test func `values choose between a dictionary and none`() throws {
        var random = Dice(seed: 2)
        for type in ColumnType.samples where type != .boolean && type != .decimal(precision: 1, scale: 0) {
            for few in [true, false] {
                // Far apart, so that differences save nothing: three of them, or all different.
                let cells = (0..<3000).map { row -> Cell in
                    let number = few ? row * row % 3 : row * 7919 % 3001
                    switch type {
                    case .utf8: return .text(Array("a text of some length, number \(number)".utf8.reversed()))
                    case .double: return .double(Double(number).bitPattern)
                    default: return .integer(type.integers!.upperBound / 3001 * Int128(number) - 5)
                    }
                }
                let bytes = try TestTable(columns: [TestColumn(ColumnSchema("c", type), cells)]).file(&random)
                let reader = try TableReader(source: MemorySource(bytes))
                let encodings = reader.rowGroups[0].columns[0].encodings
                #expect((encodings.first == .rleDictionary) == few, "\(type), few: \(few)")
                #expect(try TestTable(reading: bytes).cells == [cells])
            }
        }
    }

    @Test func `columns of other types are refused where arrays are wanted`() throws {
        var random = Dice(seed: 3)
        let table = TestTable(columns: [TestColumn(ColumnSchema("d", .double), [.double(0)])])
        let reader = try TableReader(source: MemorySource(try table.file(&random)))
        let error = #expect(throws: ParquetError.self) { try reader.readColumn(rowGroup: 0, column: 0) }
        #expect(error?.kind == .unsupported)
        #expect(error?.column == "d")
    }
}
