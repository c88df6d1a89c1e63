//  What is true of a table between two batches.
//
//  The index is open addressing with linear probing, so a search ends at the first empty slot. It finds an entry only if
//  no slot is empty between the one that the entry's tag begins at and the one that its word is in:
//
//      tag begins at 2          slot   1   2   3   4   5
//                               word   ·   A   B   C   ·       C is found behind A and B;
//                               word   ·   A   ·   C   ·       here it is not, and would be entered again
//
//  The checks run where `WATCHFOLD_CHECKS` is defined: in debug builds, which tests are, and in those of scripts/fuzz.

extension FoldTable {
    /// Traps when the table is not what its fields say.
    ///
    /// - Complexity: linear in entries and slots of the index.
    func checkInvariants() {
        precondition(count <= entryCapacity, "\(count) entries where \(entryCapacity) fit")
        if indexCapacity > 0 { checkIndex() }
        checkEntries()
        secondKeys.checkInvariants()
        longKeys.checkInvariants()
    }

    private func checkEntries() {
        var records: UInt64 = 0
        var magnitudes: UInt64 = 0
        for number in 0..<count {
            let entry = entries[number]
            if entry.isLong {
                precondition(
                    entry.key.low == Entry.longMark && entry.key.high < UInt64(longKeys.count),
                    "entry \(number) has long key \(entry.key.high) of \(longKeys.count), marked \(entry.key.low)")
            } else {
                precondition(
                    entry.key.count <= KeyWords.capacity && entry.key.isPadded,
                    "entry \(number) has a key that is not zero behind its \(entry.key.count) bytes: \(entry.key)")
            }
            precondition(
                Int(entry.second) < secondKeys.count,
                "entry \(number) has second key \(entry.second) of \(secondKeys.count)")
            precondition(
                entry.count > 0 || entry.sum == 0, "entry \(number) has no records and a sum of \(entry.sum)")
            records += UInt64(entry.count)
            // Int64.min counts as Int64.max where it is the only value.
            let (total, overflow) = magnitudes.addingReportingOverflow(min(entry.sum.magnitude, UInt64(Int64.max)))
            precondition(!overflow && total <= UInt64(absoluteSum), "sums up to entry \(number) pass \(absoluteSum)")
            magnitudes = total
        }
        precondition(records == recordCount, "entries have \(records) records, the table has \(recordCount)")
    }

    private func checkIndex() {
        precondition(
            indexCapacity & (indexCapacity - 1) == 0 && indexCapacity <= 1 << 32,
            "an index of \(indexCapacity) slots")
        precondition(count <= indexCapacity / 4 * 3, "\(count) entries in an index of \(indexCapacity) slots")
        let mask = indexCapacity - 1
        // A slot is empty, since at most three quarters are not. From behind it on no cluster is met in its middle.
        let start = (0..<indexCapacity).first { index[$0] == 0 }!
        var isFound = [Bool](repeating: false, count: count)
        var used = 0
        var cluster = 0
        for step in 1..<indexCapacity {
            let slot = (start + step) & mask
            let word = index[slot]
            if word == 0 {
                cluster = 0
                continue
            }
            cluster += 1
            used += 1
            let number = Int(UInt32(truncatingIfNeeded: word)) - 1
            precondition((0..<count).contains(number), "slot \(slot) has entry \(number) of \(count)")
            precondition(!isFound[number], "entry \(number) has a second slot, \(slot)")
            isFound[number] = true
            let tag = UInt32(truncatingIfNeeded: word >> 32)
            let hash = entries[number].key.hash(with: entries[number].second, seed: seed)
            precondition(
                tag == UInt32(truncatingIfNeeded: hash),
                "slot \(slot) has tag \(tag), the key of entry \(number) has \(UInt32(truncatingIfNeeded: hash))")
            let distance = (slot - Int(tag >> shift)) & mask
            precondition(
                distance < cluster,
                "entry \(number) is in slot \(slot), and a slot is empty behind \(tag >> shift), where its search begins"
            )
            checkIsFirst(number, slot, distance)
        }
        precondition(used == count, "\(used) slots are used for \(count) entries")
    }

    /// No entry of the same key is met on the way to this one.
    private func checkIsFirst(_ number: Int, _ slot: Int, _ distance: Int) {
        for back in 0..<distance {
            let other = Int(UInt32(truncatingIfNeeded: index[(slot - 1 - back) & (indexCapacity - 1)])) - 1
            precondition(
                entries[other].key != entries[number].key || entries[other].second != entries[number].second,
                "entries \(other) and \(number) have one key")
        }
    }
}

extension KeyWords {
    /// Whether all bytes between the key's last one and the length are zero.
    var isPadded: Bool {
        let bytes = UInt128(high) << 64 | UInt128(low & ~0xFF)
        return bytes << UInt128(8 * count) == 0
    }
}
