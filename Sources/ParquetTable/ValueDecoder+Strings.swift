//  Strings from raw pages; `StringEncodings` draws their layout.
//
//  A first pass reads and checks all lengths, which gives the size of the result; a second pass copies, and can no
//  longer fail. Strings of up to 16 bytes are copied in one piece of 16, whose surplus the next string overwrites. The
//  front of the previous string is kept in a register, so that a shared prefix is not read back from memory that was
//  just written.

import Columns

extension ValueDecoder {
    /// Bytes that copying may write past the last string.
    private static let slack = 32

    /// What the first pass found out about a page.
    private enum Plan {
        /// Length, bytes, length, bytes, …
        case plain(UnsafePointer<UInt8>)
        /// All bytes; the lengths are in `Lengths.suffixes`.
        case deltaLength(UnsafePointer<UInt8>)
        /// All suffixes; prefix and suffix lengths are in `Lengths`, and how many bytes of suffixes there are.
        case delta(UnsafePointer<UInt8>, byteCount: Int)
        /// The indexes are in `Lengths.codes`.
        case dictionary
    }

    /// Lengths and indexes of all values of the chunk.
    private struct Lengths {
        var prefixes: UnsafeMutablePointer<Int64>
        var suffixes: UnsafeMutablePointer<Int64>
        var codes: UnsafeMutablePointer<UInt32>
    }

    private struct Entry {
        /// The first 16 bytes.
        var head: UInt128
        var start: UnsafePointer<UInt8>
        var length: Int
    }

    func strings(_ validity: Validity?) throws(ParquetError) -> StringColumn {
        let usesLengths = pages.contains { $0.encoding == .deltaByteArray || $0.encoding == .deltaLengthByteArray }
        let usesPrefixes = pages.contains { $0.encoding == .deltaByteArray }
        let lengths = Lengths(
            prefixes: .allocate(capacity: usesPrefixes ? presentCount + 1 : 1),
            suffixes: .allocate(capacity: usesLengths ? presentCount + 1 : 1),
            codes: .allocate(capacity: presentCount + 1))
        defer {
            lengths.prefixes.deallocate()
            lengths.suffixes.deallocate()
            lengths.codes.deallocate()
        }
        let entries = try dictionaryEntries()
        var plans: [Plan] = []
        var total = 0
        for page in pages {
            do throws(ParquetError) {
                plans.append(try plan(page, lengths, entries, &total))
                guard total <= byteLimit else {
                    throw ParquetError(.tooLarge, "decoding a data page", "over \(byteLimit) bytes of strings")
                }
            } catch {
                throw error.located(page: page.number)
            }
        }
        return StringColumn(rowCount: rowCount, byteCapacity: total + Self.slack) { bytes, offsets in
            offsets[0] = 0
            var out = bytes
            for (page, plan) in zip(pages, plans) {
                out = copy(page.values, plan, lengths, entries, out, bytes, offsets)
            }
            if let validity { spread(validity, offsets) }
            return out - bytes
        }
    }

    /// From offsets of the values to offsets of the rows, null ones being empty.
    private func spread(_ validity: Validity, _ offsets: UnsafeMutablePointer<Int>) {
        var value = presentCount
        for row in stride(from: rowCount - 1, through: 0, by: -1) {
            offsets[row + 1] = offsets[value]
            if validity[row] { value -= 1 }
        }
    }

    // MARK: First pass

    private func dictionaryEntries() throws(ParquetError) -> [Entry] {
        guard let dictionary, dictionary.count > 0 else { return [] }
        let bytes = dictionary.bytes
        guard bytes.count / 4 >= dictionary.count, let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        else { throw damaged("a dictionary of \(dictionary.count) strings in \(bytes.count) bytes") }
        var entries: [Entry] = []
        entries.reserveCapacity(dictionary.count)
        var position = 0
        for _ in 0..<dictionary.count {
            guard let length = Self.plainLength(bytes, position) else {
                throw damaged("a dictionary that is cut short")
            }
            // `plainLength` has found that many bytes.
            let start = base + position + 4
            var head: UInt128 = 0
            for index in 0..<min(length, 16) { head |= UInt128(start[index]) << UInt128(8 * index) }
            entries.append(Entry(head: head, start: start, length: length))
            position += 4 + length
        }
        return entries
    }

    /// The length of the PLAIN string at `position`, if all of it is there.
    @inline(__always) private static func plainLength(_ bytes: UnsafeRawBufferPointer, _ position: Int) -> Int? {
        // The four bytes that are loaded.
        guard bytes.count - position >= 4 else { return nil }
        let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
        return length <= bytes.count - position - 4 ? length : nil
    }

