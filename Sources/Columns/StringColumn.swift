//  A column of byte strings: the form in which keys travel between stages.
//
//      rows      "CHANNEL"  ""  "VOD"
//      bytes     C H A N N E L V O D
//      offsets   0 7 7 10
//
//  Row i is bytes[offsets[i] ..< offsets[i + 1]]; there is always one offset more than there are rows. The strings
//  are UTF-8 because the stage that makes them says so; nothing here looks inside.

/// Byte strings of any length, back to back.
package struct StringColumn: Sendable, Equatable {
    /// All rows' bytes, concatenated.
    @usableFromInline package internal(set) var bytes: [UInt8]
    /// Where each row begins, in bytes; ascending, first 0, last `bytes.count`.
    @usableFromInline package internal(set) var offsets: [Int]

    /// How many rows there are.
    @inlinable package var count: Int { offsets.count - 1 }

    package init() {
        bytes = []
        offsets = [0]
    }

    package init(_ rows: some Sequence<String>) {
        self.init()
        for row in rows { append(row) }
    }

    /// Fills a column in place: `fill` writes `rowCount + 1` offsets and returns how many bytes it wrote.
    ///
    /// - Precondition: the offsets written ascend from 0 to the number of bytes returned, which is at most `byteCapacity`.
    package init<E: Error>(
        rowCount: Int, byteCapacity: Int,
        fill: (_ bytes: UnsafeMutablePointer<UInt8>, _ offsets: UnsafeMutablePointer<Int>) throws(E) -> Int
    ) throws(E) {
        var failure: E?
        var newBytes: [UInt8] = []
        let newOffsets = [Int](unsafeUninitializedCapacity: rowCount + 1) { offsets, offsetCount in
            newBytes = [UInt8](unsafeUninitializedCapacity: max(byteCapacity, 1)) { bytes, byteCount in
                do throws(E) {
                    byteCount = try fill(bytes.baseAddress!, offsets.baseAddress!)
                    offsetCount = rowCount + 1
                } catch {
                    failure = error
                    byteCount = 0
                }
            }
        }
        if let failure { throw failure }
        precondition(newOffsets.first == 0 && newOffsets.last == newBytes.count, "offsets do not cover the bytes")
        bytes = newBytes
        offsets = newOffsets
    }

    /// Takes other rows in place of its own, in the same memory if nobody else has it.
    ///
    /// - Precondition: the offsets ascend from 0, one more than there are rows.
    package mutating func replace(
        bytes newBytes: UnsafePointer<UInt8>, offsets newOffsets: UnsafePointer<Int>, rowCount: Int
    ) {
        precondition(newOffsets[0] == 0, "offsets do not begin with 0")
        // The last offset says how many bytes there are; that none before it is greater is up to the caller.
        offsets.removeAll(keepingCapacity: true)
        offsets.append(contentsOf: UnsafeBufferPointer(start: newOffsets, count: rowCount + 1))
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: UnsafeBufferPointer(start: newBytes, count: newOffsets[rowCount]))
    }

    package mutating func reserve(rows: Int, bytes byteCount: Int) {
        offsets.reserveCapacity(rows + 1)
        bytes.reserveCapacity(byteCount)
    }

    package mutating func append(_ row: UnsafeBufferPointer<UInt8>) {
        bytes.append(contentsOf: row)
        offsets.append(bytes.count)
    }

    package mutating func append(_ row: String) {
        bytes.append(contentsOf: row.utf8)
        offsets.append(bytes.count)
    }

    package mutating func append(_ row: [UInt8]) {
        bytes.append(contentsOf: row)
        offsets.append(bytes.count)
    }

    /// The row as text, for messages and tests.
    package subscript(row: Int) -> String {
        String(decoding: bytes[offsets[row]..<offsets[row + 1]], as: UTF8.self)
    }

    /// Lends the bytes of a row.
    @inlinable package func withRow<R, E: Error>(
        _ row: Int, _ body: (UnsafeBufferPointer<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        try withUnsafe { (bytes, offsets) throws(E) -> R in
            try body(UnsafeBufferPointer(start: bytes + offsets[row], count: offsets[row + 1] - offsets[row]))
        }
    }

    /// Lends the storage to a loop that cannot afford bounds checks.
    @inlinable package func withUnsafe<R, E: Error>(
        _ body: (_ bytes: UnsafePointer<UInt8>, _ offsets: UnsafePointer<Int>) throws(E) -> R
    ) throws(E) -> R {
        try bytes.withUnsafeBufferPointer { (bytes) throws(E) -> R in
            try offsets.withUnsafeBufferPointer { (offsets) throws(E) -> R in
                // An empty array may have no address; a zero-length read from the offsets' address is as good.
                let base =
                    bytes.baseAddress ?? UnsafeRawPointer(offsets.baseAddress!).assumingMemoryBound(to: UInt8.self)
                return try body(base, offsets.baseAddress!)
            }
        }
    }
}
