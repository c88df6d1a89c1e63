//  From files of the inbox to packs of partials.
//
//      each file ─▶ typed rows in Parquet             on all cores, ours
//      rows of some files ─▶ a pack for each table    DuckDB, in the scratch folder of the checkpoints
//      each file ─▶ its outcome                       with the slots of the packs that are its partials
//
//  Everything on the way lies in the child's own folder, which goes with it. What is kept leaves it by a rename when its
//  file is committed.

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
import Plans
import Records
import RunSettings
import Synchronization

/// Reads files by a plan's sources and folds.
final class PlanReader: InboxReader, @unchecked Sendable {
    private let plan: PlanFolder
    private let engine: PlanEngine
    private let place: WorkPlace
    private let isCancelled = Atomic<Bool>(false)
    /// The child at work, for whoever cancels from another thread.
    private let child = Mutex<DuckDBSession?>(nil)
    // Of the thread that reads.
    private var folding: PackFolding?
    private var stages = 0

    private var fileSystem: FileSystem { place.fileSystem }

    init(_ plan: PlanFolder, _ engine: PlanEngine, _ place: WorkPlace) {
        (self.plan, self.engine, self.place) = (plan, engine, place)
    }

    func cancel() {
        isCancelled.store(true, ordering: .relaxed)
        child.withLock { $0 }?.cancel()
    }

    /// A file whose rows are staged.
    private struct Staged {
        var place: Int
        var file: InboxFile
        var source: PlanSource
        var summary: FileSummary
        var rows: StagedFile
    }

    /// What is folded together: so few files that little is read again after a crash, and so many that statements cost
    /// little.
    private static let mostFiles = 64
    private static let mostBytes = 4 << 20

    func read(
        _ files: [InboxFile], while wantsMore: @escaping @Sendable () -> Bool,
        onStoredBytes: @escaping @Sendable (Int, Int) -> Void,
        onFinished: @escaping @Sendable (Int, ReadOutcome) -> Void
    ) {
        var waiting: [Staged] = []
        func flush() {
            fold(waiting, onFinished)
            waiting = []
        }
        for (index, file) in files.enumerated() {
            if index > 0, !wantsMore() { break }
            if isCancelled.load(ordering: .relaxed) {
                onFinished(index, .failed(Cancelled()))
                continue
            }
            do {
                guard let staged = try stage(file, index, onStoredBytes, onFinished) else { continue }
                if let first = waiting.first, first.source.name != staged.source.name { flush() }
                waiting.append(staged)
                let bytes = waiting.reduce(0) { $0 + $1.summary.size }
                if waiting.count >= Self.mostFiles || bytes >= Self.mostBytes { flush() }
            } catch { onFinished(index, .failed(error)) }
        }
        flush()
        close()
    }

    private func close() {
        folding = nil
        let session = child.withLock { child in
            defer { child = nil }
            return child
        }
        try? session?.close()
    }

    /// The folding of this reading; the child is started when it is first needed.
    private func begun() throws -> PackFolding {
        if let folding { return folding }
        do {
            try fileSystem.createFolders(engine.scratch)
            let session = try engine.foldingSession(in: fileSystem)
            child.withLock { $0 = session }
            if isCancelled.load(ordering: .relaxed) { throw Cancelled() }
            let folding = PackFolding(plan, try PlanCheck(plan, session).compile(), session)
            self.folding = folding
            return folding
        } catch { throw Self.ofEngine(error) }
    }

    private static func ofEngine(_ error: any Error) -> any Error { error is Cancelled ? error : EngineFailure(error) }

    // MARK: Rows

