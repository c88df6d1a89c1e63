//  Reports into tables of a PostgreSQL database: one pass, one generation, one transaction.
//
//      BEGIN; nobody else exports into this schema
//      are the tables there, and of the right shape?
//      ledger at generation g ─▶ one merge ─┬─ keys ──────── COPY ─▶ temporary table ─┬─▶ a report by key
//                                           │                                        └─▶ another, with more columns
//                                           └─ others ─ memory ─ COPY ─▶ … ─────────────▶ each of the others
//      what they were made from ─▶ receipt
//      COMMIT
//
//  Rows by key go out as they are made, whatever their number. Of two such reports the second begins with the columns of
//  the first, so both tables are made of one COPY. A connection takes one COPY at a time, and the small reports are written
//  when the keys are done: they wait in memory.
//
//  Whatever goes wrong before the COMMIT, the server takes everything back: tables, rows and receipt.

import Checkpoints
import Events
import Postgres
import Reports
import RunSettings
import Tables
import Wording

/// What is asked of an export into a database.
package struct DatabaseRequest: Sendable {
    package static let defaultSchema = "watchfold"

    package var address: PostgresAddress
    package var schema: String
    /// Which tables are written.
    package var reports: [Report]
    /// Which files they are about.
    package var files: ExportRequest

    package init(_ address: PostgresAddress, schema: String, reports: [Report], files: ExportRequest) {
        self.address = address
        self.schema = schema
        self.reports = reports
        self.files = files
    }
}

/// What an export into a database did.
package struct DatabaseResult {
    package struct Table {
        package var report: Report
        package var rows: Int
        package var change: DatabaseTable.Change
    }

    package var place: String
    package var schema: String
    package var generation: Int
    package var tables: [Table]
    package var zeros: ZeroBytes
}

extension Exporter {
    /// Makes the tables those of the reports.
    ///
    /// - Parameter environment: of the process, with what the address does not say.
    /// - Throws: `PostgresError`; what an export throws.
    package func export(_ request: DatabaseRequest, environment: [String: String]) throws -> DatabaseResult {
        let checkpoints = try open()
        // What can be wrong with the request is found before there is a connection.
        let settings = try settingsOf(request.files, checkpoints)
        noteDays(try Edition(settings, checkpoints, request.files))
        let names = request.reports.flatMap { settings.reports.columns($0).map(\.name) } + [request.schema]
        if let long = names.first(where: { $0.utf8.count > SQLText.maxNameBytes }) {
            throw Refused(
                .request,
                "\"\(long)\" is too long for a name in PostgreSQL, which has up to \(SQLText.maxNameBytes) bytes")
        }
        do {
            return try export(request, settings, checkpoints, environment, rebuilding: nil)
        } catch  where Publisher.blamesTotal(error) {
            // The connection is closed by now, and nothing of the first attempt is left.
            return try export(
                request, settings, checkpoints, environment, rebuilding: .failed(detail: "\(error)"))
        }
    }

    private func export(
        _ request: DatabaseRequest, _ settings: Settings, _ checkpoints: CheckpointFolder,
        _ environment: [String: String], rebuilding reason: FullMergeReason?
    ) throws -> DatabaseResult {
        let connection = try PostgresConnection(request.address, environment: environment)
        try Self.begin(connection, request.schema)
        let tables = request.reports.map { ($0, DatabaseTable($0, settings.reports, schema: request.schema)) }
        let receipts = DatabaseTable(receiptsIn: request.schema)
        for table in tables.map(\.1) + [receipts] { try table.prepare(connection) }
        // Only now, so that of two exports the later one to write is the later one to read.
        let edition = try Edition(
            settings, checkpoints, request.files, rebuilding: reason, needsReceipt: true, onEvent: onEvent)
        let snapshot = edition.snapshot!
        var result = DatabaseResult(
            place: connection.place, schema: request.schema, generation: snapshot.generation, tables: [],
            zeros: ZeroBytes())
        let rows = try DatabaseRows(connection, tables, result.zeros).write(edition)
        for (name, table) in tables {
            let change = try table.replace(from: DatabaseRows.staging(name), connection)
            result.tables.append(.init(report: name, rows: rows[name] ?? 0, change: change))
        }
        for table in result.tables {
            try connection.run(
                receipts.upsert, Self.receipt(table, snapshot, settings, request.files),
                doing: "writing the receipt into \(receipts.quoted)")
        }
        try connection.commit()
        return result
    }

