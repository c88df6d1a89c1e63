//  Cells in memory of exactly the size that a reader promises, through the converter and out of the columns again.

import ParquetTable
import Records
import TypedRows

/// What a converter made of rows.
package struct ConvertedRows: Equatable {
    /// Of the rows that were taken.
    package var rows: [[ReferenceValue]] = []
    package var faults: [RowFault] = []
    /// By field.
    package var findings: [FieldFindings]

    package init(fieldCount: Int) { findings = Array(repeating: FieldFindings(), count: fieldCount) }
}

extension ConvertedRows {
    /// The rows through one converter, so many at a time.
    ///
    /// Each value lies in memory of its own, with what can be read behind it filled with digits, which are taken for a part
    /// of the value where its length is not looked at.
    package init(
        _ cells: [[ReferenceCell]], _ schema: RowSchema, _ settings: ConversionSettings = ConversionSettings(),
        batch size: Int = .max
    ) {
        self.init(fieldCount: schema.fields.count)
        var converter = RowConverter(schema: schema, settings: settings)
        let buffer = RowBuffer(schema: converter.tableSchema)
        var memory: [UnsafeMutablePointer<UInt8>] = []
        defer { for piece in memory { piece.deallocate() } }
        var batch = CellBatch(fieldCount: schema.fields.count)
        var first = 0
        for row in cells.indices {
            for (field, cell) in cells[row].enumerated() {
                memory.append(Self.piece(cell.text))
                let text = UnsafeBufferPointer(start: UnsafePointer(memory.last!), count: cell.text.count)
                batch.cells[batch.count * schema.fields.count + field] =
                    cell.kind == .missing ? Cell() : Cell(cell.kind, text)
            }
            batch.count += 1
            guard batch.isFull || batch.count == size || row == cells.count - 1 else { continue }
            let found = converter.convert(batch, into: buffer)
            faults += found.map { RowFault(row: first + $0.row, reason: $0.reason) }
            first += batch.count
            batch.count = 0
        }
        rows = Self.rows(buffer)
        findings = converter.findings
    }

    private static func piece(_ text: [UInt8]) -> UnsafeMutablePointer<UInt8> {
        let size = max(16, text.count)
        let piece = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        piece.initialize(repeating: UInt8(ascii: "7"), count: size)
        for (k, byte) in text.enumerated() { piece[k] = byte }
        return piece
    }

    /// The rows of a table's columns.
    package static func rows(_ buffer: RowBuffer) -> [[ReferenceValue]] {
        let columns = zip(buffer.schema.columns, buffer.columns).map { values($1, $0.type) }
        return (0..<buffer.rowCount).map { row in columns.map { $0[row] } }
    }

    private static func values(_ column: ColumnBuffer, _ type: ColumnType) -> [ReferenceValue] {
        var next = 0
        return (0..<column.rowCount).map { row in
            guard column.hasValue(row) else { return .null }
            defer { next += 1 }
            return switch type {
            case .int64: .integer(column.int64s[next])
            case .utf8: .text(Array(column.string(next)))
            case .boolean: .boolean(column.boolean(next))
            case .double: .double(column.doubles[next].bitPattern)
            case .date: .date(Int(column.int32s[next]))
            case .timestamp: .timestamp(column.int64s[next])
            case .decimal: .decimal(column.decimal(next))
            }
        }
    }

    /// The rows row by row, cell by cell.
    package static func expected(
        _ cells: [[ReferenceCell]], _ schema: RowSchema, _ settings: ConversionSettings = ConversionSettings()
    ) -> ConvertedRows {
        var expected = ConvertedRows(fieldCount: schema.fields.count)
        for (row, line) in cells.enumerated() {
            for (field, cell) in line.enumerated() { expected.findings[field].kinds.formUnion(cell.valueKinds) }
            let outcomes = zip(line, schema.fields).map { ReferenceOutcome($0, $1.type, settings) }
            let wrong = zip(outcomes, schema.fields).compactMap { outcome, field -> RejectReason? in
                switch outcome {
                case .bad: .bad(field.name)
                case .value(.null, _, _): field.isRequired ? .missing(field.name) : nil
                case .value: nil
                }
            }
            if let reason = wrong.first {
                expected.faults.append(RowFault(row: row, reason: reason))
                continue
            }
            expected.rows.append(outcomes.map { if case .value(let value, _, _) = $0 { value } else { .null } })
            for (field, outcome) in outcomes.enumerated() {
                guard case .value(let value, let isCoerced, let isRounded) = outcome else { continue }
                expected.findings[field].coerced += isCoerced ? 1 : 0
                expected.findings[field].rounded += isRounded ? 1 : 0
                expected.findings[field].nulls += value == .null ? 1 : 0
            }
        }
        return expected
    }
}
