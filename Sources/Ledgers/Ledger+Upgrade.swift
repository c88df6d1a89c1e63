//  Bringing a ledger of an earlier format up to date.
//
//  An upgrade is one transaction, so that after a crash the ledger is of the old format or of the new one. A reader that has
//  it open meanwhile goes on reading what it knew. There is no way back; an earlier program refuses the ledger and says so.
//
//  Formats 2 to 4 each added tables to the one before: those that are missing are made, and filled with what the older
//  tables know. Format 5 changed tables. What changed is put aside under another name, made again, filled from the old one,
//  and the old one is dropped; rows keep their ids. Tables that refer to it go on naming it (`legacy_alter_table`).
//
//      versions_4 ─┬─▶ versions      without the sums, with the fold that the partial is of
//                  └─▶ sums          two columns become a row of the plan's measure
//      rejections_4 ─▶ rejections    the same rows under a stricter check
//      apps ─────────▶ breakdowns    rows of the plan's measure
//      maps ─────────▶ plans
//
//  Format 6 made `fold_partials` anew, which had no rows yet.

extension Ledger {
    /// - Precondition: the schema is that of the format which the ledger claims.
    static func upgrade(_ connection: SQLiteConnection, _ plan: LedgerPlan) throws {
        // With foreign keys on, renaming a table would change those that refer to it, and dropping it would look for rows that
        // do. They cannot be switched within a transaction; they are checked at its end.
        try connection.run("PRAGMA foreign_keys = OFF")
        try connection.run("PRAGMA legacy_alter_table = ON")
        try connection.transaction(.immediate) {
            // Asked again: another writer may have been faster.
            let (_, format) = try header(connection)
            if format < 4 {
                for added in LedgerSchema.additions.dropFirst(format) {
                    for object in added { try connection.run(object.sql) }
                }
                for statement in toFormat4 { try connection.run(statement) }
            }
            if format < 5 { try toFormat5(connection, plan) }
            if format < 6 { try toFormat6(connection) }
            try connection.run("PRAGMA user_version = \(LedgerSchema.format)")
            if let difference = schemaDifference(
                try schemaObjects(connection), LedgerSchema.objects(ofFormat: LedgerSchema.format))
            {
                throw connection.damaged("after bringing it up to date, \(difference)")
            }
            try connection.forEach("PRAGMA foreign_key_check") { (row) throws(SQLiteError) in
                throw connection.damaged("a row of \(try row.text(0)) refers to a row that is missing")
            }
        }
        try connection.run("PRAGMA legacy_alter_table = OFF")
        try connection.run("PRAGMA foreign_keys = ON")
    }

    private static func toFormat5(_ connection: SQLiteConnection, _ plan: LedgerPlan) throws {
        for statement in ["versions", "rejections"].map({ "ALTER TABLE \($0) RENAME TO \($0)_4" }) {
            try connection.run(statement)
        }
        let kept = Set(try schemaObjects(connection).filter { $0.type == "table" }.map(\.name))
        for table in LedgerSchema.tablesOfFormat5 where !kept.contains(table.name) { try connection.run(table.sql) }
        try insertOwnFold(connection, plan)
        for statement in fillingFormat5 { try connection.run(statement) }
        // With them go their indexes and triggers, whose names are wanted.
        for table in ["versions_4", "rejections_4", "apps", "maps"] { try connection.run("DROP TABLE \(table)") }
        let left = Set(try schemaObjects(connection).map(\.name))
        for object in LedgerSchema.indexes + LedgerSchema.triggersOfFormat5 where !left.contains(object.name) {
            try connection.run(object.sql)
        }
    }

    private static func toFormat6(_ connection: SQLiteConnection) throws {
        let hasRows = try connection.first("SELECT 1 FROM fold_partials LIMIT 1") { _ in true }
        if hasRows != nil { throw connection.damaged("it has partials of folds, which its format had no use for") }
        try connection.run("DROP TABLE fold_partials")
        let left = Set(try schemaObjects(connection).map(\.name))
        for object in LedgerSchema.tables + LedgerSchema.triggers where !left.contains(object.name) {
            try connection.run(object.sql)
        }
    }

