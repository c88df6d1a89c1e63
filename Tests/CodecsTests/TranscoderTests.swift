import Codecs
import Foundation
import Records
import Testing

@Suite("Text in other encodings") struct TranscoderTests {
    /// Pieces of every size give the same.
    private func convert(_ text: [UInt8], _ encoding: TextEncoding, piece: Int) throws(TornCharacter) -> [UInt8] {
        var transcoder = Transcoder(encoding)
        var result: [UInt8] = []
        var start = 0
        while start < text.count {
            let bytes = Array(text[start..<min(start + piece, text.count)])
            result += [UInt8](unsafeUninitializedCapacity: (bytes.count + 1) * Transcoder.growth) { room, count in
                count = bytes.withUnsafeBytes { transcoder.convert($0, into: UnsafeMutableRawBufferPointer(room)) }
            }
            start += piece
        }
        var rest = [UInt8](repeating: 0, count: Transcoder.growth)
        var count = 0
        var torn: TornCharacter?
        rest.withUnsafeMutableBytes { room in
            do throws(TornCharacter) { count = try transcoder.finish(into: room) } catch { torn = error }
        }
        if let torn { throw torn }
        return result + rest[..<count]
    }

    private static let text = "{\"Título\":\"Café – 東京 🎬 \u{10FFFF}\u{FFFF}\u{E000}\u{D7FF}\"}\r\n"

    @Test(arguments: [true, false], [1, 2, 3, 5, 1000]) func utf16IsTheSameText(hasMark: Bool, piece: Int) throws {
        for (encoding, foundation, mark) in [
            (TextEncoding.utf16LittleEndian, String.Encoding.utf16LittleEndian, [0xFF, 0xFE] as [UInt8]),
            (.utf16BigEndian, .utf16BigEndian, [0xFE, 0xFF]),
        ] {
            let bytes = (hasMark ? mark : []) + Array(try #require(Self.text.data(using: foundation)))
            #expect(try convert(bytes, encoding, piece: piece) == Array(Self.text.utf8))
        }
    }

    @Test func aMarkIsOneAtTheBeginningOnly() throws {
        let bytes: [UInt8] = [0xFF, 0xFE, 0xFF, 0xFE, 0x41, 0]
        #expect(try convert(bytes, .utf16LittleEndian, piece: 1) == Array("\u{FEFF}A".utf8))
    }

    @Test(arguments: 1...9) func aSurrogateAloneIsNoUTF8(piece: Int) throws {
        func big(_ units: [UInt16]) -> [UInt8] { units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }
        for (units, expected) in [
            ([0x41, 0xD83D], [0x41, 0xED, 0xA0, 0xBD]), ([0xD83D, 0x41], [0xED, 0xA0, 0xBD, 0x41]),
            ([0xDE00, 0x41], [0xED, 0xB8, 0x80, 0x41]),
            ([0xD83D, 0xD83D, 0xDE00], [0xED, 0xA0, 0xBD, 0xF0, 0x9F, 0x98, 0x80]),
        ] as [([UInt16], [UInt8])] {
            let found = try convert(big(units), .utf16BigEndian, piece: piece)
            #expect(found == expected)
            #expect(String(validating: found, as: UTF8.self) == nil)
        }
    }

    @Test func anOddNumberOfBytesIsTorn() {
        for piece in [1, 2, 5] {
            #expect(throws: TornCharacter(size: 3)) {
                try convert([0x7B, 0, 0x22], .utf16LittleEndian, piece: piece)
            }
        }
    }

    /// Foundation's tables; of the bytes without a character in Windows-1252 it makes none.
    @Test(arguments: 0...0xFF) func everyByteOfTheSingleByteEncodings(byte: Int) throws {
        let bytes = [UInt8(byte)]
        let latin1 = try #require(String(bytes: bytes, encoding: .isoLatin1))
        #expect(try convert(bytes, .latin1, piece: 1) == Array(latin1.utf8))
        let windows = String(bytes: bytes, encoding: .windowsCP1252) ?? latin1
        #expect(try convert(bytes, .windows1252, piece: 1) == Array(windows.utf8))
    }

    @Test func marksSayTheEncoding() {
        for (bytes, encoding) in [
            ([0xFF, 0xFE, 0x7B], .utf16LittleEndian), ([0xFE, 0xFF], .utf16BigEndian), ([0xEF, 0xBB, 0xBF], .utf8),
            ([0xEF, 0xBB], nil), ([0x7B], nil), ([], nil),
        ] as [([UInt8], TextEncoding?)] {
            #expect(bytes.withUnsafeBytes { TextEncoding.marked($0) } == encoding)
        }
    }
}
