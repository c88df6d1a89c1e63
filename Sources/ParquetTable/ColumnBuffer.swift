//  A column that is collected in pieces, or was read: the form of columns of every type, with nulls.
//
//      rows       7   null   null   −2   7
//      validity   1    0      0     1    1         a bit a row; not kept as long as every row has a value
//      values     7   −2   7                       those of the rows that have one, back to back
//
//  That is what Parquet's pages contain, so neither writing nor reading moves values about. Strings are bytes and offsets,
//  as in `StringColumn`; booleans are bits. The memory is kept when a buffer is emptied.
//
//  `ColumnValues` is the other form, for columns whose rows are arrays already: a place for every row, also the null ones.

import Columns
import Glibc

/// One column's rows, to be appended to by pieces.
package final class ColumnBuffer {
    enum Values {
        case bits(BitBuffer)
        case int32(GrowingMemory<Int32>)
        case int64(GrowingMemory<Int64>)
        case int128(GrowingMemory<Int128>)
        case double(GrowingMemory<Double>)
        /// All bytes, and where each string begins; one offset more than there are strings.
        case strings(OutputBuffer, offsets: GrowingMemory<Int>)
    }

    package let type: ColumnType
    /// Null ones included.
    package private(set) var rowCount = 0
    /// Rows that have a value.
    package private(set) var valueCount = 0
    let values: Values
    /// As long as the rows once there is a null; unused before.
    private let validity = BitBuffer(capacity: 64)

    /// - Precondition: the format has such a type.
    package init(_ type: ColumnType) {
        precondition(type.isValid, "there are no columns of type \(type)")
        self.type = type
        values =
            switch type.storage {
            case .bits: .bits(BitBuffer())
            case .int32: .int32(GrowingMemory())
            case .int64: .int64(GrowingMemory())
            case .int128: .int128(GrowingMemory())
            case .double: .double(GrowingMemory())
            case .bytes: .strings(OutputBuffer(capacity: 1024), offsets: GrowingMemory())
            }
        if case .strings(_, let offsets) = values { offsets.append(0) }
    }

    package var nullCount: Int { rowCount - valueCount }

    /// What the values take, in bytes: 1 for a boolean, 4 to 16 for a number, 4 and its bytes for a string. Adds up over
    /// pieces, so that the size of a row group does not depend on how its rows came.
    package var byteCount: Int { byteCount(ofValues: 0..<valueCount) }

    private func byteCount(ofValues range: Range<Int>) -> Int {
        switch values {
        case .bits: range.count
        case .int32: 4 * range.count
        case .int64, .double: 8 * range.count
        case .int128: 16 * range.count
        case .strings(_, let offsets):
            4 * range.count + offsets.base[range.upperBound] - offsets.base[range.lowerBound]
        }
    }

    /// What the values of some rows take, in bytes.
    func byteCount(ofRows rows: Range<Int>) -> Int { byteCount(ofValues: valueRange(rows)) }

    /// Which rows have a value; nil when all have.
    var validityWords: UnsafePointer<UInt64>? { nullCount == 0 ? nil : UnsafePointer(validity.words) }

    /// Whether the row has a value.
    package func hasValue(_ row: Int) -> Bool {
        precondition(row >= 0 && row < rowCount, "row \(row) of \(rowCount)")
        return nullCount == 0 || validity[row]
    }

    /// Which values the rows have.
    private func valueRange(_ rows: Range<Int>) -> Range<Int> {
        guard let words = validityWords else { return rows }
        let first = Bits.ones(words, 0..<rows.lowerBound)
        return first..<first + Bits.ones(words, rows)
    }

    /// Forgets all rows, but not the memory that they took.
    package func removeAll() {
        rowCount = 0
        valueCount = 0
        validity.removeAll()
        switch values {
        case .bits(let bits): bits.removeAll()
        case .int32(let memory): memory.removeAll()
        case .int64(let memory): memory.removeAll()
        case .int128(let memory): memory.removeAll()
        case .double(let memory): memory.removeAll()
        case .strings(let bytes, let offsets):
            bytes.removeAll()
            offsets.removeAll()
            offsets.append(0)
        }
    }

    // MARK: Rows without their values

    /// Appends rows and says how many of them have a value; the caller appends those.
    func appendRows(_ rows: Int, _ words: UnsafePointer<UInt64>?, from start: Int = 0) -> Int {
        precondition(rows >= 0, "\(rows) rows")
        let present = words.map { Bits.ones($0, start..<start + rows) } ?? rows
        if present < rows { beginValidity() }
        if present < rows, let words {
            validity.append(words, start..<start + rows)
        } else if nullCount > 0 {
            validity.append(repeating: true, count: rows)
        }
        rowCount += rows
        valueCount += present
        return present
    }

    /// Before the first null: all rows so far have a value.
    private func beginValidity() {
        if nullCount > 0 { return }
        validity.removeAll()
        validity.append(repeating: true, count: rowCount)
    }

    /// Appends rows without a value.
    package func appendNulls(_ rows: Int) {
        precondition(rows >= 0, "\(rows) rows")
        if rows == 0 { return }
        beginValidity()
        validity.append(repeating: false, count: rows)
        rowCount += rows
    }

    /// Appends some rows of another column of this type.
    package func append(_ rows: Range<Int>, of other: ColumnBuffer) {
        append(rows, of: other, valuesBefore: other.valueRange(rows).lowerBound)
    }

    /// Appends some rows of another column of this type; for many short ranges, of which the caller counts the values.
    ///
    /// - Parameter valuesBefore: rows with a value before these ones.
    /// - Returns: how many of the rows have a value.
    @discardableResult
    package func append(_ rows: Range<Int>, of other: ColumnBuffer, valuesBefore: Int) -> Int {
        precondition(other.type == type, "rows of type \(other.type) for a column of type \(type)")
        precondition(rows.lowerBound >= 0 && rows.upperBound <= other.rowCount, "rows \(rows) of \(other.rowCount)")
        let count = appendRows(rows.count, other.validityWords, from: rows.lowerBound)
        let range = valuesBefore..<valuesBefore + count
        precondition(
            valuesBefore >= 0 && range.upperBound <= other.valueCount, "values \(range) of \(other.valueCount)")
        switch (values, other.values) {
        case (.bits(let mine), .bits(let theirs)): mine.append(theirs.words, range)
        case (.int32(let mine), .int32(let theirs)): mine.append(theirs.base + range.lowerBound, count: range.count)
        case (.int64(let mine), .int64(let theirs)): mine.append(theirs.base + range.lowerBound, count: range.count)
        case (.int128(let mine), .int128(let theirs)): mine.append(theirs.base + range.lowerBound, count: range.count)
        case (.double(let mine), .double(let theirs)): mine.append(theirs.base + range.lowerBound, count: range.count)
        case (.strings, .strings(let bytes, let offsets)):
            appendStrings(UnsafePointer(bytes.base), UnsafePointer(offsets.base + range.lowerBound), range.count)
        default: preconditionFailure("two columns of type \(type) that are kept in different forms")
        }
        return count
    }

    /// Appends strings whose rows are there already.
    func appendStrings(_ source: UnsafePointer<UInt8>, _ sourceOffsets: UnsafePointer<Int>, _ count: Int) {
        guard case .strings(let bytes, let offsets) = values else { wrongType("strings") }
        if count == 0 { return }
        let shift = bytes.count - sourceOffsets[0]
        let size = sourceOffsets[count] - sourceOffsets[0]
        bytes.append(UnsafeRawBufferPointer(start: source + sourceOffsets[0], count: size))
        let out = offsets.reserve(count)
        for index in 0..<count { out[index] = sourceOffsets[index + 1] + shift }
        offsets.advance(count)
    }

    func wrongType(_ given: String) -> Never { preconditionFailure("\(given) for a column of type \(type)") }
}

