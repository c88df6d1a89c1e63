//  What is true of the walk by fields: of a plan's tree once it was made ready, and of the stops after each call.
//
//  The walk in C compares a key with those of one list, and a place in the text with nothing but the stops. That it stays in
//  the tables, the slots and the window rests on what is checked here.

import CByteScan
import Records

extension FieldWalk {
    /// Traps when the tables are not those of a tree of keys.
    func checkInvariants() {
        guard isOn else { return }
        var isListed = [Bool](repeating: false, count: keyCount)
        for table in 0..<keyCount + 1 {
            for (list, first) in withUnsafeBytes(of: tables[table].lists, Array.init).enumerated() {
                var number = Int(first)
                while number != 0 {
                    precondition(
                        number < keyCount, "list \(list) of table \(table) leads to key \(number) of \(keyCount)")
                    precondition(!isListed[number], "key \(number) is in a second list, \(list) of table \(table)")
                    isListed[number] = true
                    check(number, list: list)
                    number = Int(keys[number].next)
                }
            }
        }
        precondition(
            isListed.dropFirst().allSatisfy { $0 },
            "keys in no list: \(isListed.indices.dropFirst().filter { !isListed[$0] })")
        // What is looked up below any other key must not be found.
        precondition(
            Int(keys[0].table) == keyCount && keys[0].bit == 0 && keys[0].length < 0
                && keys[0].slot == slots + slotCount && Int(keys[0].cell) == slotCount
                && withUnsafeBytes(of: tables[keyCount].lists) { $0.allSatisfy { $0 == 0 } },
            "the key that stands for all others is \(keys[0])")
        checkPlaces()
    }

    private func check(_ number: Int, list: Int) {
        let key = keys[number]
        precondition(key.bit == 1 << UInt64(number), "key \(number) has the bit \(key.bit)")
        precondition(Int(key.table) <= keyCount, "key \(number) opens table \(key.table) of \(keyCount + 1)")
        let slot = key.slot! - slots
        precondition(
            (0...slotCount).contains(slot) && Int(key.cell) == slot,
            "key \(number) fills slot \(slot) of \(slotCount), and \(key.cell) of cells")
        let compared = min(Int(key.length), Int(WF_WALK_KEY))
        let isStart = withUnsafeBytes(of: key.start) { start in
            start.prefix(compared).elementsEqual(UnsafeBufferPointer(start: key.text, count: compared))
        }
        precondition(
            isStart && Int(key.wanted) == (1 << compared) - 1,
            "of the \(key.length) bytes of key \(number) those of \(key.wanted) are compared, with \(key.start)")
        precondition(
            self.list(of: key) == list, "key \(number) is in list \(list), and looked for in \(self.list(of: key))")
        precondition(
            key.takes_more != 0 || (key.next == 0 && key.length <= Int64(WF_WALK_KEY)),
            "one compare of key \(number) does not settle \(key.length) bytes, or key \(key.next)")
    }

    /// Where a field may be found: below a key of the tree, in a slot that some key fills.
    private func checkPlaces() {
        var start = 0
        for role in 0..<roleCount {
            let end = Int(placeEnds[role])
            precondition(start < end, "role \(role) has places \(start) to \(end)")
            for place in places + start..<places + end {
                let bits = (place.pointee.parent_bit, place.pointee.bit)
                let slot = place.pointee.slot! - UnsafePointer(slots)
                precondition(
                    bits.0.nonzeroBitCount == 1 && bits.1.nonzeroBitCount == 1 && (0..<slotCount).contains(slot)
                        && place.pointee.cell == UInt64(slot) && walk.field_bits & bits.1 != 0,
                    "role \(role) is looked for at \(bits), in slot \(slot) of \(slotCount)")
            }
            start = end
        }
    }

    /// Traps when the stops are not those of the bytes that they were found in.
    ///
    /// - Complexity: linear in the range.
    func checkStops() {
        guard let range = walk.range, let windowEnd = walk.end, let stops = walk.stops else { return }
        let (size, found) = (walk.range_size, walk.stop_count)
        precondition(
            size <= Int(WF_STOP_RANGE) && range + size <= windowEnd + 1,
            "a range of \(size) bytes, \(windowEnd - range) before the window's end")
        precondition(walk.passed <= found, "\(walk.passed) of \(found) stops are passed")
        var next = 0
        for place in 0..<size where Self.isStop(range[place]) {
            precondition(
                next < found && Int(stops[next]) == place,
                "byte \(place) is a stop, and number \(next) of \(found) is \(next < found ? Int(stops[next]) : -1)")
            next += 1
        }
        // Blocks are 64 bytes, and a range may end within one.
        let blocksEnd = (size + 63) / 64 * 64
        for number in next..<found {
            precondition(
                (number == 0 || stops[number - 1] < stops[number]) && (size..<blocksEnd).contains(Int(stops[number])),
                "stop \(number) of \(found) is \(stops[number]) in a range of \(size) bytes")
        }
        let guarded = min(size, windowEnd - range)
        for number in found..<found + Int(WF_WALK_GUARD) {
            precondition(
                Int(stops[number]) == guarded, "behind \(found) stops there is \(stops[number]), not \(guarded)")
        }
    }

    private static func isStop(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80
    }
}
