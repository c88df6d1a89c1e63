//  A field of a schema: how its cells are read, where its values wait, and which column they go to.

import ParquetTable
import Records

extension FieldType {
    /// The type of the column that its values are kept in.
    package var columnType: ColumnType {
        switch self {
        case .string, .json: .utf8
        case .integer: .int64
        case .decimal(let precision, let scale): .decimal(precision: precision, scale: scale)
        case .double: .double
        case .boolean: .boolean
        case .date: .date
        case .timestamp: .timestamp
        }
    }
}

/// One field on its way from cells to a column. The cases are the pairs of a reading and a kind of memory.
enum FieldColumn {
    case strings(StringReading, ColumnScratch<UnsafeRawBufferPointer>)
    case json(JSONReading, ColumnScratch<UnsafeRawBufferPointer>)
    case integers(IntegerReading, ColumnScratch<Int64>)
    case decimals32(DecimalReading<Int32>, ColumnScratch<Int32>)
    case decimals64(DecimalReading<Int64>, ColumnScratch<Int64>)
    case decimals128(DecimalReading<Int128>, ColumnScratch<Int128>)
    case doubles(DoubleReading, ColumnScratch<Double>)
    case booleans(BooleanReading, ColumnScratch<Bool>)
    case dates(DateReading, ColumnScratch<Int32>)
    case timestamps(CivilTimestampReading, ColumnScratch<Int64>)
    case counts(UnixTimestampReading, ColumnScratch<Int64>)

    /// - Parameter capacity: rows of a batch at most.
    init(_ type: FieldType, _ settings: ConversionSettings, capacity: Int) {
        switch type {
        case .string: self = .strings(StringReading(settings: settings), ColumnScratch(capacity: capacity))
        case .json: self = .json(JSONReading(), ColumnScratch(capacity: capacity))
        case .integer: self = .integers(IntegerReading(settings: settings), ColumnScratch(capacity: capacity))
        case .decimal(let precision, let scale) where precision <= 9:
            self = .decimals32(DecimalReading(precision: precision, scale: scale, settings), .init(capacity: capacity))
        case .decimal(let precision, let scale) where precision <= 18:
            self = .decimals64(DecimalReading(precision: precision, scale: scale, settings), .init(capacity: capacity))
        case .decimal(let precision, let scale):
            self = .decimals128(DecimalReading(precision: precision, scale: scale, settings), .init(capacity: capacity))
        case .double: self = .doubles(DoubleReading(settings), ColumnScratch(capacity: capacity))
        case .boolean: self = .booleans(BooleanReading(settings: settings), ColumnScratch(capacity: capacity))
        case .date: self = .dates(DateReading(), ColumnScratch(capacity: capacity))
        case .timestamp(.iso8601):
            self = .timestamps(CivilTimestampReading(settings), ColumnScratch(capacity: capacity))
        case .timestamp(let form):
            self = .counts(UnixTimestampReading(form, settings), ColumnScratch(capacity: capacity))
        }
    }

    /// Reads one field of all rows; see `ColumnScratch.read`.
    func read(_ cells: UnsafePointer<Cell>, stride: Int, rows: Int) {
        switch self {
        case .strings(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        case .json(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        case .integers(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        case .decimals32(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        case .decimals64(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        case .decimals128(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        case .doubles(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        case .booleans(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        case .dates(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        case .timestamps(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        case .counts(let reading, let scratch): scratch.read(reading, cells, stride: stride, rows: rows)
        }
    }

    /// What the last reading found, 64 rows at a time.
    var words: [WordOfRows] {
        switch self {
        case .strings(_, let scratch), .json(_, let scratch): scratch.words
        case .integers(_, let scratch), .decimals64(_, let scratch), .timestamps(_, let scratch),
            .counts(_, let scratch):
            scratch.words
        case .decimals32(_, let scratch), .dates(_, let scratch): scratch.words
        case .decimals128(_, let scratch): scratch.words
        case .doubles(_, let scratch): scratch.words
        case .booleans(_, let scratch): scratch.words
        }
    }

    /// The kinds of all values that were read.
    var kinds: CellKinds {
        switch self {
        case .strings(_, let scratch), .json(_, let scratch): scratch.kinds
        case .integers(_, let scratch), .decimals64(_, let scratch), .timestamps(_, let scratch),
            .counts(_, let scratch):
            scratch.kinds
        case .decimals32(_, let scratch), .dates(_, let scratch): scratch.kinds
        case .decimals128(_, let scratch): scratch.kinds
        case .doubles(_, let scratch): scratch.kinds
        case .booleans(_, let scratch): scratch.kinds
        }
    }

    /// Appends the values of the rows that are taken; see `ColumnScratch.take`.
    func append(to column: ColumnBuffer, rows: Int, refused: RowBits, hasRefused: Bool) {
        func take<Value: BitwiseCopyable>(
            _ scratch: ColumnScratch<Value>, _ append: (UnsafePointer<Value>, Int, ColumnBuffer.ValidityWords?) -> Void
        ) {
            scratch.take(rows: rows, refused: refused, hasRefused: hasRefused, append: append)
        }
        switch self {
        case .strings(_, let scratch), .json(_, let scratch):
            // 16 bytes can be read from a cell's first one on.
            take(scratch) { column.append(paddedSlices: $0, rows: $1, validity: $2) }
        case .integers(_, let scratch), .decimals64(_, let scratch), .timestamps(_, let scratch),
            .counts(_, let scratch):
            take(scratch) { column.append(int64s: $0, rows: $1, validity: $2) }
        case .decimals32(_, let scratch), .dates(_, let scratch):
            take(scratch) { column.append(int32s: $0, rows: $1, validity: $2) }
        case .decimals128(_, let scratch): take(scratch) { column.append(int128s: $0, rows: $1, validity: $2) }
        case .doubles(_, let scratch): take(scratch) { column.append(doubles: $0, rows: $1, validity: $2) }
        case .booleans(_, let scratch): take(scratch) { column.append(booleans: $0, rows: $1, validity: $2) }
        }
    }
}
