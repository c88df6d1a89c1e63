//  Whether everything on disk is what it should be.
//
//      ledger      pages, schema, invariants
//      partials    every version's: digest, size, page checksums, order of rows, sums and counts against the ledger
//      total       row by row against a fresh merge of the partials that count
//      reports     byte by byte against what the total gives, and against the receipt
//      tables      of a plan, and merged partials: against what is written down of them
//
//  A repair makes anew what is derived and wrong, folds again the files of damaged partials, and rebuilds a ledger that
//  is lost (LedgerRebuilder.swift, Repairer.swift).

import Checkpoints
import Codecs
import Configuration
import DurableIO
import Events
import Folding
import KeyedTables
import Ledgers
import Logging
import Publishing
import Reports
import RunSettings
import Wording

/// Checks the checkpoints and the reports.
package struct Verifier {
    private let settings: Settings
    private let fileSystem: FileSystem
    private let logger: Logger
    private let observer: any RunObserver
    private let work: any PlanWork

    package init(
        _ settings: Settings, work: any PlanWork = RecordWork(), fileSystem: FileSystem = .real, logger: Logger,
        observer: any RunObserver
    ) {
        self.work = work
        self.settings = settings
        self.fileSystem = fileSystem
        self.logger = logger
        self.observer = observer
    }

    private func place(_ checkpoints: CheckpointFolder) -> WorkPlace {
        WorkPlace(
            settings: settings, checkpoints: checkpoints, fileSystem: fileSystem, onEvent: logger.sink,
            clock: StageClock())
    }

    private var now: String { Timestamp.text(milliseconds: WallClock.now() / 1_000_000) }

    /// Checks everything; changes nothing and needs no lock.
    ///
    /// - Parameters:
    ///   - sample: how many raw files to fold afresh and compare with their partials, chosen at random.
    ///   - recomputes: all of them, and of a plan of SQL every table by the statement itself.
    /// - Throws: `CheckpointError`, `LedgerError`, `IOError`.
    package func verify(sample: Int = 0, recomputes: Bool = false) throws -> VerifyResult {
        let configuration = settings.configuration
        let checkpoints = try CheckpointFolder.openForReading(
            configuration.checkpoints, plan: configuration.plan, in: fileSystem)
        var result = VerifyResult()
        _ = try check(checkpoints, &result)
        if result.damages.isEmpty && recomputes {
            try recompute(checkpoints, &result)
        } else if result.damages.isEmpty && sample > 0 {
            try SampleCheck(settings: settings, fileSystem: fileSystem).run(checkpoints, count: sample, &result)
        }
        return result
    }

    private func recompute(_ checkpoints: CheckpointFolder, _ result: inout VerifyResult) throws {
        guard let outcome = try work.recompute(place(checkpoints), observer) else {
            let counting = try checkpoints.ledger.countingVersions().count
            try SampleCheck(settings: settings, fileSystem: fileSystem).run(checkpoints, count: counting, &result)
            if result.sampled < counting {
                result.leftOut.append(
                    "\(Show.count(counting - result.sampled, "file")) that \(counting - result.sampled == 1 ? "counts" : "count") "
                        + "cannot be folded again: not in the inbox as when read, or read under other settings")
            }
            return
        }
        result.sampled = outcome.files
        result.damages += outcome.differences
        result.leftOut += outcome.leftOut
    }

    /// Checks everything and makes good what can be made good. Holds the writer's lock.
    package func repair() throws -> VerifyResult {
        var result = VerifyResult()
        let checkpoints: CheckpointFolder
        do {
            checkpoints = try openWithSoundLedger()
        } catch  where Self.isLedgerLost(error) {
            result.damages.append("\(error)")
            let (rebuilt, notes) = try LedgerRebuilder(settings: settings, fileSystem: fileSystem).rebuild()
            result.repairs += notes
            result.hasLost = true
            return try finish(rebuilt, result)
        }
        return try finish(checkpoints, result)
    }

    /// Opens the folder for writing; when the ledger is not sound it is closed again, with its lock. Where there are no
    /// checkpoints there is nothing to repair, and none are made.
    private func openWithSoundLedger() throws -> CheckpointFolder {
        let configuration = settings.configuration
        guard try CheckpointFolder.exists(configuration.checkpoints, in: fileSystem) else {
            throw CheckpointError.nothingYet(path: configuration.checkpoints)
        }
        let checkpoints = try CheckpointFolder.openForWriting(
            configuration.checkpoints, plan: configuration.plan, now: now, in: fileSystem)
        let faults = try checkpoints.ledger.check()
        if !faults.isEmpty { throw LedgerError.damaged(path: checkpoints.ledger.path, detail: faults[0]) }
        return checkpoints
    }

    private func finish(_ checkpoints: CheckpointFolder, _ start: VerifyResult) throws -> VerifyResult {
        var result = start
        let damaged = try check(checkpoints, &result)
        if !damaged.versions.isEmpty || !damaged.rows.isEmpty {
            let (notes, loses) = try Repairer(
                settings: settings, work: work, fileSystem: fileSystem, logger: logger, observer: observer
            ).repair(checkpoints, damaged)
            result.repairs += notes
            if loses { result.hasLost = true }
            // What is there now was written or given up by the repair.
            var after = VerifyResult()
            let remaining = try checkPartials(checkpoints, &after)
            (result.partials, result.rows, result.keptRows) = (after.partials, after.rows, after.keptRows)
            if !remaining.versions.isEmpty {
                result.damages += after.damages
                return result
            }
        }
        if !result.stale.isEmpty || !result.damages.isEmpty || !result.behind.isEmpty || !damaged.rows.isEmpty {
            try fileSystem.removeIfPresent(checkpoints.total.path)
            _ = try Publisher(checkpoints: checkpoints, settings: settings, fileSystem: fileSystem).publish(force: true)
            _ = try work.publish(place(checkpoints), force: true)
            result.isRepaired = true
        }
        return result
    }

    private static func isLedgerLost(_ error: any Error) -> Bool {
        switch error {
        case CheckpointError.ledgerMissing, CheckpointError.ledgerWentBack, CheckpointError.decisionsLost,
            CheckpointError.otherLedger:
            true
        case LedgerError.damaged, LedgerError.notALedger: true
        default: false
        }
    }

    private func check(_ checkpoints: CheckpointFolder, _ result: inout VerifyResult) throws -> PartialDamage {
        result.damages += try checkpoints.ledger.check()
        let damaged = try checkPartials(checkpoints, &result)
        if damaged.versions.isEmpty { try verifyDerived(checkpoints, &result) }
        return damaged
    }

    private func checkPartials(
        _ checkpoints: CheckpointFolder, _ result: inout VerifyResult
    ) throws -> PartialDamage {
        var damaged = PartialDamage()
        let used = Set(
            try checkpoints.ledger.files().flatMap { [$0.holding.claim, $0.holding.present].compactMap { $0 } })
        let inDamagedPacks = try checkPacks(checkpoints, used, &damaged, &result)
        for version in try checkpoints.ledger.versions() {
            let fault: String
            do {
                try checkpoints.partials.verify(version, breakdown: try checkpoints.ledger.breakdown(of: version.id))
                guard let inPack = inDamagedPacks[version.id] else {
                    result.partials += 1
                    result.rows += version.facts.rows
                    continue
                }
                fault = "\(inPack)"
            } catch let error as DamagedTable {
                fault = "\(error)"
                damaged.own.insert(version.id)
            } catch let error as IOError where error.isMissing {
                fault = "\(error.path) is missing: the partial of \(version.facts.name)"
                damaged.own.insert(version.id)
            }
            if used.contains(version.id) {
                result.damages.append(fault)
                damaged.versions.append(version)
            } else {
                result.history.append(fault)
            }
        }
        return damaged
    }

    /// - Returns: what is wrong with a pack that has a partial of a version.
    private func checkPacks(
        _ checkpoints: CheckpointFolder, _ used: Set<VersionID>, _ damaged: inout PartialDamage,
        _ result: inout VerifyResult
    ) throws -> [VersionID: DamagedTable] {
        var faults: [VersionID: DamagedTable] = [:]
        for pack in try checkpoints.ledger.foldPacks() {
            let fault: DamagedTable
            do {
                try checkpoints.packs.verify(pack)
                result.packs += 1
                continue
            } catch let error as DamagedTable {
                fault = error
            } catch let error as IOError where error.isMissing {
                fault = DamagedTable(path: error.path, detail: "it is missing")
            }
            damaged.packs.insert(pack.path)
            let versions = try checkpoints.ledger.versions(inPack: pack.path)
            switch work.use(of: pack) {
            case .partials where !versions.isEmpty: for version in versions { faults[version] = fault }
            case .rows where versions.contains(where: used.contains):
                damaged.rows.formUnion(versions.filter(used.contains))
                result.keptRows.append("\(fault)")
            // A fold that the plan has no more; what was made good for.
            case .partials, .rows, .none: result.history.append("\(fault)")
            }
        }
        return faults
    }

    /// How often what is derived is looked at when a writer changes it meanwhile.
    private static let attempts = 10

    /// Checks what is derived, again when a writer has moved on: total and reports of two states do not go together.
    private func verifyDerived(_ checkpoints: CheckpointFolder, _ result: inout VerifyResult) throws {
        let receiptPath = Path.join(settings.configuration.output, Publisher.receiptName)
        func state() throws -> (generation: Int, receipt: XXH128?, total: FileStatus?) {
            (
                try checkpoints.ledger.generation, try digest(receiptPath),
                try fileSystem.statusIfPresent(checkpoints.total.path)
            )
        }
        for _ in 1...Self.attempts {
            let before = try state()
            var found = VerifyResult()
            try verifyDerived(checkpoints, &found, receiptPath)
            let tables = try work.checkDerived(place(checkpoints))
            found.stale += tables.wrong
            found.behind += tables.behind
            if try found.stale.isEmpty || state() == before {
                result.stale += found.stale
                result.behind += found.behind
                return
            }
        }
        result.behind.append("a writer changed total and reports faster than they could be checked")
    }

    private func verifyDerived(
        _ checkpoints: CheckpointFolder, _ result: inout VerifyResult, _ receiptPath: String
    ) throws {
        let snapshot = try CountingSnapshot(checkpoints.ledger)
        if snapshot.generation == 0 { return }
        // One fresh merge gives both what the total and what the reports have to be.
        let sources = checkpoints.total.sources(only: snapshot.counting, generation: snapshot.generation)
        var rows = RowDigest()
        let expected = settings.plan.reports.map { ExpectedReport($0) }
        let pass = try settings.reports.pass(
            sources.schema,
            expected.map { expected in ReportOutput(expected.report, format: .csv) { expected.write($0) } })
        try sources.run { batch in
            rows.add(batch)
            try pass.consume(batch)
        }
        let made = try pass.finish(snapshot.daySums)
        try verifyTotal(checkpoints, sources, rows, &result)

        let folder = settings.configuration.output
        let outputs = expected.map { item in
            Receipt.Output(
                name: item.report.fileName, digest: item.digest.hex, bytes: item.count,
                rows: made.written.first { $0.report == item.report }!.rows)
        }
        let receipt = snapshot.receipt(settings, made, outputs)
        guard let found = try receiptOnDisk(receiptPath) else {
            result.stale.append("\(receiptPath) is missing or cannot be read")
            return
        }
        // Reports of an earlier state have to be those that their own receipt describes, or those that are due: the
        // receipt is renewed last.
        let isBehind =
            found.inputsDigest != snapshot.inputsDigest || found.mapDigest != settings.mapDigest
            || found.generation != snapshot.generation || found.tool != Tool.name
        if isBehind {
            result.behind.append("the reports in \(folder) are of an earlier state (generation \(found.generation))")
        } else if try digest(receiptPath) != receipt.json.withUnsafeBytes({ XXH128(of: $0) }) {
            result.stale.append("\(receiptPath) does not describe the reports")
        }
        for output in isBehind ? found.outputs : outputs {
            let path = Path.join(folder, output.name)
            guard let digest = try digest(path) else {
                result.stale.append("\(path) is missing")
                continue
            }
            let isDue = outputs.contains { $0.name == output.name && $0.digest == digest.hex }
            if digest.hex != output.digest, !isDue { result.stale.append("\(path) does not match the checkpoints") }
        }
    }

    private func receiptOnDisk(_ path: String) throws -> ReceiptSummary? {
        guard try fileSystem.statusIfPresent(path)?.kind == .file else { return nil }
        return try? ReceiptSummary(json: fileSystem.open(path, .read).readAll(limit: 1 << 28))
    }

    private func verifyTotal(
        _ checkpoints: CheckpointFolder, _ sources: TotalSources, _ expected: RowDigest, _ result: inout VerifyResult
    ) throws {
        let path = checkpoints.total.path
        do {
            guard let generation = try checkpoints.total.generation(checkpoints.ledger) else {
                result.stale.append("\(path) is missing or does not belong to this ledger")
                return
            }
            let reader = try KeyedTableReader(path, kind: TotalStore.kind, in: fileSystem)
            var rows = RowDigest()
            try KeyedMerge(schema: reader.schema).run(
                [MergeInput(measureCount: reader.schema.measures.count, next: reader.batches())],
                rowLimit: KeyedTableFormat.rowGroupRows
            ) { rows.add($0) }
            if generation < sources.generation {
                let update = try checkpoints.ledger.snapshot { try checkpoints.total.sources(checkpoints.ledger) }
                guard update.keepsTotal else {
                    return result.behind.append("\(path) is of generation \(generation), not \(sources.generation)")
                }
                // With what changed since it has to be what a fresh merge is.
                var rows = RowDigest()
                try update.run { rows.add($0) }
                if update.schema != sources.schema || rows != expected {
                    result.stale.append("\(path) is not the merge of the partials that counted")
                }
            } else if generation > sources.generation {
                result.stale.append("\(path) is of generation \(generation), which the ledger does not know")
            } else if reader.schema != sources.schema || rows != expected {
                result.stale.append("\(path) is not the merge of the partials that count")
            }
        } catch let error as DamagedTable {
            result.stale.append("\(error)")
        } catch let error as FoldError {
            result.stale.append("\(path): \(error.text(settings.fold.plan))")
        }
    }

    private func digest(_ path: String) throws -> XXH128? {
        do {
            return try fileDigest(try fileSystem.open(path, .read))
        } catch  where error.isMissing {
            return nil
        }
    }
}

/// What is damaged or gone of what things are made from.
struct PartialDamage {
    /// In use.
    var versions: [VersionRecord] = []
    /// Those whose own partial is, and not only one in a pack.
    var own: Set<VersionID> = []
    /// In use, and what is damaged is what is kept of their rows.
    var rows: Set<VersionID> = []
    /// Paths.
    var packs: Set<String> = []
}

/// What a report has to be.
private final class ExpectedReport {
    let report: Report
    private(set) var count = 0
    private var state = StreamingXXH128()

    init(_ report: Report) { self.report = report }

    func write(_ bytes: UnsafeRawBufferPointer) {
        state.update(bytes)
        count += bytes.count
    }

    var digest: XXH128 { state.finish() }
}
