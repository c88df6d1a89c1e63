//  Integers of w bits each, back to back, lowest bits first (Encodings.md, "RLE", note 1).
//
//  The numbers 0 to 7 in three bits each make three bytes:
//
//      value   7   6   5   4   3   2   1   0
//      bits   111 110 101 100 011 010 001 000    read from the right, eight at a time:
//      bytes  11111010 11000110 10001000         = 88 C6 FA in file order
//
//  Eight values are w bytes whatever w is, so groups of eight begin on a byte.

/// How many bytes `unpack` may look at past the last one that holds a value.
let unpackSlack = 16

/// Packs values of `width` bits and returns where the next byte goes. Stores whole words: up to 8 bytes beyond that
/// place are overwritten.
///
/// - Precondition: `count` is a multiple of 8, every value fits in `width` bits, `width` is 0 to 64.
@inline(__always) func pack<Value: FixedWidthInteger & UnsignedInteger>(
    _ values: UnsafePointer<Value>, count: Int, width: Int, into out: UnsafeMutablePointer<UInt8>
) -> UnsafeMutablePointer<UInt8> {
    var out = out
    if width == 0 { return out }
    let shift = UInt64(width)
    // A word is stored where the next byte goes, so at most eight bytes are written behind the last of it.
    if width <= 8 {
        var index = 0
        while index < count {
            var word: UInt64 = 0
            for lane in 0..<8 { word |= UInt64(truncatingIfNeeded: values[index + lane]) &<< (UInt64(lane) &* shift) }
            store64(word, out)
            out += width
            index += 8
        }
        return out
    }
    if width == 64 {
        for index in 0..<count {
            store64(UInt64(truncatingIfNeeded: values[index]), out)
            out += 8
        }
        return out
    }
    var word: UInt64 = 0
    var filled: UInt64 = 0
    for index in 0..<count {
        let value = UInt64(truncatingIfNeeded: values[index])
        word |= value &<< filled
        filled &+= shift
        if filled >= 64 {
            store64(word, out)
            out += 8
            filled &-= 64
            word = value &>> (shift &- filled)
        }
    }
    store64(word, out)
    return out + Int(filled / 8)
}

/// Hands each of `count` values of `width` bits to `body`, with its index.
///
/// - Precondition: the bytes that hold the values and `unpackSlack` more are readable; `width` is 0 to 64.
@inline(__always) func unpack(
    _ bytes: UnsafePointer<UInt8>, count: Int, width: Int, _ body: (_ index: Int, _ value: UInt64) -> Void
) {
    if width == 0 {
        for index in 0..<count { body(index, 0) }
        return
    }
    let mask: UInt64 = ~0 &>> UInt64(64 - width)
    var bit = 0
    // Words begin at a byte that has a value's first bit, and are followed by one byte at most: nine bytes, of which
    // `unpackSlack` has more.
    if width <= 56 {
        for index in 0..<count {
            body(index, (load64(bytes + bit &>> 3) &>> UInt64(bit & 7)) & mask)
            bit &+= width
        }
        return
    }
    for index in 0..<count {
        let start = bytes + bit &>> 3
        let shift = UInt64(bit & 7)
        let high = (UInt64(start[8]) &<< 1) &<< (63 &- shift)
        body(index, (load64(start) &>> shift | high) & mask)
        bit &+= width
    }
}
