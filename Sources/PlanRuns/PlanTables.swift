//  The tables of a plan of SQL, and what counts of them.

import Checkpoints
import Configuration
import DuckDB
import DurableIO
import FoldSQL
import Ledgers
import Plans
import Records
import Synchronization

/// A plan with its engine, and what the ledger has of its tables.
package struct PlanTables: Sendable {
    package let plan: PlanFolder
    let segmentRule: SegmentRule
    private let compiled = CompiledFolds()
    /// Its scratch folder is that of the checkpoints.
    private let makeEngine: @Sendable (_ scratch: String) throws -> PlanEngine

    package init(
        _ plan: PlanFolder, _ segmentRule: SegmentRule,
        makeEngine: @escaping @Sendable (_ scratch: String) throws -> PlanEngine
    ) {
        (self.plan, self.segmentRule, self.makeEngine) = (plan, segmentRule, makeEngine)
    }

    /// - Parameter scratch: where temporary files may lie, an absolute path; nil: in the checkpoints, where packs can be renamed
    ///   from.
    func engine(
        _ checkpoints: CheckpointFolder, scratch: String? = nil, _ fileSystem: FileSystem
    ) throws -> PlanEngine {
        if let scratch { return try makeEngine(scratch) }
        try fileSystem.createFolders(checkpoints.scratch)
        return try makeEngine(try fileSystem.physicalPath(checkpoints.scratch))
    }

    /// The folds, compiled by the first session that is asked, and ready to be used in this one.
    ///
    /// - Parameter session: nothing was run in it.
    /// - Throws: `ConfigurationError` with all mistakes; `DuckDBError`.
    func folding(_ session: DuckDBSession) throws -> PackFolding {
        let check = try PlanCheck(plan, session)
        return PackFolding(plan, try compiled.folds { try check.compile() }, session)
    }

    // MARK: Partials

    /// The source that a name belongs to; nil when none, or no longer one.
    func source(of name: String) -> String? {
        if case .source(let source, _) = plan.match(name, isWhole: true) { source.name } else { nil }
    }

    /// What counts of a table.
    ///
    /// - Throws: `LedgerError`.
    func state(of table: KeptTable, _ checkpoints: CheckpointFolder, at generation: Int? = nil) throws -> FoldState {
        try states(of: [table], checkpoints, at: generation)[0]
    }

    /// What counts of a table's partials of some versions.
    ///
    /// - Throws: `LedgerError`.
    func state(
        of table: KeptTable, _ checkpoints: CheckpointFolder, only versions: [VersionRecord]
    ) throws -> FoldState {
        let ledger = checkpoints.ledger
        return FoldState(
            table, try ledger.generation, counting: versions,
            try ledger.foldPartials(of: table.name, identity: table.identity))
    }

    /// The folds of a source, as tables.
    func foldTables(of source: PlanSource) -> [KeptTable] { plan.keptTables(of: source).filter { !$0.isStage } }

    /// What is kept of rows of a source, with its fields as they are now.
    ///
    /// - Throws: `LedgerError`.
    func keptRows(of source: PlanSource, _ ledger: Ledger) throws -> [VersionID: FoldPartial] {
        let stage = plan.keptTable(ofRowsOf: source)
        // They have one table.
        return try ledger.foldPartials(of: stage.name, identity: stage.identity).compactMapValues(\.first)
    }

    /// The rows of a version that lie in a file; nil when its name is of no source.
    func rows(of version: VersionRecord, path: String, slot: Int? = nil) -> StagedFile? {
        let facts = version.facts
        guard case .source(_, let values) = plan.match(facts.name, isWhole: true) else { return nil }
        return StagedFile(
            path: path, slot: slot, name: facts.name, day: facts.date.flatMap { CalendarDay($0) }, pathValues: values)
    }

    /// The same of rows that are kept.
    ///
    /// - Throws: `IOError`.
    func rows(
        of version: VersionRecord, kept: FoldPartial, _ checkpoints: CheckpointFolder, in fileSystem: FileSystem
    ) throws -> StagedFile? {
        let path = try fileSystem.physicalPath(checkpoints.packs.path(kept.pack))
        return rows(of: version, path: path, slot: kept.slot)
    }

    /// The versions of a source that count.
    ///
    /// - Throws: `LedgerError`.
    func counting(_ source: PlanSource, _ ledger: Ledger) throws -> [VersionRecord] {
        try ledger.countingVersions().filter { self.source(of: $0.facts.name) == source.name }
    }

    /// What counts of tables, in their order.
    ///
    /// - Parameter damaged: paths of packs that are as good as none.
    /// - Throws: `LedgerError`.
    func states(
        of tables: [KeptTable], _ checkpoints: CheckpointFolder, at generation: Int? = nil,
        without damaged: Set<String> = []
    ) throws -> [FoldState] {
        let ledger = checkpoints.ledger
        return try ledger.snapshot {
            let current = try generation ?? ledger.generation
            let counting = Dictionary(grouping: try ledger.countingVersions(at: generation)) {
                source(of: $0.facts.name)
            }
            return try tables.map { table in
                let known = try ledger.foldPartials(of: table.name, identity: table.identity)
                return FoldState(
                    table, current, counting: counting[table.source] ?? [],
                    known.filter { $0.value.allSatisfy { !damaged.contains($0.pack.path) } })
            }
        }
    }
}

