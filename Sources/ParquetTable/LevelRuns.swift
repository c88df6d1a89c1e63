//  Definition levels of flat columns: a bit a row, set when the row has a value, as RLE / bit-packed runs (Encodings.md,
//  "RLE", with values of one bit; see `HybridRuns`).
//
//  A literal run of bits is the bitmap itself, so levels are taken from it 64 rows at a time: stretches of 64 rows that
//  are alike become one repeated run, the others literal ones.
//
//      200 rows, of which row 70 is null    64 set | 64 mixed | 64 set, 8 set
//                                           80 01 01   11 …8 bytes…   90 01 01
//
//  Shorter runs of equal bits are not sought: they would save less than a bit a row.

enum LevelRuns {
    /// Appends the levels of some rows. Without words, all of them have a value.
    static func encode(_ words: UnsafePointer<UInt64>?, _ rows: Range<Int>, into buffer: OutputBuffer) {
        let count = rows.count
        let pieces = (count + 63) / 64
        /// The bits of a stretch, and what they are when all rows have a value.
        func piece(_ index: Int) -> (bits: UInt64, all: UInt64) {
            let length = min(count - 64 * index, 64)
            let all: UInt64 = ~0 &>> UInt64(64 - length)
            return (words.map { Bits.load($0, rows.lowerBound + 64 * index, length) } ?? all, all)
        }
        // A stretch takes eight bytes at most, and a run's header ten.
        var out = buffer.reserve(18 * pieces)
        var index = 0
        while index < pieces {
            let first = piece(index)
            let start = index
            index += 1
            if first.bits == 0 || first.bits == first.all {
                let isSet = first.bits != 0
                while index < pieces {
                    let next = piece(index)
                    guard next.bits == (isSet ? next.all : 0) else { break }
                    index += 1
                }
                out = putVarint(UInt64(min(64 * index, count) - 64 * start) << 1, out)
                out.pointee = isSet ? 1 : 0
                out += 1
                continue
            }
            while index < pieces {
                let next = piece(index)
                if next.bits == 0 || next.bits == next.all { break }
                index += 1
            }
            let groups = (min(64 * index, count) - 64 * start + 7) / 8
            out = putVarint(UInt64(groups) << 1 | 1, out)
            // Eight bytes at a time; what is stored beyond the last group is within the buffer's slack.
            for literal in start..<index { store64(piece(literal).bits, out + 8 * (literal - start)) }
            out += groups
        }
        buffer.advance(to: out)
    }

    /// Reads exactly `count` levels and appends them to `present`.
    ///
    /// - Returns: how many of them are 1.
    /// - Throws: `ParquetError` when the bytes end too soon or a run is malformed.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, count: Int, into present: BitBuffer
    ) throws(ParquetError) -> Int {
        func damaged(_ reason: String) -> ParquetError { ParquetError(.damaged, "reading levels", reason) }
        let before = present.count
        var position = 0
        var done = 0
        while done < count {
            guard let header = takeVarint(bytes, &position), header >> 1 > 0, header >> 32 == 0 else {
                throw damaged("no run header after level \(done) of \(count)")
            }
            let length = Int(header >> 1)
            if header & 1 == 0 {
                guard position < bytes.count else { throw damaged("a repeated level is cut short") }
                let level = bytes[position]
                guard level <= 1 else { throw damaged("a level of \(level)") }
                position += 1
                let used = min(length, count - done)
                present.append(repeating: level == 1, count: used)
                done += used
            } else {
                let used = min(8 * length, count - done)
                guard bytes.count - position >= (used + 7) / 8, let base = bytes.baseAddress else {
                    throw damaged("a literal run is cut short")
                }
                // As many bytes as were just found to be there.
                present.append(bytes: (base + position).assumingMemoryBound(to: UInt8.self), count: used)
                position = min(position + length, bytes.count)
                done += used
            }
        }
        return Bits.ones(present.words, before..<present.count)
    }
}
