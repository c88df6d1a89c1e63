//  Memory that grows at its end and is kept when it is emptied: what columns are collected in.

/// Values of one size, back to back.
final class GrowingMemory<Element: BitwiseCopyable> {
    private(set) var base: UnsafeMutablePointer<Element>
    /// How many values `base` has room for, slack not counted.
    private var capacity: Int
    /// How many values are written.
    private(set) var count = 0

    /// Values that may be written past what was reserved, so that encoders can store whole words: 64 bytes of them.
    static var slack: Int { 64 / MemoryLayout<Element>.stride }

    init(capacity: Int = 64) {
        self.capacity = capacity
        base = .allocate(capacity: capacity + Self.slack)
    }

    deinit { base.deallocate() }

    func removeAll() { count = 0 }

    /// Room for so many more values and the slack; the pointer is good until the next call.
    func reserve(_ more: Int) -> UnsafeMutablePointer<Element> {
        if more > capacity - count {
            let newCapacity = max(capacity * 2, count + more)
            let newBase = UnsafeMutablePointer<Element>.allocate(capacity: newCapacity + Self.slack)
            newBase.update(from: base, count: count)
            base.deallocate()
            base = newBase
            capacity = newCapacity
        }
        return base + count
    }

    /// Counts values that were written where `reserve` pointed.
    func advance(_ more: Int) {
        precondition(more <= capacity - count, "\(more) values written where \(capacity - count) fit")
        count += more
    }

    func append(_ value: Element) {
        reserve(1).pointee = value
        count += 1
    }

    func append(_ source: UnsafePointer<Element>, count more: Int) {
        reserve(more).update(from: source, count: more)
        count += more
    }
}

/// Bits, the first one lowest in the first word. Bits past the last one are 0.
final class BitBuffer {
    private(set) var words: UnsafeMutablePointer<UInt64>
    /// How many words there are.
    private var capacity: Int
    private(set) var count = 0

    init(capacity: Int = 1024) {
        self.capacity = (capacity + 63) / 64 + 1
        words = .allocate(capacity: self.capacity)
        words.update(repeating: 0, count: self.capacity)
    }

    deinit { words.deallocate() }

    /// How many bits are set.
    var ones: Int { Bits.ones(words, 0..<count) }

    subscript(index: Int) -> Bool {
        precondition(index >= 0 && index < count, "bit \(index) of \(count)")
        return words[index / 64] >> UInt64(index % 64) & 1 == 1
    }

    func removeAll() {
        words.update(repeating: 0, count: (count + 63) / 64)
        count = 0
    }

    func reserve(_ more: Int) {
        // One word more than the bits take, into which `put` may reach.
        let needed = (count + more + 63) / 64 + 1
        if needed <= capacity { return }
        let newCapacity = max(capacity * 2, needed)
        let newWords = UnsafeMutablePointer<UInt64>.allocate(capacity: newCapacity)
        newWords.update(from: words, count: capacity)
        (newWords + capacity).update(repeating: 0, count: newCapacity - capacity)
        words.deallocate()
        words = newWords
        capacity = newCapacity
    }

    /// - Precondition: reserved; bits of `piece` past `length`, which is at most 64, are 0.
    @inline(__always) private func put(_ piece: UInt64, _ length: Int) {
        let shift = UInt64(count & 63)
        words[count >> 6] |= piece &<< shift
        if shift > 0 { words[count >> 6 + 1] |= piece &>> (64 &- shift) }
        count &+= length
    }

    /// Appends so many bits, up to 64 at a time: `length` of them from bit `start` on, the others 0.
    @inline(__always) private func append(_ more: Int, piece: (_ start: Int, _ length: Int) -> UInt64) {
        reserve(more)
        var start = 0
        while start < more {
            let length = min(more - start, 64)
            put(piece(start, length), length)
            start += length
        }
    }

    func append(repeating isSet: Bool, count more: Int) {
        if isSet { return append(more) { _, length in ~0 &>> UInt64(64 - length) } }
        reserve(more)
        count += more
    }

    /// Appends some of the bits that begin at `source`.
    func append(_ source: UnsafePointer<UInt64>, _ range: Range<Int>) {
        append(range.count) { Bits.load(source, range.lowerBound + $0, $1) }
    }

    /// Appends bits that are eight to a byte, lowest first.
    ///
    /// - Precondition: `source` has as many.
    func append(bytes source: UnsafePointer<UInt8>, count more: Int) {
        append(more) { start, length in
            // Pieces begin at a byte.
            let bytes = source + start / 8
            if length == 64 { return load64(bytes) }
            var piece: UInt64 = 0
            for byte in 0..<(length + 7) / 8 { piece |= UInt64(bytes[byte]) << UInt64(8 * byte) }
            return piece & ~0 &>> UInt64(64 - length)
        }
    }

    func append(_ source: UnsafePointer<Bool>, count more: Int) {
        append(more) { start, length in
            var piece: UInt64 = 0
            for index in 0..<length { piece |= (source[start + index] ? 1 : 0) &<< UInt64(index) }
            return piece
        }
    }
}

/// Bits in borrowed words.
enum Bits {
    /// `length` bits from `start` on, 1 to 64, the others 0. No word is read that has none of them.
    @inline(__always) static func load(_ words: UnsafePointer<UInt64>, _ start: Int, _ length: Int) -> UInt64 {
        let shift = UInt64(start & 63)
        var piece = words[start >> 6] &>> shift
        if Int(shift) + length > 64 { piece |= words[start >> 6 + 1] &<< (64 &- shift) }
        return piece & (~0 &>> UInt64(64 - length))
    }

    /// How many of the bits are set.
    static func ones(_ words: UnsafePointer<UInt64>, _ range: Range<Int>) -> Int {
        var ones = 0
        var start = range.lowerBound
        // To the next word, then word by word.
        while start < range.upperBound {
            let length = min(64 - start & 63, range.upperBound - start)
            ones += load(words, start, length).nonzeroBitCount
            start += length
        }
        return ones
    }
}
