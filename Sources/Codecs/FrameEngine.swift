//  LZ4 and zstd share one kind of frame, the skippable one, and a file of either may begin with it: `pzstd` puts sizes
//  there. So a file that begins like this is skipped into, until a frame of one of the two says which it is.
//
//      50 2a 4d 18 …  28 b5 2f fd …        zstd: its decoder begins at 28
//      50 2a 4d 18 …  04 22 4d 18 …        LZ4

/// Decodes the frames of an LZ4 file, or of a zstd file that begins with a skippable frame.
final class FrameEngine: DecodingEngine {
    private enum Position {
        /// This many bytes into a skippable frame's magic number; 0 is a boundary.
        case magic(Int)
        /// So many bytes of a skippable frame's size are in `size`.
        case insideSize(count: Int, size: UInt32)
        /// This many bytes of a skippable frame are to come.
        case insideSkippable(left: Int)
        case decided(any DecodingEngine)
    }

    private var position = Position.magic(0)

    private var engine: (any DecodingEngine)? {
        if case .decided(let engine) = position { engine } else { nil }
    }
    var compression: Compression { engine?.compression ?? .lz4 }
    var hasContent: Bool { engine?.hasContent ?? false }
    var isAtBoundary: Bool { engine?.isAtBoundary ?? false }

    func advance(
        _ input: inout UnsafeRawBufferPointer, _ output: inout UnsafeMutableRawBufferPointer
    ) throws(DecodingFault) -> Bool {
        switch position {
        case .decided(let engine): return try engine.advance(&input, &output)
        case .magic(let count):
            guard let byte = input.first else { return false }
            if count == 0, !SkippableFrame.firstMagicBytes.contains(byte) {
                position = .decided(byte == ZstdFormat.firstMagicByte ? ZstdEngine() : LZ4FrameEngine())
                return true
            }
            guard count == 0 || byte == SkippableFrame.magicAfterFirst[count - 1] else {
                throw .notAUnit(matched: count)
            }
            input.drop(1)
            position = count == 3 ? .insideSize(count: 0, size: 0) : .magic(count + 1)
            return true
        case .insideSize(let count, let before):
            guard let byte = input.first else { return false }
            input.drop(1)
            let size = before | UInt32(byte) << UInt32(8 * count)
            position = count == 3 ? .insideSkippable(left: Int(size)) : .insideSize(count: count + 1, size: size)
            return true
        case .insideSkippable(let left):
            let count = min(left, input.count)
            input.drop(count)
            position = count == left ? .magic(0) : .insideSkippable(left: left - count)
            return count > 0 || left == 0
        }
    }
}
