//  DELTA_BINARY_PACKED: integers as differences (Encodings.md, "Delta Encoding").
//
//      header   <block size> <miniblocks in a block> <count> <first value, zigzag>          all ULEB128
//      block    <smallest difference, zigzag ULEB128> <a width byte for each miniblock> <miniblocks, bit-packed>
//
//  Each block subtracts its smallest difference from all of its differences, which makes them unsigned and small.
//  7 5 3 1 2 3 4 5 has the differences −2 −2 −2 1 1 1 1; less −2 they are 0 0 0 3 3 3 3, two bits each.
//  Differences wrap around in 64 bits, and so does adding them up again.
//
//  The last miniblock is padded to its full size; miniblocks that hold no value have a width byte but no body.

enum DeltaBinaryPacked {
    /// Differences in a block and in a miniblock: the sizes that every known writer uses.
    static let blockSize = 128
    static let miniblockSize = 32
    /// Readers take larger blocks, within reason; nobody writes them.
    static let largestBlockSize = 1 << 16

    /// Appends `count` values.
    static func encode(_ values: UnsafePointer<Int64>, count: Int, into buffer: OutputBuffer) {
        let blocks = (count + blockSize - 1) / blockSize
        // Four numbers of ten bytes; for each block one more, a width for each miniblock, and 64 bits for each value.
        var out = buffer.reserve(40 + blocks * (10 + 4 + blockSize * 8))
        out = putVarint(UInt64(blockSize), out)
        out = putVarint(UInt64(blockSize / miniblockSize), out)
        out = putVarint(UInt64(count), out)
        out = putVarint(zigzag(count > 0 ? values[0] : 0), out)
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: blockSize) { scratch in
            let deltas = scratch.baseAddress!
            var start = 1
            while start < count {
                let used = min(blockSize, count - start)
                out = encodeBlock(values + start, used, deltas, out)
                start += used
            }
        }
        buffer.advance(to: out)
    }

    /// Writes the block of `used` values from `values` on; the value before them is the one they differ from.
    @inline(__always) private static func encodeBlock(
        _ values: UnsafePointer<Int64>, _ used: Int, _ deltas: UnsafeMutablePointer<UInt64>,
        _ start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var smallest = Int64.max
        // Blocks begin with the second value.
        var previous = (values - 1).pointee
        for index in 0..<used {
            let delta = values[index] &- previous
            previous = values[index]
            deltas[index] = UInt64(bitPattern: delta)
            smallest = delta < smallest ? delta : smallest
        }
        let miniblocks = (used + miniblockSize - 1) / miniblockSize
        for index in used..<miniblocks * miniblockSize { deltas[index] = UInt64(bitPattern: smallest) }
        let base = UInt64(bitPattern: smallest)
        let widths = putVarint(zigzag(smallest), start)
        var out = widths + blockSize / miniblockSize
        for miniblock in 0..<blockSize / miniblockSize {
            if miniblock >= miniblocks {
                widths[miniblock] = 0
                continue
            }
            let first = deltas + miniblock * miniblockSize
            var bits: UInt64 = 0
            for index in 0..<miniblockSize {
                first[index] &-= base
                bits |= first[index]
            }
            let width = bitWidth(bits)
            widths[miniblock] = UInt8(width)
            out = pack(first, count: miniblockSize, width: width, into: out)
        }
        return out
    }

    /// How many bits a value takes in the block that `values` would be, its header left out.
    static func bitsNeeded(_ values: UnsafePointer<Int64>, count: Int) -> Int {
        var smallest = Int64.max
        for index in 1..<count { smallest = min(smallest, values[index] &- values[index - 1]) }
        var bits: UInt64 = 0
        for index in 1..<count { bits |= UInt64(bitPattern: values[index] &- values[index - 1] &- smallest) }
        return bitWidth(bits)
    }

    /// Reads exactly `count` values and returns how many bytes they took.
    ///
    /// - Throws: `ParquetError` when the bytes are not such an encoding of that many values.
    static func decode(
        _ bytes: UnsafeRawBufferPointer, count: Int, into values: UnsafeMutablePointer<Int64>
    ) throws(ParquetError) -> Int {
        func damaged(_ reason: String) -> ParquetError {
            ParquetError(.damaged, "decoding DELTA_BINARY_PACKED", reason)
        }
        var position = 0
        guard let blockSize = takeVarint(bytes, &position), let miniblocks = takeVarint(bytes, &position),
            let total = takeVarint(bytes, &position), let first = takeVarint(bytes, &position)
        else { throw damaged("the header is cut short") }
        guard blockSize > 0, blockSize % 128 == 0, blockSize <= largestBlockSize else {
            throw damaged("block size \(blockSize) is not a multiple of 128 up to \(largestBlockSize)")
        }
        guard miniblocks > 0, blockSize % miniblocks == 0, blockSize / miniblocks % 32 == 0 else {
            throw damaged("\(miniblocks) miniblocks in a block of \(blockSize)")
        }
        guard total == UInt64(count) else { throw damaged("\(total) values where the page has \(count)") }
        if count == 0 { return position }
        var previous = unzigzag(first)
        values[0] = previous
        var done = 1
        let miniblockSize = Int(blockSize / miniblocks)
        guard let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return position }
        // A miniblock's tail is copied here when the page ends too soon behind it to be read word by word.
        return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256 + unpackSlack) {
            (tail) throws(ParquetError) in
            while done < count {
                guard let smallest = takeVarint(bytes, &position).map(unzigzag),
                    bytes.count - position >= Int(miniblocks)
                else { throw damaged("the block after value \(done) is cut short") }
                let widths = base + position
                position += Int(miniblocks)
                var miniblock = 0
                while miniblock < Int(miniblocks), done < count {
                    let width = Int(widths[miniblock])
                    guard width <= 64 else { throw damaged("a miniblock of \(width) bits a value") }
                    let size = miniblockSize / 8 * width
                    guard bytes.count - position >= size else {
                        throw damaged("the miniblock after value \(done) is cut short")
                    }
                    var piece = position
                    var left = min(miniblockSize, count - done)
                    while left > 0 {
                        let used = min(left, 32)
                        // 32 values take 4 × `width` bytes, at most 256, which are there: the miniblock is whole.
                        var source = base + piece
                        if bytes.count - piece < 4 * width + unpackSlack {
                            tail.baseAddress!.update(from: source, count: 4 * width)
                            source = UnsafePointer(tail.baseAddress!)
                        }
                        let out = values + done
                        unpack(source, count: used, width: width) { index, delta in
                            previous = previous &+ (smallest &+ Int64(bitPattern: delta))
                            out[index] = previous
                        }
                        piece += 4 * width
                        done += used
                        left -= used
                    }
                    position += size
                    miniblock += 1
                }
            }
            return position
        }
    }
}
