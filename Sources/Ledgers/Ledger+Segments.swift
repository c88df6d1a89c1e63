//  Segments: partials of a fold's table that were merged into one file, so that the table costs what changed and not what
//  there is. They are derived: each names what it was merged from, and whoever finds that something else counts now, or that
//  the file is not what is written here, merges again.

/// A file with merged partials.
package struct FoldSegment: Sendable, Hashable {
    /// The fold's name.
    package var fold: String
    /// Empty for the table of the keys, else a companion's name.
    package var part: String
    /// Which of the table's segments it is; unique among those of a table.
    package var name: String
    /// Identifies what was merged, 32 hexadecimal digits.
    package var inputs: String
    /// Below the checkpoints folder.
    package var path: String
    package var size: Int
    /// XXH3-128 of the file in hexadecimal.
    package var digest: String
    package var rows: Int

    package init(
        fold: String, part: String, name: String, inputs: String, path: String, size: Int, digest: String, rows: Int
    ) {
        (self.fold, self.part, self.name, self.inputs) = (fold, part, name, inputs)
        (self.path, self.size, self.digest, self.rows) = (path, size, digest, rows)
    }
}

extension Ledger {
    /// All segments, in the order of tables and names.
    package func segments() throws(LedgerError) -> [FoldSegment] {
        try reading("reading the segments of folds") {
            guard try has(format: LedgerSchema.packsFormat) else { return [] }
            return try connection.rows(
                """
                SELECT f.name, s.part, s.name, s.inputs, s.path, s.size, s.digest, s.rows
                FROM segments s JOIN folds f ON f.id = s.fold ORDER BY f.name, s.part, s.name, s.inputs
                """
            ) { (row) throws(SQLiteError) in
                FoldSegment(
                    fold: try row.text(0), part: try row.text(1), name: try row.text(2), inputs: try row.text(3),
                    path: try row.text(4), size: try row.int(5), digest: try row.text(6), rows: try row.int(7))
            }
        }
    }

    /// Forgets segments and gets others, in one transaction.
    ///
    /// - Parameters:
    ///   - paths: of those to be forgotten.
    ///   - segments: new ones; a path may be that of one that is forgotten.
    package func replaceSegments(_ paths: some Sequence<String>, with segments: [FoldSegment]) throws(LedgerError) {
        try writing("writing down the segments of folds") {
            for path in paths { try connection.run("DELETE FROM segments WHERE path = ?", [path]) }
            for segment in segments {
                try connection.run(
                    """
                    INSERT INTO segments (fold, part, name, inputs, path, size, digest, rows)
                    SELECT id, ?, ?, ?, ?, ?, ?, ? FROM folds WHERE name = ?
                    """,
                    [
                        segment.part, segment.name, segment.inputs, segment.path, segment.size, segment.digest,
                        segment.rows, segment.fold,
                    ])
                guard connection.changes == 1 else {
                    throw ChangeViolation.notAllowed(detail: "\(segment.path) is of a fold without partials")
                }
            }
        }
    }
}
