//  A merge cut into ranges of keys, so that several threads can work on it.
//
//      table 0    ├──── group 0 ────┼──── group 1 ────┼──── group 2 ────┤        row groups with their least and greatest
//      table 1    ├──────────── group 0 ───────────┼──── group 1 ───────┤        first keys, from the footers
//      cuts                         ^                 ^
//      ranges     ├──── range 0 ────┼──── range 1 ────┼──── range 2 ────┤        each merged for itself
//
//  A range holds the keys from its cut on up to the next one. Cuts are first keys, so that all rows of a first key lie in
//  one range. They come from the footers alone and do not depend on the number of threads: nor do the row groups of the
//  result, which begin anew in each range.
//
//  A row group that lies in several ranges is decoded once, by the first thread that needs it, and kept until the last
//  range that it reaches into has taken its rows. Ranges are worked on in order, so few groups are held at a time.

import Columns
import Folding
import Records
import Synchronization

/// Tables to be merged range by range; ranges may be merged at the same time.
package final class RangedMerge: Sendable {
    package let schema: KeyedSchema
    private let countMeasure: Int?
    private let tables: [RangedTable]
    /// Where each range but the first begins; ascending.
    private let cuts: [[UInt8]]

    /// Rows of a batch that becomes no row group.
    private static let batchRows = 8192

    package var rangeCount: Int { cuts.count + 1 }

    /// - Parameter countMeasure: as in `KeyedMerge`.
    /// - Parameter usualRows: rows that a range has, unless row groups are larger.
    package init(
        schema: KeyedSchema, countMeasure: Int?, tables: [MergeTable], usualRows: Int = KeyedTableFormat.rowGroupRows
    ) {
        self.schema = schema
        self.countMeasure = countMeasure
        let groups = tables.map(\.reader.groups)
        let cuts = RangeCuts.cuts(groups, usualRows: usualRows)
        self.cuts = cuts
        self.tables = zip(tables, groups).map { RangedTable($0, $1, cuts: cuts) }
    }

    /// Merges one range into batches. Each range can be merged once.
    ///
    /// - Parameter forRowGroups: each batch is to be a row group. Else batches are small enough that one stays in the
    ///   second-level cache until it has become rows of reports.
    /// - Throws: `DamagedTable` naming the file; `FoldError`; `IOError`; what `emit` throws.
    package func run(range: Int, forRowGroups: Bool = true, _ emit: (KeyedBatch) throws -> Void) throws {
        let bounds = (lower: range == 0 ? nil : cuts[range - 1], upper: range == cuts.count ? nil : cuts[range])
        let inputs = tables.compactMap { $0.input(range: range, bounds) }
        try KeyedMerge(schema: schema, countMeasure: countMeasure).run(
            inputs, rowLimit: forRowGroups ? KeyedTableFormat.rowGroupRows : Self.batchRows, emit: emit)
    }
}

/// Where to cut.
enum RangeCuts {
    /// After so many times the usual rows a range ends wherever it can: what it makes is kept in memory.
    private static let mostTimes = 8
    /// A row counts for more when it is longer than this, in bytes.
    private static let usualRowBytes = 64

    /// First keys to cut at, ascending, from the row groups of each table.
    ///
    /// Row groups are taken in the order of their least keys. A range ends before a row group with which it would have
    /// more than the usual rows; but only the groups of the table with the most rows end one, because those of several
    /// tables with the same keys begin close to each other.
    static func cuts(_ tables: [[KeyedGroup]], usualRows: Int) -> [[UInt8]] {
        struct Start {
            var key: [UInt8]
            var rows: Int
            var isOfLargest: Bool
        }
        func weight(_ group: KeyedGroup) -> Int { max(group.rowCount, group.size / usualRowBytes) }
        let sizes = tables.map { $0.reduce(0) { $0 + weight($1) } }
        guard let largest = sizes.indices.max(by: { sizes[$0] < sizes[$1] }) else { return [] }
        var starts: [Start] = []
        for (table, groups) in tables.enumerated() {
            for group in groups {
                // A file that does not say where its rows lie is read in one range.
                guard let bounds = group.bounds else { return [] }
                starts.append(
                    Start(
                        key: bounds.least, rows: weight(group),
                        isOfLargest: table == largest))
            }
        }
        starts.sort { compareBytes($0.key, $1.key) < 0 }
        var cuts: [[UInt8]] = []
        var rows = 0
        for start in starts {
            let sum = rows + start.rows
            let isFull = sum > usualRows && start.isOfLargest || sum > mostTimes * usualRows
            if isFull, compareBytes(cuts.last ?? starts[0].key, start.key) < 0 {
                cuts.append(start.key)
                rows = 0
            }
            rows += start.rows
        }
        return cuts
    }
}

