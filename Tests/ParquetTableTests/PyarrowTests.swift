import Columns
import ParquetTable
import Testing

@Suite struct PyarrowTests {
    /// The table that `PyarrowFile` documents, in row groups of 14.
    private static let expected: Table = {
        let groups = [0..<14, 14..<24].map { rows -> [ColumnValues] in
            let numbers = rows.map { Int64($0 % 5 == 3 ? 0 : $0 * $0 * 1_000_003 - 7) }
            let names = rows.map { row -> String in
                let digits = String(row / 2 * 137)
                return "BDH" + String(repeating: "0", count: 6 - digits.count) + digits
            }
            return [
                .int64(numbers, validity: Validity(rows.map { $0 % 5 != 3 })),
                .int64(rows.map { Int64($0 / 3) }),
                .utf8(StringColumn(names)),
                .utf8(
                    StringColumn(rows.map { ["CHANNEL", "VOD", "", "é"][$0 % 4] }),
                    validity: Validity(rows.map { $0 % 4 != 2 })),
            ]
        }
        return Table(names: ["n", "count", "name", "app"], groups: groups)
    }()

    @Test(arguments: PyarrowFile.all) func `files of pyarrow are read`(_ file: PyarrowFile) throws {
        let options = ReaderOptions(requiresPageChecksums: file.hasChecksums)
        #expect(try Table(reading: file.bytes, options: options) == Self.expected)
        let reader = try TableReader(source: MemorySource(file.bytes))
        #expect(reader.createdBy.hasPrefix("parquet-cpp-arrow"))
        #expect(reader.rowCount == 24)
        #expect(reader.schema.columns.map(\.isNullable) == [true, false, false, true])
        let first = reader.rowGroups[0].columns
        #expect(first[0].statistics.nullCount == 3)
        #expect(first[0].statistics.minimum == .int64(-7))
        #expect(first[2].statistics.maximum == .utf8(Array("BDH000822".utf8)))
    }
}
