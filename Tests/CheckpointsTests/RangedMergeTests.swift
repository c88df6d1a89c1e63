//  A merge in ranges gives what a merge in one piece gives, and no contract lies in two ranges.

import Columns
import DurableIO
import Foundation
import Records
import Synchronization
import TestSupport
import Testing

@testable import Folding
@testable import KeyedTables

private struct Row: Hashable, Comparable {
    var contract: [UInt8]
    var app: [UInt8]
    var measures: [Int64]

    static func < (a: Row, b: Row) -> Bool {
        if a.contract != b.contract { return a.contract.lexicographicallyPrecedes(b.contract) }
        return a.app.lexicographicallyPrecedes(b.app)
    }
}

private func rows(_ batch: KeyedBatch) -> [Row] {
    (0..<batch.count).map { row in
        Row(
            contract: Array(batch.keys[0][row].utf8), app: Array(batch.keys[1][row].utf8),
            measures: batch.measures.map { $0[row] })
    }
}

private func batch(_ rows: some Collection<Row>) -> KeyedBatch {
    var keys = [StringColumn(), StringColumn()]
    for row in rows {
        keys[0].append(row.contract)
        keys[1].append(row.app)
    }
    return KeyedBatch(keys: keys, measures: (0..<3).map { m in rows.map { $0.measures[m] } })
}

@Suite struct RangedMergeTests {
    private static let schema = KeyedSchema(
        keys: ["Contract", "AppName"],
        measures: [Measure("TotalDuration", .sum), Measure("Records", .sum), Measure("Days202204", .union)])

    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// Writes a table in row groups of the given size.
    private func write(_ rows: [Row], groupRows: Int, _ name: String) throws -> KeyedTableReader {
        let path = folder.path + "/" + name
        let writer = try KeyedTableWriter(path, kind: "total", schema: Self.schema, in: .real)
        var rest = rows[...]
        while !rest.isEmpty {
            try writer.write(batch(rest.prefix(groupRows)))
            rest = rest.dropFirst(groupRows)
        }
        _ = try writer.seal(metadata: [])
        try writer.file.place()
        return try KeyedTableReader(path, kind: "total", in: .real)
    }

    private func table(_ count: Int, _ random: inout some RandomNumberGenerator) -> [Row] {
        let kinds = ["BDH", "SGH", "x", "a contract of more than sixteen bytes ", "\u{7F}", "\u{80}"]
        var found: [[[UInt8]]: Row] = [:]
        for _ in 0..<count {
            let contract = kinds.randomElement(using: &random)! + String(Int.random(in: 0..<60, using: &random))
            let app = ["CHANNEL", "VOD", "CHANNEL OF MORE", ""].randomElement(using: &random)!
            let row = Row(
                contract: Array(contract.utf8), app: Array(app.utf8),
                measures: [.random(in: -9...999, using: &random), .random(in: 1...4, using: &random), 1 << 3])
            found[[row.contract, row.app]] = row
        }
        return found.values.sorted()
    }

    /// What the tables add up to, by a dictionary.
    private func sums(_ tables: [[Row]]) -> [Row] {
        var all: [[[UInt8]]: [Int64]] = [:]
        for row in tables.joined() {
            let old = all[[row.contract, row.app]] ?? [0, 0, 0]
            all[[row.contract, row.app]] = [
                old[0] + row.measures[0], old[1] + row.measures[1], old[2] | row.measures[2],
            ]
        }
        return all.map { Row(contract: $0[0], app: $0[1], measures: $1) }.sorted()
    }

    @Test(arguments: 0..<24) func rangesTogetherAreTheWholeMerge(seed: Int) throws {
        var random = Dice(seed: UInt64(seed))
        let tables = (0..<1 + seed % 5).map { _ in table([0, 3, 60, 160].randomElement(using: &random)!, &random) }
        let readers = try tables.enumerated().map {
            try write($1, groupRows: [1, 2, 7, 50, 1000].randomElement(using: &random)!, "table\($0)")
        }
        let merge = RangedMerge(
            schema: Self.schema, countMeasure: 1,
            tables: readers.map { MergeTable(reader: $0, sources: [.column(0), .column(1), .column(2)]) },
            usualRows: [3, 12, 60].randomElement(using: &random)!)
        // In any order, and several at once.
        let found = Mutex([[Row]](repeating: [], count: merge.rangeCount))
        let order = Array(0..<merge.rangeCount).shuffled(using: &random)
        let failures = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: order.count) { index in
            do {
                var part: [Row] = []
                try merge.run(range: order[index]) { part += rows($0) }
                found.withLock { $0[order[index]] = part }
            } catch {
                failures.withLock { $0 += 1 }
            }
        }
        #expect(failures.withLock { $0 } == 0)
        let ranges = found.withLock { $0 }
        #expect(Array(ranges.joined()) == sums(tables))
        let contracts = ranges.map { Set($0.map(\.contract)) }
        #expect(contracts.reduce(0) { $0 + $1.count } == Set(contracts.joined()).count)
        if tables[0].count > 70 && tables.count == 1 { #expect(merge.rangeCount > 1) }
    }

