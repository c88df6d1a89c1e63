//  Formats that are not read, known by how they begin, so that a person is told what a file is and what to do with it
//  instead of "malformed JSON".
//
//      bzip2      "BZh" 1…9, then 31 41 59 26 53 59 or 17 72 45 38 50 90      xz   fd "7zXZ" 00     lzip   "LZIP"
//      7z         "7z" bc af 27 1c         rar     "Rar!" 1a 07               compress  1f 9d
//      LZ4 of -l  02 21 4c 18              snappy  ff 06 00 00 "sNaPpY"
//      tar        "ustar" at byte 257, and the sum of the header in its bytes 148…155, in octal digits
//      Parquet    "PAR1"                   Avro    "Obj" 01                   ORC       "ORC"
//      Arrow      "ARROW1"                 SQLite  "SQLite format 3" 00       Excel 97  d0 cf 11 e0 a1 b1 1a e1
//      PDF        "%PDF-"                  HDF5    89 "HDF" 0d 0a 1a 0a       pickle    80 02…05
//      UTF-32     ff fe 00 00 and 00 00 fe ff
//      UTF-16     without a byte order mark: of each of the first two pairs of bytes one is 00, the other is ASCII
//
//  No JSON text begins like any of these: where the first byte could begin one (7, for example), what follows could not
//  follow it. A zip archive is read; what it is when it holds no JSON, its decoder says (ZipEngine.swift).

import Records

