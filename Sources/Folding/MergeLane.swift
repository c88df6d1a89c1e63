//  One input of a merge: where it is, and how it goes on.

import Columns

/// The rows of an input that are loaded, and the one that it is at. Pointers into the storage of its feed.
struct MergeLane {
    /// Below `count`, unless the input is at its end.
    var row = 0
    var count = 0
    let words: UnsafeMutablePointer<MergeKey>
    let bytes: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>>
    let offsets: UnsafeMutablePointer<UnsafeMutablePointer<Int>>
    let measures: UnsafeMutablePointer<UnsafeMutablePointer<Int64>>

    init(_ storage: CursorStorage) {
        words = storage.words
        bytes = storage.bytes
        offsets = storage.offsets
        measures = storage.measures
    }

    /// This row's part of a result column.
    @inline(__always)
    func value(_ measure: Int) -> Int64 { measures[measure][row] }

    /// The first key of a row, for messages.
    func text(_ row: Int) -> String {
        let start = offsets[0][row]
        return String(
            decoding: UnsafeBufferPointer(start: bytes[0] + start, count: offsets[0][row + 1] - start), as: UTF8.self)
    }
}

/// Loads the rows of an input, some thousand at a time.
final class MergeFeed {
    /// Bytes of keys that are loaded at once, unless a single row has more.
    private static let byteLimit = 4 << 20

    private let input: MergeInput
    let storage: CursorStorage
    private var slice = KeyedSlice(KeyedBatch(keys: [StringColumn()], measures: []))
    /// The rows of `slice` that are not loaded yet.
    private var rest = 0..<0

    /// - Parameter capacity: rows that are loaded at once.
    init(_ input: MergeInput, keyCount: Int, capacity: Int) {
        self.input = input
        storage = CursorStorage(keyCount: keyCount, measureCount: input.sources.count, capacity: capacity)
    }

    /// Loads what comes next; returns how many rows, zero at the end.
    ///
    /// - Throws: `.notSorted` when keys do not ascend; what the input throws.
    func refill() throws -> Int {
        let last = storage.count > 0 ? storage.keyBytes(storage.count - 1) : nil
        while rest.isEmpty {
            guard let next = try input.next() else { return 0 }
            slice = next
            rest = next.rows
        }
        var count = min(rest.count, storage.capacity)
        while count > 1, keyBytes(rest.prefix(count)) > Self.byteLimit { count /= 2 }
        try storage.load(slice.batch, rows: rest.prefix(count), sources: input.sources)
        rest = rest.dropFirst(count)
        if let last, !last.lexicographicallyPrecedes(storage.keyBytes(0), by: { $0.lexicographicallyPrecedes($1) }) {
            throw FoldError.notSorted(key: storage.text(0))
        }
        return count
    }

    private func keyBytes(_ rows: Range<Int>) -> Int {
        slice.batch.keys.reduce(0) { $0 + $1.offsets[rows.upperBound] - $1.offsets[rows.lowerBound] }
    }
}