    private static let fillingFormat5 = [
        """
        INSERT INTO versions (id, name, digest, date, size, stored_size, compression, container, partial, partial_size,
            partial_digest, fold, settings, rows, records_read, records_folded, records_ignored, records_rejected,
            records_coerced, folded_at, run)
        SELECT id, name, digest, date, size, stored_size, compression, container, partial, partial_size,
            partial_digest, \(LedgerSchema.ownFold), plan, rows, records_read, records_folded, records_ignored,
            records_rejected, records_coerced, folded_at, run
        FROM versions_4 ORDER BY id
        """,
        """
        INSERT INTO sums (version, measure, sum, magnitude)
        SELECT id, \(LedgerSchema.ownMeasure), seconds, absolute_seconds FROM versions_4 ORDER BY id
        """,
        "INSERT INTO rejections (version, reason, records) SELECT version, reason, records FROM rejections_4",
        """
        INSERT INTO breakdowns (version, measure, label, records, sum)
        SELECT version, \(LedgerSchema.ownMeasure), app, records, seconds FROM apps ORDER BY version, app
        """,
        "INSERT INTO plans (id, from_generation, text) SELECT id, from_generation, categories FROM maps ORDER BY id",
    ]

    /// What an earlier ledger can say of contents and decisions. Nothing that counts changes here: the next command that
    /// writes settles what follows, under rules of which there are none yet.
    private static let toFormat4 = [
        // Every step that is about a version found its content under the name, but for those of a decision.
        """
        INSERT INTO arrivals (run, name, version)
        SELECT run, name, version FROM (
            SELECT t.id, t.run, t.name, t.version,
                lag(t.version) OVER (PARTITION BY t.name ORDER BY t.id) AS before
            FROM transitions t JOIN runs r ON r.id = t.run
            WHERE t.version IS NOT NULL AND r.command NOT LIKE 'accept %' AND r.command NOT LIKE 'retract %'
                AND r.command NOT LIKE 'restore %')
        WHERE version IS NOT before ORDER BY id
        """,
        // Until now a content that had counted once was not held again.
        """
        INSERT INTO decisions (at, run, generation, kind, name, digest)
        SELECT max(v.folded_at), max(v.run), c.from_generation, 'accept', v.name, v.digest
        FROM versions v JOIN counting c ON c.version = v.id
        WHERE v.records_rejected > 0 OR v.id IN (SELECT t.version FROM transitions t WHERE t.to_state = 'held')
        GROUP BY v.name, v.digest ORDER BY min(v.id)
        """,
        """
        INSERT INTO decisions (at, run, generation, kind, name, digest)
        SELECT f.since, (SELECT max(id) FROM runs), (SELECT value FROM meta WHERE key = 'generation'), 'retract', f.name,
            f.retracted_digest
        FROM files f WHERE f.retracted_digest IS NOT NULL ORDER BY f.name
        """,
        // Of a held file its reason is all that is known, unless the counts say the same.
        """
        INSERT INTO judgements (version, rejected_bytes, held, unusual)
        SELECT f.version, 0, f.reason, iif(f.reason LIKE 'unusual: %', f.reason, NULL)
        FROM files f WHERE f.state = 'held' AND f.reason NOT LIKE '% records were rejected (%' ORDER BY f.name
        """,
        """
        INSERT INTO judgements (version, rejected_bytes, held, unusual)
        SELECT f.version, 0, NULL, f.reason FROM files f
        WHERE f.state = 'folded' AND f.reason LIKE 'unusual: %' ORDER BY f.name
        """,
        """
        INSERT INTO holdings (name, present, claim, digest, fits)
        SELECT f.name, f.version, v.id, v.digest, 1
        FROM files f LEFT JOIN counting c ON c.name = f.name AND c.to_generation IS NULL
            LEFT JOIN versions v ON v.id = coalesce(c.version, iif(f.state = 'duplicate', f.version, NULL))
        """,
        // Bytes that came after those that were retracted, and were not taken, lie there still.
        """
        UPDATE holdings SET present = (
            SELECT a.version FROM arrivals a WHERE a.name = holdings.name ORDER BY a.id DESC LIMIT 1)
        WHERE name IN (SELECT name FROM files WHERE state = 'retracted')
        """,
        """
        INSERT INTO claims (name, version, digest, from_generation)
        SELECT name, claim, digest, (SELECT value FROM meta WHERE key = 'generation') FROM holdings
        WHERE claim IS NOT NULL ORDER BY name
        """,
    ]

    /// Whether the ledger has the tables of a format; false for one of an earlier format that is open for reading.
    func has(format wanted: Int) throws(SQLiteError) -> Bool {
        // A writer has brought it up to date; for a reader one may do so at any time.
        if mode != .read { return true }
        let format = try connection.first("PRAGMA user_version") { (row) throws(SQLiteError) in try row.int(0) }
        return format ?? 0 >= wanted
    }
}
