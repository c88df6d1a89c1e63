//  PLAIN, DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY (Encodings.md): writing strings.
//
//      PLAIN                     for each string: its length, 4 bytes little-endian; its bytes
//      DELTA_LENGTH_BYTE_ARRAY   all lengths, DELTA_BINARY_PACKED; all bytes
//      DELTA_BYTE_ARRAY          for each string, how many bytes it shares with the one before it, DELTA_BINARY_PACKED;
//                                then what follows that prefix, as DELTA_LENGTH_BYTE_ARRAY
//
//  "axis" "axle" "babble" "babyhood" share 0 2 0 3 bytes; what is left is "axis" "le" "babble" "yhood", of lengths
//  4 2 6 5. Each page starts anew: its first string shares nothing.

struct StringEncoder {
    private let prefixes = Workspace<Int64>()
    private let suffixes = Workspace<Int64>()
    private let suffixBytes = OutputBuffer()

    func plain(_ rows: StringRows, _ range: some Sequence<Int>, into buffer: OutputBuffer) {
        for row in range {
            buffer.append(littleEndian: UInt32(rows.length(row)))
            buffer.append(rows.row(row))
        }
    }

    /// The same for strings that lie next to each other.
    func plain(_ rows: StringRows, _ range: Range<Int>, into buffer: OutputBuffer) {
        let offsets = rows.offsets
        let size = offsets[range.upperBound] - offsets[range.lowerBound] + 4 * range.count
        var out = buffer.reserve(size)
        for row in range {
            let start = offsets[row]
            let length = offsets[row + 1] - start
            UnsafeMutableRawPointer(out).storeBytes(of: UInt32(length).littleEndian, as: UInt32.self)
            out += 4
            if length <= 16, start + 16 <= rows.end {
                // What is stored beyond the string is overwritten by the next one, or within the buffer's slack.
                store128(load128(rows.bytes + start), out)
            } else {
                out.update(from: rows.bytes + start, count: length)
            }
            out += length
        }
        buffer.advance(size)
    }

    func deltaLength(_ rows: StringRows, _ range: Range<Int>, into buffer: OutputBuffer) {
        let lengths = suffixes.room(for: range.count)
        for (index, row) in range.enumerated() { lengths[index] = Int64(rows.length(row)) }
        DeltaBinaryPacked.encode(lengths, count: range.count, into: buffer)
        let (start, end) = (rows.offsets[range.lowerBound], rows.offsets[range.upperBound])
        buffer.append(UnsafeRawBufferPointer(start: rows.bytes + start, count: end - start))
    }

    /// Returns whether no string of the range is less than the one before it in the range.
    func delta(_ rows: StringRows, _ range: Range<Int>, into buffer: OutputBuffer) -> Bool {
        let count = range.count
        let (prefixes, suffixes) = (prefixes.room(for: count), suffixes.room(for: count))
        let first = range.lowerBound
        suffixBytes.removeAll()
        var out = suffixBytes.reserve(rows.offsets[range.upperBound] - rows.offsets[first])
        let offsets = rows.offsets + first
        /// Strings that begin before this can be read 16 bytes at a time, and one byte more.
        let wordEnd = rows.end - 17
        var isAscending: UInt8 = 1
        var previous = rows.bytes + offsets[0]
        var previousLength = 0
        for index in 0..<count {
            let start = offsets[index]
            let length = offsets[index + 1] - start
            let current = rows.bytes + start
            let limit = min(previousLength, length)
            var common: Int
            if start <= wordEnd {
                // 16 bytes of this string and of the one before it, which begins no later.
                common = min((load128(previous) ^ load128(current)).trailingZeroBitCount &>> 3, limit)
                if common == 16, limit > 16 { common = rows.commonPrefix(first + index - 1, first + index) }
            } else {
                common = limit == 0 ? 0 : rows.commonPrefix(first + index - 1, first + index)
            }
            let suffix = length - common
            if suffix <= 16, start + common + 16 <= rows.end {
                // What is stored beyond the suffix is within the buffer's slack.
                store128(load128(current + common), out)
            } else {
                out.update(from: current + common, count: suffix)
            }
            out += suffix
            if start <= wordEnd, common <= 16 {
                // The byte at 16 is the one byte more that `wordEnd` leaves.
                // Without branches, since whether a key repeats is as good as random.
                let extends: UInt8 = common == previousLength ? 1 : 0
                let isShort: UInt8 = common == length ? 1 : 0
                let isGreater: UInt8 = current[common] > previous[common] ? 1 : 0
                isAscending &= extends | (isGreater & (1 - isShort))
                // Below, `common` is less than both lengths where bytes are compared.
            } else if common < previousLength, common == length || current[common] < previous[common] {
                isAscending = 0
            }
            prefixes[index] = Int64(common)
            suffixes[index] = Int64(suffix)
            previous = current
            previousLength = length
        }
        suffixBytes.advance(to: out)
        DeltaBinaryPacked.encode(prefixes, count: count, into: buffer)
        DeltaBinaryPacked.encode(suffixes, count: count, into: buffer)
        buffer.append(suffixBytes.bytes)
        return isAscending == 1
    }
}
