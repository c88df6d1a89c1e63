//  Byte strings with fixed addresses, which columns of text can point at.

import Records

/// One byte string that is written anew again and again.
package struct OwnedBytes: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    private var count = 0
    private var capacity = 64

    package init() { base = .allocate(capacity: capacity) }

    deinit { base.deallocate() }

    /// Good until the next `assign`.
    package var slice: ByteSlice { ByteSlice(base: base, count: count) }

    /// - Precondition: `bytes` is no part of this string.
    package mutating func assign(_ bytes: ByteSlice) {
        if bytes.count > capacity {
            base.deallocate()
            capacity = bytes.count * 2
            base = .allocate(capacity: capacity)
        }
        base.update(from: bytes.base, count: bytes.count)
        count = bytes.count
    }
}

/// Byte strings that live as long as the arena.
package struct TextArena: ~Copyable {
    private var blocks: [UnsafeMutablePointer<UInt8>] = []

    package init() {}

    deinit {
        for block in blocks { block.deallocate() }
    }

    package mutating func keep(_ text: String) -> ByteSlice {
        let bytes = Array(text.utf8)
        // An empty string needs an address too.
        let block = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        for (index, byte) in bytes.enumerated() { block[index] = byte }
        blocks.append(block)
        return ByteSlice(base: block, count: bytes.count)
    }
}
