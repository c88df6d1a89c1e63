import ParquetTable
import Records
import RowReference
import TestSupport
import Testing
import TypedRows

/// Whole rows: which are taken, and what is said of the others.
@Suite struct RowTests {
    private static let settings: [ConversionSettings] = [
        ConversionSettings(), ConversionSettings(isUntyped: true),
        ConversionSettings(decimalRounding: .nearest, timestampRounding: .nearest, acceptsNonFinite: true),
        ConversionSettings(decimalRounding: .down, timestampRounding: .down),
        ConversionSettings(isUntyped: true, decimalRounding: .up, timestampRounding: .up),
    ]

    @Test(arguments: 0..<40) func randomRowsAreThoseOfThePlainReference(seed: Int) {
        var dice = TestSeed.dice(#function, "\(seed)")
        let types = (0..<1 + dice.below(12)).map { _ in dice.pick(FieldType.samples) }
        let schema = RowSchema(
            types.enumerated().map { RowField("f\($0.offset)", $0.element, isRequired: dice.once(in: 3)) })
        let settings = Self.settings[seed % Self.settings.count]
        let cells = (0..<100).map { _ in types.map { ReferenceCell.random(for: $0, &dice).read(settings) } }
        let expected = ConvertedRows.expected(cells, schema, settings)
        #expect(ConvertedRows(cells, schema, settings) == expected, "\(TestSeed.text)")
        #expect(ConvertedRows(cells, schema, settings, batch: 1 + dice.below(130)) == expected, "\(TestSeed.text)")
    }

    @Test(arguments: FieldType.samples) func randomCellsOfEachTypeAreThoseOfThePlainReference(type: FieldType) {
        var dice = TestSeed.dice(#function, "\(type)")
        let schema = RowSchema([RowField("f", type, isRequired: false)])
        for settings in Self.settings {
            let cells = (0..<400).map { _ in [ReferenceCell.random(for: type, &dice).read(settings)] }
            let (actual, expected) = (
                ConvertedRows(cells, schema, settings), ConvertedRows.expected(cells, schema, settings)
            )
            #expect(!expected.rows.isEmpty)
            if actual == expected { continue }
            // One by one, to name the cell.
            for row in cells {
                let (one, wanted) = (
                    ConvertedRows([row], schema, settings), ConvertedRows.expected([row], schema, settings)
                )
                #expect(one == wanted, "\(row[0].kind) \(String(decoding: row[0].text, as: UTF8.self)) \(settings)")
            }
        }
    }

    @Test func theFirstFieldInTheSchemasOrderNamesTheReason() {
        let schema = RowSchema([
            RowField("a", .integer), RowField("b", .string, isRequired: false), RowField("c", .date),
        ])
        let (one, day, text) = (
            ReferenceCell(.number, "1"), ReferenceCell(.string, "2022-04-01"), ReferenceCell(.string, "x")
        )
        let rows: [[ReferenceCell]] = [
            [one, .null, day], [text, ReferenceCell(.container, "[]"), .null],
            [one, ReferenceCell(.container, "{}"), text],
            [one, .missing, .missing], [.null, text, day], [one, text, day],
        ]
        let converted = ConvertedRows(rows, schema)
        #expect(
            converted.faults == [
                RowFault(row: 1, reason: .bad("a")), RowFault(row: 2, reason: .bad("b")),
                RowFault(row: 3, reason: .missing("c")), RowFault(row: 4, reason: .missing("a")),
            ])
        #expect(converted.findings.map(\.nulls) == [0, 1, 0])
        #expect(converted.findings.map(\.kinds) == [[.number, .string], [.string, .array, .object], [.string]])
        #expect(converted.rows == [[.integer(1), .null, .date(19_083)], [.integer(1), .text([0x78]), .date(19_083)]])
    }

    @Test func whatIsCoercedInARejectedRowIsNotCounted() {
        let schema = RowSchema([RowField("a", .integer), RowField("b", .integer)])
        let (plain, text) = (ReferenceCell(.number, "1"), ReferenceCell(.string, "1"))
        let converted = ConvertedRows([[text, plain], [text, .null], [plain, text], [text, text]], schema)
        #expect(converted.findings.map(\.coerced) == [2, 2])
        #expect(converted.faults.count == 1)
    }

    @Test func columnsBehindThoseOfTheSchemaAreTheCallers() {
        var converter = RowConverter(schema: RowSchema([RowField("a", .integer)]))
        let schema = TableSchema(columns: converter.tableSchema.columns + [ColumnSchema("_row", .int64)])
        let buffer = RowBuffer(schema: schema)
        let batch = CellBatch(fieldCount: 1)
        #expect(converter.convert(batch, into: buffer).isEmpty)
        #expect(buffer.columns[1].rowCount == 0 && buffer.columns[0].rowCount == 0)
        #expect(converter.tableSchema.columns == [ColumnSchema("a", .int64)])
    }
}
