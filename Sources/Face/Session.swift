//  One execution of the program: configuration, log and progress, and what the commands do with them.

import Checkpoints
import Configuration
import DurableIO
import Foundation
import Logging
import Operations
import Publishing
import Reports
import RunSettings
import SampleData
import Tables
import Wording

/// What a command works with.
package struct Session {
    let settings: Settings
    let fileSystem = FileSystem.real
    let logger: Logger
    private let style: Style
    private let progress: ProgressDisplay
    private let flags: [Setting: String]
    /// What the configuration's file held, if that cannot be read twice.
    private let streamed: StreamedConfiguration?

    /// Reads the configuration.
    ///
    /// - Parameter isService: whether log lines carry the time.
    /// - Throws: `ConfigurationError`, `IOError`, what the plan says of groups that do not go together.
    package init(flags: [Setting: String?], isService: Bool = false) throws {
        self.flags = flags.compactMapValues { $0 }
        (settings, streamed) = try Self.settings(self.flags, fileSystem)
        let configuration = settings.configuration
        let level = configuration.quiet ? .warning : Logger.Level(rawValue: configuration.logLevel.rawValue)!
        logger = Logger(label: "watchfold") { _ in
            switch configuration.logFormat {
            case .text: LogText(level: level, hasTime: isService)
            case .json: LogJSON(level: level)
            }
        }
        style = Style(isTerminal: StandardError.isTerminal, environment: ProcessInfo.processInfo.environment)
        progress = ProgressDisplay(isQuiet: configuration.quiet, isTerminal: StandardError.isTerminal, style: style)
        for line in configuration.explanation { logger.debug("\(line)") }
    }

    /// A configuration that came from a pipe or a terminal.
    private struct StreamedConfiguration {
        var path: String
        var bytes: [UInt8]
    }

    /// The configuration as the file, the environment and the flags give it now.
    ///
    /// - Parameter known: what came before from something that can be read only once.
    private static func settings(
        _ flags: [Setting: String], _ fileSystem: FileSystem, known: StreamedConfiguration? = nil
    ) throws -> (Settings, StreamedConfiguration?) {
        let environment = try Overlay.environment(ProcessInfo.processInfo.environment)
        let flags = try Overlay.flags(flags)
        var layer = Overlay()
        var file: String?
        var streamed = known
        let named = flags.over(environment).config
        let path = named?.value ?? Settings.usualFile
        let name = path == "-" ? "standard input" : path
        if let known, known.path == path {
            layer = try Overlay.file(known.bytes, path: name, folder: "", plan: builtInPlan.settings)
        } else if let (bytes, isFile) = try configuration(path, fileSystem) {
            // What has no place of its own speaks of the working directory.
            layer = try Overlay.file(bytes, path: name, folder: isFile ? nil : "", plan: builtInPlan.settings)
            if isFile { file = path } else { streamed = StreamedConfiguration(path: path, bytes: bytes) }
        } else if let named {
            throw CommandFailure(.usage, "\(named.value) (\(named.origin)): there is no such file")
        }
        let settings = try Settings(
            Configuration.resolve(
                builtInPlan.settings, file: layer, environment: environment, flags: flags,
                workingDirectory: FileManager.default.currentDirectoryPath), plan: builtInPlan, file: file)
        _ = try OutputPlan.plans(settings)
        try checkOutputs(settings, fileSystem)
        return (settings, streamed)
    }

    /// - Throws: `ConfigurationError` for outputs in places that are not theirs.
    private static func checkOutputs(_ settings: Settings, _ fileSystem: FileSystem) throws {
        let places = ProtectedPlaces(settings, in: fileSystem)
        let mistakes = settings.configuration.outputs.compactMap { rule in
            // What cannot be looked at now is looked at again when the output is written, and is its own failure then.
            (try? places.problem(rule.file)).map {
                Mistake(origin: rule.words[.file]!.origin, text: "outputs: \(Show.name(rule.file)) \($0)")
            }
        }
        let all = mistakes + (try partMistakes(settings.configuration.outputs, fileSystem))
        if !all.isEmpty { throw ConfigurationError(all) }
    }

    /// Outputs whose place a numbered part of another may need.
    private static func partMistakes(_ rules: [OutputRule], _ fileSystem: FileSystem) throws -> [Mistake] {
        // By folder: where it is for the kernel, if that can be told now.
        let folders = rules.map { rule in
            (try? fileSystem.physicalPath(Path.parent(rule.file))) ?? Path.normal(Path.parent(rule.file))
        }
        let split = rules.indices.filter { rules[$0].words[.program] != nil }
        return rules.indices.compactMap { index in
            let rule = rules[index]
            let other = split.first {
                folders[$0] == folders[index]
                    && NumberedFiles.isReached(Path.name(rule.file), byPartsOf: Path.name(rules[$0].file))
            }
            return other.map {
                Mistake(
                    origin: rule.words[.file]!.origin,
                    text: "outputs: \(Show.name(rule.file)) may be needed for a part of "
                        + "\(Show.name(rules[$0].file)), which is split when it has more rows than a sheet; "
                        + "choose another name")
            }
        }
    }

    /// A configuration's bytes, and whether they can be read again; nil when there is no such file.
    private static func configuration(
        _ path: String, _ fileSystem: FileSystem
    ) throws -> (bytes: [UInt8], isFile: Bool)? {
        let isStream = path == "-"
        guard try isStream || fileSystem.statusIfPresent(path) != nil else { return nil }
        do {
            let file = isStream ? fileSystem.standardStream(0) : try fileSystem.open(path, .read)
            let bytes = try file.readToEnd(limit: Overlay.maxFileBytes)
            let kind = try file.status().kind
            return (bytes, !isStream && kind == .file)
        } catch {
            if error.code == EISDIR {
                throw CommandFailure(.usage, "\(path): that is a folder; a configuration is a file")
            }
            guard error.code == EFBIG else { throw error }
            throw CommandFailure(
                .usage, "\(path): a configuration is a file of at most \(Overlay.maxFileBytes) bytes")
        }
    }

    // MARK: Folding

    /// Folds what is new in the inbox.
    package func run() throws { try show(try interruptible { try $0.run() }) }

    /// Folds files again; all when none is named.
    package func reprocess(_ files: [String]) throws { try show(try interruptible { try $0.reprocess(files) }) }

    /// Has a signal that ends the work say what that means.
    private func interruptible(_ body: (Processor) throws -> RunReport) throws -> RunReport {
        let processor = try processor()
        try Signals.beforeEnd { [isForPrograms, logger] in
            StandardError.clear()
            let text = "interrupted; nothing is lost, and the same command goes on from here"
            if isForPrograms { logger.warning("\(text)") } else { StandardError.write("watchfold: \(text)\n") }
        }
        return try body(processor)
    }

    private func processor() throws -> Processor {
        try Processor(settings, fileSystem: fileSystem, logger: logger, observer: observer)
    }

    /// Shows progress to people; to programs, a line a file.
    var observer: any RunObserver { isForPrograms ? WatchLog(logger: logger) : progress }
    private var isForPrograms: Bool { settings.configuration.logFormat == .json }

    /// Of the terminal that summaries go to; nil when they go elsewhere.
    private var columns: Int? { StandardError.isTerminal && !isForPrograms ? StandardError.columns : nil }

    /// Says how a command ended.
    func conclude(_ lines: [String]) {
        if settings.configuration.quiet { return }
        if isForPrograms {
            logger.info("\(lines.joined(separator: "; "))")
        } else {
            StandardError.write(lines.joined(separator: "\n") + "\n")
        }
    }

    /// Says what a run did, and ends with code 2 when a file is left open.
    private func show(_ report: RunReport) throws {
        progress.end()
        for note in report.notes { logger.warning("\(Show.name(note))") }
        conclude(
            report.summary(
                Path.join(settings.configuration.output, settings.plan.mainReport.fileName), settings.plan.settings,
                columns: columns))
        let hasFailed = sayFailures(report.outputs)
        if report.isIncomplete { throw CommandFailure(.filesOpen, nil) }
        if hasFailed { throw CommandFailure(.system, nil) }
    }

    /// Says which outputs could not be written, and which files of earlier ones are still there.
    ///
    /// - Returns: whether there is one.
    private func sayFailures(_ outputs: [OutputOutcome]) -> Bool {
        let failed = outputs.filter { $0.problem != nil }
        for output in failed { output.log(logger) }
        for output in outputs { output.warn(logger) }
        return !failed.isEmpty
    }

    /// Folds what comes into the inbox until a signal stops it.
    package func watch() throws {
        let requests = WatchRequests()
        try Signals.listen(for: requests)
        let facts = WatchFactsBox()
        let watcher = try Watcher(
            settings,
            rereading: { [flags, fileSystem, streamed] in try Self.settings(flags, fileSystem, known: streamed).0 },
            logger: logger, requests: requests, facts: facts,
            service: ServiceNotifier(ProcessInfo.processInfo.environment))
        do {
            try watcher.run()
        } catch {
            // The last line of a log has its time and its form like all others.
            guard let failure = CommandFailure(error), let message = failure.message else { throw error }
            logger.critical("\(CommandFailure.shown(message))")
            throw CommandFailure(failure.code, nil)
        }
    }

    package func fold(_ paths: [String], to out: String?, format: String?) throws {
        try checkPaths(paths, "fold")
        guard case .table(let format) = try ExportFormat(format, file: try fileName(out)) else {
            throw CommandFailure(.usage, "fold writes no workbook; `watchfold export -o FILE.xlsx` makes one of a run")
        }
        guard format == .csv || format == .tsv else {
            throw CommandFailure(
                .usage, "fold writes csv or tsv, not \(format.rawValue); `watchfold export` writes the others")
        }
        let (files, problems) = try inputs(paths)
        try checkTarget(out, inputs: files)
        try beginWriting()
        let isGzipped = FileEnding(out ?? "").isGzipped
        var report = RunReport()
        let isThere = try out.map { try fileSystem.statusIfPresent($0) != nil } ?? false
        try writingIfWanted(to: out) { sink in
            report = try OneShotFold(settings, fileSystem: fileSystem, observer: observer).run(
                files, format: format, isGzipped: isGzipped, needsInput: keepsOnFailure(out), sink: sink)
            return report.publication != .withheld
        }
        progress.end()
        for problem in problems { logger.warning("\(Show.name("\(problem)"))") }
        report.hasProblems = problems.contains(where: \.leavesOut)
        conclude(report.summary(out ?? "the report", settings.plan.settings, columns: columns))
        if report.publication == .withheld, let out {
            throw CommandFailure(
                .filesOpen,
                "no input could be folded; \(Show.name(out)) is \(isThere ? "left as it was" : "not written")")
        }
        if report.isIncomplete { throw CommandFailure(.filesOpen, nil) }
    }

    /// Says what is wrong with files, on standard output, and ends with code 2 when one would not be taken.
    package func check(_ paths: [String], asJSON: Bool) throws {
        try checkPaths(paths, "check")
        let (files, problems) = try inputs(paths)
        let report = Checker(settings, fileSystem: fileSystem, observer: progress).check(files)
        progress.end()
        for problem in problems { logger.warning("\(Show.name("\(problem)"))") }
        let style = Style(isTerminal: isatty(1) == 1, environment: ProcessInfo.processInfo.environment)
        let columns = isatty(1) == 1 ? StandardError.columns(of: 1) : nil
        let text = asJSON ? report.json() : Array(report.text(style, columns: columns).utf8)
        try writing(to: nil) { sink in try text.withUnsafeBytes { try sink($0) } }
        conclude([report.unread.textOfNamed, report.conclusion].compactMap { $0 })
        if !report.isWell || problems.contains(where: \.leavesOut) { throw CommandFailure(.filesOpen, nil) }
    }

    private func checkPaths(_ paths: [String], _ command: String) throws {
        if paths.contains("") { throw CommandFailure(.usage, "\(command) takes names of files; one is empty") }
        let streams = paths + (streamed.map { [$0.path] } ?? [])
        if streams.count(where: { $0 == "-" || $0 == "/dev/stdin" }) > 1 {
            throw CommandFailure(.usage, "standard input can be read once only")
        }
    }

    /// Accepts, retracts or restores a file and says what that changed.
    package func decide(_ decision: Decision, _ file: String) throws {
        let report = try processor().decide(decision, file)
        progress.end()
        conclude(report.text)
        if report.countsNothing {
            logger.warning("\(Show.name(report.name)) counts, but has no good record, so it adds nothing")
        }
        if sayFailures(report.outputs) { throw CommandFailure(.system, nil) }
    }

    // MARK: Reading

    /// Writes a report, or what is asked of it. All that can be wrong with the options is said before any work.
    package func export(_ options: ExportOptions) throws {
        if !options.isForDatabase { try options.checkIsForFile() }
        if let list = options.keys { try checkPaths([list], options.plan.settings.keyOption) }
        var request = try options.request { try list($0) }
        let notes = NoteLog(logger)
        let exporter = Exporter(settings, fileSystem: fileSystem) { notes.note($0) }
        request.without = try exporter.names(without: request)
        if let undated = try exporter.leftOut(request) { notes.note(undated.textLeftOut) }
        if options.isForDatabase { return try export(try options.databaseRequest(request), exporter) }
        let format = try ExportFormat(options.format, file: try fileName(options.out))
        let isWhole = try options.isWhole(format)
        let columns = try exporter.check(request)
        try Self.check(format, request.query, options.out)
        let sheet = try options.sheet(format)
        let inputs = options.keys.map { [$0] } ?? []
        try checkTarget(options.out, inputs: inputs)
        try beginWriting()
        let isGzipped = FileEnding(options.out ?? "").isGzipped
        switch (format, sheet) {
        case (.table, let sheet?):
            try exportSheet(exporter, request, sheet, columns.count, options.out, inputs: inputs)
        case (.table(let format), nil):
            try writing(to: options.out) {
                try exporter.export(request, format: format, isGzipped: isGzipped, sink: $0)
            }
        case (.workbook, _):
            try writing(to: options.out) {
                try exporter.exportWorkbook(request, isWhole: isWhole, scratch: try scratch(options.out), sink: $0)
            }
        }
        for name in options.missedKeys(request.query) { notes.note(name) }
    }

    /// Puts reports into a database and says what that changed there.
    private func export(_ request: DatabaseRequest, _ exporter: Exporter) throws {
        let start = ContinuousClock.now
        let report = try exporter.export(request, environment: ProcessInfo.processInfo.environment)
        if let warning = report.warning { logger.warning("\(warning)") }
        conclude(report.lines(seconds: (ContinuousClock.now - start).seconds))
    }

    private static func check(_ format: ExportFormat, _ query: ReportQuery, _ out: String?) throws {
        if format == .table(.parquet), query.unit != .seconds {
            throw CommandFailure(.usage, "Parquet keeps whole seconds; --unit is for text")
        }
        if !format.isText, out == nil || out == "-", isatty(1) == 1 {
            throw CommandFailure(.usage, "refusing to write \(format.name) to a terminal; use -o FILE")
        }
    }

    /// Writes a report to look at: for the terminal, or as a page.
    package func report(_ options: ReportOptions) throws {
        let request = try options.request()
        let form = try options.form()
        try checkTarget(options.out)
        try beginWriting()
        let isGzipped = FileEnding(options.out ?? "").isGzipped
        let notes = NoteLog(logger)
        try writing(to: options.out) { sink in
            let (summary, facts) = try Reporter(settings, fileSystem: fileSystem) { notes.note($0) }.report(
                request, top: options.top)
            let bytes: [UInt8]
            switch form {
            case .html: bytes = summary.page(facts)
            case .text:
                let isTerminal = options.out == nil && isatty(1) == 1
                let style = Style(isTerminal: isTerminal, environment: ProcessInfo.processInfo.environment)
                let columns = isTerminal ? StandardError.columns(of: 1) : nil
                bytes = Array(summary.text(facts, style, columns: columns).utf8)
            }
            let gzip = isGzipped ? GzipSink(sink) : nil
            try bytes.withUnsafeBytes { try gzip?.write($0) ?? sink($0) }
            try gzip?.finish()
        }
    }

    package func status(asJSON: Bool) throws {
        let report = try StatusReport(settings, fileSystem: fileSystem)
        let style = Style(isTerminal: isatty(1) == 1, environment: ProcessInfo.processInfo.environment)
        let columns = isatty(1) == 1 ? StandardError.columns(of: 1) : nil
        let text = asJSON ? report.json() : Array(report.text(style, columns: columns).utf8)
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
        if report.hasLost {
            throw CommandFailure(.filesOpen, "repaired, but not everything could be had again; see the lines above")
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

    package func groups() -> [String] { settings.reports.groups.map(\.name) }

    package func columns(_ report: Report) -> [String] { settings.reports.columns(report).map(\.name) }

    // MARK: Generating

    package func generate(
        days: Int, records: Int, keys: Int?, seed: UInt64, from: String, compress: String, folder: String?,
        replaces: Bool
    ) throws {
        guard let compression = SampleCompression(rawValue: compress) else {
            let names = SampleCompression.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(.usage, "--compress takes one of \(names), not \"\(compress)\"")
        }
        if days < 1 { throw CommandFailure(.usage, "--days takes a number from 1 on, not \(days)") }
        var options = SampleOptions()
        options.days = days
        options.recordsPerDay = records
        if let keys { options.keys = keys }
        options.seed = seed
        options.firstDay = try DayOption.day(from, "--from")!
        options.compression = compression
        options.jobs = settings.jobs
        let folder = folder ?? settings.configuration.inbox
        if folder.isEmpty { throw CommandFailure(.usage, "generate takes the name of a folder; it is empty") }
        let places = ProtectedPlaces(settings, isForInbox: true, in: fileSystem)
        let files = try SampleFiles(options, fileSystem: fileSystem)
        for name in files.names {
            if let problem = try places.problem(Path.join(folder, name)) {
                throw CommandFailure(.usage, "\(Show.name(Path.join(folder, name))) \(problem)")
            }
        }
        let start = ContinuousClock.now
        var bytes = 0
        try beginWriting()
        try files.write(into: folder, replaces: replaces) { file in
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
}

/// The reader of a pipe has seen enough.
package struct QuietEnd: Error {}
