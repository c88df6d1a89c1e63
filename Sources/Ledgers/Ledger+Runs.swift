//  The history of runs.

extension Ledger {
    /// Writes down that a run begins. Runs that are still open have crashed, because there is one writer at a time.
    package func beginRun(command: String, tool: String, pid: Int) throws(LedgerError) -> RunID {
        try writing("beginning a run") {
            try connection.run("UPDATE runs SET outcome = 'crashed' WHERE outcome IS NULL")
            try connection.run(
                "INSERT INTO runs (started_at, command, tool, pid) VALUES (?, ?, ?, ?)", [now(), command, tool, pid])
            return RunID(connection.lastInsertedRow)
        }
    }

    /// Runs `body` as one run, which ends as it says, or as failed when it throws.
    ///
    /// - Parameters:
    ///   - plan: see `endRun`.
    ///   - body: returns what the caller gets, and what is written down.
    package func recordedRun<Result>(
        _ command: String, tool: String, pid: Int, plan: String?, _ body: (RunID) throws -> (Result, RunSummary)
    ) throws -> Result {
        let run = try beginRun(command: command, tool: tool, pid: pid)
        do {
            let (result, summary) = try body(run)
            try endRun(run, summary, plan: plan)
            return result
        } catch {
            // The run is over either way; that it failed is said by the error, not by a second one.
            try? endRun(run, RunSummary(outcome: .failed))
            throw error
        }
    }

    /// Writes down how a run ended.
    ///
    /// - Parameter plan: what the outputs were made under that are now in the output folder, as text.
    /// - Throws: `.refused(.unknownRun)` when it is not open.
    package func endRun(_ run: RunID, _ summary: RunSummary, plan: String? = nil) throws(LedgerError) {
        try writing("ending a run") {
            let files = zip(LedgerSchema.runFileColumns, FileState.allCases)
            let values: [any SQLiteBindable] = [
                summary.outcome == .crashed ? nil : now(), summary.outcome.rawValue, summary.tally.folded,
                summary.tally.ignored, summary.tally.rejected, summary.tally.coerced, summary.bytes, summary.published,
            ]
            try connection.run(
                """
                UPDATE runs SET ended_at = ?, outcome = ?, records_folded = ?, records_ignored = ?,
                    records_rejected = ?, records_coerced = ?, bytes = ?, published = ?
                    \(files.map { ", \($0.0) = ?" }.joined())
                WHERE id = ? AND outcome IS NULL
                """, values + files.map { summary.files[$0.1] ?? 0 } + [run.rawValue])
            guard connection.changes == 1 else { throw ChangeViolation.unknownRun(run) }
            guard let plan else { return }
            try connection.run(
                """
                INSERT INTO plans (from_generation, text) SELECT value, ?1 FROM meta
                WHERE key = 'generation' AND ?1 IS NOT (SELECT text FROM plans ORDER BY id DESC LIMIT 1)
                """, [plan])
        }
    }

    /// The plan that outputs of a generation were last made under.
    ///
    /// - Returns: the text that `endRun` was given; nil when none was, by then.
    package func plan(at generation: Int) throws(LedgerError) -> String? {
        try reading("reading the plan") {
            guard try has(format: 3) else { return nil }
            let source = try has(format: LedgerSchema.measuresFormat) ? "text FROM plans" : "categories FROM maps"
            return try connection.first(
                "SELECT \(source) WHERE from_generation <= ? ORDER BY id DESC LIMIT 1", [generation]
            ) { (row) throws(SQLiteError) in try row.text(0) }
        }
    }

    /// The last runs, newest first.
    package func runs(last count: Int) throws(LedgerError) -> [RunRecord] {
        try reading("reading the runs") {
            try connection.rows(
                """
                SELECT id, started_at, ended_at, command, tool, pid, outcome, records_folded, records_ignored,
                    records_rejected, records_coerced, bytes, published, \(LedgerSchema.runFileColumns.joined(separator: ", "))
                FROM runs ORDER BY id DESC LIMIT ?
                """, [count]
            ) { (row) throws(SQLiteError) in
                var summary: RunSummary?
                if let text = try row.optionalText(6) {
                    guard let outcome = RunOutcome(rawValue: text) else { throw row.unexpected(6, "an outcome") }
                    var files: [FileState: Int] = [:]
                    for (column, state) in FileState.allCases.enumerated() {
                        let count = try row.int(Int32(13 + column))
                        if count > 0 { files[state] = count }
                    }
                    summary = RunSummary(
                        outcome: outcome, files: files,
                        tally: RecordTally(
                            folded: try row.int(7), ignored: try row.int(8), rejected: try row.int(9),
                            coerced: try row.int(10)),
                        bytes: try row.int(11), published: try row.optionalInt(12))
                }
                return RunRecord(
                    id: RunID(try row.integer(0)), startedAt: try row.integer(1), endedAt: try row.optionalInteger(2),
                    command: try row.text(3), tool: try row.text(4), pid: try row.int(5), summary: summary)
            }
        }
    }
}
