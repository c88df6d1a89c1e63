//  A part of the table that is being written: rows of one unit, encoded beside other threads.

import Intake
import ParquetTable
import Records
import Tables
import TypedRows

/// What the table is written as.
package enum ConversionFormat: String, Sendable, CaseIterable {
    case parquet, csv, jsonl

    var text: TypedText.Format? {
        switch self {
        case .parquet: nil
        case .csv: .csv
        case .jsonl: .jsonl
        }
    }
}

/// What all pieces of a table have in common.
struct PieceLayout: Sendable {
    var schema: RowSchema
    var settings: ConversionSettings
    var format: ConversionFormat
    var options: WriterOptions
    /// Bytes of values after which a stream goes on in another piece.
    var pieceBytes: Int
}

/// Rows of one unit, or of a part of a stream.
///
/// `@unchecked Sendable`: one thread has it at a time.
final class ConversionPiece: RowPiece, @unchecked Sendable {
    private var converter: RowConverter
    private let layout: PieceLayout
    /// Rows that are not encoded.
    let rows: RowBuffer
    /// Row groups, of Parquet.
    let groups: RowGroupEncoder?
    /// Of the other formats.
    let text: TypedText?
    /// Rows since `begin`.
    private(set) var rowCount = 0

    init(_ layout: PieceLayout) {
        self.layout = layout
        converter = RowConverter(schema: layout.schema, settings: layout.settings)
        let table = converter.tableSchema
        rows = RowBuffer(schema: table)
        groups = layout.format == .parquet ? RowGroupEncoder(schema: table, options: layout.options) : nil
        text = layout.format.text.map {
            TypedText($0, schema: table, jsonColumns: layout.schema.fields.map { $0.type == .json })
        }
    }

    var tableSchema: TableSchema { converter.tableSchema }
    /// By field, of all pieces that this one was.
    var coerced: [Int] { converter.coerced }
    var rounded: [Int] { converter.rounded }

    var isFull: Bool { rows.byteCount >= layout.pieceBytes }

    func begin() {
        rows.removeAll()
        groups?.removeAll()
        text?.removeAll()
        rowCount = 0
    }

    func add(_ batch: borrowing CellBatch) throws -> [RowFault] {
        let faults = converter.convert(batch, into: rows)
        rowCount += batch.count - faults.count
        // A unit of few bytes may have many values: `1,1,1,1`.
        if rows.byteCount >= layout.options.rowGroupBytes { try encode() }
        return faults
    }

    func finish() throws { try encode() }

    private func encode() throws {
        try groups?.encode(rows)
        text?.append(rows)
        rows.removeAll()
    }
}