    /// Reads a page's lengths and adds their sum to `total`.
    private func plan(
        _ page: DataPage, _ lengths: Lengths, _ entries: [Entry], _ total: inout Int
    ) throws(ParquetError) -> Plan {
        let count = page.values.count
        let first = page.values.lowerBound
        // A page without values may have no bytes; nothing is read through the pointer then.
        let empty = UnsafePointer<UInt8>(bitPattern: 1)!
        let base = page.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? empty
        // Writers differ on what a page of nulls alone contains.
        if count == 0 { return .plain(base) }
        switch page.encoding {
        case .plain:
            var position = 0
            for _ in 0..<count {
                guard let length = Self.plainLength(page.bytes, position) else {
                    throw damaged("strings are cut short")
                }
                position += 4 + length
            }
            total += position - 4 * count
            return .plain(base)
        case .deltaLengthByteArray:
            let suffixes = lengths.suffixes + first
            let start = try DeltaBinaryPacked.decode(page.bytes, count: count, into: suffixes)
            total += try Self.sum(suffixes, count, limit: page.bytes.count - start, damaged)
            return .deltaLength(base + start)
        case .deltaByteArray:
            let (prefixes, suffixes) = (lengths.prefixes + first, lengths.suffixes + first)
            var start = try DeltaBinaryPacked.decode(page.bytes, count: count, into: prefixes)
            let rest = UnsafeRawBufferPointer(rebasing: page.bytes[start...])
            start += try DeltaBinaryPacked.decode(rest, count: count, into: suffixes)
            let suffixBytes = try Self.sum(suffixes, count, limit: page.bytes.count - start, damaged)
            // Prefixes are no longer than the string before; negative numbers show in the sign bit.
            var signs: Int64 = 0
            var previous: Int64 = 0
            var sum = 0
            for index in 0..<count {
                let prefix = prefixes[index]
                signs |= prefix | (previous &- prefix)
                previous = prefix &+ suffixes[index]
                sum &+= Int(previous)
            }
            guard signs >= 0 else { throw damaged("a prefix longer than the string before") }
            total += sum
            return .delta(base + start, byteCount: suffixBytes)
        default:
            guard dictionary != nil else { throw damaged("the chunk has no dictionary") }
            let codes = lengths.codes + first
            try self.codes(page, entryCount: entries.count, into: codes)
            entries.withUnsafeBufferPointer { entries in
                // `codes` are below the number of entries, as in `copy`.
                for index in 0..<count { total &+= entries[Int(codes[index])].length }
            }
            return .dictionary
        }
    }

    /// The sum of lengths that are not negative and together at most `limit`.
    private static func sum(
        _ lengths: UnsafePointer<Int64>, _ count: Int, limit: Int, _ damaged: (String) -> ParquetError
    ) throws(ParquetError) -> Int {
        // Each is at most 2^31, as a page is, and so are at most 2^24 rows: the sum cannot wrap unless a sign shows.
        var signs: Int64 = 0
        var sum: Int64 = 0
        for index in 0..<count {
            signs |= lengths[index] | (Int64(limit) &- lengths[index])
            sum &+= lengths[index]
        }
        guard signs >= 0, sum <= Int64(limit) else { throw damaged("strings longer than the page") }
        return Int(sum)
    }

    // MARK: Second pass

    /// Copies a page's strings and returns where the next byte goes.
    ///
    /// The first pass has read all lengths from these pages, and each string was found there. `bytes` has room for their
    /// sum and `slack`, which is more than the 16 bytes that a short string is copied in.
    private func copy(
        _ values: Range<Int>, _ plan: Plan, _ lengths: Lengths, _ entries: [Entry],
        _ start: UnsafeMutablePointer<UInt8>, _ bytes: UnsafeMutablePointer<UInt8>,
        _ allOffsets: UnsafeMutablePointer<Int>
    ) -> UnsafeMutablePointer<UInt8> {
        let count = values.count
        let first = values.lowerBound
        let offsets = allOffsets + first + 1
        var out = start
        var offset = start - bytes
        switch plan {
        case .plain(var source):
            for index in 0..<count {
                let length = Int(load32(source))
                out.update(from: source + 4, count: length)
                source += 4 + length
                out += length
                offset += length
                offsets[index] = offset
            }
        case .deltaLength(let source):
            let suffixes = lengths.suffixes + first
            for index in 0..<count {
                offset += Int(suffixes[index])
                offsets[index] = offset
            }
            out.update(from: source, count: bytes + offset - out)
            out = bytes + offset
        case .delta(let source, let byteCount):
            out = copyDelta(
                source, byteCount, count, lengths.prefixes + first, lengths.suffixes + first, out, offsets, offset)
        case .dictionary:
            let codes = lengths.codes + first
            entries.withUnsafeBufferPointer { entries in
                for index in 0..<count {
                    let entry = entries.baseAddress! + Int(codes[index])
                    let length = entry.pointee.length
                    if length <= 16 {
                        store128(entry.pointee.head, out)
                    } else {
                        out.update(from: entry.pointee.start, count: length)
                    }
                    out += length
                    offset += length
                    offsets[index] = offset
                }
            }
        }
        return out
    }

    @inline(__always) private func copyDelta(
        _ suffixBytes: UnsafePointer<UInt8>, _ byteCount: Int, _ count: Int, _ prefixes: UnsafePointer<Int64>,
        _ suffixes: UnsafePointer<Int64>, _ start: UnsafeMutablePointer<UInt8>, _ offsets: UnsafeMutablePointer<Int>,
        _ startOffset: Int
    ) -> UnsafeMutablePointer<UInt8> {
        var source = suffixBytes
        var left = byteCount
        var out = start
        var offset = startOffset
        /// The first 16 bytes of the string before, and whatever follows it when it is shorter.
        var previous: UInt128 = 0
        var previousStart = start
        for index in 0..<count {
            let prefix = Int(prefixes[index])
            let suffix = Int(suffixes[index])
            let length = prefix + suffix
            if length <= 16, left >= 16 {
                // 16 bytes of suffixes are left.
                let kept = prefix == 16 ? ~0 : (1 as UInt128) &<< UInt128(8 * prefix) &- 1
                let added = prefix == 16 ? 0 : load128(source) &<< UInt128(8 * prefix)
                previous = (previous & kept) | added
                store128(previous, out)
            } else {
                // A prefix is no longer than the string before; a load of 16 bytes ends within the slack.
                out.update(from: previousStart, count: prefix)
                (out + prefix).update(from: source, count: suffix)
                previous = load128(out)
            }
            source += suffix
            left -= suffix
            previousStart = out
            out += length
            offset += length
            offsets[index] = offset
        }
        return out
    }
}
