//  A table that was sealed: its entries in order, ready to be merged with those of other tables.
//
//  A file that several threads read in ranges ends as one run a thread. Their merge is the file's partial; it does not
//  depend on how the file was cut, because addition does not.

import Columns
import Records

/// Sorted entries of one table.
package final class FoldRun {
    private let table: FoldTable
    /// Entries with inline keys, ascending by contract, then app. Apps are numbered in the order of their bytes.
    fileprivate let entries: UnsafeMutableBufferPointer<FoldTable.Entry>
    /// Entries with long keys, ascending.
    fileprivate let longEntries: [FoldTable.Entry]
    /// Ascending by bytes.
    fileprivate let apps: [[UInt8]]

    package let absoluteSum: Int64
    /// Keys in the run.
    package var count: Int { entries.count + longEntries.count }

    package init(sealing table: consuming FoldTable) {
        absoluteSum = table.absoluteSum
        let all = table.seal()
        let ranks = table.apps.ranks()
        var apps = [[UInt8]](repeating: [], count: ranks.count)
        for (id, rank) in ranks.enumerated() { apps[Int(rank)] = Array(table.apps.string(id)) }
        // Long keys move to the end.
        var inlineCount = all.count
        var i = 0
        while i < inlineCount {
            all[i].app = ranks[Int(all[i].app)]
            if all[i].isLong {
                inlineCount -= 1
                let moved = all[inlineCount]
                all[inlineCount] = all[i]
                all[i] = moved
            } else {
                i += 1
            }
        }
        entries = UnsafeMutableBufferPointer(rebasing: all[..<inlineCount])
        sortEntries(entries)
        let interner = table.longKeys
        longEntries = all[inlineCount...].sorted { a, b in
            if a.key == b.key { return a.app < b.app }
            return interner.string(Int(a.key.high)).lexicographicallyPrecedes(interner.string(Int(b.key.high)))
        }
        self.apps = apps
        self.table = table
    }

    fileprivate func longKey(_ entry: FoldTable.Entry) -> ArraySlice<UInt8> {
        table.longKeys.string(Int(entry.key.high))
    }
}

extension FoldRun {
    /// Merges runs into batches of at most `rowLimit` rows: the rows of a partial, with measures sum and count.
    ///
    /// - Throws: `.overflow` when the absolute values of all runs pass Int64.max; what `emit` throws.
    package static func merge(
        _ runs: [FoldRun], rowLimit: Int, emit: (KeyedBatch) throws -> Void
    ) throws {
        var absoluteSum: Int64 = 0
        for run in runs {
            let (sum, overflow) = absoluteSum.addingReportingOverflow(run.absoluteSum)
            if overflow { throw FoldError.overflow(key: largestKey(of: runs)) }
            absoluteSum = sum
        }
        // One numbering of apps for all runs, still in the order of bytes.
        let allApps = Set(runs.flatMap(\.apps)).sorted { $0.lexicographicallyPrecedes($1) }
        let rankOf = Dictionary(uniqueKeysWithValues: allApps.enumerated().map { ($1, UInt32($0)) })
        var appColumn = StringColumn()
        for app in allApps { appColumn.append(app) }
        var cursors = runs.map { run in RunCursor(run, ranks: run.apps.map { rankOf[$0]! }) }
        cursors.removeAll { $0.isAtEnd }

        var builder = KeyedBatchBuilder(keyCount: 2, measureCount: 2, rowLimit: rowLimit)
        try appColumn.withUnsafe { (appBytes, appOffsets) throws in
            while !cursors.isEmpty {
                var least = 0
                for i in cursors.indices.dropFirst() where cursors[i].precedes(cursors[least]) { least = i }
                let top = cursors[least]
                var sum = top.entry.sum
                var count = Int64(top.entry.count)
                top.storeKey(to: &builder)
                let app = Int(top.app)
                builder.setKey(1, appBytes + appOffsets[app], count: appOffsets[app + 1] - appOffsets[app])
                var i = cursors.count - 1
                while i >= 0 {
                    if i == least {
                        cursors[i].advance()
                    } else if cursors[i].isSameKey(as: top) {
                        // Cannot overflow: the absolute values fit.
                        sum += cursors[i].entry.sum
                        count += Int64(cursors[i].entry.count)
                        cursors[i].advance()
                    }
                    i -= 1
                }
                cursors.removeAll { $0.isAtEnd }
                builder.measures[0][builder.count] = sum
                builder.measures[1][builder.count] = count
                builder.endRow()
                if builder.isFull { try builder.emit(emit) }
            }
        }
        if builder.count > 0 { try builder.emit(emit) }
    }

