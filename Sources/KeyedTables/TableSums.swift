//  What a table adds up to, counted while its rows pass by.

import Folding

/// What the rows of a table with the measures sum and count add up to, in all and by the second key, or by the only one.
package struct TableSums {
    package private(set) var rows = 0
    /// Of the first measure.
    package private(set) var sum: Int64 = 0
    /// Sum of the magnitudes of the first measure, row by row.
    package private(set) var magnitude: Int64 = 0
    package private(set) var records: Int64 = 0
    private var names = KeyInterner()
    /// By number of the name.
    private var labels: [(records: Int64, sum: Int64)] = []

    /// A short label that was met in a batch, and what its rows there add up to so far.
    private struct Recent {
        /// The name's bytes, the first one lowest; zeros behind them.
        var word: UInt64 = 0
        var length = -1
        var place = 0
        var records: Int64 = 0
        var sum: Int64 = 0
    }

    /// One entry for each value of a hash of this many bits.
    private static let recentBits = 6

    package init() {}

    /// Adds rows; magnitudes are summed, too, because a sum over any of the rows is within that of all magnitudes.
    ///
    /// - Throws: `FoldError.overflow` when the absolute values pass Int64.max, naming the first key it happened at.
    package mutating func add(_ batch: KeyedBatch) throws(FoldError) {
        rows += batch.count
        let failedRow = batch.keys[min(1, batch.keys.count - 1)].withUnsafe { bytes, offsets in
            batch.measures[0].withUnsafeBufferPointer { sums in
                batch.measures[1].withUnsafeBufferPointer { records in
                    withUnsafeTemporaryAllocation(of: Recent.self, capacity: 1 << Self.recentBits) { recent in
                        recent.initialize(repeating: Recent())
                        let failedRow = add(batch.count, bytes, offsets, sums, records, recent.baseAddress!)
                        for entry in recent where entry.length >= 0 { add(entry) }
                        return failedRow
                    }
                }
            }
        }
        if let failedRow { throw .overflow(key: batch.keys[0][failedRow]) }
    }

    /// Returns the row at which the sum of absolute values no longer fits, if there is one.
    private mutating func add(
        _ count: Int, _ bytes: UnsafePointer<UInt8>, _ offsets: UnsafePointer<Int>,
        _ sums: UnsafeBufferPointer<Int64>, _ records: UnsafeBufferPointer<Int64>,
        _ recent: UnsafeMutablePointer<Recent>
    ) -> Int? {
        let end = offsets[count]
        var absolute = self.magnitude
        defer { self.magnitude = absolute }
        for row in 0..<count {
            // Int64.min has no magnitude among the Int64s, and could never be taken away again.
            guard let magnitude = Int64(exactly: sums[row].magnitude),
                case (let next, let overflow) = absolute.addingReportingOverflow(magnitude), !overflow
            else { return row }
            absolute = next
            // From here on all sums are within that of the absolute values.
            let start = offsets[row]
            let length = offsets[row + 1] - start
            if length > 8 {
                let label = UnsafeBufferPointer(start: bytes + start, count: length)
                add(Recent(place: place(of: label), records: records[row], sum: sums[row]))
                continue
            }
            let word = Self.word(bytes + start, length, readable: end - start)
            // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4).
            let entry = recent + Int((word &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - Self.recentBits))
            if entry.pointee.word != word || entry.pointee.length != length {
                if entry.pointee.length >= 0 { add(entry.pointee) }
                let label = UnsafeBufferPointer(start: bytes + start, count: length)
                entry.pointee = Recent(word: word, length: length, place: place(of: label))
            }
            entry.pointee.records += records[row]
            entry.pointee.sum += sums[row]
        }
        return nil
    }

    private mutating func add(_ entry: Recent) {
        labels[entry.place].sum += entry.sum
        labels[entry.place].records += entry.records
        sum += entry.sum
        records += entry.records
    }

    /// Up to eight bytes as a word.
    @inline(__always)
    private static func word(_ bytes: UnsafePointer<UInt8>, _ count: Int, readable: Int) -> UInt64 {
        if readable >= 8 {
            let word = UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
            return word & ~(~0 << UInt64(8 * count))
        }
        var word: UInt64 = 0
        for index in 0..<count { word |= UInt64(bytes[index]) << UInt64(8 * index) }
        return word
    }

    /// Where a label's sums are; new ones are begun.
    private mutating func place(of label: UnsafeBufferPointer<UInt8>) -> Int {
        let place = Int(names.intern(label))
        if place == labels.count { labels.append((0, 0)) }
        return place
    }

    /// Records and sum of each value of the second key, ascending by its bytes.
    package var breakdown: [(label: String, records: Int64, sum: Int64)] {
        labels.indices.sorted { names.string($0).lexicographicallyPrecedes(names.string($1)) }.map {
            (String(decoding: names.string($0), as: UTF8.self), labels[$0].records, labels[$0].sum)
        }
    }
}
