//  The command that is run after each publication.
//
//  It gets the receipt's path in WATCHFOLD_RECEIPT and the generation in WATCHFOLD_GENERATION. One runs at a time.
//  Publications that come meanwhile are one further run: what counts is the newest state. What it does, and whether it
//  fails, changes nothing for the watch but its health: a failure is a problem until the command ends well.

import Configuration
import Foundation
import Logging
import Synchronization

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
    }

    private let state = Mutex(State())
    private let facts: WatchFactsBox
    private let logger: Logger

    init(facts: WatchFactsBox, logger: Logger) {
        self.facts = facts
        self.logger = logger
    }

    /// The command from now on; nil for none. A run that was put off is one of the new command.
    func follow(_ command: String?) {
        let isAnother = state.withLock { state in
            defer { state.command = command }
            if command == nil { state.next = nil }
            return state.command != nil && state.command != command
        }
        // How the one before ended says nothing about this one. At the start nobody knows: what failed before the start may
        // fail still.
        if isAnother || command == nil { note(nil) }
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
        let end = ContinuousClock.now + .seconds(seconds)
        while state.withLock({ $0.isRunning }) {
            if ContinuousClock.now >= end { return false }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return true
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
                ["WATCHFOLD_RECEIPT": event.receipt, "WATCHFOLD_GENERATION": String(event.generation)])
            if let problem {
                logger.warning("the command after publishing \(problem): \(command)")
                facts.update { $0.hookFailures += 1 }
            }
            // Of a command that is not set any more, nobody wants to know.
            if state.withLock({ $0.command == command }) {
                note(problem.map { "the command after publishing \($0): \(command)" })
            }
        }
    }

    private func note(_ reason: String?) {
        facts.update { $0.problems.note(.hook, Setting.onPublish.rawValue, reason) }
    }
}
