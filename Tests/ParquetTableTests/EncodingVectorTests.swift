//  The examples of the format's Encodings.md, byte for byte. Its delta examples use blocks of 8, which are not valid;
//  here they have blocks of 128 in miniblocks of 32, whose unused places are zero.

import Columns
import TestSupport
import Testing

@testable import ParquetTable

@Suite struct EncodingVectorTests {
    private static let deltaHeader: [UInt8] = [0x80, 0x01, 0x04]

    static let deltas: [([Int64], [UInt8])] = [
        ([1, 2, 3, 4, 5], deltaHeader + [5, 2, 2, 0, 0, 0, 0]),
        ([7, 5, 3, 1, 2, 3, 4, 5], deltaHeader + [8, 14, 3, 2, 0, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0, 0, 0]),
        ([], deltaHeader + [0, 0]),
        ([-1], deltaHeader + [1, 1]),
        // The difference wraps to −1.
        ([.min, .max], deltaHeader + [2] + [UInt8](repeating: 0xFF, count: 9) + [1, 1, 0, 0, 0, 0]),
    ]

    private func encoded(_ body: (OutputBuffer) -> Void) -> [UInt8] {
        let buffer = OutputBuffer(capacity: 1)
        body(buffer)
        return [UInt8](buffer.bytes)
    }

    @Test(arguments: deltas) func `DELTA_BINARY_PACKED`(_ values: [Int64], _ bytes: [UInt8]) throws {
        let padded = values + [0]
        #expect(encoded { DeltaBinaryPacked.encode(padded, count: values.count, into: $0) } == bytes)
        var decoded = [Int64](repeating: 0, count: padded.count)
        let used = try bytes.withUnsafeBytes { try DeltaBinaryPacked.decode($0, count: values.count, into: &decoded) }
        #expect(used == bytes.count)
        #expect(decoded.dropLast() == values[...])
    }

    /// Widths 0 to 64, and every number of values around the ends of blocks and miniblocks.
    @Test func `differences of every width come back`() throws {
        var random = Dice(seed: 6)
        for width in 0...64 {
            let count = [2, 32, 33, 34, 128, 129, 130, 300].randomElement(using: &random)!
            let mask: UInt64 = width == 0 ? 0 : ~0 >> UInt64(64 - width)
            let values = (0..<count).map { _ in Int64(bitPattern: random.next() & mask) }
            let bytes = encoded { DeltaBinaryPacked.encode(values, count: count, into: $0) }
            var decoded = [Int64](repeating: 0, count: count)
            let used = try bytes.withUnsafeBytes { try DeltaBinaryPacked.decode($0, count: count, into: &decoded) }
            #expect(decoded == values)
            #expect(used == bytes.count)
            for length in 0..<bytes.count {
                #expect(throws: ParquetError.self) {
                    try bytes[..<length].withUnsafeBytes {
                        try DeltaBinaryPacked.decode($0, count: count, into: &decoded)
                    }
                }
            }
        }
    }

    @Test func `DELTA_LENGTH_BYTE_ARRAY`() {
        let column = StringColumn(["Hello", "World", "Foobar", "ABCDEF"])
        let bytes = column.withUnsafe { bytes, offsets in
            let rows = StringRows(bytes: bytes, offsets: offsets, count: 4)
            return encoded { StringEncoder().deltaLength(rows, 0..<4, into: $0) }
        }
        // Lengths 5 5 6 6: differences 0 1 0, one bit each.
        let lengths = Self.deltaHeader + [4, 10, 0, 1, 0, 0, 0, 0b010, 0, 0, 0]
        #expect(bytes == lengths + Array("HelloWorldFoobarABCDEF".utf8))
    }

    @Test func `DELTA_BYTE_ARRAY`() {
        let column = StringColumn(["axis", "axle", "babble", "babyhood"])
        var isAscending = false
        let bytes = column.withUnsafe { bytes, offsets in
            let rows = StringRows(bytes: bytes, offsets: offsets, count: 4)
            return encoded { isAscending = StringEncoder().delta(rows, 0..<4, into: $0) }
        }
        // Prefixes 0 2 0 3: differences 2 −2 3, less −2: 4 0 5, three bits each. Suffixes 4 2 6 5: −2 4 −1, so 0 6 1.
        let prefixes = Self.deltaHeader + [4, 0, 3, 3, 0, 0, 0, 0b0100_0100, 0b1] + [UInt8](repeating: 0, count: 10)
        let suffixes = Self.deltaHeader + [4, 8, 3, 3, 0, 0, 0, 0b0111_0000, 0] + [UInt8](repeating: 0, count: 10)
        #expect(bytes == prefixes + suffixes + Array("axislebabbleyhood".utf8))
        #expect(isAscending)
    }

    @Test func `bits are packed from the lowest on`() {
        let bytes = encoded { HybridRuns.encode([0, 1, 2, 3, 4, 5, 6, 7], count: 8, width: 3, into: $0) }
        #expect(bytes == [0x03, 0x88, 0xC6, 0xFA])
    }

    @Test func `repetitions become runs`() throws {
        let values = [UInt32](repeating: 5, count: 10) + [1, 2, 3]
        let bytes = encoded { HybridRuns.encode(values, count: 13, width: 3, into: $0) }
        #expect(bytes == [0x14, 0x05, 0x03, 0xD1, 0x00, 0x00])
    }

    @Test(arguments: [1, 3, 8, 9, 17, 31, 32]) func `runs of every shape come back`(_ width: Int) throws {
        var random = Dice(seed: UInt64(width))
        for _ in 0..<30 {
            var values: [UInt32] = []
            for _ in 0..<Int.random(in: 1..<20, using: &random) {
                let value = UInt32(truncatingIfNeeded: random.next()) >> UInt32(32 - width)
                let length = Bool.random(using: &random) ? 1 : Int.random(in: 1..<700, using: &random)
                values += [UInt32](repeating: value, count: length)
            }
            let bytes = encoded { HybridRuns.encode(values, count: values.count, width: width, into: $0) }
            var decoded = [UInt32](repeating: 0, count: values.count)
            try bytes.withUnsafeBytes { try HybridRuns.decode($0, count: values.count, width: width, into: &decoded) }
            #expect(decoded == values)
        }
    }

    @Test func `a dictionary gives up when it cannot pay and numbers values by appearance`() {
        let values: [Int64] = [7, 7, -1, 7, 3, -1]
        var codes = [UInt32](repeating: 0, count: 6)
        let builder = DictionaryBuilder(entryLimit: 3, byteLimit: 1000)
        #expect(builder.build(values, count: 6, codes: &codes) == [7, -1, 3])
        #expect(codes == [0, 0, 1, 0, 2, 1])
        #expect(DictionaryBuilder(entryLimit: 2, byteLimit: 1000).build(values, count: 6, codes: &codes) == nil)
        #expect(DictionaryBuilder(entryLimit: 3, byteLimit: 16).build(values, count: 6, codes: &codes) == nil)
    }
}
