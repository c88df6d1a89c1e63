//  What a flat table looks like: named columns of several types, each with or without nulls.
//
//      type                        Parquet                                             in memory
//      int64                       INT64                                               Int64
//      utf8                        BYTE_ARRAY, STRING                                  bytes
//      boolean                     BOOLEAN                                             a bit
//      double                      DOUBLE                                              Double
//      date                        INT32, DATE                                         Int32
//      timestamp                   INT64, TIMESTAMP(MICROS, not adjusted to UTC)       Int64
//      decimal, 1 to 9 digits      INT32, DECIMAL                                      Int32
//      decimal, 10 to 18 digits    INT64, DECIMAL                                      Int64
//      decimal, 19 to 38 digits    FIXED_LEN_BYTE_ARRAY(16), DECIMAL                   Int128
//
//  JSON texts have the type utf8. Of the readers that count here, pyarrow, DuckDB and Spark know the annotation JSON, but
//  Polars takes it for binary; a string is a string everywhere, and each of them can parse it.

/// What a column holds.
package enum ColumnType: Sendable, Hashable {
    /// Signed 64-bit integers.
    case int64
    /// UTF-8 text. The bytes are taken and given as they are.
    case utf8
    case boolean
    case double
    /// Days since 1 January 1970.
    case date
    /// Microseconds since 1 January 1970, 00:00, without a time zone.
    case timestamp
    /// Whole multiples of 10^−scale with at most so many digits: 12.34 with scale 2 is the integer 1234.
    case decimal(precision: Int, scale: Int)
}

extension ColumnType {
    /// Digits that fit in 16 bytes, whatever they are.
    package static let largestPrecision = 38

    /// How values are kept in memory and in PLAIN pages.
    enum Storage {
        /// One bit a value.
        case bits
        /// Four, eight and sixteen bytes a value.
        case int32, int64, int128
        case double
        /// Strings of any length.
        case bytes
    }

    var storage: Storage {
        switch self {
        case .int64, .timestamp: .int64
        case .utf8: .bytes
        case .boolean: .bits
        case .double: .double
        case .date: .int32
        case .decimal(let precision, _): precision <= 9 ? .int32 : precision <= 18 ? .int64 : .int128
        }
    }

    /// Whether the format has such a type: decimals have 1 to 38 digits, of which `scale` are behind the point.
    package var isValid: Bool {
        guard case .decimal(let precision, let scale) = self else { return true }
        return precision >= 1 && precision <= Self.largestPrecision && scale >= 0 && scale <= precision
    }

    /// The greatest integer that a decimal of this type may be, 10^precision − 1; nil for other types.
    var largestDecimal: Int128? {
        guard case .decimal(let precision, _) = self else { return nil }
        return (0..<precision).reduce(1 as Int128) { power, _ in power * 10 } - 1
    }
}

/// How the writer lays a column's values out in data pages.
package enum ColumnEncoding: Sendable, Hashable, CaseIterable {
    /// What the values of each row group call for; see `EncodingChoice`.
    case automatic
    /// PLAIN.
    case plain
    /// RLE_DICTIONARY with a PLAIN dictionary page; not for booleans.
    case dictionary
    /// DELTA_BINARY_PACKED; integers, dates, timestamps, and decimals of up to 18 digits.
    case deltaBinaryPacked
    /// DELTA_LENGTH_BYTE_ARRAY; strings only.
    case deltaLengthByteArray
    /// DELTA_BYTE_ARRAY; strings only.
    case deltaByteArray

    /// Whether the format allows this encoding for the type.
    package func suits(_ type: ColumnType) -> Bool {
        switch self {
        case .automatic, .plain: true
        case .dictionary: type.storage != .bits
        case .deltaBinaryPacked: type.storage == .int32 || type.storage == .int64
        case .deltaLengthByteArray, .deltaByteArray: type.storage == .bytes
        }
    }
}

package struct ColumnSchema: Sendable, Hashable {
    package var name: String
    package var type: ColumnType
    /// Whether rows may lack a value; Parquet OPTIONAL, else REQUIRED.
    package var isNullable: Bool
    /// For the writer; a reader says `.automatic`.
    package var encoding: ColumnEncoding

    package init(
        _ name: String, _ type: ColumnType, isNullable: Bool = false, encoding: ColumnEncoding = .automatic
    ) {
        self.name = name
        self.type = type
        self.isNullable = isNullable
        self.encoding = encoding
    }
}

package struct TableSchema: Sendable, Hashable {
    package var columns: [ColumnSchema]

    package init(columns: [ColumnSchema]) { self.columns = columns }

    /// Where the column of this name stands, if there is one; the first of several.
    package func index(of name: String) -> Int? { columns.firstIndex { $0.name == name } }
}
