//  Rows of files of Parquet.
//
//      file ─▶ values of the declared fields as text, by DuckDB ─▶ CSV ─▶ typed rows, as of any file of CSV
//
//  So one reader decides what fits a field, counts records, numbers them and keeps those that are rejected, whatever a source's
//  format is. A text of DuckDB's tells a value exactly: decimals have all digits, doubles as many as tell them apart.

import CSVRecords
import Codecs
import Configuration
import Conversion
import DuckDB
import DurableIO
import Intake
import Records

/// Reads files of Parquet with a session.
struct ParquetRows {
    private let source: PlanSource
    /// Has a folder of its own, and may read the files.
    private let session: DuckDBSession
    private let fileSystem: FileSystem
    private static let view = SQLText.identifier("__w_parquet")
    /// A row without any value would be an empty line, which is no record.
    private static let number = "__w_number"

    init(_ source: PlanSource, _ session: DuckDBSession, in fileSystem: FileSystem) {
        (self.source, self.session, self.fileSystem) = (source, session, fileSystem)
    }

    /// Writes the rows of a file.
    ///
    /// - Parameter path: of the rows; an `IOError` about it is of the disk, and not of the input.
    /// - Throws: `InputFailure` for a file that is none or whose columns are not the fields'; `FileChanged`, `IOError`,
    ///   `DuckDBError`.
    func stage(
        _ input: FoldInput, to path: String, _ settings: FoldSettings, jobs: Int,
        onStoredBytes: @escaping @Sendable (Int) -> Void
    ) throws -> FileSummary {
        guard let inputPath = input.path else {
            throw InputFailure(name: input.name, cause: NotParquet.stream)
        }
        if DuckDBFiles.isPattern(try fileSystem.physicalPath(inputPath)) {
            throw InputFailure(name: input.name, cause: NotParquet.pattern)
        }
        let file = try fileSystem.open(inputPath, .read)
        let status = try file.status()
        let digest = try digest(file, size: status.size, onStoredBytes)
        if status.size > 0 {
            do { try checkMarks(file, size: status.size) } catch let error as NotParquet {
                throw InputFailure(name: input.name, cause: error)
            }
        }
        let text = Path.join(session.folder!, Path.name(path) + ".csv")
        // The next file's has the same name.
        defer { try? fileSystem.removeIfPresent(text) }
        if status.size == 0 {
            _ = try fileSystem.open(text, .createNew)
        } else {
            try write(input, inputPath, to: text)
        }
        var summary = try rows(FoldInput(name: input.name, path: text), to: path, settings, jobs: jobs)
        guard try fileSystem.status(inputPath) == status else { throw FileChanged(path: inputPath) }
        (summary.digest, summary.size, summary.storedSize, summary.status) = (digest, status.size, status.size, status)
        return summary
    }

    // MARK: The file

