//  Merging the runs of one fold: many tables in, one sorted table out, in ranges that threads can work on.
//
//  Runs are not sorted one by one and then merged; that would send every entry twice through memory that it does not
//  find in a cache. Instead all runs are cut into the same ranges of first keys, of some thousand keys each (sample sort,
//  Frazer and McKellar, Samplesort: A Sampling Approach to Minimal Storage Tree Sorting, 1970):
//
//      bounds          BDH4       KGH1       SGB7             from a sample of all runs
//      range      0          1          2          3
//      run 0      5 0 3      1 7        2 6        4          numbers of its entries, range by range
//      run 1      2          0 4 1      3          5 6
//
//  Then each range is merged for itself: its entries are fetched into a buffer that fits in the second-level cache,
//  sorted there (EntrySort.swift), and neighbours with one key are added up. Bounds are first words of first keys,
//  so that all rows of a first key lie in one range. Where the bounds are has no influence on the rows.

import CByteScan
import Columns
import Records

/// Sealed tables, cut into ranges.
///
/// `@unchecked Sendable`: `distribute` writes what belongs to one run alone, and `merge` comes after it.
package final class RunMerge: @unchecked Sendable {
    let runs: [FoldRun]
    /// For each run, the place of each of its second keys among those of all.
    private let ranks: [[UInt32]]
    /// All second keys in the order of their bytes; 16 bytes can be read from the first byte of each on.
    private let secondKeys: StringColumn
    /// Ascending, one less than there are ranges.
    let bounds: [UInt64]
    private let levels: Int
    /// For each run, numbers of its entries, range by range.
    let numbers: [UnsafeMutablePointer<UInt32>]
    /// For each run, where each range begins among the numbers, and the end of the last.
    let starts: [UnsafeMutablePointer<Int>]
    private let hasLongKeys: Bool

    package var runCount: Int { runs.count }
    package var rangeCount: Int { 1 << levels }

    /// Keys that a range has, give or take: with what sorting needs, they fit in a cache of a mebibyte.
    package static let usualKeys = 6_000
    private static let mostLevels = 16
    private static let samplesPerRange = 8

    /// - Throws: `.overflow` when the absolute values of all runs pass Int64.max.
    package init(_ runs: [FoldRun], keysPerRange: Int = usualKeys) throws(FoldError) {
        self.runs = runs
        let total = runs.reduce(0) { $0 + $1.count }
        var levels = 0
        while levels < Self.mostLevels, total >> levels > keysPerRange { levels += 1 }
        self.levels = levels
        bounds = Self.bounds(runs, total, levels: levels)
        hasLongKeys = runs.contains { $0.hasLongKeys }
        let all = Set(runs.flatMap { run in (0..<run.secondKeyCount).map { Array(run.secondKey($0)) } }).sorted {
            $0.lexicographicallyPrecedes($1)
        }
        let rankOf = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, UInt32($0)) })
        ranks = runs.map { run in (0..<run.secondKeyCount).map { rankOf[Array(run.secondKey($0))]! } }
        var secondKeys = StringColumn()
        for key in all { secondKeys.append(key) }
        secondKeys.append([UInt8](repeating: 0, count: 16))
        self.secondKeys = secondKeys
        numbers = runs.map { .allocate(capacity: $0.count) }
        starts = runs.map { _ in .allocate(capacity: (1 << levels) + 1) }
        try checkSums()
    }

    deinit {
        for memory in numbers { memory.deallocate() }
        for memory in starts { memory.deallocate() }
    }

    /// No sum of any rows can overflow when the absolute values of all fit.
    private func checkSums() throws(FoldError) {
        var absoluteSum: Int64 = 0
        for run in runs {
            let (sum, overflow) = absoluteSum.addingReportingOverflow(run.absoluteSum)
            if overflow { throw .overflow(key: RunWeight.largestKey(of: runs.map(\.weight))) }
            absoluteSum = sum
        }
    }

    /// First words that cut all runs into ranges of about the same size.
    private static func bounds(_ runs: [FoldRun], _ total: Int, levels: Int) -> [UInt64] {
        if levels == 0 { return [] }
        let step = max(1, total / (samplesPerRange << levels))
        var sample: [UInt64] = []
        for run in runs { for i in stride(from: 0, to: run.count, by: step) { sample.append(run.entries[i].key.high) } }
        sample.sort()
        let rangeCount = 1 << levels
        return (1..<rangeCount).map { sample[$0 * sample.count / rangeCount] }
    }

    /// Finds out which entries of a run lie in which range. To be done once for each run, before ranges are merged; may
    /// be done for several runs at the same time.
    package func distribute(_ run: Int) {
        let (entries, numbers, starts) = (runs[run].entries, numbers[run], starts[run])
        let rangeCount = rangeCount
        if levels == 0 {
            for i in 0..<entries.count { numbers[i] = UInt32(truncatingIfNeeded: i) }
            starts[0] = 0
            starts[1] = entries.count
            checkNow(run)
            return
        }
        let places = UnsafeMutablePointer<UInt16>.allocate(capacity: entries.count)
        defer { places.deallocate() }
        // An entry is a `wf_entry` (`FoldTable.checkLayout`); bounds are one less than there are ranges, as C expects.
        UnsafeRawPointer(entries.baseAddress!).withMemoryRebound(to: wf_entry.self, capacity: entries.count) { entry in
            bounds.withUnsafeBufferPointer {
                wf_sort_places(entry, entries.count, $0.baseAddress!, Int32(levels), places)
            }
        }
        starts.update(repeating: 0, count: rangeCount + 1)
        // A place is how many bounds are not behind a word, so it is below the number of ranges.
        for i in 0..<entries.count { starts[Int(places[i])] += 1 }
        var start = 0
        for range in 0..<rangeCount {
            let next = start + starts[range]
            starts[range] = start
            start = next
        }
        for i in 0..<entries.count {
            let range = Int(places[i])
            numbers[starts[range]] = UInt32(truncatingIfNeeded: i)
            starts[range] += 1
        }
        // Each start has moved to the next one.
        for range in stride(from: rangeCount, to: 0, by: -1) { starts[range] = starts[range - 1] }
        starts[0] = 0
        checkNow(run)
    }

    @inline(__always)
    private func checkNow(_ run: Int) {
        #if WATCHFOLD_CHECKS
            checkInvariants(ofRun: run)
        #endif
    }

    /// Merges one range behind what is in the room already; `emit` gets each batch that is full.
    package func merge(range: Int, in room: RunMergeRoom, emit: (KeyedBatch) throws -> Void) throws {
        let count = fetch(range, into: room)
        let (entries, origins) = (room.entries, room.origins)
        let isExact = room.sort.sort(entries, count, hasLong: hasLongKeys) { precedes($0, $1, entries, origins) }
        #if WATCHFOLD_CHECKS
            room.sort.checkInvariants(count) { precedes($0, $1, entries, origins) }
        #endif
        try put(room.sort.items, count, isExact: isExact, entries, origins, into: &room.builder, emit)
    }

    /// Adds up neighbours of one key and makes rows of them.
    private func put(
        _ items: UnsafePointer<EntrySort.Item>, _ itemCount: Int, isExact: Bool,
        _ entries: UnsafePointer<FoldTable.Entry>, _ origins: UnsafePointer<Origin>,
        into builder: inout KeyedBatchBuilder, _ emit: (KeyedBatch) throws -> Void
    ) throws {
        try secondKeys.withUnsafe { (secondBytes, secondOffsets) throws in
            var i = 0
            while i < itemCount {
                let item = items[i]
                let entry = entries + item.place
                var sum = entry.pointee.sum
                var count = Int64(entry.pointee.count)
                i += 1
                while i < itemCount, items[i].word == item.word {
                    let other = items[i].place
                    if !isExact, !isSame(item.place, other, entries, origins) { break }
                    // Cannot overflow: the absolute values of all runs fit.
                    sum &+= entries[other].sum
                    count &+= Int64(entries[other].count)
                    i += 1
                }
                if entry.pointee.isLong {
                    let origin = origins[item.place]
                    runs[origin.run].withLongKey(origin.entry) { builder.setKey(0, $0.baseAddress!, count: $0.count) }
                } else {
                    let length = entry.pointee.key.count
                    // 16 bytes are written, and `room` has 16 more than the key takes.
                    entry.pointee.key.store(to: builder.room(key: 0, count: length))
                    builder.setKey(0, count: length)
                }
                // A rank among all second keys, behind the last of which there are 16 bytes.
                let second = Int(entry.pointee.second)
                builder.setKey(
                    1, padded: secondBytes + secondOffsets[second],
                    count: secondOffsets[second + 1] - secondOffsets[second])
                builder.measures[0][builder.count] = sum
                builder.measures[1][builder.count] = count
                builder.endRow()
                if builder.isFull { try builder.emit(emit) }
            }
        }
    }

    /// Where an entry came from.
    fileprivate typealias Origin = (run: Int, entry: Int)

    /// Copies the entries of a range, of all runs, with second keys numbered alike; returns how many there are.
    private func fetch(_ range: Int, into room: RunMergeRoom) -> Int {
        let total = starts.reduce(0) { $0 + $1[range + 1] - $1[range] }
        room.reserve(total, withOrigins: hasLongKeys)
        var count = 0
        let (out, origins, ahead) = (room.entries, room.origins, 24)
        for (run, table) in runs.enumerated() {
            let (numbers, end) = (numbers[run], starts[run][range + 1])
            let entries = UnsafePointer(table.entries.baseAddress!)
            ranks[run].withUnsafeBufferPointer { ranks in
                for i in starts[run][range]..<end {
                    if i + ahead < end { wf_prefetch_to_read(entries + Int(numbers[i + ahead])) }
                    // Numbers are those of the run's entries, each once; second keys have a rank each; and there is room
                    // for one entry more than the ranges hold.
                    let number = Int(numbers[i])
                    out[count] = entries[number]
                    out[count].second = ranks[Int(entries[number].second)]
                    if hasLongKeys { origins[count] = (run, number) }
                    // One whose records were all taken back is overwritten.
                    count += entries[number].count == 0 ? 0 : 1
                }
            }
        }
        return count
    }

    private func precedes(
        _ a: Int, _ b: Int, _ entries: UnsafePointer<FoldTable.Entry>, _ origins: UnsafePointer<Origin>
    ) -> Bool {
        let (left, right) = (entries[a], entries[b])
        if left.key != right.key { return left.key < right.key }
        if left.isLong {
            let order = compareLong(origins[a], origins[b])
            if order != 0 { return order < 0 }
        }
        return left.second < right.second
    }

    private func isSame(
        _ a: Int, _ b: Int, _ entries: UnsafePointer<FoldTable.Entry>, _ origins: UnsafePointer<Origin>
    ) -> Bool {
        let (left, right) = (entries[a], entries[b])
        return left.key == right.key && left.second == right.second
            && (!left.isLong || compareLong(origins[a], origins[b]) == 0)
    }

    private func compareLong(_ a: Origin, _ b: Origin) -> Int {
        runs[a.run].withLongKey(a.entry) { left in
            runs[b.run].withLongKey(b.entry) { right in compareBytes(left, right) }
        }
    }
}

