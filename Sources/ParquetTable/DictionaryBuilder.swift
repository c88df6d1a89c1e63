//  Distinct values in order of their first appearance, and for each row the number of its value.
//
//  An open-addressing table of entry numbers, at most half full. Building stops as soon as a dictionary could no longer
//  pay, which for most columns without one is after a few thousand rows. It also stops when rows keep colliding, so
//  that chosen values cannot make it slow.

struct DictionaryBuilder {
    /// Entries beyond which a dictionary does not pay.
    let entryLimit: Int
    /// Bytes of the dictionary page beyond which it is not written.
    let byteLimit: Int

    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// Steps over occupied slots that are worth making for so many rows.
    private static func patience(_ rows: Int) -> Int { 1024 + 4 * rows }

    private func withSlots<R>(_ rows: Int, _ body: (UnsafeMutablePointer<UInt32>, _ bits: Int) -> R) -> R {
        let bits = max(4, bitWidth(UInt64(max(min(entryLimit, rows), 1))) + 1)
        return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1 << bits) { slots in
            slots.baseAddress!.initialize(repeating: 0, count: slots.count)
            return body(slots.baseAddress!, bits)
        }
    }

    /// Numbers the rows' strings and returns in which row each entry appears first; nil when there are too many.
    func build(_ rows: StringRows, codes: UnsafeMutablePointer<UInt32>) -> [Int]? {
        withSlots(rows.count) { slots, bits in
            var entries: [Int] = []
            var heads: [UInt64] = []
            var patience = Self.patience(rows.count)
            var byteCount = 0
            let mask = 1 << bits - 1
            for row in 0..<rows.count {
                let head = rows.head(row)
                let length = rows.length(row)
                var hash = (head ^ UInt64(length)) &* Self.multiplier
                // The upper bits choose a slot, so it is one of them; at most half of them are used, so the search ends.
                if length > 8 { hash = Self.hash(rows.row(row), hash) }
                var slot = Int(truncatingIfNeeded: hash &>> UInt64(64 - bits))
                while true {
                    let entry = Int(slots[slot]) - 1
                    if entry < 0 {
                        byteCount += 4 + length
                        if entries.count == entryLimit || byteCount > byteLimit { return nil }
                        codes[row] = UInt32(entries.count)
                        entries.append(row)
                        heads.append(head)
                        slots[slot] = UInt32(entries.count)
                        break
                    }
                    let first = entries[entry]
                    if heads[entry] == head, rows.length(first) == length, length <= 8 || rows.isEqual(first, row) {
                        codes[row] = UInt32(entry)
                        break
                    }
                    patience -= 1
                    if patience == 0 { return nil }
                    slot = (slot + 1) & mask
                }
            }
            return entries
        }
    }

    /// Mixes the bytes from the ninth on into a hash of the first eight and the length.
    private static func hash(_ bytes: UnsafeRawBufferPointer, _ start: UInt64) -> UInt64 {
        var hash = start
        var index = 8
        while index + 8 <= bytes.count {
            hash = (hash ^ hash &>> 29 ^ bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) &* multiplier
            index += 8
        }
        // The last eight bytes, some of them for the second time: there are nine or more.
        return (hash ^ hash &>> 29 ^ bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
            &* multiplier
    }

    /// Numbers the rows' integers and returns the entries; nil when there are too many.
    func build(_ values: UnsafePointer<Int64>, count: Int, codes: UnsafeMutablePointer<UInt32>) -> [Int64]? {
        build(values, count, codes) { UInt64(bitPattern: $0) }
    }

    /// Numbers the rows' integers of 128 bits and returns the entries; nil when there are too many.
    func build(_ values: UnsafePointer<Int128>, count: Int, codes: UnsafeMutablePointer<UInt32>) -> [Int128]? {
        build(values, count, codes) {
            UInt64(truncatingIfNeeded: $0) ^ UInt64(truncatingIfNeeded: $0 >> 64) &* 31
        }
    }

    /// - Parameter folded: 64 bits of a value, the same for the same one.
    @inline(__always) private func build<Value: FixedWidthInteger>(
        _ values: UnsafePointer<Value>, _ count: Int, _ codes: UnsafeMutablePointer<UInt32>,
        folded: (Value) -> UInt64
    ) -> [Value]? {
        withSlots(count) { slots, bits in
            var entries: [Value] = []
            var patience = Self.patience(count)
            let mask = 1 << bits - 1
            for row in 0..<count {
                let value = values[row]
                let hash = folded(value) &* Self.multiplier
                var slot = Int(truncatingIfNeeded: (hash ^ hash &<< 32) &>> UInt64(64 - bits))
                while true {
                    let entry = Int(slots[slot]) - 1
                    if entry < 0 {
                        let size = entries.count * MemoryLayout<Value>.size
                        if entries.count == entryLimit || size >= byteLimit { return nil }
                        codes[row] = UInt32(entries.count)
                        entries.append(value)
                        slots[slot] = UInt32(entries.count)
                        break
                    }
                    if entries[entry] == value {
                        codes[row] = UInt32(entry)
                        break
                    }
                    patience -= 1
                    if patience == 0 { return nil }
                    slot = (slot + 1) & mask
                }
            }
            return entries
        }
    }
}