/// Compiling takes a tenth of a second, and gives the same in each session.
private final class CompiledFolds: Sendable {
    private let known = Mutex<[CompiledFold]?>(nil)

    func folds(_ compile: () throws -> [CompiledFold]) throws -> [CompiledFold] {
        if let folds = known.withLock({ $0 }) { return folds }
        let folds = try compile()
        known.withLock { $0 = folds }
        return folds
    }
}

/// What counts of a fold, at one generation.
struct FoldState {
    var fold: String
    var identity: String
    var generation: Int
    /// Files of its source that count and have no partial of the fold as it is now.
    var lacking: [VersionRecord] = []
    /// By path.
    var packs: [String: FoldPack] = [:]
    /// By path: which slots count; nil: all.
    var slots: [String: Set<Int>?] = [:]
    /// By path, of all packs of the fold: the first version in it.
    private var first: [String: Int64] = [:]

    /// - Parameters:
    ///   - counting: versions of the table's source.
    ///   - known: the partials of versions.
    init(
        _ table: KeptTable, _ generation: Int, counting: [VersionRecord], _ known: [VersionID: [FoldPartial]]
    ) {
        (fold, identity, self.generation) = (table.name, table.identity, generation)
        for (version, partials) in known {
            for partial in partials {
                first[partial.pack.path] = min(first[partial.pack.path] ?? .max, version.rawValue)
            }
        }
        var slots: [String: Set<Int>] = [:]
        for version in counting {
            // All of a fold's tables are committed together.
            guard let partials = known[version.id] else {
                lacking.append(version)
                continue
            }
            for partial in partials {
                packs[partial.pack.path] = partial.pack
                slots[partial.pack.path, default: []].insert(partial.slot)
            }
        }
        self.slots = slots.map { path, wanted in (path, wanted.count == packs[path]!.slots ? nil : wanted) }
            .reduce(into: [:]) { $0.updateValue($1.1, forKey: $1.0) }
    }

    /// Names of companions with something that counts, and the empty name of the table of the keys.
    var parts: Set<String> { Set(packs.values.map(\.part)).union([""]) }

    /// What one of its tables is merged from.
    ///
    /// - Parameters:
    ///   - segments: that the ledger knows, of any table.
    ///   - isWhole: whether a segment's file is what the ledger says.
    func tree(
        part: String, _ segments: [FoldSegment], _ rule: SegmentRule, isWhole: (FoldSegment) throws -> Bool
    ) rethrows -> MergeTree {
        let leaves = packs.values.filter { $0.part == part }.map {
            MergeTree.Leaf(first: first[$0.path]!, pack: $0, slots: slots[$0.path] ?? nil)
        }
        return try MergeTree(
            identity: identity, leaves, newest: first.values.max() ?? 0,
            known: segments.filter { $0.fold == fold && $0.part == part }, rule, isWhole: isWhole)
    }
}
