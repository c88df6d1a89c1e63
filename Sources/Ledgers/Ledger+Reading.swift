//  What the ledger can be asked.

import Records

extension Ledger {
    // MARK: Files

    /// Every file ever seen, by name.
    package func files() throws(LedgerError) -> [FileRecord] {
        try reading("reading the files") {
            try connection.rows(fileQuery + " ORDER BY f.name", [], Self.file)
        }
    }

    package func file(named name: String) throws(LedgerError) -> FileRecord? {
        try reading("looking up \(name)") { try storedFile(name) }
    }

    /// The files that are duplicates of a content, by name: the heirs when it no longer counts.
    package func duplicates(digest: String) throws(LedgerError) -> [FileRecord] {
        try reading("looking up duplicates") {
            try connection.rows(
                fileQuery + " WHERE f.digest = ? AND f.state = 'duplicate' ORDER BY f.name", [digest], Self.file)
        }
    }

    func storedFile(_ name: String) throws(SQLiteError) -> FileRecord? {
        try connection.first(fileQuery + " WHERE f.name = ?", [name], Self.file)
    }

    private var fileQuery: String {
        get throws(SQLiteError) { try has(format: 4) ? Self.fileQuery : Self.fileQueryBeforeFormat4 }
    }

    private static let fileColumns = """
        SELECT f.name, f.state, f.path, f.date, f.device, f.inode, f.size, f.modified_ns, f.changed_ns, f.version,
            f.digest, f.duplicate_of, f.retracted_digest, f.reason, f.since, f.records_folded, f.records_ignored,
            f.records_rejected, f.records_coerced, c.version
        """

    private static let fileQuery =
        fileColumns + """
            , h.present, h.claim, h.fits,
                (SELECT j.unusual FROM judgements j WHERE j.version = f.version ORDER BY j.id DESC LIMIT 1)
            FROM files f LEFT JOIN counting c ON c.name = f.name AND c.to_generation IS NULL
                LEFT JOIN holdings h ON h.name = f.name
            """

    /// What lies under a name is not written down there; as good as any guess is what counts.
    private static let fileQueryBeforeFormat4 =
        fileColumns + """
            , f.version, c.version, 1, NULL
            FROM files f LEFT JOIN counting c ON c.name = f.name AND c.to_generation IS NULL
            """

    private static func file(_ row: SQLiteRow) throws(SQLiteError) -> FileRecord {
        let version = try row.optionalInteger(9).map { VersionID($0) }
        let digest = try row.optionalText(10)
        guard let state = FileState(rawValue: try row.text(1)) else { throw row.unexpected(1, "a state") }
        let status: FileStanding<VersionID>
        switch state {
        case .new: status = .new
        case .waiting: status = .waiting
        case .folded, .held:
            guard let version else { throw row.unexpected(9, "a version") }
            status = state == .folded ? .folded(version) : .held(version)
        case .duplicate:
            guard let digest else { throw row.unexpected(10, "a digest") }
            status = .duplicate(of: try row.text(11), digest: digest, version)
        case .retracted:
            guard let digest else { throw row.unexpected(10, "a digest") }
            status = .retracted(digest: digest, version)
        case .failed:
            var tally: RecordTally?
            if let folded = try row.optionalInt(15) {
                tally = RecordTally(
                    folded: folded, ignored: try row.int(16), rejected: try row.int(17), coerced: try row.int(18))
            }
            status = .failed(tally)
        }
        var hint: FileHint?
        if let size = try row.optionalInteger(6) {
            hint = FileHint(
                device: UInt64(bitPattern: try row.integer(4)), inode: UInt64(bitPattern: try row.integer(5)),
                size: size,
                modified: try row.integer(7), changed: try row.integer(8))
        }
        return FileRecord(
            name: try row.text(0),
            location: FileLocation(path: try row.text(2), date: try row.optionalText(3), hint: hint),
            status: status, digest: digest, reason: try row.text(13), since: try row.integer(14),
            counting: try row.optionalInteger(19).map { VersionID($0) }, retractedDigest: try row.optionalText(12),
            holding: NameHolding(
                present: try row.optionalInteger(20).map { VersionID($0) },
                claim: try row.optionalInteger(21).map { VersionID($0) }, fits: try row.optionalInt(22) != 0),
            unusual: try row.optionalText(23))
    }

    // MARK: Versions

    package func version(_ id: VersionID) throws(LedgerError) -> VersionRecord? {
        try reading("looking up a version") { try storedVersion(id) }
    }

    /// Every version of a content, under whatever name, oldest first.
    package func versions(digest: String) throws(LedgerError) -> [VersionRecord] {
        try reading("looking up a content") {
            try connection.rows(versionQuery + " WHERE v.digest = ? ORDER BY v.id", [digest], Self.version)
        }
    }

    /// Every version, oldest first: those whose partials belong in the checkpoints folder.
    package func versions() throws(LedgerError) -> [VersionRecord] {
        try reading("reading the versions") {
            try connection.rows(versionQuery + " ORDER BY v.id", [], Self.version)
        }
    }

