//  Sorting a table's entries by (contract, app).
//
//  Most significant byte first, in place ("American flag sort", McIlroy, Bostic and McIlroy, Engineering Radix Sort,
//  1993): count how many entries have each byte, then move every entry into its byte's part by cycles, then do the same
//  within each part by the next byte. Contracts such as BDH013139 split by letters first and by ten digits after, so
//  that a million of them is down to handfuls after six or seven bytes; handfuls are sorted by insertion.

/// Entries whose apps are numbered in order, by the key's 16 bytes and then the app.
func sortEntries(_ entries: UnsafeMutableBufferPointer<FoldTable.Entry>) {
    guard entries.count > 1 else { return }
    var counts = [Int](repeating: 0, count: 17 * 256 * 2)
    counts.withUnsafeMutableBufferPointer { counts in
        sortByByte(entries.baseAddress!, entries.count, byte: 0, counts: counts.baseAddress!)
    }
}

/// Below this many entries insertion is faster than counting 256 bytes.
private let handful = 40

/// - Parameter counts: room for 512 numbers for each byte that is still to come.
private func sortByByte(
    _ entries: UnsafeMutablePointer<FoldTable.Entry>, _ count: Int, byte: Int, counts: UnsafeMutablePointer<Int>
) {
    if count <= handful || byte == 16 { return sortSmall(entries, count) }
    let starts = counts
    let ends = counts + 256
    ends.update(repeating: 0, count: 256)
    for i in 0..<count { ends[digit(entries[i], byte)] += 1 }
    // All alike in this byte: nothing to move.
    if ends[digit(entries[0], byte)] == count {
        return sortByByte(entries, count, byte: byte + 1, counts: counts + 512)
    }
    var start = 0
    for value in 0..<256 {
        starts[value] = start
        start += ends[value]
        ends[value] = start
    }
    for value in 0..<256 {
        while starts[value] < ends[value] {
            var entry = entries[starts[value]]
            var home = digit(entry, byte)
            while home != value {
                let other = entries[starts[home]]
                entries[starts[home]] = entry
                starts[home] += 1
                entry = other
                home = digit(entry, byte)
            }
            entries[starts[value]] = entry
            starts[value] += 1
        }
    }
    start = 0
    for value in 0..<256 {
        let end = ends[value]
        if end - start > 1 { sortByByte(entries + start, end - start, byte: byte + 1, counts: counts + 512) }
        start = end
    }
}

@inline(__always)
private func digit(_ entry: FoldTable.Entry, _ byte: Int) -> Int {
    let word = byte < 8 ? entry.key.high : entry.key.low
    return Int(truncatingIfNeeded: word >> UInt64(truncatingIfNeeded: 56 &- (byte & 7) &* 8)) & 0xFF
}

@inline(__always)
private func precedes(_ a: FoldTable.Entry, _ b: FoldTable.Entry) -> Bool {
    if a.key.high != b.key.high { return a.key.high < b.key.high }
    if a.key.low != b.key.low { return a.key.low < b.key.low }
    return a.app < b.app
}

private func sortSmall(_ entries: UnsafeMutablePointer<FoldTable.Entry>, _ count: Int) {
    if count > handful {
        // Only the apps of one contract are left, and there are very many of them.
        var buffer = UnsafeMutableBufferPointer(start: entries, count: count)
        buffer.sort(by: precedes)
        return
    }
    var i = 1
    while i < count {
        let entry = entries[i]
        var j = i
        while j > 0, precedes(entry, entries[j - 1]) {
            entries[j] = entries[j - 1]
            j -= 1
        }
        entries[j] = entry
        i += 1
    }
}
