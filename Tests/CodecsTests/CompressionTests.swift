import Codecs
import TestSupport
import Testing

@Suite struct CompressionTests {
    private func detect(_ bytes: [UInt8]) -> Compression? {
        bytes.withUnsafeBytes { Compression.detect($0) }
    }

    @Test(arguments: 0...0xff) func firstByteSettlesWhatBeginsNoMagicNumber(byte: Int) {
        let beginsMagic = [0x1f, 0x04, 0x28].contains(byte) || (0x50...0x5f).contains(byte)
        #expect(detect([UInt8(byte)]) == (beginsMagic ? nil : Compression.none))
    }

    @Test func nothingIsTooShortToTell() {
        #expect(detect([]) == nil)
    }

    @Test(
        arguments: [
            (.gzip, [0x1f, 0x8b]), (.lz4, [0x04, 0x22, 0x4d, 0x18]), (.lz4, [0x50, 0x2a, 0x4d, 0x18]),
            (.lz4, [0x5f, 0x2a, 0x4d, 0x18]), (.zstd, [0x28, 0xb5, 0x2f, 0xfd]), (.zip, [0x50, 0x4b, 0x03, 0x04]),
            (.zip, [0x50, 0x4b, 0x05, 0x06]), (.zip, [0x50, 0x4b, 0x07, 0x08]), (.zip, [0x50, 0x4b, 0x30, 0x30]),
        ] as [(Compression, [UInt8])])
    func magicNumbersAreFoundWhenCompleteAndOnlyThen(format: Compression, magic: [UInt8]) {
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
        #expect(detect(zstd([])) == .zstd)
        #expect(detect(ZipArchive([]).bytes) == .zip)
        #expect(detect(compress([1], .zip)) == .zip)
        #expect(detect(Array(#"{"_index":"history"}"#.utf8)) == Compression.none)
        #expect(detect([0xef, 0xbb, 0xbf, 0x7b]) == Compression.none)
    }
}
