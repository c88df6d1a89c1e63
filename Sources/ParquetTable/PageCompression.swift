//  Page bytes: CRC-32, and LZ4 blocks without any frame (Compression.md, LZ4_RAW; README, "Checksumming").

import CISAL
import CLZ4

/// The CRC-32 of gzip. By carry-less multiplication where the processor has it, ten times as fast as zlib's tables.
func crc32(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    guard let base = bytes.baseAddress else { return 0 }
    return wf_crc32(base.assumingMemoryBound(to: UInt8.self), bytes.count)
}

enum LZ4Block {
    /// No block grows more than this when it is decompressed: a byte of length stands for 255 bytes at most.
    static let largestRatio = 255

    /// Appends the compressed bytes.
    static func compress(_ bytes: UnsafeRawBufferPointer, into buffer: OutputBuffer) {
        precondition(bytes.count <= Int(LZ4_MAX_INPUT_SIZE), "a page of \(bytes.count) bytes")
        let bound = LZ4_compressBound(Int32(bytes.count))
        let out = UnsafeMutableRawPointer(buffer.reserve(Int(bound))).assumingMemoryBound(to: CChar.self)
        let source = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        let size = LZ4_compress_default(source, out, Int32(bytes.count), bound)
        precondition(size > 0, "LZ4 did not fit into its own bound")
        buffer.advance(Int(size))
    }

    /// Fills `output` exactly, or says false.
    static func decompress(_ bytes: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Bool {
        let size = LZ4_decompress_safe(
            bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
            output.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count), Int32(output.count))
        return size >= 0 && Int(size) == output.count
    }
}
