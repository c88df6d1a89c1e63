//  Keeps the configured outputs as new as the published reports.
//
//      outputs.json: what was written, of which generation ─┐
//      the ledger at the published generation ──────────────┴─▶ what is behind ─▶ write aside ─▶ rename ─▶ outputs.json
//
//  An output is current when its entry names the contents that count, the map, the program and the words of the
//  configuration, and its files are there with their sizes. Everything else is behind and made again; so a lost or damaged
//  outputs.json costs time and nothing more, but for an output in several files: a file with the name of a part that the
//  record does not know may be somebody's own, and is not replaced. The entry is written when the file has its name: what a crash comes between
//  is made once more. An output that fails leaves its old file as it was.

import Checkpoints
import Codecs
import Configuration
import DurableIO
import Events
import Glibc
import JSONRecords
import Reports
import RunSettings
import Tables
import Wording

/// What became of one output.
package struct OutputOutcome: Sendable {
    package var path: String
    /// The files that were written; empty when it failed.
    package var files: [OutputsRecord.File] = []
    /// Files of an earlier report, with more or fewer parts, that are still there.
    package var left: [String] = []
    package var seconds = 0.0
    /// Why it failed, in words; nil when it did not.
    package var problem: String?
    package var error: (any Error)?
}

/// Makes the outputs of one configuration. One at a time has a folder of reports.
package struct OutputKeeper {
    package static let recordName = "outputs.json"
    /// Larger than the record of any number of outputs that somebody writes into a configuration.
    private static let largestRecord = 1 << 24

    private let settings: Settings
    private let outputs: [KeptOutput]
    private let fileSystem: FileSystem
    private let rowsPerFile: Int?
    private let isCancelled: @Sendable () -> Bool
    private let onEvent: EventSink

    /// - Parameters:
    ///   - rowsPerFile: of CSV for a spreadsheet program, the header not counted; nil for what its sheets have.
    ///   - isCancelled: asked while files are written; once it says yes, they are given up.
    ///   - onEvent: told which outputs are made, and why.
    package init(
        _ settings: Settings, _ outputs: [KeptOutput], fileSystem: FileSystem, rowsPerFile: Int? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }, onEvent: @escaping EventSink = { _ in }
    ) {
        self.settings = settings
        self.outputs = outputs
        self.fileSystem = fileSystem
        self.rowsPerFile = rowsPerFile
        self.isCancelled = isCancelled
        self.onEvent = onEvent
    }

    /// Where what was written is noted.
    package static func recordPath(_ configuration: Configuration) -> String {
        Path.join(configuration.output, recordName)
    }
    private var recordPath: String { Self.recordPath(settings.configuration) }

    /// Makes what is behind.
    ///
    /// - Parameters:
    ///   - generation: the one that was published.
    ///   - isDue: which outputs may be made now.
    /// - Returns: what was made or failed. A cancelled output is in neither.
    package func renew(_ generation: Int, where isDue: (KeptOutput) -> Bool = { _ in true }) -> [OutputOutcome] {
        if outputs.isEmpty { return [] }
        do {
            return try outcomes(generation, isDue)
        } catch {
            // The checkpoints cannot be read, or the record cannot be written.
            return [OutputOutcome(path: recordPath, problem: words(of: error, settings.fold.plan), error: error)]
        }
    }

    private func outcomes(_ generation: Int, _ isDue: (KeptOutput) -> Bool) throws -> [OutputOutcome] {
        let checkpoints = try CheckpointFolder.openForReading(
            settings.configuration.checkpoints, plan: settings.configuration.plan, in: fileSystem)
        let inputs = CountingSnapshot.inputsDigest(try checkpoints.ledger.countingVersions(at: generation))
        try sweep(recordPath)
        var record = try readRecord()
        let texts = outputs.map(\.text)
        // What other words of the configuration gave is known as written until it is made again.
        func isOver(_ entry: OutputsRecord.Entry) -> Bool {
            !texts.contains(entry.output) && !outputs.contains { Self.isEarlier(entry, $0) }
        }
        if record.entries.contains(where: isOver) {
            record.entries.removeAll(where: isOver)
            try write(record)
        }
        var outcomes: [OutputOutcome] = []
        for output in outputs where isDue(output) && !isCancelled() {
            var entry = OutputsRecord.Entry(
                output: output.text, tool: Tool.name, generation: generation, inputsDigest: inputs,
                mapDigest: settings.mapDigest, files: [])
            let known = record.entries.first { $0.output == output.text }
            guard let reason = try reasonToMake(known, entry) else { continue }
            onEvent(.outputDue(output: output.path, because: reason))
            let start = ContinuousClock.now
            var outcome = OutputOutcome(path: output.path)
            do {
                let own = Set(
                    record.entries.filter { $0.output == output.text || Self.isEarlier($0, output) }
                        .flatMap { $0.files.map(\.path) + $0.left })
                let written = try write(output, generation, own: own)
                entry.files = written.files
                // What others put there under such a name is theirs.
                entry.left = written.left.filter { $0 == output.path || own.contains($0) }
                record.entries.removeAll {
                    $0.output == output.text || !texts.contains($0.output) && Self.isEarlier($0, output)
                }
                record.entries.append(entry)
                try write(record)
                outcome.files = entry.files
                outcome.left = entry.left
            } catch is OutputCancelled {
                break
            } catch ReportError.output(_, cause: is OutputCancelled) {
                break
            } catch {
                (outcome.problem, outcome.error) = (words(of: error, settings.fold.plan), error)
            }
            outcome.seconds = (ContinuousClock.now - start).seconds
            outcomes.append(outcome)
        }
        return outcomes
    }

    /// Whether an entry has files that this output, or a part of it, has the names of.
    private static func isEarlier(_ entry: OutputsRecord.Entry, _ output: KeptOutput) -> Bool {
        (entry.files.map(\.path) + entry.left).contains { NumberedFiles.isPath($0, ofPart: output.path) }
    }

    // MARK: The record

    /// What was written last; nothing, when that cannot be read.
    private func readRecord() throws -> OutputsRecord {
        guard let status = try fileSystem.statusIfPresent(recordPath), status.kind == .file,
            status.size <= Self.largestRecord
        else { return OutputsRecord() }
        return OutputsRecord(json: try fileSystem.open(recordPath, .read).readAll(limit: Self.largestRecord))
            ?? OutputsRecord()
    }

    private func write(_ record: OutputsRecord) throws {
        let file = try AtomicFile(recordPath, in: fileSystem)
        try record.json.withUnsafeBytes { try file.write($0) }
        try file.commit()
    }

    /// Why an output is to be made; nil when what was written is what would be, and still there.
    private func reasonToMake(
        _ written: OutputsRecord.Entry?, _ wanted: OutputsRecord.Entry
    ) throws -> OutputReason? {
        guard let written else { return .unknown }
        if written.inputsDigest != wanted.inputsDigest { return .contents }
        if written.mapDigest != wanted.mapDigest { return .groups }
        if written.tool != wanted.tool { return .program }
        if written.generation != wanted.generation { return .generation }
        return try areThere(written.files) ? nil : .fileLost
    }

    private func areThere(_ files: [OutputsRecord.File]) throws -> Bool {
        try !files.isEmpty && files.allSatisfy { try fileSystem.statusIfPresent($0.path)?.size == $0.bytes }
    }

    /// Those of some outputs whose files are not there as they were written, or have no entry any more.
    package func lost(_ outputs: [KeptOutput]) throws -> [KeptOutput] {
        if outputs.isEmpty { return [] }
        let entries = try readRecord().entries
        return try outputs.filter { output in
            guard let entry = entries.first(where: { $0.output == output.text }) else { return true }
            return try !areThere(entry.files)
        }
    }

    // MARK: Writing

    /// - Parameter own: paths that were written for this output before.
    private func write(
        _ output: KeptOutput, _ generation: Int, own: Set<String>
    ) throws -> (files: [OutputsRecord.File], left: [String]) {
        let folder = Path.parent(output.path)
        try fileSystem.createFolders(folder)
        let kind = try fileSystem.statusIfPresent(output.path)?.kind ?? .file
        if try kind != .file || fileSystem.isSymbolicLink(output.path) {
            throw Refused(.system, "\(output.path) exists and is not a regular file, so it is not replaced")
        }
        let places = ProtectedPlaces(settings, in: fileSystem)
        if let problem = try places.problem(output.path) {
            throw Refused(.request, "\(output.path) \(problem)")
        }
        try sweep(output.path)
        var exporter = Exporter(settings, fileSystem: fileSystem)
        exporter.onEvent = onEvent
        var request = output.request
        request.generation = generation
        let files = NumberedFiles(output.path, places, in: fileSystem)
        var digests: [OutputDigest] = []
        func next() throws -> TableSink {
            let digest = OutputDigest()
            digests.append(digest)
            let sink = try files.next()
            return { [isCancelled] bytes in
                if isCancelled() { throw OutputCancelled() }
                digest.update(bytes)
                try sink(bytes)
            }
        }
        func begin() {
            files.removeAll()
            digests = []
        }
        switch (output.format, output.sheet) {
        case (.workbook, _):
            try exporter.exportWorkbook(request, isWhole: output.isWhole, scratch: folder, sink: try next())
        case (.table(let format), nil):
            try exporter.export(request) {
                begin()
                return format.encoder(try next(), isGzipped: output.isGzipped)
            }
        case (.table, let sheet?):
            let columns = try exporter.check(request).count
            let limit = rowsPerFile ?? sheet.program.rowLimit(columns: columns) - 1
            try exporter.export(request) {
                begin()
                return SplitEncoder(rowLimit: limit) { _ in
                    sheet.encoder(try next(), isGzipped: output.isGzipped)
                }
            }
        }
        let (written, left) = try files.commit(mayReplace: own.contains)
        let described = zip(written, digests).map { path, digest in
            OutputsRecord.File(path: path, digest: digest.hex, bytes: digest.bytes)
        }
        return (described, left)
    }

    /// Removes what a writer that was killed left unfinished. What belongs to one that lives stays: somebody may be
    /// exporting into the same folder.
    private func sweep(_ path: String) throws {
        let folder = Path.parent(path)
        for entry in try fileSystem.list(folder) {
            guard entry.kind == .file, let name = entry.name, let origin = AtomicFile.origin(ofTemporary: name),
                NumberedFiles.isName(origin.name, ofPart: Path.name(path)) || origin.name == WorkbookWriting.frameName,
                kill(origin.processID, 0) != 0 && errno == ESRCH
            else { continue }
            try fileSystem.removeIfPresent(Path.join(folder, name))
        }
    }
}

/// The output is not wanted any more.
private struct OutputCancelled: Error {}

/// Digests the bytes of a file as they are written.
private final class OutputDigest {
    private var state = StreamingXXH128()
    private(set) var bytes = 0

    func update(_ bytes: UnsafeRawBufferPointer) {
        state.update(bytes)
        self.bytes += bytes.count
    }

    var hex: String { state.finish().hex }
}
