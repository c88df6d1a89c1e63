import Codecs
import Testing

@Suite struct CompressionTests {
    private func detect(_ bytes: [UInt8]) -> Compression? {
        bytes.withUnsafeBytes { Compression.detect($0) }
    }

    @Test(arguments: 0...0xff) func firstByteSettlesWhatBeginsNoMagicNumber(byte: Int) {
        let beginsMagic = byte == 0x1f || byte == 0x04 || (0x50...0x5f).contains(byte)
        #expect(detect([UInt8(byte)]) == (beginsMagic ? nil : Compression.none))
    }

    @Test func nothingIsTooShortToTell() {
        #expect(detect([]) == nil)
    }

    @Test(
        arguments: [[0x1f, 0x8b], [0x04, 0x22, 0x4d, 0x18], [0x50, 0x2a, 0x4d, 0x18], [0x5f, 0x2a, 0x4d, 0x18]]
            as [[UInt8]])
    func magicNumbersAreFoundWhenCompleteAndOnlyThen(magic: [UInt8]) {
        let format: Compression = magic[0] == 0x1f ? .gzip : .lz4
        for length in 1..<magic.count { #expect(detect(Array(magic[..<length])) == nil) }
        #expect(detect(magic) == format)
        #expect(detect(magic + [0, 1, 2]) == format)
        for index in magic.indices {
            var other = magic
            other[index] ^= 0x80
            #expect(detect(other) == Compression.none)
            #expect(detect(Array(other[...index])) == Compression.none)
        }
    }

    @Test func realFilesAreFound() {
        #expect(detect(gzip([])) == .gzip)
        #expect(detect(lz4([])) == .lz4)
        #expect(detect(skippable([1, 2, 3], variant: 7) + lz4([])) == .lz4)
        #expect(detect(Array(#"{"_index":"history"}"#.utf8)) == Compression.none)
        #expect(detect([0xef, 0xbb, 0xbf, 0x7b]) == Compression.none)
    }
}
