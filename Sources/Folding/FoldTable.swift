//  The hash table that a fold adds into.
//
//  Open addressing with linear probing over entries of 32 bytes, two to a cache line:
//
//      0         8         16        24     28     32
//      ├─────────┼─────────┼─────────┼──────┼──────┤
//      │ key high│ key low │ sum     │ app  │ count│
//      └─────────┴─────────┴─────────┴──────┴──────┘
//
//  The contract is inline (KeyWords); one longer than 15 bytes is numbered by an interner, and its entry holds the
//  number with a length byte of 0xFF. The app is numbered, too. A key word of zero is an empty slot: no contract is
//  empty. A million contracts do not fit in a cache, so a batch is looked up in two passes: the first works out where
//  each record belongs and asks for that cache line, the second adds.

import CByteScan
import Columns
import Records

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Sums and counts by (Contract, AppName), growing as needed.
package struct FoldTable: ~Copyable {
    struct Entry {
        var key: KeyWords
        /// Never overflows: the sum of all absolute values is kept within Int64.
        var sum: Int64
        var app: UInt32
        /// Records; 0 in an empty slot.
        var count: UInt32

        var isLong: Bool { key.low & 0xFF == Self.longMark }
        static let longMark: UInt64 = 0xFF
    }

    /// Where a record of the batch belongs.
    private struct Target {
        var key: KeyWords
        var slot: Int
        var app: UInt32
    }

    private(set) var slots: UnsafeMutablePointer<Entry>
    /// A power of two.
    private(set) var capacity: Int
    /// Slots in use.
    package private(set) var count = 0
    /// Sum of the absolute values of everything added; at most Int64.max, so that no sum of any part can overflow.
    package private(set) var absoluteSum: Int64 = 0
    private(set) var apps = KeyInterner()
    private(set) var longKeys = KeyInterner()
    private let targets: UnsafeMutablePointer<Target>
    /// The app of the last record and its words, since apps come in runs; length 0xFF when there is none.
    private var lastApp = (key: KeyWords(high: 0, low: 0xFE), id: UInt32(0))
    private let seed = KeyInterner.seed

    /// - Parameter expectedCount: distinct keys to make room for at once.
    package init(expectedCount: Int = 0) {
        capacity = 1 << 12
        while capacity * 5 / 8 < expectedCount { capacity *= 2 }
        slots = Self.allocate(capacity)
        targets = .allocate(capacity: RecordBatch.capacity)
    }

    deinit {
        Self.free(slots, capacity)
        targets.deallocate()
    }

    /// Bytes of memory in use.
    package var footprint: Int { capacity * MemoryLayout<Entry>.stride + apps.footprint + longKeys.footprint }

    /// Bytes of memory that adding records takes at most for a moment: growing holds the old and the new side by side.
    package func peakFootprint(adding count: Int) -> Int {
        let grows = (self.count + count) * 8 > capacity * 5
        return capacity * MemoryLayout<Entry>.stride * (grows ? 3 : 1) + 3 * (apps.footprint + longKeys.footprint)
    }

    // MARK: Adding

    /// Adds a batch of two-key records.
    ///
    /// - Throws: `.overflow` when the absolute values of all records pass Int64.max.
    package mutating func add(_ batch: borrowing RecordBatch) throws(FoldError) {
        precondition(batch.keyCount == 2, "this table holds two keys, not \(batch.keyCount)")
        // Growing before the batch keeps the targets of the first pass good for the second.
        while (count + batch.count) * 8 > capacity * 5 { grow() }
        let mask = capacity - 1
        for row in 0..<batch.count {
            let contract = batch.keys[row * 2]
            let key =
                contract.count <= KeyWords.capacity
                ? KeyWords(padded: contract.base, count: contract.count)
                : KeyWords(high: UInt64(longKeys.intern(contract.buffer)), low: Entry.longMark)
            let app = number(ofApp: batch.keys[row * 2 + 1])
            let slot = Int(truncatingIfNeeded: key.hash(with: app, seed: seed)) & mask
            wf_prefetch(slots + slot)
            targets[row] = Target(key: key, slot: slot, app: app)
        }
        for row in 0..<batch.count {
            let target = targets[row]
            let value = batch.values[row]
            let (sum, overflow) = absoluteSum.addingReportingOverflow(Int64(clamping: value.magnitude))
            if overflow { throw .overflow(key: text(of: largestKey(beside: target.key, value))) }
            absoluteSum = sum
            var slot = target.slot
            while true {
                let entry = slots + slot
                if entry.pointee.key == target.key && entry.pointee.app == target.app && entry.pointee.count != 0 {
                    if entry.pointee.count == .max { throw .tooManyRecords(key: text(of: target.key)) }
                    entry.pointee.sum &+= value
                    entry.pointee.count &+= 1
                    break
                }
                if entry.pointee.count == 0 {
                    entry.pointee = Entry(key: target.key, sum: value, app: target.app, count: 1)
                    count += 1
                    break
                }
                slot = (slot + 1) & mask
            }
        }
    }

    @inline(__always)
    private mutating func number(ofApp app: ByteSlice) -> UInt32 {
        guard app.count <= KeyWords.capacity else { return apps.intern(app.buffer) }
        let key = KeyWords(padded: app.base, count: app.count)
        if key == lastApp.key { return lastApp.id }
        let id = apps.intern(app.buffer)
        lastApp = (key, id)
        return id
    }

    /// The key with the largest sum, for messages: the last record may be an innocent one.
    private func largestKey(beside key: KeyWords, _ value: Int64) -> KeyWords {
        var largest = (key: key, magnitude: value.magnitude)
        for i in 0..<capacity where slots[i].count != 0 && slots[i].sum.magnitude > largest.magnitude {
            largest = (slots[i].key, slots[i].sum.magnitude)
        }
        return largest.key
    }

    /// A key for messages.
    func text(of key: KeyWords) -> String {
        if key.low & 0xFF == Entry.longMark {
            return String(decoding: longKeys.string(Int(key.high)), as: UTF8.self)
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { bytes in
            key.store(to: bytes.baseAddress!)
            return String(decoding: UnsafeBufferPointer(rebasing: bytes[..<key.count]), as: UTF8.self)
        }
    }

    // MARK: Storage

    private mutating func grow() {
        let larger = Self.allocate(capacity * 2)
        let mask = capacity * 2 - 1
        for i in 0..<capacity where slots[i].count != 0 {
            var slot = Int(truncatingIfNeeded: slots[i].key.hash(with: slots[i].app, seed: seed)) & mask
            while larger[slot].count != 0 { slot = (slot + 1) & mask }
            larger[slot] = slots[i]
        }
        Self.free(slots, capacity)
        slots = larger
        capacity *= 2
    }

    /// Zeroed memory from the system, in huge pages where it gives them: a table of a million keys touches a new page
    /// with nearly every record.
    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Entry> {
        let size = capacity * MemoryLayout<Entry>.stride
        #if canImport(Glibc)
            let anonymous = MAP_PRIVATE | MAP_ANONYMOUS
        #else
            let anonymous = MAP_PRIVATE | MAP_ANON
        #endif
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, anonymous, -1, 0), memory != MAP_FAILED else {
            fatalError("out of memory: \(size) bytes for a table of \(capacity) keys")
        }
        #if canImport(Glibc)
            madvise(memory, size, MADV_HUGEPAGE)
        #endif
        return memory.bindMemory(to: Entry.self, capacity: capacity)
    }

    private static func free(_ slots: UnsafeMutablePointer<Entry>, _ capacity: Int) {
        munmap(slots, capacity * MemoryLayout<Entry>.stride)
    }

    // MARK: Sealing

    /// Moves the entries to the front of the table, for sorting; the table is no table afterwards.
    mutating func compact() -> UnsafeMutableBufferPointer<Entry> {
        var next = 0
        for i in 0..<capacity where slots[i].count != 0 {
            slots[next] = slots[i]
            next += 1
        }
        return UnsafeMutableBufferPointer(start: slots, count: next)
    }
}
