//  One execution of the program: what a command works with. What commands do is in Commands.

import Configuration
import DurableIO
import Events
import Foundation
import Logging
import Operations
import PlanRuns
import RunSettings
import Wording

/// Opens the configuration, log and progress, and hands them out.
package struct Session {
    let settings: Settings
    /// A plan of SQL; nil for the built-in one.
    let plan: SQLWork?
    /// What is done with the inbox.
    var work: any PlanWork { plan ?? RecordWork() }
    let fileSystem = FileSystem.real
    let logger: Logger
    let progress: ProgressDisplay
    private let flags: [Setting: String]
    private let streamed: OpenedConfiguration.Streamed?

    /// Reads the configuration.
    ///
    /// - Parameter isService: whether log lines carry the time.
    /// - Throws: `ConfigurationError`, `IOError`, what the plan says of groups that do not go together.
    package init(flags: [Setting: String?], isService: Bool = false) throws {
        self.flags = flags.compactMapValues { $0 }
        let opened = try OpenedConfiguration(self.flags, fileSystem)
        (settings, streamed) = (opened.settings, opened.streamed)
        plan = opened.plan.map { SQLWork($0, opened.settings) }
        let configuration = settings.configuration
        let level = configuration.quiet ? .warning : Logger.Level(rawValue: configuration.logLevel.rawValue)!
        logger = Logger(label: "watchfold") { _ in
            switch configuration.logFormat {
            case .text: LogText(level: level, hasTime: isService)
            case .json: LogJSON(level: level)
            }
        }
        let style = Style(isTerminal: StandardError.isTerminal, environment: ProcessInfo.processInfo.environment)
        progress = ProgressDisplay(isQuiet: configuration.quiet, isTerminal: StandardError.isTerminal, style: style)
        for line in configuration.explanation { logger.debug(.settings, line) }
    }

    /// Reads the configuration once more.
    var rereading: () throws -> Settings {
        { [flags, fileSystem, streamed] in try OpenedConfiguration(flags, fileSystem, known: streamed).settings }
    }

    func processor() throws -> Processor {
        try Processor(settings, work: work, fileSystem: fileSystem, logger: logger, observer: observer)
    }

    /// Shows progress to people; to programs, a line a file.
    var observer: any RunObserver { isForPrograms ? WatchLog(logger: logger) : progress }
    var isForPrograms: Bool { settings.configuration.logFormat == .json }

    /// Of the terminal that summaries go to; nil when they go elsewhere.
    var columns: Int? { StandardError.isTerminal && !isForPrograms ? StandardError.columns : nil }

    /// How text is written to standard output: with colours and as wide as the terminal, if that is one.
    var outputStyle: (style: Style, columns: Int?) {
        let isTerminal = isatty(1) == 1
        return (
            Style(isTerminal: isTerminal, environment: ProcessInfo.processInfo.environment),
            isTerminal ? StandardError.columns(of: 1) : nil
        )
    }

    /// Says how a command ended.
    func conclude(_ lines: [String]) {
        if settings.configuration.quiet { return }
        if isForPrograms {
            logger.info(.finished, lines.joined(separator: "; "))
        } else {
            StandardError.write(lines.joined(separator: "\n") + "\n")
        }
    }

    /// The same of a run; as JSON on standard output, if that is wanted.
    func conclude(_ result: RunResult, asJSON: Bool, _ summary: () -> [String]) throws {
        guard asJSON else { return conclude(summary()) }
        let text = result.json()
        try print(text)
    }

    /// Has the last line of a log for programs its form and the error's name, too.
    func logged<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            guard isForPrograms, let failure = CommandFailure(error), let message = failure.message else { throw error }
            logger.critical(.failed, CommandFailure.shown(message), error: error)
            throw CommandFailure(failure.code, nil)
        }
    }

    /// Refuses a command that is about the built-in plan where the configuration names another.
    func refusePlan(_ command: String, _ advice: String) throws {
        guard let plan else { return }
        throw CommandFailure(
            .usage,
            "\(command) is for the built-in plan, and the configuration names \(Show.name(plan.plan.path)); \(advice)")
    }

    /// Says what is wrong with names of files: empty ones, and standard input where it is read already.
    func checkPaths(_ paths: [String], _ command: String) throws {
        if paths.contains("") { throw CommandFailure(.usage, "\(command) takes names of files; one is empty") }
        let streams = paths + (streamed.map { [$0.path] } ?? [])
        if streams.count(where: { $0 == "-" || $0 == "/dev/stdin" }) > 1 {
            throw CommandFailure(.usage, "standard input can be read once only")
        }
    }
}

/// The reader of a pipe has seen enough.
package struct QuietEnd: Error {}
