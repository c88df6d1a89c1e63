//  Decompression. The first byte of an input says what the rest is and how it is handed over:
//
//      bits 0-1  0  a compressed file as it is
//                1  raw deflated data; put between a gzip header and, if zlib can inflate it, the trailer that it needs,
//                   so that checksums do not keep changed data from being good; and likewise into a zip archive
//                2  an LZ4 file, whose first frame gets the header checksum that it needs; or what follows the magic
//                   number of a zstd frame
//                3  content, to be compressed and decompressed; and UTF-16 or Latin-1, to be made UTF-8
//      bit  2    of 2: zstd and not LZ4. Of 3: LZ4 and zstd, and not gzip and zip
//      bits 3-7  bytes of the pieces that the decoder is given at a time, less one
//
//  Promises: nothing depends on how input and output are cut, nothing is written behind the output, memory is bounded,
//  what zlib inflates is inflated to the same bytes and what it refuses is refused, and the digest of content that
//  comes in pieces is that of the whole.

import CLZ4
import CXXHash
import CZlib
import CZstd
import Codecs
import ReaderReference
import Records

/// Content beyond this is not waited for: a few bytes can stand for gigabytes.
private let contentLimit = 1 << 18

func checkCodecs(_ input: [UInt8]) throws -> Bool {
    guard let head = input.first else { return false }
    let rest = Array(input.dropFirst())
    let piece = Int(head >> 3) + 1
    switch head & 3 {
    case 0: return try checkFile(rest, piece)
    case 1: return try checkDeflated(rest, piece)
    case 2:
        return try checkFile(head & 4 == 0 ? withFrameHeaderMended(rest) : [0x28, 0xB5, 0x2F, 0xFD] + rest, piece)
    default:
        try checkTranscoding(rest, piece)
        if head & 4 == 0 {
            try checkContent(rest, .gzip, gzipped(rest), piece)
            try checkContent(rest, .zip, zipped(Array(gzipped(rest)[10...].dropLast(8)), of: rest), piece)
        } else {
            try checkContent(rest, .lz4, framed(rest), piece)
            try checkContent(rest, .zstd, zstdFramed(rest), piece)
        }
        return true
    }
}

// MARK: Decoding

/// What decoding came to.
private struct Decoding: Equatable {
    var content: [UInt8] = []
    var error: CodecError?
    /// Whether there was more content than the limit.
    var isCut = false
}

/// Bytes behind an output that nobody may write to.
private let fence = [UInt8](repeating: 0xA5, count: 64)

private func decode(
    _ file: [UInt8], _ format: Compression, inputSize: Int, outputSize: Int
) throws(BrokenPromise) -> Decoding {
    var decoder = Decoder(format)
    var result = Decoding()
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: outputSize + fence.count, alignment: 1)
    defer { output.deallocate() }
    output.copyBytes(from: [UInt8](repeating: 0xDB, count: outputSize) + fence)
    var offset = 0
    do throws(CodecError) {
        // A call with no input brings out what is left behind by one that filled the output.
        var isOver = false
        while !isOver && !result.isCut {
            let offered = Array(file[offset..<min(offset + inputSize, file.count)])
            var produced = 0
            var consumed = 0
            // Bytes of their own, so that reading behind them is noticed.
            let failure: CodecError? = offered.withUnsafeBytes { bytes in
                do throws(CodecError) {
                    (consumed, produced) = try decoder.decode(
                        input: bytes, into: UnsafeMutableRawBufferPointer(rebasing: output[..<outputSize]))
                    return nil
                } catch {
                    return error
                }
            }
            if let failure { throw failure }
            offset += consumed
            result.content += output[..<produced]
            result.isCut = result.content.count > contentLimit
            isOver = offset == file.count && produced < outputSize
        }
        if !result.isCut { try decoder.finish() }
    } catch {
        result.error = error
    }
    try promise(output[outputSize...].elementsEqual(fence), "\(format): bytes behind the output were written")
    try promise(
        result.error != nil || result.isCut || decoder.isAtBoundary, "\(format): finished, but at no boundary")
    return result
}

/// Decodes in one piece and in many. An error may be noticed at another byte; that there is one, and which, may not change.
@discardableResult
private func decodeBothWays(_ file: [UInt8], _ format: Compression, _ piece: Int) throws -> Decoding {
    let whole = try decode(file, format, inputSize: .max >> 1, outputSize: 1 << 16)
    let cut = try decode(file, format, inputSize: piece, outputSize: piece * 7 % 61 + 1)
    if whole.isCut || cut.isCut { return whole }
    let (expected, found) = (whole.error.map(kind) ?? "well", cut.error.map(kind) ?? "well")
    try promise(expected == found, "\(format): at once \(expected), in pieces of \(piece) \(found)")
    if whole.error == nil { try promise(whole == cut, "\(format): pieces of \(piece) give other content") }
    return whole
}

