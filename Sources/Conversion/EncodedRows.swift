//  Rows in the form in which they are written, without a place in a table yet.

import ParquetTable
import Records
import Tables
import TypedRows

/// What the table is written as.
package enum ConversionFormat: String, Sendable, CaseIterable {
    case parquet, csv, jsonl

    /// A table's file: its name with the ending of the format.
    package func fileName(_ name: String) -> String { "\(name).\(rawValue)" }

    var text: TypedText.Format? {
        switch self {
        case .parquet: nil
        case .csv: .csv
        case .jsonl: .jsonl
        }
    }
}

/// The columns of a table, and how they are written.
struct TableLayout: Sendable {
    var schema: TableSchema
    /// Whether a column's strings are JSON.
    var jsonColumns: [Bool]
    var format: ConversionFormat
    /// Behind them, the column of the records' numbers; nil when there is none.
    var rowNumbers: TableSchema?
    var options: WriterOptions

    init(_ schema: RowSchema, _ format: ConversionFormat, _ options: WriterOptions) {
        self.schema = TableSchema(of: schema)
        jsonColumns = schema.fields.map { $0.type == .json }
        self.format = format
        self.options = options
    }

    /// The same without some columns.
    func without(_ columns: [Int]) -> TableLayout {
        let kept = schema.columns.indices.filter { !columns.contains($0) }
        var layout = self
        layout.schema = TableSchema(columns: kept.map { schema.columns[$0] })
        layout.jsonColumns = kept.map { jsonColumns[$0] }
        return layout
    }
}

/// Encoded rows, kept until they are written.
final class EncodedRows {
    /// Row groups, of Parquet.
    let groups: RowGroupEncoder?
    /// Of the other formats.
    let text: TypedText?
    /// Of each row group, the records' numbers within their unit; empty when they are not asked for.
    private(set) var rowNumbers: [[Int64]] = []
    private(set) var rowCount = 0

    init(_ layout: TableLayout) {
        groups = layout.format == .parquet ? RowGroupEncoder(schema: layout.schema, options: layout.options) : nil
        text = layout.format.text.map { TypedText($0, schema: layout.schema, jsonColumns: layout.jsonColumns) }
    }

    /// Appends rows; of Parquet, as one row group.
    ///
    /// - Parameter numbers: of the rows, where they are asked for.
    /// - Throws: `ParquetError`.
    func append(_ rows: RowBuffer, numbers: [Int64]? = nil) throws {
        if rows.rowCount == 0 { return }
        try groups?.encode(rows)
        if let numbers { rowNumbers.append(numbers) }
        text?.append(rows)
        rowCount += rows.rowCount
    }

    func removeAll() {
        groups?.removeAll()
        text?.removeAll()
        rowNumbers.removeAll(keepingCapacity: true)
        rowCount = 0
    }
}
