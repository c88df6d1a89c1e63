//  Files that the command line names: what is read, and what is written.

import Admission
import Configuration
import DurableIO
import Events
import Foundation
import Inbox
import Intake
import Logging
import Operations
import Publishing
import Records
import Reports
import Tables
import Wording

/// Says each thing once.
final class NoteLog {
    private let logger: Logger
    private var said: Set<String> = []

    init(_ logger: Logger) { self.logger = logger }

    func note(_ text: String) {
        if said.insert(text).inserted { logger.warning(.note, Show.name(text)) }
    }
}

// MARK: - Reading

extension Session {
    /// Says what is wrong with the names in folders.
    func note(_ problems: [InboxProblem]) {
        for problem in problems {
            logger.warning(.inboxProblem, Show.name("\(problem)"), ["file": "\(Show.name(problem.path))"])
        }
    }

    /// The bytes of a list; nil when there is no such file.
    package func list(_ path: String) throws -> [UInt8]? {
        if path == "-" { return try fileSystem.standardStream(0).readToEnd(limit: ExportOptions.maxListBytes) }
        guard let status = try fileSystem.statusIfPresent(path) else { return nil }
        if status.kind == .folder {
            throw CommandFailure(
                .usage, "\(settings.plan.settings.keyOption) \(Show.name(path)): that is a folder; name a file")
        }
        return try fileSystem.open(path, .read).readToEnd(limit: ExportOptions.maxListBytes)
    }

    /// The files that are named, and those that an inbox in the place of a named folder would have.
    ///
    /// - Parameter patterns: of names that the command takes from folders, too.
    /// - Throws: `CommandFailure` for a folder without any; `IOError`.
    func inputs(_ paths: [String], and patterns: [NamePattern] = []) throws -> FoundInputs {
        var found = FoundInputs(patterns: patterns)
        var rules = settings.inboxRules
        rules.files += patterns
        for path in paths {
            guard path != "-", try fileSystem.statusIfPresent(path)?.kind == .folder else {
                found.named.append(path)
                found.files.append(path)
                continue
            }
            let listing = try Inbox(path, rules: rules, in: fileSystem).list()
            if listing.files.isEmpty, listing.problems.isEmpty {
                throw CommandFailure(
                    .usage,
                    "\(Show.name(path)): there is no input file in or below this folder; Watchfold reads "
                        + UnreadNames.endings(and: patterns))
            }
            found.files += listing.files.map(\.path)
            found.problems += listing.problems
            found.unread.add(listing.unread, below: path)
        }
        return found
    }

    /// What a file is called in the folder through which it was named.
    func nameInFolder(_ file: String, below arguments: [String]) -> String {
        if file == "-" { return "stdin" }
        for argument in arguments {
            let prefix = argument.hasSuffix("/") ? argument : argument + "/"
            if file.hasPrefix(prefix), file.count > prefix.count { return String(file.dropFirst(prefix.count)) }
        }
        return Path.name(file)
    }

    /// Says what was left out of folders, and why.
    func note(_ found: FoundInputs) {
        note(found.problems)
        if let text = found.notOfForm.textOfForm { logger.notice(.namesUnread, text) }
        if let text = found.unread.textOfFolders(and: found.patterns) { logger.notice(.namesUnread, text) }
    }
}

/// What the paths on the command line lead to.
struct FoundInputs {
    var files: [String] = []
    /// Those of the files that were named themselves.
    var named: [String] = []
    var problems: [InboxProblem] = []
    /// Files in folders whose names are not those of input.
    var unread = UnreadNames()
    /// Files in folders that are of another form than the one that is asked for.
    var notOfForm = UnreadNames()
    /// Of names that are taken, too.
    var patterns: [NamePattern]

    init(patterns: [NamePattern] = []) { self.patterns = patterns }

    /// Whether something is not read that should be.
    var leavesOut: Bool { problems.contains(where: \.leavesOut) }
}

// MARK: - Writing

extension Session {
    /// The name of the file that is written, which says its format; nil for a stream.
    func fileName(_ out: String?) throws -> String? {
        guard let out, out != "-", try fileSystem.statusIfPresent(out)?.kind != .other else { return nil }
        return out
    }

    /// Finds out before any work that a file cannot be where it is to be, or must not.
    ///
    /// - Parameters:
    ///   - inputs: files that the command reads.
    ///   - option: what named the file.
    /// - Throws: `CommandFailure` of usage; `IOError`.
    func checkTarget(_ out: String?, inputs: [String] = [], option: String = "-o") throws {
        let places = ProtectedPlaces(settings, inputs: inputs, in: fileSystem)
        guard let out, out != "-" else {
            if try places.readsStandardOutput() {
                throw CommandFailure(.usage, "standard output is a file that this command reads")
            }
            return
        }
        func refuse(_ problem: String) -> CommandFailure {
            CommandFailure(.usage, "\(option) \(Show.name(out)): \(problem)")
        }
        if out.isEmpty { throw CommandFailure(.usage, "\(option) takes the name of a file; it is empty") }
        if try fileSystem.statusIfPresent(out)?.kind == .folder || out.hasSuffix("/") {
            throw refuse("that is a folder; name a file")
        }
        if try fileSystem.isSymbolicLink(out), try fileSystem.statusIfPresent(out) == nil {
            throw refuse("that is a link that leads nowhere")
        }
        let folder = Path.parent(out)
        guard try fileSystem.statusIfPresent(folder)?.kind == .folder else {
            throw refuse("there is no folder \(Show.name(folder))")
        }
        if let problem = try places.problem(out) {
            throw CommandFailure(.usage, "\(option): \(Show.name(out)) \(problem)")
        }
    }

