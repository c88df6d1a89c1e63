//  The command that is run once for each problem.
//
//      problem appears ─▶ run the command ─┬─ ends well ─▶ told: written into problems.json
//                                          ├─ fails ─▶ again after a minute, two, four … an hour at most
//                                          └─ runs for more than ten minutes ─▶ logged, and a problem itself
//      problem is over ─▶ no longer told: if it comes again, it is a new one
//
//  The command gets WATCHFOLD_PROBLEM (see Problem.swift), WATCHFOLD_REASON, and where there are any WATCHFOLD_FILE (the file
//  of the inbox by its name, or the output by its path) and WATCHFOLD_DATE. One runs at a time.
//
//  A problem is told at least once, and once as long as nothing crashes: between the end of the command and the writing of
//  problems.json, a crash makes the next watch tell it again. A watch that starts reads what was told before.

import Configuration
import DurableIO
import Events
import Logging
import Pipelines
import Synchronization
import Wording

/// Tells problems, in the background.
final class ProblemTeller: Sendable {
    private struct State {
        var command: String?
        /// Of the record; nil before the configuration is known.
        var path: String?
        var told: Set<ProblemsRecord.Entry> = []
        /// What the record holds as far as we know.
        var kept: Set<ProblemsRecord.Entry> = []
        var isRunning = false
        var isStopping = false
        /// Failures in a row.
        var failures = 0
        /// Nothing is begun before.
        var pauseEnd: ContinuousClock.Instant?
        var recordProblem: String?
    }

    static let recordName = "problems.json"
    /// Larger than the record of a hundred thousand problems.
    private static let largestRecord = 1 << 26
    private static let firstPause = Duration.seconds(60)
    private static let longestPause = Duration.seconds(3600)

    private let state = Mutex(State())
    private let facts: WatchFactsBox
    private let fileSystem: FileSystem
    private let logger: Logger
    private let patience: Duration
    private let onPause: @Sendable () -> Void

    /// - Parameters:
    ///   - patience: how long the command may run before that is a problem.
    ///   - onPause: called from another thread when there is a time to wait for.
    init(
        facts: WatchFactsBox, fileSystem: FileSystem, logger: Logger, patience: Duration = ShellCommand.patience,
        onPause: @escaping @Sendable () -> Void
    ) {
        self.patience = patience
        self.facts = facts
        self.fileSystem = fileSystem
        self.logger = logger
        self.onPause = onPause
    }

    /// The command and the folder of the record from now on. What failed is tried again at once.
    func follow(_ configuration: Configuration) {
        let path = Path.join(configuration.output, Self.recordName)
        state.withLock { state in
            if state.path == nil {
                state.told = read(path)
                state.kept = state.told
            } else if state.path != path {
                state.kept = []
            }
            state.path = path
            state.command = configuration.watch.onProblem
            (state.failures, state.pauseEnd) = (0, nil)
        }
        if configuration.watch.onProblem == nil { note(nil) }
        _ = step(.now)
    }

    /// Begins to tell what is not told, unless that goes on already.
    ///
    /// - Returns: when it will be tried again after a failure; nil when nothing waits for a time.
    func step(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (begins, deadline) = state.withLock { state -> (Bool, ContinuousClock.Instant?) in
            forget(&state)
            guard !state.isRunning, next(state) != nil else { return (false, nil) }
            if let end = state.pauseEnd, end > now { return (false, end) }
            state.isRunning = true
            return (true, nil)
        }
        if begins { Task { await work() } }
        return deadline
    }

    /// Begins nothing more, and waits until nothing runs, but no longer than this.
    ///
    /// - Returns: whether nothing runs.
    func stop(seconds: Double) -> Bool {
        state.withLock { $0.isStopping = true }
        return Pipelines.wait(seconds: seconds) { state.withLock { !$0.isRunning } }
    }

    // MARK: Telling