    /// The contract with the largest sum in any run, for messages: whatever the order of runs, the same.
    private static func largestKey(of runs: [FoldRun]) -> String {
        let candidates = runs.compactMap { run in
            (Array(run.entries) + run.longEntries).max { $0.sum.magnitude < $1.sum.magnitude }.map {
                (magnitude: $0.sum.magnitude, text: run.table.text(of: $0.key))
            }
        }
        return candidates.max { ($0.magnitude, $1.text) < ($1.magnitude, $0.text) }?.text ?? ""
    }
}

/// A place in a run.
private struct RunCursor {
    private let run: FoldRun
    /// The app's place among the apps of all runs, by its place in this run.
    private let ranks: [UInt32]
    private var nextInline = 0
    private var nextLong = 0
    private(set) var entry = FoldTable.Entry(key: KeyWords(high: 0, low: 0), sum: 0, app: 0, count: 0)
    /// The key's words; for a long key its first 15 bytes and the mark, which puts it behind the inline key of those
    /// 15 bytes.
    private var words = KeyWords(high: 0, low: 0)
    private(set) var app: UInt32 = 0
    private(set) var isAtEnd = false

    init(_ run: FoldRun, ranks: [UInt32]) {
        self.run = run
        self.ranks = ranks
        advance()
    }

    @inline(__always)
    mutating func advance() {
        if !run.longEntries.isEmpty { return advanceAmongLong() }
        guard nextInline < run.entries.count else {
            isAtEnd = true
            return
        }
        entry = run.entries[nextInline]
        words = entry.key
        app = ranks[Int(entry.app)]
        nextInline += 1
    }

    private mutating func advanceAmongLong() {
        let hasInline = nextInline < run.entries.count
        let hasLong = nextLong < run.longEntries.count
        if !hasInline && !hasLong {
            isAtEnd = true
            return
        }
        if hasLong {
            let long = run.longEntries[nextLong]
            let longWords = Self.prefix(run.longKey(long))
            if !hasInline || longWords < run.entries[nextInline].key {
                (entry, words, nextLong) = (long, longWords, nextLong + 1)
                app = ranks[Int(entry.app)]
                return
            }
        }
        entry = run.entries[nextInline]
        words = entry.key
        app = ranks[Int(entry.app)]
        nextInline += 1
    }

    private static func prefix(_ key: ArraySlice<UInt8>) -> KeyWords {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { bytes in
            for (i, byte) in key.prefix(KeyWords.capacity).enumerated() { bytes[i] = byte }
            bytes[15] = 0
            let words = KeyWords(padded: bytes.baseAddress!, count: KeyWords.capacity)
            return KeyWords(high: words.high, low: words.low & ~0xFF | FoldTable.Entry.longMark)
        }
    }

    @inline(__always)
    func precedes(_ other: RunCursor) -> Bool {
        if words != other.words { return words < other.words }
        if entry.isLong {
            let (a, b) = (run.longKey(entry), other.run.longKey(other.entry))
            if a != b { return a.lexicographicallyPrecedes(b) }
        }
        return app < other.app
    }

    @inline(__always)
    func isSameKey(as other: RunCursor) -> Bool {
        words == other.words && app == other.app
            && (!entry.isLong || run.longKey(entry) == other.run.longKey(other.entry))
    }

    @inline(__always)
    func storeKey(to builder: inout KeyedBatchBuilder) {
        if entry.isLong {
            run.longKey(entry).withUnsafeBufferPointer { builder.setKey(0, $0.baseAddress!, count: $0.count) }
        } else {
            let count = entry.key.count
            entry.key.store(to: builder.room(key: 0, count: count))
            builder.setKey(0, count: count)
        }
    }
}
