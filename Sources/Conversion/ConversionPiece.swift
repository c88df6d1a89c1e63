//  A part of what is being written: rows of one unit, encoded beside other threads.
//
//      one table, or one a file      rows ─▶ row groups or text
//      folders by values             rows ─▶ rows by folder        what is to be one row group comes from many units, so
//                                                                  the output encodes it

import Intake
import ParquetTable
import Records
import TypedRows

/// What all pieces have in common.
struct PieceLayout: Sendable {
    var schema: RowSchema
    var settings: ConversionSettings
    var table: TableLayout
    /// Whether the types that values have are noted, for fields that were guessed.
    var notesTypes = false
    /// Nil when rows are not divided by their values.
    var partitioning: Partitioning?
    /// Bytes of values after which a stream goes on in another piece.
    var pieceBytes: Int

    /// What is encoded at a time, in bytes of values.
    var groupBytes: Int { table.options.rowGroupBytes }
}

/// Rows of one unit, or of a part of a stream.
///
/// `@unchecked Sendable`: one thread has it at a time.
final class ConversionPiece: RowPiece, @unchecked Sendable {
    private var converter: RowConverter
    private let layout: PieceLayout
    /// Rows that are not encoded.
    private let rows: RowBuffer
    /// Their numbers within the unit, or within the stream; nil when they are not asked for.
    private var numbers: [Int64]?
    /// Empty when rows are divided by their values.
    let encoded: EncodedRows
    /// Rows by folder, in the order in which the folders were met.
    private(set) var parts: [RowPart] = []
    /// Of all pieces that this one was; nil when it is not asked for.
    private(set) var types: TypeSurvey?

    init(_ layout: PieceLayout) {
        self.layout = layout
        converter = RowConverter(schema: layout.schema, settings: layout.settings)
        rows = RowBuffer(schema: converter.tableSchema)
        encoded = EncodedRows(layout.table)
        if layout.table.rowNumbers != nil { numbers = [] }
        if layout.notesTypes { types = TypeSurvey(fieldCount: layout.schema.fields.count, layout.settings) }
    }

    /// By field, of all pieces that this one was.
    var findings: [FieldFindings] { converter.findings }

    var isFull: Bool { rows.byteCount >= layout.pieceBytes }

    func begin() {
        rows.removeAll()
        numbers?.removeAll(keepingCapacity: true)
        encoded.removeAll()
        parts = []
    }

    func add(_ batch: borrowing CellBatch) throws -> [RowFault] {
        types?.add(batch)
        let faults = converter.convert(batch, into: rows)
        if numbers != nil { number(batch, but: faults) }
        // A unit of few bytes may have many values: `1,1,1,1`.
        if layout.partitioning == nil, rows.byteCount >= layout.groupBytes { try encode() }
        return faults
    }

    /// Notes the numbers of a batch's rows that were taken.
    private func number(_ batch: borrowing CellBatch, but faults: [RowFault]) {
        let first = batch.firstRow
        var start = 0
        for end in faults.map(\.row) + [batch.count] {
            for row in start..<end { numbers!.append(Int64(first + row)) }
            start = end + 1
        }
    }

    func finish() throws {
        guard let partitioning = layout.partitioning else { return try encode() }
        parts = try partitioning.parts(of: rows)
        rows.removeAll()
    }

    private func encode() throws {
        try encoded.append(rows, numbers: numbers)
        rows.removeAll()
        numbers?.removeAll(keepingCapacity: true)
    }
}
