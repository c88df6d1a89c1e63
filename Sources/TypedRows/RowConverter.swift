//  Cells ─▶ typed columns.
//
//      cells     7  "a" │ 8.5  "b" │ 9  null │ null  "c"         rows of (integer, string required)
//      column 0  7        bad        9         NULL              read first, field by field, with a stride
//      column 1  a         b       missing      c
//      taken     7 a    and    NULL c           then appended, so all columns have the same rows
//      faults    row 1: bad-n, row 2: missing-name
//
//  A row is taken if all its fields fit; the first that does not, in the order of the schema, is the reason. What each type
//  makes of each kind of cell is in docs/records.md, "Typed rows".

import ParquetTable
import Records

/// What became of the values of one field.
package struct FieldFindings: Sendable, Equatable {
    /// Values of taken rows that were written as another type or in another form.
    package var coerced = 0
    /// Values of taken rows that were rounded.
    package var rounded = 0
    /// Taken rows without a value: the field is missing or null.
    package var nulls = 0
    /// Of all values, those of rejected rows too. A field that takes any value may have several.
    package var kinds: ValueKinds = []

    package init() {}

    package mutating func add(_ other: FieldFindings) {
        coerced += other.coerced
        rounded += other.rounded
        nulls += other.nulls
        kinds.formUnion(other.kinds)
    }
}

/// Reads the cells of one schema. Batches of one file go to one converter, or to several that count for themselves.
package struct RowConverter: ~Copyable {
    /// The columns that rows are appended to: one for each field, in order.
    package let tableSchema: TableSchema
    /// Without the kinds.
    private var counts: [FieldFindings]

    private let fields: [RowField]
    private let columns: [FieldColumn]
    /// By field.
    private let missing: [RejectReason]
    private let bad: [RejectReason]
    /// Rows of the batch at hand that are not taken.
    private var refused: RowBits

    /// - Precondition: decimals have 1 to 38 digits, and no more of them behind the point.
    package init(schema: RowSchema, settings: ConversionSettings = ConversionSettings()) {
        fields = schema.fields
        tableSchema = TableSchema(of: schema)
        let capacity = CellBatch.capacity(fieldCount: fields.count)
        columns = fields.map { FieldColumn($0.type, settings, capacity: capacity) }
        missing = fields.map { .missing($0.name) }
        bad = fields.map { .bad($0.name) }
        counts = Array(repeating: FieldFindings(), count: fields.count)
        refused = Array(repeating: 0, count: (capacity + 63) / 64)
    }

    /// Of all batches, by field.
    package var findings: [FieldFindings] {
        zip(counts, columns).map { counts, column in
            var findings = counts
            findings.kinds = column.kinds.values
            return findings
        }
    }

    /// Appends the rows that fit.
    ///
    /// - Parameter rows: its first columns are those of `tableSchema`. Columns behind them are the caller's, who appends to
    ///   them what the rows without a fault have.
    /// - Returns: the rows that do not fit, ascending.
    package mutating func convert(_ batch: borrowing CellBatch, into rows: RowBuffer) -> [RowFault] {
        precondition(batch.fieldCount == fields.count, "\(batch.fieldCount) cells for \(fields.count) fields")
        precondition(
            rows.schema.columns.starts(with: tableSchema.columns), "rows of other columns: \(rows.schema.columns)")
        let words = (batch.count + 63) / 64
        for word in 0..<words { refused[word] = 0 }
        var faults: [RowFault] = []
        var isMarked = false
        for (field, column) in columns.enumerated() {
            column.read(batch.cells + field, stride: batch.fieldCount, rows: batch.count)
            let found = column.words
            for word in 0..<words { isMarked = note(found[word], word, field, &faults) || isMarked }
        }
        if isMarked { count(words) }
        for (field, column) in columns.enumerated() {
            column.append(
                to: rows.columns[field], rows: batch.count, refused: refused, hasRefused: !faults.isEmpty)
        }
        // Of each row there is one, found field by field.
        faults.sort { $0.row < $1.row }
        return faults
    }

    /// Notes the rows that a field does not fit, unless an earlier one did not.
    ///
    /// - Returns: whether values are to be counted.
    @inline(__always)
    private mutating func note(_ found: WordOfRows, _ word: Int, _ field: Int, _ faults: inout [RowFault]) -> Bool {
        let lacking = fields[field].isRequired ? found.absent : 0
        if found.bad | lacking != 0 { refuse(found.bad, lacking, word, field, &faults) }
        return found.coerced | found.rounded | found.absent != 0
    }

    private mutating func refuse(
        _ wrong: UInt64, _ lacking: UInt64, _ word: Int, _ field: Int, _ faults: inout [RowFault]
    ) {
        var left = (wrong | lacking) & ~refused[word]
        refused[word] |= left
        while left != 0 {
            let bit = left.trailingZeroBitCount
            let reason = wrong >> UInt64(bit) & 1 == 1 ? bad[field] : missing[field]
            faults.append(RowFault(row: 64 * word + bit, reason: reason))
            left &= left &- 1
        }
    }

    /// Counts what was coerced, rounded and absent in the rows that are taken.
    private mutating func count(_ words: Int) {
        for (field, column) in columns.enumerated() {
            for (word, found) in column.words.prefix(words).enumerated() {
                counts[field].coerced += (found.coerced & ~refused[word]).nonzeroBitCount
                counts[field].rounded += (found.rounded & ~refused[word]).nonzeroBitCount
                counts[field].nulls += (found.absent & ~refused[word]).nonzeroBitCount
            }
        }
    }
}

extension TableSchema {
    /// The columns of rows: one for each field, in order.
    ///
    /// - Precondition: decimals have 1 to 38 digits, and no more of them behind the point.
    package init(of schema: RowSchema) {
        self.init(
            columns: schema.fields.map { ColumnSchema($0.name, $0.type.columnType, isNullable: !$0.isRequired) })
        for column in columns { precondition(column.type.isValid, "a field of type \(column.type)") }
    }
}
