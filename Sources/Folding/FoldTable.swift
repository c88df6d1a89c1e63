//  The hash table that a fold adds into.
//
//  Entries of 32 bytes stand back to back, in the order in which their keys first came. An index beside them, with open
//  addressing and linear probing, holds a word of 8 bytes for each: the hash's tag, and the entry's number plus one.
//
//      index     │ tag 32 │ number + 1 32 │ 0 │ 0 │ tag │ number + 1 │ …       zero: an empty slot
//
//      entries   0         8         16        24     28     32
//                ├─────────┼─────────┼─────────┼──────┼──────┤
//                │ key high│ key low │ sum     │second│ count│ …
//                └─────────┴─────────┴─────────┴──────┴──────┘
//
//  The first key is inline (KeyWords); one longer than 15 bytes is numbered by an interner, and its entry holds the
//  number with a length byte of 0xFF. The second key is numbered, too.
//
//  A record's slot is the first bits of its tag, so a larger index takes over the words of a smaller one from front to
//  back, without a look at the entries. Most keys of a day come once or twice: a new one writes 8 bytes at random and
//  32 in sequence, where a table of entries would touch 64 bytes at random and leave half of its memory empty.
//
//  A million keys do not fit in a cache, so a batch is looked up in three passes: the first works out where each
//  record's word belongs and asks for that cache line; the second finds the word, makes the entry when there is none,
//  and asks for the entry's cache line; the third compares the key and adds. Tags of different keys may be equal; then
//  the third goes on with the search.

import CByteScan
import Columns
import Glibc
import Records