    /// Begins the transaction, and the schema if it is missing.
    private static func begin(_ connection: PostgresConnection, _ schema: String) throws(PostgresError) {
        let doing = "beginning a transaction"
        try connection.run("BEGIN ISOLATION LEVEL READ COMMITTED", doing: doing)
        // What it takes to make the rows is nobody's idle time. Nobody waits for ever for somebody else's lock.
        for (setting, value) in [
            ("statement_timeout", "0"), ("idle_in_transaction_session_timeout", "0"), ("lock_timeout", "60s"),
            ("standard_conforming_strings", "on"), ("work_mem", "64MB"),
        ] {
            try connection.run("SET LOCAL \(setting) = '\(value)'", doing: doing)
        }
        try connection.run(
            "SELECT pg_advisory_xact_lock(hashtext('watchfold'), hashtext($1))", [schema],
            doing: "waiting for another export into schema \(SQLText.name(schema))")
        let found = try connection.rows(
            "SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema], doing: "looking for the schema")
        if found.isEmpty {
            let name = SQLText.name(schema)
            try connection.run("CREATE SCHEMA \(name)", doing: "creating schema \(name)")
        }
    }

    /// The row of a report's receipt, in the order of the table's columns.
    private static func receipt(
        _ table: DatabaseResult.Table, _ snapshot: CountingSnapshot, _ settings: Settings, _ request: ExportRequest
    ) -> [String?] {
        [
            table.report.name, "\(snapshot.generation)", "\(table.rows)", "\(snapshot.counting.count)",
            snapshot.daySums.days.min()?.description, snapshot.daySums.days.max()?.description, request.selection,
            snapshot.inputsDigest, settings.mapDigest, Tool.name, "now",
        ]
    }
}

/// Rows on their way into temporary tables.
private struct DatabaseRows {
    let connection: PostgresConnection
    package let tables: [(report: Report, table: DatabaseTable)]
    package let zeros: ZeroBytes

    init(_ connection: PostgresConnection, _ tables: [(Report, DatabaseTable)], _ zeros: ZeroBytes) {
        self.connection = connection
        self.tables = tables
        self.zeros = zeros
    }

    /// The temporary table that a report's rows are in; all reports by key share one.
    static func staging(_ report: Report) -> String {
        report.isByKey ? "watchfold_keys" : "watchfold_of_\(report.name)"
    }

    /// Makes the reports and returns how many rows they have.
    func write(_ edition: Edition) throws -> [Report: Int] {
        // The last one has all columns of those before it.
        let keyed = tables.filter(\.report.isByKey)
        let small = tables.filter { !$0.report.isByKey }.map { ($0, Memory()) }
        var outputs = small.map { table, memory in
            ReportOutput(table.report, encoder: CopyText.encoder(zeros) { memory.bytes += $0 })
        }
        var passed: PassResult?
        if let widest = keyed.last {
            try copy(widest) { sink in
                outputs.append(ReportOutput(widest.report, encoder: CopyText.encoder(zeros, sink: sink)))
                passed = try edition.write(outputs)
            }
        } else {
            passed = try edition.write(outputs)
        }
        for (table, memory) in small {
            try copy(table) { sink in try memory.bytes.withUnsafeBytes { try sink($0) } }
        }
        // A replaced character is the one way in which two keys can become one, and an update would take either.
        if zeros.count > 0 {
            for (report, table) in keyed.suffix(1) + small.map(\.0) {
                try connection.run(
                    table.uniqueIndex(Self.staging(report)), doing: "renewing table \(table.quoted)")
            }
        }
        var rows = Dictionary(uniqueKeysWithValues: passed!.written.map { ($0.report, $0.rows) })
        for table in keyed { rows[table.report] = rows[keyed.last!.report] }
        return rows
    }

    private func copy(
        _ table: (report: Report, table: DatabaseTable), _ body: (@escaping TableSink) throws -> Void
    ) throws {
        let staging = Self.staging(table.report)
        let doing = "writing the rows of \(table.report.name)"
        try connection.run(table.table.staging(staging), doing: doing)
        try connection.copy(table.table.copy(staging), doing: doing, body)
        // Without it the server takes the table for a small one.
        try connection.run("ANALYZE pg_temp.\(SQLText.name(staging))", doing: doing)
    }

    private final class Memory { var bytes: [UInt8] = [] }
}

extension ExportRequest {
    /// Which files a report is about, if not all: `from 2022-04-01 to 2022-04-15 without 20220403.json`.
    fileprivate var selection: String? {
        var words: [String] = []
        if let first = days.first { words.append("from \(first)") }
        if let last = days.last { words.append("to \(last)") }
        for name in without.sorted() { words.append("without \(name)") }
        if let generation { words.append("as of \(generation)") }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}
