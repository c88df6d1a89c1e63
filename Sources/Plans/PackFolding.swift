//  Partials that are kept: several files folded at once, each in a slot of its own, and answers over many such packs.
//
//      rows of files, with a slot each ─▶ a pack for each table of each fold        fold
//      packs, with the slots that count ─▶ merged ─▶ the answer                      answer
//
//  A source that keeps its rows has a pack of them beside the others, of which a fold can be made later.
//
//  A statement costs about a millisecond however few rows it is about, so small files share one. If rows of one of them do not
//  fit an expression, they are folded one by one: that file fails, and no other.

import Configuration
import DuckDB
import DurableIO
import FoldSQL
import KeyedTables
import Records

/// A pack that was written, and has no place yet.
package struct WrittenPack: Sendable, Hashable {
    package var table: KeptTable
    /// Empty for the table of the keys and for rows, else the companion's name.
    package var part: String
    package var path: String
}

/// What counts of a pack.
package struct PackRows: Sendable, Hashable {
    /// An absolute path.
    package var path: String
    /// Nil: all slots.
    package var slots: Set<Int>?

    package init(path: String, slots: Set<Int>?) { (self.path, self.slots) = (path, slots) }
}

extension StateTable {
    /// Which table of its fold it is: empty for that of the keys.
    package func part(of fold: CompiledFold) -> String {
        name == fold.checked.name ? "" : String(name.dropFirst(fold.checked.name.count + 1))
    }
}

