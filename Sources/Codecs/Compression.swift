//  How a file is compressed is found out from its first bytes, never from its name.
//
//      format      first bytes           source
//      gzip        1f 8b                 RFC 1952, section 2.3.1
//      LZ4 frame   04 22 4d 18           LZ4 Frame Format Description 1.6.2, "General Structure of LZ4 Frame format"
//      zstd frame  28 b5 2f fd           RFC 8878, section 3.1.1
//      skippable   50..5f 2a 4d 18       the same two, "Skippable Frames"; LZ4 and zstd files may begin with them, and the
//                                        first other frame decides
//      zip         50 4b, then 03 04, 05 06, 07 08 or 30 30      APPNOTE.TXT 6.3.10, section 4.3; the last two of an
//                                        archive in several parts
//
//  None of these can begin a JSON text: 1f and 04 are control characters, 28 is a parenthesis, and 50..5f are the letters
//  P to _, which begin no JSON value. So one byte often settles the matter, and four always do. A prefix that ends inside
//  a magic number settles nothing yet: a file of the one byte 1f may be a gzip file whose writer has just begun.

/// The compression of a file. The raw values are written into the ledger and into partials and never change.
package enum Compression: String, Sendable, Hashable, CaseIterable {
    /// The bytes are the content.
    case none
    /// gzip members, one after another.
    case gzip
    /// LZ4 frames, one after another. Not the legacy format of `lz4 -l`, which has no end mark.
    case lz4
    /// zstd frames, one after another.
    case zstd
    /// A zip archive that holds one file.
    case zip

    /// With this many first bytes `detect` always has an answer.
    package static let longestMagic = 4

    /// What files begin with, and what that says. Where two formats share a beginning, the first one is what a file is
    /// that ends in the middle of it.
    private static let magics: [(format: Compression, first: ClosedRange<UInt8>, following: [[UInt8]])] = [
        (.gzip, GzipFormat.magic.0...GzipFormat.magic.0, [[GzipFormat.magic.1]]),
        (.lz4, LZ4FrameFormat.firstMagicByte...LZ4FrameFormat.firstMagicByte, [LZ4FrameFormat.magicAfterFirst]),
        (.zstd, ZstdFormat.firstMagicByte...ZstdFormat.firstMagicByte, [ZstdFormat.magicAfterFirst]),
        (.lz4, SkippableFrame.firstMagicBytes, [SkippableFrame.magicAfterFirst]),
        (.zip, ZipFormat.firstMagicByte...ZipFormat.firstMagicByte, ZipFormat.magicsAfterFirst),
    ]

    /// Tells the compression from the first bytes of a file. A file that begins with a skippable frame is taken for LZ4;
    /// its decoder finds out that it is zstd.
    ///
    /// - Parameter prefix: the file's first bytes, as many as there are; `longestMagic` are enough.
    /// - Returns: nil if the prefix is too short to tell: it is empty, or it is the beginning of a magic number.
    package static func detect(_ prefix: UnsafeRawBufferPointer) -> Compression? {
        guard let first = prefix.first else { return nil }
        for (format, firsts, followings) in magics where firsts.contains(first) {
            for following in followings where prefix.dropFirst().starts(with: following) { return format }
        }
        return begun(prefix) == nil ? Compression.none : nil
    }

    /// The format whose magic number has begun and not ended; nil if there is none.
    package static func begun(_ prefix: UnsafeRawBufferPointer) -> Compression? {
        guard let first = prefix.first else { return nil }
        let rest = prefix.dropFirst()
        return magics.first { magic in
            magic.first.contains(first)
                && magic.following.contains { rest.count < $0.count && $0.starts(with: rest) }
        }?.format
    }
}

/// What a gzip member begins with.
enum GzipFormat {
    /// ID1 and ID2 of RFC 1952.
    static let magic: (UInt8, UInt8) = (0x1f, 0x8b)
}

/// What an LZ4 frame begins with. The magic number is stored little-endian: 184D2204.
enum LZ4FrameFormat {
    static let firstMagicByte: UInt8 = 0x04
    static let magicAfterFirst: [UInt8] = [0x22, 0x4d, 0x18]
    /// The bit of the FLG byte, the first one behind the magic number, that announces a dictionary.
    static let dictionaryFlag: UInt8 = 0x01
}

/// What a zstd frame begins with. The magic number is stored little-endian: FD2FB528.
enum ZstdFormat {
    static let firstMagicByte: UInt8 = 0x28
    static let magicAfterFirst: [UInt8] = [0xb5, 0x2f, 0xfd]
}

/// What a skippable frame begins with, in LZ4 and zstd files alike: 184D2A50 to 184D2A5F, stored little-endian.
enum SkippableFrame {
    static let firstMagicBytes: ClosedRange<UInt8> = 0x50...0x5f
    static let magicAfterFirst: [UInt8] = [0x2a, 0x4d, 0x18]
}

/// What a zip archive begins with: a file, the end of an empty archive, or the mark of one in several parts.
enum ZipFormat {
    static let firstMagicByte: UInt8 = 0x50
    static let magicsAfterFirst: [[UInt8]] = [
        [0x4b, 0x03, 0x04], [0x4b, 0x05, 0x06], [0x4b, 0x07, 0x08], [0x4b, 0x30, 0x30],
    ]
}
