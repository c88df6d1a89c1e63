//  Is everything the ledger says true of itself?

extension Ledger {
    /// Looks at every page, every index, every foreign key and every invariant.
    ///
    /// - Returns: what is wrong, in words; nothing when all is well.
    /// - Complexity: one pass over the ledger, and one over each of its indexes.
    package func check() throws(LedgerError) -> [String] {
        try reading("checking the ledger") {
            var findings = try connection.rows("PRAGMA integrity_check") { (row) throws(SQLiteError) in
                try row.text(0)
            }.filter { $0 != "ok" }
            try connection.forEach("PRAGMA foreign_key_check") { (row) throws(SQLiteError) in
                findings.append("a row of \(try row.text(0)) refers to a row of \(try row.text(2)) that is missing")
            }
            let format = try mode == .read ? Self.header(connection).format : LedgerSchema.format
            for invariant in Self.invariants
            where invariant.format <= format && format <= invariant.lastFormat {
                try connection.forEach(invariant.violations) { (row) throws(SQLiteError) in
                    findings.append("\(try row.text(0)): \(invariant.finding)")
                }
            }
            return findings
        }
    }

    /// A rule that spans rows, as a query for what breaks it.
    private struct Invariant {
        var finding: String
        /// The first format that has the tables.
        var format = 1
        /// The last format that it is asked of.
        var lastFormat = Int.max
        /// Returns the name of whatever breaks the rule, as text.
        var violations: String
    }

