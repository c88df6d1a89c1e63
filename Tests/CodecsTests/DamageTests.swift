import Codecs
import TestSupport
import Testing

/// Files that are cut off, altered or appended to: never taken for whole, never a wrong content.
@Suite struct DamageTests {
    private static let content = records(300)

    @Test(arguments: [Compression.gzip, .lz4, .zstd]) func aPrefixIsWholeOnlyBehindAMemberOrFrame(format: Compression) {
        let parts = [records(200), [], records(90, seed: 2)]
        var file: [UInt8] = []
        var wholePrefixes: [Int: [UInt8]] = [:]
        var content: [UInt8] = []
        for part in parts {
            // A file of zstd that begins with a skippable frame is taken for LZ4 at first.
            if format == .lz4 || format == .zstd && !file.isEmpty {
                file += skippable([5, 6, 7])
                // The decoder stands between frames; what came before, if anything did, is whole.
                if !content.isEmpty { wholePrefixes[file.count] = content }
            }
            file += compress(part, format)
            content += part
            wholePrefixes[file.count] = content
        }
        for length in 0...file.count {
            let prefix = Array(file[..<length])
            for inputSize in [1, 1000] {
                switch outcome(prefix, format, inputSize: inputSize) {
                case .success(let decoded): #expect(decoded == wholePrefixes[length], "\(length) bytes")
                case .failure(.truncated(format, let offset, let decoded)):
                    #expect(wholePrefixes[length] == nil && offset == length && decoded <= content.count)
                case .failure(let error): Issue.record("\(length) bytes: \(error)")
                }
            }
        }
    }

    /// Every bit of a gzip file of two members whose headers have all fields but no CRC.
    @Test func anyFlippedBitOfGzipIsFoundOrHarmless() {
        let deflated = gzip(Self.content)
        var header = Array(deflated[..<10])
        header[3] = 0x1c
        let fields: [UInt8] = [3, 0, 1, 2, 3] + Array("name\0comment\0".utf8)
        let member = header + fields + deflated[10...]
        let headerEnd = header.count + fields.count
        let file = member + member
        let harmless = flipEveryBit(file, .gzip, content: Self.content + Self.content)
        #expect(!harmless.isEmpty)
        for offset in harmless {
            let offset = offset % member.count
            // The bits that pad the last deflated byte mean nothing.
            #expect((3..<headerEnd).contains(offset) || offset == member.count - 9, "byte \(offset)")
        }
    }

