//  What `convert` is asked for, and what that means.

import CSVRecords
import Configuration
import Conversion
import DurableIO
import Inbox
import Intake
import ParquetTable
import Publishing
import Records
import RunSettings
import TypedRows
import Wording

/// What `convert` is asked for, as it was written.
package struct ConvertOptions {
    package var out: String?
    package var format: String?
    package var from: String?
    package var delimiter: String?
    package var null: String?
    package var hasHeader = true
    package var fields: String?
    package var source: String?
    /// Whether it was said that fields are found, which they are when none are declared.
    package var infersFields = false
    package var printsFields = false
    package var compression: String?
    package var rounding: String?
    package var rejects: String?
    /// Names of fields, with commas between them.
    package var partitionBy: String?
    package var isJSON = false

    package init() {}
}

/// Makes requests of options.
struct ConvertRequests {
    let session: Session
    private var settings: Settings { session.settings }

    /// - Parameters:
    ///   - files: that are read.
    ///   - target: nil when nothing is written.
    /// - Throws: `CommandFailure`, `ConfigurationError`, `IOError`.
    func request(_ files: [String], _ options: ConvertOptions, _ target: ConvertTarget?) throws -> ConversionRequest {
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
            files.map { FoldInput(named: $0) }, schema: schema, format: try format(options, target))
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
        request.jobs = settings.jobs
        request.take(settings.fold)
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
        if let form = try InputForm(option: options.from) { return form == .csv }
        let csv = files.filter { ConvertibleName($0).form == .csv }
        if !csv.isEmpty, csv.count < files.count {
            throw CommandFailure(
                .usage,
                "\(Show.name(csv[0])) is CSV and others are not; convert one form after the other, with --from csv and "
                    + "--from json")
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

    private func format(_ options: ConvertOptions, _ target: ConvertTarget?) throws -> ConversionFormat {
        let names = ConversionFormat.allCases.map(\.rawValue).joined(separator: ", ")
        if let name = options.format {
            guard let format = ConversionFormat(rawValue: name) else {
                throw CommandFailure(.usage, "--format takes one of \(names), not \(Show.name(name))")
            }
            return format
        }
        guard case .file(let file) = target else {
            if case .folder = target { return .parquet }
            return .jsonl
        }
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
}

/// How records are written.
enum InputForm: String, CaseIterable {
    case json, csv

    /// What `--from` says; nil when it says nothing.
    init?(option: String?) throws {
        guard let option else { return nil }
        guard let form = InputForm(rawValue: option) else {
            throw CommandFailure(.usage, "--from takes json or csv, not \(Show.name(option))")
        }
        self = form
    }
}

/// What the name of an input says.
struct ConvertibleName {
    /// The name without the endings that say how it is compressed, and of which form it is.
    let stem: String
    /// Nil when it says nothing.
    let form: InputForm?

    private static let csv = [".csv", ".tsv", ".tab"]
    private static let json = [".json", ".jsonl", ".ndjson"]

    /// Of names of CSV.
    static let csvPatterns = csv.map { try! NamePattern("*" + $0) }

    init(_ name: String) {
        var stem = name[...]
        func take(_ endings: [String]) -> Bool {
            guard let ending = endings.first(where: { stem.lowercased().hasSuffix($0) }) else { return false }
            stem = stem.dropLast(ending.count)
            return true
        }
        _ = take(Inbox.compressionSuffixes)
        form = take(Self.csv) ? .csv : take(Self.json) ? .json : nil
        self.stem = String(stem)
    }
}
