//  The work of a plan of SQL: what a run does with its files, and the tables of its folds.

import Checkpoints
import Configuration
import DuckDB
import DurableIO
import FoldSQL
import Inbox
import KeyedTables
import Ledgers
import Operations
import Plans
import Records
import RunSettings
import Synchronization
import Wording

/// A plan at work on checkpoints.
package struct SQLWork: PlanWork {
    package let plan: PlanFolder
    private let compiled = CompiledFolds()
    /// Its scratch folder is that of the checkpoints.
    private let makeEngine: @Sendable (_ scratch: String) throws -> PlanEngine

    package init(_ plan: PlanFolder, makeEngine: @escaping @Sendable (_ scratch: String) throws -> PlanEngine) {
        (self.plan, self.makeEngine) = (plan, makeEngine)
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

    // MARK: Files

    package var hasSources: Bool { true }

    package func verdict(on file: InboxFile) -> InputVerdict {
        switch plan.match(file.relativePath, isWhole: true) {
        case .source: .input
        case .none: .other
        case .several(let names): .problem("it belongs to several sources: \(names.joined(separator: ", "))")
        case .notADate(_, let column, let text): .problem("\(column) is \(Show.name(text)), which is no day")
        }
    }

    package func reader(_ place: WorkPlace) throws -> any InboxReader {
        PlanReader(plan, try engine(place.checkpoints, place.fileSystem), place) { [self] in try folding($0) }
    }

    // MARK: Partials

    /// The source that a name belongs to; nil when none, or no longer one.
    private func source(of name: String) -> String? {
        if case .source(let source, _) = plan.match(name, isWhole: true) { source.name } else { nil }
    }

    /// What counts of a fold's partials.
    ///
    /// - Throws: `LedgerError`.
    func state(
        of fold: CheckedFold, _ checkpoints: CheckpointFolder, at generation: Int? = nil
    ) throws -> FoldState {
        let ledger = checkpoints.ledger
        return try ledger.snapshot {
            let known = try ledger.foldPartials(of: fold.name, identity: plan.identity(of: fold))
            let counting = try ledger.countingVersions(at: generation).filter {
                source(of: $0.facts.name) == fold.source.name
            }
            var state = FoldState(fold: fold.name, generation: try generation ?? ledger.generation)
            var slots: [String: Set<Int>] = [:]
            for version in counting {
                // All of a fold's tables are committed together.
                guard let partials = known[version.id] else {
                    state.lacking.append(version)
                    continue
                }
                for partial in partials {
                    state.packs[partial.pack.path] = partial.pack
                    slots[partial.pack.path, default: []].insert(partial.slot)
                }
            }
            for (path, wanted) in slots {
                state.slots[path] = wanted.count == state.packs[path]!.slots ? .some(nil) : .some(wanted)
            }
            return state
        }
    }

    package func lacking(_ place: WorkPlace) throws -> [VersionRecord] {
        var lacking: [VersionID: VersionRecord] = [:]
        for fold in plan.folds {
            for version in try state(of: fold, place.checkpoints).lacking { lacking[version.id] = version }
        }
        return lacking.values.sorted { $0.id < $1.id }
    }

    package func remarks(_ place: WorkPlace) throws -> [String] {
        let strangers = try place.checkpoints.ledger.countingVersions().map(\.facts.name).filter {
            source(of: $0) == nil
        }
        guard let first = strangers.first else { return [] }
        let isOne = strangers.count == 1
        return [
            "\(Show.count(strangers.count, "file")) that \(isOne ? "counts" : "count") \(isOne ? "is" : "are") of no source of "
                + "the plan any more and \(isOne ? "is" : "are") in no fold: \(Show.name(first))\(isOne ? "" : " and others"); "
                + "`watchfold retract` takes \(isOne ? "it" : "them") out of the accounts, too"
        ]
    }

    package func publish(_ place: WorkPlace) throws -> [PublishedTable] {
        try FoldPublisher(self, place).publish()
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
    var generation: Int
    /// Files of its source that count and have no partial of the fold as it is now.
    var lacking: [VersionRecord] = []
    /// By path.
    var packs: [String: FoldPack] = [:]
    /// By path: which slots count; nil: all.
    var slots: [String: Set<Int>?] = [:]

    init(fold: String, generation: Int) { (self.fold, self.generation) = (fold, generation) }

    /// What counts of a table, in the order of paths.
    func rows(part: String, _ store: PackStore) throws -> [PackRows] {
        try packs.values.filter { $0.part == part }.sorted { $0.path < $1.path }.map { pack in
            // An absolute path, as a sandbox wants it.
            PackRows(path: try FileSystem.real.physicalPath(store.path(pack)), slots: slots[pack.path] ?? nil)
        }
    }
}
