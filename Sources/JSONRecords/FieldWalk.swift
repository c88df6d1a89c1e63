//  Records whose keys come in any order.
//
//  Where every record has another order of keys, or other keys, there is no shape to learn (see ShapeTree.swift). Such
//  records are walked over key by key, but with nothing of the complete reader that a plain record does not need.
//
//  **Stops.** A pass ahead of the walk notes the positions of all bytes at which a string can end or go wrong: quotes,
//  backslashes, control characters, bytes from 0x80 up. It takes 64 bytes at a time and does not branch on them. The walk
//  goes from stop to stop, so it never searches; what is between two of them is plain ASCII. Most strings have no stop
//  but their quotes. Escapes and characters of several bytes are checked one by one.
//
//      {"user":"KGH477800","value":5053}⏎
//       ^    ^ ^         ^ ^     ^      ^
//
//  **Keys.** A key is looked up among those that the plan reads in this object: its first byte and its length choose a
//  list, nearly always of one, and 16 bytes are compared with one load. Every other key is number 0, whose value
//  nobody reads. Both go the same way, without a branch, since nobody can predict which key is the next.
//
//  **Why a walk is a proof.** It follows the grammar of RFC 8259 over every byte, as the complete reader does. It takes a
//  record only if no key has escapes, the keys that the plan reads are there once, the plan's keys are strings without
//  escapes, and its value is an integer of plain digits. All else is *missed* and left to the complete reader, which
//  alone rejects, coerces, decodes and names reasons.
//
//  For rows of cells it takes values of any kind, and strings with escapes; those are decoded later. Only a record with a
//  key of the plan twice in one object, with escapes in a key, or without any field is missed there.
//
//  **What it costs when it does not help.** Stops are noted for 512 bytes at first, and for more as long as the walk
//  uses them up. When records that are missed outweigh those that are taken, the complete reader goes on alone for a while.
//
//  The walk itself is in CByteScan/FieldWalk.c, the pass ahead in StopIndex.c.

import CByteScan
import Records

/// A plan's tree made ready for the walk, and the balance of what it saves.
struct FieldWalk: ~Copyable {
    /// A miss costs about half of what taking a record saves.
    private static let gain = 2
    private static let highestBalance = 64
    /// Records that are left to the complete reader alone after the balance was used up: the first time, and at most.
    private static let pauseRange = 1000...64000

    let keys: UnsafeMutablePointer<wf_walk_key>
    let tables: UnsafeMutablePointer<wf_walk_table>
    let places: UnsafeMutablePointer<wf_walk_place>
    let placeEnds: UnsafeMutablePointer<UInt16>
    let slots: UnsafeMutablePointer<wf_walk_slot>
    private let stops: UnsafeMutablePointer<UInt16>
    /// Keys of the tree, with the one that stands for all others; fields; and slots that fields are kept in.
    let (keyCount, roleCount, slotCount): (Int, Int, Int)
    private(set) var walk = wf_walk()
    #if WATCHFOLD_CHECKS
        /// The range whose stops were compared with its bytes, and how long it was.
        private var checkedRange: (start: UnsafePointer<UInt8>?, size: Int) = (nil, 0)
    #endif
    private var balance = FieldWalk.highestBalance
    /// Records until the next try; 0 when records are walked over.
    private var pause = 0
    private var nextPause = FieldWalk.pauseRange.lowerBound
    /// Whether records are walked over at all. Tests turn it off to compare.
    var isOn: Bool

