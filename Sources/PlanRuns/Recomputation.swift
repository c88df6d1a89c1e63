//  The law, on the user's own data: every fold equals its statement over the files that count.
//
//      files that count, read again ─▶ rows ─▶ the statement itself ┐
//      partials of the same files ─▶ merged and finished            ┴▶ the same rows, or a difference with both
//
//  A file that is gone is compared by the rows that are kept of it, if they are; otherwise it is left out of both sides, and said.
//  The rows of all files of a source lie in the scratch folder at once: that is what the statement is about.

import Checkpoints
import Configuration
import Conversion
import DuckDB
import DurableIO
import Inbox
import Intake
import Ledgers
import Operations
import Plans
import Records
import RunSettings
import Wording

/// Makes all tables of a plan afresh.
final class Recomputation {
    private let planTables: PlanTables
    private let place: WorkPlace
    private let observer: any RunObserver
    private var result = Recomputed()
    private var stages = 0

    private var plan: PlanFolder { planTables.plan }
    private var checkpoints: CheckpointFolder { place.checkpoints }
    private var fileSystem: FileSystem { place.fileSystem }

    init(_ planTables: PlanTables, _ place: WorkPlace, _ observer: any RunObserver) {
        (self.planTables, self.place, self.observer) = (planTables, place, observer)
    }

    /// A version, and where its rows may be had.
    private struct Candidate {
        var version: VersionRecord
        var file: InboxFile?
        var kept: FoldPartial?
    }

    /// - Throws: `LedgerError`, `IOError`, `DuckDBProgramError`, `DuckDBError`.
    func run() throws -> Recomputed {
        let inbox = try InboxAsKnown(place.settings, checkpoints.ledger, in: fileSystem)
        let candidates = try plan.file.sources.map { try self.candidates($0, inbox) }
        let bytes = candidates.joined().reduce(0) { $0 + ($1.file?.status.size ?? 0) }
        observer.begin(files: candidates.joined().count, storedBytes: bytes)
        for (source, candidates) in zip(plan.file.sources, candidates) {
            let folds = plan.folds.filter { $0.source.name == source.name }
            // Also where nothing counts: then the tables have to be empty.
            if !folds.isEmpty { try compare(source, candidates) }
        }
        return result
    }

    private func candidates(_ source: PlanSource, _ inbox: InboxAsKnown) throws -> [Candidate] {
        let ledger = checkpoints.ledger
        return try ledger.snapshot {
            let rows = try planTables.keptRows(of: source, ledger)
            return try planTables.counting(source, ledger).map { version in
                // Other settings give other rows, rightly.
                let text = place.settings.configuration.foldSettingsText(of: version.facts.name)
                let isAlike = version.facts.settings == text
                return Candidate(
                    version: version, file: isAlike ? inbox.file(of: version) : nil, kept: rows[version.id])
            }
        }
    }

    private func compare(_ source: PlanSource, _ candidates: [Candidate]) throws {
        let tables = planTables.foldTables(of: source)
        let states = try planTables.states(of: tables, checkpoints)
        var packs = Set(states.flatMap(\.packs.values))
        // What is damaged is said as such, and not as a wrong number.
        for pack in packs { try checkpoints.packs.verify(pack) }
        let kept = Set(candidates.compactMap(\.kept?.pack)).filter { (try? checkpoints.packs.verify($0)) != nil }
        packs.formUnion(kept)
        // Tables are made of segments, so a wrong one has to be found, too; one that is damaged is not used.
        let segments = try checkpoints.ledger.segments().filter { checkpoints.segments.fault(of: $0) == nil }
        let places = packs.map(checkpoints.packs.path) + segments.map(checkpoints.segments.path)
        var reads = try places.map { try fileSystem.physicalPath($0) }
        if source.format == .parquet {
            reads += try candidates.compactMap(\.file).map { try fileSystem.physicalPath($0.path) }
                .filter { !DuckDBFiles.isPattern($0) }
        }
        let session = try planTables.engine(
            checkpoints, scratch: fileSystem.physicalPath(ScratchFolder.path), fileSystem
        )
        .foldingSession(reading: Set(reads).sorted(), in: fileSystem)
        defer { try? session.close() }
        let folding = try planTables.folding(session)
        var rows: [StagedFile] = []
        var versions: [VersionRecord] = []
        for candidate in candidates {
            var candidate = candidate
            if let pack = candidate.kept?.pack, !kept.contains(pack) { candidate.kept = nil }
            if let staged = try self.rows(candidate, source, session) {
                rows.append(staged)
                versions.append(candidate.version)
            } else {
                result.leftOut.append(
                    "\(candidate.version.facts.name): it is not in the inbox as it was read, and its rows are not kept")
            }
        }
        result.files += versions.count
        for fold in folding.folds where fold.checked.source.name == source.name {
            let table = plan.keptTable(of: fold.checked)
            let state = try planTables.state(of: table, checkpoints, only: versions)
            if let complaint = state.complaint {
                result.leftOut.append(complaint)
                continue
            }
            let packs = try fold.tables.map { table in
                try state.tree(part: table.part(of: fold), segments, planTables.segmentRule) { _ in true }
                    .inputs { try fileSystem.physicalPath(Path.join(checkpoints.root, $0)) }
            }
            if let difference = try folding.difference(fold, packs, from: rows) {
                result.differences.append("\(difference)")
            }
        }
    }

    /// The rows of a version; nil when they cannot be had.
    private func rows(_ candidate: Candidate, _ source: PlanSource, _ session: DuckDBSession) throws -> StagedFile? {
        let version = candidate.version
        if let file = candidate.file, let path = try read(file, version.facts.digest, source, session) {
            return planTables.rows(of: version, path: path)
        }
        return try candidate.kept.flatMap {
            try planTables.rows(of: version, kept: $0, checkpoints, in: fileSystem)
        }
    }

    /// - Returns: nil when it is not what it was: the next run finds out.
    private func read(
        _ file: InboxFile, _ digest: String, _ source: PlanSource, _ session: DuckDBSession
    ) throws -> String? {
        stages += 1
        let path = Path.join(session.folder!, "rows-\(stages).parquet")
        do {
            let summary = try source.stage(
                FoldInput(name: file.relativePath, path: file.path), to: path, place.settings.fold,
                jobs: place.settings.jobs, in: fileSystem, by: { session },
                onStoredBytes: { [observer] in observer.advance(storedBytes: $0) })
            if summary.digest.hex == digest { return path }
        } catch is InputFailure {} catch is FileChanged {} catch let error as IOError where error.path == file.path {}
        try fileSystem.removeIfPresent(path)
        return nil
    }
}
