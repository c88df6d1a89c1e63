//  Whether everything on disk is what it should be.
//
//      ledger      pages, schema, invariants
//      partials    every version's: digest, size, page checksums, order of rows, sums and counts against the ledger
//      total       row by row against a fresh merge of the partials that count
//      reports     byte by byte against what the total gives, and against the receipt
//
//  With `repair`, what is derived and wrong is made anew: the total, the reports, the receipt.

import Checkpoints
import Codecs
import Configuration
import DurableIO
import Folding
import Records
import Reports

/// What a verification found.
package struct VerifyReport: Sendable {
    /// What the checkpoints cannot do without: the ledger and the partials.
    package var damages: [String] = []
    /// What is derived and not right.
    package var stale: [String] = []
    package var partials = 0
    package var rows = 0
    /// What was made anew.
    package var repaired = false

    package var isSound: Bool { damages.isEmpty && (stale.isEmpty || repaired) }
}

/// Checks the checkpoints and the reports.
package struct Verifier {
    private let settings: Settings
    private let fileSystem: FileSystem

    package init(_ settings: Settings, fileSystem: FileSystem = .real) {
        self.settings = settings
        self.fileSystem = fileSystem
    }

    /// - Parameter repairing: make anew what is derived; needs the writer's lock.
    /// - Throws: `CheckpointError`, `LedgerError`, `IOError`.
    package func verify(repairing: Bool) throws -> VerifyReport {
        let configuration = settings.configuration
        let checkpoints = repairing
            ? try CheckpointFolder.openForWriting(
                configuration.checkpoints, plan: configuration.plan,
                now: Timestamp.text(milliseconds: WallClock.now() / 1_000_000), in: fileSystem)
            : try CheckpointFolder.openForReading(
                configuration.checkpoints, plan: configuration.plan, in: fileSystem)
        var report = VerifyReport()
        report.damages += try checkpoints.ledger.check()
        try verifyPartials(checkpoints, &report)
        if report.damages.isEmpty {
            try verifyDerived(checkpoints, &report)
            if repairing && !report.stale.isEmpty {
                try? fileSystem.removeIfPresent(checkpoints.total.path)
                _ = try Publisher(checkpoints: checkpoints, settings: settings, fileSystem: fileSystem).publish(force: true)
                report.repaired = true
            }
        }
        return report
    }

    private func verifyPartials(_ checkpoints: CheckpointFolder, _ report: inout VerifyReport) throws {
        for version in try checkpoints.ledger.versions() {
            do {
                try checkpoints.partials.verify(version, apps: try checkpoints.ledger.apps(of: version.id))
                report.partials += 1
                report.rows += version.facts.rows
            } catch let error as DamagedTable {
                report.damages.append("\(error)")
            } catch let error as IOError where error.isMissing {
                report.damages.append("\(error.path) is missing: the partial of \(version.facts.name)")
            }
        }
    }

    private func verifyDerived(_ checkpoints: CheckpointFolder, _ report: inout VerifyReport) throws {
        let snapshot = try CountingSnapshot(checkpoints.ledger, settings)
        if snapshot.generation == 0 { return }
        // One fresh merge gives both what the total and what the reports have to be.
        let plan = checkpoints.total.plan(only: snapshot.counting, generation: snapshot.generation)
        var rows = RowDigest()
        let expected = Report.allCases.map { ExpectedReport($0) }
        let pass = try ReportPass(
            schema: plan.schema, map: settings.map,
            outputs: expected.map { report in ReportOutput(report.report, format: .csv) { report.write($0) } })
        try plan.run { batch in
            rows.add(batch)
            try pass.consume(batch)
        }
        let result = try pass.finish(snapshot.daySums)
        if let fault = try totalFault(checkpoints, plan, rows) { report.stale.append(fault) }
        for item in expected {
            let path = Path.join(settings.configuration.output, Publisher.fileName(item.report))
            guard let found = try digest(path) else {
                report.stale.append("\(path) is missing")
                continue
            }
            if found != item.digest { report.stale.append("\(path) is not what the checkpoints give") }
        }
        let receipt = snapshot.receipt(
            settings, result,
            expected.map { item in
                Receipt.Output(
                    name: Publisher.fileName(item.report), digest: item.digest.hex, bytes: item.count,
                    rows: result.written.first { $0.report == item.report }!.rows)
            })
        let path = Path.join(settings.configuration.output, Publisher.receiptName)
        if try digest(path) != receipt.json.withUnsafeBytes({ XXH128(of: $0) }) {
            report.stale.append("\(path) is missing or does not describe the reports")
        }
    }

    private func totalFault(_ checkpoints: CheckpointFolder, _ plan: TotalPlan, _ expected: RowDigest) throws -> String? {
        let path = checkpoints.total.path
        do {
            let generation = try checkpoints.total.generation(checkpoints.ledger)
            guard let generation else { return "\(path) is missing or not of this ledger" }
            guard generation == plan.generation else { return "\(path) is of generation \(generation), not \(plan.generation)" }
            let reader = try KeyedTableReader(path, kind: TotalStore.kind, in: fileSystem)
            guard reader.schema == plan.schema else { return "\(path) has other columns than it should" }
            var rows = RowDigest()
            try KeyedMerge(schema: reader.schema).run(
                [MergeInput(measureCount: reader.schema.measures.count, next: reader.batches())],
                rowLimit: KeyedTableFormat.rowGroupRows
            ) { rows.add($0) }
            return rows == expected ? nil : "\(path) is not the merge of the partials that count"
        } catch let error as DamagedTable {
            return "\(error)"
        } catch let error as FoldError {
            return "\(path): \(error)"
        }
    }

    private func digest(_ path: String) throws -> XXH128? {
        do {
            return try fileDigest(try fileSystem.open(path, .read))
        } catch where error.isMissing {
            return nil
        }
    }
}

/// Identifies a stream of batches by their rows.
private struct RowDigest: Equatable {
    private var chain: [XXH128] = []
    private var rows = 0

    /// Batches are cut alike wherever they come from a merge.
    mutating func add(_ batch: KeyedBatch) {
        rows += batch.count
        for key in batch.keys {
            chain.append(key.bytes.withUnsafeBytes { XXH128(of: $0) })
            chain.append(key.offsets.withUnsafeBytes { XXH128(of: $0) })
        }
        for measure in batch.measures { chain.append(measure.withUnsafeBytes { XXH128(of: $0) }) }
    }
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
