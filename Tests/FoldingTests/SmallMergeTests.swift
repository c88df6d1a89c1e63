//  All merges of three small tables: not some of many, every one there is.
//
//  Three keys, of which two differ in their last byte alone, far behind the words that keys are compared by first. A row is
//  there with a small sum, with one so large that two of it do not fit, or not at all: 27 tables, 19,683 triples, each
//  triple in each order since every order is a triple of its own.

import Columns
import Records
import Testing

@testable import Folding

private let schema = KeyedSchema(
    keys: ["Key", "Label"],
    measures: [Measure("Sum", .sum), Measure("Records", .sum), Measure("Days", .union)])

@Suite("Small merges") struct SmallMergeTests {
    private static let keys = ["a", "a long key whose last byte is x", "a long key whose last byte is y"]
        .map { [Array($0.utf8), Array("L".utf8)] }

    /// Every table: the number's digits to base three say which rows are there.
    private static let tables: [[Row]] = (0..<27).map { number in
        var rest = number
        return keys.compactMap { key in
            defer { rest /= 3 }
            switch rest % 3 {
            case 0: return nil
            case 1: return Row(keys: key, measures: [-7, 2, 0b01])
            default: return Row(keys: key, measures: [.max - 1, 3, 0b10])
            }
        }
    }

    private func input(_ rows: [Row], batch: Int, sources: [ColumnSource]? = nil) -> MergeInput {
        var rest = rows[...]
        return MergeInput(sources: sources ?? (0..<3).map { .column($0) }) {
            if rest.isEmpty { return nil }
            defer { rest = rest.dropFirst(batch) }
            return KeyedBatch(rest.prefix(batch), measureCount: 3)
        }
    }

    /// Nil when a sum does not fit.
    private func merged(_ inputs: [MergeInput], rowLimit: Int, countMeasure: Int? = nil) throws -> [Row]? {
        var rows: [Row] = []
        do {
            try KeyedMerge(schema: schema, countMeasure: countMeasure).run(inputs, rowLimit: rowLimit) {
                rows += $0.rows
            }
        } catch FoldError.overflow { return nil }
        return rows
    }

    private func reference(_ tables: [[Row]]) -> [Row]? {
        var sums: [[[UInt8]]: (sum: Int128, records: Int64, days: Int64)] = [:]
        for row in tables.joined() {
            let old = sums[row.keys] ?? (0, 0, 0)
            sums[row.keys] = (
                old.sum + Int128(row.measures[0]), old.records + row.measures[1], old.days | row.measures[2]
            )
        }
        var rows: [Row] = []
        for (keys, row) in sums {
            guard let sum = Int64(exactly: row.sum) else { return nil }
            rows.append(Row(keys: keys, measures: [sum, row.records, row.days]))
        }
        return rows.sorted(by: Row.precedes)
    }

    @Test(arguments: 0..<27) func everyTripleIsWhatItsRowsAddUpTo(first: Int) throws {
        for second in 0..<27 {
            for third in 0..<27 {
                let tables = [first, second, third].map { Self.tables[$0] }
                let limit = 1 + (first + second + third) % 3
                let found = try merged(tables.map { input($0, batch: limit) }, rowLimit: limit)
                guard found == reference(tables) else {
                    Issue.record("tables \(first), \(second), \(third) merge to \(String(describing: found))")
                    return
                }
            }
        }
    }

    /// What was added is taken away again: the rest is what the other two add up to, without their days.
    @Test(arguments: 0..<27) func everyThirdTableCanBeTakenAway(third: Int) throws {
        let away: [ColumnSource] = [.negated(0), .negated(1), .none]
        for first in 0..<27 {
            for second in 0..<27 {
                let tables = [first, second, third].map { Self.tables[$0] }
                guard let total = reference(tables) else { continue }
                let inputs = [input(total, batch: 2), input(tables[2], batch: 1, sources: away)]
                let rest = try merged(inputs, rowLimit: 2, countMeasure: 1)
                func sums(_ rows: [Row]?) -> [Row]? {
                    rows?.map { Row(keys: $0.keys, measures: Array($0.measures.prefix(2))) }
                }
                guard sums(rest) == sums(reference([tables[0], tables[1]])) else {
                    Issue.record("\(first) + \(second) + \(third) - \(third) is \(String(describing: rest))")
                    return
                }
            }
        }
    }
}
