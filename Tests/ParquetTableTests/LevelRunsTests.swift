import TestSupport
import Testing

@testable import ParquetTable

@Suite struct LevelRunsTests {
    private func encoded(_ bits: [Bool], _ rows: Range<Int>) -> [UInt8] {
        let buffer = BitBuffer(capacity: 1)
        buffer.append(bits, count: bits.count)
        let out = OutputBuffer(capacity: 1)
        LevelRuns.encode(buffer.words, rows, into: out)
        return [UInt8](out.bytes)
    }

    @Test func `the example of the head of the file`() {
        let bits = (0..<200).map { $0 != 70 }
        let literal: [UInt8] = [0xBF] + [UInt8](repeating: 0xFF, count: 7)
        #expect(encoded(bits, 0..<200) == [0x80, 0x01, 0x01, 0x11] + literal + [0x90, 0x01, 0x01])
        #expect(encoded(bits, 0..<0) == [])
        #expect(encoded([true, false, true], 0..<3) == [0x03, 0x05])
        let out = OutputBuffer()
        LevelRuns.encode(nil, 5..<305, into: out)
        #expect([UInt8](out.bytes) == [0xD8, 0x04, 0x01])
    }

    /// The decoder for any width is the older one, and reads the same.
    @Test func `levels of any rows come back, also by the other decoder`() throws {
        var random = TestSeed.dice()
        for round in 0..<60 {
            let count = 1 + random.below(1000)
            let stretch = random.pick([1, 3, 64, 200])
            var bits: [Bool] = []
            while bits.count < count {
                bits += [Bool](repeating: random.once(in: 2), count: 1 + random.below(stretch))
            }
            let start = random.below(bits.count)
            let rows = start..<start + random.below(bits.count - start + 1)
            let bytes = encoded(bits, rows)
            var levels = [UInt32](repeating: 9, count: rows.count + 1)
            try bytes.withUnsafeBytes { try HybridRuns.decode($0, count: rows.count, width: 1, into: &levels) }
            #expect(levels.dropLast().map { $0 == 1 } == Array(bits[rows]), "round \(round), \(TestSeed.text)")
            // Behind bits that are there already.
            let before = random.below(70)
            let present = BitBuffer()
            present.append(repeating: true, count: before)
            let ones = try bytes.withUnsafeBytes { try LevelRuns.decode($0, count: rows.count, into: present) }
            #expect(ones == bits[rows].count { $0 })
            #expect((0..<rows.count).map { present[before + $0] } == Array(bits[rows]), "\(TestSeed.text)")
            for length in 0..<bytes.count where rows.count > 0 {
                let bits = BitBuffer()
                #expect(throws: ParquetError.self) {
                    try bytes[..<length].withUnsafeBytes { try LevelRuns.decode($0, count: rows.count, into: bits) }
                }
            }
        }
    }

    /// Runs of the other encoder, which seeks shorter ones.
    @Test func `runs of any length are read`() throws {
        var random = TestSeed.dice()
        for _ in 0..<30 {
            let values = (0..<1 + random.below(300)).flatMap { _ in
                [UInt32](repeating: UInt32(random.below(2)), count: 1 + random.below(20))
            }
            let out = OutputBuffer()
            HybridRuns.encode(values, count: values.count, width: 1, into: out)
            let present = BitBuffer()
            _ = try LevelRuns.decode(out.bytes, count: values.count, into: present)
            #expect(values.indices.allSatisfy { present[$0] == (values[$0] == 1) }, "\(TestSeed.text)")
        }
    }

    @Test(
        arguments: [[], [0x02], [0x02, 2], [0x00], [0x01], [0x03], [0x80], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80]]
            as [[UInt8]])
    func `malformed runs are refused`(_ bytes: [UInt8]) {
        #expect(throws: ParquetError.self) {
            try bytes.withUnsafeBytes { try LevelRuns.decode($0, count: 9, into: BitBuffer()) }
        }
    }
}
