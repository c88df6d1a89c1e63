//  From what counts to the reports on disk.
//
//      ledger at generation g ─▶ manifest
//                             ─▶ plan of the total ─▶ one merge ─┬─▶ total.parquet
//                                                                  └─▶ reports of the plan ─▶ receipt
//
//  All files are written aside first. Then they get their names one after another, the main report first, the receipt last: a
//  receipt always describes reports that are all there. Whether the reports on disk are current is asked of the receipt: it names the
//  contents that count and the map, so neither a lost total nor another ledger can be mistaken for this one.

import Checkpoints
import Codecs
import DurableIO
import Events
import Folding
import KeyedTables
import Ledgers
import Reports
import RunSettings
import Wording

/// How reports came to be current.
package enum Publication: Sendable, Hashable {
    /// They were already.
    case current
    /// They were written for this generation; those by key have a row for so many.
    case written(generation: Int, keys: Int)
    /// There is nothing to report on yet.
    case nothing
    /// No input could be folded, so no report takes the place of what is there.
    case withheld

    /// That of reports that were written now.
    package var generation: Int? { if case .written(let generation, _) = self { generation } else { nil } }
}

/// Makes reports of what counts.
package struct Publisher {
    package let checkpoints: CheckpointFolder
    package let settings: Settings
    package let fileSystem: FileSystem
    /// Told now and then while it goes on.
    private let onProgress: () -> Void
    /// Told what is made, and why.
    private let onEvent: EventSink
    private let clock: StageClock

    package init(
        checkpoints: CheckpointFolder, settings: Settings, fileSystem: FileSystem,
        onProgress: @escaping () -> Void = {}, onEvent: @escaping EventSink = { _ in },
        clock: StageClock = StageClock()
    ) {
        self.checkpoints = checkpoints
        self.settings = settings
        self.fileSystem = fileSystem
        self.onProgress = onProgress
        self.onEvent = onEvent
        self.clock = clock
    }

    private var output: String { settings.configuration.output }
    package static let receiptName = "receipt.json"

    /// Brings the total and all reports up to date.
    ///
    /// - Parameter force: write them though they seem to be current.
    package func publish(force: Bool = false) throws -> Publication {
        let snapshot = try clock.measure(.planning) { try CountingSnapshot(checkpoints.ledger) }
        if snapshot.generation == 0 { return .nothing }
        try clock.measure(.manifest) { try renewManifest() }
        guard let reason = try clock.measure(.planning, { try reasonToWrite(snapshot, force: force) }) else {
            return .current
        }
        onEvent(.reportsDue(reason))
        try fileSystem.createFolders(output)
        try UnfinishedOutputs.remove(settings.plan.reports.map(\.fileName) + [Self.receiptName], in: output, fileSystem)
        let sources = try clock.measure(.planning) { try checkpoints.total.sources(checkpoints.ledger) }
        do {
            return try write(snapshot, sources)
        } catch  where sources.usesTotal && Self.blamesTotal(error) {
            let reason = FullMergeReason.failed(detail: "\(error)")
            return try write(snapshot, try checkpoints.total.sources(checkpoints.ledger, rebuilding: reason))
        }
    }

    private func renewManifest() throws {
        let manifest = try Manifest(checkpoints.ledger)
        if try Manifest.read(checkpoints.root, in: fileSystem) == manifest { return }
        try manifest.write(checkpoints.root, in: fileSystem)
        onEvent(.manifestWritten(generation: manifest.generation))
    }

    /// Whether a merge with the total failed in a way that a merge of all partials that count may not: the total is not
    /// what it should be, or a partial that is to be taken out of it is damaged.
    static func blamesTotal(_ error: any Error) -> Bool {
        switch error {
        case is DamagedTable, is FoldError: true
        case ReportError.output: false
        case is ReportError: true
        default: false
        }
    }

    /// Why the reports are to be written; nil when the receipt describes what counts now and the reports are still there.
    private func reasonToWrite(_ snapshot: CountingSnapshot, force: Bool) throws -> ReportsReason? {
        if force { return .wanted }
        guard let status = try fileSystem.statusIfPresent(Path.join(output, Self.receiptName)), status.kind == .file
        else { return .noReceipt }
        guard let bytes = try? fileSystem.open(Path.join(output, Self.receiptName), .read).readAll(limit: 1 << 28),
            let receipt = try? ReceiptSummary(json: bytes)
        else { return .damagedReceipt }
        if receipt.inputsDigest != snapshot.inputsDigest { return .contents }
        if receipt.mapDigest != settings.mapDigest { return .groups }
        if receipt.tool != Tool.name { return .program(receipt.tool) }
        if receipt.generation != snapshot.generation { return .generation(receipt.generation) }
        let names = Set(settings.plan.reports.map(\.fileName))
        if Set(receipt.outputs.map(\.name)) != names { return .otherReports }
        let lost = try receipt.outputs.first {
            try fileSystem.statusIfPresent(Path.join(output, $0.name))?.size != $0.bytes
        }
        if let lost { return .reportLost(lost.name) }
        return try checkpoints.total.isFresh(checkpoints.ledger) ? nil : .totalDue
    }

    private func write(_ snapshot: CountingSnapshot, _ sources: TotalSources) throws -> Publication {
        precondition(sources.generation == snapshot.generation, "the ledger changed under its only writer")
        if let event = sources.event { onEvent(event) }
        let files = try settings.plan.reports.map {
            // People open a report, if at all, some time later.
            ReportFile(
                $0,
                try AtomicFile(
                    Path.join(output, $0.fileName), in: fileSystem, bypassingCache: $0.isByKey))
        }
        let (main, others) = ([files[0]], Array(files.dropFirst()))
        var written: [PassResult.Written] = []
        // People wait for the main report. When little changed it is made alone, which is soon done, and has its name before
        // the work on the others begins; else both together take less. The receipt still speaks of the reports before:
        // should this end here, the next start makes all of them.
        if sources.isSmallChange {
            written += try clock.measure(.merging) {
                let merge = try sources.open(
                    withDays: main[0].report.needsDays, jobs: settings.jobs, onEvent: onEvent)
                let pass = try pass(merge, main)
                try pass.run(merge, into: nil, jobs: settings.jobs, onProgress: onProgress)
                return try pass.finish().written
            }
            try place(main)
        }
        let total = sources.keepsTotal ? nil : try checkpoints.total.writer(sources)
        let result = try clock.measure(.merging) {
            let merge = try sources.open(jobs: settings.jobs, onEvent: onEvent)
            let pass = try pass(merge, sources.isSmallChange ? others : files)
            try pass.run(merge, into: total, jobs: settings.jobs, onProgress: onProgress)
            return try pass.finish(snapshot.daySums)
        }
        written += result.written
        if !sources.isSmallChange { try place(main) }
        if let total {
            try clock.measure(.placing) {
                _ = try total.seal(metadata: checkpoints.total.metadata(sources, checkpoints.ledger))
                try total.file.place()
            }
        }
        let receipt = snapshot.receipt(
            settings, result,
            files.map { file in
                let written = written.first { $0.report == file.report }!
                return Receipt.Output(
                    name: file.report.fileName, digest: file.digest.hex, bytes: file.file.count,
                    rows: written.rows)
            })
        try clock.measure(.placing) {
            let receiptFile = try AtomicFile(Path.join(output, Self.receiptName), in: fileSystem)
            try receipt.json.withUnsafeBytes { try receiptFile.write($0) }
            try receiptFile.seal()
            try placeAlone(others)
            try receiptFile.place()
        }
        return .written(generation: snapshot.generation, keys: result.groupedKeys)
    }

    private func place(_ files: [ReportFile]) throws { try clock.measure(.placing) { try placeAlone(files) } }

    private func placeAlone(_ files: [ReportFile]) throws {
        for file in files { try file.file.seal() }
        for file in files { try file.file.place(syncingFolder: false) }
    }

    private func pass(_ merge: RangedMerge, _ files: [ReportFile]) throws -> any ReportPass {
        try settings.reports.pass(
            merge.schema, files.map { file in ReportOutput(file.report, format: .csv) { try file.write($0) } })
    }
}

/// A report being written, with the digest of its bytes.
private final class ReportFile {
    let report: Report
    let file: AtomicFile
    private var state = StreamingXXH128()

    init(_ report: Report, _ file: AtomicFile) {
        self.report = report
        self.file = file
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        state.update(bytes)
        try file.write(bytes)
    }

    var digest: XXH128 { state.finish() }
}
