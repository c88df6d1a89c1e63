//  From files of the inbox to packs of partials.
//
//      each file ─▶ typed rows in Parquet             on all cores, ours
//      rows of some files ─▶ a pack for each table    DuckDB, in the scratch folder of the checkpoints
//      each file ─▶ its outcome                       with the slots of the packs that are its partials
//
//  Everything on the way lies in the child's own folder, which goes with it. Packs leave it as soon as they are whole.

import Admission
import Checkpoints
import Columns
import Configuration
import Conversion
import DuckDB
import DurableIO
import Events
import FoldSQL
import Folding
import Inbox
import Intake
import KeyedTables
import Ledgers
import Operations
import Pipelines
import Plans
import Records
import RunSettings
import Synchronization

/// Reads files by a plan's sources and folds.
final class PlanReader: InboxReader, @unchecked Sendable {
    private let plan: PlanFolder
    /// Makes a session ready.
    private let compile: @Sendable (DuckDBSession) throws -> PackFolding
    private let engine: PlanEngine
    private let place: WorkPlace
    private let isCancelled = Atomic<Bool>(false)
    /// The children at work, for whoever cancels from another thread: one folds, and one reads Parquet, where there is some.
    private let children = Mutex<[DuckDBSession]>([])
    /// Files of Parquet, absolute paths.
    private var parquetFiles: [String] = []
    private var parquetSession: DuckDBSession?
    /// Files whose rows were staged; of the thread that reads.
    private var stages = 0

    private var fileSystem: FileSystem { place.fileSystem }

    init(
        _ plan: PlanFolder, _ engine: PlanEngine, _ place: WorkPlace,
        compile: @escaping @Sendable (DuckDBSession) throws -> PackFolding
    ) {
        (self.plan, self.engine, self.place, self.compile) = (plan, engine, place, compile)
    }

    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        for child in children.withLock({ $0 }) { child.cancel() }
    }

    /// A file whose rows are staged.
    private struct Staged {
        var place: Int
        var file: InboxFile
        var source: PlanSource
        var summary: FileSummary
        var rows: StagedFile
    }

    func read(
        _ files: [InboxFile], while wantsMore: @escaping @Sendable () -> Bool,
        onStoredBytes: @escaping @Sendable (Int, Int) -> Void,
        onFinished: @escaping @Sendable (Int, ReadOutcome) -> Void
    ) {
        let folding: PackFolding
        parquetFiles = files.filter { source(of: $0).0.format == .parquet }
            .compactMap { try? fileSystem.physicalPath($0.path) }.filter { !DuckDBFiles.isPattern($0) }
        do { folding = try begun() } catch {
            onFinished(0, .failed(error))
            return close()
        }
        // Rows of the next files are read while DuckDB folds those before. What goes wrong ends in the files' outcomes.
        try? Handover.run(isConcurrent: place.settings.jobs > 1, ahead: 1) {
            (put: @escaping ([Staged]) throws -> Void) in
            var waiting: [Staged] = []
            for (index, file) in files.enumerated() {
                if index > 0, !wantsMore() { break }
                guard let staged = stage(file, index, in: folding.folder, onStoredBytes, onFinished) else { continue }
                if let first = waiting.first, first.source.name != staged.source.name {
                    try put(waiting)
                    waiting = []
                }
                waiting.append(staged)
                let bytes = waiting.reduce(0) { $0 + $1.summary.size }
                if PackLimits.isFull(files: waiting.count, bytes: bytes) {
                    try put(waiting)
                    waiting = []
                }
            }
            if !waiting.isEmpty { try put(waiting) }
        } take: { [self] files in
            fold(files, folding, onFinished)
        }
        close()
    }

    private func close() {
        let sessions = children.withLock { children in
            defer { children = [] }
            return children
        }
        for session in sessions { try? session.close() }
    }

    /// Half of what DuckDB may take, where two of its processes are at work.
    private var share: PlanEngine {
        var share = engine
        if !parquetFiles.isEmpty { share.memory /= 2 }
        return share
    }

    private func start(reading files: [String] = []) throws -> DuckDBSession {
        let session = try share.foldingSession(reading: files, in: fileSystem)
        children.withLock { $0.append(session) }
        if isCancelled.load(ordering: .relaxed) { throw Cancelled() }
        return session
    }

    /// Starts the child that folds.
    private func begun() throws -> PackFolding {
        do {
            try fileSystem.createFolders(engine.scratch)
            return try compile(start())
        } catch { throw Self.ofEngine(error) }
    }

    private static func ofEngine(_ error: any Error) -> any Error { error is Cancelled ? error : EngineFailure(error) }

    // MARK: Rows

    /// Reads a file.
    ///
    /// - Returns: nil when there is nothing to fold; then its outcome was told.
    private func stage(
        _ file: InboxFile, _ index: Int, in folder: String, _ onStoredBytes: @escaping @Sendable (Int, Int) -> Void,
        _ onFinished: (Int, ReadOutcome) -> Void
    ) -> Staged? {
        do {
            if isCancelled.load(ordering: .relaxed) { throw Cancelled() }
            let staged = try rows(of: file, index, in: folder, onStoredBytes)
            if staged.summary.size > 0, staged.summary.end != .insideValue { return staged }
            // It waits, or has failed: nobody asks for its partial.
            try? fileSystem.removeIfPresent(staged.rows.path)
            onFinished(
                index,
                .read(
                    staged.summary,
                    PlanContent(source: staged.source.name, bytes: staged.summary.size, records: 0, [])))
        } catch { onFinished(index, .failed(error)) }
        return nil
    }

    private func source(of file: InboxFile) -> (PlanSource, pathValues: [String]) {
        guard case .source(let source, let values) = plan.match(file.relativePath, isWhole: true) else {
            preconditionFailure("\(file.relativePath) is of no source")
        }
        return (source, values)
    }

    private func forParquet() throws -> DuckDBSession {
        if let parquetSession { return parquetSession }
        let session = try start(reading: parquetFiles)
        parquetSession = session
        return session
    }

    private func rows(
        of file: InboxFile, _ index: Int, in folder: String, _ onStoredBytes: @escaping @Sendable (Int, Int) -> Void
    ) throws -> Staged {
        let (source, values) = source(of: file)
        stages += 1
        let path = Path.join(folder, "rows-\(stages).parquet")
        let settings = place.settings
        let summary: FileSummary
        do {
            summary = try source.stage(
                FoldInput(name: file.relativePath, path: file.path), to: path, settings.fold, jobs: settings.jobs,
                in: fileSystem, by: { [self] in try forParquet() }, onStoredBytes: { onStoredBytes(index, $0) })
        } catch let error as InputFailure {
            throw error.cause
        } catch let error as DuckDBError {
            if isCancelled.load(ordering: .relaxed) { throw Cancelled() }
            throw EngineFailure(error)
        } catch let error as IOError where error.path == path {
            throw EngineFailure(error)
        }
        return Staged(
            place: index, file: file, source: source, summary: summary,
            rows: StagedFile(
                path: path, name: file.logicalName, day: file.date.flatMap { CalendarDay($0) }, pathValues: values))
    }

    // MARK: Packs

    private func fold(_ files: [Staged], _ folding: PackFolding, _ onFinished: (Int, ReadOutcome) -> Void) {
        do {
            let (packs, profiles) = try packs(of: files, folding)
            for file in files { try? fileSystem.removeIfPresent(file.rows.path) }
            for (slot, file) in files.enumerated() {
                let content = PlanContent(
                    source: file.source.name, bytes: file.summary.size, records: file.summary.counts.folded,
                    packs.map { ($0, slot) }, profiles.isEmpty ? [] : profiles[slot])
                onFinished(file.place, .read(file.summary, content))
            }
        } catch is PackFolding.SeveralFailed {
            for file in files { fold([file], folding, onFinished) }
        } catch {
            for file in files { onFinished(file.place, .failed(error is FoldFailure ? error : Self.ofEngine(error))) }
        }
    }

    /// - Returns: packs, and of each file what it gives to folds; empty when nobody compares files.
    private func packs(
        of files: [Staged], _ folding: PackFolding
    ) throws -> (packs: [SealedPack], profiles: [[FoldProfile]]) {
        let inputs = files.map {
            PackOrigin.File(name: $0.file.logicalName, digest: $0.summary.digest.hex, date: $0.file.date)
        }
        // The gate knows only files with a date.
        let areCompared = place.settings.configuration.gate.mode != .off && inputs.contains { $0.date != nil }
        var profiles: [[FoldProfile]] = []
        do {
            let packs = try place.checkpoints.packs.seal(
                files.map(\.rows), of: files[0].source, into: plan.keptTables(of: files[0].source), by: folding,
                inputs, settingsText: place.settings.configuration.foldSettingsText(of: inputs[0].name)
            ) { written in
                if areCompared { profiles = try folding.profiles(of: written, slots: files.count) }
            }
            return (packs, profiles)
        } catch {
            if isCancelled.load(ordering: .relaxed) { throw Cancelled() }
            throw error
        }
    }
}

