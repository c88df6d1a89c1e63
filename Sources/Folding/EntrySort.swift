//  Sorting some thousand entries by their two keys.
//
//  Neighbours in a large table have much in common: between BDH0131 and BDH0132 lie keys that differ in a few
//  digits, that is in four bits of a byte each. Bits in which no two entries differ do not matter for their order. The
//  others of first and second key, put together, mostly fit into one word:
//
//      first key    BDH013|10   BDH013|27   BDH013|48      second keys 0 … 7
//      bits                00010000     00100111     01001000   and three of the second key: a word of 10 bits
//
//  So a list of words, each with its entry's place, is sorted instead of entries, by a radix sort from the last digit on,
//  and nothing is moved but that list. When the bits do not fit, or first keys are longer than an entry holds, the words
//  order entries only roughly, and those with equal words are compared in full.

import CByteScan

/// Room for sorting entries; used again and again.
struct EntrySort: ~Copyable {
    /// A word that stands for an entry's key, and the entry's place.
    struct Item {
        var word: UInt64
        var place: Int
    }

    private(set) var items: UnsafeMutablePointer<Item>
    private var others: UnsafeMutablePointer<Item>
    private var words: UnsafeMutablePointer<UInt64>
    private var counts: UnsafeMutablePointer<UInt32>
    private var capacity = 0

    private static let digitBits = 11
    private static let mostDigits = 6
    /// Below this many items insertion is faster than counting.
    private static let handful = 24

    init() {
        items = .allocate(capacity: 0)
        others = .allocate(capacity: 0)
        words = .allocate(capacity: 0)
        counts = .allocate(capacity: Self.mostDigits << Self.digitBits)
    }

    deinit {
        items.deallocate()
        others.deallocate()
        words.deallocate()
        counts.deallocate()
    }

    private mutating func reserve(_ count: Int) {
        guard count > capacity else { return }
        items.deallocate()
        others.deallocate()
        words.deallocate()
        capacity = count + count / 4
        items = .allocate(capacity: capacity)
        others = .allocate(capacity: capacity)
        words = .allocate(capacity: capacity)
    }

    /// Sorts entries whose second keys are numbered in order; afterwards `items` has their places in order.
    ///
    /// - Parameters:
    ///   - precedes: compares two entries, by their places, in full; asked only where words do not tell.
    ///   - hasLong: whether first keys are among them that the entries' words do not tell apart.
    /// - Returns: whether equal words mean equal keys.
    mutating func sort(
        _ entries: UnsafePointer<FoldTable.Entry>, _ count: Int, hasLong: Bool, precedes: (Int, Int) -> Bool
    ) -> Bool {
        guard count > 0 else { return true }
        reserve(count)
        let first = entries[0]
        var (high, low, second) = (UInt64(0), UInt64(0), UInt32(0))
        for i in 1..<max(count, 1) {
            high |= entries[i].key.high ^ first.key.high
            low |= entries[i].key.low ^ first.key.low
            second |= entries[i].second ^ first.second
        }
        // The second key comes behind the whole first key.
        if hasLong { second = 0 }
        let bits = high.nonzeroBitCount + low.nonzeroBitCount + second.nonzeroBitCount
        // An entry is a `wf_entry` (`FoldTable.checkLayout`), and there is a word for each.
        UnsafeRawPointer(entries).withMemoryRebound(to: wf_entry.self, capacity: count) {
            wf_sort_words($0, count, high, low, second, words)
        }
        for i in 0..<count { items[i] = Item(word: words[i], place: i) }
        // A word of fewer bits has them at its top.
        sortWords(count, bits: min(bits, 64))
        let isExact = bits <= 64 && !hasLong
        if !isExact { sortEqualWords(count, precedes) }
        return isExact
    }

    private mutating func sortWords(_ count: Int, bits: Int) {
        if count <= Self.handful { return insert(count) }
        if bits == 0 { return }
        let digits = (bits + Self.digitBits - 1) / Self.digitBits
        let width = (bits + digits - 1) / digits
        let size = 1 << width
        let mask = size - 1
        let bottom = 64 - bits
        // At most six digits of eleven bits: six times 11 are more than a word's 64. Starts add up to `count`, so every item
        // has a place among the others.
        counts.update(repeating: 0, count: digits * size)
        for i in 0..<count {
            var rest = items[i].word >> UInt64(bottom)
            for digit in 0..<digits {
                counts[digit * size + Int(truncatingIfNeeded: rest) & mask] &+= 1
                rest >>= UInt64(width)
            }
        }
        for digit in 0..<digits {
            let starts = counts + digit * size
            let shift = UInt64(bottom + digit * width)
            var start: UInt32 = 0
            for value in 0..<size {
                let next = start &+ starts[value]
                starts[value] = start
                start = next
            }
            let (from, to) = (items, others)
            for i in 0..<count {
                let item = from[i]
                // Shifted by less than 64: the digits together are at most as many bits.
                let value = Int(truncatingIfNeeded: item.word >> shift) & mask
                to[Int(starts[value])] = item
                starts[value] &+= 1
            }
            swap(&items, &others)
        }
    }

    private func insert(_ count: Int) {
        for i in 1..<max(count, 1) {
            let item = items[i]
            var j = i
            while j > 0, item.word < items[j - 1].word {
                items[j] = items[j - 1]
                j -= 1
            }
            items[j] = item
        }
    }

    private func sortEqualWords(_ count: Int, _ precedes: (Int, Int) -> Bool) {
        var start = 0
        while start < count {
            var end = start + 1
            while end < count, items[end].word == items[start].word { end += 1 }
            if end - start > 1 {
                var equals = UnsafeMutableBufferPointer(start: items + start, count: end - start)
                equals.sort { precedes($0.place, $1.place) }
            }
            start = end
        }
    }
}
