//  Short keys as two machine words.
//
//  A key of up to 15 bytes is its bytes, then zeros, then its length in the last byte. Taken as one big-endian number
//  of 128 bits such keys compare like their bytes do, and two keys are the same exactly when the numbers are:
//
//      "VOD"       56 4F 44 00 00 00 00 00 | 00 00 00 00 00 00 00 03
//      "VOD\0"     56 4F 44 00 00 00 00 00 | 00 00 00 00 00 00 00 04      after "VOD", as it must
//
//  Customer numbers have 9 bytes or so, addresses up to 15.

/// A key of at most `capacity` bytes, inline.
struct KeyWords: Equatable {
    static let capacity = 15

    /// Bytes 0 to 7, the first in the highest place.
    var high: UInt64
    /// Bytes 8 to 14 and the length.
    var low: UInt64

    @inline(__always)
    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Precondition: `count <= capacity`, and 16 bytes can be read from `base`.
    @inline(__always)
    init(padded base: UnsafePointer<UInt8>, count: Int) {
        let raw = UnsafeRawPointer(base)
        // 16 bytes, which the caller has: what is behind a shorter key is masked out below.
        let first = UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self))
        let second = UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        // Smart shifts: by 64 or more they give zero, by less than zero they go the other way, which `max` prevents.
        high = count >= 8 ? first : first & ~(UInt64.max >> UInt64(count * 8))
        let rest = count > 8 ? second & ~(UInt64.max >> UInt64((count - 8) * 8)) : 0
        low = rest | UInt64(count)
    }

    var count: Int { Int(low & 0xFF) }

    @inline(__always)
    static func < (a: KeyWords, b: KeyWords) -> Bool { a.high != b.high ? a.high < b.high : a.low < b.low }

    /// Writes the key's bytes; 16 bytes of `out` are overwritten.
    @inline(__always)
    func store(to out: UnsafeMutablePointer<UInt8>) {
        let raw = UnsafeMutableRawPointer(out)
        raw.storeBytes(of: high.bigEndian, as: UInt64.self)
        raw.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
    }

    /// A hash in which every bit of the key and of `other` has a part: the product of two 64-bit words, folded.
    @inline(__always)
    func hash(with other: UInt32, seed: UInt64) -> UInt64 {
        let product = (high ^ seed).multipliedFullWidth(
            by: low ^ (UInt64(other) &* 0x9E37_79B9_7F4A_7C15) ^ 0xD6E8_FEB8_6659_FD93)
        let mixed = product.high ^ product.low
        return mixed ^ (mixed >> 32)
    }
}
