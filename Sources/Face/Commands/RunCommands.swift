//  What reads the inbox: runs, the watch, and decisions about a file.

import Configuration
import DurableIO
import Events
import Foundation
import Logging
import Operations
import Publishing
import RunSettings
import Wording

/// The commands that change checkpoints and reports.
package struct RunCommands {
    private let session: Session
    private var settings: Settings { session.settings }
    private var fileSystem: FileSystem { session.fileSystem }

    package init(_ session: Session) { self.session = session }

    /// Folds what is new in the inbox.
    package func run(asJSON: Bool = false) throws { try show(try interruptible { try $0.run() }, asJSON: asJSON) }

    /// Folds files again; all when none is named.
    package func reprocess(_ files: [String], asJSON: Bool = false) throws {
        try show(try interruptible { try $0.reprocess(files) }, asJSON: asJSON)
    }

    /// Has a signal that ends the work say what that means.
    private func interruptible(_ body: (Processor) throws -> RunResult) throws -> RunResult {
        let processor = try session.logged { try session.processor() }
        try Signals.beforeEnd { [session] in
            StandardError.clear()
            let text = "interrupted; nothing is lost, and the same command continues from here"
            if session.isForPrograms {
                session.logger.warning(.interrupted, text)
            } else {
                StandardError.write("watchfold: \(text)\n")
            }
        }
        return try session.logged { try body(processor) }
    }

    /// Says what a run did, and ends with code 2 when a file is left open.
    private func show(_ result: RunResult, asJSON: Bool) throws {
        session.progress.end()
        for note in result.remarks { session.logger.warning(note.event, Show.name(note.text)) }
        try session.conclude(result, asJSON: asJSON) {
            result.summary(
                Path.join(settings.configuration.output, settings.plan.mainReport.fileName), settings.plan.settings,
                columns: session.columns)
        }
        let hasFailed = sayFailures(result.outputs)
        if result.isIncomplete { throw CommandFailure(.filesOpen, nil) }
        if hasFailed { throw CommandFailure(.system, nil) }
    }

    /// Says which outputs could not be written, and which files of earlier ones are still there.
    ///
    /// - Returns: whether there is one.
    private func sayFailures(_ outputs: [OutputOutcome]) -> Bool {
        let failed = outputs.filter { $0.problem != nil }
        for output in failed { output.log(session.logger) }
        for output in outputs { output.warn(session.logger) }
        return !failed.isEmpty
    }

    /// Folds what comes into the inbox until a signal stops it.
    package func watch() throws {
        let requests = WatchRequests()
        try Signals.listen(for: requests)
        let facts = WatchFactsBox()
        let watcher = try Watcher(
            settings,
            rereading: session.rereading, work: session.work,
            logger: session.logger, requests: requests, facts: facts,
            service: ServiceNotifier(ProcessInfo.processInfo.environment))
        do {
            try watcher.run()
        } catch {
            // The last line of a log has its time and its form like all others.
            guard let failure = CommandFailure(error), let message = failure.message else { throw error }
            session.logger.critical(.failed, CommandFailure.shown(message), error: error)
            throw CommandFailure(failure.code, nil)
        }
    }

    /// Accepts, retracts or restores a file and says what that changed.
    package func decide(_ decision: Decision, _ file: String) throws {
        let result = try session.logged { try session.processor().decide(decision, file) }
        session.progress.end()
        session.conclude(result.text)
        if result.countsNothing {
            session.logger.warning(
                .countsNothing, "\(Show.name(result.name)) counts, but has no good record, so it adds nothing",
                ["file": "\(Show.name(result.name))"])
        }
        if sayFailures(result.outputs) { throw CommandFailure(.system, nil) }
        if result.isIncomplete { throw CommandFailure(.filesOpen, nil) }
    }
}