    private func digest(
        _ file: OpenFile, size: Int, _ onStoredBytes: @Sendable (Int) -> Void
    ) throws -> ContentDigest {
        var digests = BlockDigests(contentLength: size)
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: BlockDigests.blockSize, alignment: 16)
        defer { block.deallocate() }
        for index in 0..<digests.blockCount {
            let bytes = digests.bytes(ofBlock: index)
            let room = UnsafeMutableRawBufferPointer(rebasing: block[..<bytes.count])
            guard try file.read(at: bytes.lowerBound, into: room) == bytes.count else {
                throw FileChanged(path: file.path)
            }
            digests.set(BlockDigests.leaves(of: UnsafeRawBufferPointer(room))[0], at: index)
            onStoredBytes(bytes.count)
        }
        return digests.digest()
    }

    /// Apache Parquet, "File Format": a file begins and ends with the same four bytes.
    private static let mark = Array("PAR1".utf8)

    private func checkMarks(_ file: OpenFile, size: Int) throws {
        func mark(at offset: Int) throws -> [UInt8] {
            var bytes = [UInt8](repeating: 0, count: Self.mark.count)
            let count = try bytes.withUnsafeMutableBytes { try file.read(at: offset, into: $0) }
            return Array(bytes.prefix(count))
        }
        let head = try mark(at: 0)
        guard Self.mark.starts(with: head) || head.starts(with: Self.mark) else { throw NotParquet.other }
        guard size >= 12, try mark(at: size - Self.mark.count) == Self.mark else { throw NotParquet.unfinished }
    }

    // MARK: Values as text

    private func write(_ input: FoldInput, _ path: String, to text: String) throws {
        do {
            try session.execute(
                "CREATE OR REPLACE TEMP VIEW \(Self.view) AS FROM read_parquet("
                    + "\(SQLText.literal(try fileSystem.physicalPath(path))), hive_partitioning = false, "
                    + "file_row_number = true)")
            let names = try session.describe("SELECT * FROM \(Self.view)").map(\.name)
            let fields = try source.schema.fields.map { field in
                "\(try value(of: field, names)) AS \(SQLText.identifier(field.name))"
            }
            // In the order of the file: DuckDB keeps it.
            try session.copy(
                "SELECT \(fields.joined(separator: ", ")), file_row_number AS \(SQLText.identifier(Self.number)) "
                    + "FROM \(Self.view)", to: text, .csv())
        } catch DuckDBError.statement(let failure) where failure.isOf(file: path) {
            throw InputFailure(name: input.name, cause: NotParquet.unreadable(failure.headline))
        } catch let error as ColumnMismatch {
            throw InputFailure(name: input.name, cause: error)
        }
    }

    /// A field as text: of the first of its paths that has a value.
    private func value(of field: RowField, _ names: [String]) throws -> String {
        let values = try field.path.alternatives.compactMap { parts -> String? in
            guard names.contains(parts[0]) else { return nil }
            let place = parts.dropFirst().reduce(SQLText.identifier(parts[0])) {
                "struct_extract(\($0), \(SQLText.literal($1)))"
            }
            return try type(of: place).map { try text(of: place, type: $0, field, parts) }
        }
        switch values.count {
        case 0: return "CAST(NULL AS VARCHAR)"
        case 1: return values[0]
        default: return "coalesce(\(values.joined(separator: ", ")))"
        }
    }

    /// Nil when there is nothing at the place.
    private func type(of place: String) throws(DuckDBError) -> String? {
        do { return try session.describe("SELECT \(place) AS value FROM \(Self.view)")[0].type } catch {
            if case .statement(let failure) = error, failure.kind == .binder { return nil }
            throw error
        }
    }

    private func text(of place: String, type: String, _ field: RowField, _ parts: [String]) throws -> String {
        let isNested = type.hasSuffix("]") || ["STRUCT", "MAP", "UNION", "VARIANT"].contains { type.hasPrefix($0) }
        if field.type == .json, isNested { return "CAST(to_json(\(place)) AS VARCHAR)" }
        if isNested || ["BLOB", "BIT", "GEOMETRY"].contains(type) {
            throw ColumnMismatch(
                column: parts.joined(separator: "."), type: type, field: field.name, wanted: field.type)
        }
        switch (field.type, type) {
        // The nearest double, not the one with the fewest digits.
        case (.double, "FLOAT"): return "CAST(CAST(\(place) AS DOUBLE) AS VARCHAR)"
        // The session's zone is UTC.
        case (_, "TIMESTAMP WITH TIME ZONE"): return "CAST(CAST(\(place) AS TIMESTAMP) AS VARCHAR)"
        default: return "CAST(\(place) AS VARCHAR)"
        }
    }

    // MARK: Rows

    /// - Parameter input: the text.
    private func rows(_ input: FoldInput, to path: String, _ settings: FoldSettings, jobs: Int) throws -> FileSummary {
        var text = source
        text.format = .csv
        (text.delimiter, text.null) = (UInt8(ascii: ","), "")
        // Columns have the names of their fields.
        text.schema.fields = text.schema.fields.map { RowField($0.name, $0.type, isRequired: $0.isRequired) }
        return try text.stageText(input, to: path, settings, jobs: jobs, in: fileSystem) { _ in }
    }
}

/// Why a file cannot be read as Parquet.
enum NotParquet: Error, CustomStringConvertible {
    case other
    /// Its writer may not be done.
    case unfinished
    case unreadable(String)
    case stream
    case pattern

    var description: String {
        switch self {
        case .other: "it is not a file of Parquet"
        case .unfinished: "it ends before the end of a file of Parquet"
        case .unreadable(let words): "it cannot be read as Parquet: DuckDB: \(words)"
        case .stream: "Parquet is read from its end, so it cannot come through a pipe"
        case .pattern:
            "* ? and [ in the path of a file of Parquet make it a pattern to DuckDB; give it a name without them"
        }
    }
}

extension NotParquet: UnfinishedContent {
    var isUnfinished: Bool { if case .unfinished = self { true } else { false } }
}

/// A column that no value of a field can be had from.
struct ColumnMismatch: Error, CustomStringConvertible {
    var column: String
    /// In DuckDB's words.
    var type: String
    var field: String
    var wanted: FieldType

    var description: String {
        "the column \(column) is \(type), which the field \(field), a \(wanted.name), cannot be made of"
    }
}

extension StatementError {
    /// Whether a file is the reason, and not the machine.
    func isOf(file path: String) -> Bool {
        isOfRows || kind == .binder || kind == .inputOutput && headline.contains(Path.name(path))
    }
}
