//  A table that was sealed, ready to be merged with others (RunMerge.swift).
//
//  A file that several threads read in ranges ends as one run a thread. Their merge is the file's partial; it does not
//  depend on how the file was cut, because addition does not.

import Columns
import Records

/// Entries of one table, in no order.
package final class FoldRun {
    private let table: FoldTable
    /// The key of an entry whose first key is longer than 15 bytes is its first 15 bytes and the mark, so that it comes
    /// behind the inline key of these 15 bytes. Entries without records do not count.
    let entries: UnsafeMutableBufferPointer<FoldTable.Entry>
    /// The numbers of long first keys by entry; empty when there is none.
    private let longNumbers: [UInt32]

    package let absoluteSum: Int64
    /// Keys in the run.
    package var count: Int { entries.count }
    /// Whether there are first keys that the entries' words do not tell apart.
    var hasLongKeys: Bool { !longNumbers.isEmpty }
    var secondKeyCount: Int { table.secondKeys.count }

    package init(sealing table: consuming FoldTable) {
        absoluteSum = table.absoluteSum
        entries = table.seal()
        longNumbers = table.longKeys.count == 0 ? [] : Self.putPrefixes(in: entries, table.longKeys)
        self.table = table
    }

    /// Gives entries of long first keys words that compare, and returns their numbers.
    private static func putPrefixes(
        in entries: UnsafeMutableBufferPointer<FoldTable.Entry>, _ keys: KeyInterner
    ) -> [UInt32] {
        var numbers = [UInt32](repeating: 0, count: entries.count)
        for i in entries.indices where entries[i].isLong {
            let number = Int(entries[i].key.high)
            numbers[i] = UInt32(number)
            entries[i].key = keys.withBytes(number) { bytes in
                // A long key has 16 bytes or more, and 16 are loaded.
                let words = KeyWords(padded: bytes.baseAddress!, count: KeyWords.capacity)
                return KeyWords(high: words.high, low: words.low & ~0xFF | FoldTable.Entry.longMark)
            }
        }
        return numbers
    }

    /// The second key with that number of the table's own.
    func secondKey(_ number: Int) -> ArraySlice<UInt8> { table.secondKeys.string(number) }

    /// Lends the first key of an entry that has a long one.
    func withLongKey<R>(_ entry: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        table.longKeys.withBytes(Int(longNumbers[entry]), body)
    }

    /// A first key for messages.
    private func text(_ entry: Int) -> String {
        entries[entry].isLong
            ? withLongKey(entry) { String(decoding: $0, as: UTF8.self) } : table.text(of: entries[entry].key)
    }

    /// What is to be known of the run when its rows are elsewhere.
    package var weight: RunWeight {
        var largest: Int?
        for i in entries.indices where entries[i].sum.magnitude > largest.map({ entries[$0].sum.magnitude }) ?? 0 {
            largest = i
        }
        return RunWeight(
            absoluteSum: absoluteSum, largest: largest.map { entries[$0].sum.magnitude } ?? 0,
            largestKey: largest.map { text($0) } ?? "")
    }
}

extension FoldRun {
    /// Merges runs into batches of at most `rowLimit` rows: the rows of a partial, with measures sum and count.
    ///
    /// - Throws: `.overflow` when the absolute values of all runs pass Int64.max; what `emit` throws.
    package static func merge(
        _ runs: [FoldRun], rowLimit: Int, emit: (KeyedBatch) throws -> Void
    ) throws {
        let merge = try RunMerge(runs)
        for run in runs.indices { merge.distribute(run) }
        let room = RunMergeRoom(rowLimit: rowLimit)
        for range in 0..<merge.rangeCount { try merge.merge(range: range, in: room, emit: emit) }
        try room.finish(emit)
    }
}

/// What a run adds up to.
package struct RunWeight: Sendable, Hashable {
    /// Sum of the absolute values of everything that was added.
    package var absoluteSum: Int64
    /// The largest magnitude of any key's sum, and that key's first part.
    package var largest: UInt64
    package var largestKey: String

    /// The weight of several runs together.
    ///
    /// - Throws: `.overflow` when their absolute values pass Int64.max.
    package static func sum(_ weights: [RunWeight]) throws(FoldError) -> RunWeight {
        var absoluteSum: Int64 = 0
        for weight in weights {
            let (sum, overflow) = absoluteSum.addingReportingOverflow(weight.absoluteSum)
            if overflow { throw .overflow(key: largestKey(of: weights)) }
            absoluteSum = sum
        }
        return RunWeight(
            absoluteSum: absoluteSum, largest: weights.reduce(0) { max($0, $1.largest) },
            largestKey: largestKey(of: weights))
    }

    /// Whatever the order of runs, the same.
    static func largestKey(of weights: [RunWeight]) -> String {
        weights.max { ($0.largest, $1.largestKey) < ($1.largest, $0.largestKey) }?.largestKey ?? ""
    }
}
