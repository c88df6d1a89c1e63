//  Which column of a file each field of a schema is read from.
//
//      header   id;"name";note          schema   name, id        columns   1, 0
//
//  The delimiter is the one under which the most fields of the schema are found; of several, the one that makes the most
//  columns; then the first of comma, semicolon, tab and vertical bar. A header under which quotes do not fit is none.
//
//  A field is looked for by the names of its path, joined by points as other programs write nested fields: `_source.User`.
//  Names are compared byte for byte.

import Records

/// The columns of one file.
package struct CSVHeader: Sendable, Hashable {
    /// The names of all columns, in their order.
    package let columns: [String]
    package let delimiter: UInt8
    /// For each field of the schema its column; nil where the file has none.
    package let columnOfField: [Int?]

    /// - Throws: `CSVError` when a required field has no column, or a field has two.
    package init(_ columns: [String], delimiter: UInt8, schema: RowSchema) throws(CSVError) {
        self.columns = columns
        self.delimiter = delimiter
        let places = Self.places(columns)
        var found: [Int?] = []
        for field in schema.fields {
            let column = try Self.column(of: field, places, columns)
            if column == nil && field.isRequired {
                throw .missingColumn(Self.name(field.path.alternatives[0]), columns: columns)
            }
            found.append(column)
        }
        columnOfField = found
    }

    private static func places(_ columns: [String]) -> [ByteOrdered: [Int]] {
        Dictionary(grouping: columns.indices) { ByteOrdered(columns[$0]) }
    }

    private static func name(_ path: [String]) -> String { path.joined(separator: ".") }

    private static func column(
        of field: RowField, _ places: [ByteOrdered: [Int]], _ columns: [String]
    ) throws(CSVError) -> Int? {
        for path in field.path.alternatives {
            guard let found = places[ByteOrdered(name(path))] else { continue }
            if found.count > 1 { throw .duplicateColumn(columns[found[0]]) }
            return found[0]
        }
        return nil
    }

    /// How many fields of a schema have a column among these.
    static func matches(_ columns: [String], _ schema: RowSchema) -> Int {
        let places = places(columns)
        return schema.fields.count { field in
            field.path.alternatives.contains { places[ByteOrdered(name($0))] != nil }
        }
    }

    /// The columns as paths, for what is reported of a file.
    package var fields: FieldPaths {
        var fields = FieldPaths()
        for column in columns {
            let escaped = column.flatMap { $0 == "." || $0 == "\\" ? ["\\", $0] : [$0] }
            let path = String(escaped)
            if path.utf8.count > FieldPaths.longestPath {
                fields.hasMore = true
            } else {
                fields.insert(ByteOrdered(path), .string)
            }
        }
        return fields
    }
}
