//  Heads of frames against those that the libraries write.

import CLZ4
import CZstd
import Testing

@testable import Codecs

@Suite("Heads of frames") struct FrameHeadTests {
    @Test func areThoseOfTheLibraries() { FrameHeads.check() }

    /// A frame of zstd with all that its header may say: where its first block begins is where the header ends.
    @Test(arguments: [0, 1, 255, 256, 65_791, 65_792, 3_000_000], [false, true])
    func sizesAreThoseOfWrittenFrames(size: Int, saysSize: Bool) throws {
        let context = try #require(ZSTD_createCCtx())
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, saysSize ? 1 : 0)
        let content = [UInt8](repeating: 0x61, count: size)
        var frame = [UInt8](repeating: 0, count: ZSTD_compressBound(size))
        let count = ZSTD_compress2(context, &frame, frame.count, content, size)
        try #require(ZSTD_isError(count) == 0)
        // Blocks have three bytes of header, the last one its lowest bit set; their sizes lead to the end of the frame.
        var at = ZstdEngine.headerSize(flags: frame[4])
        while true {
            let block = Int(frame[at]) | Int(frame[at + 1]) << 8 | Int(frame[at + 2]) << 16
            let isRun = block >> 1 & 3 == 1
            at += 3 + (isRun ? 1 : block >> 3)
            if block & 1 == 1 { break }
            try #require(at + 3 <= count)
        }
        #expect(at == count)
    }
}
