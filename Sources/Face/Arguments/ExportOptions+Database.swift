//  The options of `export` that are about a database.
//
//  `--to` takes the last day, as `--from` takes the first, and the address of a database; they cannot be mistaken for each
//  other, and both may be there.

import Postgres
import Publishing

extension ExportOptions {
    /// Where the reports go, if into a database.
    private var addresses: [String] { to.filter { PostgresAddress.isAddress($0) } }

    package var isForDatabase: Bool { !addresses.isEmpty }

    /// The last day, as it was written.
    func lastDay() throws -> String? {
        let days = to.filter { !PostgresAddress.isAddress($0) }
        if days.count > 1 { throw refusal("--to takes one date, and one address of a database") }
        // What was meant to be an address may have a password in it.
        if let day = days.first, day.contains("://") || day.contains("@") {
            throw refusal("--to takes a date such as 2022-04-01, or a database such as postgres://host/name")
        }
        return days.first
    }

    /// Says what is wrong with options that are for databases alone.
    func checkIsForFile() throws {
        if schema != nil { throw refusal("--schema goes with a database: --to postgres://host/name") }
        for text in [report, out].compactMap({ $0 }) where text.contains("://") {
            throw refusal("the address of a database goes after --to")
        }
    }

    /// What is asked of a database.
    ///
    /// - Throws: `CommandFailure` of usage; `PostgresError`.
    func databaseRequest(_ request: ExportRequest) throws -> DatabaseRequest {
        if addresses.count > 1 { throw refusal("--to takes one address of a database, not \(addresses.count)") }
        let others: [(String, Bool)] = [
            ("--out", out != nil), ("--format", format != nil), ("--for", program != nil),
            ("--delimiter", delimiter != nil), (plan.settings.keyOption, keys != nil),
            (plan.settings.groupOption, !groups.isEmpty), (plan.settings.leastOption, minSum != nil),
            ("--top", top != nil), ("--by", !by.isEmpty),
            ("--sort", !sort.isEmpty), ("--columns", !columns.isEmpty), ("--limit", limit != nil),
            ("--unit", unit != nil),
        ]
        if let (option, _) = others.first(where: \.1) {
            throw refusal("\(option) is for files; in a database, rows and columns are chosen by SQL")
        }
        let schema = schema ?? DatabaseRequest.defaultSchema
        if schema.isEmpty || schema.utf8.contains(0) { throw refusal("--schema takes a name") }
        return DatabaseRequest(
            try PostgresAddress(addresses[0]), schema: schema,
            reports: report == nil ? plan.reports : [request.report], files: request)
    }
}
