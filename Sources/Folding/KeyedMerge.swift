//  Merging keyed tables: partials into a total, a total and what changed into the next total.
//
//  Every input is a stream of batches, ascending by key. Each input says for each column of the result where its part
//  comes from, so that one merge serves all uses:
//
//      the total so far     sums +, records +, day sets as they are (or with the affected days taken out)
//      a new partial        sums +, records +, the bit of its date
//      a partial taken away sums −, records −
//      another partial of an affected date          , the bit of its date
//
//  The least key of all inputs is found with a tree of losers (MergeTree.swift). Keys are compared as three words, then,
//  rarely, byte by byte (MergeKey.swift). Where one input has many rows before the next key of any other, these are
//  searched for by leaps and copied in one piece: beside a large total, a small partial costs next to nothing.

import Columns
import Glibc
import Records

/// Merges streams of keyed rows.
package struct KeyedMerge {
    package let schema: KeyedSchema
    /// The measure that counts records: a row in which it becomes zero disappears. Nil: rows never disappear.
    package var countMeasure: Int?

    package init(schema: KeyedSchema, countMeasure: Int? = nil) {
        self.schema = schema
        self.countMeasure = countMeasure
    }

    /// Merges all inputs into batches of at most `rowLimit` rows.
    ///
    /// - Throws: `FoldError` for a sum that does not fit, a count below zero or an input that does not ascend; what the
    ///   inputs and `emit` throw.
    package func run(_ inputs: [MergeInput], rowLimit: Int, emit: (KeyedBatch) throws -> Void) throws {
        for input in inputs {
            precondition(
                input.sources.count == schema.measures.count,
                "an input for \(input.sources.count) measures among ones for \(schema.measures.count)")
        }
        if inputs.isEmpty { return }
        var tree = try MergeTree(inputs, keyCount: schema.keys.count)
        var builder = KeyedBatchBuilder(
            keyCount: schema.keys.count, measureCount: schema.measures.count, rowLimit: rowLimit)
        let isSum = schema.measures.map { $0.merge == .sum }
        var carries = Carries(measureCount: isSum.count)
        var last = -1
        while !tree.isAtEnd {
            let first = tree.winner
            if first == last {
                // The same input again: perhaps it has more rows before any other has one.
                let rows = tree.lead
                if rows.count > 1 {
                    try copy(tree.lanes[first], rows, to: &builder, emit)
                    try tree.advance(to: rows.upperBound)
                    continue
                }
            }
            last = first
            let key = tree.keys[first]
            let row = builder.count
            builder.setKeys(tree.lanes[first], tree.lanes[first].row)
            for m in 0..<isSum.count { builder.measures[m][row] = tree.lanes[first].value(m) }
            try tree.advance()
            while tree.keys[tree.winner] == key, !tree.isAtEnd, isSameKey(tree.lanes[tree.winner], key, builder) {
                last = -1
                for m in 0..<isSum.count {
                    let value = tree.lanes[tree.winner].value(m)
                    if isSum[m] {
                        let (sum, overflow) = builder.measures[m][row].addingReportingOverflow(value)
                        if overflow { carries.add(value, to: m) }
                        builder.measures[m][row] = sum
                    } else {
                        builder.measures[m][row] |= value
                    }
                }
                try tree.advance()
            }
            if carries.mayBeOpen {
                if carries.areOpen { throw FoldError.overflow(key: builder.lastKeyText) }
                carries = Carries(measureCount: isSum.count)
            }
            if let countMeasure {
                let count = builder.measures[countMeasure][row]
                if count < 0 { throw FoldError.negativeCount(key: builder.lastKeyText) }
                if count == 0 {
                    builder.dropRow()
                    continue
                }
            }
            builder.endRow()
            if builder.isFull { try builder.emit(emit) }
        }
        if builder.count > 0 { try builder.emit(emit) }
    }

    /// Whether the row that a lane is at has the key of the row that a builder is at, when their words are equal.
    @inline(__always)
    private func isSameKey(_ lane: MergeLane, _ key: MergeKey, _ builder: borrowing KeyedBatchBuilder) -> Bool {
        key.isExact || builder.hasKeys(lane, lane.row)
    }

    /// Takes rows of one input as they are.
    private func copy(
        _ lane: MergeLane, _ rows: Range<Int>, to builder: inout KeyedBatchBuilder, _ emit: (KeyedBatch) throws -> Void
    ) throws {
        var row = rows.lowerBound
        while row < rows.upperBound {
            var end = min(rows.upperBound, row + builder.rowsLeft)
            if let countMeasure {
                let counts = lane.measures[countMeasure]
                var least = counts[row]
                for index in row..<end { least = min(least, counts[index]) }
                if least <= 0 {
                    if counts[row] < 0 { throw FoldError.negativeCount(key: lane.text(row)) }
                    if counts[row] == 0 {
                        row += 1
                        continue
                    }
                    end = (row..<end).first { counts[$0] <= 0 }!
                }
            }
            builder.append(lane, row..<end)
            row = end
            if builder.isFull { try builder.emit(emit) }
        }
    }
}

/// How often the sums of a row have left the range of Int64, counted by direction.
///
/// Inputs meet in no particular order, and where values are taken away a sum may pass the range and come back. What
/// counts is the sum of all: it is the wrapped sum and 2^64 for each carry, so it fits exactly when no carry is left.
private struct Carries {
    private var byMeasure: [Int]
    private(set) var mayBeOpen = false

    init(measureCount: Int) { byMeasure = Array(repeating: 0, count: measureCount) }

    var areOpen: Bool { byMeasure.contains { $0 != 0 } }

    mutating func add(_ value: Int64, to measure: Int) {
        byMeasure[measure] += value < 0 ? -1 : 1
        mayBeOpen = true
    }
}
