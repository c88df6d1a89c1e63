//  Bringing a ledger of an earlier format up to date.
//
//  Each format adds tables, indexes and triggers to the one before it and changes nothing else, so an upgrade makes what
//  is missing, fills it with what the older tables know, and writes the new number, in one transaction: after a crash the
//  ledger is of the old format or of the new one. A reader that has it open meanwhile goes on reading what it knew. There is no way back; an earlier program
//  refuses the ledger and says so.

extension Ledger {
    /// - Precondition: the schema is that of the format which the ledger claims.
    static func upgrade(_ connection: SQLiteConnection) throws {
        try connection.transaction(.immediate) {
            // Asked again: another writer may have been faster.
            let (_, format) = try header(connection)
            for added in LedgerSchema.additions.dropFirst(format) {
                for object in added { try connection.run(object.sql) }
            }
            if format < 4 { for statement in toFormat4 { try connection.run(statement) } }
            try connection.run("PRAGMA user_version = \(LedgerSchema.format)")
        }
    }

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
        return try Self.header(connection).format >= wanted
    }
}
