//  A thin layer over libpq: one connection, its statements, and rows on their way in.
//
//  Statements are sent in the extended protocol, so a text is one statement and its parameters are never part of it. COPY
//  takes rows as bytes; libpq holds no more of them than one message.

import CPQ

/// One connection to one database. Not `Sendable`: it belongs to one thread at a time.
package final class PostgresConnection {
    /// Bytes of a message; libpq keeps room for one. The network takes them in smaller pieces anyway.
    private static let messageBytes = 128 << 10
    /// The oldest server: the first with generated columns, which tables are asked for.
    private static let oldestServer: Int32 = 120_000

    private let library: wf_pq
    private let handle: OpaquePointer
    private let secrets: [String]

    /// Where it leads, for messages: `"sales" at db.example`.
    package let place: String

    /// Connects.
    ///
    /// - Parameter environment: of the process; decides which limits are left to it.
    /// - Throws: `PostgresError.connecting`, `.library`.
    package init(_ address: PostgresAddress, environment: [String: String]) throws(PostgresError) {
        library = try Library.load()
        var keywords = ["dbname", "fallback_application_name", "client_encoding"]
        var values = [address.text, "watchfold", "UTF8"]
        // A server that does not answer is given up, unless somebody chose otherwise. A service may choose as well, and would
        // not be asked for what is said here.
        if address.settings["service"] == nil, environment["PGSERVICE"] == nil {
            let limits = [
                ("connect_timeout", "10", environment["PGCONNECT_TIMEOUT"]), ("tcp_user_timeout", "60000", nil),
                ("keepalives_idle", "30", nil),
            ]
            for (keyword, value, chosen) in limits where address.settings[keyword] == nil && chosen == nil {
                keywords.append(keyword)
                values.append(value)
            }
        }
        guard let handle = Self.connect(library, keywords, values) else { throw .connecting("out of memory") }
        let password = library.PQpass(handle).map { String(cString: $0) } ?? ""
        secrets = address.secrets + [password]
        guard library.PQstatus(handle) == CONNECTION_OK else {
            let message = Self.lines(library.PQerrorMessage(handle))
            library.PQfinish(handle)
            throw .connecting(Masked.text(message, secrets))
        }
        self.handle = handle
        _ = library.PQsetNoticeReceiver(handle, wf_pq_ignore_notice, nil)
        let host = library.PQhost(handle).map { String(cString: $0) } ?? ""
        let name = library.PQdb(handle).map { String(cString: $0) } ?? ""
        place = Masked.text("\"\(name)\"\(host.isEmpty ? "" : " at \(host)")", secrets)
        let version = library.PQserverVersion(handle)
        // From here on the connection is closed by deinit.
        if version < Self.oldestServer {
            throw .unfit("the server is PostgreSQL \(version / 10_000); 12 or newer is needed")
        }
    }

    deinit { library.PQfinish(handle) }

    private static func connect(_ library: wf_pq, _ keywords: [String], _ values: [String]) -> OpaquePointer? {
        withCStrings(keywords) { keywords in
            withCStrings(values) { values in
                // The first value is a whole connection string; those behind it are said once more, and win.
                library.PQconnectdbParams(keywords, values, 1)
            }
        }
    }

    // MARK: Statements

    /// Runs a statement.
    ///
    /// - Parameter doing: what it is for, for the message when it fails: `creating table x`.
    /// - Returns: how many rows it changed.
    /// - Throws: `PostgresError.refused`, `.lost`.
    @discardableResult
    package func run(_ statement: String, _ parameters: [String?] = [], doing: String) throws(PostgresError) -> Int {
        let result = try result(statement, parameters, doing)
        defer { library.PQclear(result) }
        return Int(String(cString: library.PQcmdTuples(result)!)) ?? 0
    }

    /// The rows of a query, as texts; nil where there is no value.
    package func rows(
        _ query: String, _ parameters: [String?] = [], doing: String
    ) throws(PostgresError) -> [[String?]] {
        let result = try result(query, parameters, doing)
        defer { library.PQclear(result) }
        let columns = library.PQnfields(result)
        return (0..<library.PQntuples(result)).map { row in
            (0..<columns).map { column in
                library.PQgetisnull(result, row, column) == 1
                    ? nil : String(cString: library.PQgetvalue(result, row, column)!)
            }
        }
    }

    /// Ends a transaction for good.
    ///
    /// - Throws: `PostgresError.refused`, `.outcomeUnknown`.
    package func commit() throws(PostgresError) {
        do {
            try run("COMMIT", doing: "putting the new tables in place")
        } catch .lost(_, let message) {
            throw .outcomeUnknown(message: message)
        }
    }

    private func result(
        _ statement: String, _ parameters: [String?], _ doing: String
    ) throws(PostgresError) -> OpaquePointer {
        let result = Self.withCStrings(parameters) { values in
            library.PQexecParams(handle, statement, Int32(parameters.count), nil, values, nil, nil, 0)
        }
        return try checked(result, doing)
    }

    /// The result, if it is a good one.
    private func checked(_ result: OpaquePointer?, _ doing: String) throws(PostgresError) -> OpaquePointer {
        let status = library.PQresultStatus(result)
        switch status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_COPY_IN:
            return result!
        default: break
        }
        defer { library.PQclear(result) }
        func field(_ code: Character) -> String? {
            library.PQresultErrorField(result, Int32(code.asciiValue!)).map { String(cString: $0) }
        }
        // SQLSTATE, primary message, detail, hint (postgres_ext.h).
        let code = field("C")
        var message = field("M") ?? Self.lines(library.PQerrorMessage(handle))
        for more in [field("D"), field("H")] {
            if let more { message += " (\(more))" }
        }
        message = Masked.text(message, secrets)
        if library.PQstatus(handle) != CONNECTION_OK { throw .lost(doing: doing, message: message) }
        throw .refused(doing: doing, message: message, code: code ?? "")
    }

    // MARK: Rows on their way in

    /// Runs a COPY … FROM STDIN and lends a sink for its bytes.
    ///
    /// - Throws: `PostgresError.refused`, `.lost`; what `body` throws, and then the server takes none of the rows.
    package func copy(
        _ statement: String, doing: String, _ body: (@escaping (UnsafeRawBufferPointer) throws -> Void) throws -> Void
    ) throws {
        library.PQclear(try result(statement, [], doing))
        do {
            try body { [self] bytes in
                var rest = bytes
                while !rest.isEmpty {
                    let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Self.messageBytes))
                    try send(piece, doing)
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
                }
            }
        } catch {
            try? finishCopy(doing, because: "the rows could not be made")
            throw error
        }
        try finishCopy(doing, because: nil)
    }

    private func send(_ bytes: UnsafeRawBufferPointer, _ doing: String) throws(PostgresError) {
        let start = bytes.baseAddress!.assumingMemoryBound(to: CChar.self)
        if library.PQputCopyData(handle, start, Int32(bytes.count)) == 1 { return }
        // What the server said before it went away tells more than that it is gone.
        try finishCopy(doing, because: nil)
        throw .lost(doing: doing, message: Masked.text(Self.lines(library.PQerrorMessage(handle)), secrets))
    }

    private func finishCopy(_ doing: String, because reason: String?) throws(PostgresError) {
        _ = library.PQputCopyEnd(handle, reason)
        var failure: PostgresError?
        while let result = library.PQgetResult(handle) {
            do {
                library.PQclear(try checked(result, doing))
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
        if library.PQstatus(handle) != CONNECTION_OK {
            throw .lost(doing: doing, message: Masked.text(Self.lines(library.PQerrorMessage(handle)), secrets))
        }
    }

    // MARK: Helpers

    /// A message of libpq on one line.
    private static func lines(_ text: UnsafePointer<CChar>?) -> String {
        guard let text else { return "out of memory" }
        // What is indented are guesses for people who start servers.
        return String(cString: text).split(separator: "\n").filter { !$0.hasPrefix("\t") }.joined(separator: "; ")
    }

    /// Lends texts as C has them, ended by a null address.
    private static func withCStrings<Result>(
        _ texts: [String?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
    ) -> Result {
        func lend(_ rest: ArraySlice<String?>, _ lent: [UnsafePointer<CChar>?]) -> Result {
            guard let first = rest.first else {
                return (lent + [nil]).withUnsafeBufferPointer { body($0.baseAddress!) }
            }
            guard let text = first else { return lend(rest.dropFirst(), lent + [nil]) }
            return text.withCString { lend(rest.dropFirst(), lent + [$0]) }
        }
        return lend(texts[...], [])
    }
}
