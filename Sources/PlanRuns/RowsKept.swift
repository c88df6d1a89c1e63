//  Folds of rows that are kept: nobody reads the file, which may be gone.
//
//      ledger ─▶ versions that count and lack a partial ─▶ packs with their rows ─▶ folded by DuckDB ─▶ packs ─▶ ledger
//
//  A version gets what it lacks, and stays what it is: the rows were taken under its own settings. Some files at a time are
//  committed together, so that what a killed run did stays done.

import Checkpoints
import Configuration
import DuckDB
import DurableIO
import FoldSQL
import Intake
import Ledgers
import Operations
import Plans
import Records
import Synchronization
import Wording

/// Folds kept rows.
final class RowsKept: RowsFolding, @unchecked Sendable {
    private let planTables: PlanTables
    private let engine: PlanEngine
    private let place: WorkPlace
    private let isCancelled = Atomic<Bool>(false)
    /// For whoever cancels from another thread.
    private let child = Mutex<DuckDBSession?>(nil)

    private var checkpoints: CheckpointFolder { place.checkpoints }

    init(_ planTables: PlanTables, _ engine: PlanEngine, _ place: WorkPlace) {
        (self.planTables, self.engine, self.place) = (planTables, engine, place)
    }

    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        child.withLock { $0 }?.cancel()
    }

    /// A version with kept rows, and what it lacks.
    private struct Due {
        var version: VersionRecord
        var rows: FoldPartial
        var tables: [KeptTable]
    }

    func fold(_ run: RunID, without damaged: Set<String>, _ observer: any RunObserver) throws -> RowsFolded {
        var result = RowsFolded()
        let sources = planTables.plan.file.sources
        let due = try sources.map { try self.due($0, damaged, &result) }
        let files = due.joined()
        if files.isEmpty { return result }
        observer.begin(files: files.count, storedBytes: files.reduce(0) { $0 + $1.version.facts.size })
        for (source, due) in zip(sources, due) where !due.isEmpty {
            try fold(due, of: source, run, observer, &result)
        }
        return result
    }

    // MARK: What is due

    /// What of a source can be folded from rows, in the order of their packs.
    private func due(_ source: PlanSource, _ damaged: Set<String>, _ result: inout RowsFolded) throws -> [Due] {
        let tables = planTables.foldTables(of: source)
        let states = try planTables.states(of: tables, checkpoints, without: damaged)
        var lacking: [VersionID: (version: VersionRecord, tables: [KeptTable])] = [:]
        for (table, state) in zip(tables, states) {
            for version in state.lacking { lacking[version.id, default: (version, [])].tables.append(table) }
        }
        if lacking.isEmpty { return [] }
        let rows = try planTables.keptRows(of: source, checkpoints.ledger)
        var due = lacking.values.compactMap { item in
            rows[item.version.id].map { Due(version: item.version, rows: $0, tables: item.tables) }
        }
        // What lies damaged is not folded as if it were sound.
        var faults: [String: Bool] = [:]
        due.removeAll { item in
            let pack = item.rows.pack
            if let isFaulty = faults[pack.path] { return isFaulty }
            do {
                try checkpoints.packs.verify(pack)
                faults[pack.path] = false
            } catch {
                faults[pack.path] = true
                result.problems.append("rows that are kept cannot be folded: \(error)")
            }
            return faults[pack.path]!
        }
        return due.sorted { ($0.rows.pack.path, $0.rows.slot) < ($1.rows.pack.path, $1.rows.slot) }
    }

    // MARK: Folding

    private func fold(
        _ due: [Due], of source: PlanSource, _ run: RunID, _ observer: any RunObserver, _ result: inout RowsFolded
    ) throws {
        let paths = try Set(due.map(\.rows.pack)).map { try place.fileSystem.physicalPath(checkpoints.packs.path($0)) }
        do {
            let session = try engine.foldingSession(reading: paths.sorted(), in: place.fileSystem)
            child.withLock { $0 = session }
            defer {
                child.withLock { $0 = nil }
                try? session.close()
            }
            if isCancelled.load(ordering: .relaxed) { throw Cancelled() }
            let folding = try planTables.folding(session)
            for batch in batches(of: due) {
                try fold(batch, of: source, folding, run, &result)
                observer.advance(storedBytes: batch.reduce(0) { $0 + $1.version.facts.size })
            }
        } catch {
            if isCancelled.load(ordering: .relaxed) { throw Cancelled() }
            throw error
        }
    }

    /// Files that lack the same and were read under the same settings, few enough to be folded together.
    private func batches(of due: [Due]) -> [ArraySlice<Due>] {
        var batches: [ArraySlice<Due>] = []
        var start = 0
        var bytes = 0
        for (index, item) in due.enumerated() {
            let isAlike =
                item.tables == due[start].tables && item.version.facts.settings == due[start].version.facts.settings
            if index > start, !isAlike || PackLimits.isFull(files: index - start, bytes: bytes) {
                batches.append(due[start..<index])
                (start, bytes) = (index, 0)
            }
            bytes += item.version.facts.size
        }
        batches.append(due[start...])
        return batches
    }

    private func fold(
        _ batch: ArraySlice<Due>, of source: PlanSource, _ folding: PackFolding, _ run: RunID,
        _ result: inout RowsFolded
    ) throws {
        do {
            let facts = batch.map(\.version.facts)
            let packs = try checkpoints.packs.seal(
                batch.map { try rows($0) }, of: source, into: batch.first!.tables, by: folding,
                facts.map { PackOrigin.File(name: $0.name, digest: $0.digest, date: $0.date) },
                settingsText: facts[0].settings)
            try commit(batch, packs, run)
            result.files += batch.count
        } catch is PackFolding.SeveralFailed {
            for index in batch.indices { try fold(batch[index...index], of: source, folding, run, &result) }
        } catch let error as FoldFailure {
            // The file stays what it is, and lacks the fold: nothing that counts is taken back for a fold that came later.
            result.problems.append("\(error)")
        }
    }

    private func rows(_ due: Due) throws -> StagedFile {
        let rows = try planTables.rows(of: due.version, kept: due.rows, checkpoints, in: place.fileSystem)
        guard let rows else { preconditionFailure("\(due.version.facts.name) is of no source") }
        return rows
    }

    private func commit(_ batch: ArraySlice<Due>, _ packs: [SealedPack], _ run: RunID) throws {
        let folders = try Set(packs.compactMap { try $0.place() })
        for folder in folders.sorted() { try place.fileSystem.syncFolder(folder) }
        var change = CommitChange(run: run)
        for (slot, item) in batch.enumerated() {
            change.folds += packs.map { (item.version.id, FoldPartial(pack: $0.pack, slot: slot)) }
        }
        try checkpoints.ledger.commit(change)
    }
}

/// What is folded together: so few files that little is read again after a crash, and so many that statements cost little.
enum PackLimits {
    private static let mostFiles = 64
    /// Of contents.
    private static let mostBytes = 4 << 20

    static func isFull(files: Int, bytes: Int) -> Bool { files >= mostFiles || bytes >= mostBytes }
}
