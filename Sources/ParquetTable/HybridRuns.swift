//  The RLE / bit-packing hybrid: dictionary indexes and definition levels (Encodings.md, "RLE").
//
//      run        <header, ULEB128> <body>
//      repeated   header = length << 1          body = the value in ⌈width / 8⌉ bytes
//      literal    header = groups of 8 << 1 | 1  body = 8 × groups values, bit-packed
//
//  Ten fives and then 1 2 3 in three bits: 14 05 (ten times 5), 03 D1 00 00 (one group: 1 2 3 0 0 0 0 0).

enum HybridRuns {
    /// Groups in one literal run, such that its header is one byte and can be filled in afterwards.
    private static let literalGroups = 63

    /// Appends `count` values of `width` bits.
    static func encode(_ values: UnsafePointer<UInt32>, count: Int, width: Int, into buffer: OutputBuffer) {
        precondition(width >= 1 && width <= 32, "width \(width)")
        let groups = (count + 7) / 8
        // Each run takes up eight values or the last ones, so there are at most as many as groups: a header of one byte and
        // `width` bytes, or a header of ten and four. Whole words go into the buffer's slack.
        var out = buffer.reserve(64 + groups * (width + 10))
        /// Where the header byte of the literal run that is being written is, and how many groups it has.
        var literal: UnsafeMutablePointer<UInt8>?
        var literalCount = 0
        var index = 0
        while index < count {
            let value = values[index]
            var end = index + 1
            while end < count, values[end] == value { end += 1 }
            if end - index >= 8 {
                literal?.pointee = UInt8(literalCount << 1 | 1)
                literal = nil
                out = putVarint(UInt64(end - index) << 1, out)
                UnsafeMutableRawPointer(out).storeBytes(of: value.littleEndian, as: UInt32.self)
                out += (width + 7) / 8
                index = end
                continue
            }
            if literal == nil || literalCount == literalGroups {
                literal?.pointee = UInt8(literalCount << 1 | 1)
                literal = out
                literalCount = 0
                out += 1
            }
            if count - index >= 8 {
                out = pack(values + index, count: 8, width: width, into: out)
            } else {
                withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 8) { padded in
                    for lane in 0..<8 { padded[lane] = index + lane < count ? values[index + lane] : 0 }
                    out = pack(UnsafePointer(padded.baseAddress!), count: 8, width: width, into: out)
                }
            }
            literalCount += 1
            index += 8
        }
        literal?.pointee = UInt8(literalCount << 1 | 1)
        buffer.advance(to: out)
    }

    /// Reads exactly `count` values of `width` bits; bytes after the last run that is needed are left alone.
    ///
    /// - Throws: `ParquetError` when the bytes end too soon or a run is malformed.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, count: Int, width: Int, into values: UnsafeMutablePointer<UInt32>
    ) throws(ParquetError) {
        func damaged(_ reason: String) -> ParquetError { ParquetError(.damaged, "decoding RLE runs", reason) }
        guard width <= 32 else { throw damaged("values of \(width) bits") }
        let valueBytes = (width + 7) / 8
        var position = 0
        var done = 0
        while done < count {
            guard let header = takeVarint(bytes, &position), header >> 1 > 0, header >> 32 == 0 else {
                throw damaged("no run header after value \(done) of \(count)")
            }
            if header & 1 == 0 {
                guard bytes.count - position >= valueBytes else { throw damaged("a repeated value is cut short") }
                var value: UInt32 = 0
                for byte in 0..<valueBytes { value |= UInt32(bytes[position + byte]) << UInt32(8 * byte) }
                guard bitWidth(UInt64(value)) <= width else { throw damaged("\(value) in \(width) bits") }
                position += valueBytes
                let used = min(Int(header >> 1), count - done)
                // No more than are left of `count`.
                (values + done).update(repeating: value, count: used)
                done += used
            } else {
                let used = min(Int(header >> 1) * 8, count - done)
                let size = (used * width + 7) / 8
                guard bytes.count - position >= size else { throw damaged("a literal run is cut short") }
                unpackLiterals(bytes, position, used, width, values + done)
                // The run is padded to whole groups; only its last one may lack the padding, at the very end.
                position = min(position + Int(header >> 1) * width, bytes.count)
                done += used
            }
        }
    }

    /// - Precondition: the bytes from `position` on hold `count` values.
    private static func unpackLiterals(
        _ bytes: UnsafeRawBufferPointer, _ position: Int, _ count: Int, _ width: Int,
        _ values: UnsafeMutablePointer<UInt32>
    ) {
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        // As many groups of 8 as can be read in whole words; the rest, at most a few dozen bytes, from a copy.
        let readable = bytes.count - position - unpackSlack
        let fast = width == 0 ? count : max(0, min(count, readable / width * 8))
        // These end `unpackSlack` bytes before the page does.
        unpack(base + position, count: fast, width: width) { values[$0] = UInt32(truncatingIfNeeded: $1) }
        if fast == count { return }
        let rest = count - fast
        let size = (rest * width + 7) / 8
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: size + unpackSlack) { tail in
            // `fast` values are whole groups of `width` bytes; the others take `size` bytes, which are there.
            tail.baseAddress!.update(from: base + position + fast / 8 * width, count: size)
            unpack(UnsafePointer(tail.baseAddress!), count: rest, width: width) {
                values[fast + $0] = UInt32(truncatingIfNeeded: $1)
            }
        }
    }
}
