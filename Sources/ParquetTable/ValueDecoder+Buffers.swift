//  Values of every type from raw pages into a `ColumnBuffer`, back to back; `ColumnChunkWriter+Buffers.swift` lists their
//  encodings.

import Columns

extension ValueDecoder {
    /// Appends the values, but not the rows.
    func appendValues(to buffer: ColumnBuffer) throws(ParquetError) {
        switch buffer.values {
        case .strings:
            // Without null rows, which `ColumnBuffer` has no strings for.
            let dense = ValueDecoder(
                pages: pages, dictionary: dictionary, rowCount: presentCount, presentCount: presentCount,
                byteLimit: byteLimit)
            let strings = try dense.strings(nil)
            strings.withUnsafe { buffer.appendStrings($0, $1, strings.count) }
        case .bits(let bits):
            for page in pages {
                do throws(ParquetError) { try booleans(page, bits) } catch { throw error.located(page: page.number) }
            }
        case .int64(let memory): try append(to: memory, load: Int64.init(littleEndian:), delta: { $0 })
        case .int32(let memory):
            try append(to: memory, load: Int32.init(littleEndian:), delta: { Int32(truncatingIfNeeded: $0) })
        case .double(let memory):
            try append(to: memory, load: { (bits: UInt64) in Double(bitPattern: UInt64(littleEndian: bits)) })
        case .int128(let memory): try append(to: memory, load: Int128.init(bigEndian:))
        }
        try checkDecimals(buffer)
    }

    /// Values have no more digits than their type.
    private func checkDecimals(_ buffer: ColumnBuffer) throws(ParquetError) {
        guard let largest = buffer.type.largestDecimal else { return }
        let isWithin =
            switch buffer.values {
            case .int32(let memory): Self.isWithin(memory, Int32(largest))
            case .int64(let memory): Self.isWithin(memory, Int64(largest))
            case .int128(let memory): Self.isWithin(memory, largest)
            default: true
            }
        guard isWithin else { throw damaged("a value with more digits than \(buffer.type) has") }
    }

    private static func isWithin<Value: SignedInteger & FixedWidthInteger>(
        _ memory: GrowingMemory<Value>, _ largest: Value
    ) -> Bool {
        var isWithin = true
        for index in 0..<memory.count {
            isWithin = isWithin && memory.base[index] <= largest && memory.base[index] >= -largest
        }
        return isWithin
    }

    private func booleans(_ page: DataPage, _ bits: BitBuffer) throws(ParquetError) {
        let count = page.values.count
        if count == 0 { return }
        guard page.bytes.count >= (count + 7) / 8, let base = page.bytes.baseAddress else {
            throw damaged("\(count) booleans in \(page.bytes.count) bytes")
        }
        // As many bytes as were just found to be there.
        bits.append(bytes: base.assumingMemoryBound(to: UInt8.self), count: count)
    }

    /// Appends numbers of one size.
    ///
    /// - Parameters:
    ///   - load: makes a value of the bytes of a PLAIN one.
    ///   - delta: makes a value of an integer; nil when there are none of DELTA_BINARY_PACKED.
    @inline(__always) private func append<Value: BitwiseCopyable, Raw: BitwiseCopyable>(
        to memory: GrowingMemory<Value>, load: (Raw) -> Value, delta: ((Int64) -> Value)? = nil
    ) throws(ParquetError) {
        let size = MemoryLayout<Raw>.size
        guard presentCount <= byteLimit / size else {
            throw ParquetError(.tooLarge, "decoding a data page", "over \(byteLimit) bytes of numbers")
        }
        if let dictionary, dictionary.bytes.count / size < dictionary.count {
            throw damaged("a dictionary of \(dictionary.count) numbers in \(dictionary.bytes.count) bytes")
        }
        let start = memory.reserve(presentCount)
        for page in pages {
            do throws(ParquetError) {
                // Pages have their values back to back, together `presentCount`.
                try numbers(page, start + page.values.lowerBound, load, delta)
            } catch {
                throw error.located(page: page.number)
            }
        }
        memory.advance(presentCount)
    }

    @inline(__always) private func numbers<Value: BitwiseCopyable, Raw: BitwiseCopyable>(
        _ page: DataPage, _ out: UnsafeMutablePointer<Value>, _ load: (Raw) -> Value, _ delta: ((Int64) -> Value)?
    ) throws(ParquetError) {
        let count = page.values.count
        if count == 0 { return }
        let size = MemoryLayout<Raw>.size
        switch page.encoding {
        case .plain:
            guard page.bytes.count / size >= count, let source = page.bytes.baseAddress else {
                throw damaged("\(count) numbers in \(page.bytes.count) bytes")
            }
            // As many bytes as the page was just found to have.
            for index in 0..<count {
                out[index] = load(source.loadUnaligned(fromByteOffset: size * index, as: Raw.self))
            }
        case .deltaBinaryPacked:
            guard let delta else { throw damaged("values that have no differences") }
            let integers = UnsafeMutablePointer<Int64>.allocate(capacity: count)
            defer { integers.deallocate() }
            _ = try DeltaBinaryPacked.decode(page.bytes, count: count, into: integers)
            for index in 0..<count { out[index] = delta(integers[index]) }
        default:
            guard let dictionary, let entries = dictionary.bytes.baseAddress else {
                throw damaged("the chunk has no dictionary")
            }
            let codes = UnsafeMutablePointer<UInt32>.allocate(capacity: count)
            defer { codes.deallocate() }
            try self.codes(page, entryCount: dictionary.count, into: codes)
            // Codes are below `dictionary.count`, and the dictionary has `size` bytes for each.
            for index in 0..<count {
                out[index] = load(entries.loadUnaligned(fromByteOffset: size * Int(codes[index]), as: Raw.self))
            }
        }
    }
}
