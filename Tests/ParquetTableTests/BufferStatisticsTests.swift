//  What the footer says about columns of every type, against the values.

import TestSupport
import Testing

@testable import ParquetTable

@Suite struct BufferStatisticsTests {
    private func statistics(_ column: TestColumn) throws -> ColumnStatistics {
        var random = Dice(seed: 1)
        let bytes = try TestTable(columns: [column]).file(&random)
        return try TableReader(source: MemorySource(bytes)).rowGroups[0].columns[0].statistics
    }

    @Test(arguments: ColumnType.samples, Nulls.allCases)
    func `bounds are the least and the greatest value`(_ type: ColumnType, _ nulls: Nulls) throws {
        var random = TestSeed.dice(#function, "\(type) \(nulls)")
        for few in [true, false] {
            let schema = ColumnSchema("c", type, isNullable: true)
            var column = TestColumn(schema, rows: 300, nulls: nulls, few: few, &random)
            // NaN has a test of its own.
            for (row, cell) in column.cells.enumerated() where cell.double?.isNaN == true {
                column.cells[row] = .double((-1e300).bitPattern)
            }
            let found = try statistics(column)
            let present = column.cells.filter { $0 != .null }
            #expect(found.nullCount == 300 - present.count)
            if present.isEmpty {
                #expect(found == ColumnStatistics(nullCount: 300))
                continue
            }
            switch (found.minimum, found.maximum) {
            case (.utf8(let least)?, .utf8(let most)?):
                // None is long enough to be cut.
                let texts = present.compactMap(\.text)
                #expect(least == texts.min { $0.lexicographicallyPrecedes($1) })
                #expect(most == texts.max { $0.lexicographicallyPrecedes($1) })
            case (.boolean(let least)?, .boolean(let most)?):
                #expect(least == present.allSatisfy { $0 == .boolean(true) })
                #expect(most == present.contains(.boolean(true)))
            case (.double(let least)?, .double(let most)?):
                #expect(least == present.compactMap(\.double).min())
                #expect(most == present.compactMap(\.double).max())
            case (let least?, let most?):
                #expect(least.integer == present.compactMap(\.integer).min())
                #expect(most.integer == present.compactMap(\.integer).max())
            default: Issue.record("no bounds for \(type)")
            }
        }
    }

    private func doubles(_ values: [Double]) throws -> ColumnStatistics {
        try statistics(TestColumn(ColumnSchema("d", .double), values.map { .double($0.bitPattern) }))
    }

    @Test func `zero is a bound of either sign`() throws {
        for zero in [0.0, -0.0] {
            let found = try doubles([zero])
            guard case .double(let least)? = found.minimum, case .double(let most)? = found.maximum else {
                Issue.record("no bounds")
                continue
            }
            #expect(least == 0 && least.sign == .minus)
            #expect(most == 0 && most.sign == .plus)
            #expect(!found.isMinimumExact && !found.isMaximumExact)
        }
        let found = try doubles([-1, 0])
        #expect(found.minimum == .double(-1) && found.isMinimumExact)
    }

    @Test func `a column with a NaN has no bounds, one with infinities has`() throws {
        #expect(try doubles([1, .nan, 2]) == ColumnStatistics(nullCount: 0))
        #expect(try doubles([-.nan]) == ColumnStatistics(nullCount: 0))
        let found = try doubles([.infinity, 1, -.infinity])
        #expect(found.minimum == .double(-.infinity))
        #expect(found.maximum == .double(.infinity))
    }

    /// The bytes as other programs read them: by hand, from the format's description.
    @Test func `bounds are laid out as their type is`() {
        #expect(ColumnBound.int32(-2).plain == [0xFE, 0xFF, 0xFF, 0xFF])
        #expect(ColumnBound.int64(258).plain == [2, 1, 0, 0, 0, 0, 0, 0])
        #expect(ColumnBound.int128(-2).plain == [UInt8](repeating: 0xFF, count: 15) + [0xFE])
        #expect(ColumnBound.int128(258).plain == [UInt8](repeating: 0, count: 14) + [1, 2])
        #expect(ColumnBound.double(-2).plain == [0, 0, 0, 0, 0, 0, 0, 0xC0])
        #expect(ColumnBound.boolean(true).plain == [1])
        let bounds: [(ColumnBound, ColumnType)] = [
            (.int32(-2), .date), (.int64(.min), .timestamp), (.int128(-2), .decimal(precision: 38, scale: 0)),
            (.int128(258), .decimal(precision: 19, scale: 0)), (.double(-2), .double), (.boolean(false), .boolean),
            (.utf8([1, 2]), .utf8),
        ]
        for (bound, type) in bounds {
            #expect(ColumnBound(plain: bound.plain, type) == bound)
            if type != .utf8 { #expect(ColumnBound(plain: bound.plain + [0], type) == nil) }
        }
    }
}
