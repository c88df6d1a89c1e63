//  Byte strings ─▶ small numbers, in the order in which they first came.

import Records

/// Numbers distinct byte strings from 0.
///
/// Open addressing with linear probing, at most half full. A slot holds the number plus one, so that zero is empty.
package struct KeyInterner: Sendable {
    /// All strings, back to back.
    private var bytes: [UInt8] = []
    /// Where string i ends; it begins where the one before ends.
    private var ends: [Int] = []
    private var hashes: [UInt64] = []
    private var slots = [UInt32](repeating: 0, count: 64)

    package init() {}

    package var count: Int { ends.count }

    /// Bytes of memory in use.
    var footprint: Int { bytes.capacity + ends.capacity * 8 + hashes.capacity * 8 + slots.count * 4 }

    func range(_ id: Int) -> Range<Int> { (id == 0 ? 0 : ends[id - 1])..<ends[id] }

    package func string(_ id: Int) -> ArraySlice<UInt8> { bytes[range(id)] }

    func withBytes<R>(_ id: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
        bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range(id)])) }
    }

    /// The number of a string; a new one when it is new.
    package mutating func intern(_ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let hash = Self.hash(key)
        let (number, slot) = find(key, hash)
        if let number { return number }
        precondition(count < Int(UInt32.max) - 1, "too many distinct keys to number")
        let id = count
        bytes.append(contentsOf: key)
        ends.append(bytes.count)
        hashes.append(hash)
        slots[slot] = UInt32(id + 1)
        if count * 2 > slots.count { grow() }
        #if WATCHFOLD_CHECKS
            if count & (count - 1) == 0 { checkInvariants() }
        #endif
        return UInt32(id)
    }

    /// The number of a string; nil when it has none.
    package func number(of key: UnsafeBufferPointer<UInt8>) -> UInt32? { find(key, Self.hash(key)).number }

    /// The number of a string, or else the slot that a new one would get.
    @inline(__always)
    private func find(_ key: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> (number: UInt32?, slot: Int) {
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let id = Int(slots[slot] - 1)
            if hashes[id] == hash && isSame(id, key) { return (UInt32(id), slot) }
            slot = (slot + 1) & (slots.count - 1)
        }
        return (nil, slot)
    }

    private func isSame(_ id: Int, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        let range = range(id)
        return range.count == key.count
            && bytes.withUnsafeBufferPointer { isSameBytes(UnsafeBufferPointer(rebasing: $0[range]), key) }
    }

    private mutating func grow() {
        var larger = [UInt32](repeating: 0, count: slots.count * 2)
        for id in 0..<count {
            var slot = Int(truncatingIfNeeded: hashes[id]) & (larger.count - 1)
            while larger[slot] != 0 { slot = (slot + 1) & (larger.count - 1) }
            larger[slot] = UInt32(id + 1)
        }
        slots = larger
    }

    // MARK: Checking

    /// Traps when the numbers are not those that a search finds.
    ///
    /// - Complexity: linear in the bytes of all strings.
    package func checkInvariants() {
        precondition(hashes.count == count, "\(hashes.count) hashes of \(count) strings")
        precondition(
            slots.count & (slots.count - 1) == 0 && count * 2 <= slots.count,
            "\(count) strings in \(slots.count) slots")
        precondition((ends.last ?? 0) == bytes.count, "strings end at \(ends.last ?? 0) of \(bytes.count) bytes")
        for id in 0..<count {
            precondition(
                (id == 0 ? 0 : ends[id - 1]) <= ends[id], "string \(id) ends at \(ends[id]), before \(ends[id - 1])")
            withBytes(id) { key in
                let hash = Self.hash(key)
                precondition(hashes[id] == hash, "string \(id) has the hash \(hash), kept is \(hashes[id])")
                let found = find(key, hash).number
                precondition(found == UInt32(id), "string \(id) is found as \(found.map { "\($0)" } ?? "nothing")")
            }
        }
        let used = slots.count { $0 != 0 }
        precondition(used == count, "\(used) slots are used for \(count) strings")
    }

    /// Seeded at the start of the process: nobody can prepare a file of colliding keys.
    static let seed = UInt64.random(in: .min ... .max)

    private static func hash(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = seed ^ UInt64(key.count)
        let raw = UnsafeRawBufferPointer(key)
        var i = 0
        // The eight bytes end within the buffer.
        while i + 8 <= raw.count {
            hash = mix(hash, raw.loadUnaligned(fromByteOffset: i, as: UInt64.self))
            i += 8
        }
        var tail: UInt64 = 0
        while i < raw.count {
            tail = tail << 8 | UInt64(raw[i])
            i += 1
        }
        return mix(hash, tail)
    }

    @inline(__always)
    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = (a ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: b ^ 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }
}
