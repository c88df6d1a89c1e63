//  What a flat table looks like: named columns of two types, each with or without nulls.

/// What a column holds.
package enum ColumnType: Sendable, Hashable {
    /// Signed 64-bit integers; Parquet INT64.
    case int64
    /// UTF-8 text; Parquet BYTE_ARRAY with the STRING annotation. The bytes are taken and given as they are.
    case utf8
}

/// How the writer lays a column's values out in data pages.
package enum ColumnEncoding: Sendable, Hashable, CaseIterable {
    /// What the values of each row group call for; see `EncodingChoice`.
    case automatic
    /// PLAIN.
    case plain
    /// RLE_DICTIONARY with a PLAIN dictionary page.
    case dictionary
    /// DELTA_BINARY_PACKED; integers only.
    case deltaBinaryPacked
    /// DELTA_LENGTH_BYTE_ARRAY; strings only.
    case deltaLengthByteArray
    /// DELTA_BYTE_ARRAY; strings only.
    case deltaByteArray

    /// Whether the format allows this encoding for the type.
    package func suits(_ type: ColumnType) -> Bool {
        switch self {
        case .automatic, .plain, .dictionary: true
        case .deltaBinaryPacked: type == .int64
        case .deltaLengthByteArray, .deltaByteArray: type == .utf8
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