/// A table with the ranges that its row groups lie in.
private final class RangedTable: Sendable {
    private let reader: KeyedTableReader
    private let scratch: ScratchTable?
    private let sources: [ColumnSource]
    /// How many of the table's measures are read.
    private let measureCount: Int
    private let groups: [SharedGroup]

    init(_ table: MergeTable, _ groups: [KeyedGroup], cuts: [[UInt8]]) {
        reader = table.reader
        scratch = table.scratch
        sources = table.sources
        measureCount = table.sources.reduce(0) { count, source in
            switch source {
            case .column(let m), .negated(let m), .masked(let m, _): max(count, m + 1)
            case .constant, .none: count
            }
        }
        self.groups = groups.map { group in
            let first = group.bounds.map { Self.range(of: $0.least, cuts) } ?? 0
            let last = group.bounds.map { Self.range(of: $0.most, cuts) } ?? cuts.count
            return SharedGroup(ranges: first...max(first, last))
        }
    }

    /// The range that a key lies in: how many cuts are not behind it.
    private static func range(of key: [UInt8], _ cuts: [[UInt8]]) -> Int {
        var (low, high) = (0, cuts.count)
        while low < high {
            let middle = (low + high) / 2
            if compareBytes(cuts[middle], key) <= 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The rows of a range; nil when there are none.
    func input(range: Int, _ bounds: (lower: [UInt8]?, upper: [UInt8]?)) -> MergeInput? {
        var rest = groups.indices.filter { groups[$0].ranges.contains(range) }[...]
        if rest.isEmpty { return nil }
        return MergeInput(
            sources: sources,
            nextSlice: { [reader, groups, measureCount] in
                guard let group = rest.popFirst() else { return nil }
                let shared = groups[group]
                let batch = try shared.take { try reader.batch(group, measures: measureCount) }
                let keys = batch.keys[0]
                // The cuts within a group are found in the same way from both sides, so no row is left out. The merge checks
                // that the rows in between ascend; here remains to see that they do not pass the bounds.
                let start = range == shared.ranges.lowerBound ? 0 : Self.firstRow(keys, notBefore: bounds.lower!)
                let end =
                    range == shared.ranges.upperBound ? batch.count : Self.firstRow(keys, notBefore: bounds.upper!)
                guard start <= end else { throw FoldError.notSorted(key: keys[end]) }
                if start < end {
                    if let lower = bounds.lower, compare(keys, start, lower) < 0 {
                        throw FoldError.notSorted(key: keys[start])
                    }
                    if let upper = bounds.upper, compare(keys, end - 1, upper) >= 0 {
                        throw FoldError.notSorted(key: keys[end - 1])
                    }
                }
                return KeyedSlice(batch, rows: start..<end)
            })
    }

    private static func firstRow(_ keys: StringColumn, notBefore bound: [UInt8]) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if compare(keys, middle, bound) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A row group that several ranges share.
private final class SharedGroup: Sendable {
    private struct State {
        var batch: KeyedBatch?
        /// How many ranges have not taken it yet.
        var usesLeft: Int
    }

    let ranges: ClosedRange<Int>
    private let state: Mutex<State>

    init(ranges: ClosedRange<Int>) {
        self.ranges = ranges
        state = Mutex(State(usesLeft: ranges.count))
    }

    /// The group's rows, decoded by the first who asks; the others wait.
    func take(_ decode: () throws -> KeyedBatch) throws -> KeyedBatch {
        try state.withLock { state in
            precondition(state.usesLeft > 0, "a range was merged twice")
            let batch = try state.batch ?? decode()
            state.usesLeft -= 1
            state.batch = state.usesLeft > 0 ? batch : nil
            return batch
        }
    }
}

/// Order by unsigned bytes: negative, zero or positive.
private func compareBytes(_ a: [UInt8], _ b: [UInt8]) -> Int {
    a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in compareBytes(a, b) }
    }
}

/// The order of a row's key and another.
private func compare(_ keys: StringColumn, _ row: Int, _ other: [UInt8]) -> Int {
    keys.withRow(row) { key in other.withUnsafeBufferPointer { compareBytes(key, $0) } }
}
