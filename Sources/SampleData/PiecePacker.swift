//  One gzip member, one LZ4 frame, or zstd frames, made by several threads.
//
//  Tools that dump data write one member or one LZ4 frame, so that is what is generated; many small ones could be unpacked
//  in parallel and would flatter a reader. Both formats still allow a file to be packed in pieces that know
//  nothing of each other:
//
//      gzip   header │ deflate blocks of piece 0 │ of piece 1 │ … │ an empty last block │ CRC-32, length mod 2^32
//
//             Each piece is deflated on its own and flushed to a whole byte (Z_SYNC_FLUSH); a deflate stream may be
//             such pieces in a row, since no block of a piece refers to bytes before it. crc32_combine makes the sum of
//             the whole from the sums of the pieces. This is the method of pigz. Sources: RFC 1952, section 2.3, for
//             header and trailer; RFC 1951, section 3.2.3, for the block types; the zlib manual for Z_SYNC_FLUSH.
//
//      LZ4    header │ blocks of piece 0 │ of piece 1 │ … │ end mark
//
//             Blocks are declared independent, at most 4 MB each, with a checksum for each block; a checksum of the
//             content would need the bytes in order. Source: LZ4 Frame Format Description 1.6.
//
//      zstd   frame of piece 0 │ of piece 1 │ …
//
//             A block of zstd may be compressed with what stands before it, so each piece is a frame, as with pzstd.
//
//  What is packed depends on the version of the library; what it unpacks to does not.

import CLZ4
import CZlib
import CZstd

/// The bytes around the pieces of a packed file, made by the thread that has them in order.
protocol PackedEnvelope {
    /// What stands before the first piece.
    func header() throws(SampleError) -> [UInt8]
    /// Takes note of the next piece: the CRC-32 and the number of its plain bytes.
    mutating func add(crc: UInt32, count: Int)
    /// What stands after the last piece.
    func trailer() throws(SampleError) -> [UInt8]
}

/// Packs pieces; each buffer of the pipeline has one of its own.
protocol PiecePacker: AnyObject {
    /// How many bytes `pack` may write for that many plain ones.
    func bound(_ count: Int) -> Int
    /// Packs a piece and returns how many bytes it became.
    func pack(_ plain: UnsafeMutablePointer<UInt8>, count: Int, into packed: UnsafeMutableRawBufferPointer)
        throws(SampleError) -> Int
    /// The CRC-32 of plain bytes where the format wants one, else 0.
    func checksum(_ plain: UnsafeMutablePointer<UInt8>, count: Int) -> UInt32
}

// MARK: gzip

struct GzipEnvelope: PackedEnvelope {
    private var crc: UInt = 0
    private var count: UInt32 = 0

    /// Magic, method 8 (deflate), no flags, no time, no extra flags, system 3 (Unix).
    func header() -> [UInt8] { [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] }

    mutating func add(crc: UInt32, count: Int) {
        self.crc = crc32_combine(self.crc, UInt(crc), count)
        self.count &+= UInt32(truncatingIfNeeded: count)
    }

    /// The bits 1 (last block), 01 (fixed codes), 0000000 (end of block), then CRC and length, lowest byte first.
    func trailer() -> [UInt8] {
        let words = UInt64(crc) | UInt64(count) << 32
        return [0x03, 0x00] + (0..<8).map { UInt8(truncatingIfNeeded: words >> (8 * $0)) }
    }
}

final class GzipPacker: PiecePacker {
    /// The fastest level. Level 6 would make these lines a fifth smaller and take 2.7 times as long, and who generates
    /// days waits for them.
    private static let level: Int32 = 1
    /// 2^15 bytes of window; negative for deflate without a header.
    private static let windowBits: Int32 = -15
    private static let memoryLevel: Int32 = 8

