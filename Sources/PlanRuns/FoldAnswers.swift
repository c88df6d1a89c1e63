//  Answers of folds from what counts: packs and segments that are whole are merged and finished by DuckDB.
//
//      ledger ─▶ states ─▶ trees of packs and segments ─▶ those that are read are compared with their digests     FoldMerges
//      ─▶ a session that may read them ─▶ segments that lack are merged ─▶ answers ─▶ segments get their places     FoldAnswers

import Checkpoints
import DuckDB
import DurableIO
import Events
import FoldSQL
import Ledgers
import Plans

/// What the tables of folds are merged from.
final class FoldMerges {
    fileprivate let checkpoints: CheckpointFolder
    fileprivate let states: [String: FoldState]
    /// By fold and part.
    fileprivate private(set) var trees: [String: [String: MergeTree]] = [:]
    fileprivate let rule: SegmentRule
    /// Those of which something is made.
    private var used: [MergeTree] = []
    private let segments: [FoldSegment]

    /// - Parameters:
    ///   - states: of folds of which every file that counts has a partial.
    ///   - read: the folds whose answers are wanted; of others only the segments that lack are made.
    /// - Throws: `DamagedTable` for a pack that is not what was written; `LedgerError`, `IOError`.
    init(
        _ planTables: PlanTables, _ checkpoints: CheckpointFolder, _ states: [FoldState], read: Set<String>
    ) throws {
        self.checkpoints = checkpoints
        self.states = Dictionary(uniqueKeysWithValues: states.map { ($0.fold, $0) })
        rule = planTables.segmentRule
        segments = try checkpoints.ledger.segments()
        for state in states {
            for part in state.parts {
                var tree = tree(state, part)
                if read.contains(state.fold) || tree.hasMissing {
                    tree = sound(tree, state, part)
                    used.append(tree)
                }
                trees[state.fold, default: [:]][part] = tree
            }
        }
        // Parquet has no checksums that DuckDB looks at: what the disk changed would become a wrong number.
        for pack in Set(used.flatMap(\.files.packs)) { try checkpoints.packs.verify(pack) }
    }

    private func tree(_ state: FoldState, _ part: String, without damaged: Set<String> = []) -> MergeTree {
        state.tree(part: part, segments, rule) { segment in
            !damaged.contains(segment.path) && checkpoints.segments.seemsWhole(segment)
        }
    }

    /// The tree without segments that are not what was written.
    private func sound(_ tree: MergeTree, _ state: FoldState, _ part: String) -> MergeTree {
        var tree = tree
        var damaged: Set<String> = []
        while true {
            let found = tree.files.segments.filter { checkpoints.segments.fault(of: $0) != nil }.map(\.path)
            if found.isEmpty { return tree }
            damaged.formUnion(found)
            tree = self.tree(state, part, without: damaged)
        }
    }

    var hasMissing: Bool { trees.values.contains { $0.values.contains(where: \.hasMissing) } }

    /// Absolute paths of all that is read.
    fileprivate func paths(in fileSystem: FileSystem) throws -> [String] {
        let files = used.map(\.files)
        let paths =
            files.flatMap(\.packs).map(checkpoints.packs.path)
            + files.flatMap(\.segments).map(checkpoints.segments.path)
        return try Set(paths.map { try fileSystem.physicalPath($0) }).sorted()
    }

    /// Whether a segment that was there is gone.
    func lostSegments() -> Bool {
        used.flatMap(\.files.segments).contains { !checkpoints.segments.seemsWhole($0) }
    }

    /// Puts segments in the place of those that nothing is made from any more.
    ///
    /// - Parameters:
    ///   - new: they have their places.
    ///   - folds: of the plan.
    /// - Throws: `LedgerError`.
    func renewSegments(_ new: [FoldSegment], folds: Set<String>) throws {
        let stale =
            trees.values.flatMap(\.values).flatMap(\.stale)
            + segments.filter { segment in
                guard folds.contains(segment.fold) else { return true }
                // Of a fold that lacks something nothing is known.
                guard let trees = trees[segment.fold] else { return false }
                return trees[segment.part] == nil
            }.map(\.path)
        if stale.isEmpty && new.isEmpty { return }
        try checkpoints.ledger.replaceSegments(stale, with: new)
        // What was merged anew may have the path of what it replaces.
        checkpoints.segments.remove(Set(stale).subtracting(new.map(\.path)))
    }
}

/// Answers of folds.
final class FoldAnswers {
    private let session: DuckDBSession
    private let folding: PackFolding
    private let merges: FoldMerges
    private let fileSystem: FileSystem
    /// What was merged, and where it lies.
    private var made: [SegmentOrigin: (segment: FoldSegment, path: String)] = [:]

