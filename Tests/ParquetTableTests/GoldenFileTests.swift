import Columns
import Foundation
import ParquetTable
import Testing

@Suite struct GoldenFileTests {
    /// Files that exist must stay readable, and the same table must stay the same file: when this fails, the format on
    /// disk has changed.
    @Test func `a tiny table is these bytes`() throws {
        let schema = TableSchema(columns: [
            ColumnSchema("Contract", .utf8), ColumnSchema("Seconds", .int64, isNullable: true),
        ])
        let options = WriterOptions(sortingColumns: [SortingColumn(0)])
        let groups: [[ColumnValues]] = [
            [.utf8(StringColumn(["BDH013139", "SGH597377"])), .int64([72, 0], validity: Validity([true, false]))]
        ]
        let bytes = try MemoryFile.write(schema, groups, options, metadata: [("version", "1")])
        let golden = """
            UEFSMRUAFTQVNBWPhNDyARwVBBUAFQYVBgAACQAAAEJESDAxMzEzOQkAAABTR0g1OTczNzcVABUc
            FRwV5K2O7gYcFQQVABUGFQYAAAIAAAADAUgAAAAAAAAAFQIZPEgGc2NoZW1hFQQAFQwlABgIQ29u
            dHJhY3QlAEwcAAAAFQQlAhgHU2Vjb25kcwAWBBkcGSwmABwVDBkVABkYCENvbnRyYWN0FQAWBBZi
            FmImCDw2ACgJU0dINTk3Mzc3GAlCREgwMTMxMzkREQAZHBUAFQAVAgAAACYAHBUEGSUABhkYB1Nl
            Y29uZHMVABYEFkoWSiZqPDYCKAhIAAAAAAAAABgISAAAAAAAAAAREQAZHBUAFQAVAgAAABasARYE
            GRwVABISABYIFqwBFAAAGSwYB3ZlcnNpb24YATEAGAxmb290ZXIuY3JjMzIYCGFkNjI4ZDQ2ABgT
            d2F0Y2hmb2xkIHZlcnNpb24gMRksHAAAHAAAABgBAABQQVIx
            """
        #expect(Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithLineFeed]) == golden)
        #expect(try Table(reading: bytes).groups == groups)
    }
}
