//  Parquet files. Of `parquet` an input is a whole file. Of `pages` it is one column chunk behind two bytes that describe
//  it, and the file around it is made here, so that changes reach the pages and never the footer:
//
//      byte 0    bit  0    the column's type: integers, or text
//                bit  1    whether it may hold nulls
//                bit  2    whether pages are compressed (LZ4_RAW)
//                bit  3    two more bytes of the row count follow
//      byte 1    rows
//
//  Of `columns` it is a chunk of any type behind one or two bytes; see `checkColumn`.
//
//  Promises: any bytes end in a table or in an error; columns are as long as the footer says; reading again gives the
//  same; what was read can be written, and comes back. They hold for both ways of reading, arrays and buffers.

import Columns
import ParquetTable
import ReaderReference

/// Less than any table needs that a small input could stand for, and little enough to be read many times a second.
private let options: ReaderOptions = {
    var options = ReaderOptions()
    options.maximumRowGroupRows = 1 << 14
    options.maximumColumnBytes = 1 << 20
    options.maximumFooterBytes = 1 << 16
    return options
}()

func checkParquetFile(_ input: [UInt8]) throws -> Bool {
    let isRead = try checkBuffers(input)
    guard let table = try tableOrError(input) else { return isRead }
    try promise(isRead, "arrays can be read of a file, buffers cannot")
    let again = try tableOrError(input)
    try promise(again == table, "the same bytes are read as another table")
    try checkWriting(table)
    return true
}

func checkPages(_ input: [UInt8]) throws -> Bool {
    guard let file = pagesFile(input) else { return false }
    return try checkParquetFile(file)
}

/// What a file holds.
private struct Table: Equatable {
    var schema: TableSchema
    var groups: [[ColumnValues]]
}

/// The table, or nil when the file was refused as it should be.
private func tableOrError(_ bytes: [UInt8]) throws -> Table? {
    do {
        let reader = try TableReader(source: MemorySource(bytes), options: options)
        // A footer may list many groups in few bytes, all of one chunk.
        let groups = try reader.rowGroups.prefix(8).enumerated().map { index, group in
            try reader.schema.columns.indices.map { column in
                let values = try reader.readColumn(rowGroup: index, column: column)
                try promise(
                    values.count == group.rowCount, "\(values.count) rows where the footer says \(group.rowCount)")
                try promise(
                    reader.schema.columns[column].isNullable || values.validity == nil, "nulls in a required column")
                return values
            }
        }
        return Table(schema: reader.schema, groups: groups)
    } catch let error as ParquetError {
        try promise(!error.description.isEmpty, "an error without a text")
        return nil
    }
}

private func checkWriting(_ table: Table) throws {
    let names = Set(table.schema.columns.map { Array($0.name.utf8) })
    guard !table.schema.columns.isEmpty, names.count == table.schema.columns.count else { return }
    var bytes: [UInt8] = []
    var writer = TableWriter(schema: table.schema, options: WriterOptions(pageRows: 100)) { bytes += $0 }
    for group in table.groups { try writer.write(rowGroup: group) }
    _ = try writer.finish()
    let groups = table.groups.filter { $0[0].count > 0 }
    let back = try tableOrError(bytes)
    try promise(back == Table(schema: table.schema, groups: groups), "what was written is read as something else")
}

// MARK: Buffers

/// Checks the promises for the way of reading that knows every type.
///
/// - Returns: whether the file was read.
private func checkBuffers(_ input: [UInt8]) throws -> Bool {
    guard let (schema, groups) = try buffersOrError(input) else { return false }
    let again = try buffersOrError(input)
    try promise(again?.groups == groups, "the same bytes are read as other columns")
    let names = Set(schema.columns.map { Array($0.name.utf8) })
    guard !schema.columns.isEmpty, names.count == schema.columns.count else { return true }
    for compression in [WriterOptions.Compression.lz4Raw, .zstd(level: 1)] {
        var bytes: [UInt8] = []
        let options = WriterOptions(compression: compression, pageRows: 100)
        var writer = TableWriter(schema: schema, options: options) { bytes += $0 }
        for group in groups {
            let rows = RowBuffer(schema: schema)
            for (column, values) in zip(rows.columns, group) { column.append(0..<values.rowCount, of: values) }
            let encoder = RowGroupEncoder(schema: schema, options: options)
            try encoder.encode(rows)
            try writer.write(encoder)
        }
        _ = try writer.finish()
        let back = try buffersOrError(bytes)
        try promise(
            back?.groups == groups.filter { $0[0].rowCount > 0 } && back?.schema == schema,
            "columns that were written are read as others")
    }
    return true
}