/// Sums and counts by two keys, growing as needed.
package struct FoldTable: ~Copyable {
    struct Entry {
        var key: KeyWords
        /// Never overflows: the sum of all absolute values is kept within Int64.
        var sum: Int64
        var second: UInt32
        /// Records. 0 when the key was looked up for a record that is not added yet, or all its records were taken back.
        var count: UInt32

        var isLong: Bool { key.low & 0xFF == Self.longMark }
        static let longMark: UInt64 = 0xFF
    }

    /// How far the search for a record of the batch has come.
    private struct Target {
        var key: KeyWords
        var second: UInt32
        var tag: UInt32
        /// Where the first word with that tag stands.
        var slot: UInt32
        /// The entry that this word numbers.
        var entry: UInt32
    }

    private(set) var entries: UnsafeMutablePointer<Entry>
    /// Entries that there is room for.
    private(set) var entryCapacity: Int
    private(set) var index: UnsafeMutablePointer<UInt64>
    /// Slots of the index: a power of two, at most 2^32, so that a tag has bits for every slot; zero when the table is sealed.
    private(set) var indexCapacity: Int
    /// A tag shifted by this is its slot.
    var shift: UInt32 { UInt32(32 - indexCapacity.trailingZeroBitCount) }
    /// Entries in use; those without records, too.
    package private(set) var count = 0
    /// Sum of the absolute values of all that was added and not taken back; at most Int64.max, so that no sum of any part can overflow.
    package private(set) var absoluteSum: Int64 = 0
    /// How many records were added and not taken back.
    private(set) var recordCount: UInt64 = 0
    /// Whether nothing was added, or all of it was taken back.
    package var isEmpty: Bool { recordCount == 0 }
    private(set) var secondKeys = KeyInterner()
    private(set) var longKeys = KeyInterner()
    private let targets: UnsafeMutablePointer<Target>
    /// The second key of the last record and its words, since second keys come in runs; length 0xFF when there is none.
    private var lastSecond = (key: KeyWords(high: 0, low: 0xFE), id: UInt32(0))
    let seed = KeyInterner.seed
    #if WATCHFOLD_CHECKS
        /// Entries at which the table is checked again: so that all checks together cost no more than growing does.
        private var nextCheck = 64
    #endif

    /// - Parameter expectedCount: distinct keys to make room for at once.
    package init(expectedCount: Int = 0) {
        _ = Self.checkedLayout
        entryCapacity = max(1 << 11, expectedCount)
        indexCapacity = 1 << 12
        while indexCapacity / 4 * 3 < expectedCount { indexCapacity *= 2 }
        entries = Self.allocate(entryCapacity)
        index = Self.allocate(indexCapacity)
        targets = .allocate(capacity: RecordBatch.capacity)
    }

    deinit {
        Self.free(entries, entryCapacity)
        if indexCapacity > 0 { Self.free(index, indexCapacity) }
        targets.deallocate()
    }

    /// Bytes of memory in use.
    package var footprint: Int {
        entryCapacity * MemoryLayout<Entry>.stride + indexCapacity * MemoryLayout<UInt64>.stride + secondKeys.footprint
            + longKeys.footprint
    }

    /// How many times their memory entries take while they grow: pages are moved.
    private static let growthOfEntries = 2

    /// Bytes of memory that adding records takes at most for a moment: growing holds the old and the new side by side.
    package func peakFootprint(adding count: Int) -> Int {
        let needed = self.count + count
        let entryBytes = entryCapacity * MemoryLayout<Entry>.stride
        let indexBytes = indexCapacity * MemoryLayout<UInt64>.stride
        return entryBytes * (needed > entryCapacity ? Self.growthOfEntries : 1)
            + indexBytes * (needed > indexCapacity / 4 * 3 ? 3 : 1) + 3 * (secondKeys.footprint + longKeys.footprint)
    }

    /// Bytes that a short key takes at most in a table that has just grown: its entry and its share of the index.
    package static let bytesPerKey = 2 * MemoryLayout<Entry>.stride + 3 * MemoryLayout<UInt64>.stride

    // MARK: Adding

    /// Adds a batch of two-key records.
    ///
    /// - Throws: `.overflow` when the absolute values of all records pass Int64.max.
    package mutating func add(_ batch: borrowing RecordBatch) throws(FoldError) {
        let weight = weight(of: batch)
        find(batch)
        if let weight {
            add(batch.values, batch.count)
            absoluteSum &+= weight
            recordCount &+= UInt64(batch.count)
        } else {
            for row in 0..<batch.count { try addCarefully(batch.values[row], to: row) }
        }
        checkGrowth()
    }

    /// Adds a batch and notes in the journal what was added where. Never throws.
    ///
    /// - Returns: whether the batch was added; it is not when sums or counts might leave their range by it.
    package mutating func add(_ batch: borrowing RecordBatch, noting journal: FoldJournal) -> Bool {
        guard let weight = weight(of: batch) else { return false }
        find(batch)
        add(batch.values, batch.count)
        absoluteSum &+= weight
        recordCount &+= UInt64(batch.count)
        journal.reserve(batch.count)
        let (numbers, targets) = (journal.numbers + journal.count, targets)
        for row in 0..<batch.count { numbers[row] = targets[row].entry }
        (journal.values + journal.count).update(from: batch.values, count: batch.count)
        journal.note(batch.count, weight)
        checkGrowth()
        return true
    }

    /// The sum of a batch's absolute values; nil when it, or the number of records, could be too much.
    private func weight(of batch: borrowing RecordBatch) -> Int64? {
        let values = batch.values
        var bits: UInt64 = 0
        var sum: UInt64 = 0
        for row in 0..<batch.count {
            let magnitude = values[row].magnitude
            bits |= magnitude
            sum &+= magnitude
        }
        // At most 1,024 numbers below 2^52 add up to less than 2^63.
        guard bits >> 52 == 0, recordCount + UInt64(batch.count) <= UInt64(UInt32.max) else { return nil }
        return absoluteSum.addingReportingOverflow(Int64(sum)).overflow ? nil : Int64(sum)
    }

    /// Finds or makes the entries of all records of a batch.
    private mutating func find(_ batch: borrowing RecordBatch) {
        precondition(batch.keyCount == 2, "this table holds two keys, not \(batch.keyCount)")
        // Growing before the batch keeps the targets of one pass good for the next.
        makeRoom(for: batch.count)
        let (shift, keys) = (shift, batch.keys)
        for row in 0..<batch.count {
            let first = keys[row * 2]
            // 16 bytes are loaded from a short key, which a batch promises: `RecordBatch.keyPadding`.
            let key =
                first.count <= KeyWords.capacity
                ? KeyWords(padded: first.base, count: first.count)
                : KeyWords(high: UInt64(longKeys.intern(first.buffer)), low: Entry.longMark)
            aim(row, key, number(ofSecond: keys[row * 2 + 1]), shift)
        }
        findEntries(batch.count)
    }

    /// The record at that place of the batch has this key. There are as many targets as a batch has records.
    @inline(__always)
    private func aim(_ row: Int, _ key: KeyWords, _ second: UInt32, _ shift: UInt32) {
        let tag = UInt32(truncatingIfNeeded: key.hash(with: second, seed: seed))
        wf_prefetch(index + Int(tag >> shift))
        targets[row] = Target(key: key, second: second, tag: tag, slot: tag >> shift, entry: 0)
    }

    /// Adds values that are known to fit to the entries that were found.
    @inline(__always)
    private mutating func add(_ values: UnsafePointer<Int64>, _ count: Int) {
        let (entries, targets) = (entries, targets)
        for row in 0..<count {
            let target = targets + row
            // Numbers that `findEntries` or `entryBehind` gave are below `count`; `makeRoom` moves entries only before both.
            var entry = entries + Int(target.pointee.entry)
            if entry.pointee.key != target.pointee.key || entry.pointee.second != target.pointee.second {
                let number = entryBehind(target.pointee)
                target.pointee.entry = UInt32(truncatingIfNeeded: number)
                entry = entries + number
            }
            entry.pointee.sum &+= values[row]
            entry.pointee.count &+= 1
        }
    }

    private mutating func addCarefully(_ value: Int64, to row: Int) throws(FoldError) {
        let target = targets[row]
        let (sum, overflow) = absoluteSum.addingReportingOverflow(Int64(clamping: value.magnitude))
        if overflow { throw .overflow(key: text(of: largestKey(beside: target.key, value))) }
        var entry = entries + Int(target.entry)
        if entry.pointee.key != target.key || entry.pointee.second != target.second {
            entry = entries + entryBehind(target)
        }
        if entry.pointee.count == .max { throw .tooManyRecords(key: text(of: target.key)) }
        absoluteSum = sum
        recordCount += 1
        entry.pointee.sum &+= value
        entry.pointee.count &+= 1
    }

    // MARK: Taking back

    /// Takes back what a journal noted. Keys that nobody else added stay, without records.
    package mutating func takeBack(_ journal: FoldJournal) {
        let (numbers, values, count) = (journal.numbers, journal.values, journal.count)
        let ahead = 16
        for i in 0..<count {
            if i + ahead < count { wf_prefetch(entries + Int(numbers[i + ahead])) }
            // The journal has numbers of entries that this table gave it, and entries never go away.
            let entry = entries + Int(numbers[i])
            precondition(entry.pointee.count > 0, "more is taken back than was added")
            entry.pointee.sum &-= values[i]
            entry.pointee.count &-= 1
        }
        absoluteSum -= journal.weight
        recordCount -= UInt64(count)
        checkNow()
    }

    /// Adds some of what a journal noted in another table.
    ///
    /// - Parameter rows: at most a batch's records.
    package mutating func add(_ journal: FoldJournal, rows: Range<Int>, of other: borrowing FoldTable) {
        precondition(
            rows.count <= RecordBatch.capacity && rows.lowerBound >= 0 && rows.upperBound <= journal.count,
            "rows \(rows) of a journal of \(journal.count), where \(RecordBatch.capacity) fit")
        let values = journal.values + rows.lowerBound
        let numbers = journal.numbers + rows.lowerBound
        makeRoom(for: rows.count)
        let shift = shift
        var sum: Int64 = 0
        var second: (theirs: UInt32, own: UInt32)?
        for row in 0..<rows.count {
            // A number that the other table gave the journal.
            let entry = other.entries[Int(numbers[row])]
            let key =
                entry.isLong
                ? KeyWords(
                    high: UInt64(other.longKeys.withBytes(Int(entry.key.high)) { longKeys.intern($0) }),
                    low: Entry.longMark) : entry.key
            if second?.theirs != entry.second {
                second = (entry.second, other.secondKeys.withBytes(Int(entry.second)) { secondKeys.intern($0) })
            }
            aim(row, key, second!.own, shift)
            sum += Int64(values[row].magnitude)
        }
        findEntries(rows.count)
        add(values, rows.count)
        absoluteSum += sum
        recordCount += UInt64(rows.count)
        checkGrowth()
    }

    /// Finds the first entry with each target's tag; makes it, still without a record, when there is none.
    private mutating func findEntries(_ targetCount: Int) {
        let (index, entries, targets) = (index, entries, targets)
        let mask = indexCapacity - 1
        var count = count
        for row in 0..<targetCount {
            let target = targets + row
            let tag = target.pointee.tag
            // A tag shifted by `shift` is below the number of slots, and the mask keeps it there. A quarter of them is
            // empty, so the search ends. Each record makes one entry at most, and `makeRoom` has room for all.
            var slot = Int(target.pointee.slot)
            while true {
                let word = index[slot]
                if word == 0 {
                    target.pointee.entry = UInt32(truncatingIfNeeded: count)
                    entries[count] = Entry(key: target.pointee.key, sum: 0, second: target.pointee.second, count: 0)
                    count += 1
                    index[slot] = UInt64(tag) << 32 | UInt64(truncatingIfNeeded: count)
                    break
                }
                if UInt32(truncatingIfNeeded: word >> 32) == tag {
                    let number = UInt32(truncatingIfNeeded: word) &- 1
                    target.pointee.entry = number
                    wf_prefetch(entries + Int(number))
                    break
                }
                slot = (slot + 1) & mask
            }
            target.pointee.slot = UInt32(truncatingIfNeeded: slot)
        }
        self.count = count
    }

    /// The entry of a target whose tag another key has, too: found, or made, behind the word of that key. In bounds for
    /// the reasons that `findEntries` is: a record comes here only if it made no entry there.
    @inline(never)
    private mutating func entryBehind(_ target: Target) -> Int {
        let mask = indexCapacity - 1
        var slot = (Int(target.slot) + 1) & mask
        while index[slot] != 0 {
            let word = index[slot]
            let number = Int(UInt32(truncatingIfNeeded: word)) - 1
            if UInt32(truncatingIfNeeded: word >> 32) == target.tag, entries[number].key == target.key,
                entries[number].second == target.second
            {
                return number
            }
            slot = (slot + 1) & mask
        }
        entries[count] = Entry(key: target.key, sum: 0, second: target.second, count: 0)
        count += 1
        index[slot] = UInt64(target.tag) << 32 | UInt64(count)
        return count - 1
    }

    @inline(__always)
    private mutating func number(ofSecond second: ByteSlice) -> UInt32 {
        guard second.count <= KeyWords.capacity else { return secondKeys.intern(second.buffer) }
        // 16 bytes are loaded, which a batch promises.
        let key = KeyWords(padded: second.base, count: second.count)
        if key == lastSecond.key { return lastSecond.id }
        let id = secondKeys.intern(second.buffer)
        lastSecond = (key, id)
        return id
    }

    /// The key with the largest sum, for messages: the last record may be an innocent one.
    private func largestKey(beside key: KeyWords, _ value: Int64) -> KeyWords {
        var largest = (key: key, magnitude: value.magnitude)
        for i in 0..<count where entries[i].count != 0 && entries[i].sum.magnitude > largest.magnitude {
            largest = (entries[i].key, entries[i].sum.magnitude)
        }
        return largest.key
    }

    /// A key for messages.
    func text(of key: KeyWords) -> String {
        if key.low & 0xFF == Entry.longMark {
            return String(decoding: longKeys.string(Int(key.high)), as: UTF8.self)
        }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16) { bytes in
            // All 16 bytes are written; the key has 15 of them at most.
            key.store(to: bytes.baseAddress!)
            return String(decoding: UnsafeBufferPointer(rebasing: bytes[..<key.count]), as: UTF8.self)
        }
    }

    // MARK: Storage

    /// Makes room for more entries. At most three quarters of the index are in use.
    private mutating func makeRoom(for more: Int) {
        precondition(count + more <= 1 << 31, "too many distinct keys for one table: \(count)")
        precondition(indexCapacity > 0, "the table is sealed")
        if count + more > entryCapacity {
            entries = Self.grow(entries, entryCapacity, to: entryCapacity * 2, used: count)
            entryCapacity *= 2
        }
        while count + more > indexCapacity / 4 * 3 { growIndex() }
    }

    private mutating func growIndex() {
        let smaller = index
        let oldCapacity = indexCapacity
        indexCapacity *= 2
        index = Self.allocate(indexCapacity)
        let (mask, shift) = (indexCapacity - 1, shift)
        // In bounds as `findEntries` is: a word begins with its tag.
        for i in 0..<oldCapacity where smaller[i] != 0 {
            var slot = Int(truncatingIfNeeded: smaller[i] >> UInt64(32 + shift))
            while index[slot] != 0 { slot = (slot + 1) & mask }
            index[slot] = smaller[i]
        }
        Self.free(smaller, oldCapacity)
    }

    /// Zeroed memory from the system, in huge pages where it gives them: a table of a million keys touches a new page
    /// with nearly every record. What is not touched costs nothing.
    private static func allocate<Element>(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        let size = capacity * MemoryLayout<Element>.stride
        let anonymous = MAP_PRIVATE | MAP_ANONYMOUS
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, anonymous, -1, 0), memory != MAP_FAILED else {
            fatalError("out of memory: \(size) bytes for \(capacity) elements of a table")
        }
        madvise(memory, size, MADV_HUGEPAGE)
        return memory.bindMemory(to: Element.self, capacity: capacity)
    }

    /// Makes memory larger, where the system can by moving its pages.
    private static func grow<Element>(
        _ memory: UnsafeMutablePointer<Element>, _ capacity: Int, to larger: Int, used: Int
    ) -> UnsafeMutablePointer<Element> {
        let stride = MemoryLayout<Element>.stride
        guard let moved = wf_remap(memory, capacity * stride, larger * stride) else {
            fatalError("out of memory: \(larger * stride) bytes for \(larger) elements of a table")
        }
        madvise(moved, larger * stride, MADV_HUGEPAGE)
        return moved.bindMemory(to: Element.self, capacity: larger)
    }

    private static func free<Element>(_ memory: UnsafeMutablePointer<Element>, _ capacity: Int) {
        munmap(memory, capacity * MemoryLayout<Element>.stride)
    }

    // MARK: Sealing

    /// The entries, for sorting; the index is given back, and nothing can be added any more.
    mutating func seal() -> UnsafeMutableBufferPointer<Entry> {
        checkNow()
        if indexCapacity > 0 { Self.free(index, indexCapacity) }
        indexCapacity = 0
        return UnsafeMutableBufferPointer(start: entries, count: count)
    }

    // MARK: Checking

    /// Checks the table when it has twice the entries that it had at the last time.
    @inline(__always)
    private mutating func checkGrowth() {
        #if WATCHFOLD_CHECKS
            if count >= nextCheck {
                checkInvariants()
                nextCheck = 2 * count
            }
        #endif
    }

    @inline(__always)
    private func checkNow() {
        #if WATCHFOLD_CHECKS
            checkInvariants()
        #endif
    }
}
