//  Where a database is: what PostgreSQL calls a connection string (its documentation, 34.1.1).
//
//      postgres://user@db.example:5432/sales?sslmode=require      also postgresql://
//      service=reports                                            keywords and values
//      host=db.example dbname=sales
//
//  What the string does not say comes from the environment (PGHOST, PGUSER, PGPASSWORD, …), the service file
//  (~/.pg_service.conf) and the password file (~/.pgpass). All of that is libpq's.
//
//  A string may have a password in it, and one with an @ or a / that is not written as %40 or %2F is cut in the wrong
//  place: its tail becomes a host or a database, which are named in messages. So such strings are refused before
//  anything is done with them, and nothing of them is ever quoted.

import CPQ

package struct PostgresAddress: Sendable {
    /// As libpq takes it. Not for messages.
    let text: String
    /// What the string says, by keyword.
    let settings: [String: String]
    /// What no message may have in it.
    var secrets: [String] { ["password", "sslpassword"].compactMap { settings[$0] } }

    /// Whether a text looks like an address; a file, a date or a report does not.
    package static func isAddress(_ text: String) -> Bool {
        schemes.contains { text.hasPrefix($0) } || text.utf8.contains(UInt8(ascii: "="))
    }

    private static let schemes = ["postgres://", "postgresql://"]

    /// - Throws: `PostgresError.address`, `.library`.
    package init(_ text: String) throws(PostgresError) {
        self.text = text
        try Self.checkUserInformation(text)
        let library = try Library.load()
        var problem: UnsafeMutablePointer<CChar>?
        guard let options = library.PQconninfoParse(text, &problem) else {
            let message = problem.map { String(cString: $0) } ?? "out of memory"
            library.PQfreemem(problem)
            throw .address("the address of the database cannot be read: \(Self.withoutQuotations(message))")
        }
        defer { library.PQconninfoFree(options) }
        var settings: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { settings[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        self.settings = settings
        let ports = (settings["port"] ?? "").split(separator: ",", omittingEmptySubsequences: true)
        if !ports.allSatisfy({ UInt16($0) != nil }) {
            throw .address("the port in the address of the database is not a number; \(Self.advice)")
        }
    }

    private static let advice =
        "a password with characters such as @ / % goes into PGPASSWORD or the password file, "
        + "or is written with %40 %2F %25"

    /// Refuses what libpq would cut inside a password.
    private static func checkUserInformation(_ text: String) throws(PostgresError) {
        guard let scheme = schemes.first(where: { text.hasPrefix($0) }) else { return }
        let rest = text.dropFirst(scheme.count)
        // A ? ends nothing before the @, as libpq reads it.
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count).prefix { $0 != "?" }
        if authority.count(where: { $0 == "@" }) > 1 || path.contains("@") {
            throw .address("the address of the database has an @ too many; \(advice)")
        }
    }

    /// libpq quotes the part of a string that it cannot read, which may be part of a password.
    private static func withoutQuotations(_ message: String) -> String {
        let message = message.split(separator: "\n").joined(separator: " ")
        guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""), first < last else {
            return message
        }
        return message[...first] + "…" + message[last...]
    }
}

/// Takes passwords out of texts.
package enum Masked {
    /// A text without these.
    static func text(_ text: String, _ secrets: [String]) -> String {
        // The longest first: one may be part of another.
        secrets.filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }.reduce(text) { text, secret in
            text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "…")
        }
    }

    /// A message that may quote an address that somebody wrote: of each line, without what stands between `://` and the
    /// last `@`, and without what follows `password=`.
    package static func addresses(in message: String) -> String {
        message.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = String(line)
            if let scheme = line.firstRange(of: "://"), let at = line[scheme.upperBound...].lastIndex(of: "@") {
                line.replaceSubrange(scheme.upperBound..<at, with: "…")
            }
            if let keyword = line.firstRange(of: "password=") { line = line[..<keyword.upperBound] + "…" }
            return line
        }.joined(separator: "\n")
    }
}
