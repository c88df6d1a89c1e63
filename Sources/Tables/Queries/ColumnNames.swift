//  The columns of a table by the names that people use for them: in whatever case, and by other names that they have.

import Records

/// Why a query cannot be answered. The text is for the person who asked.
package struct QueryError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}

/// Looks up columns by name.
package struct ColumnNames: Sendable {
    /// For messages: `the profile report`.
    let table: String
    package let columns: [TableColumn]
    /// Other names, and the column that each means, which the table may lack.
    private let aliases: [(name: String, column: String)]

    package init(_ table: String, _ columns: [TableColumn], aliases: [(name: String, column: String)] = []) {
        self.table = table
        self.columns = columns
        self.aliases = aliases
    }

    /// The position of a column.
    package func index(of name: String) -> Int? {
        if let index = Self.index(of: name, in: columns.map(\.name)) { return index }
        guard let alias = Self.index(of: name, in: aliases.map(\.name)) else { return nil }
        return columns.firstIndex { $0.name == aliases[alias].column }
    }

    /// What to say of a name that no column has.
    func unknown(_ name: String) -> QueryError {
        let names = columns.map(\.name)
        let comma = names.first { $0.contains(",") }.map { "; a name with a comma takes quotes: '\"\($0)\"'" } ?? ""
        return QueryError(
            "\(table) has no column \"\(name)\"; " + Self.meant(name, names + aliases.map(\.name)) + "it has "
                + names.joined(separator: ", ") + comma)
    }

    /// Whether two names are one, in whatever case.
    static func isSame(_ a: String, _ b: String) -> Bool { a.lowercased() == b.lowercased() }

    /// The position of a name, or else of one that differs in case alone.
    package static func index(of name: String, in names: [String]) -> Int? {
        names.firstIndex(of: name) ?? names.firstIndex { isSame($0, name) }
    }

    /// `did you mean Taste? `, or nothing.
    package static func meant(_ name: String, _ names: [String]) -> String {
        nearest(to: name, among: names).map { "did you mean \($0)? " } ?? ""
    }
}
