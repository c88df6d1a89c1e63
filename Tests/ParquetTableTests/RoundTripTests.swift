import Columns
import ParquetTable
import TestSupport
import Testing

@Suite struct RoundTripTests {
    static let layouts: [WriterOptions] = [
        WriterOptions(),
        WriterOptions(compression: .uncompressed, pageRows: 100),
        WriterOptions(pageRows: 7),
        WriterOptions(pageRows: 1000, pageBytes: 200),
    ]

    @Test(arguments: layouts, [false, true])
    func `every encoding gives back what was written`(_ options: WriterOptions, isNullable: Bool) throws {
        var random = Dice(seed: isNullable ? 1 : 2)
        for rows in [1, 2, 129, 700] {
            var columns: [ColumnSchema] = []
            var kinds: [ValueKind] = []
            for type in [ColumnType.int64, .utf8] {
                for encoding in ColumnEncoding.allCases where encoding.suits(type) {
                    for kind in ValueKind.allCases {
                        let name = "\(type) \(encoding) \(kind)"
                        columns.append(ColumnSchema(name, type, isNullable: isNullable, encoding: encoding))
                        kinds.append(kind)
                    }
                }
            }
            let groups = [rows, (rows + 1) / 2].map { rows in
                zip(columns, kinds).map { $1.column($0, rows: rows, &random) }
            }
            let bytes = try MemoryFile.write(TableSchema(columns: columns), groups, options)
            var strict = ReaderOptions(requiresPageChecksums: true, requiresFooterChecksum: true)
            strict.maximumRowGroupRows = rows
            let table = try Table(reading: bytes, options: strict)
            #expect(table == Table(names: columns.map(\.name), groups: groups))
            #expect(try MemoryFile.write(TableSchema(columns: columns), groups, options) == bytes)
        }
    }

    @Test func `the encodings that the writer is told to use are used`() throws {
        let expected: [(ColumnType, ColumnEncoding, PageEncoding)] = [
            (.int64, .plain, .plain), (.int64, .dictionary, .rleDictionary),
            (.int64, .deltaBinaryPacked, .deltaBinaryPacked), (.utf8, .plain, .plain),
            (.utf8, .dictionary, .rleDictionary), (.utf8, .deltaLengthByteArray, .deltaLengthByteArray),
            (.utf8, .deltaByteArray, .deltaByteArray),
        ]
        var random = Dice(seed: 3)
        for (type, encoding, page) in expected {
            let column = ColumnSchema("c", type, encoding: encoding)
            let values = ValueKind.spread.column(column, rows: 50, &random)
            let bytes = try MemoryFile.write(TableSchema(columns: [column]), [[values]])
            let reader = try TableReader(source: MemorySource(bytes))
            #expect(reader.rowGroups[0].columns[0].encodings.first == page)
        }
    }

    @Test func `values choose their encoding`() throws {
        let rows = 5000
        var random = Dice(seed: 4)
        let columns: [(ColumnValues, PageEncoding)] = [
            (.utf8(StringColumn((0..<rows).map { "BDH\(100_000 + $0 * 2 / 3)" })), .deltaByteArray),
            (.utf8(StringColumn((0..<rows).map { ["CHANNEL", "VOD", "RELAX"][$0 * $0 % 3] })), .rleDictionary),
            (.utf8(StringColumn((0..<rows).map { _ in String(random.next(), radix: 36) })), .deltaLengthByteArray),
            (.int64((0..<rows).map { _ in Int64(random.next() % 86_401) }), .deltaBinaryPacked),
            (.int64((0..<rows).map { _ in Int64(bitPattern: random.next()) }), .plain),
            (.int64((0..<rows).map { _ in [Int64.min, 0, .max].randomElement(using: &random)! }), .rleDictionary),
        ]
        for (values, encoding) in columns {
            let schema = TableSchema(columns: [ColumnSchema("c", values.type)])
            let bytes = try MemoryFile.write(schema, [[values]])
            let reader = try TableReader(source: MemorySource(bytes))
            #expect(reader.rowGroups[0].columns[0].encodings.first == encoding)
            #expect(try reader.readColumn(rowGroup: 0, column: 0) == values)
        }
    }

