//  What a fold can name: the columns of a source, and parameters.
//
//      events:  event_time, user_id, value        declared fields
//               day                               from its files' names
//               _file, _row, _date                every source's

import Records

/// A source, as folds see it.
package struct FoldSource: Sendable {
    package let name: String
    package let fields: RowSchema
    /// Columns that come from the names of files.
    package let pathColumns: [String]
    /// All columns, as they are declared.
    package let columns: [String]
    /// By their names in small letters.
    private let declared: [ByteOrdered: String]

    package init(name: String, fields: RowSchema, pathColumns: [String] = []) {
        self.name = name
        self.fields = fields
        self.pathColumns = pathColumns
        columns = fields.fields.map(\.name) + pathColumns + Self.ownColumns
        declared = Dictionary(columns.map { (ByteOrdered($0.asciiLowercased), $0) }) { first, _ in first }
    }

    /// Columns that every source has: the logical name of the file, the number of the record in it, the file's day.
    package static let ownColumns = ["_file", "_row", "_date"]

    /// Columns of which the value depends on the file's name, and not only on its content.
    var nameColumns: [String] { pathColumns + Self.ownColumns }

    /// The column with a name, as it is declared. DuckDB compares names without regard to capital letters of ASCII.
    func column(_ name: String) -> String? { declared[ByteOrdered(name.asciiLowercased)] }
}

/// What the folds of a plan can name.
package struct FoldScope: Sendable {
    package var sources: [FoldSource]
    /// Declared parameters, which `getvariable` reads.
    package var parameters: [String]

    package init(sources: [FoldSource], parameters: [String] = []) {
        self.sources = sources
        self.parameters = parameters
    }

    func source(_ name: String) -> FoldSource? {
        let lower = name.asciiLowercased
        return sources.first { sameBytes($0.name.asciiLowercased, lower) }
    }
}