/// Room for merging ranges, used for one after another; one thread has it at a time.
package final class RunMergeRoom: @unchecked Sendable {
    fileprivate var entries: UnsafeMutablePointer<FoldTable.Entry> = .allocate(capacity: 0)
    /// Where each entry came from; only when there are long keys.
    fileprivate var origins: UnsafeMutablePointer<RunMerge.Origin> = .allocate(capacity: 0)
    private var capacity = 0
    private var originCapacity = 0
    fileprivate var sort = EntrySort()
    fileprivate var builder: KeyedBatchBuilder

    package init(rowLimit: Int) { builder = KeyedBatchBuilder(keyCount: 2, measureCount: 2, rowLimit: rowLimit) }

    deinit {
        entries.deallocate()
        origins.deallocate()
    }

    fileprivate func reserve(_ count: Int, withOrigins: Bool) {
        // One more than there are: an entry that does not count may be written behind the last one.
        if count >= capacity {
            entries.deallocate()
            capacity = count + count / 4 + 1
            entries = .allocate(capacity: capacity)
        }
        if withOrigins, count >= originCapacity {
            origins.deallocate()
            originCapacity = capacity
            origins = .allocate(capacity: originCapacity)
        }
    }

    /// Hands on the last rows.
    package func finish(_ emit: (KeyedBatch) throws -> Void) throws {
        if builder.count > 0 { try builder.emit(emit) }
    }
}
