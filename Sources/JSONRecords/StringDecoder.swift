//  The text of a JSON string whose escapes were already checked.

import Records

/// Where decoded strings live until the batch that points at them was taken. They stay where they are: when a block is full,
/// another is begun.
struct StringArena: ~Copyable {
    private var base: UnsafeMutablePointer<UInt8>
    /// Of the block in use, and how much of it is.
    private var capacity: Int
    private var used = 0
    /// Blocks that are full.
    private var full: [UnsafeMutablePointer<UInt8>] = []

    init(capacity: Int) {
        self.capacity = capacity
        base = Self.allocate(capacity)
    }

    /// The last string, too, must be readable by whole words.
    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<UInt8> {
        let base = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity + RecordBatch.keyPadding)
        base.initialize(repeating: 0, count: capacity + RecordBatch.keyPadding)
        return base
    }

    deinit {
        base.deallocate()
        for block in full { block.deallocate() }
    }

    /// Room for `count` bytes, which nobody has yet.
    private mutating func room(_ count: Int) -> UnsafeMutablePointer<UInt8> {
        if capacity - used < count {
            full.append(base)
            capacity = max(capacity, count)
            base = Self.allocate(capacity)
            used = 0
        }
        return base + used
    }

    /// Forgets everything.
    mutating func reset() {
        used = 0
        if full.isEmpty { return }
        for block in full { block.deallocate() }
        full.removeAll(keepingCapacity: true)
    }

    /// Keeps a copy of bytes that lie elsewhere.
    mutating func copy(_ source: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let start = room(source.count)
        for i in 0..<source.count { start[i] = source[i] }
        used += source.count
        return UnsafeBufferPointer(start: start, count: source.count)
    }

    /// Decodes the inside of a string literal; its text is never longer than its source.
    ///
    /// - Precondition: the scanner accepted the literal.
    mutating func decode(_ source: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        let start = room(source.count)
        let count = decodeString(source, into: start)
        used += count
        return UnsafeBufferPointer(start: start, count: count)
    }
}

/// Writes the text of an accepted string literal's inside to `out`; returns its length in bytes.
func decodeString(_ source: UnsafeBufferPointer<UInt8>, into out: UnsafeMutablePointer<UInt8>) -> Int {
    var i = 0
    var count = 0
    func put(_ byte: UInt32) {
        out[count] = UInt8(truncatingIfNeeded: byte)
        count += 1
    }
    func hex4() -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            unit = unit << 4 | hexDigit(source[i])!
            i += 1
        }
        return unit
    }
    while i < source.count {
        let byte = source[i]
        i += 1
        guard byte == UInt8(ascii: "\\") else {
            put(UInt32(byte))
            continue
        }
        let escape = source[i]
        i += 1
        switch escape {
        case UInt8(ascii: "b"): put(0x08)
        case UInt8(ascii: "f"): put(0x0C)
        case UInt8(ascii: "n"): put(0x0A)
        case UInt8(ascii: "r"): put(0x0D)
        case UInt8(ascii: "t"): put(0x09)
        case UInt8(ascii: "u"):
            var scalar = hex4()
            if scalar & 0xFC00 == 0xD800 {
                i += 2  // the scanner saw `\u` here
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + (hex4() & 0x3FF)
            }
            switch scalar {
            case 0..<0x80: put(scalar)
            case 0x80..<0x800:
                put(0xC0 | scalar >> 6)
                put(0x80 | scalar & 0x3F)
            case 0x800..<0x10000:
                put(0xE0 | scalar >> 12)
                put(0x80 | scalar >> 6 & 0x3F)
                put(0x80 | scalar & 0x3F)
            default:
                put(0xF0 | scalar >> 18)
                put(0x80 | scalar >> 12 & 0x3F)
                put(0x80 | scalar >> 6 & 0x3F)
                put(0x80 | scalar & 0x3F)
            }
        default: put(UInt32(escape))
        }
    }
    return count
}
