//  Byte strings in order, eight bytes at a time. What is called for each row of a table is inlined where it is called.

import Glibc

/// The first eight bytes at `base`, or `count` of them with zeros behind, as a number that orders as the bytes do.
/// Reads nothing outside `count` bytes: below eight, two loads that overlap in the middle cover them.
@inlinable @inline(__always)
package func leadingWord(_ base: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
    let raw = UnsafeRawPointer(base)
    if count >= 8 { return UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)) }
    if count >= 4 {
        let first = UInt64(UInt32(bigEndian: raw.loadUnaligned(as: UInt32.self)))
        let last = UInt64(UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self)))
        // The bytes that both loads cover fall on themselves.
        return first << 32 | last << UInt64(8 * (8 - count))
    }
    if count == 0 { return 0 }
    // One, two or three bytes: the first, the middle and the last.
    let middle = count / 2
    return UInt64(base[0]) << 56 | UInt64(base[middle]) << UInt64(56 - 8 * middle)
        | UInt64(base[count - 1]) << UInt64(56 - 8 * (count - 1))
}

/// The same where more bytes can be read than the text has: without branches, since the length of a text is as good as
/// random.
@inlinable @inline(__always)
package func leadingWord(_ base: UnsafePointer<UInt8>, _ count: Int, readable: Int) -> UInt64 {
    guard readable >= 8 else { return leadingWord(base, count) }
    // Eight bytes can be read; those behind the text are masked out.
    let word = UInt64(bigEndian: UnsafeRawPointer(base).loadUnaligned(as: UInt64.self))
    // A shift by 64 or more gives zero.
    return word & ~(UInt64.max >> UInt64(8 * count))
}

/// Order by unsigned bytes: negative, zero or positive as `a` is before, equal to or after `b`.
@inlinable @inline(__always)
package func compareBytes(_ a: ByteSlice, _ b: ByteSlice) -> Int {
    var offset = 0
    while true {
        let leftA = a.count - offset
        let leftB = b.count - offset
        // Neither is past its end: the loop goes on only when both have more than eight bytes left.
        let wordA = leadingWord(a.base + offset, leftA)
        let wordB = leadingWord(b.base + offset, leftB)
        if wordA != wordB { return wordA < wordB ? -1 : 1 }
        // Zeros behind a short string look like zero bytes: its end decides.
        if leftA <= 8 || leftB <= 8 { return leftA - leftB }
        offset += 8
    }
}

/// The same for any two buffers; an empty one may have no address.
@inlinable
package func compareBytes(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
    if let left = a.baseAddress, let right = b.baseAddress {
        // As many bytes as both have.
        let order = memcmp(left, right, min(a.count, b.count))
        if order != 0 { return Int(order) }
    }
    return a.count - b.count
}

/// Whether two buffers have the same bytes; an empty one may have no address.
@inlinable
package func isSameBytes(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
    a.count == b.count && (a.isEmpty || memcmp(a.baseAddress!, b.baseAddress!, a.count) == 0)
}
