//  What is true of the table of apps between two rows.

import Records

extension AppTable {
    /// Traps when the table is not what its fields say. The index is open addressing with linear probing, so an entry is
    /// found only if no slot is empty between the one that its name begins at and its own (Folding/FoldTable+Invariants
    /// has a drawing).
    ///
    /// - Complexity: linear in slots, entries and the bytes of names.
    func checkInvariants() {
        precondition(count <= capacity && capacity & (capacity - 1) == 0, "\(count) apps where \(capacity) fit")
        for index in 0..<count {
            let entry = entries[index]
            precondition(
                entry.word == leadingWord(entry.name.base, entry.name.count),
                "app \(index), \(entry.name.string), is looked for as \(entry.word)")
            precondition(
                entry.category == map.category(ofApp: entry.name.buffer) ?? -1,
                "app \(index), \(entry.name.string), counts for category \(entry.category)")
            precondition(
                entry.contracts >= 0 && entry.records >= entry.contracts,
                "app \(index), \(entry.name.string), has \(entry.records) records of \(entry.contracts) contracts")
        }
        var isLinked = [Bool](repeating: false, count: count)
        for slot in 0..<2 * capacity where slots[slot] >= 0 {
            let index = slots[slot]
            precondition(index < count, "slot \(slot) has app \(index) of \(count)")
            precondition(!isLinked[index], "app \(index) has a second slot, \(slot)")
            isLinked[index] = true
            check(index, in: slot)
        }
        precondition(
            isLinked.allSatisfy { $0 }, "apps in no slot: \(isLinked.indices.filter { !isLinked[$0] })")
    }

    /// The slots from where an entry's name begins up to its own have other apps.
    private func check(_ index: Int, in slot: Int) {
        let name = entries[index].name
        var before = firstSlot(entries[index].word, name.count)
        while before != slot {
            let other = slots[before]
            precondition(
                other >= 0, "app \(index), \(name.string), is in slot \(slot), behind \(before), which is empty")
            precondition(
                compareBytes(entries[other].name, name) != 0, "apps \(other) and \(index) have one name, \(name.string)"
            )
            before = (before + 1) & (2 * capacity - 1)
        }
    }
}
