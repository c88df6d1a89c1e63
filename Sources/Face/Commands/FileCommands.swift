//  What reads files that are named, and keeps nothing.

import DurableIO
import Findings
import Foundation
import Operations
import Publishing
import RunSettings
import Tables
import Wording

/// The commands about files of one's own.
package struct FileCommands {
    private let session: Session
    private var settings: Settings { session.settings }
    private var fileSystem: FileSystem { session.fileSystem }

    package init(_ session: Session) { self.session = session }

    /// Folds files and writes the main report.
    package func fold(_ paths: [String], to out: String?, format: String?, asJSON: Bool = false) throws {
        try session.logged { try foldAndReport(paths, to: out, format: format, asJSON: asJSON) }
    }

    private func foldAndReport(_ paths: [String], to out: String?, format: String?, asJSON: Bool) throws {
        try session.refusePlan("fold", "`watchfold fold --plan DIR FILE…` folds files by a plan")
        if asJSON, out == nil || out == "-" {
            throw CommandFailure(
                .usage, "--json writes what was done to standard output; name a file for the report with -o")
        }
        try session.checkPaths(paths, "fold")
        guard case .table(let format) = try ExportFormat(format, file: try session.fileName(out)) else {
            throw CommandFailure(.usage, "fold writes no workbook; `watchfold export -o FILE.xlsx` makes one of a run")
        }
        guard format == .csv || format == .tsv else {
            throw CommandFailure(
                .usage, "fold writes csv or tsv, not \(format.rawValue); `watchfold export` writes the others")
        }
        let found = try session.inputs(paths)
        try session.checkTarget(out, inputs: found.files)
        try session.beginWriting()
        let isGzipped = FileEnding(out ?? "").isGzipped
        var result = RunResult()
        try session.writingIfWanted(to: out) { sink in
            result = try OneShotFold(
                settings, fileSystem: fileSystem, logger: session.logger, observer: session.observer
            ).run(
                found.files, format: format, isGzipped: isGzipped, needsInput: session.keepsOnFailure(out), sink: sink)
            return result.publication != .withheld
        }
        session.progress.end()
        session.note(found)
        result.hasProblems = found.leavesOut
        try session.conclude(result, asJSON: asJSON) {
            result.summary(out ?? "the report", settings.plan.settings, columns: session.columns)
        }
        if result.publication == .withheld, let out { throw try session.nothingFolded(out) }
        if result.isIncomplete { throw CommandFailure(.filesOpen, nil) }
    }

    /// Says what is wrong with files, on standard output, and ends with code 2 when one would not be taken.
    package func check(_ paths: [String], asJSON: Bool) throws {
        try session.refusePlan("check", "`watchfold fold --plan DIR FILE…` says what is wrong with a plan's files")
        try session.checkPaths(paths, "check")
        let found = try session.inputs(paths)
        let result = Checker(settings, fileSystem: fileSystem, observer: session.progress).check(found.files)
        session.progress.end()
        session.note(found)
        let (style, columns) = session.outputStyle
        let text = asJSON ? result.json() : Array(result.text(style, columns: columns).utf8)
        try session.print(text)
        session.conclude([result.unread.textOfNamed, result.conclusion].compactMap { $0 })
        if !result.isWell || found.leavesOut { throw CommandFailure(.filesOpen, nil) }
    }
}
