import TestSupport
import Testing

@testable import Engagement

@Suite struct DayCountTests {
    @Test func dayCountsAreTheColumnSums() {
        var random = Dice(seed: 4)
        for count in [0, 1, 254, 255, 256, 1000] {
            let sets = (0..<count).map { _ in Int64(bitPattern: random.next() | 1 << 63) }
            var counts = DayCounts()
            sets.withUnsafeBufferPointer { sets in
                if let base = sets.baseAddress { counts.add(base, count: count) }
            }
            let expected = (0..<64).map { bit in Int64(sets.count { $0 >> Int64(bit) & 1 == 1 }) }
            #expect(counts.counts == expected)
        }
    }
}
