//  What becomes of rows: one table, a table for each file, or tables in folders that are named by values.

import Tables

/// How rows are divided among tables.
package enum TableDivision: Sendable, Equatable {
    /// One table of all rows.
    case whole
    /// A table for each input, in the order of the inputs; without endings.
    case byFile(names: [String])
    /// A folder for each value of the first field, in it one for each of the second, and so on: `dt=2022-04-01/hour=7`.
    /// The fields are in the names of the folders and not in the tables, as Hive has it.
    case byFields([String])

    var isByFields: Bool { if case .byFields = self { true } else { false } }
}

/// Where tables are put. Used by one thread at a time.
package protocol TableStore: AnyObject {
    /// Begins anew: what was given so far does not count.
    func begin() throws

    /// Begins a table.
    ///
    /// - Parameter name: its place, with folders; unused when there is one table only.
    /// - Returns: what takes its bytes.
    func open(_ name: String) throws -> TableSink

    /// Ends a table that was begun: all its bytes were given.
    func close(_ name: String) throws
}

/// One table that goes to one sink after another, each time from its beginning on.
package final class SinkStore: TableStore {
    private let makeSink: () throws -> TableSink

    package init(_ makeSink: @escaping () throws -> TableSink) { self.makeSink = makeSink }

    package func begin() {}
    package func open(_ name: String) throws -> TableSink { try makeSink() }
    package func close(_ name: String) {}
}

/// A table that was written.
package struct ConvertedTable: Sendable, Equatable {
    /// As the store was told.
    package var name: String
    package var rows: Int
    package var bytes: Int
}

/// Why rows cannot be divided as they should be.
package enum DivisionFailure: Error, CustomStringConvertible, Equatable {
    /// There is no such field; the nearest one.
    case unknownField(String, nearest: String?)
    /// A field of such a type names no folder.
    case unsuitedType(String, type: String)
    case repeatedField(String)
    /// A field in the tables differs from it in the case of letters only.
    case ambiguousField(String, other: String)
    /// Nothing would be left in the tables.
    case allFields
    case tooManyFolders(limit: Int)
    /// A value's folder would have a name longer than file systems allow.
    case longName(field: String, bytes: Int, limit: Int)

    package var description: String {
        switch self {
        case .unknownField(let name, let nearest):
            "--partition-by \(name): there is no such field" + (nearest.map { "; did you mean \($0)?" } ?? "")
        case .unsuitedType(let name, let type): "--partition-by \(name): a field of type \(type) names no folders"
        case .repeatedField(let name): "--partition-by names \(name) twice"
        case .ambiguousField(let name, let other):
            "--partition-by \(name): there is also a field \(other), and many readers of such folders take both for one; "
                + "give one of them another name with --fields"
        case .allFields: "--partition-by names all fields; nothing would be left in the tables"
        case .tooManyFolders(let limit):
            "--partition-by: more than \(limit) folders; partition by fields with fewer values"
        case .longName(let field, let bytes, let limit):
            "--partition-by \(field): a value takes \(bytes) bytes, and the name of a folder has at most \(limit)"
        }
    }
}

extension DivisionFailure {
    /// Whether it shows when values are met.
    package var isOfData: Bool {
        switch self {
        case .tooManyFolders, .longName: true
        default: false
        }
    }
}
