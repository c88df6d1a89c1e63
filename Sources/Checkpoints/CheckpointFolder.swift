//  The checkpoints folder as a whole: who may open it, and what is in it.
//
//      lock                   held by the one writer
//      ledger.sqlite          the truth (with -wal and -shm while it is open)
//      partials/dt=…/*.parquet
//      folds/…/dt=…/*.parquet of plans: partials of folds (PackStore.swift)
//      segments/…/*.parquet   of plans: merged partials of folds (SegmentStore.swift); derived
//      tmp/                   of plans: what a child is writing; removed with it
//      total.parquet          derived
//      manifest               what counts, once more: what a lost ledger is rebuilt from
//
//  Opening for writing, in order:
//
//      1. take the lock, or say who holds it
//      2. open the ledger; make one only if there are no partials either: partials without a ledger mean a lost ledger
//      3. compare its generation with those that total and manifest know: a ledger that went back, because a damaged
//         log was cut off or an old copy was put in its place, is refused before anything is swept
//      4. sweep: unfinished files of a crashed writer go, and partials that no version names, since whatever is not in
//         the ledger did not happen; anything else that is not ours is reported and left alone
//
//  Opening for reading compares with the manifest, too: reports from an older ledger would be wrong without a word.

import DurableIO
import KeyedTables
import Ledgers
import Records

/// Why the checkpoints cannot be opened.
package enum CheckpointError: Error, Sendable, CustomStringConvertible {
    /// Another process writes; who, if it is known.
    case locked(path: String, by: LockHolder?)
    /// There are partials, but no ledger.
    case ledgerMissing(path: String)
    /// The ledger is older than what was made from it.
    case ledgerWentBack(path: String, generation: Int, known: Int)
    /// The ledger knows fewer decisions than what was made from it.
    case decisionsLost(path: String, count: Int, known: Int)
    /// The manifest was made from another ledger.
    case otherLedger(path: String)
    /// There are no checkpoints at all.
    case nothingYet(path: String)
    /// The folder, or the ledger in it, is not the one that was opened.
    case moved(path: String)

    package var description: String {
        switch self {
        case .locked(let path, let holder?): "\(path) is in use by \(holder)"
        case .locked(let path, nil): "\(path) is in use by another process"
        case .ledgerMissing(let path):
            "\(path) has partials but no ledger: `watchfold verify --repair` rebuilds the ledger from them"
        case .ledgerWentBack(let path, let generation, let known):
            "the ledger of \(path) is at generation \(generation), but \(known) was reached before, so commits are lost: "
                + "`watchfold verify --repair` rebuilds it from the partials"
        case .decisionsLost(let path, let count, let known):
            "the ledger of \(path) knows \(count) of \(known) decisions to accept, retract or restore, so it is an old copy: "
                + "`watchfold verify --repair` rebuilds it from the partials"
        case .otherLedger(let path):
            "the ledger of \(path) is not the one that its manifest was made from: "
                + "`watchfold verify --repair` rebuilds it from the partials"
        case .moved(let path): "\(path) was removed or replaced while it was in use"
        case .nothingYet(let path): "\(path) has no checkpoints yet: `watchfold run` creates them"
        }
    }
}

extension LedgerPlan {
    /// What the ledger of a plan is told of it.
    package init(_ plan: FoldPlan) { self.init(name: plan.name, measure: plan.value) }
}

/// What a sweep found.
package struct SweepResult: Sendable, Hashable {
    /// Paths, below the checkpoints folder, of what was removed: unfinished files and partials that never counted.
    package var removed: [String] = []
    /// Paths of what is not Watchfold's; it was left alone.
    package var foreign: [String] = []
}