    @Test(arguments: ColumnEncoding.allCases.filter { $0.suits(.utf8) })
    func `long strings and zero bytes survive`(_ encoding: ColumnEncoding) throws {
        let long = String(repeating: "0123456789abcdef", count: 1 << 16)
        let rows = ["", "\0", "\0\0", long, long + "x", "x", long, "", "0123456789abcdef", "0123456789abcdefg"]
        let schema = TableSchema(columns: [ColumnSchema("c", .utf8, encoding: encoding)])
        let values = ColumnValues.utf8(StringColumn(rows))
        #expect(try Table(reading: MemoryFile.write(schema, [[values]])).groups == [[values]])
    }

    @Test func `a table without rows has columns and metadata`() throws {
        let schema = TableSchema(columns: [ColumnSchema("a", .int64), ColumnSchema("b", .utf8, isNullable: true)])
        let nothing: [ColumnValues] = [.int64([]), .utf8(StringColumn())]
        for groups in [[], [nothing], [nothing, nothing]] {
            let bytes = try MemoryFile.write(schema, groups, metadata: [("key", "é"), ("empty", ""), ("key", "2")])
            let reader = try TableReader(source: MemorySource(bytes))
            #expect(reader.schema == schema)
            #expect(reader.rowCount == 0)
            #expect(reader.rowGroups.isEmpty)
            #expect(reader.metadata.map(\.key) == ["key", "empty", "key"])
            #expect(reader.metadata.map(\.value) == ["é", "", "2"])
            #expect(reader.metadataValue("key") == "é")
            #expect(reader.metadataValue("none") == nil)
            #expect(reader.createdBy == "watchfold version 1")
        }
    }

    @Test func `named columns come in the order of their names`() throws {
        let schema = TableSchema(columns: ["a", "b", "c"].map { ColumnSchema($0, .int64) })
        let bytes = try MemoryFile.write(schema, [[.int64([1]), .int64([2]), .int64([3])]])
        let reader = try TableReader(source: MemorySource(bytes))
        #expect(try reader.readColumns(rowGroup: 0, named: ["c", "a"]) == [.int64([3]), .int64([1])])
        #expect(throws: ParquetError.self) { try reader.readColumns(rowGroup: 0, named: ["d"]) }
    }

    @Test func `reading a column touches its bytes alone`() throws {
        let schema = TableSchema(columns: ["a", "b"].map { ColumnSchema($0, .int64) })
        var bytes = try MemoryFile.write(schema, [[.int64([1, 2]), .int64([3, 4])]])
        let chunk = try TableReader(source: MemorySource(bytes)).rowGroups[0].columns[0]
        for index in chunk.startOffset..<chunk.startOffset + chunk.compressedSize { bytes[index] = 0xEE }
        let reader = try TableReader(source: MemorySource(bytes))
        #expect(try reader.readColumn(rowGroup: 0, column: 1) == .int64([3, 4]))
        #expect(throws: ParquetError.self) { try reader.readColumn(rowGroup: 0, column: 0) }
    }

    @Test func `nulls in a required column are refused and named`() throws {
        let schema = TableSchema(columns: [ColumnSchema("a", .int64)])
        let values = ColumnValues.int64([1, 0], validity: Validity([true, false]))
        let error = #expect(throws: ParquetError.self) { try MemoryFile.write(schema, [[values]]) }
        #expect(error?.kind == .invalidTable)
        #expect(error?.column == "a")
    }

    @Test func `errors of sink and source pass unchanged`() throws {
        struct Full: Error, Equatable {}
        struct Broken: ByteSource {
            var count: Int { 100 }
            func read(at offset: Int, count: Int) throws -> [UInt8] { throw Full() }
        }
        let schema = TableSchema(columns: [ColumnSchema("a", .int64)])
        #expect(throws: Full()) {
            var writer = TableWriter(schema: schema) { _ in throw Full() }
            try writer.write(rowGroup: [.int64([1])])
        }
        #expect(throws: Full()) { try TableReader(source: Broken()) }
    }
}
