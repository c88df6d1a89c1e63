//  What can go wrong with a table file, said so that a person can act on it.

/// Why a Parquet file was refused, or why a table cannot be written as one.
package struct ParquetError: Error, Sendable, Hashable {
    /// What kind of trouble it is, for callers that act on it.
    package enum Kind: Sendable, Hashable {
        /// The bytes contradict the format, a checksum or each other.
        case damaged
        /// The file is, as far as read, well formed, but uses something that this reader does not know.
        case unsupported
        /// A size in the file is beyond the limits that the caller set.
        case tooLarge
        /// The table handed to the writer cannot be a file of its schema.
        case invalidTable
    }

    package var kind: Kind
    /// What was being done: "reading the footer", "decoding a data page".
    package var activity: String
    /// What is wrong.
    package var reason: String
    /// Where in the file, in bytes from its start, as closely as known. In compressed pages: where the page begins.
    package var offset: Int?
    /// Which row group, counted from 0.
    package var rowGroup: Int?
    /// Which column, by name.
    package var column: String?
    /// Which page of the column in its row group, counted from 0, a dictionary page included.
    package var page: Int?

    package init(
        _ kind: Kind, _ activity: String, _ reason: String, offset: Int? = nil, rowGroup: Int? = nil,
        column: String? = nil, page: Int? = nil
    ) {
        self.kind = kind
        self.activity = activity
        self.reason = reason
        self.offset = offset
        self.rowGroup = rowGroup
        self.column = column
        self.page = page
    }

    /// The same error with what the caller knows about where it was; what is already known stays.
    func located(rowGroup: Int? = nil, column: String? = nil, page: Int? = nil, offset: Int? = nil) -> ParquetError {
        var error = self
        error.rowGroup = error.rowGroup ?? rowGroup
        error.column = error.column ?? column
        error.page = error.page ?? page
        error.offset = error.offset ?? offset
        return error
    }
}

extension ParquetError: CustomStringConvertible {
    package var description: String {
        let verdict =
            switch kind {
            case .damaged: "damaged Parquet file"
            case .unsupported: "unsupported Parquet feature"
            case .tooLarge: "Parquet file beyond the limits"
            case .invalidTable: "table cannot be written as Parquet"
            }
        var places: [String] = []
        if let rowGroup { places.append("row group \(rowGroup)") }
        if let column { places.append("column \(column)") }
        if let page { places.append("page \(page)") }
        if let offset { places.append("byte \(offset)") }
        let place = places.isEmpty ? "" : " (\(places.joined(separator: ", ")))"
        return "\(verdict): \(activity)\(place): \(reason)"
    }
}
