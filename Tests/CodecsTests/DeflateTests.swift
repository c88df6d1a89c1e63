import CZlib
import Codecs
import TestSupport
import Testing

/// Everything that zlib can be told to write is read, wherever the buffers are cut.
@Suite struct DeflateTests {
    /// How a member's data is deflated.
    struct Deflation: Sendable, CustomTestStringConvertible {
        var level: Int32
        var strategy: Int32
        var windowBits: Int32 = 15
        var memoryLevel: Int32 = 8

        var testDescription: String { "level \(level), strategy \(strategy), window \(windowBits)" }

        /// Fixed codes, literals alone, runs, short windows, small blocks.
        static let all: [Deflation] =
            [Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED].flatMap { strategy in
                [1, 6, 9].map { Deflation(level: $0, strategy: strategy) }
            } + (9...14).map { Deflation(level: 6, strategy: Z_DEFAULT_STRATEGY, windowBits: $0, memoryLevel: 1) }
    }

    /// A member; what was written so far is flushed in `flush` mode behind every piece.
    private func member(_ pieces: [[UInt8]], _ deflation: Deflation, flush: Int32) -> [UInt8] {
        var stream = z_stream()
        let status = deflateInit2_(
            &stream, deflation.level, Z_DEFLATED, deflation.windowBits + 16, deflation.memoryLevel, deflation.strategy,
            ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK)
        defer { deflateEnd(&stream) }
        var file: [UInt8] = []
        // Whatever was held back may come with any piece.
        var room = [UInt8](repeating: 0, count: pieces.reduce(0) { $0 + $1.count } * 2 + 1000)
        for (index, piece) in pieces.enumerated() {
            let isLast = index == pieces.count - 1
            var piece = piece
            let written = piece.withUnsafeMutableBufferPointer { input in
                room.withUnsafeMutableBufferPointer { output in
                    stream.next_in = input.baseAddress
                    stream.avail_in = UInt32(input.count)
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    let status = deflate(&stream, isLast ? Z_FINISH : flush)
                    precondition(status == (isLast ? Z_STREAM_END : Z_OK) && stream.avail_in == 0)
                    return output.count - Int(stream.avail_out)
                }
            }
            file += room[..<written]
        }
        return file
    }

    @Test(arguments: Deflation.all) func everyKindOfDeflatedDataIsRead(deflation: Deflation) throws {
        var generator = Dice(
            seed: UInt64(deflation.level * 100 + deflation.strategy * 20 + deflation.windowBits))
        for flush in [Z_NO_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_PARTIAL_FLUSH] {
            var pieces: [[UInt8]] = []
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let size = [1, 7, 300, 5000, 50_000].randomElement(using: &generator)!
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: pieces.append(noise(size, seed: generator.next()))
                case 1: pieces.append(records(size, seed: generator.next()))
                default: pieces.append([UInt8](repeating: 7, count: size))
                }
            }
            let file = member(pieces, deflation, flush: flush) + member([[1], [2]], deflation, flush: flush)
            let content: [UInt8] = Array(pieces.joined()) + [1, 2]
            for _ in 0..<2 {
                let inputSize = [9, 100, 5000, 1 << 20].randomElement(using: &generator)!
                let outputSize = [64, 4096, 70_001, 1 << 18].randomElement(using: &generator)!
                let decoded = try decompress(file, .gzip, inputSize: inputSize, outputSize: outputSize)
                #expect(decoded == content, "flush \(flush), input \(inputSize), output \(outputSize)")
            }
        }
    }

    /// The bit buffer of the inflater reads into the trailer; it must not matter how much of it is there already.
    @Test func theTrailerIsReadWhereverItIsCut() throws {
        for size in 0..<40 {
            let content = records(size)
            let file = member([content], Deflation(level: 6, strategy: Z_DEFAULT_STRATEGY), flush: Z_NO_FLUSH)
            for cut in 0...file.count {
                var decoder = Decoder(.gzip)
                var output = [UInt8](repeating: 0, count: 100)
                var filled = 0
                for part in [file[..<cut], file[cut...]] {
                    try part.withUnsafeBytes { part in
                        try output.withUnsafeMutableBytes { output in
                            let room = UnsafeMutableRawBufferPointer(rebasing: output[filled...])
                            let moved = try decoder.decode(input: part, into: room)
                            #expect(moved.consumed == part.count)
                            filled += moved.produced
                        }
                    }
                }
                try decoder.finish()
                #expect(Array(output[..<filled]) == content, "\(size) bytes of content, cut at \(cut)")
            }
        }
    }
}