    /// - Parameters:
    ///   - storage: owns the texts of the keys, and lives as long as this.
    ///   - target: what the plan says of ignored keys, or of its rows.
    init(_ storage: borrowing FieldStorage, _ target: RowTarget) {
        let tree = storage.tree
        keyCount = tree.nodes.count
        let choices = tree.choices
        (roleCount, slotCount) = (choices.count, tree.slotCount)
        let list = choices.flatMap(\.alternatives)
        // Keys have bits of one word.
        isOn = keyCount <= Int(WF_WALK_KEYS) && target.hasKeys
        keys = .allocate(capacity: keyCount)
        tables = .allocate(capacity: keyCount + 1)
        tables.initialize(repeating: wf_walk_table(), count: keyCount + 1)
        places = .allocate(capacity: list.count)
        placeEnds = .allocate(capacity: choices.count)
        slots = .allocate(capacity: tree.slotCount + 1)
        slots.initialize(repeating: wf_walk_slot(), count: tree.slotCount + 1)
        stops = .allocate(capacity: Int(WF_STOP_ROOM))
        walk.keys = UnsafePointer(keys)
        walk.tables = UnsafePointer(tables)
        walk.places = UnsafePointer(places)
        walk.place_ends = UnsafePointer(placeEnds)
        walk.stops = stops
        walk.find = wf_best_stop_finder()
        walk.rows = target.rows
        walk.cells = target.cells
        guard isOn else { return }

        // Number 0, in the tree the record itself, is every key that the plan does not read. Its objects are looked up
        // in a table where nothing is.
        keys[0] = wf_walk_key()
        keys[0].length = -1
        keys[0].table = UInt8(keyCount)
        keys[0].slot = slots + tree.slotCount
        keys[0].cell = UInt16(tree.slotCount)
        if case .cells = target { walk.multiplier = Self.multiplier(for: tree) }
        var bitOfSlot = [UInt64](repeating: 0, count: tree.slotCount)
        for (number, node) in tree.nodes.enumerated() {
            for child in node.children { enter(child, storage.nodes[child], in: number) }
            if let slot = node.slot { bitOfSlot[slot] = 1 << UInt64(number) }
        }
        for (number, place) in list.enumerated() {
            places[number] = wf_walk_place(
                parent_bit: 1 << UInt64(place.parent), bit: bitOfSlot[place.slot],
                slot: UnsafePointer(slots + place.slot), cell: UInt64(place.slot))
            walk.field_bits |= bitOfSlot[place.slot]
        }
        var end = 0
        for (role, choice) in choices.enumerated() {
            end += choice.alternatives.count
            placeEnds[role] = UInt16(end)
        }
        #if WATCHFOLD_CHECKS
            checkInvariants()
        #endif
    }

    /// Puts a key into the table of the object around it.
    private func enter(_ number: Int, _ node: FieldStorage.Node, in table: Int) {
        var key = wf_walk_key()
        let compared = min(node.keyCount, Int(WF_WALK_KEY))
        withUnsafeMutableBytes(of: &key.start) {
            $0.copyBytes(from: UnsafeRawBufferPointer(start: node.key, count: compared))
        }
        key.wanted = UInt16(truncatingIfNeeded: (1 << compared) - 1)
        key.text = UnsafePointer(node.key)
        key.length = Int64(node.keyCount)
        key.bit = 1 << UInt64(number)
        // An object is followed where the plan reads in it.
        key.table = node.childCount > 0 ? UInt8(number) : keys[0].table
        let slot = node.slot >= 0 ? node.slot : slotCount
        (key.slot, key.cell) = (slots + slot, UInt16(slot))
        let list = list(of: key)
        withUnsafeMutableBytes(of: &tables[table].lists) { lists in
            key.next = lists[list]
            lists[list] = UInt8(number)
        }
        key.takes_more = key.next != 0 || key.length > Int64(WF_WALK_KEY) ? 1 : 0
        keys[number] = key
    }

    /// The list that a key is in.
    func list(of key: wf_walk_key) -> Int {
        // Quotes stand around the empty key.
        let (first, last) =
            key.length > 0 ? (key.text[0], key.text[Int(key.length) - 1]) : (UInt8(ascii: "\""), UInt8(ascii: "\""))
        if walk.multiplier == 0 { return Int(wf_walk_list(first, key.length)) }
        return Int(wf_walk_list_of_cells(walk.multiplier, first, last, key.length))
    }

