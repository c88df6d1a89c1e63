import Codecs
import TestSupport
import Testing

@Suite struct DigestTests {
    private static let mebibyte = 1 << 20

    private func hash(_ bytes: [UInt8]) -> XXH128 { bytes.withUnsafeBytes { XXH128(of: $0) } }

    private func digest(_ bytes: [UInt8]) -> ContentDigest { bytes.withUnsafeBytes { ContentDigest(of: $0) } }

    /// Computed with python-xxhash, which carries its own copy of the algorithm. The lengths are the limits between
    /// its cases.
    @Test(arguments: [
        (0, "99aa06d3014798d86001c324468d497f"), (1, "51025a4491835505e12ef9d2eb86ceeb"),
        (3, "f727126d6288a4bd5c83885a0fb5d516"), (16, "6c53b945f90d679849bf196d35649b79"),
        (17, "f889d91b7faf208294ad051aea796d7e"), (128, "776e5a2cae08df3bd480e3bdeadbf37f"),
        (129, "b550da2f042256556a4dda91524c13ef"), (240, "3f558c88fda1da664f23bfd3609734e8"),
        (241, "9ea4272027cb71fcbff7215089202d8f"), (1024, "418876ca5eaea67dac8e32e4ea3ba062"),
    ])
    func hashesMatchPublishedValues(length: Int, hex: String) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 7 + 1) }
        #expect(hash(bytes).hex == hex)
        for size in [1, 7, 64, 5000] {
            var streaming = StreamingXXH128()
            for start in stride(from: 0, to: length, by: size) {
                bytes[start..<min(start + size, length)].withUnsafeBytes { streaming.update($0) }
            }
            #expect(streaming.finish().hex == hex)
        }
    }

    @Test func aStreamingHashGoesOnAfterItsValueWasTaken() {
        var streaming = StreamingXXH128()
        streaming.update(UnsafeRawBufferPointer(start: nil, count: 0))
        [1, 2].withUnsafeBytes { streaming.update($0) }
        _ = streaming.finish()
        let bytes = noise(1000)
        streaming.reset()
        bytes[..<400].withUnsafeBytes { streaming.update($0) }
        #expect(streaming.finish() == hash(Array(bytes[..<400])))
        bytes[400...].withUnsafeBytes { streaming.update($0) }
        #expect(streaming.finish() == hash(bytes))
    }

    /// Computed with python-xxhash from the definition at the head of ContentDigest.swift; the last but one is its
    /// example.
    @Test(arguments: [
        (0, "", "2c0a8a99dc147d5445c3b49d035665b2"), (0, "abc", "00bb8f5bbcc6694e541b81f687d45e2f"),
        (mebibyte - 1, "", "a62c3220e9388a61259df56bebc32981"), (mebibyte, "", "6cfc1a4885cdec1346a7e032e10eb8b8"),
        (mebibyte, "abc", "e4322238a2f8998f6f9c52ffe7b7db05"),
    ])
    func digestsMatchTheDefinition(zeros: Int, tail: String, hex: String) {
        #expect(digest([UInt8](repeating: 0, count: zeros) + Array(tail.utf8)).hex == hex)
    }

    @Test func theExampleHoldsStepByStep() {
        let leaves = ["b6ef17a3448492b6918780b90550bf34", "06b05ab6733a618578af5f94892f3950"]
        let content = [UInt8](repeating: 0, count: Self.mebibyte) + Array("abc".utf8)
        #expect(content.withUnsafeBytes { BlockDigests.leaves(of: $0) }.map(\.hex) == leaves)
        let root = hash(bytes(hex: leaves.joined() + "0300100000000000"))
        #expect(root.hex == "e4322238a2f8998f6f9c52ffe7b7db05")
        #expect(digest(content).root == root)
    }

    @Test(arguments: [0, 1, mebibyte - 1, mebibyte, mebibyte + 1, 3 * mebibyte])
    func allWaysToADigestAgree(length: Int) {
        let content = noise(length)
        let expected = digest(content)

        for size in [length, 4096, 65_537, Self.mebibyte - 1, Self.mebibyte, Self.mebibyte + 1] {
            #expect(streamed(content, sizes: [size]) == expected)
        }
        #expect(streamed(content, sizes: [1, Self.mebibyte - 1, Self.mebibyte, 5, 700_001]) == expected)

        var blocks = BlockDigests(contentLength: length)
        #expect(blocks.missing == blocks.blockCount)
        for index in (0..<blocks.blockCount).reversed() {
            let leaf = content[blocks.bytes(ofBlock: index)].withUnsafeBytes { BlockDigests.leaf(of: $0) }
            blocks.set(leaf, at: index)
        }
        #expect(blocks.missing == 0)
        #expect(blocks.digest() == expected)

        var halves = BlockDigests(contentLength: length)
        let middle = halves.blockCount / 2 * Self.mebibyte
        halves.set(content[middle...].withUnsafeBytes { BlockDigests.leaves(of: $0) }, from: halves.blockCount / 2)
        halves.set(content[..<middle].withUnsafeBytes { BlockDigests.leaves(of: $0) }, from: 0)
        #expect(halves.digest() == expected)
    }

    /// The digest of content streamed in pieces of the given sizes, over and over.
    private func streamed(_ content: [UInt8], sizes: [Int]) -> ContentDigest {
        var streaming = StreamingDigest()
        content.withUnsafeBytes { content in
            var start = 0
            var turn = 0
            while start < content.count {
                let end = min(start + max(sizes[turn % sizes.count], 1), content.count)
                streaming.update(UnsafeRawBufferPointer(rebasing: content[start..<end]))
                start = end
                turn += 1
            }
        }
        #expect(streaming.contentLength == content.count)
        return streaming.finish()
    }

    @Test func aStreamingDigestGoesOnAfterItsValueWasTaken() {
        let content = noise(2 * Self.mebibyte + 10)
        var streaming = StreamingDigest()
        for range in [0..<0, 0..<5, 5..<Self.mebibyte, Self.mebibyte..<content.count] {
            content[range].withUnsafeBytes { streaming.update($0) }
            #expect(streaming.finish() == digest(Array(content[..<range.upperBound])))
        }
    }

    @Test func anyFlippedBitChangesTheDigest() {
        var small = noise(100)
        let digestOfSmall = digest(small)
        for bit in 0..<800 {
            small[bit / 8] ^= 1 << (bit % 8)
            #expect(digest(small) != digestOfSmall)
            small[bit / 8] ^= 1 << (bit % 8)
        }
        var large = noise(2 * Self.mebibyte + 3)
        let digestOfLarge = digest(large)
        for offset in [0, Self.mebibyte - 1, Self.mebibyte, 1_500_000, large.count - 1] {
            for bit in 0..<8 {
                large[offset] ^= 1 << bit
                #expect(digest(large) != digestOfLarge)
                large[offset] ^= 1 << bit
            }
        }
    }

    @Test func orderAndLengthChangeTheDigest() {
        let zeros = (0..<4).map { digest([UInt8](repeating: 0, count: $0)) }
        #expect(Set(zeros).count == 4)
        let one = noise(Self.mebibyte, seed: 1)
        let two = noise(Self.mebibyte, seed: 2)
        #expect(digest(one + two) != digest(two + one))
    }

    @Test func digestsAreWrittenAndReadAsHexadecimal() throws {
        var generator = Dice(seed: 3)
        for _ in 0..<100 {
            let hash = XXH128(high: generator.next() >> (generator.next() % 64), low: generator.next())
            #expect(hash.hex.count == 32)
            #expect(XXH128(hex: hash.hex) == hash)
            #expect(XXH128(hex: hash.hex.uppercased()) == hash)
            #expect(ContentDigest(hex: hash.hex)?.root == hash)
        }
        let digest = try #require(ContentDigest(hex: "0123456789abcdef00000000000000ff"))
        #expect(digest.root == XXH128(high: 0x0123_4567_89ab_cdef, low: 0xff))
        #expect("\(digest)" == "0123456789abcdef00000000000000ff")
        for text in ["", "0", String(repeating: "0", count: 31), String(repeating: "0", count: 33)] {
            #expect(ContentDigest(hex: text) == nil)
        }
        for character in ["g", "/", ":", "@", "`", " ", "-", "+"] {
            #expect(ContentDigest(hex: character + String(repeating: "0", count: 31)) == nil)
        }
        #expect(ContentDigest(hex: String(repeating: "é", count: 16)) == nil)
    }
}
