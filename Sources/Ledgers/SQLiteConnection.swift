//  A thin layer over SQLite's C interface: one connection, its statements, its transactions.
//
//  Statements are prepared once and kept. While one runs it is taken out of the cache, so that a query may be nested
//  in the loop over another with the same text.

import CSQLite

/// One connection to one database. Not `Sendable`: it belongs to one task at a time.
package final class SQLiteConnection {
    package enum Access: Sendable {
        /// Read and write; the file is made when it is missing.
        case create
        /// Read and write an existing file.
        case write
        /// Read beside a writer. Needs the `-wal` and `-shm` files, or a folder where they can be made.
        case read
        /// The same, with the index of the log in memory: needs no room for `-shm`. The VFS has to be one of
        /// `SQLitePageChecks`. See `hasNoLocks`.
        case readIndexInMemory
        /// Read a file that nobody writes: no locks, no `-wal`, no `-shm`.
        case immutable
    }

    package enum TransactionKind: String, Sendable {
        /// Takes its snapshot with the first read.
        case deferred = "DEFERRED"
        /// Takes the write lock at once, so that it cannot fail half way for want of it.
        case immediate = "IMMEDIATE"
    }

    package let path: String
    private let access: Access
    private let handle: OpaquePointer
    private var idle: [String: OpaquePointer] = [:]

    /// Done once, before the first connection.
    static let setUp: Void = wf_sqlite_set_up()

    /// Opens a database.
    ///
    /// - Parameters:
    ///   - vfs: the name of a registered SQLite VFS; nil for the default one.
    ///   - busyTimeout: milliseconds to wait for another connection's lock.
    package init(path: String, access: Access, vfs: String? = nil, busyTimeout: Int32 = 5000) throws(SQLiteError) {
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var name = path
        switch access {
        case .create: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .write: flags |= SQLITE_OPEN_READWRITE
        case .read: flags |= SQLITE_OPEN_READONLY
        case .readIndexInMemory:
            flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            name = Self.uri(path) + "?\(SQLitePageChecks.indexParameter)=memory"
        case .immutable:
            flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            name = Self.uri(path) + "?immutable=1"
        }
        Self.setUp
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(name, &opened, flags, vfs)
        guard code == SQLITE_OK, let opened else {
            let error = SQLiteError(
                code: code, message: Self.message(opened, code), path: path, systemError: Self.systemError(opened, code)
            )
            sqlite3_close_v2(opened)
            throw error
        }
        self.path = path
        self.access = access
        handle = opened
        sqlite3_busy_timeout(handle, busyTimeout)
        // SQLite falls back to reading when it may not write; a writer must hear of it.
        if access == .create || access == .write, sqlite3_db_readonly(handle, "main") == 1 {
            throw SQLiteError(code: SQLITE_READONLY, message: "the file is not writable", path: path)
        }
    }

    deinit {
        for statement in idle.values { sqlite3_finalize(statement) }
        let code = sqlite3_close_v2(handle)
        precondition(code == SQLITE_OK, "\(path): closing failed with SQLite code \(code)")
    }

    /// A `file:` URI for a path, every byte that means something in a URI escaped.
    private static func uri(_ path: String) -> String {
        var uri = "file:"
        // Two slashes at the front would begin an authority, so an absolute path gets an empty one.
        if path.utf8.first == UInt8(ascii: "/") { uri += "//" }
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                uri.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                uri += (byte < 16 ? "%0" : "%") + String(byte, radix: 16)
            }
        }
        return uri
    }

    private static func message(_ handle: OpaquePointer?, _ code: Int32) -> String {
        if code == SQLiteError.pageChecksumMismatch { return "a page does not match its checksum" }
        return String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
    }

    private func failure(_ code: Int32, _ sql: String) -> SQLiteError {
        SQLiteError(
            code: code, message: Self.message(handle, code), sql: sql, path: path,
            systemError: Self.systemError(handle, code))
    }

    /// The errno behind a failure of the disk; SQLite keeps the last one, whatever failed.
    private static func systemError(_ handle: OpaquePointer?, _ code: Int32) -> Int32 {
        switch code & 0xff {
        case SQLITE_IOERR where code != SQLiteError.pageChecksumMismatch: sqlite3_system_errno(handle)
        case SQLITE_CANTOPEN: sqlite3_system_errno(handle)
        default: 0
        }
    }

    /// An error for contents that this program never writes.
    package func damaged(_ message: String, sql: String? = nil) -> SQLiteError {
        SQLiteError(damaged: message, sql: sql, path: path)
    }

    // MARK: Statements

    private func withStatement<R>(
        _ sql: String, _ values: [any SQLiteBindable], _ body: (OpaquePointer) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> R {
        let statement: OpaquePointer
        if let kept = idle.removeValue(forKey: sql) {
            statement = kept
        } else {
            var prepared: OpaquePointer?
            let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
            guard code == SQLITE_OK else { throw failure(code, sql) }
            guard let prepared else { preconditionFailure("empty statement: \(sql)") }
            statement = prepared
        }
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
            if let other = idle.updateValue(statement, forKey: sql) { sqlite3_finalize(other) }
        }
        statementsRun += 1
        precondition(Int(sqlite3_bind_parameter_count(statement)) == values.count, "wrong number of values for: \(sql)")
        for (index, value) in values.enumerated() {
            let code = Self.bind(value.sqliteValue, to: statement, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw failure(code, sql) }
        }
        return try body(statement)
    }

    private static func bind(_ value: SQLiteValue, to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let integer): return sqlite3_bind_int64(statement, index, integer)
        case .text(var text):
            // SQLITE_TRANSIENT, a cast of -1 that Swift cannot import: SQLite copies the bytes before the call returns.
            let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
            return text.withUTF8 { bytes in
                // An empty buffer may have no address, and no address would bind NULL.
                guard let base = bytes.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, transient) }
                return base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    sqlite3_bind_text64(
                        statement, index, $0, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
                }
            }
        }
    }

    /// Runs a statement for its effect; rows that it returns are passed over.
    package func run(_ sql: String, _ values: [any SQLiteBindable] = []) throws(SQLiteError) {
        try forEach(sql, values) { _ in }
    }

    /// Rows that go with one statement: few texts of statements, and most of what a statement costs is paid once.
    private static let rowsOfStatement = 8

    /// Inserts rows, in order.
    ///
    /// - Parameter target: a table and its columns, as in `t (a, b)`.
    package func insert(into target: String, _ rows: [[any SQLiteBindable]]) throws(SQLiteError) {
        guard let width = rows.first?.count else { return }
        let row = "(" + Array(repeating: "?", count: width).joined(separator: ", ") + ")"
        var rest = rows[...]
        while !rest.isEmpty {
            let count = rest.count < Self.rowsOfStatement ? 1 : Self.rowsOfStatement
            try run(
                "INSERT INTO \(target) VALUES " + Array(repeating: row, count: count).joined(separator: ", "),
                Array(rest.prefix(count).joined()))
            rest = rest.dropFirst(count)
        }
    }

    /// Calls `body` with every row.
    package func forEach(
        _ sql: String, _ values: [any SQLiteBindable] = [], _ body: (SQLiteRow) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        try withStatement(sql, values) { (statement) throws(SQLiteError) in
            while true {
                switch sqlite3_step(statement) {
                case SQLITE_ROW:
                    rowsRead += 1
                    try body(SQLiteRow(statement: statement, path: path))
                case SQLITE_DONE: return
                case let code: throw failure(code, sql)
                }
            }
        }
    }

    /// Every row, mapped.
    package func rows<R>(
        _ sql: String, _ values: [any SQLiteBindable] = [], _ map: (SQLiteRow) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> [R] {
        var result: [R] = []
        try forEach(sql, values) { (row) throws(SQLiteError) in result.append(try map(row)) }
        return result
    }

    /// The first row, mapped; nil when there is none.
    package func first<R>(
        _ sql: String, _ values: [any SQLiteBindable] = [], _ map: (SQLiteRow) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> R? {
        try withStatement(sql, values) { (statement) throws(SQLiteError) in
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                rowsRead += 1
                return try map(SQLiteRow(statement: statement, path: path))
            case SQLITE_DONE: return nil
            case let code: throw failure(code, sql)
            }
        }
    }

    /// Rows that statements returned so far: what reading costs, whatever the machine.
    package private(set) var rowsRead = 0

    /// Statements that were run: what writing costs, whatever the machine.
    package private(set) var statementsRun = 0

    /// The key of the row inserted last.
    package var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// How many rows the last statement changed.
    package var changes: Int { Int(sqlite3_changes64(handle)) }

    // MARK: Transactions

    /// Whether a transaction is open.
    package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Runs `body` as one transaction: all of it, or, when anything throws, nothing of it.
    ///
    /// When the commit itself fails for I/O, the outcome is open: the bytes may or may not reach the disk. Open the
    /// database afresh and look.
    package func transaction<R>(_ kind: TransactionKind, _ body: () throws -> R) throws -> R {
        precondition(!isInTransaction, "transactions do not nest")
        try run("BEGIN \(kind.rawValue)")
        do {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            // Some errors have rolled back already. A failed roll-back leaves nothing to do but report the first error:
            // closing the connection, or the next to open the file, finishes it.
            if isInTransaction { try? run("ROLLBACK") }
            throw error
        }
    }

    /// Whether others may write while this connection reads, and neither notices. Known once something was read.
    package func hasNoLocks() throws(SQLiteError) -> Bool {
        switch access {
        case .create, .write, .read: return false
        case .immutable: return true
        case .readIndexInMemory:
            var answer: Int32 = -1
            let code = sqlite3_file_control(handle, "main", SQLitePageChecks.asksForLocks, &answer)
            guard code == SQLITE_OK else { throw failure(code, "ask for locks") }
            return answer == 1
        }
    }

    /// Reserves bytes at the end of every page of a database that has none yet.
    package func reserveBytesOnEveryPage(_ count: Int32) throws(SQLiteError) {
        var count = count
        let code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &count)
        guard code == SQLITE_OK else { throw failure(code, "reserve bytes") }
    }

    /// Bytes reserved at the end of every page.
    package func reservedBytes() throws(SQLiteError) -> Int32 {
        // The call answers only once the header was read.
        _ = try first("PRAGMA schema_version") { (row) throws(SQLiteError) in try row.int(0) }
        var count: Int32 = -1
        let code = sqlite3_file_control(handle, "main", SQLITE_FCNTL_RESERVE_BYTES, &count)
        guard code == SQLITE_OK else { throw failure(code, "ask for the reserved bytes") }
        return count
    }
}
