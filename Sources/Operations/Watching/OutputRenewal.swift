//  Outputs of a watch: made in the background, so that the published reports never wait for them.
//
//      published g ─▶ wanted: g ─┬─ nothing runs, an output is due ─▶ a thread makes what is due ─▶ ring the watch
//                                └─ else: at the next step of the watch
//
//  An output is due when it is behind and was begun at least its `every` ago; after a failure at least a minute ago. One
//  whose files are gone is due at once. The thread reads the checkpoints as any reader does and takes one core, so that the
//  watch goes on beside it.
//
//  A changed configuration makes every output due. What is being made with the old one is given up.

import Configuration
import DurableIO
import Events
import JSONRecords
import Logging
import Pipelines
import Publishing
import RunSettings
import Synchronization
import Wording

/// Makes the outputs of a watch, one round at a time.
final class OutputRenewal: Sendable {
    private struct State {
        var isRunning = false
        var isStopping = false
        var wanted: (settings: Settings, outputs: [KeptOutput], generation: Int)?
        /// By the words of an output: the generation that it was made of, nil after a failure, and when that began.
        var made: [String: (generation: Int?, begun: ContinuousClock.Instant)] = [:]
        /// Counts the configurations: what was begun with an older one is not wanted any more.
        var edition = 0
    }

    /// How long an output that failed is left alone.
    private static let pauseAfterFailure = Duration.seconds(60)

    private let state = Mutex(State())
    private let fileSystem: FileSystem
    private let logger: Logger
    private let facts: WatchFactsBox
    private let onDone: @Sendable () -> Void

    /// - Parameter onDone: called from another thread when something was made.
    init(
        facts: WatchFactsBox, fileSystem: FileSystem, logger: Logger, onDone: @escaping @Sendable () -> Void
    ) {
        self.facts = facts
        self.fileSystem = fileSystem
        self.logger = logger
        self.onDone = onDone
    }

    /// Another configuration holds: nothing is made until it says what is wanted.
    func drop(for configuration: Configuration) {
        state.withLock { state in
            state.edition += 1
            state.wanted = nil
            state.made = [:]
        }
        // What keeps all outputs from being made is known by the path of the record.
        let paths = configuration.outputs.map(\.file) + [OutputKeeper.recordPath(configuration)]
        facts.update { $0.problems.keepOutputs(paths) }
    }

    /// What failed is due now.
    func tryAgain() { state.withLock { state in state.made = state.made.filter { $0.value.generation != nil } } }

    /// What the outputs are to be made of from now on.
    ///
    /// - Throws: `ConfigurationError` for outputs that cannot be.
    func want(_ generation: Int, _ settings: Settings) throws(ConfigurationError) {
        let outputs = try KeptOutput.all(settings)
        state.withLock { $0.wanted = (settings, outputs, generation) }
    }

    /// Begins to make what is due, unless that goes on already.
    ///
    /// - Returns: when something will be due; nil when nothing waits for a time.
    func step(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        forgetLost()
        let (job, deadline) = state.withLock { state -> (Job?, ContinuousClock.Instant?) in
            guard !state.isRunning, !state.isStopping, let (settings, outputs, generation) = state.wanted else {
                return (nil, nil)
            }
            var due: Set<String> = []
            var deadline: ContinuousClock.Instant?
            for output in outputs {
                let made = state.made[output.text]
                if let made, made.generation == generation { continue }
                let pause = Duration.milliseconds(output.every.milliseconds)
                let time = made.map {
                    $0.begun + ($0.generation == nil ? max(pause, Self.pauseAfterFailure) : pause)
                }
                if let time, time > now {
                    deadline = min(deadline ?? time, time)
                } else {
                    due.insert(output.text)
                    state.made[output.text] = (nil, now)
                }
            }
            if due.isEmpty { return (nil, deadline) }
            state.isRunning = true
            let job = Job(
                settings: settings, outputs: outputs, generation: generation, due: due, edition: state.edition)
            return (job, nil)
        }
        guard let job else { return deadline }
        // As much stack as a main thread has.
        if DetachedThread.start(stackBytes: 8 << 20, { [self] in work(job) }) { return nil }
        state.withLock { $0.isRunning = false }
        return now + Self.pauseAfterFailure
    }