/// Folds with a session.
///
/// `@unchecked Sendable`: one thread at a time has it.
package final class PackFolding: @unchecked Sendable {
    private let plan: PlanFolder
    package let folds: [CompiledFold]
    private let session: DuckDBSession
    private var packs = 0

    /// - Parameters:
    ///   - folds: compiled in this session by ``PlanCheck``.
    ///   - session: with a folder of its own, if files are to be folded.
    package init(_ plan: PlanFolder, _ folds: [CompiledFold], _ session: DuckDBSession) {
        (self.plan, self.folds, self.session) = (plan, folds, session)
    }

    /// Where rows and packs are put.
    package var folder: String {
        guard let folder = session.folder else { preconditionFailure("folding needs a folder") }
        return folder
    }

    private static let rows = SQLText.identifier("__w_rows")

    // MARK: Folding

    /// Folds the rows of files by folds of their source, each file in the slot of its place.
    ///
    /// - Parameters:
    ///   - tables: of the source, what the files are to have.
    ///   - metadata: of the pack of a table.
    /// - Throws: ``FoldFailure`` for rows that an expression does not take; `DuckDBError`.
    package func fold(
        _ files: [StagedFile], of source: PlanSource, into tables: [KeptTable],
        metadata: (_ table: KeptTable, _ part: String) -> [(String, String)]
    ) throws -> [WrittenPack] {
        let stage = StageTable(source)
        try session.execute(
            "CREATE OR REPLACE TEMP VIEW \(Self.rows) AS \(stage.rows(of: files, slot: StageTable.slot))")
        var written: [WrittenPack] = []
        func write(_ query: String, _ table: KeptTable, part: String, _ compression: String) throws(DuckDBError) {
            packs += 1
            let pack = WrittenPack(table: table, part: part, path: Path.join(folder, "pack-\(packs).parquet"))
            let pairs = metadata(table, part).map { CopyMetadata($0.0, $0.1) }
            try session.copy(query, to: pack.path, .parquet(compression: compression, metadata: pairs))
            written.append(pack)
        }
        do {
            for table in tables {
                if table.isStage {
                    // Large, and read seldom.
                    try write(stage.kept(from: Self.rows, slot: StageTable.slot), table, part: "", "zstd")
                    continue
                }
                let fold = folds.first { $0.checked.name == table.name }!
                for state in fold.tables {
                    do throws(DuckDBError) {
                        try write(
                            state.partial(over: Self.rows, slot: StageTable.slot), table, part: state.part(of: fold),
                            "lz4_raw")
                    } catch {
                        guard case .statement(let failure) = error, failure.isOfRows else { throw error }
                        // Of several it is found out which when they are folded one by one.
                        guard files.count == 1 else { throw SeveralFailed() }
                        var ofRow = try FailingRow(fold, state, session).failure(files[0], failure, Self.rows)
                        ofRow.identity = table.identity
                        throw ofRow
                    }
                }
            }
        } catch {
            discard(written)
            throw error
        }
        return written
    }

    /// What files give to folds: of each file, in the order of slots, a profile for each pack of a fold's keys.
    ///
    /// - Parameters:
    ///   - packs: as they were written, in the session's folder.
    ///   - slots: how many files they are of.
    /// - Throws: `DuckDBError`.
    package func profiles(of packs: [WrittenPack], slots: Int) throws -> [[FoldProfile]] {
        var profiles: [[FoldProfile]] = Array(repeating: [], count: slots)
        for pack in packs where pack.part.isEmpty && !pack.table.isStage {
            let table = folds.first { $0.checked.name == pack.table.name }!.tables[0]
            let bySlot = Dictionary(
                uniqueKeysWithValues: try session.rows(Self.profile(of: pack.path, table)).rows.map {
                    (Int($0[0]!)!, $0)
                })
            for slot in 0..<slots {
                // Of a file without a row there is nothing to be found.
                let row = bySlot[slot]
                let sums = table.sums.enumerated().map { number, sum in
                    FoldProfile.Sum(name: sum.shown, value: row?[number + 3].flatMap(Double.init) ?? 0)
                }
                guard let sample = KeySketch(digits: row?[2] ?? "") else {
                    throw DuckDBError.unintelligible("no sample of the keys of \(table.name)")
                }
                profiles[slot].append(
                    FoldProfile(
                        fold: table.name, identity: pack.table.identity, keys: row.flatMap { Int($0[1]!) } ?? 0,
                        sums: sums, sample: sample))
            }
        }
        return profiles
    }

    /// Slot, number of keys, their sample, and the sums.
    private static func profile(of path: String, _ table: StateTable) -> String {
        func list(_ columns: [String]) -> String { columns.map(SQLText.identifier).joined(separator: ", ") }
        let sums = table.sums.map { ", sum(CAST(\(SQLText.identifier($0.column)) AS DOUBLE))" }.joined()
        return
            "SELECT \(StageTable.slot), count(*), array_to_string(list_transform(min(struct_pack(k := __w_k >> 16, r := __w_r >> 32), "
            + "\(KeySketch.size)), lambda x: format('{:012x}{:08x}', CAST(x.k AS BIGINT), CAST(x.r AS BIGINT))), '')\(sums) "
            + "FROM (SELECT *, hash(\(list(table.keyColumns))) AS __w_k, hash(\(list(table.valueColumns))) AS __w_r "
            + "FROM \(read([path]))) GROUP BY \(StageTable.slot)"
    }

    /// Some of the files do not fit an expression; folded one by one, they say which.
    package struct SeveralFailed: Error {}

    private func discard(_ packs: [WrittenPack]) {
        // What cannot be removed goes with the session's folder.
        for pack in packs { try? FileSystem.real.removeIfPresent(pack.path) }
    }

    // MARK: Segments

    /// Merges what counts of a table into one file, in one slot.
    ///
    /// - Returns: its path, in the session's folder.
    /// - Throws: `DuckDBError`, also when the merge has no value.
    package func merge(
        _ fold: CompiledFold, _ table: Int, _ packs: [PackRows], metadata: [(String, String)]
    ) throws -> String {
        self.packs += 1
        let path = Path.join(folder, "segment-\(self.packs).parquet")
        let state = fold.tables[table]
        let merged = state.merge(over: try relation(fold, table, packs))
        let order = state.keyColumns.indices.map { "\($0 + 2)" }.joined(separator: ", ")
        do {
            try session.copy(
                "SELECT CAST(0 AS BIGINT) AS \(StageTable.slot), * FROM (\(merged)) ORDER BY \(order)", to: path,
                .parquet(compression: "lz4_raw", metadata: metadata.map { CopyMetadata($0.0, $0.1) }))
        } catch {
            try? FileSystem.real.removeIfPresent(path)
            throw error
        }
        return path
    }

    // MARK: Answers

    /// The answer of a fold.
    ///
    /// - Parameter packs: for each of its tables what counts.
    /// - Throws: `DuckDBError`.
    package func answer(_ fold: CompiledFold, _ packs: [[PackRows]]) throws -> FoldAnswer {
        try FoldAnswer(finished(fold, packs), fold, session)
    }

    /// In what the answer of a fold differs from that of its statement over rows; nil when in nothing.
    ///
    /// - Parameters:
    ///   - packs: for each of its tables what counts.
    ///   - files: the rows of the same files.
    /// - Throws: `DuckDBError`.
    package func difference(
        _ fold: CompiledFold, _ packs: [[PackRows]], from files: [StagedFile]
    ) throws -> ProofDifference? {
        let stage = StageTable(plan.source(of: fold.checked))
        let (rows, direct) = (SQLText.identifier("__w_all_rows"), SQLText.identifier("__w_afresh"))
        try session.execute(
            "CREATE OR REPLACE TEMP VIEW \(rows) AS \(files.isEmpty ? stage.empty : stage.rows(of: files))")
        try session.keep(fold.direct(over: rows), as: direct)
        return try FoldTrial(plan, fold, session).difference(
            finished(fold, packs), "SELECT * FROM \(direct)", "from files")
    }

    private func finished(_ fold: CompiledFold, _ packs: [[PackRows]]) throws -> String {
        precondition(packs.count == fold.tables.count, "packs of \(packs.count) tables of \(fold.tables.count)")
        let merged = try zip(fold.tables, packs).enumerated().map { number, table in
            "(\(table.0.merge(over: try relation(fold, number, table.1))))"
        }
        return fold.finish(over: merged)
    }

    /// What follows FROM.
    private func relation(_ fold: CompiledFold, _ table: Int, _ packs: [PackRows]) throws -> String {
        let name = SQLText.identifier("__w_packs_\(table)")
        if packs.isEmpty {
            return try fold.noPartials(of: table, StageTable(plan.source(of: fold.checked)), session)
        }
        let whole = packs.filter { $0.slots == nil }.map(\.path)
        let some = packs.compactMap { pack in pack.slots.map { (pack.path, $0.sorted()) } }
        var parts: [String] = []
        if !whole.isEmpty { parts.append("SELECT * FROM \(Self.read(whole))") }
        if !some.isEmpty {
            // One reading of all of them: each further part would be planned by itself.
            let wanted = some.flatMap { path, slots in slots.map { "(\(SQLText.literal(path)), \($0))" } }
            parts.append(
                "SELECT * EXCLUDE (filename) FROM \(Self.read(some.map(\.0), withNames: true)) "
                    + "WHERE (filename, \(StageTable.slot)) IN (\(wanted.joined(separator: ", ")))")
        }
        try session.execute("CREATE OR REPLACE TEMP VIEW \(name) AS \(parts.joined(separator: " UNION ALL "))")
        return name
    }

    private static func read(_ paths: [String], withNames: Bool = false) -> String {
        "read_parquet(\(SQLText.list(paths)), hive_partitioning = false\(withNames ? ", filename = true" : ""))"
    }
}

extension CompiledFold {
    /// A table of the session that is as one of partials, without a row.
    func noPartials(of table: Int, _ stage: StageTable, _ session: DuckDBSession) throws -> String {
        let rows = SQLText.identifier("__w_no_rows")
        try session.execute("CREATE OR REPLACE TEMP VIEW \(rows) AS \(stage.empty)")
        let nothing = SQLText.identifier("__w_no_partials_\(table)")
        try session.keep(tables[table].partial(over: rows), as: nothing)
        return nothing
    }
}
