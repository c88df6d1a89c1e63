//  Offsets count bytes from the first byte that the decoder was given: compressed ones in the file, decompressed ones
//  in the content.

/// Why compressed data cannot be decompressed.
package enum CodecError: Error, Equatable, Sendable {
    /// The input ended before the end mark of a member or frame, or held no member or frame at all. The file may
    /// still be being written.
    case truncated(Compression, compressedOffset: Int, decompressedOffset: Int)
    /// Behind the last member or frame there are bytes that begin no other one; the first of them is at the offset.
    case trailingGarbage(Compression, compressedOffset: Int)
    /// The data breaks its format or does not match its checksum. The fault was detected at the offset; the bytes at
    /// fault may stand before it, in the same member or frame.
    case corrupt(Compression, what: String, compressedOffset: Int)
    /// The data asks for something that the format allows and this decoder refuses.
    case unsupported(Compression, what: String, compressedOffset: Int)
    /// The library could not get the memory for its tables.
    case outOfMemory(Compression)
}

extension CodecError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated(let format, compressedOffset: 0, decompressedOffset: _):
            "There is no \(format.title) data: the input is empty."
        case .truncated(let format, let compressed, let decompressed):
            """
            The \(format.title) data ends at byte \(compressed), \(decompressed) decompressed bytes in, \
            without the end mark of a \(format.unit). The file is incomplete.
            """
        case .trailingGarbage(let format, let offset):
            """
            The \(format.title) data is followed, from byte \(offset) on, by bytes that are not another \(format.unit). \
            The file was damaged or something else was appended to it.
            """
        case .corrupt(let format, let what, let offset):
            "The \(format.title) data is damaged: \(what), detected at byte \(offset)."
        case .unsupported(let format, let what, let offset):
            "The \(format.title) data cannot be read: \(what), at byte \(offset)."
        case .outOfMemory(let format):
            "There is not enough memory to decompress \(format.title) data."
        }
    }
}

extension Compression {
    /// The format's name in a sentence.
    var title: String {
        switch self {
        case .none: "plain"
        case .gzip: "gzip"
        case .lz4: "LZ4"
        case .zstd: "zstd"
        case .zip: "zip"
        }
    }

    /// What the format calls its independent pieces.
    var unit: String {
        switch self {
        case .none: "file"
        case .gzip: "member"
        case .lz4, .zstd: "frame"
        case .zip: "zip archive"
        }
    }
}
