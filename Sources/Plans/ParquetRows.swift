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
    /// Beside a single field: a row without any value would be an empty line, which is no record.
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
        guard try fileSystem.status(inputPath).kind == .file else {
            throw InputFailure(name: input.name, cause: NotParquet.stream)
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
                    + "\(SQLText.literal(try fileSystem.physicalPath(path))), hive_partitioning = false)")
            let columns = try session.describe("SELECT * FROM \(Self.view)")
            var values = try source.schema.fields.map { field in
                "\(try value(of: field, columns)) AS \(SQLText.identifier(field.name))"
            }
            if values.count == 1 { values.append("1 AS \(SQLText.identifier(Self.number))") }
            // In the order of the file: DuckDB keeps it.
            try session.copy("SELECT \(values.joined(separator: ", ")) FROM \(Self.view)", to: text, .csv())
        } catch DuckDBError.statement(let failure) where failure.isOf(file: path) {
            throw InputFailure(name: input.name, cause: NotParquet.unreadable(failure.headline))
        } catch let error as ColumnMismatch {
            throw InputFailure(name: input.name, cause: error)
        }
    }

    /// A field as text: of the first of its paths of which the struct around it is there, as with objects of JSON.
    private func value(of field: RowField, _ columns: [DuckDBColumn]) throws -> String {
        var cases = ""
        for parts in field.path.alternatives {
            guard let place = ColumnPlace(parts, columns) else { continue }
            let value = try place.type.map { try text(of: place.sql, type: $0, field, parts) } ?? "NULL"
            // What is around a column is the row.
            guard let holder = place.holder else { return cases.isEmpty ? value : "CASE \(cases)ELSE \(value) END" }
            cases += "WHEN \(holder) IS NOT NULL THEN \(value) "
        }
        return cases.isEmpty ? "CAST(NULL AS VARCHAR)" : "CASE \(cases)END"
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
        var settings = settings
        // That of the text, which DuckDB wrote.
        settings.encoding = .utf8
        var text = source
        text.format = .csv
        (text.delimiter, text.null) = (UInt8(ascii: ","), "")
        // Columns have the names of their fields.
        text.schema.fields = text.schema.fields.map { RowField($0.name, $0.type, isRequired: $0.isRequired) }
        return try text.stageText(input, to: path, settings, jobs: jobs, in: fileSystem) { _ in }
    }
}

/// Where a path leads in a file. Names are compared byte for byte, as those of JSON, which SQL does not do.
private struct ColumnPlace {
    /// The value.
    var sql: String
    /// In DuckDB's words; nil when there is no such member.
    var type: String?
    /// The struct around it; nil when it is a column.
    var holder: String?

    /// Nil when what should be around it is not there.
    init?(_ parts: [String], _ columns: [DuckDBColumn]) {
        sql = SQLText.identifier(parts[0])
        type = columns.first { $0.name.utf8.elementsEqual(parts[0].utf8) }?.type
        for part in parts.dropFirst() {
            guard let outer = type, outer.hasPrefix("STRUCT("), outer.hasSuffix(")") else { return nil }
            holder = sql
            sql = "struct_extract(\(sql), \(SQLText.literal(part)))"
            type = Self.members(outer).first { $0.name.utf8.elementsEqual(part.utf8) }?.type
        }
    }

    /// The members of `STRUCT(a INTEGER, "b c" STRUCT(d VARCHAR)[])`.
    private static func members(_ type: String) -> [(name: String, type: String)] {
        var members: [(name: String, type: String)] = []
        var (depth, isQuoted) = (0, false)
        var member = ""
        for character in type.dropFirst("STRUCT(".count).dropLast() + "," {
            if character == "\"" { isQuoted.toggle() }
            if !isQuoted {
                if character == "(" { depth += 1 }
                if character == ")" { depth -= 1 }
                if character == ",", depth == 0 {
                    members.append(Self.member(member.drop { $0 == " " }))
                    member = ""
                    continue
                }
            }
            member.append(character)
        }
        return members
    }

    private static func member(_ text: Substring) -> (name: String, type: String) {
        guard text.first == "\"" else {
            let space = text.firstIndex(of: " ") ?? text.endIndex
            return (String(text[..<space]), String(text[space...].dropFirst()))
        }
        var rest = text.dropFirst()
        var name = ""
        while let character = rest.popFirst() {
            if character == "\"" {
                // Two of them are one.
                guard rest.first == "\"" else { break }
                rest.removeFirst()
            }
            name.append(character)
        }
        return (name, String(rest.dropFirst()))
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
