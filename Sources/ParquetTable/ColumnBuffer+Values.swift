//  Values on their way into a column and out of it, many at a time.
//
//  A piece has a number of rows and, when some of them are null, a bit for each row, the first one lowest in the first
//  word; its values are those of the rows that have one. Nothing is kept of what is passed in.

import Columns

extension ColumnBuffer {
    /// Which rows of a piece have a value: a bit a row, in words; nil when all have.
    package typealias ValidityWords = UnsafePointer<UInt64>

    /// Appends dates, or decimals of up to 9 digits.
    ///
    /// - Precondition: so is the column; there is a value for each row that has one.
    package func append(int32s source: UnsafePointer<Int32>, rows: Int, validity: ValidityWords? = nil) {
        guard case .int32(let memory) = values else { wrongType("integers of 32 bits") }
        memory.append(source, count: appendRows(rows, validity))
    }

    /// Appends integers, timestamps, or decimals of 10 to 18 digits.
    ///
    /// - Precondition: so is the column; there is a value for each row that has one.
    package func append(int64s source: UnsafePointer<Int64>, rows: Int, validity: ValidityWords? = nil) {
        guard case .int64(let memory) = values else { wrongType("integers of 64 bits") }
        memory.append(source, count: appendRows(rows, validity))
    }

    /// Appends decimals of 19 digits and more.
    ///
    /// - Precondition: so is the column; there is a value for each row that has one, none with more digits than the type.
    package func append(int128s source: UnsafePointer<Int128>, rows: Int, validity: ValidityWords? = nil) {
        guard case .int128(let memory) = values else { wrongType("integers of 128 bits") }
        memory.append(source, count: appendRows(rows, validity))
    }

    /// Appends doubles.
    ///
    /// - Precondition: so is the column; there is a value for each row that has one.
    package func append(doubles source: UnsafePointer<Double>, rows: Int, validity: ValidityWords? = nil) {
        guard case .double(let memory) = values else { wrongType("doubles") }
        memory.append(source, count: appendRows(rows, validity))
    }

    /// Appends booleans.
    ///
    /// - Precondition: so is the column; there is a value for each row that has one.
    package func append(booleans source: UnsafePointer<Bool>, rows: Int, validity: ValidityWords? = nil) {
        guard case .bits(let bits) = values else { wrongType("booleans") }
        bits.append(source, count: appendRows(rows, validity))
    }

    /// Appends decimals of any number of digits.
    ///
    /// - Precondition: the column has decimals; there is a value for each row that has one.
    /// - Throws: `ParquetError` of kind `.invalidTable` for a value with more digits than the column's type has; none of
    ///   the rows is appended then.
    package func append(
        decimals source: UnsafePointer<Int128>, rows: Int, validity: ValidityWords? = nil
    ) throws(ParquetError) {
        guard let largest = type.largestDecimal else { wrongType("decimals") }
        let count = validity.map { Bits.ones($0, 0..<rows) } ?? rows
        for index in 0..<count where source[index] > largest || source[index] < -largest {
            throw ParquetError(.invalidTable, "collecting a column", "\(source[index]) for a column of type \(type)")
        }
        _ = appendRows(rows, validity)
        switch values {
        case .int32(let memory):
            let out = memory.reserve(count)
            for index in 0..<count { out[index] = Int32(truncatingIfNeeded: source[index]) }
            memory.advance(count)
        case .int64(let memory):
            let out = memory.reserve(count)
            for index in 0..<count { out[index] = Int64(truncatingIfNeeded: source[index]) }
            memory.advance(count)
        case .int128(let memory): memory.append(source, count: count)
        default: wrongType("decimals")
        }
    }

    /// Appends strings that lie back to back: string i is the bytes from `offsets[i]` to `offsets[i + 1]`.
    ///
    /// - Precondition: the column has strings; the offsets ascend, one more than there are rows with a value.
    package func append(
        strings bytes: UnsafePointer<UInt8>, offsets: UnsafePointer<Int>, rows: Int, validity: ValidityWords? = nil
    ) {
        guard case .strings = values else { wrongType("strings") }
        appendStrings(bytes, offsets, appendRows(rows, validity))
    }

