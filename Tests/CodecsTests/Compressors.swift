import CLZ4
import CZlib
import CZstd
import Codecs
import Glibc
import Testing

/// One gzip member.
func gzip(_ content: [UInt8], level: Int32 = 6) -> [UInt8] {
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
struct FrameOptions: Sendable, CustomTestStringConvertible {
    var blockSize = LZ4F_max64KB
    var isLinked = true
    var hasContentChecksum = true
    var hasBlockChecksums = false
    var hasContentSize = false
    var dictionary: UInt32 = 0

    var testDescription: String {
        "blocks \(blockSize.rawValue)" + (isLinked ? " linked" : "") + (hasContentChecksum ? " content-checksum" : "")
            + (hasBlockChecksums ? " block-checksums" : "") + (hasContentSize ? " content-size" : "")
    }

    /// All combinations.
    static let all: [FrameOptions] = [LZ4F_max64KB, LZ4F_max4MB].flatMap { blockSize in
        (0..<16).map { bits in
            FrameOptions(
                blockSize: blockSize, isLinked: bits & 1 != 0, hasContentChecksum: bits & 2 != 0,
                hasBlockChecksums: bits & 4 != 0, hasContentSize: bits & 8 != 0)
        }
    }
}

/// One LZ4 frame.
func lz4(_ content: [UInt8], _ options: FrameOptions = FrameOptions()) -> [UInt8] {
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
func skippable(_ payload: [UInt8], variant: UInt8 = 0) -> [UInt8] {
    [0x50 + variant, 0x2a, 0x4d, 0x18] + withUnsafeBytes(of: UInt32(payload.count).littleEndian) { Array($0) } + payload
}

/// One member or frame.
func compress(_ content: [UInt8], _ format: Compression) -> [UInt8] {
    switch format {
    case .none: content
    case .gzip: gzip(content)
    case .lz4: lz4(content, FrameOptions(hasBlockChecksums: true))
    case .zstd: zstd(content)
    case .zip: ZipArchive([ZipArchive.Entry("a.json", content)]).bytes
    }
}

/// One zstd frame.
func zstd(_ content: [UInt8], level: Int32 = 3, hasChecksum: Bool = true, windowLog: Int32? = nil) -> [UInt8] {
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

/// The content of a compressed file, decoded with buffers of the given sizes; checks the decoder's promises on the way.
func decompress(
    _ file: [UInt8], _ format: Compression, inputSize: Int = 1 << 16, outputSize: Int = 1 << 16
) throws(CodecError) -> [UInt8] {
    var decoder = Decoder(format)
    var content: [UInt8] = []
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: outputSize, alignment: 1)
    defer { output.deallocate() }
    var offset = 0
    do throws(CodecError) {
        while offset < file.count {
            let offered = min(inputSize, file.count - offset)
            let (consumed, produced) = try feed(&decoder, file, offset..<offset + offered, output)
            precondition(consumed + produced > 0, "the decoder stands still")
            precondition(consumed == offered || produced == outputSize, "the decoder stops half-way")
            offset += consumed
            content.append(contentsOf: UnsafeRawBufferPointer(rebasing: output[..<produced]))
            precondition(decoder.compressedOffset == offset && decoder.decompressedOffset == content.count)
        }
        try decoder.finish()
    } catch {
        precondition(!decoder.isAtBoundary)
        throw error
    }
    precondition(decoder.isAtBoundary)
    let late = try feed(&decoder, file, offset..<offset, output).produced
    precondition(late == 0, "output is left behind in a whole file")
    return content
}

/// Decodes from a copy of the bytes that is gone afterwards, into an output that was written over, so that a decoder
/// that relies on what it saw in an earlier call goes wrong.
private func feed(
    _ decoder: inout Decoder, _ file: [UInt8], _ range: Range<Int>, _ output: UnsafeMutableRawBufferPointer
) throws(CodecError) -> (consumed: Int, produced: Int) {
    let input = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 1)
    defer { input.deallocate() }
    file.withUnsafeBytes { input.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[range])) }
    memset(output.baseAddress!, 0xdb, output.count)
    defer { memset(input.baseAddress!, 0xdb, input.count) }
    return try decoder.decode(input: UnsafeRawBufferPointer(input), into: output)
}

/// What decoding comes to, as a value.
func outcome(_ file: [UInt8], _ format: Compression, inputSize: Int = 1 << 16) -> Result<[UInt8], CodecError> {
    Result { () throws(CodecError) in try decompress(file, format, inputSize: inputSize) }
}

/// The error that decoding ends with; nil if it succeeds.
func failure(_ file: [UInt8], _ format: Compression, inputSize: Int = 1 << 16) -> CodecError? {
    if case .failure(let error) = outcome(file, format, inputSize: inputSize) { error } else { nil }
}