    /// Of some odd numbers the one that puts the fewest keys of an object into a list with another.
    private static func multiplier(for tree: FieldTree) -> UInt32 {
        func collisions(_ multiplier: UInt32) -> Int {
            tree.nodes.reduce(0) { sum, node in
                let lists = node.children.map { child in
                    let key = tree.nodes[child].key
                    let quote = UInt8(ascii: "\"")
                    return wf_walk_list_of_cells(multiplier, key.first ?? quote, key.last ?? quote, Int64(key.count))
                }
                return sum + lists.count - Set(lists).count
            }
        }
        var best: (multiplier: UInt32, collisions: Int) = (0, .max)
        // Multiples of 2^32 divided by the golden ratio, made odd: far from each other (Knuth, volume 3, 6.4).
        for number in 1...UInt32(64) where best.collisions > 0 {
            let multiplier = number &* 0x9E37_79B9 | 1
            let count = collisions(multiplier)
            if count < best.collisions { best = (multiplier, count) }
        }
        return best.multiplier
    }

    deinit {
        keys.deallocate()
        tables.deallocate()
        places.deallocate()
        placeEnds.deallocate()
        slots.deallocate()
        stops.deallocate()
    }

    /// Whether a walk is worth a try.
    @inline(__always)
    var isReady: Bool { isOn && pause == 0 }

    /// Finds stops in another way: for tests, which compare all that this processor has.
    mutating func useStopFinder(level: UInt32) -> Bool {
        guard let finder = wf_stop_finder_at(level) else { return false }
        walk.find = finder
        return true
    }

    /// Begins a window; what was known of the one before is forgotten.
    mutating func begin(end: UnsafePointer<UInt8>) {
        walk.end = end
        walk.range = nil
        #if WATCHFOLD_CHECKS
            checkedRange = (nil, 0)
        #endif
    }

    /// Fills the batch with at most `limit` of the records that stand at `p`, one a line, and leaves `p` behind the last
    /// one.
    mutating func takeLines(
        _ p: inout UnsafePointer<UInt8>, limit: Int, into batch: inout RecordBatch
    ) -> MatchResult {
        walk.rows.begin(batch)
        var at: UnsafePointer<UInt8>? = p
        walk.crosses_lines = 0
        let stop = wf_walk_lines(&walk, &at, limit)
        p = at!
        return finish(walk.rows.result(stop, &batch))
    }

    /// Takes the one record at `p`, and leaves `p` behind it.
    mutating func takeRecord(_ p: inout UnsafePointer<UInt8>, into batch: inout RecordBatch) -> MatchResult {
        walk.rows.begin(batch)
        var at: UnsafePointer<UInt8>? = p
        walk.crosses_lines = 1
        let stop = wf_walk_record(&walk, &at)
        p = at!
        return finish(walk.rows.result(stop, &batch))
    }

    /// Fills rows of cells with at most `limit` of the records that are at `p`, one a line, and leaves `p` after the last
    /// one. Strings with escapes are still to be decoded.
    mutating func takeLines(_ p: inout UnsafePointer<UInt8>, limit: Int, into rows: inout HeldRows) -> MatchResult {
        walk.cells.begin(rows)
        var at: UnsafePointer<UInt8>? = p
        walk.crosses_lines = 0
        let stop = wf_walk_lines_to_cells(&walk, &at, limit)
        p = at!
        return finish(walk.cells.result(stop, &rows))
    }

    /// Takes the one record at `p` as a row of cells, and leaves `p` after it. Strings with escapes are still to be decoded.
    mutating func takeRecord(_ p: inout UnsafePointer<UInt8>, into rows: inout HeldRows) -> MatchResult {
        walk.cells.begin(rows)
        var at: UnsafePointer<UInt8>? = p
        walk.crosses_lines = 1
        let stop = wf_walk_record_to_cells(&walk, &at)
        p = at!
        return finish(walk.cells.result(stop, &rows))
    }

    @inline(__always)
    private mutating func finish(_ result: MatchResult) -> MatchResult {
        #if WATCHFOLD_CHECKS
            if checkedRange != (walk.range, walk.range_size) { checkStops() }
            checkedRange = (walk.range, walk.range_size)
        #endif
        balance = min(balance + result.matched * Self.gain, Self.highestBalance)
        if result.missed {
            balance -= 1
            if balance < 0 {
                balance = Self.highestBalance
                pause = nextPause
                nextPause = min(nextPause * 2, Self.pauseRange.upperBound)
            }
        }
        return result
    }

    /// The complete reader read a record.
    @inline(__always)
    mutating func countRecord() {
        if pause > 0 { pause -= 1 }
    }
}
