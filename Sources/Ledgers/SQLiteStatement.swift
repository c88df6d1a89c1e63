//  Values going into statements and coming out of rows.

import CSQLite

/// A value that a statement can be given.
package enum SQLiteValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
}

/// What can stand for a `?` of a statement.
package protocol SQLiteBindable {
    var sqliteValue: SQLiteValue { get }
}

extension SQLiteValue: SQLiteBindable { package var sqliteValue: SQLiteValue { self } }
extension Int64: SQLiteBindable { package var sqliteValue: SQLiteValue { .integer(self) } }
extension Int: SQLiteBindable { package var sqliteValue: SQLiteValue { .integer(Int64(self)) } }
extension Bool: SQLiteBindable { package var sqliteValue: SQLiteValue { .integer(self ? 1 : 0) } }
extension String: SQLiteBindable { package var sqliteValue: SQLiteValue { .text(self) } }
extension Optional: SQLiteBindable where Wrapped: SQLiteBindable {
    package var sqliteValue: SQLiteValue { self?.sqliteValue ?? .null }
}

/// The row that a statement stands on. Good only inside the closure it was handed to.
package struct SQLiteRow {
    let statement: OpaquePointer
    /// Of the database, for errors.
    let path: String

    /// - Throws: `.damaged` when the column holds anything but an integer.
    package func integer(_ column: Int32) throws(SQLiteError) -> Int64 {
        guard sqlite3_column_type(statement, column) == SQLITE_INTEGER else { throw unexpected(column, "an integer") }
        return sqlite3_column_int64(statement, column)
    }

    package func optionalInteger(_ column: Int32) throws(SQLiteError) -> Int64? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : try integer(column)
    }

    package func int(_ column: Int32) throws(SQLiteError) -> Int { Int(try integer(column)) }

    package func optionalInt(_ column: Int32) throws(SQLiteError) -> Int? {
        try optionalInteger(column).map { Int($0) }
    }

    /// - Throws: `.damaged` when the column holds anything but text.
    package func text(_ column: Int32) throws(SQLiteError) -> String {
        guard sqlite3_column_type(statement, column) == SQLITE_TEXT, let bytes = sqlite3_column_text(statement, column)
        else { throw unexpected(column, "text") }
        // The length must be asked for after the pointer: fetching the text may convert it.
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    package func optionalText(_ column: Int32) throws(SQLiteError) -> String? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : try text(column)
    }

    /// An error for a value that no version of this program writes.
    package func unexpected(_ column: Int32, _ wanted: String) -> SQLiteError {
        let name = sqlite3_column_name(statement, column).map { String(cString: $0) } ?? "\(column)"
        return SQLiteError(
            damaged: "column \(name) should hold \(wanted)", sql: String(cString: sqlite3_sql(statement)), path: path)
    }
}