    /// Has a signal that ends the command leave nothing unfinished beside what is written.
    ///
    /// - Parameter removeOther: removes what else there is.
    func beginWriting(_ removeOther: @escaping @Sendable () -> Void = {}) throws {
        try Signals.beforeEnd {
            AtomicFile.removeUnfinished()
            AtomicFolder.removeUnfinished()
            removeOther()
        }
    }

    /// Where small temporary files go: beside the file that is written; for a pipe, where the system has such files.
    func scratch(_ out: String?) throws -> String {
        if let out, try isOrdinary(out) { return Path.parent(out) }
        return ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    }

    /// Writes CSV for a spreadsheet program; to a file in several ones, if it has more rows than a sheet.
    func exportSheet(
        _ exporter: Exporter, _ request: ExportRequest, _ rules: SheetRules, _ columns: Int, _ out: String?,
        inputs: [String]
    ) throws {
        let isGzipped = FileEnding(out ?? "").isGzipped
        let limit = rules.program.rowLimit(columns: columns) - 1
        if let out, try isOrdinary(out) {
            let files = NumberedFiles(
                out, ProtectedPlaces(settings, inputs: inputs, in: fileSystem), in: fileSystem)
            try exporter.export(request) {
                files.removeAll()
                return SplitEncoder(rowLimit: limit) { _ in rules.encoder(try files.next(), isGzipped: isGzipped) }
            }
            let (written, left) = try files.commit()
            if written.count > 1 {
                conclude([
                    "the report has more rows than a sheet; it is in \(written.map { Show.name($0) }.joined(separator: ", "))"
                ])
            }
            for path in left {
                logger.warning(
                    .outputLeft, "\(Show.name(path)) belongs to an earlier report, not to this one",
                    ["file": "\(Show.name(path))"])
            }
            return
        }
        var rows = 0
        try writing(to: out) { sink in
            let encoder = SplitEncoder(rowLimit: .max) { _ in rules.encoder(sink, isGzipped: isGzipped) }
            try exporter.export(request) { encoder }
            rows = encoder.rows
        }
        if rows > limit {
            logger.warning(
                .rowsBeyondSheet,
                "the report has \(Show.count(rows, "row")), and a sheet only \(limit); a file (-o) would be split"
            )
        }
    }

    /// Writes the rejected records of files, if that is wanted.
    func writeRejects(_ inputs: [FoldInput], _ files: [FileSummary], to path: String?) throws {
        guard let path else { return }
        try writing(to: path) { sink in
            for (input, file) in zip(inputs, files) {
                try RejectWriter.write(input.name, file) { text in
                    try Array(text.utf8).withUnsafeBytes { try sink($0) }
                }
            }
        }
    }

    /// Refuses what a terminal cannot show.
    func checkTerminal(_ format: ExportFormat, _ out: String?) throws(CommandFailure) {
        if !format.isText, out == nil || out == "-", isatty(1) == 1 {
            throw CommandFailure(.usage, "refusing to write \(format.name) to a terminal; use -o FILE")
        }
    }

    /// The end of a command that had nothing to write into a file, which it did not touch.
    func nothingFolded(_ out: String) throws -> CommandFailure {
        let isThere = try fileSystem.statusIfPresent(out) != nil
        return CommandFailure(
            .filesOpen,
            "no input could be folded; \(Show.name(out)) is \(isThere ? "left as it was" : "not written")")
    }

    /// Writes to standard output.
    func print(_ bytes: [UInt8]) throws {
        try writing(to: nil) { sink in try bytes.withUnsafeBytes { try sink($0) } }
    }

    /// Lends a sink to a file that appears when all is written, or to a stream, where a reader that went away ends the
    /// work quietly.
    func writing(to out: String?, _ body: (@escaping TableSink) throws -> Void) throws {
        try writingIfWanted(to: out) { sink in
            try body(sink)
            return true
        }
    }

    /// Like `writing(to:_:)` for a report that may not come to be.
    ///
    /// - Parameter body: returns whether what it wrote is wanted. If not, a file stays what it was; where
    ///   `keepsOnFailure` says so, it must not have written anything then.
    func writingIfWanted(to out: String?, _ body: (@escaping TableSink) throws -> Bool) throws {
        let stream: OpenFile
        var isTruncated = true
        if let out, out != "-" {
            if try isOrdinary(out) {
                let file = try AtomicFile(out, in: fileSystem, bypassingCache: true)
                if try body({ try file.write($0) }) { try file.commit() }
                return
            }
            if let descriptor = try fileSystem.descriptor(at: out) {
                // Opened anew it would have a position of its own, at the beginning of what it leads to.
                stream = fileSystem.standardStream(descriptor)
            } else {
                stream = try fileSystem.open(out, .write)
                isTruncated = try stream.status().kind != .file
            }
        } else {
            stream = fileSystem.standardStream(1)
        }
        func cutOld() throws {
            if !isTruncated { try stream.truncate(to: 0) }
            isTruncated = true
        }
        do {
            let isWanted = try body { bytes in
                try cutOld()
                try stream.write(bytes)
            }
            if isWanted { try cutOld() }
        } catch {
            if Self.isBrokenPipe(error) { throw QuietEnd() }
            throw error
        }
    }

    /// Whether a place has something to lose: a file, by whatever link, but not a stream, whose reader waits for a header.
    func keepsOnFailure(_ out: String?) throws -> Bool {
        guard let out, out != "-", try fileSystem.descriptor(at: out) == nil else { return false }
        return try (fileSystem.statusIfPresent(out)?.kind ?? .file) == .file
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
