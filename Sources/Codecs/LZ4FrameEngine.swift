//  An LZ4 file is a series of frames (LZ4 Frame Format Description 1.6.2):
//
//      frame       04 22 4d 18  FLG BD [content size(8)] [dictionary(4)] HC  block…  00 00 00 00  [XXH32 of the content]
//      block       size(4), top bit: stored as it is   data   [XXH32 of the data]
//      skippable   50..5f 2a 4d 18  size(4)  that many bytes of anything
//
//  liblz4 takes one frame apart, checks every checksum that is there and the content size, and skips skippable
//  frames. The series is this file's matter. At a boundary the magic number is taken byte by byte, so that the end
//  of the file, another frame, a frame that is cut off and garbage are told apart even if the buffers end between
//  them. It is handed to liblz4 when complete. Of an ordinary frame the byte behind it is taken too: its lowest bit
//  says that the frame was made with a dictionary, which liblz4 would overlook until the data makes no sense.
//
//  LZ4F_decompress answers
//      an error code   the frame is broken, and of this call nothing is known to be consumed
//      0               the frame is done; the context is ready for the next one
//      else            a hint: how many bytes make up what comes next, such as one block and the header of the next
//
//  A slice no longer than the hint spares liblz4 a copy. It also bounds a broken slice, so that the offset of an
//  error lies within the header or block at fault, or at its beginning. Which byte of it that is depends on how much
//  was read at a time: of a call that fails liblz4 does not say what it took.

import CLZ4

/// Decodes LZ4 frames, one after another.
final class LZ4FrameEngine: DecodingEngine {
    private enum Position {
        /// This many bytes into the head of a frame; 0 is a boundary. They are in `head`.
        case head(Int)
        /// Inside a frame that carries content. `hint` is what liblz4 answered last, in bytes; above 0.
        case insideFrame(hint: Int)
        /// Inside a skippable frame. `hint` as above.
        case insideSkippable(hint: Int)
    }

    var compression: Compression { .lz4 }
    private var position = Position.head(0)
    /// The magic number and, of an ordinary frame, the FLG byte.
    private var head = InlineArray<5, UInt8>(repeating: 0)
    private(set) var hasContent = false
    var isAtBoundary: Bool {
        if case .head(0) = position { hasContent } else { false }
    }

    private let context: OpaquePointer

    init() {
        _ = FrameHeads.checked
        var context: OpaquePointer?
        let status = LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))
        guard let context, LZ4F_isError(status) == 0 else {
            preconditionFailure("liblz4 does not start: \(String(cString: LZ4F_getErrorName(status)))")
        }
        self.context = context
    }

    deinit {
        LZ4F_freeDecompressionContext(context)
    }

    func advance(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        switch position {
        case .head(let count):
            guard let byte = input.first else { return false }
            guard continuesHead(byte, at: count) else { throw .notAUnit(matched: count) }
            head[count] = byte
            input.drop(1)
            position = .head(count + 1)
            let isSkippable = head[0] != LZ4FrameFormat.firstMagicByte
            if count + 1 == (isSkippable ? 4 : 5) {
                try beginFrame(isSkippable: isSkippable, headLength: count + 1)
            }
            return true
        case .insideFrame(let hint):
            let (moved, next) = try decompress(&input, &output, limit: hint)
            position = next == 0 ? .head(0) : .insideFrame(hint: next)
            if next == 0 { hasContent = true }
            return moved
        case .insideSkippable(let hint):
            let (moved, next) = try decompress(&input, &output, limit: hint)
            position = next == 0 ? .head(0) : .insideSkippable(hint: next)
            return moved
        }
    }

    /// Whether a byte may stand at an index of a frame's head, behind those already in `head`.
    private func continuesHead(_ byte: UInt8, at index: Int) -> Bool {
        switch index {
        case 0: byte == LZ4FrameFormat.firstMagicByte || SkippableFrame.firstMagicBytes.contains(byte)
        case 4: true
        default:
            if head[0] == LZ4FrameFormat.firstMagicByte {
                byte == LZ4FrameFormat.magicAfterFirst[index - 1]
            } else {
                byte == SkippableFrame.magicAfterFirst[index - 1]
            }
        }
    }

    /// Hands the head to liblz4, which has not seen it yet.
    private func beginFrame(isSkippable: Bool, headLength: Int) throws(DecodingFault) {
        if !isSkippable && head[4] & LZ4FrameFormat.dictionaryFlag != 0 {
            throw .unsupported("a frame needs a dictionary to be decompressed")
        }
        let head = head
        var fault: DecodingFault?
        var hint = 0
        withUnsafeBytes(of: head) { bytes in
            do throws(DecodingFault) {
                var bytes = UnsafeRawBufferPointer(rebasing: bytes[..<headLength])
                var nothing = UnsafeMutableRawBufferPointer(start: nil, count: 0)
                (_, hint) = try decompress(&bytes, &nothing, limit: headLength)
                precondition(bytes.isEmpty && hint > 0, "liblz4 does not take the head of a frame")
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
        position = isSkippable ? .insideSkippable(hint: hint) : .insideFrame(hint: hint)
    }

    /// Lends liblz4 at most `limit` bytes. Says whether it took or gave any, and what it answered.
    private func decompress(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer, limit: Int
    ) throws(DecodingFault) -> (moved: Bool, answer: Int) {
        var consumed = min(input.count, limit)
        var produced = output.count
        // Without options liblz4 keeps its own copy of the last 64 KiB, so the output need not stay where it is.
        let answer = LZ4F_decompress(context, output.baseAddress, &produced, input.baseAddress, &consumed, nil)
        if LZ4F_isError(answer) != 0 { throw Self.fault(named: String(cString: LZ4F_getErrorName(answer))) }
        input.drop(consumed)
        output.drop(produced)
        return (consumed + produced > 0, answer)
    }

    /// The names are all that the library lets out of its error codes.
    private static func fault(named name: String) -> DecodingFault {
        switch name {
        case "ERROR_allocation_failed": .outOfMemory
        case "ERROR_headerChecksum_invalid": .corrupt("a frame's header does not match its checksum")
        case "ERROR_blockChecksum_invalid": .corrupt("a block does not match its checksum")
        case "ERROR_contentChecksum_invalid": .corrupt("the content does not match its checksum")
        case "ERROR_frameSize_wrong": .corrupt("the content does not have the length that the frame's header gives")
        case "ERROR_maxBlockSize_invalid": .corrupt("a block is larger than its frame allows")
        case "ERROR_decompressionFailed": .corrupt("a block cannot be decompressed")
        case "ERROR_reservedFlag_set": .corrupt("a frame's header has reserved flags set")
        case "ERROR_headerVersion_wrong": .corrupt("a frame's header names an unknown version")
        default: .corrupt("liblz4 says \(name)")
        }
    }
}
