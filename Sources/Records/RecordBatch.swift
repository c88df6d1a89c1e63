//  What the reader hands to the fold: up to 1,024 accepted records as columns.

/// Bytes that somebody else owns.
@usableFromInline package struct ByteSlice {
    @usableFromInline package var base: UnsafePointer<UInt8>
    @usableFromInline package var count: Int

    @inlinable package init(base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    @inlinable package var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    /// The bytes as text, for messages.
    package var string: String { String(decoding: buffer, as: UTF8.self) }
}

/// Accepted records, their keys row by row and their values in a column of their own. The key slices point into the reader's window (or its arena of decoded
/// strings) and are good only until the call that lent the batch returns. From the first byte of each slice on, at
/// least `keyPadding` bytes can be read, however short the key is, so that a fold may load keys by whole words.
///
///     keys     row 0: first key, second key · row 1: first key, second key · …
///     values   row 0 · row 1 · …
package struct RecordBatch: ~Copyable {
    /// Records a batch holds at most: enough to make a call for each batch free, little enough to stay in L1 and L2.
    package static let capacity = 1024
    /// Bytes that can be read from a key's first byte on.
    package static let keyPadding = 16

    /// How many key columns a record has.
    package let keyCount: Int
    /// Row-major: `keys[row * keyCount + k]`. `capacity * keyCount` slices.
    package let keys: UnsafeMutablePointer<ByteSlice>
    /// The summed value of each row.
    package let values: UnsafeMutablePointer<Int64>
    /// How many rows are filled; `0 ... capacity`.
    package var count = 0

    package init(keyCount: Int) {
        self.keyCount = keyCount
        keys = .allocate(capacity: Self.capacity * keyCount)
        values = .allocate(capacity: Self.capacity)
    }

    deinit {
        keys.deallocate()
        values.deallocate()
    }

    @inlinable package var isFull: Bool { count == Self.capacity }
}
