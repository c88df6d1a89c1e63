//  What a file says about a column of a row group without reading it: nulls, and bounds of its values.
//
//  Integers are compared by value, strings by their bytes (parquet.thrift, ColumnOrder TYPE_ORDER, UTF8). Bounds may be
//  wider than the values: a long string is cut. A cut minimum is a prefix, which is never greater; a cut maximum is a
//  prefix whose last character is replaced by the next one, "Blart Versenwald III" → "C", so that it is never less.

/// A bound of a column's values.
package enum ColumnBound: Sendable, Hashable {
    case int64(Int64)
    /// UTF-8.
    case utf8([UInt8])
}

package struct ColumnStatistics: Sendable, Hashable {
    /// How many rows have no value; nil when the file does not say.
    package var nullCount: Int?
    /// Not greater than any value; nil when there is no value or the file does not say.
    package var minimum: ColumnBound?
    /// Not less than any value.
    package var maximum: ColumnBound?
    /// Whether `minimum` is known to be a value of the column.
    package var isMinimumExact = false
    package var isMaximumExact = false
}

enum StatisticsBounds {
    /// Strings up to this length stand in full; enough for keys, little enough for a footer.
    static let longestBound = 64

    /// A bound not greater than `value`, and whether it is the value itself.
    static func minimum(_ value: UnsafeRawBufferPointer) -> (bound: [UInt8], isExact: Bool) {
        if value.count <= longestBound { return ([UInt8](value), true) }
        return ([UInt8](value[0..<characterBoundary(value)]), false)
    }

    /// A bound not less than `value`, and whether it is the value itself; nil when no short one can be made.
    static func maximum(_ value: UnsafeRawBufferPointer) -> (bound: [UInt8], isExact: Bool)? {
        if value.count <= longestBound { return ([UInt8](value), true) }
        let prefix = value[0..<characterBoundary(value)]
        guard let text = String(validating: prefix, as: UTF8.self) else { return nil }
        var scalars = Array(text.unicodeScalars)
        while let last = scalars.popLast() {
            // D800 to DFFF are not characters; after 10FFFF there is none, so the one before it must grow.
            let next = last.value == 0xD7FF ? 0xE000 : last.value + 1
            guard let successor = Unicode.Scalar(next) else { continue }
            scalars.append(successor)
            var bound = String.UnicodeScalarView()
            bound.append(contentsOf: scalars)
            return ([UInt8](String(bound).utf8), false)
        }
        return nil
    }

    /// Where the last character begins that ends within the first `longestBound` bytes: a cut there splits none.
    private static func characterBoundary(_ value: UnsafeRawBufferPointer) -> Int {
        var end = longestBound
        while end > 0, value[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }
}