extension ColumnBuffer: Equatable {
    /// Whether both have the same type and rows; doubles are compared by their bits.
    package static func == (left: ColumnBuffer, right: ColumnBuffer) -> Bool {
        guard left.type == right.type, left.rowCount == right.rowCount, left.valueCount == right.valueCount else {
            return false
        }
        if let mine = left.validityWords, let theirs = right.validityWords {
            guard memcmp(mine, theirs, (left.rowCount + 63) / 64 * 8) == 0 else { return false }
        }
        let count = left.valueCount
        func same<Element>(_ mine: GrowingMemory<Element>, _ theirs: GrowingMemory<Element>) -> Bool {
            memcmp(mine.base, theirs.base, count * MemoryLayout<Element>.stride) == 0
        }
        return switch (left.values, right.values) {
        case (.bits(let mine), .bits(let theirs)): memcmp(mine.words, theirs.words, (count + 63) / 64 * 8) == 0
        case (.int32(let mine), .int32(let theirs)): same(mine, theirs)
        case (.int64(let mine), .int64(let theirs)): same(mine, theirs)
        case (.int128(let mine), .int128(let theirs)): same(mine, theirs)
        case (.double(let mine), .double(let theirs)): same(mine, theirs)
        case (.strings(let mine, let offsets), .strings(let theirs, let others)):
            same(offsets, others) && offsets.base[count] == others.base[count]
                && memcmp(mine.base, theirs.base, offsets.base[count]) == 0
        default: false
        }
    }
}
