//  The answer of a fold as a file, or as rows for the formats that DuckDB does not write.
//
//      csv, jsonl, parquet      DuckDB writes the file
//      tsv, md, xlsx            DuckDB writes every value as text, in Parquet; the rows go to an encoder
//
//  Of a text, NULL is an empty field; DuckDB's CSV tells an empty text from it by quotes.

import Columns
import DuckDB
import DurableIO
import KeyedTables
import ParquetTable
import Records
import Tables

/// Writes answers with a session.
package struct AnswerTable {
    private let answer: FoldAnswer
    private let session: DuckDBSession
    private let fileSystem: FileSystem

    package init(_ answer: FoldAnswer, _ session: DuckDBSession, in fileSystem: FileSystem) {
        (self.answer, self.session, self.fileSystem) = (answer, session, fileSystem)
    }

    /// What DuckDB writes a format as; nil for those that encoders write.
    package static func copyFormat(_ format: TableFormat) -> CopyFormat? {
        switch format {
        case .csv: .csv()
        case .jsonl: .json
        case .parquet: .parquet()
        case .tsv, .md: nil
        }
    }

    /// Writes a file of the session's folder.
    ///
    /// - Throws: `DuckDBError`.
    package func write(_ format: CopyFormat, to name: String) throws(DuckDBError) -> String {
        let path = Path.join(session.folder!, name)
        try session.copy("SELECT * FROM \(answer.table) \(order)", to: path, format)
        return path
    }

    /// The names of the table, for those of the answer may stand for other values.
    private var order: String {
        "ORDER BY "
            + answer.keys.map { "\(answer.table).\(SQLText.identifier($0)) ASC NULLS LAST" }.joined(separator: ", ")
    }

    /// Makes all values texts.
    ///
    /// - Throws: `DuckDBError`; what reading the file throws.
    package func texts() throws -> AnswerTexts {
        let path = Path.join(session.folder!, "texts.parquet")
        let columns = answer.columns.map { column in
            let name = SQLText.identifier(column.name)
            return "CAST(\(name) AS VARCHAR) AS \(name)"
        }
        try session.copy(
            "SELECT \(columns.joined(separator: ", ")) FROM \(answer.table) \(order)", to: path,
            .parquet(compression: "lz4_raw"))
        let file = try fileSystem.open(path, .read)
        let size = try file.status().size
        return AnswerTexts(
            columns: answer.columns.map(\.tableColumn),
            reader: try TableReader(source: FileSource(file: file, count: size)))
    }
}

/// Rows of texts.
package struct AnswerTexts {
    package let columns: [TableColumn]
    private let reader: TableReader

    init(columns: [TableColumn], reader: TableReader) { (self.columns, self.reader) = (columns, reader) }

    package var rowCount: Int { reader.rowCount }

    /// Hands the rows to an encoder: begin, append, finish.
    package func write(to encoder: any TableEncoder) throws {
        try encoder.begin(columns)
        for group in reader.rowGroups.indices {
            let texts = try columns.indices.map { column in
                try reader.readColumn(rowGroup: group, column: column).strings!
            }
            try Self.lend(texts[...], []) { values in
                try encoder.append(RowBlock(columns: values, count: reader.rowGroups[group].rowCount))
            }
        }
        try encoder.finish()
    }

    /// A NULL has no bytes.
    private static func lend(
        _ columns: ArraySlice<StringColumn>, _ lent: [RowBlock.Values], _ body: ([RowBlock.Values]) throws -> Void
    ) throws {
        guard let column = columns.first else { return try body(lent) }
        try column.withUnsafe { bytes, offsets in
            let slices = (0..<column.count).map {
                ByteSlice(base: bytes + offsets[$0], count: offsets[$0 + 1] - offsets[$0])
            }
            try slices.withUnsafeBufferPointer {
                try lend(columns.dropFirst(), lent + [.text($0.baseAddress!)], body)
            }
        }
    }
}

extension DuckDBColumn {
    /// The column of a table whose values are texts.
    var tableColumn: TableColumn {
        let isNumber =
            ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "HUGEINT"]
            .contains(type) || ["FLOAT", "DOUBLE"].contains(type) || type.hasPrefix("DECIMAL(")
        return TableColumn(name, isNumber ? .number : .text, isDate: type == "DATE")
    }
}