    /// zlib's state points back here, so it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    init() throws(SampleError) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let code = deflateInit2_(
            stream, Self.level, Z_DEFLATED, Self.windowBits, Self.memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard code == Z_OK else {
            stream.deallocate()
            throw .compressor(library: "zlib", operation: "deflateInit2", code: "\(code)")
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// 16 bytes beyond zlib's own bound leave room for the marker of the flush, and a full buffer would be ambiguous.
    func bound(_ count: Int) -> Int { Int(deflateBound(stream, UInt(count))) + 16 }

    func pack(
        _ plain: UnsafeMutablePointer<UInt8>, count: Int, into packed: UnsafeMutableRawBufferPointer
    ) throws(SampleError) -> Int {
        deflateReset(stream)
        stream.pointee.next_in = plain
        stream.pointee.avail_in = UInt32(count)
        stream.pointee.next_out = packed.baseAddress!.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(packed.count)
        let code = deflate(stream, Z_SYNC_FLUSH)
        guard code == Z_OK, stream.pointee.avail_in == 0, stream.pointee.avail_out > 0 else {
            throw .compressor(library: "zlib", operation: "deflate", code: "\(code)")
        }
        return packed.count - Int(stream.pointee.avail_out)
    }

    func checksum(_ plain: UnsafeMutablePointer<UInt8>, count: Int) -> UInt32 {
        UInt32(crc32(0, plain, UInt32(count)))
    }
}

// MARK: LZ4

private func lz4Preferences() -> LZ4F_preferences_t {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.blockSizeID = LZ4F_max4MB
    preferences.frameInfo.blockMode = LZ4F_blockIndependent
    preferences.frameInfo.blockChecksumFlag = LZ4F_blockChecksumEnabled
    preferences.autoFlush = 1
    return preferences
}

private func lz4Check(_ code: Int, _ operation: String) throws(SampleError) -> Int {
    guard LZ4F_isError(code) == 0 else {
        throw .compressor(library: "LZ4", operation: operation, code: String(cString: LZ4F_getErrorName(code)))
    }
    return code
}

struct LZ4Envelope: PackedEnvelope {
    func header() throws(SampleError) -> [UInt8] { try LZ4Frame().header }

    mutating func add(crc: UInt32, count: Int) {}

    /// A block of size zero.
    func trailer() -> [UInt8] { [0, 0, 0, 0] }
}

/// A frame that has begun.
private final class LZ4Frame {
    let context: OpaquePointer
    /// The same in every frame.
    let header: [UInt8]

    init() throws(SampleError) {
        var created: OpaquePointer?
        _ = try lz4Check(LZ4F_createCompressionContext(&created, UInt32(LZ4F_VERSION)), "createCompressionContext")
        let context = created!
        var bytes = [UInt8](repeating: 0, count: Int(LZ4F_HEADER_SIZE_MAX))
        var preferences = lz4Preferences()
        do throws(SampleError) {
            let count = try lz4Check(
                LZ4F_compressBegin(context, &bytes, bytes.count, &preferences), "compressBegin")
            header = Array(bytes[..<count])
        } catch {
            LZ4F_freeCompressionContext(context)
            throw error
        }
        self.context = context
    }

    deinit { LZ4F_freeCompressionContext(context) }
}

final class LZ4Packer: PiecePacker {
    init() {}

    func bound(_ count: Int) -> Int {
        var preferences = lz4Preferences()
        return LZ4F_compressBound(count, &preferences)
    }

    /// The blocks of a frame of the piece's own, without its header and its end mark. A context that has
    /// compressed before keeps its hash table and may find other matches, so each piece gets a new one: which buffer it
    /// is made in must not show.
    func pack(
        _ plain: UnsafeMutablePointer<UInt8>, count: Int, into packed: UnsafeMutableRawBufferPointer
    ) throws(SampleError) -> Int {
        let frame = try LZ4Frame()
        return try lz4Check(
            LZ4F_compressUpdate(frame.context, packed.baseAddress!, packed.count, plain, count, nil), "compressUpdate")
    }

    func checksum(_ plain: UnsafeMutablePointer<UInt8>, count: Int) -> UInt32 { 0 }
}

// MARK: zstd

struct ZstdEnvelope: PackedEnvelope {
    private var isEmpty = true

    func header() -> [UInt8] { [] }

    mutating func add(crc: UInt32, count: Int) { isEmpty = false }

    /// A file has a frame, if only an empty one: magic number, a window of 1 KiB, a last block of no bytes.
    func trailer() -> [UInt8] { isEmpty ? [0x28, 0xB5, 0x2F, 0xFD, 0, 0, 1, 0, 0] : [] }
}

final class ZstdPacker: PiecePacker {
    /// What `zstd` does when it is not told.
    private static let level: Int32 = 3

    private let context: OpaquePointer

    init() throws(SampleError) {
        guard let context = ZSTD_createCCtx() else {
            throw .compressor(library: "zstd", operation: "createCCtx", code: "no memory")
        }
        self.context = context
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Self.level), "setParameter")
        try check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1), "setParameter")
    }

    deinit { ZSTD_freeCCtx(context) }

    func bound(_ count: Int) -> Int { ZSTD_compressBound(count) }

    func pack(
        _ plain: UnsafeMutablePointer<UInt8>, count: Int, into packed: UnsafeMutableRawBufferPointer
    ) throws(SampleError) -> Int {
        try check(ZSTD_compress2(context, packed.baseAddress, packed.count, plain, count), "compress2")
    }

    func checksum(_ plain: UnsafeMutablePointer<UInt8>, count: Int) -> UInt32 { 0 }

    @discardableResult
    private func check(_ code: Int, _ operation: String) throws(SampleError) -> Int {
        guard ZSTD_isError(code) == 0 else {
            throw .compressor(library: "zstd", operation: operation, code: String(cString: ZSTD_getErrorName(code)))
        }
        return code
    }
}