extension PackStore {
    /// Folds rows, and takes over the packs.
    ///
    /// - Parameters:
    ///   - inputs: the files, in their order.
    ///   - settingsText: under which they were read.
    ///   - onWritten: gets the packs before they leave the session's folder.
    func seal(
        _ rows: [StagedFile], of source: PlanSource, into tables: [KeptTable], by folding: PackFolding,
        _ inputs: [PackOrigin.File], settingsText: String, onWritten: ([WrittenPack]) throws -> Void = { _ in }
    ) throws -> [SealedPack] {
        func origin(_ table: KeptTable, _ part: String) -> PackOrigin {
            PackOrigin(
                fold: table.name, part: part, identity: table.identity, settingsText: settingsText, files: inputs)
        }
        let written = try folding.fold(rows, of: source, into: tables) { origin($0, $1).metadata }
        try onWritten(written)
        return try written.map { try seal($0.path, origin($0.table, $0.part)) }
    }
}

/// What a file gives to the plan.
private final class PlanContent: FoldedContent {
    private let source: String
    private let bytes: Int
    private let records: Int
    private let partials: [(SealedPack, Int)]
    private let profiles: [FoldProfile]

    init(
        source: String, bytes: Int, records: Int, _ partials: [(SealedPack, Int)], _ profiles: [FoldProfile] = []
    ) {
        (self.source, self.bytes, self.records) = (source, bytes, records)
        (self.partials, self.profiles) = (partials, profiles)
    }

    func seal(
        _ origin: PartialOrigin, schema: KeyedSchema, in store: PartialStore, jobs: Int
    ) throws -> SealedPartial {
        try store.write(origin, schema: schema, folds: profiles) { emit in
            if records == 0 { return }
            try emit(
                KeyedBatch(keys: [StringColumn([source])], measures: [[Int64(bytes)], [Int64(records)]]))
        }.with(partials)
    }

    func removeAll() {}
}
