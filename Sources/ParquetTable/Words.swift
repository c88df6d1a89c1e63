//  Unaligned little-endian words, and the variable-length integers of the format (ULEB128, zigzag).
//
//  Loads and stores of words check nothing: that 4, 8 or 16 bytes are there is said where they are called.

@inline(__always) func load64(_ bytes: UnsafePointer<UInt8>) -> UInt64 {
    UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
}

@inline(__always) func load128(_ bytes: UnsafePointer<UInt8>) -> UInt128 {
    UInt128(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt128.self))
}

@inline(__always) func load32(_ bytes: UnsafePointer<UInt8>) -> UInt32 {
    UInt32(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt32.self))
}

@inline(__always) func store64(_ word: UInt64, _ bytes: UnsafeMutablePointer<UInt8>) {
    UnsafeMutableRawPointer(bytes).storeBytes(of: word.littleEndian, as: UInt64.self)
}

@inline(__always) func store128(_ word: UInt128, _ bytes: UnsafeMutablePointer<UInt8>) {
    UnsafeMutableRawPointer(bytes).storeBytes(of: word.littleEndian, as: UInt128.self)
}

/// Copies bytes in words of 16: the last word ends with the last byte, or is the only one.
///
/// - Precondition: 16 bytes can be read at `source` and written at `out`, also when there are fewer.
@inline(__always) func copyPadded(
    _ source: UnsafePointer<UInt8>, _ count: Int, _ out: UnsafeMutablePointer<UInt8>
) {
    store128(load128(source), out)
    if count <= 16 { return }
    var done = 16
    // As long as more than a word is left, the word is within the bytes; so is the one that ends with the last of them.
    while count &- done > 16 {
        store128(load128(source + done), out + done)
        done &+= 16
    }
    store128(load128(source + (count &- 16)), out + (count &- 16))
}

/// Signed to unsigned so that small magnitudes stay small: 0 −1 1 −2 … become 0 1 2 3 ….
@inline(__always) func zigzag(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

@inline(__always) func unzigzag(_ value: UInt64) -> Int64 {
    Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
}

/// How many bits the value needs: 0 for 0, 3 for 5.
@inline(__always) func bitWidth(_ value: UInt64) -> Int { 64 - value.leadingZeroBitCount }

/// Writes seven bits a byte, low ones first, and returns where the next byte goes. At most 10 bytes.
@inline(__always) func putVarint(_ value: UInt64, _ out: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
    var value = value
    var out = out
    while value >= 0x80 {
        out.pointee = UInt8(truncatingIfNeeded: value) | 0x80
        out += 1
        value >>= 7
    }
    out.pointee = UInt8(value)
    return out + 1
}

/// Reads a ULEB128 integer at `position` and moves past it; nil when it runs past the end or past 64 bits.
@inline(__always) func takeVarint(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> UInt64? {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if shift == 63 && byte > 1 { return nil }
        value |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 { return value }
        shift += 7
    }
    return nil
}
