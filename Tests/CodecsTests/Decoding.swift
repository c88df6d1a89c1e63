import CLZ4
import Codecs
import Glibc
import TestSupport
import Testing

extension FrameOptions: CustomTestStringConvertible {
    package var testDescription: String {
        "blocks \(blockSize.rawValue)" + (isLinked ? " linked" : "") + (hasContentChecksum ? " content-checksum" : "")
            + (hasBlockChecksums ? " block-checksums" : "") + (hasContentSize ? " content-size" : "")
    }
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
