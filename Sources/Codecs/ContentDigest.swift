//  The identity of a file's content. It is taken of the decompressed bytes, so that a file and its compressed copy are
//  the same content, and as a tree, so that several cores can work on one file and the blocks may be done in any
//  order.
//
//  Definition
//      block     The content is cut into blocks of 1 MiB (1,048,576 bytes). The last one may be shorter. Empty content
//                has no block.
//      leaf      XXH3-128, seed 0, of a block's bytes, in canonical form: 16 bytes, big-endian.
//      digest    XXH3-128, seed 0, of: all leaves in the order of their blocks ‖ the content's length in bytes, 8
//                bytes, little-endian. Shown as 32 lower-case hexadecimal digits.
//
//  Example: one block of 1,048,576 zero bytes, then the three bytes "abc"
//      leaf 0    b6ef17a3448492b6918780b90550bf34
//      leaf 1    06b05ab6733a618578af5f94892f3950
//      length    1,048,579 = 03 00 10 00 00 00 00 00
//      digest    XXH3-128 of the 40 bytes  b6ef17a3…0550bf34 06b05ab6…892f3950 0300100000000000
//              = e4322238a2f8998f6f9c52ffe7b7db05
//
//  The length keeps apart contents whose leaves would be the same bytes, and makes the digest of empty content that
//  of eight zero bytes, 2c0a8a99dc147d5445c3b49d035665b2. The size of a block is part of the definition: a digest
//  made with another one is another digest.

/// The identity of a content.
package struct ContentDigest: Hashable, Sendable {
    /// The root of the tree.
    package let root: XXH128

    package init(root: XXH128) { self.root = root }

    /// Digests content that is all at hand.
    package init(of content: UnsafeRawBufferPointer) {
        self = BlockDigests(contentLength: content.count, leaves: BlockDigests.leaves(of: content)).digest()
    }

    /// Reads 32 hexadecimal digits; nil if it is anything else.
    package init?(hex: String) {
        guard let root = XXH128(hex: hex) else { return nil }
        self.root = root
    }

    /// 32 lower-case hexadecimal digits.
    package var hex: String { root.hex }
}

extension ContentDigest: CustomStringConvertible {
    package var description: String { hex }
}

/// Puts the leaves of one content together, in whatever order they are found.
package struct BlockDigests: Sendable {
    /// Bytes in every block but the last, which may have fewer.
    package static let blockSize = 1 << 20

    /// Bytes of content, in all blocks.
    package let contentLength: Int
    /// By block; nil where the leaf is not known yet.
    private var leaves: [XXH128?]
    /// How many leaves are still to be set.
    package private(set) var missing: Int

    /// Begins with no leaf known.
    ///
    /// - Parameter contentLength: bytes of content; not negative.
    package init(contentLength: Int) {
        precondition(contentLength >= 0, "content of \(contentLength) bytes")
        self.contentLength = contentLength
        missing = Self.blockCount(contentLength: contentLength)
        leaves = [XXH128?](repeating: nil, count: missing)
    }

    /// Begins with all leaves, in the order of their blocks.
    package init(contentLength: Int, leaves: [XXH128]) {
        self.init(contentLength: contentLength)
        set(leaves, from: 0)
        precondition(missing == 0, "\(missing) leaves are missing for \(contentLength) bytes")
    }

    /// How many blocks a content has.
    package static func blockCount(contentLength: Int) -> Int {
        contentLength / blockSize + (contentLength % blockSize == 0 ? 0 : 1)
    }

    package var blockCount: Int { leaves.count }

    /// Where a block stands in the content.
    package func bytes(ofBlock index: Int) -> Range<Int> {
        precondition(leaves.indices.contains(index), "block \(index) of \(leaves.count)")
        let start = index * Self.blockSize
        return start..<min(start + Self.blockSize, contentLength)
    }

    /// The leaf of one block: at most `blockSize` bytes, and fewer only at the end of the content.
    package static func leaf(of block: UnsafeRawBufferPointer) -> XXH128 {
        precondition(!block.isEmpty && block.count <= blockSize, "a block of \(block.count) bytes")
        return XXH128(of: block)
    }

    /// The leaves of a range of content that begins with a block, and ends with one or with the content.
    package static func leaves(of range: UnsafeRawBufferPointer) -> [XXH128] {
        stride(from: 0, to: range.count, by: blockSize).map { start in
            leaf(of: UnsafeRawBufferPointer(rebasing: range[start..<min(start + blockSize, range.count)]))
        }
    }

    /// Sets the leaf of a block, which must not have been set before.
    package mutating func set(_ leaf: XXH128, at index: Int) {
        precondition(leaves.indices.contains(index), "block \(index) of \(leaves.count)")
        precondition(leaves[index] == nil, "block \(index) is digested twice")
        leaves[index] = leaf
        missing -= 1
    }

    /// Sets the leaves of consecutive blocks, none of which must have been set before.
    package mutating func set(_ leaves: [XXH128], from index: Int) {
        for (offset, leaf) in leaves.enumerated() { set(leaf, at: index + offset) }
    }

    /// The digest, once no leaf is missing.
    package func digest() -> ContentDigest {
        precondition(missing == 0, "\(missing) of \(leaves.count) blocks are not digested")
        var root = RootDigest()
        for leaf in leaves { root.append(leaf!) }
        return root.finish(contentLength: contentLength)
    }
}

/// Digests content that comes in pieces, such as decompressed data. Memory does not grow with the content.
package struct StreamingDigest: ~Copyable {
    /// How many bytes have been taken.
    package private(set) var contentLength = 0

    private var root = RootDigest()
    /// The block that has begun and is not full: the last `contentLength % blockSize` bytes.
    private var block = StreamingXXH128()

    package init() {}

    /// Takes the next bytes. How they are cut makes no difference; pieces of whole blocks are fastest.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while !rest.isEmpty {
            let begun = contentLength % BlockDigests.blockSize
            let count = min(BlockDigests.blockSize - begun, rest.count)
            let piece = UnsafeRawBufferPointer(rebasing: rest[..<count])
            if count == BlockDigests.blockSize {
                root.append(BlockDigests.leaf(of: piece))
            } else {
                block.update(piece)
                if begun + count == BlockDigests.blockSize {
                    root.append(block.finish())
                    block.reset()
                }
            }
            contentLength += count
            rest.drop(count)
        }
    }

    /// The digest of all bytes taken so far; more may follow.
    package func finish() -> ContentDigest {
        var root = root.copy()
        if contentLength % BlockDigests.blockSize != 0 { root.append(block.finish()) }
        return root.finish(contentLength: contentLength)
    }
}

/// The hash of the leaves and the length.
private struct RootDigest: ~Copyable {
    private var state = StreamingXXH128()

    init() {}

    private init(state: consuming StreamingXXH128) { self.state = state }

    mutating func append(_ leaf: XXH128) {
        withUnsafeBytes(of: leaf.canonical) { state.update($0) }
    }

    mutating func finish(contentLength: Int) -> ContentDigest {
        withUnsafeBytes(of: UInt64(contentLength).littleEndian) { state.update($0) }
        return ContentDigest(root: state.finish())
    }

    borrowing func copy() -> RootDigest { RootDigest(state: state.copy()) }
}
