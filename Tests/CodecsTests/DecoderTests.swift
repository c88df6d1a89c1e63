import CLZ4
import Codecs
import Glibc
import TestSupport
import Testing

/// Whole files: what comes out is what went in, however the buffers are cut.
@Suite struct DecoderTests {
    private static let text = Array(String(repeating: #"{"Contract":"BDH013139"}"# + "\n", count: 3).utf8)

    /// Made by Python 3's gzip module, GNU gzip 1.12, lz4 1.9.4 and zstd 1.5.4.
    @Test(arguments: [
        (
            Compression.gzip,
            "1f8b0800000000000203ab5672cecf2b294a4c2e51b2527272f13030343634b654aae5aa26590200979f08704b000000"
        ),
        (
            .gzip,
            "1f8b08088000596202ff6461792e6a736f6e00ab5672cecf2b294a4c2e51b2527272f13030343634b654aae5aa26590200979f08704b000000"
        ),
        // With extra field, name, comment and header CRC.
        (
            .gzip,
            """
            1f8b081e05000000000306004142020078796e616d6500636f6d6d656e7400ff36\
            ab5672cecf2b294a4c2e51b2527272f13030343634b654aae5aa26590200979f08704b000000
            """
        ),
        (
            .lz4,
            """
            04224d186440a724000000ff0a7b22436f6e7472616374223a22424448303133313339227d0a19001a503339227d0a\
            000000000ec4c27e
            """
        ),
        // With block checksums and the content size.
        (
            .lz4,
            """
            04224d187c404b000000000000006d24000000ff0a7b22436f6e7472616374223a22424448303133313339227d0a19001a503339227d0a\
            15a6ac33000000000ec4c27e
            """
        ),
        // From a pipe, with and without a checksum.
        (.zstd, "28b52ffd0448050100c87b22436f6e7472616374223a22424448303133313339227d0a0100cdd11c0332739b2c"),
        (.zstd, "28b52ffd204b050100c87b22436f6e7472616374223a22424448303133313339227d0a0100cdd11c03"),
    ])
    func filesOfOtherProgramsAreRead(format: Compression, hex: String) throws {
        for size in [1, 2, 3, 7, 1000] {
            #expect(try decompress(bytes(hex: hex), format, inputSize: size, outputSize: size) == Self.text)
        }
    }

    @Test(arguments: Compression.allCases, [0, 1, 100, 4095, 70_000])
    func anyBufferSizesGiveTheSameContent(format: Compression, size: Int) throws {
        for content in [noise(size), records(size)] {
            let file = compress(content, format)
            for inputSize in [1, 13, 4093, 1 << 20] {
                for outputSize in [1, 17, 65_537] where size < 10_000 || min(inputSize, outputSize) > 1 {
                    #expect(try decompress(file, format, inputSize: inputSize, outputSize: outputSize) == content)
                }
            }
        }
    }

    @Test(arguments: FrameOptions.all) func everyKindOfFrameIsRead(options: FrameOptions) throws {
        for content in [[], noise(200_000), records(300_001), noise(70_000) + records(70_000)] {
            let file = lz4(content, options)
            for (inputSize, outputSize) in [(1 << 20, 1 << 20), (1009, 100_003), (65_536, 251)] {
                #expect(try decompress(file, .lz4, inputSize: inputSize, outputSize: outputSize) == content)
            }
        }
    }

    /// Several of the largest blocks, whose history reaches from one into the next.
    @Test(arguments: [true, false]) func contentOfSeveralLargeBlocksIsRead(isLinked: Bool) throws {
        let part = records(50_000)
        var content: [UInt8] = []
        for _ in 0..<200 { content += part }
        let file = lz4(content, FrameOptions(blockSize: LZ4F_max4MB, isLinked: isLinked))
        for outputSize in [100_003, 5_000_000] {
            #expect(try decompress(file, .lz4, inputSize: 30_011, outputSize: outputSize) == content)
        }
    }

    @Test(arguments: [1, 3, 19] as [Int32], [true, false])
    func everyKindOfZstdFrameIsRead(level: Int32, hasChecksum: Bool) throws {
        for content in [[], noise(200_000), records(300_001), noise(70_000) + records(70_000)] {
            let file = zstd(content, level: level, hasChecksum: hasChecksum)
            for (inputSize, outputSize) in [(1 << 20, 1 << 20), (1009, 100_003), (65_536, 251)] {
                #expect(try decompress(file, .zstd, inputSize: inputSize, outputSize: outputSize) == content)
            }
        }
    }

    /// Behind its magic number this frame looks like a skippable one, with 16 bytes.
    @Test(arguments: [1, 2, 4, 5, 9, 1 << 20]) func aHeaderThatLooksLikeAFrameIsAHeader(inputSize: Int) throws {
        let content = [0, 7] + noise(6475)
        let rest = 6475 << 3 | 1
        let file: [UInt8] =
            [0x28, 0xB5, 0x2F, 0xFD, 0x50, 0x2A, 0x4D, 0x18, 16, 0, 0, 0, 7]
            + [UInt8(rest & 0xFF), UInt8(rest >> 8 & 0xFF), UInt8(rest >> 16)] + content[2...]
        for outputSize in [1, 100, 6477, 1 << 20] {
            #expect(try decompress(file, .zstd, inputSize: inputSize, outputSize: outputSize) == content)
        }
    }

    @Test func zstdWindowsAreReadUpToTheLargest() throws {
        let content = records(1000)
        #expect(try decompress(zstd(content, windowLog: 27), .zstd) == content)
        #expect(throws: CodecError.self) { try decompress(zstd(content, windowLog: 28), .zstd) }
    }

    @Test(arguments: [0, 1, 6, 9] as [Int32]) func everyKindOfDeflatedBlockIsRead(level: Int32) throws {
        let content = noise(100_000) + records(300_000)
        #expect(try decompress(gzip(content, level: level), .gzip, inputSize: 1009, outputSize: 10_007) == content)
    }

    @Test(arguments: [Compression.gzip, .lz4, .zstd]) func membersAndFramesFollowOneAnother(format: Compression) throws
    {
        var generator = Dice(seed: 7)
        for round in 0..<20 {
            var file: [UInt8] = []
            var content: [UInt8] = []
            for part in 0..<Int.random(in: 1...6, using: &generator) {
                let piece = records(
                    [0, 0, 1, 500, 20_000].randomElement(using: &generator)!, seed: UInt64(round + part))
                content += piece
                file += compress(piece, format)
                if format != .gzip && Bool.random(using: &generator) {
                    file += skippable(noise(Int.random(in: 0...40, using: &generator)), variant: UInt8(part))
                }
            }
            for (inputSize, outputSize) in [(1, 1), (5, 64), (1 << 20, 1 << 20)] {
                #expect(try decompress(file, format, inputSize: inputSize, outputSize: outputSize) == content)
            }
        }
    }

    @Test func skippableFramesMayStandAnywhere() throws {
        let file =
            skippable([]) + skippable(noise(100), variant: 15) + lz4([1, 2]) + skippable([0x04, 0x22, 0x4d, 0x18])
            + lz4([3])
        for size in [1, 2, 1000] { #expect(try decompress(file, .lz4, inputSize: size) == [1, 2, 3]) }
        let other =
            skippable([]) + skippable(noise(100), variant: 15) + zstd([1, 2]) + skippable([0x28, 0xb5, 0x2f, 0xfd])
            + zstd([3])
        // Which of the two formats it is shows behind the first frames.
        for size in [1, 2, 1000] { #expect(try decompress(other, .lz4, inputSize: size) == [1, 2, 3]) }
        var decoder = Decoder(.lz4)
        var output: [UInt8] = [0, 0, 0]
        _ = try other.withUnsafeBytes { other in
            try output.withUnsafeMutableBytes { try decoder.decode(input: other, into: $0) }
        }
        #expect(decoder.compression == .zstd && output == [1, 2, 3])
    }

    @Test func emptyPlainContentIsWhole() throws {
        #expect(try decompress([], .none) == [])
    }

    @Test(arguments: [Compression.gzip, .lz4, .zstd]) func emptyOutputTakesWhatBringsNothingForth(format: Compression)
        throws
    {
        let nothing = UnsafeMutableRawBufferPointer(start: nil, count: 0)
        var empty = Decoder(format)
        let emptyFile = compress([], format)
        let taken = try emptyFile.withUnsafeBytes { file in
            try empty.decode(input: file, into: nothing)
        }
        #expect(taken.consumed == emptyFile.count)
        try empty.finish()

        var decoder = Decoder(format)
        let file = compress([1, 2, 3], format)
        let held = try file.withUnsafeBytes { file in try decoder.decode(input: file, into: nothing)
        }
        #expect(held.consumed < file.count && held.produced == 0)
        #expect(decoder.isAtBoundary == false)
    }

    @Test(arguments: [Compression.gzip, .lz4, .zstd]) func boundariesAreKnown(format: Compression) throws {
        let parts = [compress(records(100), format), compress([], format), compress([9], format)]
        let ends = [parts[0].count, parts[0].count + parts[1].count, parts.reduce(0) { $0 + $1.count }]
        let file = parts.flatMap { $0 }
        var decoder = Decoder(format)
        #expect(decoder.isAtBoundary == false)
        var output = [UInt8](repeating: 0, count: 1000)
        for index in file.indices {
            let consumed = try file[index...index].withUnsafeBytes { byte in
                try output.withUnsafeMutableBytes { room in
                    try decoder.decode(input: byte, into: room).consumed
                }
            }
            #expect(consumed == 1)
            #expect(decoder.isAtBoundary == ends.contains(index + 1))
        }
    }

    /// Buffers beyond what zlib counts in 32 bits. The memory is only reserved; what is never touched costs nothing.
    @Test(arguments: Compression.allCases) func buffersMayBeLargerThanFourGibibytes(format: Compression) throws {
        let size = 1 << 32
        let reserved = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        let memory = try #require(reserved != MAP_FAILED ? reserved : nil)
        defer { munmap(memory, size) }
        let huge = UnsafeMutableRawBufferPointer(start: memory, count: size)
        let content = records(100_000)
        let file = compress(content, format)

        var decoder = Decoder(format)
        let (consumed, produced) = try file.withUnsafeBytes { file in
            try decoder.decode(input: file, into: huge)
        }
        try decoder.finish()
        #expect(consumed == file.count)
        #expect(Array(huge[..<produced]) == content)

        // As an input: the file, and zeros behind it.
        huge.copyBytes(from: file)
        var output = [UInt8](repeating: 0, count: content.count)
        var second = Decoder(format)
        let result = output.withUnsafeMutableBytes { output in
            Result { () in try second.decode(input: UnsafeRawBufferPointer(huge), into: output) }
        }
        switch result {
        case .success(let moved):
            // Zeros behind gzip are padding.
            #expect(moved.consumed == (format == .gzip ? size : content.count))
            #expect(format == .none || format == .gzip)
        case .failure(let error):
            #expect(error as? CodecError == .trailingGarbage(format, compressedOffset: file.count))
        }
        #expect(output == content)
    }

    @Test(arguments: [Compression.gzip, .lz4, .zstd]) func bombsPassThroughBoundedMemory(format: Compression) throws {
        // 16 MiB of zeros are 16 KiB of gzip and 64 KiB of LZ4.
        let part = compress([UInt8](repeating: 0, count: 1 << 24), format)
        #expect(part.count < 1 << 17)
        let before = try residentBytes()
        var decoder = Decoder(format)
        var output = [UInt8](repeating: 0, count: 1 << 16)
        for _ in 0..<16 {
            try part.withUnsafeBytes { part in
                var rest = part
                while !rest.isEmpty {
                    let consumed = try output.withUnsafeMutableBytes { output in
                        try decoder.decode(input: rest, into: output).consumed
                    }
                    rest = UnsafeRawBufferPointer(rebasing: rest[consumed...])
                }
            }
        }
        try decoder.finish()
        #expect(decoder.decompressedOffset == 16 << 24)
        // Other tests run beside this one, so the bound is generous; the content is 256 MiB.
        #expect(try residentBytes() - before < 100 << 20)
    }

    private func residentBytes() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 200)
        let text = try #require(fgets(&line, Int32(line.count), file))
        let pages = try #require(String(cString: text).split(separator: " ").dropFirst().first.flatMap { Int($0) })
        return pages * Int(getpagesize())
    }
}

func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...$0 + 1]), radix: 16)! }
}