    private static let invariants = [
        Invariant(
            finding: "is folded, but its version does not count",
            violations: """
                SELECT f.name FROM files f WHERE f.state = 'folded' AND NOT EXISTS (
                    SELECT 1 FROM counting c WHERE c.version = f.version AND c.to_generation IS NULL)
                """),
        Invariant(
            finding: "counts, although its file is missing, a duplicate or retracted",
            violations: """
                SELECT c.name FROM counting c WHERE c.to_generation IS NULL AND NOT EXISTS (
                    SELECT 1 FROM files f WHERE f.name = c.name AND f.state <> 'duplicate'
                        AND (f.state <> 'retracted' OR f.digest IS NOT c.digest))
                """),
        Invariant(
            finding: "is a duplicate of a content that does not count under the name given",
            violations: """
                SELECT f.name FROM files f WHERE f.state = 'duplicate' AND NOT EXISTS (
                    SELECT 1 FROM counting c
                    WHERE c.name = f.duplicate_of AND c.digest = f.digest AND c.to_generation IS NULL)
                """),
        Invariant(
            finding: "counts, but is not what its name claims", format: 4,
            violations: """
                SELECT c.name FROM counting c WHERE c.to_generation IS NULL AND NOT EXISTS (
                    SELECT 1 FROM holdings h WHERE h.name = c.name AND h.claim = c.version AND h.fits = 1)
                """),
        Invariant(
            finding: "claims a content that counts nowhere", format: 4,
            violations: """
                SELECT h.name FROM holdings h WHERE h.claim IS NOT NULL AND h.fits = 1 AND NOT EXISTS (
                    SELECT 1 FROM counting c WHERE c.digest = h.digest AND c.to_generation IS NULL)
                """),
        Invariant(
            finding: "claims a version of another content or name", format: 4,
            violations: """
                SELECT h.name FROM holdings h JOIN versions v ON v.id = h.claim
                WHERE v.digest IS NOT h.digest OR v.name IS NOT h.name
                """),
        Invariant(
            finding: "claims another version than the last that was written down", format: 4,
            violations: """
                SELECT h.name FROM holdings h WHERE h.claim IS NOT (
                    SELECT c.version FROM claims c WHERE c.name = h.name ORDER BY c.id DESC LIMIT 1)
                """),
        Invariant(
            finding: "claims a content that was retracted", format: 4,
            violations: """
                SELECT h.name FROM holdings h WHERE h.claim IS NOT NULL AND 'retract' IS (
                    SELECT d.kind FROM decisions d
                    WHERE d.name = h.name AND d.digest = h.digest AND d.kind IN ('retract', 'restore')
                    ORDER BY d.id DESC LIMIT 1)
                """),
        Invariant(
            finding: "is known, but not what lies there", format: 4,
            violations: """
                SELECT f.name FROM files f WHERE NOT EXISTS (SELECT 1 FROM holdings h WHERE h.name = f.name)
                """),
        Invariant(
            finding: "counts twice in one generation",
            violations: """
                SELECT DISTINCT a.name FROM counting a JOIN counting b ON b.name = a.name AND b.id > a.id
                WHERE b.from_generation < coalesce(a.to_generation, b.from_generation + 1)
                    AND a.from_generation < coalesce(b.to_generation, a.from_generation + 1)
                """),
        Invariant(
            finding: "starts or stops counting in a generation that has not come yet",
            violations: """
                SELECT name FROM counting
                WHERE max(from_generation, coalesce(to_generation, 0))
                    > (SELECT value FROM meta WHERE key = 'generation')
                """),
        Invariant(
            finding: "nothing started or stopped counting in this generation",
            violations: """
                WITH RECURSIVE generations (g) AS (
                    SELECT 1 WHERE 0 < (SELECT value FROM meta WHERE key = 'generation')
                    UNION ALL
                    SELECT g + 1 FROM generations WHERE g < (SELECT value FROM meta WHERE key = 'generation'))
                SELECT CAST(g AS TEXT) FROM generations
                WHERE g NOT IN (SELECT from_generation FROM counting)
                    AND g NOT IN (SELECT to_generation FROM counting WHERE to_generation IS NOT NULL)
                """),
        Invariant(
            finding: "its rejections by reason do not add up",
            violations: """
                SELECT v.name FROM versions v WHERE v.records_rejected <> (
                    SELECT coalesce(sum(r.records), 0) FROM rejections r WHERE r.version = v.id)
                """),
        Invariant(
            finding: "its coercions by field do not add up", format: 2, lastFormat: LedgerSchema.noticesFormat - 1,
            violations: """
                SELECT v.name FROM versions v JOIN observed o ON o.version = v.id LEFT JOIN (
                    SELECT version, sum(records) AS sum, max(records) AS max FROM coercions GROUP BY version) c
                    ON c.version = v.id
                WHERE v.records_coerced NOT BETWEEN coalesce(c.max, 0) AND coalesce(c.sum, 0)
                """),
        Invariant(
            finding: "its coercions by field do not add up", format: LedgerSchema.noticesFormat,
            violations: """
                SELECT v.name FROM versions v JOIN observed o ON o.version = v.id LEFT JOIN (
                    SELECT version, sum(records) AS sum, max(records) AS max FROM (
                        SELECT version, records FROM coercions
                        UNION ALL SELECT version, number FROM noticed WHERE what = 'lenient') GROUP BY version) c
                    ON c.version = v.id
                WHERE v.records_coerced NOT BETWEEN coalesce(c.max, 0) AND coalesce(c.sum, 0)
                """),
        Invariant(
            finding: "records were rejected for a reason without an example", format: 2,
            violations: """
                SELECT v.name FROM versions v JOIN observed o ON o.version = v.id
                    JOIN rejections r ON r.version = v.id
                WHERE NOT EXISTS (SELECT 1 FROM examples e WHERE e.version = r.version AND e.reason = r.reason)
                """),
        Invariant(
            finding: "it has no sum", format: LedgerSchema.measuresFormat,
            violations: """
                SELECT v.name FROM versions v WHERE v.fold = \(LedgerSchema.ownFold) AND NOT EXISTS (
                    SELECT 1 FROM sums s WHERE s.version = v.id AND s.measure = \(LedgerSchema.ownMeasure))
                """),
        Invariant(
            finding: "its sums by label do not add up", format: LedgerSchema.measuresFormat,
            violations: """
                SELECT v.name FROM versions v
                    JOIN sums s ON s.version = v.id AND s.measure = \(LedgerSchema.ownMeasure)
                    LEFT JOIN (
                        SELECT version, sum(records) AS records, sum(sum) AS sum FROM breakdowns
                        WHERE measure = \(LedgerSchema.ownMeasure) GROUP BY version) b ON b.version = v.id
                WHERE v.records_folded <> coalesce(b.records, 0) OR s.sum <> coalesce(b.sum, 0)
                """),
        Invariant(
            finding: "its sums by label do not add up", lastFormat: LedgerSchema.measuresFormat - 1,
            violations: """
                SELECT v.name FROM versions v LEFT JOIN (
                    SELECT version, sum(records) AS records, sum(seconds) AS seconds FROM apps GROUP BY version) a
                    ON a.version = v.id
                WHERE v.records_folded <> coalesce(a.records, 0) OR v.seconds <> coalesce(a.seconds, 0)
                """),
        Invariant(
            finding: "its state is not the one that its history ends with",
            violations: """
                SELECT f.name FROM files f WHERE f.state IS NOT (
                    SELECT t.to_state FROM transitions t WHERE t.name = f.name ORDER BY t.id DESC LIMIT 1)
                """),
        Invariant(
            finding: "its history has a gap",
            violations: """
                SELECT DISTINCT name FROM (
                    SELECT name, from_state, lag(to_state) OVER (PARTITION BY name ORDER BY id) AS before
                    FROM transitions)
                WHERE from_state IS NOT before
                """),
    ]
}
