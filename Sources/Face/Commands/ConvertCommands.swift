//  Files of records in, one table of typed rows out; nothing is kept.

import Admission
import CSVRecords
import Configuration
import Conversion
import DurableIO
import Glibc
import Intake
import ParquetTable
import Publishing
import Records
import RunSettings
import Synchronization
import Tables
import TypedRows
import Wording

/// What `convert` is asked for, as it was written.
package struct ConvertOptions {
    package var out: String?
    package var format: String?
    package var from: String?
    package var delimiter: String?
    package var null: String?
    package var hasHeader: Bool
    package var fields: String?
    package var source: String?
    package var printsFields: Bool
    package var compression: String?
    package var rounding: String?
    package var rejects: String?

    package init(
        out: String?, format: String?, from: String?, delimiter: String?, null: String?, hasHeader: Bool,
        fields: String?, source: String?, printsFields: Bool, compression: String?, rounding: String?, rejects: String?
    ) {
        self.out = out
        self.format = format
        self.from = from
        self.delimiter = delimiter
        self.null = null
        self.hasHeader = hasHeader
        self.fields = fields
        self.source = source
        self.printsFields = printsFields
        self.compression = compression
        self.rounding = rounding
        self.rejects = rejects
    }
}

/// Converts files.
package struct ConvertCommands {
    private let session: Session
    private var settings: Settings { session.settings }
    private var fileSystem: FileSystem { session.fileSystem }

    package init(_ session: Session) { self.session = session }

    /// Converts files, or prints what their fields are.
    package func convert(_ paths: [String], _ options: ConvertOptions) throws {
        try session.logged {
            do {
                try run(paths, options)
            } catch let error as SchemaFailure {
                throw CommandFailure(.filesOpen, "\(error)")
            } catch let error as InputFailure {
                throw CommandFailure(.filesOpen, Show.name("\(error)"))
            }
        }
    }

    private func run(_ paths: [String], _ options: ConvertOptions) throws {
        try session.checkPaths(paths + (options.fields.map { [$0] } ?? []), "convert")
        guard options.printsFields != (options.out != nil) else {
            throw CommandFailure(
                .usage,
                options.printsFields
                    ? "--print-fields converts nothing; leave -o out"
                    : "convert needs -o FILE, or -o - for standard output")
        }
        let (files, problems) = try session.inputs(paths)
        var request = try request(files, options)
        let out = options.out
        if options.printsFields {
            try session.checkTarget(nil, inputs: files)
        } else {
            try check(request, out: out!, rejects: options.rejects, files)
        }
        try session.beginWriting()
        let spools = try request.schema == nil ? spool(&request) : []
        defer { for spool in spools { spool.discard() } }
        if options.printsFields {
            let schema = try request.schema ?? conversion(request).inferredSchema()
            session.progress.end()
            try session.writing(to: nil) { sink in try Array(schema.declaration.utf8).withUnsafeBytes { try sink($0) } }
        } else {
            try convert(request, to: out!, rejects: options.rejects)
        }
        session.note(problems)
        if problems.contains(where: \.leavesOut) { throw CommandFailure(.filesOpen, nil) }
    }

    // MARK: What is asked for

    private func request(_ files: [String], _ options: ConvertOptions) throws -> ConversionRequest {
        let schema = try options.fields.map { path in
            guard let bytes = try session.list(path) else {
                throw CommandFailure(.usage, "--fields \(Show.name(path)): there is no such file")
            }
            return try RowSchema(declaredIn: bytes, path: path, source: options.source)
        }
        if options.source != nil, options.fields == nil {
            throw CommandFailure(.usage, "--source names a source of the plan that --fields names")
        }
        var request = ConversionRequest(
            files.map { FoldInput(named: $0) }, schema: schema, format: try format(options))
        request.compression = try compression(options.compression, request.format)
        request.csv = try csv(files, options, schema)
        request.values.isUntyped = request.csv != nil
        if let rounding = options.rounding {
            guard let rounding = Rounding(rawValue: rounding) else {
                throw CommandFailure(
                    .usage,
                    "--rounding takes one of \(Rounding.allCases.map(\.rawValue).joined(separator: ", ")), "
                        + "not \(Show.name(rounding))")
            }
            (request.values.decimalRounding, request.values.timestampRounding) = (rounding, rounding)
        }
        let fold = settings.fold
        request.values.acceptsNonFinite = fold.plan.isLenient
        request.isLenient = fold.plan.isLenient
        request.recordPaths = fold.plan.recordPaths
        request.maxRecordBytes = fold.maxRecordBytes
        request.encoding = fold.encoding
        request.rejectsPerFile = fold.rejectsPerFile
        request.jobs = settings.jobs
        return request
    }

    /// How CSV is written; nil for JSON.
    private func csv(
        _ files: [String], _ options: ConvertOptions, _ schema: RowSchema?
    ) throws -> CSVSettings? {
        let isCSV = try isCSV(files, options)
        guard isCSV else {
            if options.delimiter != nil || options.null != nil || !options.hasHeader {
                throw CommandFailure(.usage, "--delimiter, --null and --no-header are for CSV; say --from csv")
            }
            return nil
        }
        let delimiter = try options.delimiter.map { try self.delimiter($0) }
        guard options.hasHeader else {
            guard let schema else {
                throw CommandFailure(.usage, "without a header nothing names the columns; declare them with --fields")
            }
            let names = schema.fields.map { $0.path.alternatives[0].joined(separator: ".") }
            return CSVSettings(delimiter: delimiter, columns: names, null: options.null ?? "")
        }
        return CSVSettings(delimiter: delimiter, null: options.null ?? "")
    }

    private func isCSV(_ files: [String], _ options: ConvertOptions) throws -> Bool {
        if let from = options.from {
            guard from == "csv" || from == "json" else {
                throw CommandFailure(.usage, "--from takes json or csv, not \(Show.name(from))")
            }
            return from == "csv"
        }
        let csv = files.filter { file in
            var name = file[...]
            for ending in [".gz", ".lz4", ".zst", ".zip"] where name.lowercased().hasSuffix(ending) {
                name = name.dropLast(ending.count)
            }
            return [".csv", ".tsv", ".tab"].contains { name.lowercased().hasSuffix($0) }
        }
        if !csv.isEmpty, csv.count < files.count {
            throw CommandFailure(
                .usage, "\(Show.name(csv[0])) is CSV and others are not; convert them one form after the other")
        }
        return !csv.isEmpty
    }

    private func delimiter(_ text: String) throws -> UInt8 {
        switch text {
        case "comma": return UInt8(ascii: ",")
        case "semicolon": return UInt8(ascii: ";")
        case "tab", "\\t": return UInt8(ascii: "\t")
        case "pipe": return UInt8(ascii: "|")
        default:
            let bytes = Array(text.utf8)
            guard bytes.count == 1, bytes[0] < 0x80, bytes[0] != 0x22, bytes[0] >= 0x20 || bytes[0] == 0x09 else {
                throw CommandFailure(
                    .usage,
                    "--delimiter takes comma, semicolon, tab, pipe or one character of ASCII, not \(Show.name(text))")
            }
            return bytes[0]
        }
    }

    private func format(_ options: ConvertOptions) throws -> ConversionFormat {
        let names = ConversionFormat.allCases.map(\.rawValue).joined(separator: ", ")
        if let name = options.format {
            guard let format = ConversionFormat(rawValue: name) else {
                throw CommandFailure(.usage, "--format takes one of \(names), not \(Show.name(name))")
            }
            return format
        }
        guard let file = try session.fileName(options.out) else { return .jsonl }
        let ending = FileEnding(file)
        if ending.isGzipped {
            throw CommandFailure(.usage, "-o \(Show.name(file)): convert compresses Parquet only; take .gz away")
        }
        switch ending.text {
        case "parquet": return .parquet
        case "csv": return .csv
        case "jsonl", "ndjson", "json": return .jsonl
        default:
            throw CommandFailure(
                .usage, "-o \(Show.name(file)): the ending says no format; name it with --format: \(names)")
        }
    }

    private func compression(_ name: String?, _ format: ConversionFormat) throws -> WriterOptions.Compression {
        guard let name else { return .lz4Raw }
        if format != .parquet { throw CommandFailure(.usage, "--compression is for Parquet") }
        switch name {
        case "lz4": return .lz4Raw
        case "zstd": return .zstd
        case "none": return .uncompressed
        default: throw CommandFailure(.usage, "--compression takes lz4, zstd or none, not \(Show.name(name))")
        }
    }

    private func check(_ request: ConversionRequest, out: String, rejects: String?, _ files: [String]) throws {
        try session.checkTarget(out, inputs: files)
        if let rejects {
            try session.checkTarget(rejects, inputs: files)
            if rejects == out { throw CommandFailure(.usage, "-o and --rejects name the same file") }
        }
        if request.format == .parquet, try session.fileName(out) == nil, isTerminal(1) {
            throw CommandFailure(.usage, "refusing to write parquet to a terminal; use -o FILE")
        }
    }

    private func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// What is read twice must be a file.
    ///
    /// - Returns: copies of streams, which take their places in the request.
    private func spool(_ request: inout ConversionRequest) throws -> [AtomicFile] {
        var spools: [AtomicFile] = []
        for (index, input) in request.inputs.enumerated() {
            if let path = input.path, try fileSystem.status(path).kind == .file { continue }
            let file = try AtomicFile(Path.join(ScratchFolder.path, "watchfold-input"), in: fileSystem)
            let stream = try input.path.map { try fileSystem.open($0, .read) } ?? fileSystem.standardStream(0)
            let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
            defer { buffer.deallocate() }
            while true {
                let count = try stream.read(into: buffer)
                if count == 0 { break }
                try file.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            }
            request.inputs[index] = FoldInput(name: input.name, path: file.temporaryPath)
            spools.append(file)
        }
        return spools
    }

    private func conversion(_ request: ConversionRequest) -> Conversion {
        let sizes = request.inputs.map { input in input.path.flatMap { try? fileSystem.status($0) }?.size ?? 0 }
        session.observer.begin(files: request.inputs.count, storedBytes: sizes.reduce(0, +))
        return Conversion(request, fileSystem: fileSystem) { [observer = session.observer] bytes in
            observer.advance(storedBytes: bytes)
        }
    }

    // MARK: Converting

    private func convert(_ request: ConversionRequest, to out: String, rejects: String?) throws {
        let start = ContinuousClock.now
        var request = request
        let isFile = try session.keepsOnFailure(out)
        // A stream takes each byte once, so nothing can be written once more.
        if !isFile {
            request.isStream = true
            if request.schema == nil { request.schema = try conversion(request).inferredSchema() }
        }
        let conversion = conversion(request)
        var result: ConversionResult?
        if isFile {
            let output = FileOutput(out, in: fileSystem)
            let done = try conversion.run { try output.begin() }
            try refuse(done, request)
            try output.commit()
            result = done
        } else {
            try session.writing(to: out) { sink in result = try conversion.run { sink } }
        }
        session.progress.end()
        if let rejects { try writeRejects(result!, request, to: rejects) }
        let seconds = (ContinuousClock.now - start).seconds
        session.conclude(ConversionSummary(result!, request, out: out, seconds: seconds).lines)
        if !isFile { try refuse(result!, request) }
    }

    /// - Throws: `CommandFailure` when more records of a file were rejected than the settings allow.
    private func refuse(_ result: ConversionResult, _ request: ConversionRequest) throws {
        for (input, file) in zip(request.inputs, result.files) {
            guard let reason = Judgement.reasonToHold(file, settings) else { continue }
            session.progress.end()
            throw CommandFailure(
                .filesOpen, "\(Show.name(input.name)): \(reason)\(request.isStream ? "" : "; no table was written")")
        }
    }

    private func writeRejects(_ result: ConversionResult, _ request: ConversionRequest, to path: String) throws {
        try session.writing(to: path) { sink in
            for (input, file) in zip(request.inputs, result.files) {
                try RejectWriter.write(input.name, file) { text in
                    try Array(text.utf8).withUnsafeBytes { try sink($0) }
                }
            }
        }
    }
}