/// Open checkpoints.
package final class CheckpointFolder {
    package let root: String
    package let ledger: Ledger
    package let partials: PartialStore
    package let packs: PackStore
    package let segments: SegmentStore
    package let total: TotalStore
    package let sweep: SweepResult
    /// How often the writer's lock was found held before it was taken.
    package var failedLockTries: Int { lock?.failedTries ?? 0 }
    private let lock: FileLock?
    private let fileSystem: FileSystem

    private init(
        root: String, ledger: Ledger, partials: PartialStore, packs: PackStore, total: TotalStore, sweep: SweepResult,
        lock: FileLock?, fileSystem: FileSystem
    ) {
        self.root = root
        self.ledger = ledger
        self.partials = partials
        self.packs = packs
        segments = SegmentStore(root: root, in: fileSystem)
        self.total = total
        self.sweep = sweep
        self.lock = lock
        self.fileSystem = fileSystem
    }

    package static let ledgerName = "ledger.sqlite"
    private static let damagedMark = ".damaged-"
    /// The log first: without its ledger it is nothing, while a ledger without its log could pass for a whole one.
    private static let ledgerSuffixes = ["-wal", "-shm", "-journal", ""]
    package static let lockName = "lock"
    private static let partialsName = PartialStore.folderName
    private static let scratchName = "tmp"

    /// Where children may write, on the file system of the checkpoints.
    package var scratch: String { Path.join(root, Self.scratchName) }

    /// Opens the folder for the one writer; makes it when it is not there.
    ///
    /// - Parameters:
    ///   - now: for the note in the lock, UTC, as `2022-04-01T10:11:12Z`.
    ///   - identity: of the ledger that was here before; nothing is made then, and another ledger is refused.
    /// - Throws: `CheckpointError`, `LedgerError`, `IOError`.
    package static func openForWriting(
        _ root: String, plan: FoldPlan, now: String, expecting identity: String? = nil, in fileSystem: FileSystem
    ) throws -> CheckpointFolder {
        if identity != nil, try fileSystem.statusIfPresent(Path.join(root, ledgerName)) == nil {
            throw CheckpointError.moved(path: root)
        }
        let lock = try takeLock(root, now: now, fileSystem)
        let ledgerPath = Path.join(root, ledgerName)
        let hasLedger = try fileSystem.statusIfPresent(ledgerPath).map { $0.size > 0 } ?? false
        if !hasLedger, try hasPartials(root, fileSystem) { throw CheckpointError.ledgerMissing(path: root) }
        let ledger = try Ledger.open(ledgerPath, mode: .create, plan: LedgerPlan(plan), vfs: fileSystem.sqliteVFS)
        if !hasLedger { try fileSystem.syncFolder(root) }
        if let identity, ledger.identity != identity { throw CheckpointError.moved(path: root) }
        try checkNotBack(root, ledger, plan, fileSystem)
        let known = try Known(ledger)
        let sweep = try sweep(root, known, fileSystem)
        return opened(root, ledger, known, plan, sweep, lock, fileSystem)
    }

    private static func takeLock(_ root: String, now: String, _ fileSystem: FileSystem) throws -> FileLock {
        try fileSystem.createFolders(root)
        switch try FileLock.attempt(Path.join(root, lockName), in: fileSystem, now: now) {
        case .taken(let lock): return lock
        case .held(let holder): throw CheckpointError.locked(path: root, by: holder)
        }
    }

    /// Paths that the ledger knows.
    private struct Known {
        var partials: [String] = []
        var packs: [String] = []
        var segments: [String] = []

        init() {}

        init(_ ledger: Ledger) throws(LedgerError) {
            partials = try ledger.versions().map(\.facts.partial)
            packs = try ledger.foldPacks().map(\.path)
            segments = try ledger.segments().map(\.path)
        }
    }

    private static func opened(
        _ root: String, _ ledger: Ledger, _ known: Known, _ plan: FoldPlan, _ sweep: SweepResult, _ lock: FileLock?,
        _ fileSystem: FileSystem
    ) -> CheckpointFolder {
        let partials = PartialStore(root: root, known: known.partials, plan: plan, in: fileSystem)
        return CheckpointFolder(
            root: root, ledger: ledger, partials: partials,
            packs: PackStore(root: root, known: known.packs, in: fileSystem),
            total: TotalStore(root: root, partials: partials, plan: plan, in: fileSystem), sweep: sweep, lock: lock,
            fileSystem: fileSystem)
    }

    /// Looks whether the folder is still where it was opened.
    ///
    /// - Throws: `CheckpointError.moved`, `IOError`.
    package func checkInPlace() throws {
        let isInPlace = try lock?.isInPlace(in: fileSystem) ?? true
        let hasLedger = try fileSystem.statusIfPresent(ledger.path).map { $0.size > 0 } ?? false
        guard isInPlace && hasLedger else { throw CheckpointError.moved(path: root) }
    }

    /// Whether there is a writer, and who.
    ///
    /// - Throws: `IOError`.
    package func observeWriter() throws -> FileLock.Observation {
        try FileLock.observe(Path.join(root, Self.lockName), in: fileSystem)
    }

    /// Opens the folder for reading beside a writer.
    ///
    /// - Throws: `CheckpointError`, `LedgerError`, `IOError`.
    package static func openForReading(
        _ root: String, plan: FoldPlan, in fileSystem: FileSystem
    ) throws -> CheckpointFolder {
        let ledgerPath = Path.join(root, ledgerName)
        guard let status = try fileSystem.statusIfPresent(ledgerPath), status.size > 0 else {
            throw try hasPartials(root, fileSystem)
                ? CheckpointError.ledgerMissing(path: root) : CheckpointError.nothingYet(path: root)
        }
        // The manifest first: a writer that commits in between makes the ledger newer than it, never older.
        var manifest = try Manifest.read(root, in: fileSystem)
        while true {
            let ledger = try Ledger.open(ledgerPath, mode: .read, plan: LedgerPlan(plan), vfs: fileSystem.sqliteVFS)
            do {
                try checkNotBack(root, ledger, manifest)
                return opened(root, ledger, Known(), plan, SweepResult(), nil, fileSystem)
            } catch let error as CheckpointError {
                // A ledger that was rebuilt in between has a manifest of its own.
                let now = try Manifest.read(root, in: fileSystem)
                if now == manifest { throw error }
                manifest = now
            }
        }
    }

    /// Puts a new ledger in the place of one that is lost, damaged or went back. Nothing is swept; what is left of the
    /// old one is kept beside it under another name.
    ///
    /// - Parameter fill: writes into the new ledger what the partials tell.
    /// - Returns: the open folder, and where the old ledger is now.
    package static func rebuildLedger(
        _ root: String, plan: FoldPlan, now: String, in fileSystem: FileSystem,
        fill: (Ledger, PartialStore, PackStore) throws -> Void
    ) throws -> (folder: CheckpointFolder, old: [String]) {
        let lock = try takeLock(root, now: now, fileSystem)
        // From here until the new ledger is complete, this manifest keeps everybody from taking it for whole.
        if try Manifest.read(root, in: fileSystem) == nil {
            try Manifest.placeholder.write(root, in: fileSystem)
        }
        let path = Path.join(root, ledgerName)
        let mark = try unusedMark(path, now: now, fileSystem)
        var old: [String] = []
        for suffix in ledgerSuffixes {
            guard try fileSystem.statusIfPresent(path + suffix) != nil else { continue }
            try fileSystem.rename(path + suffix, to: path + mark + suffix)
            old.append(path + mark + suffix)
        }
        try fileSystem.syncFolder(root)
        let ledger = try Ledger.open(path, mode: .create, plan: LedgerPlan(plan), vfs: fileSystem.sqliteVFS)
        try fileSystem.syncFolder(root)
        let partials = PartialStore(root: root, known: [], plan: plan, in: fileSystem)
        try fill(ledger, partials, PackStore(root: root, known: [], in: fileSystem))
        try Manifest(ledger).write(root, in: fileSystem)
        return (opened(root, ledger, try Known(ledger), plan, SweepResult(), lock, fileSystem), old)
    }

    /// What to add to the names of a ledger that is put aside: the time, and a number if there was one at that time.
    private static func unusedMark(_ path: String, now: String, _ fileSystem: FileSystem) throws -> String {
        let time = damagedMark + now.filter { $0.isLetter || $0.isNumber }
        var mark = time
        var number = 1
        while try ledgerSuffixes.contains(where: { try fileSystem.statusIfPresent(path + mark + $0) != nil }) {
            number += 1
            mark = "\(time)-\(number)"
        }
        return mark
    }

    /// Paths of everything that may be a pack, below the folder.
    package static func packPaths(_ root: String, in fileSystem: FileSystem) throws(IOError) -> [String] {
        try PackStore.paths(root, in: fileSystem)
    }

    /// Paths of everything that looks like a partial, below the folder, ascending.
    package static func partialPaths(_ root: String, in fileSystem: FileSystem) throws(IOError) -> [String] {
        var paths: [String] = []
        let folder = Path.join(root, partialsName)
        guard try fileSystem.statusIfPresent(folder) != nil else { return [] }
        for partition in try fileSystem.list(folder) {
            guard let name = partition.name, name.hasPrefix("dt="), try isFolder(Path.join(folder, name), fileSystem)
            else { continue }
            for entry in try fileSystem.list(Path.join(folder, name)) {
                guard let file = entry.name, file.hasSuffix(".parquet"), !file.hasPrefix(".") else { continue }
                paths.append("\(partialsName)/\(name)/\(file)")
            }
        }
        return paths
    }

    /// - Throws: `.ledgerWentBack`, `.otherLedger`.
    private static func checkNotBack(
        _ root: String, _ ledger: Ledger, _ plan: FoldPlan, _ fileSystem: FileSystem
    ) throws {
        try checkNotBack(root, ledger, try Manifest.read(root, in: fileSystem))
        let generation = try ledger.generation
        let partials = PartialStore(root: root, known: [], plan: plan, in: fileSystem)
        let total = TotalStore(root: root, partials: partials, plan: plan, in: fileSystem)
        let known = try total.generation(ledger) ?? 0
        if known > generation {
            throw CheckpointError.ledgerWentBack(path: root, generation: generation, known: known)
        }
    }

    /// - Throws: `.ledgerWentBack`, `.otherLedger`.
    private static func checkNotBack(_ root: String, _ ledger: Ledger, _ manifest: Manifest?) throws {
        guard let manifest else { return }
        guard manifest.ledger == ledger.identity else { throw CheckpointError.otherLedger(path: root) }
        let generation = try ledger.generation
        if manifest.generation > generation {
            throw CheckpointError.ledgerWentBack(path: root, generation: generation, known: manifest.generation)
        }
        let decisions = try ledger.decisionCount
        if manifest.decisions > decisions {
            throw CheckpointError.decisionsLost(path: root, count: decisions, known: manifest.decisions)
        }
    }

    // MARK: What is there

    /// Whether there is anything to open or to repair: a ledger, or partials without one.
    package static func exists(_ root: String, in fileSystem: FileSystem) throws(IOError) -> Bool {
        if let ledger = try fileSystem.statusIfPresent(Path.join(root, ledgerName)), ledger.size > 0 { return true }
        return try hasPartials(root, fileSystem)
    }

    private static func hasPartials(_ root: String, _ fileSystem: FileSystem) throws(IOError) -> Bool {
        let folder = Path.join(root, partialsName)
        guard try fileSystem.statusIfPresent(folder) != nil else { return false }
        for partition in try fileSystem.list(folder) {
            guard let name = partition.name, try isFolder(Path.join(folder, name), fileSystem) else { continue }
            let files = try fileSystem.list(Path.join(folder, name))
            if files.contains(where: { $0.displayName.hasSuffix(".parquet") && !$0.displayName.hasPrefix(".") }) {
                return true
            }
        }
        return false
    }

    private static func isFolder(_ path: String, _ fileSystem: FileSystem) throws(IOError) -> Bool {
        try fileSystem.statusIfPresent(path)?.kind == .folder
    }

    private static func sweep(
        _ root: String, _ known: Known, _ fileSystem: FileSystem
    ) throws(IOError) -> SweepResult {
        var result = SweepResult()
        let partials = Set(known.partials)
        func isUnfinished(_ entry: FolderEntry, in folder: String) throws(IOError) -> Bool {
            guard let name = entry.name, AtomicFile.isTemporary(name) else { return false }
            if let kind = entry.kind { return kind == .file }
            return try fileSystem.statusIfPresent(Path.join(folder, name))?.kind == .file
        }
        func remove(_ path: String) throws(IOError) {
            try fileSystem.removeIfPresent(Path.join(root, path))
            result.removed.append(path)
        }
        let own: Set<String> = [
            ledgerName, ledgerName + "-wal", ledgerName + "-shm", ledgerName + "-journal", TotalStore.fileName,
            lockName, partialsName, PackStore.folderName, SegmentStore.folderName, scratchName, Manifest.fileName,
            "README.md", ".gitignore", ".gitkeep",
        ]
        for entry in try fileSystem.list(root) {
            // A rebuilt ledger leaves the old one here for a person to look at.
            if let name = entry.name, own.contains(name) || name.hasPrefix(ledgerName + damagedMark) { continue }
            if try isUnfinished(entry, in: root) {
                try remove(entry.displayName)
            } else {
                result.foreign.append(entry.displayName)
            }
        }
        let packs = Set(known.packs)
        let store = PackStore(root: root, known: [], in: fileSystem)
        var strangers: [String] = []
        for path in try PackStore.paths(root, in: fileSystem, other: { (path) in strangers.append(path) })
        where !packs.contains(path) {
            if store.origin(path) == nil { strangers.append(path) } else { try remove(path) }
        }
        let merged = Set(known.segments)
        let segments = SegmentStore(root: root, in: fileSystem)
        for path in try segments.paths(other: { (path) in strangers.append(path) }) where !merged.contains(path) {
            if segments.isSegment(path) { try remove(path) } else { strangers.append(path) }
        }
        for path in strangers where AtomicFile.isTemporary(Path.name(path)) {
            if try fileSystem.statusIfPresent(Path.join(root, path))?.kind == .file { try remove(path) }
        }
        strangers.removeAll { result.removed.contains($0) }
        result.foreign += strangers
        let folder = Path.join(root, partialsName)
        guard try fileSystem.statusIfPresent(folder) != nil else { return result }
        for partition in try fileSystem.list(folder) {
            let place = partialsName + "/" + partition.displayName
            guard let name = partition.name, name.hasPrefix("dt="), try isFolder(Path.join(folder, name), fileSystem)
            else {
                result.foreign.append(place)
                continue
            }
            for entry in try fileSystem.list(Path.join(folder, name)) {
                let path = place + "/" + entry.displayName
                if partials.contains(path) { continue }
                if try isUnfinished(entry, in: Path.join(folder, name)) || isPartial(Path.join(root, path), fileSystem)
                {
                    try remove(path)
                } else {
                    result.foreign.append(path)
                }
            }
        }
        return result
    }

    /// Whether a file that no version names is a partial of ours: one whose commit never happened.
    private static func isPartial(_ path: String, _ fileSystem: FileSystem) -> Bool {
        guard path.hasSuffix(".parquet"), fileSystem.hasFile(path),
            let reader = try? KeyedTableReader(path, kind: PartialStore.kind, in: fileSystem),
            let digest = reader.metadata("watchfold.digest")
        else { return false }
        return Path.name(path).contains("-" + digest.prefix(16))
    }
}