/// What a file is that is not read.
package enum ForeignFormat: Sendable, Hashable, CaseIterable {
    case bzip2, xz, lzip, sevenZip, rar, compress, legacyLZ4, snappy, tar
    case parquet, avro, orc, arrow, sqlite, excel97, pdf, hdf5, pickle
    case utf32, utf16BigEndian, utf16LittleEndian

    /// With this many first bytes `detect` always has an answer: a header of tar.
    package static let longestMagic = 512

    private static let magics: [(format: ForeignFormat, bytes: [UInt8])] = [
        (.xz, [0xFD] + Array("7zXZ".utf8) + [0]), (.lzip, Array("LZIP".utf8)),
        (.sevenZip, Array("7z".utf8) + [0xBC, 0xAF, 0x27, 0x1C]), (.rar, Array("Rar!".utf8) + [0x1A, 0x07]),
        (.compress, [0x1F, 0x9D]), (.legacyLZ4, [0x02, 0x21, 0x4C, 0x18]),
        (.snappy, [0xFF, 0x06, 0x00, 0x00] + Array("sNaPpY".utf8)), (.parquet, Array("PAR1".utf8)),
        (.avro, Array("Obj".utf8) + [1]), (.orc, Array("ORC".utf8)), (.arrow, Array("ARROW1".utf8)),
        (.sqlite, Array("SQLite format 3".utf8) + [0]),
        (.excel97, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]), (.pdf, Array("%PDF-".utf8)),
        (.hdf5, [0x89] + Array("HDF".utf8) + [0x0D, 0x0A, 0x1A, 0x0A]),
        (.utf32, [0xFF, 0xFE, 0, 0]), (.utf32, [0, 0, 0xFE, 0xFF]),
    ]
    private static let bzip2Blocks: [[UInt8]] = [
        [0x31, 0x41, 0x59, 0x26, 0x53, 0x59], [0x17, 0x72, 0x45, 0x38, 0x50, 0x90],
    ]

    /// Tells what content is that cannot be read.
    ///
    /// - Parameter prefix: its first bytes; `longestMagic` are enough.
    /// - Returns: nil if it may be readable.
    package static func detect(_ prefix: UnsafeRawBufferPointer) -> ForeignFormat? {
        guard let first = prefix.first else { return nil }
        if let magic = magics.first(where: { $0.bytes[0] == first && prefix.starts(with: $0.bytes) }) {
            return magic.format
        }
        if prefix.starts(with: "BZh".utf8), prefix.count >= 10, (0x31...0x39).contains(prefix[3]),
            bzip2Blocks.contains(where: { prefix[4..<10].elementsEqual($0) })
        {
            return .bzip2
        }
        if first == 0x80, prefix.count >= 2, (2...5).contains(prefix[1]) { return .pickle }
        if isTar(prefix) { return .tar }
        return withoutMark(prefix)
    }

    private static func isTar(_ prefix: UnsafeRawBufferPointer) -> Bool {
        guard prefix.count >= longestMagic, prefix[257..<262].elementsEqual("ustar".utf8) else { return false }
        let digits = prefix[148..<156].drop { $0 == 0x20 }.prefix { (0x30...0x37).contains($0) }
        let stated = digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }
        // The sum counts its own bytes as blanks.
        let sum = (0..<longestMagic).reduce(0) { $0 + Int((148..<156).contains($1) ? 0x20 : prefix[$1]) }
        return stated == sum
    }

    /// UTF-16 that does not say so.
    private static func withoutMark(_ prefix: UnsafeRawBufferPointer) -> ForeignFormat? {
        guard prefix.count >= 4 else { return nil }
        func isASCII(_ index: Int) -> Bool { prefix[index] != 0 && prefix[index] < 0x80 }
        if isASCII(0), prefix[1] == 0, isASCII(2), prefix[3] == 0 { return .utf16LittleEndian }
        if prefix[0] == 0, isASCII(1), prefix[2] == 0, isASCII(3) { return .utf16BigEndian }
        return nil
    }

    /// Whether text in it is read when it is said to be in this encoding.
    package func isRead(as encoding: TextEncoding) -> Bool {
        switch self {
        case .utf16LittleEndian: encoding == .utf16LittleEndian
        case .utf16BigEndian: encoding == .utf16BigEndian
        default: false
        }
    }

    /// What it is, in a sentence.
    var title: String {
        switch self {
        case .bzip2: "compressed with bzip2"
        case .xz: "compressed with xz"
        case .lzip: "compressed with lzip"
        case .compress: "compressed with compress (.Z)"
        case .legacyLZ4: "LZ4 of the legacy format (lz4 -l)"
        case .snappy: "compressed with Snappy"
        case .sevenZip: "a 7z archive"
        case .rar: "a RAR archive"
        case .tar: "a tar archive"
        case .parquet: "a Parquet file"
        case .avro: "an Avro file"
        case .orc: "an ORC file"
        case .arrow: "an Arrow file"
        case .sqlite: "an SQLite database"
        case .excel97: "an Office document (xls, doc or the like)"
        case .pdf: "a PDF document"
        case .hdf5: "an HDF5 file"
        case .pickle: "a Python pickle"
        case .utf32: "text in UTF-32"
        case .utf16LittleEndian: "text in UTF-16 (little-endian) without a byte order mark"
        case .utf16BigEndian: "text in UTF-16 (big-endian) without a byte order mark"
        }
    }

    /// What a person can do about it.
    var advice: String {
        switch self {
        case .bzip2, .xz, .lzip, .compress, .legacyLZ4, .snappy: "decompress it, or compress it with gzip, LZ4 or zstd"
        case .sevenZip, .rar, .tar: "unpack the files in it into the inbox"
        case .parquet, .avro, .orc, .arrow, .sqlite, .excel97, .pdf, .hdf5, .pickle: "export its rows as JSON Lines"
        case .utf32: "save it as UTF-8"
        case .utf16LittleEndian: "set encoding: utf-16le and run `watchfold reprocess`"
        case .utf16BigEndian: "set encoding: utf-16be and run `watchfold reprocess`"
        }
    }
}

/// Content that is not read, whatever is in it.
package struct UnreadableContent: Error, Equatable, Sendable, CustomStringConvertible {
    package var format: ForeignFormat
    /// How it was compressed.
    package var compression: Compression

    package init(_ format: ForeignFormat, in compression: Compression = .none) {
        self.format = format
        self.compression = compression
    }

    package var description: String {
        let place = compression == .none ? "it is" : "inside \(compression.title) it is"
        return "\(place) \(format.title), which cannot be read directly; \(format.advice)"
    }
}
