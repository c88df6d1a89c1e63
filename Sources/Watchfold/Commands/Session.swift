//  One execution of the program: configuration, log and progress, and what the commands do with them.

import Checkpoints
import Configuration
import DurableIO
import Foundation
import Logging
import Records
import Reports
import SampleData
import StatusServer

/// What a command works with.
package struct Session {
    private let settings: Settings
    private let fileSystem = FileSystem.real
    private let logger: Logger
    private let style: Style
    private let progress: ProgressDisplay
    private let flags: [Setting: String]

    /// Reads the configuration.
    ///
    /// - Throws: `ConfigurationError`, `CategoryMapError`, `IOError`.
    package init(flags: [Setting: String?]) throws {
        self.flags = flags.compactMapValues { $0 }
        settings = try Self.settings(self.flags, fileSystem)
        let configuration = settings.configuration
        let level = configuration.quiet ? .warning : Logger.Level(rawValue: configuration.logLevel.rawValue)!
        logger = Logger(label: "watchfold") { _ in
            switch configuration.logFormat {
            case .text: LogText(level: level)
            case .json: LogJSON(level: level)
            }
        }
        style = Style(isTerminal: StandardError.isTerminal, environment: ProcessInfo.processInfo.environment)
        progress = ProgressDisplay(isQuiet: configuration.quiet, isTerminal: StandardError.isTerminal, style: style)
        for line in configuration.explanation { logger.debug("\(line)") }
    }

    /// The configuration as the file, the environment and the flags give it now.
    private static func settings(_ flags: [Setting: String], _ fileSystem: FileSystem) throws -> Settings {
        let environment = try Overlay.environment(ProcessInfo.processInfo.environment)
        let flags = try Overlay.flags(flags)
        var file = Overlay()
        if let named = flags.over(environment).config {
            guard let bytes = try configuration(named.value, fileSystem) else {
                throw CommandFailure(.usage, "\(named.value) (\(named.origin)): there is no such file")
            }
            file = try Overlay.file(bytes, path: named.value)
        } else if let bytes = try configuration(defaultConfiguration, fileSystem) {
            file = try Overlay.file(bytes, path: defaultConfiguration)
        }
        return try Settings(
            Configuration.resolve(
                file: file, environment: environment, flags: flags,
                workingDirectory: FileManager.default.currentDirectoryPath))
    }

    private static let defaultConfiguration = "watchfold.yaml"

    /// A configuration file's bytes; nil when there is no such file.
    private static func configuration(_ path: String, _ fileSystem: FileSystem) throws -> [UInt8]? {
        guard let status = try fileSystem.statusIfPresent(path) else { return nil }
        guard status.kind == .file, status.size <= Overlay.maxFileBytes else {
            throw CommandFailure(
                .usage, "\(path): a configuration is a regular file of at most \(Overlay.maxFileBytes) bytes")
        }
        return try fileSystem.open(path, .read).readAll(limit: Overlay.maxFileBytes)
    }

    // MARK: Folding

    package func processor() throws -> Processor {
        try Processor(settings, fileSystem: fileSystem, logger: logger, observer: observer)
    }

    /// Shows progress to people; to programs, a line a file.
    private var observer: any RunObserver { isForPrograms ? WatchLog(logger: logger) {} : progress }
    private var isForPrograms: Bool { settings.configuration.logFormat == .json }

    /// Of the terminal that summaries go to; nil when they go elsewhere.
    private var columns: Int? { StandardError.isTerminal && !isForPrograms ? StandardError.columns : nil }

    /// Says how a command ended.
    private func conclude(_ lines: [String]) {
        if settings.configuration.quiet { return }
        if isForPrograms {
            logger.info("\(lines.joined(separator: "; "))")
        } else {
            StandardError.write(lines.joined(separator: "\n") + "\n")
        }
    }

    /// Says what a run did, and ends with code 2 when a file is left open.
    package func show(_ report: RunReport) throws {
        progress.end()
        for note in report.notes { logger.warning("\(Show.name(note))") }
        conclude(
            report.summary(
                engagement: Path.join(settings.configuration.output, Publisher.fileName(.engagement)),
                columns: columns))
        let hasFailed = sayFailures(report.outputs)
        if report.isIncomplete { throw CommandFailure(.filesOpen, nil) }
        if hasFailed { throw CommandFailure(.system, nil) }
    }

    /// Says which outputs could not be written.
    ///
    /// - Returns: whether there is one.
    private func sayFailures(_ outputs: [OutputOutcome]) -> Bool {
        let failed = outputs.filter { $0.problem != nil }
        for output in failed { output.log(logger) }
        return !failed.isEmpty
    }

    /// Folds what comes into the inbox until a signal stops it.
    package func watch() throws {
        let requests = WatchRequests()
        try Signals.listen(for: requests)
        let facts = WatchFactsBox()
        let watcher = try Watcher(
            settings, rereading: { [flags, fileSystem] in try Self.settings(flags, fileSystem) }, logger: logger,
            requests: requests, facts: facts, service: ServiceNotifier(ProcessInfo.processInfo.environment))
        try watcher.run {
            guard let port = settings.configuration.watch.statusPort else { return }
            let server = try StatusServer(port: UInt16(port), pages: facts.pages, in: fileSystem)
            logger.info("state, metrics and reports are at http://127.0.0.1:\(server.port)/")
        }
    }

    package func fold(_ paths: [String], to out: String?, format: String?) throws {
        guard case .table(let format) = try ExportFormat(format, file: out) else {
            throw CommandFailure(.usage, "fold writes no workbook; `watchfold export -o FILE.xlsx` makes one of a run")
        }
        guard format == .csv || format == .tsv else {
            throw CommandFailure(
                .usage, "fold writes csv or tsv, not \(format.rawValue); `watchfold export` writes the others")
        }
        try Self.checkPaths(paths)
        var report = RunReport()
        try writing(to: out) { sink in
            report = try OneShotFold(settings, fileSystem: fileSystem, observer: observer).run(
                paths, format: format, sink: sink)
        }
        progress.end()
        conclude(report.summary(engagement: out ?? "the report", columns: columns))
        if report.isIncomplete { throw CommandFailure(.filesOpen, nil) }
    }

    /// Says what is wrong with files, on standard output, and ends with code 2 when one would not be taken.
    package func check(_ paths: [String], asJSON: Bool) throws {
        try Self.checkPaths(paths)
        let report = Checker(settings, fileSystem: fileSystem, observer: progress).check(paths)
        progress.end()
        let style = Style(isTerminal: isatty(1) == 1, environment: ProcessInfo.processInfo.environment)
        let columns = isatty(1) == 1 ? StandardError.columns(of: 1) : nil
        let text = asJSON ? try report.json() : Array(report.text(style, columns: columns).utf8)
        try writing(to: nil) { sink in try text.withUnsafeBytes { try sink($0) } }
        conclude([report.unread.textOfNamed, report.conclusion].compactMap { $0 })
        if !report.isWell { throw CommandFailure(.filesOpen, nil) }
    }

    private static func checkPaths(_ paths: [String]) throws {
        if paths.count(where: { $0 == "-" }) > 1 {
            throw CommandFailure(.usage, "standard input can be read once only")
        }
    }

    /// Accepts, retracts or restores a file and says what that changed.
    package func decide(_ decision: Decision, _ file: String) throws {
        let report = try processor().decide(decision, file)
        progress.end()
        conclude(report.text)
        if sayFailures(report.outputs) { throw CommandFailure(.system, nil) }
    }

    // MARK: Reading

    /// Writes a report, or what is asked of it. All that can be wrong with the options is said before any work.
    package func export(_ options: ExportOptions) throws {
        if !options.isForDatabase { try options.checkIsForFile() }
        let standardInput = fileSystem.standardStream(0)
        let request = try options.request { path in
            try path == "-"
                ? standardInput.readAll(limit: ExportOptions.maxListBytes)
                : fileSystem.open(path, .read).readAll(limit: ExportOptions.maxListBytes)
        } exists: { path in
            try path == "-" || fileSystem.statusIfPresent(path) != nil
        }
        let exporter = Exporter(settings, fileSystem: fileSystem)
        if let undated = try exporter.leftOut(request) { conclude([undated.textLeftOut]) }
        if options.isForDatabase { return try export(try options.databaseRequest(request), exporter) }
        let format = try ExportFormat(options.format, file: options.out)
        let isWhole = try options.isWhole(format)
        let columns = try exporter.check(request)
        try Self.check(format, request.query, options.out)
        if let (program, delimiter) = try options.sheet(format) {
            return try exportSheet(exporter, request, program, delimiter, columns.count, options.out)
        }
        try writing(to: options.out) { sink in
            switch format {
            case .table(let format): try exporter.export(request, format: format, sink: sink)
            case .workbook:
                try exporter.exportWorkbook(
                    request, isWhole: isWhole, scratch: try scratch(options.out), sink: sink)
            }
        }
    }

    /// Where small temporary files go: beside the file that is written; for a pipe, where the system has such files.
    private func scratch(_ out: String?) throws -> String {
        if let out, try isOrdinary(out) { return Path.parent(out) }
        return ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// Puts reports into a database and says what that changed there.
    private func export(_ request: DatabaseRequest, _ exporter: Exporter) throws {
        let start = ContinuousClock.now
        let report = try exporter.export(request, environment: ProcessInfo.processInfo.environment)
        if let warning = report.warning { logger.warning("\(warning)") }
        conclude(report.lines(seconds: (ContinuousClock.now - start).seconds))
    }

    /// Writes CSV for a spreadsheet program; to a file in several ones, if it has more rows than a sheet.
    private func exportSheet(
        _ exporter: Exporter, _ request: ExportRequest, _ program: SheetProgram, _ delimiter: Delimiter, _ columns: Int,
        _ out: String?
    ) throws {
        let limit = program.rowLimit(columns: columns) - 1
        if let out, try isOrdinary(out) {
            let files = NumberedFiles(out, in: fileSystem)
            try exporter.export(request) {
                files.removeAll()
                return SplitEncoder(rowLimit: limit) { _ in
                    SheetTextEncoder(program, delimiter, sink: try files.next())
                }
            }
            let (written, left) = try files.commit()
            if written.count > 1 {
                conclude([
                    "more rows than a sheet has; they are in \(written.map { Show.name($0) }.joined(separator: ", "))"
                ])
            }
            for path in left { logger.warning("\(Show.name(path)) is of an earlier report, not of this one") }
            return
        }
        var rows = 0
        try writing(to: out) { sink in
            let encoder = SplitEncoder(rowLimit: .max) { _ in SheetTextEncoder(program, delimiter, sink: sink) }
            try exporter.export(request) { encoder }
            rows = encoder.rows
        }
        if rows > limit {
            logger.warning(
                "\(Show.count(rows, "row")) are more than the \(limit) that a sheet has; a file (-o) would be split"
            )
        }
    }

    private static func check(_ format: ExportFormat, _ query: RowQuery, _ out: String?) throws {
        if format == .table(.parquet), query.unit != .seconds {
            throw CommandFailure(.usage, "Parquet keeps whole seconds; --unit is for text")
        }
        if !format.isText, out == nil || out == "-", isatty(1) == 1 {
            throw CommandFailure(.usage, "a \(format.name) file is nothing for a terminal; name a file with -o")
        }
    }

    /// Writes a report to look at: for the terminal, or as a page.
    package func report(_ options: ReportOptions) throws {
        let request = try options.request()
        let form = try options.form()
        if let out = options.out { try checkTarget(out) }
        try writing(to: options.out) { sink in
            let facts = try Reporter(settings, fileSystem: fileSystem).facts(request, top: options.top)
            let bytes: [UInt8]
            switch form {
            case .html: bytes = ReportPage(facts).bytes
            case .text:
                let isTerminal = options.out == nil && isatty(1) == 1
                let style = Style(isTerminal: isTerminal, environment: ProcessInfo.processInfo.environment)
                bytes = Array(facts.text(style, columns: isTerminal ? StandardError.columns(of: 1) : nil).utf8)
            }
            try bytes.withUnsafeBytes { try sink($0) }
        }
    }

    /// Finds out before any work that a file cannot be where it is to be.
    private func checkTarget(_ out: String) throws {
        if out == "-" { return }
        if try fileSystem.statusIfPresent(out)?.kind == .folder {
            throw CommandFailure(.usage, "-o \(Show.name(out)): that is a folder; name a file")
        }
        let folder = Path.parent(out)
        guard try fileSystem.statusIfPresent(folder)?.kind == .folder else {
            throw CommandFailure(.usage, "-o \(Show.name(out)): there is no folder \(Show.name(folder))")
        }
    }

    package func status(asJSON: Bool) throws {
        let report = try StatusReport(settings, fileSystem: fileSystem)
        let style = Style(isTerminal: isatty(1) == 1, environment: ProcessInfo.processInfo.environment)
        let columns = isatty(1) == 1 ? StandardError.columns(of: 1) : nil
        let text = asJSON ? try report.json() : Array(report.text(style, columns: columns).utf8)
        try writing(to: nil) { sink in try text.withUnsafeBytes { try sink($0) } }
        if report.isIncomplete { throw CommandFailure(.filesOpen, nil) }
    }

    package func verify(repairing: Bool, sample: Int) throws {
        guard sample >= 0 else { throw CommandFailure(.usage, "--sample takes a number of files, not \(sample)") }
        if repairing && sample > 0 { throw CommandFailure(.usage, "--repair and --sample cannot be combined") }
        let verifier = Verifier(settings, fileSystem: fileSystem, logger: logger, observer: observer)
        let report = try repairing ? verifier.repair() : verifier.verify(sample: sample)
        progress.end()
        for damage in report.damages { StandardError.write("damaged: \(Show.name(damage))\n") }
        for stale in report.stale { StandardError.write("wrong: \(Show.name(stale))\n") }
        for note in report.behind where !report.isRepaired {
            StandardError.write("behind: \(Show.name(note)); `watchfold run` renews it\n")
        }
        for fault in report.history { StandardError.write("history: \(Show.name(fault)); it counts for nothing\n") }
        for repair in report.repairs { StandardError.write("repair: \(Show.name(repair))\n") }
        guard report.isSound else {
            throw CommandFailure(
                .damaged,
                report.damages.isEmpty
                    ? "total or reports are not what the partials give; `watchfold verify --repair` makes them anew"
                    : "the checkpoints are damaged; `watchfold verify --repair` mends what can be mended")
        }
        if settings.configuration.quiet { return }
        var text = "\(Show.count(report.partials, "partial")), \(Show.count(report.rows, "row"))"
        if sample > 0 { text += ", \(Show.count(report.sampled, "raw file")) folded afresh" }
        StandardError.write((report.isRepaired ? "repaired; " : "all well: ") + text + "\n")
    }

    // MARK: Words for a shell

    /// Names of the files that the checkpoints know.
    func knownFiles() throws -> [String] {
        try CheckpointFolder.openForReading(
            settings.configuration.checkpoints, plan: settings.configuration.plan, in: fileSystem
        ).ledger.files().map(\.name)
    }

    func categories() -> [String] { settings.map.categories.map(\.name) }

    func columns(_ report: Report) -> [String] { report.columns(settings.map).map(\.name) }

    // MARK: Generating

    package func generate(
        days: Int, records: Int, contracts: Int?, seed: UInt64, from: String, compress: String, folder: String?
    ) throws {
        guard let compression = SampleCompression(rawValue: compress) else {
            let names = SampleCompression.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(.usage, "--compress takes one of \(names), not \"\(compress)\"")
        }
        if days < 1 { throw CommandFailure(.usage, "--days takes a number from 1 on, not \(days)") }
        var options = SampleOptions()
        options.days = days
        options.recordsPerDay = records
        if let contracts { options.contracts = contracts }
        options.seed = seed
        options.firstDay = try Self.day(from, "--from")!
        options.compression = compression
        options.jobs = settings.jobs
        let start = ContinuousClock.now
        var bytes = 0
        try SampleFiles(options, fileSystem: fileSystem).write(into: folder ?? settings.configuration.inbox) { file in
            bytes += file.bytes
            if settings.configuration.quiet { return }
            StandardError.write(
                "\(file.path)  \(Show.count(file.records, "record"))  \(Show.bytes(file.storedBytes))\n")
        }
        let seconds = (ContinuousClock.now - start).seconds
        if !settings.configuration.quiet {
            StandardError.write(
                "\(Show.bytes(bytes)) of JSON in \(Show.duration(seconds)): \(Show.rate(bytes, seconds))\n")
        }
    }

    // MARK: Helpers

    static func day(_ text: String?, _ option: String) throws -> CalendarDay? {
        guard let text else { return nil }
        guard let day = CalendarDay(text) else {
            throw CommandFailure(.usage, "\(option) takes a date such as 2022-04-01, not \"\(text)\"")
        }
        return day
    }

    /// Lends a sink to a file that appears when all is written, or to a stream, where a reader that went away ends the
    /// work quietly.
    private func writing(to out: String?, _ body: (@escaping ReportSink) throws -> Void) throws {
        let stream: OpenFile
        if let out, out != "-" {
            if try isOrdinary(out) {
                let file = try AtomicFile(out, in: fileSystem, bypassingCache: true)
                try body { try file.write($0) }
                return try file.commit()
            }
            stream = try fileSystem.open(out, .write)
            if try fileSystem.statusIfPresent(out)?.kind == .file { try stream.truncate(to: 0) }
        } else {
            stream = fileSystem.standardStream(1)
        }
        do {
            try body { try stream.write($0) }
        } catch {
            if Self.isBrokenPipe(error) { throw QuietEnd() }
            throw error
        }
    }

    /// Whether a new file may take the place of what is there. A device, a pipe, or a link to either or to a file
    /// (/dev/null, /dev/stdout) is written to instead: a new file in its place is not what anybody wants.
    private func isOrdinary(_ out: String) throws -> Bool {
        if try out == "-" || fileSystem.isSymbolicLink(out) { return false }
        let kind = try fileSystem.statusIfPresent(out)?.kind
        return kind == nil || kind == .file
    }

    private static func isBrokenPipe(_ error: any Error) -> Bool {
        if let error = error as? IOError { return error.isBrokenPipe }
        if case ReportError.output(_, let cause) = error { return isBrokenPipe(cause) }
        return false
    }
}

/// The reader of a pipe has seen enough.
package struct QuietEnd: Error {}