    @Test func anyFlippedBitOfAHeaderWithACRCIsFound() {
        let file = bytes(
            hex: """
                1f8b081e05000000000306004142020078796e616d6500636f6d6d656e7400ff36\
                ab5672cecf2b294a4c2e51b2527272f13030343634b654aae5aa26590200979f08704b000000
                """)
        let content = Array(String(repeating: #"{"Contract":"BDH013139"}"# + "\n", count: 3).utf8)
        let lastDeflated = file.count - 9
        #expect(flipEveryBit(file, .gzip, content: content).allSatisfy { $0 == lastDeflated })
    }

    @Test(arguments: [true, false], [true, false])
    func anyFlippedBitOfLZ4IsFoundOrHarmless(hasBlockChecksums: Bool, hasContentSize: Bool) {
        let options = FrameOptions(hasBlockChecksums: hasBlockChecksums, hasContentSize: hasContentSize)
        let file = lz4(Self.content, options) + lz4(noise(100), options)
        let harmless = flipEveryBit(file, .lz4, content: Self.content + noise(100))
        // A match may point to another place where the same bytes stand; only a block's own checksum notices that.
        #expect(harmless.count <= (hasBlockChecksums ? 0 : 2))
    }

    @Test func onlyTheKindAndThePayloadOfASkippableFrameMayChange() {
        let file = skippable(noise(20)) + lz4(Self.content, FrameOptions(hasBlockChecksums: true))
        let harmless = flipEveryBit(file, .lz4, content: Self.content)
        #expect(harmless == Set([0] + Array(8..<28)))
    }

    /// The frame's checksum covers all of its content.
    @Test func anyFlippedBitOfZstdIsFoundOrHarmless() {
        let file = zstd(Self.content) + zstd(noise(100))
        // The reserved bit, and what a match of the same bytes elsewhere may be written as.
        #expect(flipEveryBit(file, .zstd, content: Self.content + noise(100)).count <= 4)
    }

    /// Flips every bit in turn. Returns the bytes in which a flipped bit was not noticed; the content must then be the same.
    private func flipEveryBit(_ file: [UInt8], _ format: Compression, content: [UInt8]) -> Set<Int> {
        var harmless: Set<Int> = []
        for offset in file.indices {
            for bit in 0..<8 {
                var altered = file
                altered[offset] ^= 1 << bit
                guard case .success(let decoded) = outcome(altered, format) else { continue }
                #expect(decoded == content, "byte \(offset), bit \(bit)")
                harmless.insert(offset)
            }
        }
        return harmless
    }

    @Test(arguments: [Compression.gzip, .lz4, .zstd], [1, 3, 1000])
    func whatFollowsTheLastMemberIsNeverPassedOver(format: Compression, inputSize: Int) {
        let file = compress(Self.content, format) + compress([], format)
        let garbage = CodecError.trailingGarbage(format, compressedOffset: file.count)
        for tail in [[0], [0, 0, 0, 0], [UInt8](repeating: 0, count: 512)] as [[UInt8]] {
            // Zeros behind gzip are padding, but only to the end.
            #expect(failure(file + tail, format, inputSize: inputSize) == (format == .gzip ? nil : garbage))
            #expect(failure(file + tail + [1], format, inputSize: inputSize) == garbage)
            #expect(failure(file + tail + compress([], format), format, inputSize: inputSize) == garbage)
        }
        for tail in [Array("{}\n".utf8), [0x0a]] as [[UInt8]] {
            #expect(failure(file + tail, format, inputSize: inputSize) == garbage)
        }
        let magic: [UInt8] =
            switch format {
            case .gzip: [0x1f, 0x8b]
            case .lz4: [0x04, 0x22, 0x4d, 0x18]
            default: [0x28, 0xb5, 0x2f, 0xfd]
            }
        for length in 1...magic.count {
            let beginning = Array(magic[..<length])
            #expect(
                failure(file + beginning, format, inputSize: inputSize)
                    == .truncated(
                        format, compressedOffset: file.count + length, decompressedOffset: Self.content.count))
            guard length < magic.count else { continue }
            #expect(failure(file + beginning + [0], format, inputSize: inputSize) == garbage)
        }
    }

    @Test func aFileOfAnotherFormatIsNotTrailingGarbage() {
        #expect(
            failure(Array("{}".utf8), .gzip)
                == .corrupt(.gzip, what: "no member begins here", compressedOffset: 0))
        #expect(
            failure(skippable([1]) + [0x28, 0xb5, 0x2f, 0xfc], .lz4)
                == .corrupt(.zstd, what: "no frame begins here", compressedOffset: 9))
        #expect(
            failure(skippable([1]) + [0x29], .lz4)
                == .corrupt(.lz4, what: "no frame begins here", compressedOffset: 9))
    }

    @Test func aFileWithoutAMemberOrFrameIsNotWhole() {
        for format in [Compression.gzip, .lz4, .zstd, .zip] {
            #expect(failure([], format) == .truncated(format, compressedOffset: 0, decompressedOffset: 0))
        }
        #expect(
            failure(skippable([1, 2]), .lz4) == .truncated(.lz4, compressedOffset: 10, decompressedOffset: 0))
    }

    @Test func theGzipTrailerAndHeaderAreChecked() {
        let file = gzip(Self.content)
        func altered(_ offset: Int, to byte: UInt8) -> [UInt8] {
            var file = file
            file[offset] = byte
            return file
        }
        func what(_ file: [UInt8]) -> String? {
            if case .corrupt(.gzip, let what, _) = failure(file, .gzip) { what } else { nil }
        }
        #expect(what(altered(file.count - 8, to: ~file[file.count - 8])) == "the content does not match its CRC-32")
        #expect(
            what(altered(file.count - 1, to: ~file[file.count - 1]))
                == "the content does not have the length that the member's trailer gives")
        #expect(what(altered(3, to: 0x20)) == "the member's header has reserved flags set")
        #expect(what(altered(3, to: 0x02)) == "the member's header does not match its CRC")
        #expect(what(altered(2, to: 7)) == "the member's header names an unknown compression method")
        #expect(what(altered(10, to: 0xff)) == "the deflated data is invalid (invalid block type)")
    }

    @Test func theChecksumsAndSizesOfLZ4AreChecked() {
        let noiseFrame = lz4(noise(100), FrameOptions(hasBlockChecksums: true))
        func what(_ file: [UInt8], _ offset: Int) -> String? {
            var file = file
            file[offset] ^= 1
            return if case .corrupt(.lz4, let what, _) = failure(file, .lz4) { what } else { nil }
        }
        let end = noiseFrame.count
        #expect(what(noiseFrame, 6) == "a frame's header does not match its checksum")
        #expect(what(noiseFrame, 50) == "a block does not match its checksum")
        #expect(what(noiseFrame, end - 1) == "the content does not match its checksum")
        let plain = lz4(noise(100))
        #expect(what(plain, 50) == "the content does not match its checksum")
        #expect(what(plain, 9) == "a block is larger than its frame allows")
        // A frame of another content's size: the header of one, the blocks of the other.
        let sized = FrameOptions(hasContentChecksum: false, hasContentSize: true)
        let mixed = lz4(noise(100), sized)[..<15] + lz4(noise(99), sized)[15...]
        #expect(
            failure(Array(mixed), .lz4)
                == .corrupt(
                    .lz4, what: "the content does not have the length that the frame's header gives",
                    compressedOffset: 19))
    }

    @Test func framesWithADictionaryAreRefused() {
        let error = CodecError.unsupported(
            .lz4, what: "a frame needs a dictionary to be decompressed", compressedOffset: 5)
        for inputSize in [1, 1000] {
            #expect(failure(lz4([1], FrameOptions(dictionary: 77)), .lz4, inputSize: inputSize) == error)
        }
    }

    @Test func anLZ4ErrorNamesItsBlockHoweverTheInputIsCut() {
        let content = noise(300_000)
        var file = lz4(content, FrameOptions(hasBlockChecksums: true))
        // Header 7; two blocks of 4 + 65,536 + 4; then the header of the third.
        let block = 7 + 2 * 65_544 + 4
        file[block + 1000] ^= 1
        guard case .corrupt(_, _, let offset) = failure(file, .lz4, inputSize: file.count) else {
            Issue.record("not noticed")
            return
        }
        #expect((block...block + 65_540).contains(offset))
    }

    @Test func aBrokenDecoderStaysBroken() {
        for tail in [[7], [0x1f, 0x8b, 9, 0]] as [[UInt8]] {
            var decoder = Decoder(.gzip)
            var output: [UInt8] = [0, 0]
            var errors: [CodecError] = []
            for input in [gzip([1]) + tail, gzip([1])] {
                input.withUnsafeBytes { input in
                    output.withUnsafeMutableBytes { output in
                        do throws(CodecError) { _ = try decoder.decode(input: input, into: output) } catch {
                            errors.append(error)
                        }
                    }
                }
            }
            do throws(CodecError) { try decoder.finish() } catch { errors.append(error) }
            #expect(errors.count == 3 && Set(errors.map(\.description)).count == 1)
            #expect(decoder.isAtBoundary == false)
        }
    }

    /// Whatever the bytes are, the decoder comes to an end. A run that succeeds would have to have guessed a checksum.
    @Test(arguments: [Compression.gzip, .lz4, .zstd, .zip]) func noiseNeverDecodes(format: Compression) {
        let file = compress(records(2000), format)
        for seed in 0..<300 as Range<UInt64> {
            var generator = Dice(seed: seed)
            var altered = file
            let start = Int.random(in: 4..<file.count, using: &generator)
            for index in start..<file.count { altered[index] = UInt8.random(in: 0...255, using: &generator) }
            #expect(failure(altered, format, inputSize: Int.random(in: 1...200, using: &generator)) != nil)
        }
    }

    @Test func errorsReadAsSentences() {
        #expect(
            CodecError.truncated(.gzip, compressedOffset: 1000, decompressedOffset: 8000).description
                == """
                The gzip data ends at byte 1000, 8000 decompressed bytes in, without the end mark of a member. \
                The file is incomplete.
                """)
        #expect(
            CodecError.truncated(.lz4, compressedOffset: 0, decompressedOffset: 0).description
                == "There is no LZ4 data: the input is empty.")
        #expect(
            CodecError.trailingGarbage(.lz4, compressedOffset: 77).description
                == """
                The LZ4 data is followed, from byte 77 on, by bytes that are not another frame. \
                The file was damaged or something else was appended to it.
                """)
        #expect(
            CodecError.corrupt(.gzip, what: "the content does not match its CRC-32", compressedOffset: 9).description
                == "The gzip data is damaged: the content does not match its CRC-32, detected at byte 9.")
    }
}