    /// What was made and is gone is due now. While outputs are being made nobody looks; afterwards there is another step.
    private func forgetLost() {
        let (settings, outputs) = state.withLock { state -> (Settings?, [KeptOutput]) in
            guard !state.isRunning, !state.isStopping, let (settings, outputs, _) = state.wanted else {
                return (nil, [])
            }
            return (settings, outputs.filter { state.made[$0.text]?.generation != nil })
        }
        guard let settings else { return }
        let lost: [KeptOutput]
        do {
            lost = try OutputKeeper(settings, outputs, fileSystem: fileSystem).lost(outputs)
        } catch {
            // Making them meets the same error, and reports it.
            lost = outputs
        }
        if lost.isEmpty { return }
        let record = OutputKeeper.recordPath(settings.configuration)
        for output in lost {
            let cause = "the file or its entry in \(Show.name(record)) is missing or has changed"
            logger.warning(
                .outputLost,
                "output \(Show.name(output.path)): \(cause); the watch writes it again",
                ["file": "\(Show.name(output.path))"])
        }
        state.withLock { state in for output in lost { state.made[output.text] = nil } }
    }

    private struct Job: Sendable {
        var settings: Settings
        var outputs: [KeptOutput]
        var generation: Int
        /// The words of the outputs that are to be made.
        var due: Set<String>
        var edition: Int
    }

    private func work(_ job: Job) {
        @Sendable func isUnwanted() -> Bool { state.withLock { $0.isStopping || $0.edition != job.edition } }
        let keeper = OutputKeeper(
            job.settings.onOneThread, job.outputs, fileSystem: fileSystem, isCancelled: isUnwanted,
            onEvent: logger.sink)
        let outcomes = keeper.renew(job.generation) { job.due.contains($0.text) }
        for outcome in outcomes {
            outcome.log(logger)
            outcome.warn(logger)
        }
        let outputs = job.outputs
        let failed = outcomes.filter { $0.problem != nil }
        let isAllLost = failed.contains { outcome in !outputs.contains { $0.path == outcome.path } }
        let made = outputs.filter { output in
            job.due.contains(output.text) && !isAllLost && !failed.contains { $0.path == output.path }
        }
        facts.update { facts in
            facts.outputFailures += failed.count
            if isUnwanted() { return }
            for output in made { facts.problems.note(.output, output.path, nil) }
            if !isAllLost { facts.problems.note(.output, OutputKeeper.recordPath(job.settings.configuration), nil) }
            for outcome in failed { facts.problems.note(.output, outcome.path, outcome.problem) }
        }
        state.withLock { state in
            state.isRunning = false
            if state.edition != job.edition { return }
            for output in made { state.made[output.text]?.generation = job.generation }
        }
        onDone()
    }

    /// Has what is at work given up, and waits until it is, but no longer than this.
    ///
    /// - Returns: whether nothing runs.
    func stop(seconds: Double) -> Bool {
        state.withLock { $0.isStopping = true }
        return Pipelines.wait(seconds: seconds) { state.withLock { !$0.isRunning } }
    }
}

extension OutputOutcome {
    /// Says what became of it.
    package func log(_ logger: Logger) {
        if let problem {
            logger.warning(
                .outputFailed, "output \(Show.name(path)): \(Show.name(problem))", error: error,
                ["file": "\(Show.name(path))"])
        } else {
            logger.info(.outputWritten, Show.name(text), ["file": "\(Show.name(path))"])
        }
    }

    /// Says which files a reader might take for this report's.
    package func warn(_ logger: Logger) {
        for left in left {
            logger.warning(
                .outputLeft, "\(Show.name(left)) belongs to an earlier report, not to this one",
                ["file": "\(Show.name(left))"])
        }
    }

    /// A line about what was written.
    package var text: String {
        let bytes = Show.bytes(files.reduce(0) { $0 + $1.bytes })
        let names = files.count == 1 ? files[0].path : files.map(\.path).joined(separator: ", ")
        return "\(names): \(bytes) in \(Show.duration(seconds))"
    }
}
