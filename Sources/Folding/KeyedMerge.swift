//  Merging keyed tables: partials into a total, a total and what changed into the next total.
//
//  Every input is a stream of batches, ascending by key. Each input says for each column of the result where its part
//  comes from, so that one merge serves all uses:
//
//      the total so far     seconds +, records +, day sets as they are (or with the affected days taken out)
//      a new partial        seconds +, records +, the bit of its date
//      a partial taken away seconds −, records −
//      another partial of an affected date             , the bit of its date
//
//  The least key of all inputs is found with a binary heap of inputs. Keys are compared by their first 16 bytes as two
//  words (KeyWords' order), then, rarely, byte by byte.

import Columns
import Records

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Where an input's part of a result column comes from.
package enum ColumnSource: Sendable, Hashable {
    /// A measure of the input, by its place.
    case column(Int)
    /// The same, taken away instead of added.
    case negated(Int)
    /// The same, only these bits of it.
    case masked(Int, Int64)
    /// The same number in every row.
    case constant(Int64)
    /// Nothing: the operator's identity.
    case none
}

/// One stream of a merge.
package struct MergeInput {
    /// The next batch; nil at the end. Keys ascend strictly over all batches.
    package var next: () throws -> KeyedBatch?
    /// One for each measure of the result.
    package var sources: [ColumnSource]

    package init(sources: [ColumnSource], next: @escaping () throws -> KeyedBatch?) {
        self.sources = sources
        self.next = next
    }

    /// An input whose measures are the result's, in order.
    package init(measureCount: Int, next: @escaping () throws -> KeyedBatch?) {
        self.init(sources: (0..<measureCount).map { .column($0) }, next: next)
    }
}

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
        let cursors = try inputs.map { try MergeCursor($0, keyCount: schema.keys.count) }
        var heap = MergeHeap(cursors.filter { !$0.isAtEnd })
        var builder = KeyedBatchBuilder(
            keyCount: schema.keys.count, measureCount: schema.measures.count, rowLimit: rowLimit)
        let isSum = schema.measures.map { $0.merge == .sum }
        var carries = Carries(measureCount: isSum.count)
        while let first = heap.top {
            let row = builder.count
            let (high, low) = (first.high, first.low)
            first.storeKey(to: &builder)
            for m in isSum.indices { builder.measures[m][row] = first.value(m) }
            try first.advance()
            heap.settleTop()
            while let next = heap.top, next.high == high, next.low == low, next.isKey(of: builder) {
                for m in isSum.indices {
                    let value = next.value(m)
                    if isSum[m] {
                        let (sum, overflow) = builder.measures[m][row].addingReportingOverflow(value)
                        if overflow { carries.add(value, to: m) }
                        builder.measures[m][row] = sum
                    } else {
                        builder.measures[m][row] |= value
                    }
                }
                try next.advance()
                heap.settleTop()
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
            if builder.isFull { try emit(builder.take()) }
        }
        if builder.count > 0 { try emit(builder.take()) }
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

/// The inputs, the one with the least key on top.
private struct MergeHeap {
    private var cursors: [MergeCursor]

    init(_ cursors: [MergeCursor]) {
        self.cursors = cursors
        var i = cursors.count / 2 - 1
        while i >= 0 {
            sink(i)
            i -= 1
        }
    }

    var top: MergeCursor? { cursors.first }

    /// The top moved on: it goes where it belongs, or away.
    mutating func settleTop() {
        if cursors[0].isAtEnd {
            cursors[0] = cursors[cursors.count - 1]
            cursors.removeLast()
            if cursors.isEmpty { return }
        }
        if cursors.count > 1 { sink(0) }
    }

    private mutating func sink(_ start: Int) {
        var i = start
        while true {
            var least = i
            let left = 2 * i + 1
            if left < cursors.count, cursors[left].precedes(cursors[least]) { least = left }
            if left + 1 < cursors.count, cursors[left + 1].precedes(cursors[least]) { least = left + 1 }
            if least == i { return }
            cursors.swapAt(i, least)
            i = least
        }
    }
}
