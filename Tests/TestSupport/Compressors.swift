//  The compressors of zlib, liblz4 and libzstd, as plainly as can be.

import CLZ4
import CZlib
import CZstd

/// One gzip member.
package func gzip(_ content: [UInt8], level: Int32 = 6) -> [UInt8] {
    var stream = z_stream()
    let status = deflateInit2_(
        &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK)
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(content.count)))
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        var content = content
        content.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(bound)
            precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
        }
        count = bound - Int(stream.avail_out)
    }
}

/// How a frame is made.
package struct FrameOptions: Sendable {
    package var blockSize = LZ4F_max64KB
    package var isLinked = true
    package var hasContentChecksum = true
    package var hasBlockChecksums = false
    package var hasContentSize = false
    package var dictionary: UInt32 = 0

    package init(
        blockSize: LZ4F_blockSizeID_t = LZ4F_max64KB, isLinked: Bool = true, hasContentChecksum: Bool = true,
        hasBlockChecksums: Bool = false, hasContentSize: Bool = false, dictionary: UInt32 = 0
    ) {
        self.blockSize = blockSize
        self.isLinked = isLinked
        self.hasContentChecksum = hasContentChecksum
        self.hasBlockChecksums = hasBlockChecksums
        self.hasContentSize = hasContentSize
        self.dictionary = dictionary
    }

    /// All combinations.
    package static let all: [FrameOptions] = [LZ4F_max64KB, LZ4F_max4MB].flatMap { blockSize in
        (0..<16).map { bits in
            FrameOptions(
                blockSize: blockSize, isLinked: bits & 1 != 0, hasContentChecksum: bits & 2 != 0,
                hasBlockChecksums: bits & 4 != 0, hasContentSize: bits & 8 != 0)
        }
    }
}

/// One LZ4 frame.
package func lz4(_ content: [UInt8], _ options: FrameOptions = FrameOptions()) -> [UInt8] {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.blockSizeID = options.blockSize
    preferences.frameInfo.blockMode = options.isLinked ? LZ4F_blockLinked : LZ4F_blockIndependent
    preferences.frameInfo.contentChecksumFlag =
        options.hasContentChecksum ? LZ4F_contentChecksumEnabled : LZ4F_noContentChecksum
    preferences.frameInfo.blockChecksumFlag =
        options.hasBlockChecksums ? LZ4F_blockChecksumEnabled : LZ4F_noBlockChecksum
    preferences.frameInfo.contentSize = options.hasContentSize ? UInt64(content.count) : 0
    preferences.frameInfo.dictID = options.dictionary
    let bound = LZ4F_compressFrameBound(content.count, &preferences)
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        count = content.withUnsafeBytes { input in
            LZ4F_compressFrame(output.baseAddress, bound, input.baseAddress, input.count, &preferences)
        }
        precondition(LZ4F_isError(count) == 0)
    }
}

/// A skippable LZ4 frame.
package func skippable(_ payload: [UInt8], variant: UInt8 = 0) -> [UInt8] {
    [0x50 + variant, 0x2a, 0x4d, 0x18] + withUnsafeBytes(of: UInt32(payload.count).littleEndian) { Array($0) } + payload
}

/// One zstd frame.
package func zstd(_ content: [UInt8], level: Int32 = 3, hasChecksum: Bool = true, windowLog: Int32? = nil) -> [UInt8] {
    let context = ZSTD_createCCtx()!
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, hasChecksum ? 1 : 0)
    if let windowLog {
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
    }
    let bound = ZSTD_compressBound(content.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        count = content.withUnsafeBytes { input in
            guard windowLog != nil else {
                return ZSTD_compress2(context, output.baseAddress, bound, input.baseAddress, input.count)
            }
            // In a stream the size is not known, so the window stays as large as it was said to be.
            var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
            var target = ZSTD_outBuffer(dst: output.baseAddress, size: bound, pos: 0)
            var nothing = ZSTD_inBuffer(src: nil, size: 0, pos: 0)
            precondition(ZSTD_isError(ZSTD_compressStream2(context, &target, &source, ZSTD_e_continue)) == 0)
            precondition(ZSTD_compressStream2(context, &target, &nothing, ZSTD_e_end) == 0)
            return target.pos
        }
        precondition(ZSTD_isError(count) == 0)
    }
}
