//  XXH3-128 (xxHash specification, https://github.com/Cyan4973/xxHash, "XXH3 Algorithm Overview") with seed 0, as
//  libxxhash computes it. It finds damage and tells contents apart; it is not protection against someone who wants
//  two contents to look the same.
//
//  A value is written in the canonical form of the library: 16 bytes, the high half first, each half big-endian; in
//  text 32 lower-case hexadecimal digits, as `xxhsum -H2` prints them. Of no bytes at all it is
//
//      99aa06d3014798d86001c324468d497f
//
//  The library's own choice between SSE2, AVX2 and AVX-512 at run time (xxh_x86dispatch.h) is not used: Debian's
//  AVX-512 code returns without clearing the upper register halves, after which all SSE code of the thread, here and
//  elsewhere, runs at a third of its speed.

import CXXHash

/// An XXH3-128 hash of one run of bytes.
package struct XXH128: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64
    /// Bytes of the canonical form.
    static let canonicalBytes = 16

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Hashes bytes that are all at hand.
    package init(of bytes: UnsafeRawBufferPointer) {
        self.init(XXH3_128bits(bytes.baseAddress, bytes.count))
    }

    init(_ hash: XXH128_hash_t) {
        // Two words, and what is written to files is as long.
        precondition(
            MemoryLayout<XXH128_hash_t>.size == Self.canonicalBytes
                && MemoryLayout<XXH128_canonical_t>.size == Self.canonicalBytes
                && MemoryLayout<(UInt64, UInt64)>.size == Self.canonicalBytes,
            "the library's hash takes \(MemoryLayout<XXH128_hash_t>.size) bytes")
        self.init(high: hash.high64, low: hash.low64)
    }

    /// Reads 32 hexadecimal digits; nil if it is anything else.
    package init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 32 else { return nil }
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
            default: return nil
            }
            halves.high = halves.high << 4 | halves.low >> 60
            halves.low = halves.low << 4 | UInt64(value)
        }
        self.init(high: halves.high, low: halves.low)
    }

    /// 32 lower-case hexadecimal digits.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(unsafeUninitializedCapacity: 32) { text in
            for (half, value) in [high, low].enumerated() {
                for place in 0..<16 {
                    text[half * 16 + place] = digits[Int(value >> UInt64(60 - 4 * place) & 15)]
                }
            }
            return 32
        }
    }

    /// The 16 bytes of the canonical form, as a value whose bytes in memory they are.
    var canonical: (UInt64, UInt64) { (high.bigEndian, low.bigEndian) }
}

extension XXH128: CustomStringConvertible {
    package var description: String { hex }
}

/// XXH3-128 of bytes that come in pieces: the check sum of a partial or a report while it is written or read.
package struct StreamingXXH128: ~Copyable {
    /// Made by the library, which aligns it to the 64 bytes that it needs.
    private let state: OpaquePointer

    package init() {
        guard let state = XXH3_createState() else { preconditionFailure("no memory for a hash state") }
        self.state = state
        reset()
    }

    deinit {
        XXH3_freeState(state)
    }

    /// Takes the next bytes. How they are cut makes no difference.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        // The library takes a null address for an error even if there is nothing to read there.
        guard !bytes.isEmpty else { return }
        let status = XXH3_128bits_update(state, bytes.baseAddress, bytes.count)
        precondition(status == XXH_OK, "libxxhash refuses \(bytes.count) bytes")
    }

    /// The hash of all bytes taken since the beginning or the last reset; more may follow.
    package func finish() -> XXH128 {
        XXH128(XXH3_128bits_digest(state))
    }

    /// Forgets all bytes taken.
    package mutating func reset() {
        let status = XXH3_128bits_reset(state)
        precondition(status == XXH_OK, "libxxhash does not start over")
    }

    /// A state that goes its own way from here.
    borrowing func copy() -> StreamingXXH128 {
        let other = StreamingXXH128()
        XXH3_copyState(other.state, state)
        return other
    }
}

// The state is never handed out, so whoever has the value has the state alone.
extension StreamingXXH128: @unchecked Sendable {}