    /// Reads a file.
    ///
    /// - Returns: nil when there is nothing to fold; then its outcome was told.
    private func stage(
        _ file: InboxFile, _ index: Int, _ onStoredBytes: @escaping @Sendable (Int, Int) -> Void,
        _ onFinished: (Int, ReadOutcome) -> Void
    ) throws -> Staged? {
        guard case .source(let source, let values) = plan.match(file.relativePath, isWhole: true) else {
            preconditionFailure("\(file.relativePath) is of no source")
        }
        if source.format == .parquet { throw NotReadYet(source: source.name) }
        let folding = try begun()
        stages += 1
        let path = Path.join(folding.folder, "rows-\(stages).parquet")
        let settings = place.settings
        let request = source.conversion(
            of: FoldInput(name: file.relativePath, path: file.path), settings.fold, jobs: settings.jobs)
        let conversion = Conversion(request, fileSystem: fileSystem, onStoredBytes: { onStoredBytes(index, $0) })
        let store = SinkStore { [fileSystem] in
            let rows: OpenFile
            do {
                rows = try fileSystem.open(path, .readWrite)
                try rows.truncate(to: 0)
            } catch { throw EngineFailure(error) }
            return { bytes in do { try rows.write(bytes) } catch { throw EngineFailure(error) } }
        }
        let summary: FileSummary
        do { summary = try conversion.run(into: store).files[0] } catch let error as InputFailure { throw error.cause }
        if summary.size == 0 || summary.end == .insideValue {
            // It waits, or has failed: nobody asks for its partial.
            try? fileSystem.removeIfPresent(path)
            onFinished(index, .read(summary, PlanContent(source: source.name, bytes: summary.size, records: 0, [])))
            return nil
        }
        return Staged(
            place: index, file: file, source: source, summary: summary,
            rows: StagedFile(
                path: path, name: file.logicalName, day: file.date.flatMap { CalendarDay($0) }, pathValues: values))
    }

    // MARK: Packs

    private func fold(_ files: [Staged], _ onFinished: (Int, ReadOutcome) -> Void) {
        guard !files.isEmpty else { return }
        do {
            let packs = try packs(of: files)
            for file in files { try? fileSystem.removeIfPresent(file.rows.path) }
            for (slot, file) in files.enumerated() {
                let content = PlanContent(
                    source: file.source.name, bytes: file.summary.size, records: file.summary.counts.folded,
                    packs.map { ($0, slot) })
                onFinished(file.place, .read(file.summary, content))
            }
        } catch is PackFolding.SeveralFailed {
            for file in files { fold([file], onFinished) }
        } catch {
            for file in files { onFinished(file.place, .failed(error is FoldFailure ? error : Self.ofEngine(error))) }
        }
    }

    private func packs(of files: [Staged]) throws -> [SealedPack] {
        let folding = try begun()
        let inputs = files.map {
            PackOrigin.File(name: $0.file.logicalName, digest: $0.summary.digest.hex, date: $0.file.date)
        }
        func origin(_ fold: String, _ part: String) -> PackOrigin {
            let checked = plan.folds.first { $0.name == fold }!
            return PackOrigin(fold: fold, part: part, identity: plan.identity(of: checked), files: inputs)
        }
        let written: [WrittenPack]
        do {
            written = try folding.fold(files.map(\.rows), of: files[0].source) { fold, part in
                origin(fold.checked.name, part).metadata
            }
        } catch {
            if isCancelled.load(ordering: .relaxed) { throw Cancelled() }
            throw error
        }
        return try written.map { try place.checkpoints.packs.seal($0.path, origin($0.fold, $0.part)) }
    }
}

/// Files of Parquet cannot be read yet.
struct NotReadYet: Error, CustomStringConvertible {
    var source: String
    var description: String { "the source \(source): files of Parquet cannot be folded yet" }
}

/// What a file gives to the plan.
private final class PlanContent: FoldedContent {
    private let source: String
    private let bytes: Int
    private let records: Int
    private let partials: [(SealedPack, Int)]

    init(source: String, bytes: Int, records: Int, _ partials: [(SealedPack, Int)]) {
        (self.source, self.bytes, self.records, self.partials) = (source, bytes, records, partials)
    }

    func seal(
        _ origin: PartialOrigin, schema: KeyedSchema, in store: PartialStore, jobs: Int
    ) throws -> SealedPartial {
        try store.write(origin, schema: schema) { emit in
            if records == 0 { return }
            try emit(
                KeyedBatch(keys: [StringColumn([source])], measures: [[Int64(bytes)], [Int64(records)]]))
        }.with(partials)
    }

    func removeAll() {}
}
