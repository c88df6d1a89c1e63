//  Some rows of an input, laid out for the merge loop.

import Columns
import Glibc
import Records

/// Columns of some hundred or thousand rows in memory of its own, few enough to stay in the second-level cache: keys as they are,
/// their first bytes as comparable words, and each result column's part already worked out.
final class CursorStorage {
    /// Most rows that are loaded at once.
    let capacity: Int

    private let keyCount: Int
    private let measureCount: Int
    private var byteCapacities: [Int]
    let words: UnsafeMutablePointer<MergeKey>
    /// One buffer for each key column; from each key's first byte on, 16 bytes can be read.
    let bytes: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
    let offsets: UnsafeMutablePointer<UnsafeMutablePointer<Int>>
    let measures: UnsafeMutablePointer<UnsafeMutablePointer<Int64>>
    /// How many rows are loaded.
    private(set) var count = 0

    init(keyCount: Int, measureCount: Int, capacity: Int) {
        self.capacity = capacity
        self.keyCount = keyCount
        self.measureCount = measureCount
        byteCapacities = Array(repeating: 0, count: keyCount)
        words = .allocate(capacity: capacity)
        bytes = .allocate(capacity: keyCount)
        offsets = .allocate(capacity: keyCount)
        measures = .allocate(capacity: measureCount)
        for k in 0..<keyCount {
            bytes[k] = .allocate(capacity: 0)
            offsets[k] = .allocate(capacity: capacity + 1)
        }
        for m in 0..<measureCount { measures[m] = .allocate(capacity: capacity) }
    }

    deinit {
        words.deallocate()
        for k in 0..<keyCount {
            bytes[k].deallocate()
            offsets[k].deallocate()
        }
        for m in 0..<measureCount { measures[m].deallocate() }
        bytes.deallocate()
        offsets.deallocate()
        measures.deallocate()
    }

    /// Takes over some rows of a batch, at most `capacity`.
    ///
    /// - Throws: `.overflow` when a value cannot be negated; `.notSorted` when the rows do not ascend strictly.
    func load(_ batch: KeyedBatch, rows: Range<Int>, sources: [ColumnSource]) throws(FoldError) {
        precondition(batch.keys.count == keyCount, "a batch of \(batch.keys.count) keys among ones of \(keyCount)")
        precondition(rows.count <= capacity, "\(rows.count) rows at once")
        precondition(
            batch.keys.allSatisfy { $0.count >= rows.upperBound }
                && batch.measures.allSatisfy { $0.count >= rows.upperBound },
            "columns of different lengths")
        count = rows.count
        for k in 0..<keyCount { copyKeys(batch.keys[k], rows, to: k) }
        for row in 0..<count {
            let start = offsets[0][row]
            let length = offsets[0][row + 1] - start
            // 16 bytes can be read from each key's first byte on: `copyKeys` puts as many zeros behind the last.
            let key = KeyWords(padded: bytes[0] + start, count: min(length, KeyWords.capacity))
            words[row].high = key.high
            // A longer key comes behind the one that ends after 15 bytes.
            words[row].low = length > KeyWords.capacity ? key.low | MergeKey.longMark : key.low
        }
        if keyCount > 1 {
            let mark = keyCount > 2 ? MergeKey.longMark : 0
            for row in 0..<count {
                let start = offsets[1][row]
                // Eight bytes, for the same reason.
                let word = MergeKey.secondWord(padded: bytes[1] + start, count: offsets[1][row + 1] - start)
                // Behind a first key that the words do not tell apart from others, a second one means nothing.
                words[row].second = words[row].low & 0xFF == MergeKey.longMark ? 0 : word | mark
            }
        } else {
            for row in 0..<count { words[row].second = 0 }
        }
        try checkOrder()
        for (m, source) in sources.enumerated() { try load(batch, source, into: measures[m], rows) }
    }

    private func copyKeys(_ column: StringColumn, _ rows: Range<Int>, to k: Int) {
        column.withUnsafe { source, sourceOffsets in
            // `load` has made sure that the column has all these rows.
            let start = sourceOffsets[rows.lowerBound]
            let size = sourceOffsets[rows.upperBound] - start
            if byteCapacities[k] < size + 16 {
                bytes[k].deallocate()
                byteCapacities[k] = size + 16 + size / 4
                bytes[k] = .allocate(capacity: byteCapacities[k])
            }
            memcpy(bytes[k], source + start, size)
            memset(bytes[k] + size, 0, 16)
            let (from, to) = (sourceOffsets + rows.lowerBound, offsets[k])
            for row in 0...rows.count { to[row] = from[row] &- start }
        }
    }

    private func load(
        _ batch: KeyedBatch, _ source: ColumnSource, into out: UnsafeMutablePointer<Int64>, _ rows: Range<Int>
    ) throws(FoldError) {
        switch source {
        case .none: out.update(repeating: 0, count: rows.count)
        case .constant(let value): out.update(repeating: value, count: rows.count)
        case .column(let m):
            batch.measures[m].withUnsafeBufferPointer {
                // The measure has all these rows, too, and there is room for `capacity` of them.
                if !rows.isEmpty { out.update(from: $0.baseAddress! + rows.lowerBound, count: rows.count) }
            }
        case .masked(let m, let mask):
            for row in rows { out[row - rows.lowerBound] = batch.measures[m][row] & mask }
        case .negated(let m):
            for row in rows {
                let (value, overflow) = Int64(0).subtractingReportingOverflow(batch.measures[m][row])
                if overflow { throw .overflow(key: batch.keys[0][row]) }
                out[row - rows.lowerBound] = value
            }
        }
    }

    private func checkOrder() throws(FoldError) {
        for row in 1..<max(count, 1) {
            if words[row - 1] < words[row] { continue }
            if compare(row - 1, self, row) >= 0 { throw .notSorted(key: text(row)) }
        }
    }

    /// Compares the keys of two rows by their bytes: negative, zero or positive.
    func compare(_ row: Int, _ other: CursorStorage, _ otherRow: Int) -> Int {
        for k in 0..<keyCount {
            let order = compareBytes(key(k, row), other.key(k, otherRow))
            if order != 0 { return order }
        }
        return 0
    }

    @inline(__always)
    private func key(_ k: Int, _ row: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: bytes[k] + offsets[k][row], count: offsets[k][row + 1] - offsets[k][row])
    }

    func keyBytes(_ row: Int) -> [[UInt8]] {
        (0..<keyCount).map { k in
            Array(key(k, row))
        }
    }

    /// The first key, for messages.
    func text(_ row: Int) -> String { String(decoding: keyBytes(row)[0], as: UTF8.self) }
}
