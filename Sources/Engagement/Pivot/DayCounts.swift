//  On each day, how many contracts: the sum of day sets, bit by bit.
//
//  Counting the bits of a set one after another takes as many steps as days. Here eight counters share a word: the
//  lowest bit of each byte of `set >> j` is bit j, j + 8, j + 16 …, so
//
//      lanes[j] += (set >> j) & 0x0101010101010101        j = 0 ... 7
//
//  counts all 64 bits in eight steps that the compiler runs side by side. A lane of eight bits holds 255 sets; then the
//  lanes are added to the wide counters.

/// For each bit of a column of sets, in how many sets it is.
struct DayCounts {
    /// `counts[b]` is how many sets had bit b.
    private(set) var counts = [Int64](repeating: 0, count: 64)

    mutating func add(_ sets: UnsafePointer<Int64>, count: Int) {
        var start = 0
        while start < count {
            let end = min(start + 255, count)
            var lanes: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0, 0, 0)
            let mask: UInt64 = 0x0101_0101_0101_0101
            for index in start..<end {
                let set = UInt64(bitPattern: sets[index])
                lanes.0 &+= set & mask
                lanes.1 &+= set >> 1 & mask
                lanes.2 &+= set >> 2 & mask
                lanes.3 &+= set >> 3 & mask
                lanes.4 &+= set >> 4 & mask
                lanes.5 &+= set >> 5 & mask
                lanes.6 &+= set >> 6 & mask
                lanes.7 &+= set >> 7 & mask
            }
            spill(lanes.0, 0)
            spill(lanes.1, 1)
            spill(lanes.2, 2)
            spill(lanes.3, 3)
            spill(lanes.4, 4)
            spill(lanes.5, 5)
            spill(lanes.6, 6)
            spill(lanes.7, 7)
            start = end
        }
    }

    mutating func add(_ other: DayCounts) {
        for bit in counts.indices { counts[bit] += other.counts[bit] }
    }

    private mutating func spill(_ lane: UInt64, _ bit: Int) {
        for byte in 0..<8 { counts[byte * 8 + bit] += Int64(lane >> UInt64(8 * byte) & 0xFF) }
    }
}