/// The error without its place.
private func kind(_ error: CodecError) -> String {
    switch error {
    case .truncated: "truncated"
    case .trailingGarbage(_, let offset): "trailing garbage at \(offset)"
    case .corrupt(_, let what, _): "corrupt: \(what)"
    case .unsupported(_, let what, _): "unsupported: \(what)"
    case .outOfMemory: "out of memory"
    }
}

// MARK: The kinds of input

private func checkFile(_ file: [UInt8], _ piece: Int) throws -> Bool {
    let format = file.withUnsafeBytes { Compression.detect($0) } ?? .none
    let result = try decodeBothWays(file, format, piece)
    if format == .none { try promise(result.error == nil && result.content == file, "plain bytes are not themselves") }
    try checkDigest(result.content, piece)
    return result.error == nil
}

private func checkDeflated(_ data: [UInt8], _ piece: Int) throws -> Bool {
    let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    guard let (content, used) = inflatedByZlib(data) else {
        let result = try decodeBothWays(header + data, .gzip, piece)
        try promise(
            result.error != nil || result.isCut, "what zlib refuses is inflated to \(result.content.count) bytes")
        return false
    }
    if content.count > contentLimit { return false }
    let sum = content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, content.count) }
    let trailer = [UInt32(truncatingIfNeeded: sum), UInt32(content.count)]
        .flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) } }
    let result = try decodeBothWays(header + data[..<used] + trailer, .gzip, piece)
    try promise(result.error == nil, "what zlib inflates is refused: \(result.error.map(\.description) ?? "")")
    try promise(result.content == content, "zlib inflates it to other content")
    try checkContent(content, .zip, zipped(Array(data[..<used]), of: content), piece)
    return true
}

private func checkContent(_ content: [UInt8], _ format: Compression, _ file: [UInt8], _ piece: Int) throws {
    let result = try decodeBothWays(file, format, piece)
    try promise(result.error == nil && result.content == content, "\(format): compressed content does not come back")
    try checkDigest(content, piece)
    if file.count > 1 {
        let cut = try decodeBothWays(Array(file.dropLast(1 + piece % (file.count - 1))), format, piece)
        try promise(cut.isCut || cut.error.map(kind) == "truncated", "\(format): cut short, it is not truncated")
    }
}

/// Pieces make no difference, and what comes out is UTF-8 wherever the standard library finds no fault in the text.
private func checkTranscoding(_ text: [UInt8], _ piece: Int) throws {
    for encoding in TextEncoding.allCases where encoding != .utf8 {
        let whole = transcoded(text, encoding, piece: max(text.count, 1))
        try promise(
            whole == transcoded(text, encoding, piece: piece), "\(encoding): pieces of \(piece) give other text")
        guard let whole else {
            try promise(encoding.isUTF16 && !text.count.isMultiple(of: 2), "\(encoding): \(text.count) bytes are torn")
            continue
        }
        let expected: String
        if encoding.isUTF16 {
            let isLittle = encoding == .utf16LittleEndian
            var units: [UInt16] = stride(from: 0, to: text.count, by: 2).map { index in
                let (first, second) = (UInt16(text[index]), UInt16(text[index + 1]))
                return isLittle ? second << 8 | first : first << 8 | second
            }
            if units.first == 0xFEFF { units.removeFirst() }
            guard let text = String(validating: units, as: UTF16.self) else {
                try promise(String(validating: whole, as: UTF8.self) == nil, "\(encoding): broken text became good")
                continue
            }
            expected = text
        } else if encoding == .latin1 {
            expected = String(String.UnicodeScalarView(text.map { UnicodeScalar($0) }))
        } else {
            try promise(String(validating: whole, as: UTF8.self) != nil, "\(encoding): not UTF-8")
            continue
        }
        try promise(whole == Array(expected.utf8), "\(encoding): other text")
    }
}

/// Nil when the text ends in the middle of a character.
private func transcoded(_ text: [UInt8], _ encoding: TextEncoding, piece: Int) -> [UInt8]? {
    var transcoder = Transcoder(encoding)
    var result: [UInt8] = []
    for start in stride(from: 0, to: text.count, by: piece) {
        let bytes = Array(text[start..<min(start + piece, text.count)])
        result += [UInt8](unsafeUninitializedCapacity: (bytes.count + 1) * Transcoder.growth) { room, count in
            count = bytes.withUnsafeBytes { transcoder.convert($0, into: UnsafeMutableRawBufferPointer(room)) }
        }
    }
    var rest = [UInt8](repeating: 0, count: Transcoder.growth)
    let count = rest.withUnsafeMutableBytes { room in try? transcoder.finish(into: room) }
    return count.map { result + rest[..<$0] }
}