    @Test func sumsAloneNeedNoDays() throws {
        var random = Dice(seed: 77)
        let rowsOfTable = table(300, &random)
        let reader = try write(rowsOfTable, groupRows: 20, "table")
        var schema = Self.schema
        schema.measures.removeLast()
        let merge = RangedMerge(
            schema: schema, countMeasure: 1,
            tables: [MergeTable(reader: reader, sources: [.column(0), .column(1)])], usualRows: 50)
        var found: [Row] = []
        for range in 0..<merge.rangeCount { try merge.run(range: range) { found += rows($0) } }
        #expect(found.map(\.measures) == rowsOfTable.map { Array($0.measures.prefix(2)) })
    }

    /// A footer's bounds are not believed: rows beyond them would be counted in no range.
    @Test func rowsOutOfOrderAreFoundInSomeRange() throws {
        var random = Dice(seed: 5)
        let good = table(400, &random)
        for place in [10, 57, 150, good.count - 2] {
            var bad = good
            bad.swapAt(place, place + 1)
            let readers = [try write(bad, groupRows: 40, "bad\(place)"), try write(good, groupRows: 9, "good\(place)")]
            let merge = RangedMerge(
                schema: Self.schema, countMeasure: 1,
                tables: readers.map { MergeTable(reader: $0, sources: [.column(0), .column(1), .column(2)]) },
                usualRows: 20)
            #expect(merge.rangeCount > 5)
            #expect(throws: FoldError.self) {
                for range in 0..<merge.rangeCount { try merge.run(range: range) { _ in } }
            }
        }
    }

    /// Very many tables are merged by way of others, which leave nothing behind.
    @Test(arguments: [1, 2, 3, 4, 9, 10, 23]) func aCascadeGivesTheSame(count: Int) throws {
        var random = Dice(seed: UInt64(900 + count))
        let tables = (0..<count).map { _ in table(40, &random) }
        // The last is taken away again, and what else was in none is gone.
        let extra = table(30, &random)
        let sources: [ColumnSource] = [.column(0), .column(1), .column(2)]
        var inputs = try (tables + [extra]).enumerated().map {
            MergeTable(reader: try write($1, groupRows: 15, "table\($0)"), sources: sources)
        }
        inputs.append(MergeTable(reader: inputs[count].reader, sources: [.negated(0), .negated(1), .none]))
        inputs.shuffle(using: &random)
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).count
        let cascade = MergeCascade(
            schema: Self.schema, scratch: ScratchTables(root: folder.path, fileSystem: .real), jobs: 2, fanIn: 3)
        do {
            let reduced = try cascade.reduced(inputs.map { input in { input } })
            #expect(reduced.count <= 3)
            let merge = RangedMerge(schema: Self.schema, countMeasure: 1, tables: reduced, usualRows: 30)
            var found: [Row] = []
            for range in 0..<merge.rangeCount { try merge.run(range: range) { found += rows($0) } }
            func sumsOnly(_ rows: [Row]) -> [Row] {
                rows.map { Row(contract: $0.contract, app: $0.app, measures: Array($0.measures.prefix(2))) }
            }
            #expect(sumsOnly(found) == sumsOnly(sums(tables)))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == before)
    }

    @Test func cutsFollowTheLargestTableAndEndRangesThatGrowTooLong() {
        func groups(_ keys: [String], rows: Int) -> [KeyedGroup] {
            keys.map { KeyedGroup(rowCount: rows, size: 0, bounds: (Array($0.utf8), Array($0.utf8))) }
        }
        func cuts(_ tables: [[KeyedGroup]]) -> [String] {
            RangeCuts.cuts(tables, usualRows: 100).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(cuts([]) == [])
        #expect(cuts([groups(["a"], rows: 1000)]) == [])
        #expect(cuts([groups(["a", "b", "c", "d"], rows: 50)]) == ["c"])
        // The groups of two tables begin close to each other: one of each makes a range.
        #expect(cuts([groups(["a", "k", "r"], rows: 90), groups(["a1", "k1", "r1"], rows: 80)]) == ["k", "r"])
        // A contract that fills several row groups is not cut.
        #expect(cuts([groups(["a", "a", "a", "b"], rows: 100)]) == ["b"])
        // Another table has most of its rows where the largest has none.
        let small = groups(["m1", "m2", "m3", "m4", "m5", "m6"], rows: 300)
        #expect(cuts([groups(["a", "z"], rows: 2000), small]) == ["m1", "m3", "m5", "z"])
        // Without bounds there are no cuts.
        #expect(cuts([[KeyedGroup(rowCount: 500, size: 0, bounds: nil)], groups(["a", "b"], rows: 300)]) == [])
    }
}
