//  The apps met so far, each with its position, its category and its sums.
//
//  A total names an app in every row and has a handful of different ones, so the search must cost next to nothing: the
//  first eight bytes, as a word, and the length find the slot and nearly always settle equality. The table is an
//  ordinary open-addressing one (linear probing, at most half full), so that many apps are no trouble either.

import Records
import Tables

/// Interned app names and what is counted for each.
struct AppTable: ~Copyable {
    struct Entry {
        /// The table owns the bytes.
        let name: ByteSlice
        let word: UInt64
        /// Position in the map's categories; -1 when the app is in none.
        let category: Int
        /// Contracts with a row for the app.
        var contracts = 0
        /// Wide, so that a row needs no check for overflow; whoever writes it out checks.
        var records: Int128 = 0
        var seconds: Int128 = 0
    }

    let map: CategoryMap
    private(set) var entries: UnsafeMutablePointer<Entry>
    private(set) var count = 0
    /// Entries there is room for: half of the slots.
    private(set) var capacity = 64
    /// Position in `entries`, or -1; `2 * capacity` slots, a power of two.
    private(set) var slots: UnsafeMutablePointer<Int>

    init(map: CategoryMap) {
        self.map = map
        entries = .allocate(capacity: capacity)
        slots = .allocate(capacity: 2 * capacity)
        slots.initialize(repeating: -1, count: 2 * capacity)
    }

    deinit {
        for index in 0..<count { entries[index].name.base.deallocate() }
        entries.deallocate()
        slots.deallocate()
    }

    @inline(__always)
    func firstSlot(_ word: UInt64, _ count: Int) -> Int {
        // Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): the upper half of a product is well mixed.
        let product = (word ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: product >> 32) & (2 * capacity - 1)
    }

    /// The position of an app, which is new or known.
    ///
    /// - Parameter word: its `leadingWord`.
    @inline(__always)
    mutating func index(of name: ByteSlice, _ word: UInt64) -> Int {
        // The mask keeps a slot among them, and what is in one is -1 or the position of an entry.
        let index = slots[firstSlot(word, name.count)]
        if index >= 0, entries[index].word == word, entries[index].name.count == name.count, name.count <= 8 {
            return index
        }
        return find(name, word)
    }

    @inline(never)
    private mutating func find(_ name: ByteSlice, _ word: UInt64) -> Int {
        var slot = firstSlot(word, name.count)
        // Half of the slots are empty, so the search ends.
        while true {
            let index = slots[slot]
            if index < 0 { break }
            let entry = entries + index
            if entry.pointee.word == word, entry.pointee.name.count == name.count,
                name.count <= 8 || compareBytes(entry.pointee.name, name) == 0
            {
                return index
            }
            slot = (slot + 1) & (2 * capacity - 1)
        }
        return insert(name, word)
    }

    /// Adds what was counted elsewhere, of other contracts.
    mutating func add(_ other: borrowing AppTable) {
        for position in 0..<other.count {
            let entry = other.entries[position]
            let own = index(of: entry.name, entry.word)
            entries[own].contracts += entry.contracts
            entries[own].records &+= entry.records
            entries[own].seconds &+= entry.seconds
        }
        #if WATCHFOLD_CHECKS
            checkInvariants()
        #endif
    }

    @inline(never)
    private mutating func insert(_ name: ByteSlice, _ word: UInt64) -> Int {
        if count == capacity { grow() }
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: max(name.count, 1))
        // As many bytes as were allocated. There is room for an entry, by the first line.
        copy.update(from: name.base, count: name.count)
        (entries + count).initialize(
            to: Entry(
                name: ByteSlice(base: copy, count: name.count), word: word,
                category: map.category(ofApp: name.buffer) ?? -1))
        link(count)
        count += 1
        #if WATCHFOLD_CHECKS
            if count & (count - 1) == 0 { checkInvariants() }
        #endif
        return count - 1
    }

    private mutating func link(_ index: Int) {
        var slot = firstSlot(entries[index].word, entries[index].name.count)
        while slots[slot] >= 0 { slot = (slot + 1) & (2 * capacity - 1) }
        slots[slot] = index
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: 2 * capacity)
        larger.moveInitialize(from: entries, count: count)
        entries.deallocate()
        slots.deallocate()
        entries = larger
        capacity *= 2
        slots = .allocate(capacity: 2 * capacity)
        slots.initialize(repeating: -1, count: 2 * capacity)
        for index in 0..<count { link(index) }
    }

    /// Positions of the entries, ascending by the names' bytes.
    func sortedPositions() -> [Int] {
        (0..<count).sorted { compareBytes(entries[$0].name, entries[$1].name) < 0 }
    }
}
