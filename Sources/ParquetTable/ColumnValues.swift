//  A column of one row group in memory: the values, and which rows have one.

import Columns

/// One column's rows. Rows that are null hold 0 or "".
package enum ColumnValues: Sendable, Equatable {
    /// `validity` is nil when no row is null.
    case int64([Int64], validity: Validity?)
    /// `validity` is nil when no row is null.
    case utf8(StringColumn, validity: Validity?)

    package static func int64(_ values: [Int64]) -> ColumnValues { .int64(values, validity: nil) }
    package static func utf8(_ values: StringColumn) -> ColumnValues { .utf8(values, validity: nil) }

    /// How many rows there are, null ones included.
    package var count: Int {
        switch self {
        case .int64(let values, _): values.count
        case .utf8(let values, _): values.count
        }
    }

    package var type: ColumnType {
        switch self {
        case .int64: .int64
        case .utf8: .utf8
        }
    }

    package var validity: Validity? {
        switch self {
        case .int64(_, let validity), .utf8(_, let validity): validity
        }
    }

    /// The integers, or nil when this is a column of strings.
    package var int64s: [Int64]? {
        if case .int64(let values, _) = self { values } else { nil }
    }

    /// The strings, or nil when this is a column of integers.
    package var strings: StringColumn? {
        if case .utf8(let values, _) = self { values } else { nil }
    }
}

/// Which rows have a value: one bit a row, set when there is one.
package struct Validity: Sendable, Equatable {
    /// How many rows there are.
    package let count: Int
    /// How many of them have no value.
    package let nullCount: Int
    /// Row i is bit `i % 64` of word `i / 64`; bits past the last row are 0.
    let words: [UInt64]

    package init(_ isPresent: some Collection<Bool>) {
        var words = [UInt64](repeating: 0, count: (isPresent.count + 63) / 64)
        for (row, present) in isPresent.enumerated() where present { words[row / 64] |= 1 << UInt64(row % 64) }
        self.init(words: words, count: isPresent.count)
    }

    /// The rows whose bits are set.
    init(_ present: BitBuffer) {
        self.init(
            words: Array(UnsafeBufferPointer(start: present.words, count: (present.count + 63) / 64)),
            count: present.count)
    }

    /// - Precondition: `words` has a bit for each row and none set past the last.
    init(words: [UInt64], count: Int) {
        precondition(words.count == (count + 63) / 64, "\(words.count) words cannot hold \(count) rows")
        self.words = words
        self.count = count
        nullCount = count - words.reduce(0) { $0 + $1.nonzeroBitCount }
    }

    /// Whether the row has a value.
    package subscript(row: Int) -> Bool {
        precondition(row >= 0 && row < count, "row \(row) of \(count)")
        return words[row / 64] >> UInt64(row % 64) & 1 == 1
    }
}

extension Validity {
    /// How many of the rows have a value.
    func presentCount(_ rows: Range<Int>) -> Int {
        if rows.isEmpty { return 0 }
        let (first, last) = (rows.lowerBound / 64, (rows.upperBound - 1) / 64)
        let fromFirst: UInt64 = ~0 << UInt64(rows.lowerBound % 64)
        let toLast: UInt64 = ~0 >> UInt64(63 - (rows.upperBound - 1) % 64)
        if first == last { return (words[first] & fromFirst & toLast).nonzeroBitCount }
        var count = (words[first] & fromFirst).nonzeroBitCount + (words[last] & toLast).nonzeroBitCount
        for word in first + 1..<last { count += words[word].nonzeroBitCount }
        return count
    }

    /// The values of the rows that have one.
    func compacted(_ values: [Int64]) -> [Int64] {
        if nullCount == 0 { return values }
        return values.indices.filter { self[$0] }.map { values[$0] }
    }

    /// The strings of the rows that have one.
    func compacted(_ values: StringColumn) -> StringColumn {
        if nullCount == 0 { return values }
        return values.withUnsafe { bytes, offsets in
            var present = StringColumn()
            present.reserve(rows: count - nullCount, bytes: offsets[count])
            for row in 0..<count where self[row] {
                let length = offsets[row + 1] - offsets[row]
                present.append(UnsafeBufferPointer(start: bytes + offsets[row], count: length))
            }
            return present
        }
    }
}
