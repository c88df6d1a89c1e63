//  Which encoding a column of a row group gets, by measurement.
//
//  A few stretches of adjacent values, spread evenly over the row group, tell how many bits a value would take:
//
//      strings    PLAIN                     length × 8 + 32
//                 DELTA_LENGTH_BYTE_ARRAY   length × 8 + width of the lengths' differences
//                 DELTA_BYTE_ARRAY          (length − shared prefix) × 8 + widths of prefix and suffix lengths
//      integers   PLAIN                     64
//                 DELTA_BINARY_PACKED       width of the differences in their block
//
//  A cleverer encoding must save an eighth over a plainer one, since it takes more work to read. A dictionary of d
//  entries takes ⌈log₂ d⌉ bits a value and the entries themselves; the largest d that still saves an eighth becomes the
//  limit with which one is tried on all values. The same values always get the same encoding.

enum EncodingChoice {
    /// Values in a stretch, and how many stretches there are at most: enough to see, little to do.
    private static let stretch = 129
    private static let stretches = 16
    /// Fewer values than this are written PLAIN: the headers of the other encodings weigh more than they save.
    private static let fewest = 32

    /// What the sample says about a column.
    struct Measured {
        /// The best encoding that is not a dictionary.
        var encoding: PageEncoding
        /// How many entries a dictionary may have; 0 when none pays.
        var dictionaryLimit: Int
    }

    static func measure(_ rows: StringRows) -> Measured {
        if rows.count < fewest { return Measured(encoding: .plain, dictionaryLimit: 0) }
        var lengths = Spread()
        var prefixes = Spread()
        var suffixes = Spread()
        forEachPair(rows.count) { row in
            let length = rows.length(row)
            let prefix = rows.commonPrefix(row - 1, row)
            lengths.add(length)
            prefixes.add(prefix)
            suffixes.add(length - prefix)
        }
        let sampled = lengths.count
        let plain = lengths.total * 8 + sampled * 32
        let deltaLength = lengths.total * 8 + sampled * lengths.deltaWidth
        let delta = suffixes.total * 8 + sampled * (prefixes.deltaWidth + suffixes.deltaWidth)
        var best = (bits: plain, encoding: PageEncoding.plain)
        if paysOff(deltaLength, best.bits) { best = (deltaLength, .deltaLengthByteArray) }
        if paysOff(delta, best.bits) { best = (delta, .deltaByteArray) }
        let entryBits = lengths.total * 8 / sampled + 32
        let limit = dictionaryLimit(rows.count, bitsPerValue: best.bits / sampled, bitsPerEntry: entryBits)
        return Measured(encoding: best.encoding, dictionaryLimit: limit)
    }

    /// - Parameters:
    ///   - plainBits: what a value takes in PLAIN.
    ///   - mayBeDelta: whether differences are worth considering.
    static func measure(
        _ values: UnsafePointer<Int64>, count: Int, plainBits: Int = 64, mayBeDelta: Bool = true
    ) -> Measured {
        if count < fewest { return Measured(encoding: .plain, dictionaryLimit: 0) }
        var bits = 0
        var sampled = 0
        forEachStretch(count) { start, length in
            bits += DeltaBinaryPacked.bitsNeeded(values + start, count: length) * length
            sampled += length
        }
        let usesDelta = mayBeDelta && paysOff(bits, sampled * plainBits)
        let bitsPerValue = usesDelta ? bits / sampled : plainBits
        let limit = dictionaryLimit(count, bitsPerValue: bitsPerValue, bitsPerEntry: plainBits)
        return Measured(encoding: usesDelta ? .deltaBinaryPacked : .plain, dictionaryLimit: limit)
    }

    /// Whether a few of a thousand values, 32 at each of 32 places, are equal. Where none are, a hundred thousand entries
    /// would have to be tried before a dictionary turns out not to pay. Fewer rows are tried in any case.
    static func mayRepeat<Value: FixedWidthInteger>(_ values: UnsafePointer<Value>, count: Int) -> Bool {
        if count <= 1 << 16 { return true }
        var sample: [Value] = []
        sample.reserveCapacity(32 * 32)
        // The last place ends at the last value, at most.
        for place in 0..<32 {
            let start = (count - 32) / 31 * place
            for index in start..<start + 32 { sample.append(values[index]) }
        }
        sample.sort()
        var repeated = 0
        for index in 1..<sample.count where sample[index] == sample[index - 1] { repeated += 1 }
        return repeated >= 2
    }

    /// The largest dictionary that pays for values of so many bits of which nothing else is known; 0 when none does.
    static func dictionaryLimit(_ count: Int, bits: Int) -> Int {
        count < fewest ? 0 : dictionaryLimit(count, bitsPerValue: bits, bitsPerEntry: bits)
    }

    private static func paysOff(_ bits: Int, _ plainer: Int) -> Bool { bits < plainer - plainer / 8 }

    /// The largest power of two of entries with which a dictionary saves an eighth; 0 when there is none.
    private static func dictionaryLimit(_ count: Int, bitsPerValue: Int, bitsPerEntry: Int) -> Int {
        var limit = 0
        var width = 1
        while width <= 20, paysOff(bitsPerEntry << width + count * width, count * bitsPerValue) {
            limit = 1 << width
            width += 1
        }
        return limit
    }

    private static func forEachStretch(_ count: Int, _ body: (_ start: Int, _ length: Int) -> Void) {
        if count <= stretch * stretches {
            var start = 0
            while count - start > 1 {
                body(start, min(stretch, count - start))
                start += stretch - 1
            }
            return
        }
        for index in 0..<stretches { body((count - stretch) / (stretches - 1) * index, stretch) }
    }

    /// Calls `body` with rows whose predecessor is a row as well.
    private static func forEachPair(_ count: Int, _ body: (Int) -> Void) {
        forEachStretch(count) { start, length in
            for row in start + 1..<start + length { body(row) }
        }
    }

    /// Sum and range of small numbers.
    private struct Spread {
        var count = 0
        var total = 0
        var smallest = Int.max
        var largest = 0

        mutating func add(_ value: Int) {
            count += 1
            total += value
            smallest = min(smallest, value)
            largest = max(largest, value)
        }

        /// Bits that the differences between such numbers take at most.
        var deltaWidth: Int { largest == smallest ? 0 : bitWidth(UInt64(2 * (largest - smallest))) }
    }
}
