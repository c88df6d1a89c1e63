//  The layer below the ledger: values, transactions, and what its errors say.

import Testing

@testable import Ledgers

@Suite struct SQLiteLayerLedgerTests {
    private func kind(_ body: () throws -> Void) -> SQLiteError.Kind? {
        do { try body() } catch let error as SQLiteError { return error.kind } catch {}
        return nil
    }

    @Test func valuesComeBackAsTheyWent() throws {
        let folder = try TestFolder()
        let connection = try SQLiteConnection(path: folder.ledger, access: .create)
        try connection.run("CREATE TABLE t (i INTEGER, s TEXT)")
        let integers: [Int64?] = [.min, -1, 0, 1, .max, nil]
        let texts: [String?] = ["", "a\u{0}b", "'\"\n", "📺", "cafe\u{301}", nil]
        for (integer, text) in zip(integers, texts) {
            try connection.run("INSERT INTO t VALUES (?, ?)", [integer, text])
        }
        let rows = try connection.rows("SELECT i, s FROM t ORDER BY rowid") { (row) throws(SQLiteError) in
            (try row.optionalInteger(0), try row.optionalText(1))
        }
        #expect(rows.map(\.0) == integers)
        #expect(rows.map { $0.1.map { Array($0.utf8) } } == texts.map { $0.map { Array($0.utf8) } })
        // A value of another type than the program writes is damage, not zero.
        for sql in ["SELECT NULL", "SELECT 'x'", "SELECT 1.5", "SELECT x'00'"] {
            #expect(
                kind { _ = try connection.first(sql) { (row) throws(SQLiteError) in try row.integer(0) } } == .damaged)
        }
        #expect(
            kind { _ = try connection.first("SELECT 1") { (row) throws(SQLiteError) in try row.text(0) } } == .damaged)
    }

    @Test func aFailedTransactionLeavesNothing() throws {
        struct Stop: Error {}
        let folder = try TestFolder()
        let connection = try SQLiteConnection(path: folder.ledger, access: .create)
        try connection.run("CREATE TABLE t (i INTEGER CHECK (i > 0))")
        #expect(throws: Stop.self) {
            try connection.transaction(.immediate) {
                try connection.run("INSERT INTO t VALUES (1)")
                throw Stop()
            }
        }
        #expect(
            kind {
                try connection.transaction(.immediate) {
                    try connection.run("INSERT INTO t VALUES (1)")
                    try connection.run("INSERT INTO t VALUES (-1)")
                }
            } == .constraint)
        #expect(!connection.isInTransaction)
        #expect(try connection.rows("SELECT i FROM t") { _ in 1 } == [])
    }

    @Test func errorsSayWhatCanBeDone() throws {
        let folder = try TestFolder()
        let connection = try SQLiteConnection(path: folder.ledger, access: .create, busyTimeout: 10)
        try connection.run("PRAGMA page_size = 512")
        try connection.run("CREATE TABLE t (s TEXT)")
        try connection.run("PRAGMA max_page_count = 4")
        let long = String(repeating: "x", count: 5000)
        #expect(kind { try connection.run("INSERT INTO t VALUES (?)", [long]) } == .full)
        let other = try SQLiteConnection(path: folder.ledger, access: .write, busyTimeout: 10)
        try connection.transaction(.immediate) {
            #expect(kind { try other.transaction(.immediate) {} } == .busy)
        }
        let reader = try SQLiteConnection(path: folder.ledger, access: .read)
        #expect(kind { try reader.run("INSERT INTO t VALUES ('x')") } == .readOnly)
        #expect(kind { try connection.run("SELECT * FROM nowhere") } == .other)
        #expect(kind { _ = try SQLiteConnection(path: folder.path, access: .write) } == .readOnly)
        try folder.write(Array(repeating: 7, count: 1024), to: folder.path + "/noise")
        let noise = try SQLiteConnection(path: folder.path + "/noise", access: .read)
        #expect(kind { try noise.run("SELECT * FROM sqlite_schema") } == .damaged)
        let error = SQLiteError(code: 10 | (4 << 8), message: "disk I/O error", sql: "COMMIT", path: "/x")
        #expect(error.kind == .io)
        #expect(error.description == "/x: disk I/O error (SQLite code 1034)")
    }

    @Test func aQueryMayBeNestedInItself() throws {
        let folder = try TestFolder()
        let connection = try SQLiteConnection(path: folder.ledger, access: .create)
        try connection.run("CREATE TABLE t (i INTEGER)")
        for value in 1...3 { try connection.run("INSERT INTO t VALUES (?)", [value]) }
        var pairs: [[Int64]] = []
        try connection.forEach("SELECT i FROM t") { (outer) throws(SQLiteError) in
            let first = try outer.integer(0)
            try connection.forEach("SELECT i FROM t") { (inner) throws(SQLiteError) in
                pairs.append([first, try inner.integer(0)])
            }
        }
        #expect(pairs == [[1, 1], [1, 2], [1, 3], [2, 1], [2, 2], [2, 3], [3, 1], [3, 2], [3, 3]])
    }
}
