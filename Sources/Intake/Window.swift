//  The part of a file that is in memory while it is read.
//
//      ┌──────────────┬──────────────────────┬───────────┬─────────┐
//      │ left over    │ newly read           │ room      │ padding │
//      └──────────────┴──────────────────────┴───────────┴─────────┘
//      0              what the reader was not done with            capacity

import Glibc
import JSONRecords

/// A growing buffer that the reader takes records from.
struct Window: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Bytes that are filled.
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        base = .allocate(capacity: capacity + RecordReader.padding)
    }

    deinit { base.deallocate() }

    /// Room for at least `size` bytes behind what is filled.
    mutating func room(_ size: Int) -> UnsafeMutableRawBufferPointer {
        if capacity - count < size {
            let larger = max(capacity * 2, count + size)
            let new = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + RecordReader.padding)
            memcpy(new, base, count)
            base.deallocate()
            base = new
            capacity = larger
        }
        return UnsafeMutableRawBufferPointer(start: base + count, count: capacity - count)
    }

    /// `size` bytes of the room were filled.
    mutating func fill(_ size: Int) {
        precondition(count + size <= capacity, "\(size) bytes do not fit behind \(count) of \(capacity)")
        count += size
    }

    /// Drops `size` bytes from the front.
    mutating func drop(_ size: Int) {
        precondition(size <= count, "cannot drop \(size) of \(count) bytes")
        count -= size
        if count > 0 { memmove(base, base + size, count) }
    }

    mutating func removeAll() { count = 0 }
}
