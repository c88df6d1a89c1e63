import TestSupport
import Testing

/// How a file is stored.
enum Storage: String, CaseIterable, CustomTestStringConvertible {
    case plain, gzip, gzipMembers, gzipTwice, lz4, lz4Frames, zstd, zstdFrames, zip, zipOfGzip

    var testDescription: String { rawValue }

    var suffix: String {
        switch self {
        case .plain: ""
        case .gzip, .gzipMembers: ".gz"
        case .gzipTwice: ".gz"
        case .lz4, .lz4Frames: ".lz4"
        case .zstd, .zstdFrames: ".zst"
        case .zip, .zipOfGzip: ".zip"
        }
    }

    func store(_ content: [UInt8]) -> [UInt8] {
        let third = content.count / 3
        let pieces = [content[..<third], content[third..<(2 * third + 1)], content[(2 * third + 1)...]].map {
            Array($0)
        }
        return switch self {
        case .plain: content
        case .gzip: TestSupport.gzip(content)
        case .gzipMembers: pieces.flatMap { TestSupport.gzip($0) }
        case .lz4: TestSupport.lz4(content)
        case .lz4Frames: pieces.flatMap { TestSupport.lz4($0) }
        case .gzipTwice: TestSupport.gzip(TestSupport.gzip(content))
        case .zstd: TestSupport.zstd(content)
        case .zstdFrames: pieces.flatMap { TestSupport.zstd($0) }
        case .zip: Array(StoredBlocks.zip(content))
        case .zipOfGzip: Array(StoredBlocks.zip(TestSupport.gzip(content), name: "a.json.gz"))
        }
    }
}
