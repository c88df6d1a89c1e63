//  The command that is run after each publication.
//
//  It gets the receipt's path in WATCHFOLD_RECEIPT and the generation in WATCHFOLD_GENERATION. One runs at a time.
//  Publications that come meanwhile are one further run: what counts is the newest state. What it does, and whether it
//  fails, changes nothing for the watch but its health: a failure is a problem until the command ends well, and so is one
//  that runs for more than ten minutes, because no other can be run before it ends.

import Configuration
import Events
import Logging
import Pipelines
import Synchronization
import Wording

/// Runs the command, in the background.
final class PublishHook: Sendable {
    struct Event: Sendable {
        var receipt: String
        var generation: Int
    }

    private struct State {
        var command: String?
        var isRunning = false
        var next: Event?
        /// What is reported about the command that runs, once it has run for too long.
        var overdue: String?
    }

    private let state = Mutex(State())
    private let facts: WatchFactsBox
    private let logger: Logger
    private let patience: Duration

    init(facts: WatchFactsBox, logger: Logger, patience: Duration = ShellCommand.patience) {
        self.facts = facts
        self.logger = logger
        self.patience = patience
    }

    /// The command from now on; nil for none. A run that was put off is one of the new command.
    func follow(_ command: String?) {
        let (isAnother, overdue) = state.withLock { state in
            defer { state.command = command }
            if command == nil { state.next = nil }
            return (state.command != nil && state.command != command, state.overdue)
        }
        // How the one before ended says nothing about this one. At the start nobody knows: what failed before the start may
        // fail still. One that runs for ever keeps another from being run.
        if isAnother || command == nil || overdue != nil { note(command == nil ? nil : overdue) }
    }

    /// Runs the command, now or when the one at work is done.
    func run(_ event: Event) {
        let isFirst = state.withLock { state in
            guard state.command != nil else { return false }
            state.next = event
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if isFirst { Task { await work() } }
    }

    /// Waits until nothing runs any more, but no longer than this.
    ///
    /// - Returns: whether nothing runs.
    func wait(seconds: Double) -> Bool {
        Pipelines.wait(seconds: seconds) { state.withLock { !$0.isRunning } }
    }

    private func take() -> (command: String, event: Event)? {
        state.withLock { state in
            defer { state.next = nil }
            guard let command = state.command, let event = state.next else {
                state.isRunning = false
                return nil
            }
            return (command, event)
        }
    }

    private func work() async {
        while let (command, event) = take() {
            let problem = await ShellCommand.problem(
                of: command,
                ["WATCHFOLD_RECEIPT": event.receipt, "WATCHFOLD_GENERATION": String(event.generation)],
                patience: patience
            ) { [self] in tellOverdue(command) }
            if let problem {
                logger.warning(.commandFailed, "the command after publishing \(problem): \(command)")
                facts.update { $0.hookFailures += 1 }
            }
            let (isSet, wasOverdue) = state.withLock { state in
                defer { state.overdue = nil }
                return (state.command == command, state.overdue != nil)
            }
            // Of a command that is not set any more, nobody wants to know but that it has ended.
            if isSet {
                note(problem.map { "the command after publishing \($0): \(command)" })
            } else if wasOverdue {
                note(nil)
            }
        }
    }

    private func tellOverdue(_ command: String) {
        let text =
            "the command after publishing is still running after \(Show.duration(patience.seconds)), and no other is started "
            + "until it ends: \(command)"
        logger.warning(.commandLate, text)
        let isWanted = state.withLock { state in
            state.overdue = text
            return state.command != nil
        }
        if isWanted { note(text) }
    }

    private func note(_ reason: String?) {
        facts.update { $0.problems.note(.hook, Setting.onPublish.rawValue, reason) }
    }
}