/// The columns of each row group, or nil when the file was refused as it should be.
private func buffersOrError(_ bytes: [UInt8]) throws -> (schema: TableSchema, groups: [[ColumnBuffer]])? {
    do {
        let reader = try TableReader(source: MemorySource(bytes), options: options)
        let groups = try reader.rowGroups.prefix(8).enumerated().map { index, group in
            try reader.schema.columns.indices.map { column in
                let buffer = ColumnBuffer(reader.schema.columns[column].type)
                try reader.read(rowGroup: index, column: column, into: buffer)
                try promise(
                    buffer.rowCount == group.rowCount,
                    "\(buffer.rowCount) rows where the footer says \(group.rowCount)")
                try promise(
                    reader.schema.columns[column].isNullable || buffer.nullCount == 0, "nulls in a required column")
                return buffer
            }
        }
        return (reader.schema, groups)
    } catch let error as ParquetError {
        try promise(!error.description.isEmpty, "an error without a text")
        return nil
    }
}

// MARK: A file around one column chunk

/// The header and the chunk as a file.
private func pagesFile(_ input: [UInt8]) -> [UInt8]? {
    guard input.count >= 4 else { return nil }
    let isText = input[0] & 1 != 0
    let hasMoreRows = input[0] & 8 != 0
    let rows = Int(input[1]) + (hasMoreRows ? Int(input[2]) << 8 : 0)
    let form = isText ? ColumnForm.text : ColumnForm.integer
    return chunkFile(
        Array(input[(hasMoreRows ? 3 : 2)...]), rows: rows, form, isNullable: input[0] & 2 != 0,
        codec: input[0] & 4 != 0 ? 7 : 0)
}

/// Checks one column chunk of any type:
///
///     byte 0    bits 0–3  which of `ColumnForm.all` it is
///               bit  4    whether it may hold nulls
///               bits 5–6  the codec: none, LZ4_RAW, ZSTD
///               bit  7    one more byte of the row count follows
///     byte 1    rows
func checkColumn(_ input: [UInt8]) throws -> Bool {
    guard input.count >= 4 else { return false }
    let (form, codec) = (Int(input[0] & 15), Int(input[0] >> 5 & 3))
    guard form < ColumnForm.all.count, codec < 3 else { return false }
    let hasMoreRows = input[0] & 0x80 != 0
    let rows = Int(input[1]) + (hasMoreRows ? Int(input[2]) << 8 : 0)
    return try checkBuffers(
        chunkFile(
            Array(input[(hasMoreRows ? 3 : 2)...]), rows: rows, ColumnForm.all[form],
            isNullable: input[0] & 16 != 0, codec: [0, 7, 6][codec]))
}

/// What a footer says of a column's type.
struct ColumnForm {
    let type: ColumnType
    fileprivate let physical: Int
    fileprivate var length: Int?
    fileprivate var converted: Int?
    fileprivate var digits: (precision: Int, scale: Int)?
    /// The body of the union LogicalType.
    fileprivate var logical: [UInt8]?

    fileprivate static let integer = ColumnForm(type: .int64, physical: 2)
    fileprivate static let text = ColumnForm(type: .utf8, physical: 6, converted: 0)

    private static func decimal(_ precision: Int, _ scale: Int, _ physical: Int, length: Int? = nil) -> ColumnForm {
        ColumnForm(
            type: .decimal(precision: precision, scale: scale), physical: physical, length: length, converted: 5,
            digits: (precision, scale))
    }

