import Columns
import TestSupport
import Testing

@testable import ParquetTable

@Suite struct StatisticsTests {
    private func statistics(_ values: ColumnValues, _ encoding: ColumnEncoding = .automatic) throws -> ColumnStatistics
    {
        let column = ColumnSchema("c", values.type, isNullable: values.validity != nil, encoding: encoding)
        let bytes = try MemoryFile.write(TableSchema(columns: [column]), [[values]])
        return try TableReader(source: MemorySource(bytes)).rowGroups[0].columns[0].statistics
    }

    @Test(arguments: ColumnEncoding.allCases, ValueKind.allCases)
    func `bounds are the least and the greatest value`(_ encoding: ColumnEncoding, _ kind: ValueKind) throws {
        for type in [ColumnType.int64, .utf8] where encoding.suits(type) {
            var random = Dice(seed: 5)
            let values = kind.column(ColumnSchema("c", type, isNullable: true), rows: 300, &random)
            let found = try statistics(values, encoding)
            let present = (0..<300).filter { values.validity?[$0] ?? true }
            #expect(found.nullCount == 300 - present.count)
            if let integers = values.int64s {
                #expect(found.minimum == present.map { integers[$0] }.min().map(ColumnBound.int64))
                #expect(found.maximum == present.map { integers[$0] }.max().map(ColumnBound.int64))
                #expect(found.isMinimumExact && found.isMaximumExact)
            } else if let strings = values.strings {
                let all = present.map { [UInt8](strings[$0].utf8) }
                let least = try #require(all.min { $0.lexicographicallyPrecedes($1) })
                let greatest = try #require(all.max { $0.lexicographicallyPrecedes($1) })
                guard case .utf8(let minimum) = found.minimum, case .utf8(let maximum) = found.maximum else {
                    Issue.record("no bounds")
                    continue
                }
                #expect(found.isMinimumExact == (minimum == least))
                #expect(found.isMaximumExact == (maximum == greatest))
                #expect(!least.lexicographicallyPrecedes(minimum))
                #expect(!maximum.lexicographicallyPrecedes(greatest))
                #expect(found.isMinimumExact == (least.count <= 64))
                #expect(found.isMaximumExact == (greatest.count <= 64))
            }
        }
    }

    @Test func `a column of nulls has no bounds`() throws {
        let found = try statistics(.int64([0, 0], validity: Validity([false, false])))
        #expect(found == ColumnStatistics(nullCount: 2))
    }

    /// The next character after the cut, its successor, and what neither has.
    @Test func `a long maximum is cut to a bound that is text and not less`() throws {
        func maximum(_ text: String) -> String? {
            Array(text.utf8).withUnsafeBytes { StatisticsBounds.maximum($0) }.map {
                String(decoding: $0.bound, as: UTF8.self)
            }
        }
        let z = String(repeating: "z", count: 63)
        #expect(maximum(z + "az") == z + "b")
        #expect(maximum(z + "éa") == String(z.dropLast()) + "{")
        #expect(maximum(z.dropLast(2) + "\u{D7FF}a") == z.dropLast(2) + "\u{E000}")
        #expect(maximum("b" + String(repeating: "\u{10FFFF}", count: 20)) == "c")
        #expect(maximum(String(repeating: "\u{10FFFF}", count: 20)) == nil)
        #expect(maximum(z) == z)
    }
}