    /// The versions that count now, or counted at a generation; by date, those without one last, then by name.
    package func countingVersions(at generation: Int? = nil) throws(LedgerError) -> [VersionRecord] {
        try reading("reading what counts") {
            let order = " ORDER BY v.date NULLS LAST, v.name"
            guard let generation else {
                return try connection.rows(
                    versionQuery + " JOIN counting c ON c.version = v.id WHERE c.to_generation IS NULL" + order,
                    [],
                    Self.version)
            }
            return try connection.rows(
                versionQuery + " JOIN counting c ON c.version = v.id WHERE " + Self.countedAt + order,
                [generation, generation], Self.version)
        }
    }

    /// The name under which a content counts now; nil when it does not. With `duplicates: count`, the first of them.
    package func countingName(digest: String) throws(LedgerError) -> String? {
        try reading("looking up a content") { try storedCountingName(digest) }
    }

    func storedCountingName(_ digest: String) throws(SQLiteError) -> String? {
        try connection.first(
            "SELECT name FROM counting WHERE digest = ? AND to_generation IS NULL ORDER BY name LIMIT 1", [digest]
        ) { (row) throws(SQLiteError) in try row.text(0) }
    }

    /// What has to be merged in and taken out to come from one generation to another, in either direction.
    ///
    /// - Complexity: one pass over all intervals.
    package func changes(
        from old: Int, to new: Int
    ) throws(LedgerError) -> (added: [VersionID], removed: [VersionID]) {
        try reading("comparing generations") {
            func counted(at generation: Int, notAt other: Int) throws -> [VersionID] {
                try connection.rows(
                    """
                    SELECT c.version FROM counting c WHERE \(Self.countedAt) AND NOT EXISTS (
                        SELECT 1 FROM counting o WHERE o.version = c.version
                            AND o.from_generation <= ? AND (o.to_generation IS NULL OR o.to_generation > ?))
                    ORDER BY c.version
                    """, [generation, generation, other, other]
                ) { (row) throws(SQLiteError) in VersionID(try row.integer(0)) }
            }
            return (try counted(at: new, notAt: old), try counted(at: old, notAt: new))
        }
    }

    private static let countedAt = "c.from_generation <= ? AND (c.to_generation IS NULL OR c.to_generation > ?)"

    func storedVersion(_ id: VersionID) throws(SQLiteError) -> VersionRecord? {
        try connection.first(versionQuery + " WHERE v.id = ?", [id.rawValue], Self.version)
    }

    private var versionQuery: String {
        get throws(SQLiteError) {
            try has(format: LedgerSchema.measuresFormat) ? Self.versionQuery : Self.versionQueryBeforeFormat5
        }
    }

    private static let versionQuery = """
        SELECT v.id, v.name, v.digest, v.date, v.size, v.stored_size, v.compression, v.container, v.partial,
            v.partial_size, v.partial_digest, v.settings, v.rows, s.sum, s.magnitude, v.records_folded,
            v.records_ignored, v.records_rejected, v.records_coerced, v.folded_at, v.run
        FROM versions v LEFT JOIN sums s ON s.version = v.id AND s.measure = \(LedgerSchema.ownMeasure)
        """

    private static let versionQueryBeforeFormat5 = """
        SELECT v.id, v.name, v.digest, v.date, v.size, v.stored_size, v.compression, v.container, v.partial,
            v.partial_size, v.partial_digest, v.plan, v.rows, v.seconds, v.absolute_seconds, v.records_folded,
            v.records_ignored, v.records_rejected, v.records_coerced, v.folded_at, v.run
        FROM versions v
        """

    static func version(_ row: SQLiteRow) throws(SQLiteError) -> VersionRecord {
        VersionRecord(
            id: VersionID(try row.integer(0)),
            facts: VersionFacts(
                name: try row.text(1), digest: try row.text(2), date: try row.optionalText(3), size: try row.int(4),
                storedSize: try row.int(5), compression: try row.text(6), container: try row.text(7),
                partial: try row.text(8), partialSize: try row.int(9), partialDigest: try row.text(10),
                settings: try row.text(11), rows: try row.int(12), sum: try row.integer(13),
                magnitude: try row.integer(14)),
            tally: RecordTally(
                folded: try row.int(15), ignored: try row.int(16), rejected: try row.int(17), coerced: try row.int(18)),
            foldedAt: try row.integer(19), run: RunID(try row.integer(20)))
    }

    // MARK: Sums

    /// How many records of a version were rejected, by reason.
    package func rejections(of version: VersionID) throws(LedgerError) -> [RejectReason: Int] {
        try reading("reading rejections") {
            var result: [RejectReason: Int] = [:]
            try connection.forEach(
                "SELECT reason, records FROM rejections WHERE version = ?", [version.rawValue]
            ) { (row) throws(SQLiteError) in
                guard let reason = RejectReason(rawValue: try row.text(0)) else { throw row.unexpected(0, "a reason") }
                result[reason] = try row.int(1)
            }
            return result
        }
    }

