//  What a file says about a column of a row group without reading it: nulls, and bounds of its values.
//
//  Integers are compared by value, strings by their bytes (parquet.thrift, ColumnOrder TYPE_ORDER, UTF8). Bounds may be
//  wider than the values: a long string is cut. A cut minimum is a prefix, which is never greater; a cut maximum is a
//  prefix whose last character is replaced by the next one, "Blart Versenwald III" → "C", so that it is never less.
//
//  Of doubles the format says that NaN is never a bound, and that a bound of zero is −0 below and +0 above, since rows may
//  have either. A chunk with a NaN has no bounds at all here: to some programs NaN is greater than every number, and they
//  would pass over rows that they are looking for.

/// A bound of a column's values.
package enum ColumnBound: Sendable, Hashable {
    /// Integers, timestamps, and decimals of 10 to 18 digits.
    case int64(Int64)
    /// UTF-8.
    case utf8([UInt8])
    case boolean(Bool)
    /// Dates, and decimals of up to 9 digits.
    case int32(Int32)
    /// Decimals of more than 18 digits.
    case int128(Int128)
    case double(Double)

    /// The integer, for those that are one.
    var integer: Int128? {
        switch self {
        case .int32(let value): Int128(value)
        case .int64(let value): Int128(value)
        case .int128(let value): value
        case .utf8, .boolean, .double: nil
        }
    }

    /// The bound in PLAIN encoding; strings and decimals in bytes without a length.
    var plain: [UInt8] {
        switch self {
        case .int64(let value): (0..<8).map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) }
        case .utf8(let bytes): bytes
        case .boolean(let value): [value ? 1 : 0]
        case .int32(let value): (0..<4).map { UInt8(truncatingIfNeeded: value >> Int32(8 * $0)) }
        case .int128(let value): (0..<16).map { UInt8(truncatingIfNeeded: value >> Int128(8 * (15 - $0))) }
        case .double(let value): ColumnBound.int64(Int64(bitPattern: value.bitPattern)).plain
        }
    }

    /// The bound that these bytes are for a column of the type; nil when they are none.
    init?(plain bytes: [UInt8], _ type: ColumnType) {
        func littleEndian(_ count: Int) -> UInt64? {
            bytes.count == count ? bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } : nil
        }
        let bound: ColumnBound? =
            switch type.storage {
            case .bytes: .utf8(bytes)
            case .int64: littleEndian(8).map { .int64(Int64(bitPattern: $0)) }
            case .int32: littleEndian(4).map { .int32(Int32(truncatingIfNeeded: $0)) }
            case .double: littleEndian(8).map { .double(Double(bitPattern: $0)) }
            case .bits: bytes == [0] || bytes == [1] ? .boolean(bytes == [1]) : nil
            case .int128:
                bytes.count == 16
                    ? .int128(Int128(truncatingIfNeeded: bytes.reduce(0 as UInt128) { $0 << 8 | UInt128($1) })) : nil
            }
        guard let bound else { return nil }
        self = bound
    }
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

    /// Bounds of doubles; none when there is no value or a NaN.
    static func bounds(_ values: UnsafeBufferPointer<Double>) -> ColumnStatistics {
        var (least, greatest) = (Double.infinity, -Double.infinity)
        var isNumber = true
        for value in values {
            isNumber = isNumber && value == value
            least = value < least ? value : least
            greatest = value > greatest ? value : greatest
        }
        guard isNumber, values.count > 0 else { return ColumnStatistics() }
        // Zeros of either sign are equal, and the one that is written need not be among the values.
        return ColumnStatistics(
            minimum: .double(least == 0 ? -0.0 : least), maximum: .double(greatest == 0 ? 0.0 : greatest),
            isMinimumExact: least != 0, isMaximumExact: greatest != 0)
    }

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
