//  What lies under each name, what was decided about contents, and under which rules that was settled: what
//  Resolution.swift works from.

import Records

extension Ledger {
    /// The settings that what counts was settled under last; nil when it never was.
    package func rules() throws(LedgerError) -> String? {
        try reading("reading the rules") {
            guard try has(format: 4) else { return nil }
            return try connection.first("SELECT text FROM rules ORDER BY id DESC LIMIT 1") {
                (row) throws(SQLiteError) in try row.text(0)
            }
        }
    }

    /// Names that a content was ever folded under.
    package func names(ofContent digest: String) throws(LedgerError) -> [String] {
        try reading("looking up the names of a content") {
            try connection.rows("SELECT DISTINCT name FROM versions WHERE digest = ? ORDER BY name", [digest]) {
                (row) throws(SQLiteError) in try row.text(0)
            }
        }
    }

    /// Every whole content that was found under a name, the last one first, and whether its partial is gone for good.
    package func arrivals(of name: String) throws(LedgerError) -> [(version: VersionRecord, isLost: Bool)] {
        try reading("reading what was found under \(name)") {
            try connection.rows(
                "SELECT version, version IN (SELECT version FROM losses) FROM arrivals WHERE name = ? ORDER BY id DESC",
                [name]
            ) { (row) throws(SQLiteError) in
                let id = VersionID(try row.integer(0))
                guard let version = try storedVersion(id) else { throw row.unexpected(0, "a version") }
                return (version, try row.int(1) == 1)
            }
        }
    }

    /// Whether a person accepted a content, under whatever name.
    package func isAccepted(_ digest: String) throws(LedgerError) -> Bool {
        try reading("looking up a decision") {
            try connection.first("SELECT 1 FROM decisions WHERE digest = ? AND kind = 'accept'", [digest]) { _ in true }
                ?? false
        }
    }

    /// The contents that a person took out of a name and did not restore, in the order of the decisions.
    package func retractedContents(of name: String) throws(LedgerError) -> [String] {
        try reading("looking up what was retracted") {
            var contents: [String] = []
            try connection.forEach(
                "SELECT kind, digest FROM decisions WHERE name = ? AND kind IN ('retract', 'restore') ORDER BY id",
                [name]
            ) { (row) throws(SQLiteError) in
                let digest = try row.text(1)
                contents.removeAll { $0 == digest }
                if try row.text(0) == DecisionKind.retract.rawValue { contents.append(digest) }
            }
            return contents
        }
    }

    func storedIsRetracted(_ digest: String, under name: String) throws(SQLiteError) -> Bool {
        try connection.first(
            """
            SELECT kind FROM decisions WHERE name = ? AND digest = ? AND kind IN ('retract', 'restore')
            ORDER BY id DESC LIMIT 1
            """, [name, digest]
        ) { (row) throws(SQLiteError) in try row.text(0) } == DecisionKind.retract.rawValue
    }

    /// How many decisions were taken.
    package var decisionCount: Int {
        get throws(LedgerError) {
            try reading("counting the decisions") {
                guard try has(format: 4) else { return 0 }
                return try connection.first("SELECT count(*) FROM decisions") { (row) throws(SQLiteError) in
                    try row.int(0)
                } ?? 0
            }
        }
    }

    /// Every decision, in order.
    package func decisions() throws(LedgerError) -> [ContentDecision] {
        try reading("reading the decisions") {
            guard try has(format: 4) else { return [] }
            return try connection.rows("SELECT kind, name, digest FROM decisions ORDER BY id") {
                (row) throws(SQLiteError) in
                guard let kind = DecisionKind(rawValue: try row.text(0)) else { throw row.unexpected(0, "a decision") }
                return ContentDecision(kind, try row.text(1), digest: try row.text(2))
            }
        }
    }

    /// What was found out about a version last; nil when it was not checked.
    package func judgement(of version: VersionID) throws(LedgerError) -> VersionJudgement? {
        try reading("looking up a judgement") {
            guard try has(format: 4) else { return nil }
            return try connection.first(
                "SELECT rejected_bytes, held, unusual FROM judgements WHERE version = ? ORDER BY id DESC LIMIT 1",
                [version.rawValue]
            ) { (row) throws(SQLiteError) in
                VersionJudgement(
                    rejectedBytes: try row.int(0), held: try row.optionalText(1), unusual: try row.optionalText(2))
            }
        }
    }

    /// Why a content is held under any name, whatever the settings are: what was found out last about any version of it.
    package func reasonToHold(content digest: String) throws(LedgerError) -> String? {
        try reading("looking up a judgement") {
            try connection.first(
                """
                SELECT j.held FROM versions v JOIN judgements j ON j.version = v.id WHERE v.digest = ?
                ORDER BY j.id DESC LIMIT 1
                """, [digest]
            ) { (row) throws(SQLiteError) in try row.optionalText(0) } ?? nil
        }
    }

    /// Whether the claims of some names are left out because the sums would not fit with them.
    package func leavesOutClaims() throws(LedgerError) -> Bool {
        try reading("looking up what is left out") {
            try connection.first("SELECT 1 FROM holdings WHERE fits = 0 LIMIT 1") { _ in true } ?? false
        }
    }

    /// The names that claimed a content at a generation, with their versions of it, by name; those whose bytes came when
    /// an earlier program wrote the ledger are known from its upgrade on.
    package func claimants(
        _ digest: String, at generation: Int
    ) throws(LedgerError) -> [(name: String, version: VersionID)] {
        try reading("looking up who holds a content") {
            guard try has(format: 4) else { return [] }
            return try connection.rows(
                """
                SELECT c.name, c.version FROM claims c WHERE c.digest = ?1 AND c.from_generation <= ?2 AND NOT EXISTS (
                    SELECT 1 FROM claims later
                    WHERE later.name = c.name AND later.id > c.id AND later.from_generation <= ?2)
                ORDER BY c.name
                """, [digest, generation]
            ) { (row) throws(SQLiteError) in (try row.text(0), VersionID(try row.integer(1))) }
        }
    }

    /// The sum of the magnitudes of all that counts: no sum over any of it can be larger.
    package func countedMagnitude() throws(LedgerError) -> Int64 {
        let (generation, sum) = try reading("summing what counts") {
            let generation = try storedGeneration()
            if let known = countedMagnitudes, known.generation == generation { return known }
            let hasSums = try has(format: LedgerSchema.measuresFormat)
            let sum = try connection.first(
                hasSums
                    ? """
                    SELECT coalesce(sum(s.magnitude), 0) FROM counting c JOIN sums s ON s.version = c.version
                    WHERE s.measure = \(LedgerSchema.ownMeasure) AND c.to_generation IS NULL
                    """
                    : """
                    SELECT coalesce(sum(v.absolute_seconds), 0) FROM counting c JOIN versions v ON v.id = c.version
                    WHERE c.to_generation IS NULL
                    """
            ) { (row) throws(SQLiteError) in try row.integer(0) }!
            return (generation: generation, sum: sum)
        }
        countedMagnitudes = (generation, sum)
        return sum
    }
}
