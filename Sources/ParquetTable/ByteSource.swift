//  Where a reader's bytes come from.

/// Bytes that can be read at any place: a file, or memory.
package protocol ByteSource: Sendable {
    /// How many bytes there are; must not change while a reader uses them.
    var count: Int { get }

    /// Exactly `count` bytes from `offset` on; the range lies within 0 ..< `self.count`.
    ///
    /// - Throws: anything; a reader passes it on unchanged.
    func read(at offset: Int, count: Int) throws -> [UInt8]
}

/// A file that is in memory already.
package struct MemorySource: ByteSource {
    private let bytes: [UInt8]

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var count: Int { bytes.count }

    package func read(at offset: Int, count: Int) -> [UInt8] { [UInt8](bytes[offset..<offset + count]) }
}