    /// Appends strings that lie anywhere.
    ///
    /// - Precondition: the column has strings; there is one for each row that has a value.
    package func append(
        slices: UnsafePointer<UnsafeRawBufferPointer>, rows: Int, validity: ValidityWords? = nil
    ) {
        append(slices, appendRows(rows, validity)) { slice, out in
            if let source = slice.baseAddress {
                UnsafeMutableRawPointer(out).copyMemory(from: source, byteCount: slice.count)
            }
        }
    }

    /// Appends strings that lie anywhere, of which 16 bytes can be read, however short they are: whole words are copied.
    ///
    /// - Precondition: the column has strings; there is one for each row that has a value, at an address.
    package func append(
        paddedSlices slices: UnsafePointer<UnsafeRawBufferPointer>, rows: Int, validity: ValidityWords? = nil
    ) {
        append(slices, appendRows(rows, validity)) { slice, out in
            // What is copied beyond a string's end is within the slack at the latest, and overwritten by the next string.
            copyPadded(slice.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self), slice.count, out)
        }
    }

    /// Appends strings whose rows are there already.
    @inline(__always)
    private func append(
        _ slices: UnsafePointer<UnsafeRawBufferPointer>, _ count: Int,
        copy: (UnsafeRawBufferPointer, UnsafeMutablePointer<UInt8>) -> Void
    ) {
        guard case .strings(let bytes, let offsets) = values else { wrongType("strings") }
        var size = 0
        for index in 0..<count { size += slices[index].count }
        var out = bytes.reserve(size)
        let ends = offsets.reserve(count)
        var end = bytes.count
        for index in 0..<count {
            let slice = slices[index]
            copy(slice, out)
            out += slice.count
            end += slice.count
            ends[index] = end
        }
        bytes.advance(size)
        offsets.advance(count)
    }

    // MARK: Out of it

    /// The values of dates, and of decimals of up to 9 digits; good until the buffer changes or is gone.
    package var int32s: UnsafeBufferPointer<Int32> {
        guard case .int32(let memory) = values else { wrongType("a request for integers of 32 bits") }
        return UnsafeBufferPointer(start: memory.base, count: memory.count)
    }

    /// The values of integers, timestamps, and decimals of 10 to 18 digits; good until the buffer changes or is gone.
    package var int64s: UnsafeBufferPointer<Int64> {
        guard case .int64(let memory) = values else { wrongType("a request for integers of 64 bits") }
        return UnsafeBufferPointer(start: memory.base, count: memory.count)
    }

    /// The values of doubles; good until the buffer changes or is gone.
    package var doubles: UnsafeBufferPointer<Double> {
        guard case .double(let memory) = values else { wrongType("a request for doubles") }
        return UnsafeBufferPointer(start: memory.base, count: memory.count)
    }

    /// The decimal that value `index` is, for a column of decimals of any number of digits.
    package func decimal(_ index: Int) -> Int128 {
        precondition(index >= 0 && index < valueCount, "value \(index) of \(valueCount)")
        return switch values {
        case .int32(let memory): Int128(memory.base[index])
        case .int64(let memory): Int128(memory.base[index])
        case .int128(let memory): memory.base[index]
        default: wrongType("a request for decimals")
        }
    }

    /// The boolean that value `index` is.
    package func boolean(_ index: Int) -> Bool {
        guard case .bits(let bits) = values else { wrongType("a request for booleans") }
        return bits[index]
    }

    /// The bytes of string `index`; good until the buffer changes or is gone.
    package func string(_ index: Int) -> UnsafeRawBufferPointer {
        precondition(index >= 0 && index < valueCount, "value \(index) of \(valueCount)")
        return stringRows.row(index)
    }

    /// The strings, lent; good until the buffer changes or is gone.
    var stringRows: StringRows {
        guard case .strings(let bytes, let offsets) = values else { wrongType("a request for strings") }
        return StringRows(
            bytes: UnsafePointer(bytes.base), offsets: UnsafePointer(offsets.base), count: offsets.count - 1)
    }
}