    static let all = [
        integer, text, ColumnForm(type: .boolean, physical: 0), ColumnForm(type: .double, physical: 5),
        ColumnForm(type: .date, physical: 1, converted: 6),
        // TIMESTAMP {1: false, 2: MICROS}.
        ColumnForm(type: .timestamp, physical: 2, converted: 10, logical: [0x8C, 0x12, 0x1C, 0x2C, 0, 0, 0, 0]),
        decimal(4, 2, 1), decimal(18, 0, 2), decimal(38, 10, 7, length: 16),
    ]
}

/// A file of one column of one row group. Its footer is put together by hand, from parquet.thrift and the description of
/// Thrift's compact protocol, and owes nothing to the module that it is for.
private func chunkFile(_ chunk: [UInt8], rows: Int, _ form: ColumnForm, isNullable: Bool, codec: Int) -> [UInt8] {
    let metadata = Thrift.structure([
        .i32(1, form.physical),  // type
        .list(2, element: 5, [0, 2, 3, 5, 6, 7, 8].map(Thrift.varint)),  // encodings
        .list(3, element: 8, [Thrift.binary("c")]),  // path
        .i32(4, codec), .i64(5, rows), .i64(6, 1 << 20), .i64(7, chunk.count), .i64(9, 4),
    ])
    let group = Thrift.structure([
        .list(1, element: 12, [Thrift.structure([.i64(2, 4), .nested(3, metadata)])]), .i64(2, chunk.count),
        .i64(3, rows),
    ])
    var column: [Thrift] = [.i32(1, form.physical)]
    if let length = form.length { column.append(.i32(2, length)) }
    column += [.i32(3, isNullable ? 1 : 0), .text(4, "c")]
    if let converted = form.converted { column.append(.i32(6, converted)) }
    if let (precision, scale) = form.digits { column += [.i32(7, scale), .i32(8, precision)] }
    if let logical = form.logical { column.append(.nested(10, logical)) }
    let footer = Thrift.structure([
        .i32(1, 1),
        .list(2, element: 12, [Thrift.structure([.text(4, "root"), .i32(5, 1)]), Thrift.structure(column)]),
        .i64(3, rows), .list(4, element: 12, [group]),
    ])
    let length = (0..<4).map { UInt8(truncatingIfNeeded: footer.count >> ($0 * 8)) }
    return Array("PAR1".utf8) + chunk + footer + length + Array("PAR1".utf8)
}

/// A field of a struct in Thrift's compact protocol, with its number.
private enum Thrift {
    case i32(Int, Int)
    case i64(Int, Int)
    case text(Int, String)
    case list(Int, element: UInt8, [[UInt8]])
    case nested(Int, [UInt8])

    private var encoded: (number: Int, type: UInt8, body: [UInt8]) {
        switch self {
        case .i32(let number, let value): (number, 5, Self.varint(value))
        case .i64(let number, let value): (number, 6, Self.varint(value))
        case .text(let number, let value): (number, 8, Self.binary(value))
        case .list(let number, let element, let items):
            (number, 9, [UInt8(items.count) << 4 | element] + items.flatMap { $0 })
        case .nested(let number, let body): (number, 12, body)
        }
    }

    /// Fields in the order of their numbers, none of which may be 15 beyond the one before.
    static func structure(_ fields: [Thrift]) -> [UInt8] {
        var last = 0
        var out: [UInt8] = []
        for field in fields {
            let (number, type, body) = field.encoded
            out += [UInt8(number - last) << 4 | type] + body
            last = number
        }
        return out + [0]
    }

    /// A signed number: zigzag, then seven bits a byte.
    static func varint(_ value: Int) -> [UInt8] {
        var rest = UInt64(bitPattern: Int64(value << 1 ^ value >> 63))
        var out: [UInt8] = []
        while rest >= 0x80 {
            out.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        return out + [UInt8(rest)]
    }

    /// Text behind its length, which is below 128 and no zigzag number.
    static func binary(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }
}