/// A file that has its name when all is written.
private final class FileOutput {
    private let path: String
    private let fileSystem: FileSystem
    private var file: AtomicFile?

    init(_ path: String, in fileSystem: FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    /// Forgets what was written.
    func begin() throws -> TableSink {
        file?.discard()
        let file = try AtomicFile(path, in: fileSystem, bypassingCache: true)
        self.file = file
        return { try file.write($0) }
    }

    func commit() throws { try file!.commit() }
}

/// What a conversion did, for people.
private struct ConversionSummary {
    let result: ConversionResult
    let request: ConversionRequest
    let out: String
    let seconds: Double

    init(_ result: ConversionResult, _ request: ConversionRequest, out: String, seconds: Double) {
        self.result = result
        self.request = request
        self.out = out
        self.seconds = seconds
    }

    var lines: [String] { rejections + changes + [whole] }

    private var whole: String {
        let read = result.files.reduce(0) { $0 + $1.counts.read }
        var text = "\(Show.count(read, "record")): \(Show.count(result.rows, "row"))"
        let rejected = result.files.reduce(0) { $0 + $1.counts.rejectedTotal }
        if rejected > 0 { text += ", \(Show.number(rejected)) rejected" }
        text += " → \(out == "-" ? "standard output" : Show.name(out)) (\(Show.bytes(result.bytes)))"
        if result.surveys > 0 { text += "; a later record disagreed with the first ones, so all were read twice more" }
        return text + " in \(Show.duration(seconds))"
    }

    private var rejections: [String] {
        zip(request.inputs, result.files).flatMap { input, file in
            file.counts.rejected.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { reason, count in
                var line = "\(Show.name(input.name)): \(Show.count(count, "record")) rejected: \(reason.rawValue)"
                if let example = file.observations.examples[reason] {
                    line +=
                        "; the first"
                        + (example.flaw.map { ": \($0.text(recordLine: example.line))" }
                            ?? " at line \(Show.number(example.line))")
                }
                return line
            }
        }
    }

    /// Values that are not as they were written.
    private var changes: [String] {
        var lines: [String] = []
        for (field, coerced, rounded) in zip3(result.schema.fields, result.coerced, result.rounded) {
            if coerced > 0 {
                lines.append(
                    "\(Show.name(field.name)): \(Show.count(coerced, "value")) taken from another type or form")
            }
            if rounded > 0 { lines.append("\(Show.name(field.name)): \(Show.count(rounded, "value")) rounded") }
        }
        return lines
    }

    private func zip3(_ fields: [RowField], _ a: [Int], _ b: [Int]) -> [(RowField, Int, Int)] {
        fields.indices.map { (fields[$0], a[$0], b[$0]) }
    }
}
