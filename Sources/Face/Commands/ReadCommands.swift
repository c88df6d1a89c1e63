//  What reads the checkpoints and changes nothing, but for a repair.

import DuckDB
import DurableIO
import Events
import Foundation
import Operations
import Publishing
import Reports
import RunSettings
import Tables
import Wording

/// The commands about what is kept.
package struct ReadCommands {
    private let session: Session
    private var settings: Settings { session.settings }
    private var fileSystem: FileSystem { session.fileSystem }

    package init(_ session: Session) { self.session = session }

    /// Writes a report, or what is asked of it. All that can be wrong with the options is said before any work.
    package func export(_ options: ExportOptions) throws { try session.logged { try writeExport(options) } }

    private func writeExport(_ options: ExportOptions) throws {
        if let work = session.plan { return try FoldCommands(session, work).export(options) }
        if !options.isForDatabase { try options.checkIsForFile() }
        if let list = options.keys { try session.checkPaths([list], options.plan.settings.keyOption) }
        let form = try options.form(file: try session.fileName(options.out))
        var request = try options.request(form) { try session.list($0) }
        let notes = NoteLog(session.logger)
        var exporter = Exporter(settings, fileSystem: fileSystem) { notes.note($0) }
        exporter.onEvent = session.logger.sink
        request.without = try exporter.names(without: request)
        if let undated = try exporter.leftOut(request) { notes.note(undated.textLeftOut) }
        if options.isForDatabase { return try export(try options.databaseRequest(request), exporter) }
        try options.checkIsWhole(form)
        let columns = try exporter.check(request)
        try session.checkTerminal(form.format, options.out)
        let inputs = options.keys.map { [$0] } ?? []
        try session.checkTarget(options.out, inputs: inputs)
        try session.beginWriting()
        let isGzipped = FileEnding(options.out ?? "").isGzipped
        switch (form.format, form.sheet) {
        case (.table, let sheet?):
            try session.exportSheet(exporter, request, sheet, columns.count, options.out, inputs: inputs)
        case (.table(let format), nil):
            try session.writing(to: options.out) {
                try exporter.export(request, format: format, isGzipped: isGzipped, sink: $0)
            }
        case (.workbook, _):
            try session.writing(to: options.out) {
                try exporter.exportWorkbook(
                    request, isWhole: form.isWhole, scratch: try session.scratch(options.out), sink: $0)
            }
        }
        for name in options.missedKeys(request.query) { notes.note(name) }
    }

    /// Puts reports into a database and says what that changed there.
    private func export(_ request: DatabaseRequest, _ exporter: Exporter) throws {
        let start = ContinuousClock.now
        let result = try exporter.export(request, environment: ProcessInfo.processInfo.environment)
        if let warning = result.warning { session.logger.warning(.databaseText, warning) }
        session.conclude(result.lines(seconds: (ContinuousClock.now - start).seconds))
    }

    /// Writes a report to look at: for the terminal, or as a page.
    package func report(_ options: ReportOptions) throws { try session.logged { try writeReport(options) } }

    private func writeReport(_ options: ReportOptions) throws {
        try session.refusePlan("report", "`watchfold export FOLD` writes the tables of a plan")
        let request = try options.request()
        let form = try options.form()
        try session.checkTarget(options.out)
        try session.beginWriting()
        let isGzipped = FileEnding(options.out ?? "").isGzipped
        let notes = NoteLog(session.logger)
        try session.writing(to: options.out) { sink in
            var reporter = Reporter(settings, fileSystem: fileSystem) { notes.note($0) }
            reporter.onEvent = session.logger.sink
            let (summary, facts) = try reporter.report(request, top: options.top)
            let bytes: [UInt8]
            switch form {
            case .html: bytes = summary.page(facts)
            case .text:
                let (style, columns) = options.out == nil ? session.outputStyle : (.plain, nil)
                bytes = Array(summary.text(facts, style, columns: columns).utf8)
            }
            let gzip = isGzipped ? GzipSink(sink) : nil
            try bytes.withUnsafeBytes { try gzip?.write($0) ?? sink($0) }
            try gzip?.finish()
        }
    }

    /// Shows every file with its state, on standard output, and ends with code 2 when one is open.
    package func status(asJSON: Bool) throws {
        let result = try session.logged { try CheckpointsStatus(settings, fileSystem: fileSystem) }
        let (style, columns) = session.outputStyle
        let text = asJSON ? result.json() : Array(result.text(style, columns: columns).utf8)
        try session.print(text)
        if result.isIncomplete { throw CommandFailure(.filesOpen, nil) }
    }

    /// Shows what a file of the checkpoints holds, on standard output, and ends with code 4 when it is damaged.
    package func inspect(_ path: String, rows: Int, asJSON: Bool) throws {
        try session.logged { try look(into: path, rows: rows, asJSON: asJSON) }
    }

    private func look(into path: String, rows: Int, asJSON: Bool) throws {
        guard rows >= 0 else { throw CommandFailure(.usage, "--rows takes a number of rows, not \(rows)") }
        if path.isEmpty { throw CommandFailure(.usage, "inspect takes the name of a file; it is empty") }
        let result = try Inspector(settings, fileSystem: fileSystem).inspect(path, rows: rows)
        let (style, columns) = session.outputStyle
        let text = asJSON ? result.json() : Array(result.text(style, columns: columns).utf8)
        try session.print(text)
        guard result.isSound else {
            throw CommandFailure(
                .damaged, "\(path) is damaged; `watchfold verify` tells whether what counts is concerned")
        }
    }

    /// Checks the checkpoints, or mends them, and ends with code 4 when they are damaged.
    package func verify(repairing: Bool, sample: Int, recomputes: Bool) throws {
        try session.logged { try check(repairing: repairing, sample: sample, recomputes: recomputes) }
    }

    private func check(repairing: Bool, sample: Int, recomputes: Bool) throws {
        guard sample >= 0 else { throw CommandFailure(.usage, "--sample takes a number of files, not \(sample)") }
        if [repairing, sample > 0, recomputes].count(where: { $0 }) > 1 {
            throw CommandFailure(.usage, "--repair, --sample and --recompute cannot be combined")
        }
        if sample > 0, session.plan != nil {
            throw CommandFailure(
                .usage, "--sample is for the built-in plan; --recompute makes every table of a plan afresh")
        }
        if recomputes, session.plan != nil { try session.beginWriting { DuckDBSession.endUnfinished() } }
        let verifier = Verifier(
            settings, work: session.work, fileSystem: fileSystem, logger: session.logger, observer: session.observer)
        let result = try repairing ? verifier.repair() : verifier.verify(sample: sample, recomputes: recomputes)
        session.progress.end()
        for damage in result.damages { StandardError.write("damaged: \(Show.name(damage))\n") }
        for stale in result.stale { StandardError.write("wrong: \(Show.name(stale))\n") }
        for note in result.behind where !result.isRepaired {
            StandardError.write("out of date: \(Show.name(note)); `watchfold run` renews it\n")
        }
        for fault in result.history {
            StandardError.write("history: \(Show.name(fault)); it has no effect on the sums\n")
        }
        for fault in result.keptRows {
            StandardError.write(
                "kept rows: \(Show.name(fault)); no number depends on them, and `watchfold verify --repair` folds their files "
                    + "again that are in the inbox\n")
        }
        for text in result.leftOut { StandardError.write("not compared: \(Show.name(text))\n") }
        for repair in result.repairs { StandardError.write("repair: \(Show.name(repair))\n") }
        guard result.isSound else {
            throw CommandFailure(
                .damaged,
                result.damages.isEmpty
                    ? "the total or the reports do not match the partials; `watchfold verify --repair` makes them again"
                    : "the checkpoints are damaged; `watchfold verify --repair` repairs what can be repaired")
        }
        if result.hasLost {
            throw CommandFailure(.filesOpen, "repaired, but not everything could be recovered; see the lines above")
        }
        if !result.leftOut.isEmpty {
            throw CommandFailure(
                .filesOpen,
                "what could be made afresh is right: \(Show.count(result.sampled, "file")); not all could, see the lines above"
            )
        }
        if settings.configuration.quiet { return }
        var text = "\(Show.count(result.partials, "partial")), \(Show.count(result.rows, "row"))"
        if recomputes, session.plan != nil {
            text += ", \(Show.count(result.sampled, "file")) made afresh"
        } else if sample > 0 || recomputes {
            text += ", \(Show.count(result.sampled, "raw file")) folded again"
        }
        let start = result.isRepaired ? "repaired; " : result.keptRows.isEmpty ? "all well: " : "the numbers are well: "
        StandardError.write(start + text + "\n")
    }
}
