//  Partials of folds beside the plan's own: which file has a version's partial of which table.
//
//      versions 1 a.json, 2 b.json          fold_packs 1 session '' folds/session/…/a-9f3c.parquet        fold_partials
//      folded together, two tables                     2 session videos folds/session.videos/…           1 → 1, slot 0   2 → 1, slot 1
//                                                                                                        1 → 2, slot 0   2 → 2, slot 1
//
//  A pack is written down with the first version that needs it; what nobody needs is nowhere. If a version has two partials of
//  one table, the later counts: it was made because the earlier pack is damaged.

extension Ledger {
    /// Packs that are not known yet are written down.
    ///
    /// - Throws: `ChangeViolation` for a pack that is known otherwise.
    func insert(_ partials: [(version: VersionID, FoldPartial)]) throws {
        var ids: [String: Int64] = [:]
        for (version, partial) in partials {
            let pack = partial.pack
            guard partial.slot < pack.slots else {
                throw ChangeViolation.notAllowed(detail: "\(pack.path) has no slot \(partial.slot)")
            }
            let id = try ids[pack.path] ?? self.id(of: pack)
            ids[pack.path] = id
            try connection.run(
                "INSERT INTO fold_partials (version, pack, slot) VALUES (?, ?, ?)",
                [version.rawValue, id, partial.slot])
        }
    }

    private func id(of pack: FoldPack) throws -> Int64 {
        if let (id, known) = try storedPacks("WHERE p.path = ?", [pack.path]).first {
            guard known == pack else { throw ChangeViolation.notAllowed(detail: "\(pack.path) is known otherwise") }
            return id
        }
        try connection.run("INSERT INTO folds (name) VALUES (?) ON CONFLICT DO NOTHING", [pack.fold])
        try connection.run(
            """
            INSERT INTO fold_packs (fold, identity, part, path, size, digest, rows, slots)
            SELECT id, ?, ?, ?, ?, ?, ?, ? FROM folds WHERE name = ?
            """, [pack.identity, pack.part, pack.path, pack.size, pack.digest, pack.rows, pack.slots, pack.fold])
        return connection.lastInsertedRow
    }

    private func storedPacks(
        _ condition: String = "", _ values: [any SQLiteBindable] = []
    ) throws(SQLiteError) -> [(id: Int64, pack: FoldPack)] {
        try connection.rows(
            """
            SELECT p.id, f.name, p.identity, p.part, p.path, p.size, p.digest, p.rows, p.slots
            FROM fold_packs p JOIN folds f ON f.id = p.fold \(condition) ORDER BY p.id
            """, values
        ) { (row) throws(SQLiteError) in
            (
                try row.integer(0),
                FoldPack(
                    fold: try row.text(1), identity: try row.text(2), part: try row.text(3), path: try row.text(4),
                    size: try row.int(5), digest: try row.text(6), rows: try row.int(7), slots: try row.int(8))
            )
        }
    }

    /// All packs, in the order in which they came.
    package func foldPacks() throws(LedgerError) -> [FoldPack] {
        try reading("reading the packs of folds") {
            try has(format: LedgerSchema.packsFormat) ? storedPacks().map(\.pack) : []
        }
    }

    /// The versions whose partials are those in a pack.
    package func versions(inPack path: String) throws(LedgerError) -> [VersionID] {
        try reading("reading what is in \(path)") {
            guard try has(format: LedgerSchema.packsFormat) else { return [] }
            return try connection.rows(
                """
                SELECT x.version FROM fold_partials x JOIN fold_packs p ON p.id = x.pack
                WHERE p.path = ? AND NOT EXISTS (
                    SELECT 1 FROM fold_partials y JOIN fold_packs q ON q.id = y.pack
                    WHERE y.version = x.version AND q.id > p.id
                        AND (q.fold, q.identity, q.part) = (p.fold, p.identity, p.part))
                """, [path]
            ) { (row) throws(SQLiteError) in VersionID(try row.integer(0)) }
        }
    }

    /// The partials of an identity, by version: of each table one.
    ///
    /// - Parameter fold: its name; an identity is of one fold.
    package func foldPartials(of fold: String, identity: String) throws(LedgerError) -> [VersionID: [FoldPartial]] {
        try reading("reading the partials of \(fold)") {
            guard try has(format: LedgerSchema.packsFormat) else { return [:] }
            let packs = Dictionary(
                uniqueKeysWithValues: try storedPacks("WHERE f.name = ? AND p.identity = ?", [fold, identity]).map {
                    ($0.id, $0.pack)
                })
            var partials: [VersionID: [FoldPartial]] = [:]
            try connection.forEach(
                """
                SELECT x.version, x.pack, x.slot FROM fold_partials x JOIN fold_packs p ON p.id = x.pack
                    JOIN folds f ON f.id = p.fold
                WHERE f.name = ? AND p.identity = ? ORDER BY x.version, x.pack
                """, [fold, identity]
            ) { (row) throws(SQLiteError) in
                guard let pack = packs[try row.integer(1)] else { throw row.unexpected(1, "a pack") }
                let version = VersionID(try row.integer(0))
                partials[version, default: []].removeAll { $0.pack.part == pack.part }
                partials[version]!.append(FoldPartial(pack: pack, slot: try row.int(2)))
            }
            return partials
        }
    }
}
