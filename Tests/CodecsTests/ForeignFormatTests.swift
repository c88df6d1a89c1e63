import Codecs
import Records
import Testing

@Suite("Formats that are not read") struct ForeignFormatTests {
    private func detect(_ bytes: [UInt8]) -> ForeignFormat? { bytes.withUnsafeBytes { ForeignFormat.detect($0) } }

    /// First bytes of files that bzip2 1.0.8, xz 5.4, GNU tar 1.34, SQLite 3.40 and others wrote, or that their formats'
    /// specifications say.
    @Test(
        arguments: [
            (.bzip2, "425a6839314159265359"), (.bzip2, "425a683917724538509000000000"), (.xz, "fd377a585a000004"),
            (.lzip, "4c5a495001"), (.sevenZip, "377abcaf271c0004"), (.rar, "526172211a0700"), (.compress, "1f9d90"),
            (.legacyLZ4, "02214c18"), (.snappy, "ff060000734e61507059"), (.parquet, "50415231"), (.avro, "4f626a01"),
            (.orc, "4f524303"), (.arrow, "4152524f5731"), (.sqlite, "53514c69746520666f726d6174203300"),
            (.excel97, "d0cf11e0a1b11ae1"), (.pdf, "255044462d312e37"), (.hdf5, "894844460d0a1a0a"),
            (.pickle, "800495"),
            (.utf32, "fffe00007b000000"), (.utf32, "0000feff0000007b"), (.utf16LittleEndian, "7b002200"),
            (.utf16BigEndian, "007b0022"),
        ] as [(ForeignFormat, String)]) func areKnownByTheirBeginnings(format: ForeignFormat, hex: String)
    {
        #expect(detect(bytes(hex: hex)) == format)
        #expect(detect(bytes(hex: hex) + Array("{}".utf8)) == format)
    }

    @Test func aTarArchiveIsKnownByItsHeader() {
        var header = [UInt8](repeating: 0, count: 512)
        header.replaceSubrange(0..<6, with: "a.json".utf8)
        header.replaceSubrange(257..<263, with: "ustar\0".utf8)
        header.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
        let sum = header.reduce(0) { $0 + Int($1) }
        let digits = String(sum, radix: 8)
        header.replaceSubrange(148..<156, with: (String(repeating: "0", count: 6 - digits.count) + digits + "\0 ").utf8)
        #expect(header.count == 512)
        #expect(detect(header) == .tar)
        header[0] ^= 1
        #expect(detect(header) == nil)
        // A text that has the word there.
        var text = [UInt8](repeating: 0x20, count: 512)
        text.replaceSubrange(257..<262, with: "ustar".utf8)
        #expect(detect(text) == nil)
    }

    @Test(arguments: [
        "", "{", "{}", "{\"a\":1}\n", "[", "\u{FEFF}{}", "7", "7z", "null", "\"ORC\"", "BZh9", "O", "-1", "  {",
        "{\0\0\0",
    ]) func noJSONIsOne(text: String) { #expect(detect(Array(text.utf8)) == nil) }

    @Test("are told with what can be done") func words() {
        #expect(
            UnreadableContent(.tar, in: .gzip).description
                == "inside gzip it is a tar archive, which cannot be read directly; unpack the files in it into the inbox"
        )
        for format in ForeignFormat.allCases {
            let text = UnreadableContent(format).description
            #expect(text.hasPrefix("it is ") && text.contains(", which cannot be read directly; "))
        }
        #expect(ForeignFormat.utf16BigEndian.isRead(as: .utf16BigEndian))
        #expect(!ForeignFormat.utf16BigEndian.isRead(as: .utf16LittleEndian))
    }
}
