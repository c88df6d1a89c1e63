//  Digits by words of eight bytes instead of one by one.
//
//      text       "2022-04-"  as a word, the first byte lowest
//      xor        "0000-00-"  leaves digits as their values and wanted signs as zeros
//      plus       6 for each digit, 15 for each sign: the upper half of a byte stays zero only if it was 0 … 9, or 0
//
//  Digits are added up in pairs, then in fours, then in eights, three multiplications for eight digits. The method is
//  Daniel Lemire's, "Quickly parsing eight digits" (2018).

/// Eight bytes from `p` on, the first one lowest.
///
/// - Precondition: they can be read.
@inline(__always)
func word(_ p: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self))
}

/// What a word of text must look like: digits in some bytes, given signs in the others, any byte in the rest.
struct WordPattern {
    /// In each byte the sign, `0` for a digit, 0 for any byte.
    let expected: UInt64
    /// In each byte 0x06 for a digit, else 0x0F.
    let excess: UInt64

    /// The digits' values in their bytes.
    @inline(__always)
    func values(_ word: UInt64) -> UInt64 { word ^ expected }

    /// Whether the values are those of a word that has the form.
    ///
    /// - Parameter bytes: all bits of the bytes that count.
    @inline(__always)
    func fits(_ values: UInt64, in bytes: UInt64 = ~0) -> Bool {
        // A byte above 0xF0 may carry into the next one, but is seen itself.
        let counting = values & bytes
        return (counting | (counting &+ (excess & bytes))) & 0xF0F0_F0F0_F0F0_F0F0 == 0
    }
}

/// In byte i the number that the digits in bytes i and i + 1 make.
@inline(__always)
func pairs(_ values: UInt64) -> UInt64 { values &* 10 &+ values &>> 8 }

private let zeros: UInt64 = 0x3030_3030_3030_3030

/// The number that up to eight digits make; nil when they are not all digits.
///
/// - Precondition: 1 to 8 of them, and 8 bytes can be read from `p` on.
@inline(__always)
func upToEightDigits(_ p: UnsafePointer<UInt8>, _ count: Int) -> UInt64? {
    // The digits are moved to the high end, where the last ones belong; zeros come in front of them.
    number((word(p) ^ zeros) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count))
}

/// The number that the last digits before `end` make; nil when they are not all digits.
///
/// - Precondition: 1 to 8 of them, and 8 bytes can be read before `end`.
@inline(__always)
func lastDigits(_ end: UnsafePointer<UInt8>, _ count: Int) -> UInt64? {
    number((word(end - 8) ^ zeros) & ~0 &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count))
}

/// The number that eight values make; nil when they are not all those of digits.
@inline(__always)
private func number(_ values: UInt64) -> UInt64? {
    (values | (values &+ 0x0606_0606_0606_0606)) & 0xF0F0_F0F0_F0F0_F0F0 == 0 ? eightDigits(values) : nil
}

/// The number that the digits of a text make that has a point among its first eight bytes.
///
/// - Precondition: 2 to 19 bytes; 16 bytes can be read from one before `p` on.
/// - Returns: nil when the text is not of this form.
@inline(__always)
func pointedDigits(_ p: UnsafePointer<UInt8>, _ count: Int) -> (number: UInt64, fraction: Int)? {
    let first = word(p)
    // The lowest byte that is a point: of a word, the borrow of a subtraction marks the lowest byte that is zero exactly.
    let unequal = first ^ 0x2E2E_2E2E_2E2E_2E2E
    let point = ((unequal &- 0x0101_0101_0101_0101) & ~unequal & 0x8080_8080_8080_8080).trailingZeroBitCount &>> 3
    let fraction = count &- point &- 1
    if point == 0 || fraction < 1 { return nil }
    if count <= 8 {
        // Digits behind the point stay, those before it move over it.
        let text = (first ^ zeros) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count)
        let behind = ~0 &<< UInt64(truncatingIfNeeded: 64 &- 8 &* fraction)
        guard let digits = number(text & behind | (text &<< 8) & ~behind) else { return nil }
        return (digits, fraction)
    }
    // No point was found: all eight bytes would be digits, and the next one not.
    if point > 7 { return nil }
    guard let whole = upToEightDigits(p, point),
        let rest = fraction <= 8 ? lastDigits(p + count, fraction) : upToEighteenDigits(p + (point &+ 1), fraction)
    else { return nil }
    return (whole &* powersOfTen[fraction] &+ rest, fraction)
}

/// 10^k at k.
let powersOfTen: [20 of UInt64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000, 10_000_000_000_000_000_000,
]

/// The number that eight digits make, by their values.
@inline(__always)
private func eightDigits(_ values: UInt64) -> UInt64 {
    let two = pairs(values)
    let low = (two & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = (two &>> 16 & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    return (low &+ high) &>> 32
}

/// The number that up to 18 digits make; nil when they are not all digits, or there are more, or none.
///
/// - Precondition: 8 bytes can be read from `p` on, and `count` bytes.
@inline(__always)
func upToEighteenDigits(_ p: UnsafePointer<UInt8>, _ count: Int) -> UInt64? {
    if count &- 1 < 0 || count > 18 { return nil }
    if count <= 8 { return upToEightDigits(p, count) }
    // Eight digits at the end, which are within the text; those before them in front, from where 8 bytes are, too.
    let end = p + count
    guard let last = upToEightDigits(end - 8, 8) else { return nil }
    if count <= 16 {
        guard let first = upToEightDigits(p, count &- 8) else { return nil }
        return first &* 100_000_000 &+ last
    }
    guard let middle = upToEightDigits(end - 16, 8), let first = upToEightDigits(p, count &- 16) else { return nil }
    return (first &* 100_000_000 &+ middle) &* 100_000_000 &+ last
}