    /// - Parameter scratch: an absolute path of a folder for temporary files; nil: in the checkpoints, where segments can be
    ///   renamed from.
    /// - Throws: `IOError`, `DuckDBProgramError`, `DuckDBError`.
    init(_ planTables: PlanTables, _ merges: FoldMerges, scratch: String?, in fileSystem: FileSystem) throws {
        session = try planTables.engine(merges.checkpoints, scratch: scratch, fileSystem).foldingSession(
            reading: try merges.paths(in: fileSystem), in: fileSystem)
        do {
            folding = try planTables.folding(session)
        } catch {
            try? session.close()
            throw error
        }
        self.merges = merges
        self.fileSystem = fileSystem
    }

    func close() { try? session.close() }

    // MARK: Answers

    func answer(_ name: String) throws -> (answer: FoldAnswer, table: AnswerTable) {
        let fold = fold(name)
        let packs = try fold.tables.map { try inputs(name, $0.part(of: fold)) }
        let answer = try folding.answer(fold, packs)
        return (answer, AnswerTable(answer, session, in: fileSystem))
    }

    private func fold(_ name: String) -> CompiledFold { folding.folds.first { $0.checked.name == name }! }

    /// What counts of a table, from segments where there are any.
    private func inputs(_ fold: String, _ part: String) throws -> [PackRows] {
        // A companion of which no file has a partial has no tree.
        guard let tree = merges.trees[fold]?[part] else { return [] }
        return try tree.inputs(
            making: { missing, _ in
                made[origin(of: missing, fold, part)].map { PackRows(path: $0.path, slots: nil) }
            }, at: path)
    }

    private func path(_ relative: String) throws -> String {
        try fileSystem.physicalPath(Path.join(merges.checkpoints.root, relative))
    }

    private func origin(of missing: MergeTree.Missing, _ fold: String, _ part: String) -> SegmentOrigin {
        SegmentOrigin(
            fold: fold, part: part, identity: merges.states[fold]!.identity, name: missing.name, inputs: missing.inputs)
    }

    // MARK: Segments

    /// Merges what lacks of segments, in the session's folder.
    ///
    /// - Throws: `DuckDBError`.
    func makeSegments(_ onEvent: EventSink) throws {
        for (name, trees) in merges.trees.sorted(by: { $0.key < $1.key }) {
            let fold = fold(name)
            for (number, table) in fold.tables.enumerated() {
                let part = table.part(of: fold)
                guard let tree = trees[part], tree.hasMissing else { continue }
                var paysOff = true
                func make(_ missing: MergeTree.Missing, _ inputs: [PackRows]) throws -> PackRows? {
                    guard paysOff else { return nil }
                    let origin = origin(of: missing, name, part)
                    guard let (segment, path) = try merge(fold, number, inputs, origin, onEvent) else { return nil }
                    made[origin] = (segment, path)
                    if let rows = missing.rows, !merges.rule.paysOff(segment.rows, of: rows) { paysOff = false }
                    return PackRows(path: path, slots: nil)
                }
                _ = try tree.inputs(making: make, at: path)
            }
        }
    }

    /// - Returns: nil when the merge has no value.
    private func merge(
        _ fold: CompiledFold, _ table: Int, _ inputs: [PackRows], _ origin: SegmentOrigin, _ onEvent: EventSink
    ) throws -> (segment: FoldSegment, path: String)? {
        let shown = "segment \(origin.name) of \(fold.tables[table].name)"
        do {
            let path = try folding.merge(fold, table, inputs, metadata: origin.metadata)
            let segment = try merges.checkpoints.segments.describe(path, origin)
            onEvent(.segmentMade(segment: shown, inputs: inputs.count, rows: segment.rows))
            return (segment, path)
        } catch DuckDBError.statement(let failure) where failure.isOfRows {
            // A sum may be too large for some files and not for all. Whether it is, the table has to say.
            onEvent(.segmentRefused(segment: shown, detail: "\(failure)"))
            return nil
        }
    }

    /// Gives the segments that were made their places. One that cannot get it is left out: nothing is lost with it.
    func placeSegments(_ onEvent: EventSink) -> [FoldSegment] {
        made.values.sorted { $0.segment.path < $1.segment.path }.compactMap { segment, path in
            do {
                try merges.checkpoints.segments.place(path, as: segment)
                return segment
            } catch {
                onEvent(.segmentUnplaced(segment: segment.path, detail: "\(error)"))
                return nil
            }
        }
    }
}
