//  A zstd file is a series of frames (RFC 8878, section 3):
//
//      frame       28 b5 2f fd  header(2…14)  block…  [XXH64 of the content, the low 4 bytes]
//      block       header(3): last, kind, size   data
//      skippable   50..5f 2a 4d 18  size(4)  that many bytes of anything
//
//  libzstd takes one frame apart and checks its checksum and content size if they are there. The series is this file's
//  matter: at a boundary the magic number is taken byte by byte, so that the end of the file, another frame, a frame that
//  is cut off and garbage are told apart even if the buffers end between them. A frame's
//  header is collected, too, and handed to libzstd in one piece: of a header that it gets in two it takes the second for
//  the beginning of a frame when it looks like one (1.5.4, the single-pass mode of ZSTD_decompressStream), and it may:
//
//      28 b5 2f fd | 50 2a 4d 18     flags, a window of 40 KiB, a content of 6477 bytes; or a skippable frame
//
//  Memory is the frame's window and a block. A window larger than 128 MiB is refused, as `zstd -d` refuses it: that is
//  what `--ultra -22` and `--long` without a number ask for, and more than `-19` (8 MiB) does.
//
//  libzstd takes the last byte of a frame only when all that goes before has been handed out, so that nothing is left
//  behind. It takes a caller for stuck that gets no further sixteen times; so calls that cannot are not made.

import CZstd

/// Decodes zstd frames, one after another.
final class ZstdEngine: DecodingEngine {
    private enum Position {
        /// This many bytes into a magic number; 0 is a boundary. They are in `head`.
        case magic(Int)
        /// So many bytes of a frame's header are in `head`.
        case insideHeader(Int)
        case insideFrame
        /// Inside the size of a skippable frame: so many bytes of it are in `size`.
        case insideSize(count: Int, size: UInt32)
        /// This many bytes of a skippable frame are to come.
        case insideSkippable(left: Int)
    }

    /// Log2 of the largest window in bytes.
    private static let largestWindow: Int32 = 27

    var compression: Compression { .zstd }
    private var position = Position.magic(0)
    private var head = InlineArray<18, UInt8>(repeating: 0)
    /// As many bytes as there is room for in `head`: a descriptor, a window, a dictionary and a size behind a magic number.
    static let longestHeader = 18
    private(set) var hasContent = false
    var isAtBoundary: Bool {
        if case .magic(0) = position { hasContent } else { false }
    }

    private let stream: OpaquePointer
    /// Whether libzstd has handed out all that it has, and needs input.
    private var isDry = false
    /// Whether libzstd has taken all that it can, and needs room.
    private var isFull = false

