//  What a session can be asked to do.
//
//      execute   a statement of ours: views over files, variables
//      copy      a text's rows into a file or folder of the session
//      rows      a text's rows, as texts
//      describe  the columns that a text has, and their types
//      check     whether a text can be bound, and where not
//
//  A *text* is one SELECT that somebody else wrote; `execute` takes only what this program wrote.

/// The form of a file that `copy` writes.
package enum CopyFormat: Sendable, Hashable {
    /// - Parameters:
    ///   - compression: as DuckDB names it.
    ///   - rowGroupRows: nil for DuckDB's own.
    ///   - partitionBy: columns of which each value has a folder of its own; the destination is a folder then.
    ///   - metadata: keys and values in the file's footer.
    case parquet(
        compression: String = "zstd", rowGroupRows: Int? = nil, partitionBy: [String] = [],
        metadata: [CopyMetadata] = [])
    /// With a header, and LF after each row.
    case csv(delimiter: String = ",")
    /// JSON lines.
    case json

    /// The options of COPY.
    fileprivate var options: String {
        switch self {
        case .parquet(let compression, let rows, let columns, let metadata):
            var options = ["FORMAT parquet", "COMPRESSION \(SQLText.literal(compression))"]
            if let rows { options.append("ROW_GROUP_SIZE \(rows)") }
            if !metadata.isEmpty {
                let pairs = metadata.map { "\(SQLText.literal($0.key)): \(SQLText.literal($0.value))" }
                options.append("KV_METADATA {\(pairs.joined(separator: ", "))}")
            }
            if columns.isEmpty {
                options.append(Self.inPlace)
            } else {
                let names = columns.map(SQLText.identifier).joined(separator: ", ")
                options += ["PARTITION_BY (\(names))", "OVERWRITE_OR_IGNORE true"]
            }
            return options.joined(separator: ", ")
        case .csv(let delimiter):
            return "FORMAT csv, HEADER true, DELIMITER \(SQLText.literal(delimiter)), \(Self.inPlace)"
        case .json: return "FORMAT json, \(Self.inPlace)"
        }
    }

    /// DuckDB writes to `tmp_NAME` otherwise when the file is there, which is not permitted; the name is not known to anybody
    /// yet in any case.
    private static let inPlace = "USE_TMP_FILE false"
}

/// A pair in a Parquet file's footer.
package struct CopyMetadata: Sendable, Hashable {
    package var key: String
    package var value: String

    package init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }
}

/// Rows as texts: each value as DuckDB casts it to VARCHAR.
package struct DuckDBRows: Sendable, Hashable {
    package var names: [String]
    package var rows: [[String?]]
}

/// A column of a result.
package struct DuckDBColumn: Sendable, Hashable {
    package var name: String
    /// In DuckDB's words: `DECIMAL(18,3)`, `STRUCT(a INTEGER)`.
    package var type: String
}

extension DuckDBSession {
    /// Runs one statement of ours.
    ///
    /// - Parameter statement: in one line, without a semicolon at the end; what comes from outside is in it by `SQLText` only.
    /// - Throws: `.statement`, or what ended the session.
    package func execute(_ statement: String) throws(DuckDBError) { _ = try run(statement) }

    /// Writes the rows of a text, in their order. A session can do so once for each of its files to write.
    ///
    /// - Parameter path: one of the session's files to write, or a path in one of its folders.
    /// - Throws: `.statement`, or what ended the session.
    package func copy(_ text: String, to path: String, _ format: CopyFormat = .parquet()) throws(DuckDBError) {
        if case .parquet(_, _, let columns, _) = format, let name = columns.first(where: { !SQLText.isOneLine($0) }) {
            throw .statement(StatementError(.binder, "the name of a column to divide by has a line end: \(name)"))
        }
        try checkText(text)
        _ = try run(
            "COPY (FROM query(\(SQLText.literal(text)))) TO \(SQLText.literal(path)) (\(format.options))", on: text)
        keep(path)
    }

    /// Keeps the rows of a text as a table, for as long as the session lives.
    ///
    /// - Parameter name: in quotes, as `SQLText.identifier` writes it.
    /// - Throws: `.statement`, or what ended the session.
    package func keep(_ text: String, as name: String) throws(DuckDBError) {
        try checkText(text)
        _ = try run("CREATE OR REPLACE TEMP TABLE \(name) AS FROM query(\(SQLText.literal(text)))", on: text)
    }

    /// The rows of a text, in their order, at most `DuckDBLimits.answerBytes` of them.
    ///
    /// - Throws: `.statement`, or what ended the session.
    package func rows(_ text: String) throws(DuckDBError) -> DuckDBRows {
        try checkText(text)
        let lines = try run("SELECT COLUMNS(*)::VARCHAR FROM query(\(SQLText.literal(text)))", on: text)
        // Without a row there are no names.
        guard let first = lines.first else { return DuckDBRows(names: try describe(text).map(\.name), rows: []) }
        return DuckDBRows(names: first.members.map(\.name), rows: lines.map { $0.members.map(\.value) })
    }

    /// The columns of a text, which is bound and not run.
    ///
    /// - Throws: `.statement`, or what ended the session.
    package func describe(_ text: String) throws(DuckDBError) -> [DuckDBColumn] {
        try checkText(text)
        let lines = try run(
            "SELECT column_name, column_type FROM (DESCRIBE FROM query(\(SQLText.literal(text))))", on: text)
        return lines.map { DuckDBColumn(name: $0["column_name"] ?? "", type: $0["column_type"] ?? "") }
    }

    /// What is wrong with a text; nil when it can be bound.
    ///
    /// - Throws: what ended the session.
    package func check(_ text: String) throws(DuckDBError) -> StatementError? {
        do { _ = try describe(text) } catch {
            if case .statement(let failure) = error { return failure }
            throw error
        }
        return nil
    }
}