    /// A version's sums by label, ascending by the label's bytes.
    ///
    /// - Parameter leastRecords: labels with fewer records are left out.
    package func breakdown(of version: VersionID, leastRecords: Int = 0) throws(LedgerError) -> [BreakdownSum] {
        try reading("reading sums by label") {
            let source = try breakdownSource
            return try connection.rows(
                """
                SELECT b.\(source.label), b.records, b.\(source.sum) FROM \(source.table) b
                WHERE b.version = ? AND \(source.condition) AND b.records >= ? ORDER BY b.\(source.label)
                """, [version.rawValue, leastRecords]
            ) { (row) throws(SQLiteError) in
                BreakdownSum(label: try row.text(0), records: try row.int(1), sum: try row.integer(2))
            }
        }
    }

    /// Sums by date and label over what counts now, or counted at a generation; by date, files without one last, then by
    /// label.
    package func datedBreakdown(at generation: Int? = nil) throws(LedgerError) -> [DatedBreakdownSum] {
        try reading("summing by date and label") {
            let generation = try generation ?? storedGeneration()
            let source = try breakdownSource
            // CROSS: what counts comes first, or SQLite would begin with all break-downs of a measure.
            return try connection.rows(
                """
                SELECT v.date, b.\(source.label), sum(b.records), sum(b.\(source.sum))
                FROM counting c JOIN versions v ON v.id = c.version
                    CROSS JOIN \(source.table) b ON b.version = c.version
                WHERE \(source.condition) AND \(Self.countedAt) GROUP BY v.date, b.\(source.label)
                ORDER BY v.date NULLS LAST, b.\(source.label)
                """, [generation, generation]
            ) { (row) throws(SQLiteError) in
                DatedBreakdownSum(
                    date: try row.optionalText(0), label: try row.text(1), records: try row.int(2),
                    sum: try row.integer(3))
            }
        }
    }

    /// The table of sums by label, its columns, and which of its rows, called `b`, are of the plan's measure.
    private var breakdownSource: (table: String, label: String, sum: String, condition: String) {
        get throws(SQLiteError) {
            try has(format: LedgerSchema.measuresFormat)
                ? ("breakdowns", "label", "sum", "b.measure = \(LedgerSchema.ownMeasure)")
                : ("apps", "app", "seconds", "TRUE")
        }
    }

    // MARK: History

    /// When a generation came to be, in Unix milliseconds; nil when nothing that is known led to it: the first one, which
    /// is empty, and those before a ledger was rebuilt.
    ///
    /// - Complexity: one pass over all steps of all files.
    package func moment(ofGeneration generation: Int) throws(LedgerError) -> Int64? {
        guard generation > 0 else { return nil }
        return try reading("looking up a generation") {
            try connection.first("SELECT min(at) FROM transitions WHERE generation = ?", [generation]) {
                (row) throws(SQLiteError) in try row.optionalInteger(0)
            } ?? nil
        }
    }

    /// All that happened under a name; empty when it was never seen.
    package func history(of name: String) throws(LedgerError) -> FileHistory {
        try reading("reading the history of \(name)") {
            let versions = try connection.rows(
                versionQuery + " WHERE v.name = ? ORDER BY v.id", [name], Self.version)
            let intervals = try connection.rows(
                "SELECT version, from_generation, to_generation, ended FROM counting WHERE name = ? ORDER BY id", [name]
            ) { (row) throws(SQLiteError) in
                var ended: StopReason?
                if let text = try row.optionalText(3) {
                    ended = StopReason(rawValue: text)
                    if ended == nil { throw row.unexpected(3, "why a version stopped counting") }
                }
                return CountingInterval(
                    version: VersionID(try row.integer(0)), from: try row.int(1), to: try row.optionalInt(2),
                    ended: ended)
            }
            return FileHistory(
                versions: versions, intervals: intervals, transitions: try storedTransitions("WHERE name = ?", [name]))
        }
    }

    /// Every step of every file in a run, in order.
    package func transitions(in run: RunID) throws(LedgerError) -> [TransitionRecord] {
        try reading("reading the history of a run") { try storedTransitions("WHERE run = ?", [run.rawValue]) }
    }

    private func storedTransitions(
        _ condition: String, _ values: [any SQLiteBindable]
    ) throws(SQLiteError) -> [TransitionRecord] {
        try connection.rows(
            """
            SELECT at, run, name, from_state, to_state, version, generation, reason FROM transitions
            \(condition) ORDER BY id
            """, values
        ) { (row) throws(SQLiteError) in
            var from: FileState?
            if let text = try row.optionalText(3) {
                from = FileState(rawValue: text)
                if from == nil { throw row.unexpected(3, "a state") }
            }
            guard let to = FileState(rawValue: try row.text(4)) else { throw row.unexpected(4, "a state") }
            return TransitionRecord(
                at: try row.integer(0), run: RunID(try row.integer(1)), name: try row.text(2), from: from, to: to,
                version: try row.optionalInteger(5).map { VersionID($0) }, generation: try row.int(6),
                reason: try row.text(7))
        }
    }
}
