//  The beginning of a row's key as three words that compare like its bytes.
//
//      first key    15 bytes and a length byte          KeyWords; a longer one has the mark 0xFF for a length
//      second key    7 bytes and a length byte          the same in one word; zero behind a longer first key, and when
//                                                       there is no second key
//
//  Whenever the words of two rows differ, they tell which comes first. When they are equal, the keys are, too, unless
//  one of the length bytes is the mark; then the bytes decide. Where there is a third key, every second one is marked.
//
//      "BDH013139" "VOD"       42 44 48 30 31 33 31 33 | 39 00 00 00 00 00 00 09 | 56 4F 44 00 00 00 00 03

/// What the merge compares instead of a key.
struct MergeKey: Equatable {
    static let longMark: UInt64 = 0xFF
    private static let secondCapacity = 7
    /// Of an input without a row: no key comes behind it.
    static let atEnd = MergeKey(high: .max, low: .max, second: .max)

    var high: UInt64
    var low: UInt64
    var second: UInt64

    /// The word of a second key.
    ///
    /// - Precondition: 8 bytes can be read from `base`.
    @inline(__always)
    static func secondWord(padded base: UnsafePointer<UInt8>, count: Int) -> UInt64 {
        // Eight bytes, which the caller has: what is behind a shorter key is masked out below.
        let word = UInt64(bigEndian: UnsafeRawPointer(base).loadUnaligned(as: UInt64.self))
        if count > secondCapacity { return word | longMark }
        return word & ~(UInt64.max >> UInt64(count * 8)) | UInt64(count)
    }

    /// Whether equal words say that the keys are equal.
    @inline(__always)
    var isExact: Bool { low & 0xFF != Self.longMark && second & 0xFF != Self.longMark }

    /// Without branches: the borrow of subtracting one number of three words from another.
    @inline(__always)
    static func < (a: MergeKey, b: MergeKey) -> Bool {
        let isLessBySecond: UInt64 = a.second < b.second ? 1 : 0
        let (rest, borrow) = a.low.subtractingReportingOverflow(b.low)
        let (_, borrowOfRest) = rest.subtractingReportingOverflow(isLessBySecond)
        let isLessByLow: UInt64 = (borrow ? 1 : 0) | (borrowOfRest ? 1 : 0)
        let (top, borrowOfTop) = a.high.subtractingReportingOverflow(b.high)
        let (_, last) = top.subtractingReportingOverflow(isLessByLow)
        return UInt8(borrowOfTop ? 1 : 0) | UInt8(last ? 1 : 0) != 0
    }

    @inline(__always)
    static func == (a: MergeKey, b: MergeKey) -> Bool {
        (a.high ^ b.high) | (a.low ^ b.low) | (a.second ^ b.second) == 0
    }
}
