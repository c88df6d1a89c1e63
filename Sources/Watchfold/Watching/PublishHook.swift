//  The command that is run after each publication.
//
//  It gets the receipt's path in WATCHFOLD_RECEIPT and the generation in WATCHFOLD_GENERATION; its standard output goes to
//  standard error, since standard output carries data only. One runs at a time. Publications that come meanwhile are one
//  further run: what counts is the newest state. What it does, and whether it fails, changes nothing for the watch.

import Foundation
import Logging
import Subprocess
import Synchronization

#if canImport(System)
    import System
#else
    import SystemPackage
#endif

/// Runs the command, in the background.
final class PublishHook: Sendable {
    struct Event: Sendable {
        var receipt: String
        var generation: Int
    }

    private struct State {
        var isRunning = false
        var next: (command: String, event: Event)?
        var failures = 0
    }

    private let state = Mutex(State())
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// How often the command failed.
    var failures: Int { state.withLock { $0.failures } }

    /// Begins to run a command, now or when the one at work is done.
    func run(_ command: String, _ event: Event) {
        let isFirst = state.withLock { state in
            state.next = (command, event)
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
            if state.next == nil { state.isRunning = false }
            return state.next
        }
    }

    private func work() async {
        while let (command, event) = take() {
            if let problem = await Self.problem(of: command, event) {
                state.withLock { $0.failures += 1 }
                logger.warning("the command after publishing \(problem): \(command)")
            }
        }
    }

    /// - Returns: how the command failed; nil when it did not.
    private static func problem(of command: String, _ event: Event) async -> String? {
        do {
            let result = try await Subprocess.run(
                .path("/bin/sh"), arguments: ["-c", command],
                environment: .inherit.updating([
                    "WATCHFOLD_RECEIPT": event.receipt, "WATCHFOLD_GENERATION": String(event.generation),
                ]),
                input: .none,
                output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false))
            return switch result.terminationStatus {
            case .exited(0): nil
            case .exited(let code): "ended with code \(code)"
            case .signaled(let signal): "was ended by signal \(signal)"
            }
        } catch {
            return "could not be started (\(error))"
        }
    }
}
