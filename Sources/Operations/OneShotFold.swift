//  Files or standard input in, the main report out; nothing is kept.

import Admission
import Codecs
import DurableIO
import Events
import Findings
import Folding
import Intake
import JSONRecords
import KeyedTables
import Logging
import Pipelines
import Publishing
import Records
import Reports
import RunSettings
import Synchronization
import Tables
import Wording

/// Folds without checkpoints.
package struct OneShotFold {
    private let settings: Settings
    private let fileSystem: FileSystem
    private let logger: Logger
    private let observer: any RunObserver

    package init(
        _ settings: Settings, fileSystem: FileSystem = .real, logger: Logger, observer: any RunObserver
    ) {
        self.settings = settings
        self.fileSystem = fileSystem
        self.logger = logger
        self.observer = observer
    }

    /// One outcome of the pool.
    private struct Finished: @unchecked Sendable {
        var result: FileResult
        var digest: ContentDigest?
        var counts: Bool
    }

    /// Folds the inputs and writes the main report of those that could be taken.
    ///
    /// - Parameters:
    ///   - paths: `-` is standard input.
    ///   - needsInput: whether nothing is written when no input could be folded; the publication is `withheld` then.
    /// - Throws: `Refused` when the sums of all files together do not fit; `ReportError`, `FoldError`, what the sink
    ///   throws.
    package func run(
        _ paths: [String], format: TableFormat, isGzipped: Bool = false, needsInput: Bool = false,
        sink: @escaping TableSink
    ) throws -> RunResult {
        let start = ContinuousClock.now
        let clock = StageClock()
        var result = RunResult()
        let inputs = paths.map { FoldInput(named: $0) }
        let sizes = inputs.map { $0.storedSize(in: fileSystem) }
        observer.begin(files: inputs.count, storedBytes: sizes.reduce(0, +))
        let results = Mutex<[Finished?]>(Array(repeating: nil, count: inputs.count))
        let scratch = ScratchFolder.path
        let pool = FoldPool(settings: settings.fold, fileSystem: fileSystem, jobs: settings.jobs, scratch: scratch)
        pool.onEvent = logger.sink
        let failure = Mutex<(any Error)?>(nil)
        let skipsDuplicates = settings.configuration.duplicates == .skip
        let seen = Mutex<Set<ContentDigest>>([])
        let readingStart = ContinuousClock.now
        let runs = pool.accumulate(inputs) { [observer] _, bytes in
            observer.advance(storedBytes: bytes)
        } counts: { [settings, observer, logger] index, outcome in
            logger.note(inputs[index].name, ReadOutcome(outcome))
            let seconds = (ContinuousClock.now - start).seconds
            let finished: Finished
            do {
                finished = try Self.finished(inputs[index].name, outcome, settings, seconds)
            } catch {
                failure.withLock { if $0 == nil { $0 = error } }
                pool.cancel()
                let reason = if case .failed(let cause) = outcome { "\(cause)" } else { "\(error)" }
                finished = Finished(
                    result: FileResult(name: inputs[index].name, state: .failed, reason: reason), counts: false)
            }
            observer.finish(finished.result)
            results.withLock { $0[index] = finished }
            guard finished.counts else { return false }
            // Of equal contents any may be the one that is added up; which name it counts under is seen at the end.
            return !skipsDuplicates || seen.withLock { $0.insert(finished.digest!).inserted }
        }
        clock.add(.reading, ContinuousClock.now - readingStart)
        if let failure = failure.withLock({ $0 }) { throw failure }
        observer.publishing()
        var finished = results.withLock { $0.map { $0! } }
        if skipsDuplicates { dropDuplicates(&finished, inputs) }
        result.files = finished.map(\.result)
        result.storedBytes = sizes.reduce(0, +)
        if needsInput, !finished.contains(where: \.counts) {
            result.publication = .withheld
            finish(&result, clock, since: start)
            return result
        }

        let schema = KeyedSchema(plan: settings.fold.plan)
        let pass = try settings.reports.pass(
            schema, [ReportOutput(settings.plan.mainReport, format: format, isGzipped: isGzipped, sink: sink)])
        let found = try clock.measure(.merging) {
            try pass.run(try ranges(runs), jobs: settings.jobs)
            return try pass.finish()
        }
        result.publication = .written(generation: 0, keys: found.groupedKeys)
        finish(&result, clock, since: start)
        return result
    }

    private func finish(_ result: inout RunResult, _ clock: StageClock, since start: ContinuousClock.Instant) {
        result.seconds = (ContinuousClock.now - start).seconds
        result.stages = clock.times
        logger.note(result.stages, seconds: result.seconds)
    }

    /// Each file fits alone, or it would have failed.
    private func ranges(_ runs: FoldRuns) throws -> RunRanges {
        do {
            return try runs.ranges()
        } catch FoldError.overflow(let key) {
            let plan = settings.fold.plan
            throw Refused(
                .filesOpen,
                "the sum of \(plan.unit) over all files exceeds \(Int64.max); the largest \(plan.keyWords[0].noun) is "
                    + key)
        }
    }

    private static func finished(
        _ name: String, _ outcome: FoldOutcome, _ settings: Settings, _ seconds: Double
    ) throws -> Finished {
        var result = FileResult(name: name, state: .folded)
        result.seconds = seconds
        if case .failed(let error as IOError) = outcome, error.isMissing {
            result.state = .failed
            result.reason = "\(error)"
            return Finished(result: result, counts: false)
        }
        // Nobody comes back to a one-shot fold: what is cut short is as good as stale.
        switch try Judgement(ReadOutcome(outcome), settings: settings, modified: .min / 2, now: 0) {
        case .content(let summary, _, let held):
            result.counts = summary.counts
            result.size = summary.size
            result.findings = FileFindings(summary, labels: summary.labels, settings)
            if let held { (result.state, result.reason) = (.held, held) }
            return Finished(result: result, digest: summary.digest, counts: held == nil)
        case .waiting(let reason): (result.state, result.reason) = (.waiting, reason)
        case .failed(let reason, let counts, _):
            (result.state, result.reason) = (.failed, reason)
            result.counts = counts ?? OutcomeCounts()
        case .gone, .cancelled: result.state = .failed
        }
        return Finished(result: result, counts: false)
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
            finished[index].result.state = .duplicate
            finished[index].result.reason = "the same content as \(inputs[other].name)"
        }
    }
}

/// What a range of keys adds to the report.
///
/// `@unchecked Sendable`: one thread has it at a time, see `OrderedPipeline`.
private final class FoldOutput<Part: ReportPart>: @unchecked Sendable {
    let part: Part
    private let room = RunMergeRoom(rowLimit: 8192)

    init(_ part: Part) { self.part = part }

    func fill(_ ranges: RunRanges, _ range: Int) throws {
        part.removeAll()
        try ranges.merge(range: range, in: room) { try part.consume($0) }
        try part.finish()
    }
}

extension ReportPass {
    /// Merges on all threads and hands the rows on, in order and from this one.
    fileprivate func run(_ ranges: RunRanges, jobs: Int) throws {
        let outputs = (0..<jobs + 1).map { _ in FoldOutput(makePart()) }
        try OrderedPipeline.run(
            pieces: ranges.runCount, jobs: jobs, buffers: outputs,
            produce: { run, _ in ranges.prepare(run) }, consume: { _, _ in })
        try OrderedPipeline.run(
            pieces: ranges.rangeCount, jobs: jobs, buffers: outputs,
            produce: { range, output in try output.fill(ranges, range) },
            consume: { _, output in try append(output.part) })
    }
}