private func checkDigest(_ content: [UInt8], _ piece: Int) throws {
    var digest = StreamingDigest()
    for start in stride(from: 0, to: content.count, by: piece * 37) {
        content[start..<min(start + piece * 37, content.count)].withUnsafeBytes { digest.update($0) }
    }
    let whole = content.withUnsafeBytes { ContentDigest(of: $0) }
    try promise(digest.finish() == whole, "\(content.count) bytes have another digest in pieces of \(piece * 37)")
    try promise(ContentDigest(hex: whole.hex) == whole, "\(whole) is not read again")
}

// MARK: The libraries, plainly

/// The content of raw deflated data, and how many bytes it took; nil when zlib refuses it or its end is not there.
private func inflatedByZlib(_ data: [UInt8]) -> (content: [UInt8], used: Int)? {
    var stream = z_stream()
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    var data = data
    var content = [UInt8](repeating: 0, count: contentLimit + 1)
    let size = data.count
    return data.withUnsafeMutableBufferPointer { input in
        content.withUnsafeMutableBufferPointer { output in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(size)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(output.count)
            let status = inflate(&stream, Z_FINISH)
            let count = output.count - Int(stream.avail_out)
            guard status == Z_STREAM_END || count == output.count else { return nil }
            return (Array(output[..<count]), size - Int(stream.avail_in))
        }
    }
}

/// One gzip member.
func gzipped(_ content: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    let status = deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib does not start: \(status)")
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(content.count)))
    var content = content
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        content.withUnsafeMutableBufferPointer { input in
            stream.next_in = input.baseAddress
            stream.avail_in = UInt32(input.count)
            stream.next_out = output.baseAddress
            stream.avail_out = UInt32(bound)
            let status = deflate(&stream, Z_FINISH)
            precondition(status == Z_STREAM_END, "zlib does not end: \(status)")
        }
        count = bound - Int(stream.avail_out)
    }
}

/// One LZ4 frame, with every checksum and the content's size when asked for.
func framed(_ content: [UInt8], isChecked: Bool = true) -> [UInt8] {
    var preferences = LZ4F_preferences_t()
    preferences.frameInfo.blockSizeID = LZ4F_max64KB
    preferences.frameInfo.contentChecksumFlag = isChecked ? LZ4F_contentChecksumEnabled : LZ4F_noContentChecksum
    preferences.frameInfo.blockChecksumFlag = isChecked ? LZ4F_blockChecksumEnabled : LZ4F_noBlockChecksum
    preferences.frameInfo.contentSize = isChecked ? UInt64(content.count) : 0
    let bound = LZ4F_compressFrameBound(content.count, &preferences)
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        count = content.withUnsafeBytes { input in
            LZ4F_compressFrame(output.baseAddress, bound, input.baseAddress, input.count, &preferences)
        }
        precondition(LZ4F_isError(count) == 0, "liblz4 does not compress")
    }
}

/// One zstd frame with a checksum.
func zstdFramed(_ content: [UInt8]) -> [UInt8] {
    let context = ZSTD_createCCtx()
    defer { ZSTD_freeCCtx(context) }
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
    let bound = ZSTD_compressBound(content.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
        count = content.withUnsafeBytes { input in
            ZSTD_compress2(context, output.baseAddress, bound, input.baseAddress, input.count)
        }
        precondition(ZSTD_isError(count) == 0, "libzstd does not compress")
    }
}

/// A zip archive of one file that is deflated already.
func zipped(_ deflated: [UInt8], of content: [UInt8]) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> ($0 * 8) & 0xFF) } }
    let sum = content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, content.count) }
    let name = Array("a.json".utf8)
    var facts: [UInt8] = [20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0x54]
    facts += little(Int(sum), 4) + little(deflated.count, 4) + little(content.count, 4) + little(name.count, 2)
    var file: [UInt8] = [0x50, 0x4B, 3, 4]
    file += facts + [0, 0] + name + deflated
    let start = file.count
    file += [0x50, 0x4B, 1, 2, 20, 3]
    file += facts + [UInt8](repeating: 0, count: 16) + name
    let size = file.count - start
    file += [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0]
    return file + little(size, 4) + little(start, 4) + [0, 0]
}

/// The file with the checksum byte that its first frame's descriptor asks for (LZ4 Frame Format Description 1.6.2,
/// "Frame Descriptor").
private func withFrameHeaderMended(_ file: [UInt8]) -> [UInt8] {
    let magic: [UInt8] = [0x04, 0x22, 0x4D, 0x18]
    var file = file
    for (i, byte) in magic.enumerated() where i < file.count { file[i] = byte }
    guard file.count > 6 else { return file }
    let end = 6 + (file[4] & 8 != 0 ? 8 : 0) + (file[4] & 1 != 0 ? 4 : 0)
    guard end < file.count else { return file }
    let sum = file[4..<end].withUnsafeBytes { XXH32($0.baseAddress, $0.count, 0) }
    file[end] = UInt8(truncatingIfNeeded: sum >> 8)
    return file
}