    init() {
        _ = FrameHeads.checked
        precondition(head.count == Self.longestHeader, "a header of \(head.count) bytes")
        guard let stream = ZSTD_createDCtx() else { preconditionFailure("libzstd does not start") }
        let status = ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, Self.largestWindow)
        precondition(
            ZSTD_isError(status) == 0, "libzstd refuses a window: \(String(cString: ZSTD_getErrorName(status)))")
        self.stream = stream
    }

    deinit {
        ZSTD_freeDCtx(stream)
    }

    func advance(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        switch position {
        case .magic(let count):
            guard let byte = input.first else { return false }
            guard continuesMagic(byte, at: count) else { throw .notAUnit(matched: count) }
            head[count] = byte
            input.drop(1)
            position = .magic(count + 1)
            if count + 1 == 4 {
                let isSkippable = head[0] != ZstdFormat.firstMagicByte
                position = isSkippable ? .insideSize(count: 0, size: 0) : .insideHeader(4)
            }
            return true
        case .insideHeader(let count):
            guard let byte = input.first else { return false }
            head[count] = byte
            input.drop(1)
            position = .insideHeader(count + 1)
            if count + 1 == Self.headerSize(flags: head[4]) { try beginFrame(headerSize: count + 1) }
            return true
        case .insideFrame:
            let (moved, isDone) = try decompress(&input, &output)
            if isDone {
                position = .magic(0)
                hasContent = true
            }
            return moved
        case .insideSize(let count, let size):
            guard let byte = input.first else { return false }
            input.drop(1)
            let size = size | UInt32(byte) << UInt32(8 * count)
            position = count == 3 ? .insideSkippable(left: Int(size)) : .insideSize(count: count + 1, size: size)
            return true
        case .insideSkippable(let left):
            let count = min(left, input.count)
            input.drop(count)
            position = count == left ? .magic(0) : .insideSkippable(left: left - count)
            return count > 0 || left == 0
        }
    }

    /// Whether a byte may stand at an index of a magic number, behind those already in `head`.
    private func continuesMagic(_ byte: UInt8, at index: Int) -> Bool {
        if index == 0 { return byte == ZstdFormat.firstMagicByte || SkippableFrame.firstMagicBytes.contains(byte) }
        let isSkippable = head[0] != ZstdFormat.firstMagicByte
        return byte == (isSkippable ? SkippableFrame.magicAfterFirst : ZstdFormat.magicAfterFirst)[index - 1]
    }

    /// Bytes of a frame's header with its magic number (RFC 8878, section 3.1.1.1): at least 6.
    ///
    /// - Parameter flags: the byte behind the magic number.
    static func headerSize(flags: UInt8) -> Int {
        let isSingleSegment = flags & 0x20 != 0
        let dictionary = [0, 1, 2, 4][Int(flags & 3)]
        let contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][Int(flags >> 6)]
        return 4 + 1 + (isSingleSegment ? 0 : 1) + dictionary + contentSize
    }

    private func beginFrame(headerSize: Int) throws(DecodingFault) {
        let status = ZSTD_DCtx_reset(stream, ZSTD_reset_session_only)
        precondition(ZSTD_isError(status) == 0, "libzstd does not start over")
        (isDry, isFull) = (false, false)
        position = .insideFrame
        let head = head
        var fault: DecodingFault?
        withUnsafeBytes(of: head) { bytes in
            do throws(DecodingFault) {
                var bytes = UnsafeRawBufferPointer(rebasing: bytes[..<headerSize])
                var nothing = UnsafeMutableRawBufferPointer(start: nil, count: 0)
                _ = try decompress(&bytes, &nothing)
                precondition(bytes.isEmpty, "libzstd does not take a frame's header")
            } catch {
                fault = error
            }
        }
        if let fault { throw fault }
    }

    /// Says whether libzstd took or gave anything, and whether the frame is over.
    private func decompress(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> (moved: Bool, isDone: Bool) {
        if input.isEmpty && (isDry || output.isEmpty) || output.isEmpty && isFull { return (false, false) }
        var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        let answer = ZSTD_decompressStream(stream, &target, &source)
        if ZSTD_isError(answer) != 0 { throw Self.fault(ZSTD_getErrorCode(answer)) }
        isDry = source.pos == source.size && target.pos < target.size
        isFull = target.size == 0 && source.pos == 0
        input.drop(source.pos)
        output.drop(target.pos)
        return (source.pos + target.pos > 0, answer == 0)
    }

    private static func fault(_ code: ZSTD_ErrorCode) -> DecodingFault {
        switch code {
        case ZSTD_error_memory_allocation: .outOfMemory
        case ZSTD_error_frameParameter_windowTooLarge:
            .unsupported(
                "a frame needs more than \(1 << (largestWindow - 20)) MiB of memory; compress it without --long")
        case ZSTD_error_dictionary_wrong, ZSTD_error_dictionary_corrupted:
            .unsupported("a frame needs a dictionary to be decompressed")
        case ZSTD_error_checksum_wrong: .corrupt("the content does not match its checksum")
        case ZSTD_error_frameParameter_unsupported: .corrupt("a frame's header has reserved flags set")
        default: .corrupt("a frame cannot be decompressed")
        }
    }
}
