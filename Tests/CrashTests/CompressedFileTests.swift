//  Compressed files that are cut, joined, followed by something else, or wrong.

import Foundation
import TestSupport
import Testing

@Suite("Compressed files in the inbox") struct CompressedFileTests {
    enum Format: String, CaseIterable, Sendable {
        case gzip, lz4, zstd, zip

        func store(_ text: String) -> Data {
            let bytes = Array(text.utf8)
            return switch self {
            case .gzip: StoredBlocks.gzip(bytes)
            case .lz4: StoredBlocks.lz4(bytes)
            case .zstd: StoredBlocks.zstd(bytes)
            case .zip: StoredBlocks.zip(bytes)
            }
        }
        var name: String {
            switch self {
            case .gzip: "a.json.gz"
            case .lz4: "a.json.lz4"
            case .zstd: "a.json.zst"
            case .zip: "a.json.zip"
            }
        }
        /// Whether several may follow one another.
        var isASeries: Bool { self != .zip }
    }

    private static let header = "Contract,TVDuration,MovieDuration,ChildDuration,RelaxDuration,SportDuration\n"

    private func record(_ contract: String, _ seconds: Int) -> String {
        #"{"Contract":"\#(contract)","AppName":"CHANNEL","TotalDuration":\#(seconds)}"# + "\n"
    }

    private func put(_ bytes: Data, _ format: Format, in world: World) throws {
        try bytes.write(to: URL(fileURLWithPath: world.root + "/inbox/" + format.name))
    }

    private func expect(_ text: String, in world: World, _ place: Comment) {
        #expect(world.outputs()["engagement.csv"] == Data((Self.header + text).utf8), place)
    }

    @Test(arguments: Format.allCases)
    func aPrefixIsWholeOnlyWhereAMemberOrFrameEnds(format: Format) throws {
        let first = format.isASeries ? format.store(record("A", 5)) : Data()
        let whole = first + format.store((format.isASeries ? "" : record("A", 5)) + record("B", 7))
        for length in 1...whole.count {
            let world = try World.make()
            defer { world.remove() }
            try put(whole.prefix(length), format, in: world)
            let file = try #require(try world.processor().run().files.first)
            let place: Comment = "\(format.name) of \(length) bytes"
            if length == whole.count {
                #expect(file.state == .folded, place)
                expect("A,5,0,0,0,0\nB,7,0,0,0,0\n", in: world, place)
                continue
            }
            if length == first.count {
                #expect(file.state == .folded, place)
                expect("A,5,0,0,0,0\n", in: world, place)
            } else {
                #expect(file.state == .waiting && !file.reason.isEmpty, "\(place): \(file.state)")
                #expect(world.outputs()["engagement.csv"].map { $0 == Data(Self.header.utf8) } ?? true, place)
            }
            // Sampled: the whole file comes.
            guard length % 9 == 0 || length == first.count else { continue }
            try put(whole, format, in: world)
            #expect(try world.processor().run().files.map(\.state) == [.folded], place)
            expect("A,5,0,0,0,0\nB,7,0,0,0,0\n", in: world, place)
            #expect(try world.verify().isSound, place)
        }
    }

    @Test(arguments: Format.allCases, ["garbage", "\0", "{\"Contract\":\"Z\"}\n"])
    func whatFollowsTheEndMakesTheFileFail(format: Format, trailing: String) throws {
        let world = try World.make()
        defer { world.remove() }
        try put(format.store(record("A", 5)) + Data(trailing.utf8), format, in: world)
        let file = try #require(try world.processor().run().files.first)
        // Zeros behind gzip are padding, behind anything else garbage like any other.
        if format == .gzip && trailing == "\0" {
            #expect(file.state == .folded, "\(file.reason)")
            expect("A,5,0,0,0,0\n", in: world, "padded")
        } else {
            #expect(
                file.state == .failed && file.reason.contains("is followed, from byte"),
                "\(file.state) \(file.reason)")
        }
        try put(format.store(record("A", 6)), format, in: world)
        #expect(try world.processor().run().files.map(\.state) == [.folded])
        expect("A,6,0,0,0,0\n", in: world, "mended")
    }

    @Test func wrongChecksumsAndLengthsMakeTheFileFail() throws {
        let whole = StoredBlocks.gzip(Array(record("A", 5).utf8))
        for back in 1...8 {
            let world = try World.make()
            defer { world.remove() }
            var bytes = whole
            bytes[bytes.count - back] ^= 0x20
            try put(bytes, .gzip, in: world)
            let file = try #require(try world.processor().run().files.first)
            #expect(file.state == .failed && !file.reason.isEmpty, "byte \(back) from the end: \(file.state)")
            try put(whole, .gzip, in: world)
            #expect(try world.processor().run().files.map(\.state) == [.folded])
            expect("A,5,0,0,0,0\n", in: world, "mended")
        }
        // The header's own checksum.
        let world = try World.make()
        defer { world.remove() }
        var frame = StoredBlocks.lz4(Array(record("A", 5).utf8))
        frame[6] ^= 1
        try put(frame, .lz4, in: world)
        let file = try #require(try world.processor().run().files.first)
        #expect(file.state == .failed && file.reason.contains("checksum"), "\(file.reason)")
    }
}
