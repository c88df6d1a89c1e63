//  Pages in the codecs that are written and read: none, LZ4_RAW, ZSTD (Compression.md).
//
//  Each page is compressed for itself. A page of zstd is one frame, which says how long its content is.

import CZstd

/// Compresses pages; keeps zstd's memory between them. The same bytes always give the same bytes.
final class PageCompressor {
    /// What the pages of a chunk that is compressed are compressed with.
    let codec: PageCodec
    private let level: Int32
    private var context: OpaquePointer?

    init(_ compression: WriterOptions.Compression) {
        switch compression {
        case .uncompressed: (codec, level) = (.uncompressed, 0)
        case .lz4Raw: (codec, level) = (.lz4Raw, 0)
        case .zstd(let level):
            (codec, self.level) = (.zstd, Int32(level))
            context = ZSTD_createCCtx()
            precondition(context != nil, "no memory for zstd")
        }
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Appends the compressed bytes.
    func compress(_ bytes: UnsafeRawBufferPointer, into buffer: OutputBuffer) {
        guard codec == .zstd else { return LZ4Block.compress(bytes, into: buffer) }
        let bound = ZSTD_compressBound(bytes.count)
        let size = ZSTD_compressCCtx(context, buffer.reserve(bound), bound, bytes.baseAddress, bytes.count, level)
        precondition(ZSTD_isError(size) == 0, "zstd did not fit into its own bound")
        buffer.advance(size)
    }
}

/// Decompresses pages.
enum PageDecompressor {
    /// The most bytes that so many compressed ones can become; none for a codec that is not read.
    static func ceiling(_ codec: PageCodec, compressedSize: Int) -> Int {
        switch codec {
        case .uncompressed: compressedSize
        case .lz4Raw: LZ4Block.largestRatio * compressedSize
        // A block of a zstd frame has a header of three bytes at least, and becomes 128 KiB at most.
        case .zstd: (compressedSize / 3 + 1) << 17
        default: 0
        }
    }

    /// Fills `output` exactly, or says false.
    static func decompress(
        _ bytes: UnsafeRawBufferPointer, _ codec: PageCodec, into output: UnsafeMutableRawBufferPointer
    ) -> Bool {
        guard codec == .zstd else { return LZ4Block.decompress(bytes, into: output) }
        let size = ZSTD_decompress(output.baseAddress, output.count, bytes.baseAddress, bytes.count)
        return ZSTD_isError(size) == 0 && size == output.count
    }
}