    /// What is to be told next.
    private func next(_ state: State) -> (command: String, problem: Problem)? {
        guard let command = state.command, !state.isStopping else { return nil }
        let problem = facts.value.problems.all.first {
            // That this command fails cannot be told by it.
            !state.told.contains($0.identity) && $0.subject != Setting.onProblem.rawValue
        }
        return problem.map { (command, $0) }
    }

    private func take() -> (command: String, problem: Problem)? {
        state.withLock { state in
            let isPaused = state.pauseEnd.map { $0 > .now } ?? false
            let next = isPaused ? nil : next(state)
            if next == nil { state.isRunning = false }
            return next
        }
    }

    private func work() async {
        while let (command, problem) = take() {
            var variables = ["WATCHFOLD_PROBLEM": problem.kind.rawValue, "WATCHFOLD_REASON": problem.reason]
            if Problem.Kind.ofFiles.contains(problem.kind) || problem.kind == .output {
                variables["WATCHFOLD_FILE"] = problem.subject
            }
            if let date = problem.date { variables["WATCHFOLD_DATE"] = date }
            let failure = await ShellCommand.problem(of: command, variables, patience: patience) { [self] in
                tellOverdue(command)
            }
            if let failure {
                logger.warning(.commandFailed, "the command for problems \(failure): \(command)")
                facts.update { $0.problemCommandFailures += 1 }
                note("the command for problems \(failure): \(command)")
                state.withLock { state in
                    let pause = Self.firstPause * (1 << min(state.failures, 6))
                    state.failures += 1
                    state.pauseEnd = .now + min(pause, Self.longestPause)
                }
            } else {
                note(nil)
                state.withLock { state in
                    (state.failures, state.pauseEnd) = (0, nil)
                    state.told.insert(problem.identity)
                    keep(&state)
                }
            }
        }
        onPause()
    }

    private func tellOverdue(_ command: String) {
        let text =
            "the command for problems is still running after \(Show.duration(patience.seconds)), and no other is started "
            + "until it ends: \(command)"
        logger.warning(.commandLate, text)
        if state.withLock({ $0.command != nil }) { note(text) }
    }

    private func note(_ reason: String?) {
        facts.update { $0.problems.note(.hook, Setting.onProblem.rawValue, reason) }
    }

    // MARK: The record

    private func forget(_ state: inout State) {
        let problems = facts.value.problems
        state.told = state.told.filter { !problems.isOver($0) }
        keep(&state)
    }

    /// Writes down what was told.
    private func keep(_ state: inout State) {
        guard let path = state.path, state.told != state.kept else { return }
        do {
            try fileSystem.createFolders(Path.parent(path))
            let file = try AtomicFile(path, in: fileSystem)
            try ProblemsRecord(state.told).json.withUnsafeBytes { try file.write($0) }
            try file.commit()
            state.kept = state.told
            state.recordProblem = nil
        } catch {
            // Tried again with the next step; said once.
            if state.recordProblem != "\(error)" {
                logger.warning(
                    .problemsForgotten,
                    "\(Show.name("\(error)")): after a restart the watch would report its problems again", error: error)
            }
            state.recordProblem = "\(error)"
        }
    }

    /// What was told before; nothing, when that cannot be read.
    private func read(_ path: String) -> Set<ProblemsRecord.Entry> {
        do {
            guard let status = try fileSystem.statusIfPresent(path), status.kind == .file,
                status.size <= Self.largestRecord
            else { return [] }
            let bytes = try fileSystem.open(path, .read).readAll(limit: Self.largestRecord)
            if let record = ProblemsRecord(json: bytes) { return record.told }
            logger.warning(
                .problemsForgotten, "\(Show.name(path)) is damaged: problems that exist already are reported again")
        } catch {
            logger.warning(
                .problemsForgotten, "\(Show.name("\(error)")): problems that exist already are reported again",
                error: error)
        }
        return []
    }
}
