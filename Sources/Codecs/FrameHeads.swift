//  What frames begin with, as it stands here in bytes and in the libraries' headers as numbers.
//
//  The beginnings are matched byte by byte, since a file may end within one. A byte that is wrong here would make a whole file
//  of frames one that "is not compressed"; so the numbers are compared once, by the first engine that decodes frames.

import CLZ4
import CZstd

enum FrameHeads {
    /// Evaluated once, by the first reader of frames.
    static let checked: Void = check()

    /// Traps when a beginning differs.
    static func check() {
        let zstd = number(ZstdFormat.firstMagicByte, ZstdFormat.magicAfterFirst)
        precondition(zstd == ZSTD_MAGICNUMBER, "zstd frames begin with \(ZSTD_MAGICNUMBER), not \(zstd)")
        let lz4 = number(LZ4FrameFormat.firstMagicByte, LZ4FrameFormat.magicAfterFirst)
        precondition(lz4 == LZ4F_MAGICNUMBER, "LZ4 frames begin with \(LZ4F_MAGICNUMBER), not \(lz4)")
        let skippable = number(SkippableFrame.firstMagicBytes.lowerBound, SkippableFrame.magicAfterFirst)
        precondition(
            skippable == ZSTD_MAGIC_SKIPPABLE_START && skippable == LZ4F_MAGIC_SKIPPABLE_START
                && SkippableFrame.firstMagicBytes.count == 16,
            "skippable frames begin with 16 numbers from \(ZSTD_MAGIC_SKIPPABLE_START) on, not from \(skippable)")
        // RFC 8878, section 3.1.1.1: descriptor, window, at most 4 bytes of dictionary and 8 of size.
        let longest = (UInt8.min...UInt8.max).map { ZstdEngine.headerSize(flags: $0) }.max()!
        precondition(
            longest == ZstdEngine.longestHeader && ZstdEngine.longestHeader == 4 + 1 + 1 + 4 + 8,
            "the header of a frame of zstd has up to \(longest) bytes, and \(ZstdEngine.longestHeader) have room")
    }

    /// Stored little-endian.
    private static func number(_ first: UInt8, _ others: [UInt8]) -> UInt32 {
        ([first] + others).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
