//  How a file is compressed is found out from its first bytes, never from its name.
//
//      format      first bytes           source
//      gzip        1f 8b                 RFC 1952, section 2.3.1
//      LZ4 frame   04 22 4d 18           LZ4 Frame Format Description 1.6.2, "General Structure of LZ4 Frame format"
//      skippable   50..5f 2a 4d 18       the same, "Skippable Frames"; an LZ4 file may begin with them
//
//  None of these can begin a JSON text: 1f and 04 are control characters, and 50..5f are the letters P to _, which
//  begin no JSON value. So one byte often settles the matter, and four always do. A prefix that ends inside a magic
//  number settles nothing yet: a file of the one byte 1f may be a gzip file whose writer has just begun.

/// The compression of a file.
package enum Compression: String, Sendable, Hashable, CaseIterable {
    /// The bytes are the content.
    case none
    /// gzip members, one after another.
    case gzip
    /// LZ4 frames, one after another. Not the legacy format of `lz4 -l`, which has no end mark.
    case lz4

    /// With this many first bytes `detect` always has an answer.
    package static let longestMagic = 4

    /// Tells the compression from the first bytes of a file.
    ///
    /// - Parameter prefix: the file's first bytes, as many as there are; `longestMagic` are enough.
    /// - Returns: nil if the prefix is too short to tell: it is empty, or it is the beginning of a magic number.
    package static func detect(_ prefix: UnsafeRawBufferPointer) -> Compression? {
        guard let first = prefix.first else { return nil }
        let format: Compression
        let following: [UInt8]
        switch first {
        case GzipFormat.magic.0: (format, following) = (.gzip, [GzipFormat.magic.1])
        case LZ4FrameFormat.firstMagicByte: (format, following) = (.lz4, LZ4FrameFormat.magicAfterFirst)
        case LZ4FrameFormat.firstSkippableMagicBytes:
            (format, following) = (.lz4, LZ4FrameFormat.skippableMagicAfterFirst)
        default: return Compression.none
        }
        for (found, expected) in zip(prefix.dropFirst(), following) where found != expected { return Compression.none }
        return prefix.count > following.count ? format : nil
    }
}

/// What a gzip member begins with.
enum GzipFormat {
    /// ID1 and ID2 of RFC 1952.
    static let magic: (UInt8, UInt8) = (0x1f, 0x8b)
}

/// What an LZ4 frame begins with. The magic numbers are stored little-endian: 184D2204 and 184D2A50 to 184D2A5F.
enum LZ4FrameFormat {
    static let firstMagicByte: UInt8 = 0x04
    static let magicAfterFirst: [UInt8] = [0x22, 0x4d, 0x18]
    static let firstSkippableMagicBytes: ClosedRange<UInt8> = 0x50...0x5f
    static let skippableMagicAfterFirst: [UInt8] = [0x2a, 0x4d, 0x18]
    /// The bit of the FLG byte, the first one behind the magic number, that announces a dictionary.
    static let dictionaryFlag: UInt8 = 0x01
}
