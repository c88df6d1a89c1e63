//  Files or standard input in, the engagement report out; nothing is kept.

import Checkpoints
import Codecs
import Configuration
import DurableIO
import Folding
import Foundation
import JSONRecords
import Records
import Reports
import Synchronization

/// Folds without checkpoints.
package struct OneShotFold {
    private let settings: Settings
    private let fileSystem: FileSystem
    private let observer: any RunObserver

    package init(_ settings: Settings, fileSystem: FileSystem = .real, observer: any RunObserver) {
        self.settings = settings
        self.fileSystem = fileSystem
        self.observer = observer
    }

    /// One outcome of the pool.
    private struct Finished: @unchecked Sendable {
        var report: FileReport
        var digest: ContentDigest?
        var runs: FoldRuns?
        var counts: Bool
    }

    /// Folds the inputs and writes the engagement report of those that could be taken.
    ///
    /// - Parameter paths: `-` is standard input.
    /// - Throws: `ReportError`, `FoldError`, what the sink throws.
    package func run(_ paths: [String], format: TableFormat, sink: @escaping ReportSink) throws -> RunReport {
        let start = ContinuousClock.now
        var report = RunReport()
        let inputs = paths.map { FoldInput(name: $0 == "-" ? "standard input" : $0, path: $0 == "-" ? nil : $0) }
        let sizes = inputs.map { input in
            input.path.flatMap { try? fileSystem.status($0) }?.size ?? 0
        }
        observer.begin(files: inputs.count, storedBytes: sizes.reduce(0, +))
        let results = Mutex<[Finished?]>(Array(repeating: nil, count: inputs.count))
        let scratch = ScratchFolder.path
        let pool = FoldPool(settings: settings.fold, fileSystem: fileSystem, jobs: settings.jobs, scratch: scratch)
        let failure = Mutex<IOError?>(nil)
        pool.fold(inputs) { [observer] _, bytes in
            observer.advance(storedBytes: bytes)
        } onFinished: { [settings, observer] index, outcome in
            if case .failed(let error as SpillError) = outcome {
                failure.withLock { if $0 == nil { $0 = error.cause } }
                pool.cancel()
            }
            let finished = Self.finished(inputs[index].name, outcome, settings, (ContinuousClock.now - start).seconds)
            observer.finish(finished.report)
            results.withLock { $0[index] = finished }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        observer.publishing()
        var finished = results.withLock { $0.map { $0! } }
        if settings.configuration.duplicates == .skip { dropDuplicates(&finished, inputs) }
        report.files = finished.map(\.report)
        report.storedBytes = sizes.reduce(0, +)

        let schema = KeyedSchema(plan: settings.fold.plan)
        let pass = try ReportPass(
            schema: schema, map: settings.map, outputs: [ReportOutput(.engagement, format: format, sink: sink)])
        let runs = FoldRuns(SpillFolder(scratch, schema: schema, in: fileSystem))
        for item in finished where item.counts { runs.take(item.runs!) }
        finished = []
        try runs.merge(rowLimit: KeyedTableFormat.rowGroupRows) { try pass.consume($0) }
        let result = try pass.finish()
        report.publication = .written(generation: 0, contracts: result.mappedContracts)
        report.seconds = (ContinuousClock.now - start).seconds
        return report
    }

    private static func finished(
        _ name: String, _ outcome: FoldOutcome, _ settings: Settings, _ seconds: Double
    ) -> Finished {
        var report = FileReport(name: name, state: .folded)
        report.seconds = seconds
        if case .failed(let error as IOError) = outcome, error.isMissing {
            report.state = .failed
            report.reason = "\(error)"
            return Finished(report: report, counts: false)
        }
        // Nobody comes back to a one-shot fold: what is cut short is as good as stale.
        switch Judgement(outcome, settings: settings, modified: .min / 2, now: 0) {
        case .content(let summary, let runs, let held):
            report.counts = summary.counts
            report.size = summary.size
            report.findings = FileFindings(
                rejected: summary.counts.rejected, folded: summary.counts.folded, summary.observations,
                apps: summary.apps, settings)
            if let held { (report.state, report.reason) = (.held, held) }
            return Finished(report: report, digest: summary.digest, runs: runs, counts: held == nil)
        case .waiting(let reason): (report.state, report.reason) = (.waiting, reason)
        case .failed(let reason, let counts, _):
            (report.state, report.reason) = (.failed, reason)
            report.counts = counts ?? OutcomeCounts()
        case .gone, .cancelled: report.state = .failed
        }
        return Finished(report: report, counts: false)
    }

    /// The same content counts once, under the first of its names.
    private func dropDuplicates(_ finished: inout [Finished], _ inputs: [FoldInput]) {
        var first: [ContentDigest: Int] = [:]
        for (index, item) in finished.enumerated() where item.counts {
            guard let other = first[item.digest!] else {
                first[item.digest!] = index
                continue
            }
            finished[index].counts = false
            finished[index].report.state = .duplicate
            finished[index].report.reason = "the same content as \(inputs[other].name)"
        }
    }
}
