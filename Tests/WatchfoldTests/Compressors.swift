//  The compressors of zlib and liblz4, as plainly as can be.

import CLZ4
import CZlib
import CZstd
import TestSupport
import Testing

/// One gzip member.
func gzip(_ content: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    let status = deflateInit2_(
        &stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
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

/// One LZ4 frame with a checksum.
func lz4(_ content: [UInt8]) -> [UInt8] {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled
    let bound = LZ4F_compressFrameBound(content.count, &preferences)
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        count = content.withUnsafeBytes { input in
            LZ4F_compressFrame(output.baseAddress, bound, input.baseAddress, input.count, &preferences)
        }
        precondition(LZ4F_isError(count) == 0)
    }
}

/// One zstd frame with a checksum.
func zstd(_ content: [UInt8]) -> [UInt8] {
    let context = ZSTD_createCCtx()!
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    let bound = ZSTD_compressBound(content.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        count = content.withUnsafeBytes { input in
            ZSTD_compress2(context, output.baseAddress, bound, input.baseAddress, input.count)
        }
        precondition(ZSTD_isError(count) == 0)
    }
}

/// How a file is stored.
enum Storage: String, CaseIterable, CustomTestStringConvertible {
    case plain, gzip, gzipMembers, gzipTwice, lz4, lz4Frames, zstd, zstdFrames, zip, zipOfGzip

    var testDescription: String { rawValue }

    var suffix: String {
        switch self {
        case .plain: ""
        case .gzip, .gzipMembers: ".gz"
        case .gzipTwice: ".gz"
        case .lz4, .lz4Frames: ".lz4"
        case .zstd, .zstdFrames: ".zst"
        case .zip, .zipOfGzip: ".zip"
        }
    }

    func store(_ content: [UInt8]) -> [UInt8] {
        let third = content.count / 3
        let pieces = [content[..<third], content[third..<(2 * third + 1)], content[(2 * third + 1)...]].map {
            Array($0)
        }
        return switch self {
        case .plain: content
        case .gzip: WatchfoldTests.gzip(content)
        case .gzipMembers: pieces.flatMap { WatchfoldTests.gzip($0) }
        case .lz4: WatchfoldTests.lz4(content)
        case .lz4Frames: pieces.flatMap { WatchfoldTests.lz4($0) }
        case .gzipTwice: WatchfoldTests.gzip(WatchfoldTests.gzip(content))
        case .zstd: WatchfoldTests.zstd(content)
        case .zstdFrames: pieces.flatMap { WatchfoldTests.zstd($0) }
        case .zip: Array(StoredBlocks.zip(content))
        case .zipOfGzip: Array(StoredBlocks.zip(WatchfoldTests.gzip(content), name: "a.json.gz"))
        }
    }
}
