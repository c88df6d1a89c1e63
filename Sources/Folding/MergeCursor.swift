//  A place in one input of a merge.

import Columns
import Records

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The current row of a stream of batches.
final class MergeCursor {
    private let input: MergeInput
    private let keyCount: Int
    private var row = 0
    private var count = 0
    private let storage: CursorStorage
    /// First 16 bytes of the first key, as words that compare like bytes.
    private(set) var high: UInt64 = 0
    private(set) var low: UInt64 = 0
    private(set) var isAtEnd = false

    init(_ input: MergeInput, keyCount: Int) throws {
        self.input = input
        self.keyCount = keyCount
        storage = CursorStorage(keyCount: keyCount, measureCount: input.sources.count)
        try refill()
    }

    private func refill() throws {
        repeat {
            guard let next = try input.next() else {
                isAtEnd = true
                return
            }
            try storage.load(next, sources: input.sources)
            count = next.count
            row = 0
        } while count == 0
        loadWords()
    }

    @inline(__always)
    private func loadWords() {
        high = storage.words[row * 2]
        low = storage.words[row * 2 + 1]
    }

    /// Steps to the next row.
    ///
    /// - Throws: `.notSorted` when its key is not greater than this one's.
    @inline(__always)
    func advance() throws {
        if row + 1 < count {
            row += 1
            let (oldHigh, oldLow) = (high, low)
            loadWords()
            // Words that are equal or hide a longer key leave it to the bytes.
            if high > oldHigh || (high == oldHigh && low > oldLow) { return }
            if storage.compare(row - 1, storage, row, from: 0) >= 0 { throw FoldError.notSorted(key: keyText) }
            return
        }
        let last = storage.keyBytes(row)
        try refill()
        if !isAtEnd, !last.lexicographicallyPrecedes(storage.keyBytes(row), by: { $0.lexicographicallyPrecedes($1) }) {
            throw FoldError.notSorted(key: keyText)
        }
    }

    /// This row's part of a result column.
    @inline(__always)
    func value(_ measure: Int) -> Int64 { storage.measures[measure][row] }

    @inline(__always)
    func precedes(_ other: MergeCursor) -> Bool {
        if high != other.high { return high < other.high }
        if low != other.low { return low < other.low }
        return storage.compare(row, other.storage, other.row, from: 0) < 0
    }

    /// Whether this row's key is that of the row a builder is at.
    @inline(__always)
    func isKey(of builder: borrowing KeyedBatchBuilder) -> Bool {
        for k in 0..<keyCount {
            let start = storage.offsets[k][row]
            let length = storage.offsets[k][row + 1] - start
            let other = builder.keys[k].offsets[builder.count]
            if builder.keys[k].used - other != length { return false }
            if memcmp(storage.bytes[k] + start, builder.keys[k].bytes + other, length) != 0 { return false }
        }
        return true
    }

    @inline(__always)
    func storeKey(to builder: inout KeyedBatchBuilder) {
        for k in 0..<keyCount {
            let start = storage.offsets[k][row]
            builder.setKey(k, storage.bytes[k] + start, count: storage.offsets[k][row + 1] - start)
        }
    }

    /// The first key, for messages.
    var keyText: String { String(decoding: storage.keyBytes(row)[0], as: UTF8.self) }
}
