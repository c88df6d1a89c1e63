//  Columns of every type as plain lists of values: what buffers and files are compared with, and where they come from.

import TestSupport

@testable import ParquetTable

/// One value of a row.
enum Cell: Hashable {
    case null
    /// An integer, a date, a timestamp, or the digits of a decimal.
    case integer(Int128)
    /// By its bits: NaN is equal to itself, and 0 is not −0.
    case double(UInt64)
    case boolean(Bool)
    case text([UInt8])

    var integer: Int128? { if case .integer(let value) = self { value } else { nil } }
    var double: Double? { if case .double(let bits) = self { Double(bitPattern: bits) } else { nil } }
    var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
    var text: [UInt8]? { if case .text(let bytes) = self { bytes } else { nil } }
}

/// 9, 99, 999 … by their digits; the code under test calculates them.
private let nines: [Int128] = [0] + (1...38).map { Int128(String(repeating: "9", count: $0))! }

extension ColumnType {
    /// Every type, decimals with the numbers of digits at which their form changes.
    static let samples: [ColumnType] =
        [.int64, .utf8, .boolean, .double, .date, .timestamp]
        + [(1, 0), (9, 2), (10, 10), (18, 4), (19, 0), (38, 38)].map { .decimal(precision: $0.0, scale: $0.1) }

    /// The least and the greatest integer of the type; nil when it has none.
    var integers: ClosedRange<Int128>? {
        switch self {
        case .int64, .timestamp: Int128(Int64.min)...Int128(Int64.max)
        case .date: Int128(Int32.min)...Int128(Int32.max)
        case .decimal(let precision, _): -nines[precision]...nines[precision]
        case .utf8, .boolean, .double: nil
        }
    }

    /// A value of the type: `few` are often the same, others go to the limits.
    func cell(few: Bool, _ random: inout Dice) -> Cell {
        switch self {
        case .utf8:
            if few { return .text(random.pick([[], Array("VOD".utf8), Array("é, of a name with 22 bytes".utf8)])) }
            return .text((0..<random.below(40)).map { _ in UInt8(random.below(128)) })
        case .boolean: return .boolean(few ? random.once(in: 9) : random.once(in: 2))
        case .double:
            if few { return .double(random.pick([1.5, -2, 0]).bitPattern) }
            return .double(random.once(in: 4) ? Double(random.below(100)).bitPattern : random.next())
        default:
            let range = integers!
            if few { return .integer(max(range.lowerBound, min(range.upperBound, Int128(random.below(5)) - 2))) }
            switch random.below(4) {
            case 0: return .integer(range.lowerBound)
            case 1: return .integer(range.upperBound)
            case 2: return .integer(Int128(random.below(9)))
            default:
                let wide = Int128(truncatingIfNeeded: UInt128(random.next()) << 64 | UInt128(random.next()))
                return .integer(wide % (range.upperBound / 2 + 1))
            }
        }
    }
}

/// How many of a column's rows are null.
enum Nulls: CaseIterable {
    case nowhere, everywhere, mixed, long

    func isNull(_ row: Int, _ random: inout Dice) -> Bool {
        switch self {
        case .nowhere: false
        case .everywhere: true
        case .mixed: random.once(in: 3)
        case .long: row / 150 % 2 == 1
        }
    }
}

/// A column with its rows.
struct TestColumn: Equatable {
    var schema: ColumnSchema
    var cells: [Cell]

    init(_ schema: ColumnSchema, _ cells: [Cell]) {
        self.schema = schema
        self.cells = cells
    }

    init(_ schema: ColumnSchema, rows: Int, nulls: Nulls, few: Bool, _ random: inout Dice) {
        self.schema = schema
        cells = (0..<rows).map { row in
            schema.isNullable && nulls.isNull(row, &random) ? .null : schema.type.cell(few: few, &random)
        }
    }

    /// Appends some of the rows to a buffer, in one piece.
    func append(_ rows: Range<Int>, to buffer: ColumnBuffer, bySlices: Bool = false) {
        let piece = cells[rows]
        var words = [UInt64](repeating: 0, count: rows.count / 64 + 1)
        for (index, cell) in piece.enumerated() where cell != .null { words[index / 64] |= 1 << UInt64(index % 64) }
        let validity: [UInt64]? = piece.contains(.null) ? words : nil
        func lend(_ body: (UnsafePointer<UInt64>?) -> Void) {
            if let validity { validity.withUnsafeBufferPointer { body($0.baseAddress!) } } else { body(nil) }
        }
        // One more than there are, so that each array has an address.
        switch schema.type {
        case .int64, .timestamp:
            let values = piece.compactMap { $0.integer.map { Int64($0) } } + [0]
            lend { buffer.append(int64s: values, rows: rows.count, validity: $0) }
        case .date:
            let values = piece.compactMap { $0.integer.map { Int32($0) } } + [0]
            lend { buffer.append(int32s: values, rows: rows.count, validity: $0) }
        case .decimal:
            let values = piece.compactMap(\.integer) + [0]
            lend { validity in try! buffer.append(decimals: values, rows: rows.count, validity: validity) }
        case .double:
            let values = piece.compactMap(\.double) + [0]
            lend { buffer.append(doubles: values, rows: rows.count, validity: $0) }
        case .boolean:
            let values = piece.compactMap(\.boolean) + [false]
            lend { buffer.append(booleans: values, rows: rows.count, validity: $0) }
        case .utf8:
            let texts: [[UInt8]] = piece.compactMap(\.text)
            let bytes: [UInt8] = Array(texts.joined()) + [0]
            let offsets: [Int] = texts.reduce(into: [0]) { $0.append($0.last! + $1.count) }
            lend { validity in
                if !bySlices {
                    return buffer.append(strings: bytes, offsets: offsets, rows: rows.count, validity: validity)
                }
                bytes.withUnsafeBytes { bytes in
                    let slices = texts.indices.map {
                        UnsafeRawBufferPointer(rebasing: bytes[offsets[$0]..<offsets[$0 + 1]])
                    }
                    buffer.append(
                        slices: slices + [UnsafeRawBufferPointer(start: nil, count: 0)], rows: rows.count,
                        validity: validity)
                }
            }
        }
    }

    var buffer: ColumnBuffer {
        let buffer = ColumnBuffer(schema.type)
        append(0..<cells.count, to: buffer)
        return buffer
    }
}

extension ColumnBuffer {
    /// What the buffer holds, row by row.
    var cells: [Cell] {
        var value = -1
        return (0..<rowCount).map { row in
            guard hasValue(row) else { return .null }
            value += 1
            return switch type {
            case .int64, .timestamp: .integer(Int128(int64s[value]))
            case .date: .integer(Int128(int32s[value]))
            case .decimal: .integer(decimal(value))
            case .double: .double(doubles[value].bitPattern)
            case .boolean: .boolean(boolean(value))
            case .utf8: .text([UInt8](string(value)))
            }
        }
    }
}

/// A table of columns with as many rows.
struct TestTable {
    var columns: [TestColumn]

    var schema: TableSchema { TableSchema(columns: columns.map(\.schema)) }
    var rows: Int { columns[0].cells.count }

    /// The rows in pieces of up to `most` rows.
    func pieces(_ most: Int, _ random: inout Dice) -> [RowBuffer] {
        var pieces: [RowBuffer] = []
        var row = 0
        while row < rows {
            let end = min(rows, row + 1 + random.below(most))
            let piece = RowBuffer(schema: schema)
            let bySlices = random.once(in: 2)
            for (column, buffer) in zip(columns, piece.columns) {
                column.append(row..<end, to: buffer, bySlices: bySlices)
            }
            pieces.append(piece)
            row = end
        }
        return pieces
    }

    /// The table as a file, written as a stream.
    func file(
        _ random: inout Dice, _ options: WriterOptions = WriterOptions(), pieces most: Int = 1000
    ) throws -> [UInt8] {
        let file = MemoryFile()
        var writer = RowWriter(schema: schema, options: options) { file.bytes += $0 }
        for piece in pieces(most, &random) { try writer.append(piece) }
        let (bytes, rows) = try writer.finish(metadata: [("k", "v")])
        precondition(bytes == file.bytes.count && rows == self.rows, "\(rows) rows in \(bytes) bytes")
        return file.bytes
    }

    /// Reads a file back, all row groups one behind the other.
    init(reading bytes: [UInt8], options: ReaderOptions = ReaderOptions()) throws {
        let reader = try TableReader(source: MemorySource(bytes), options: options)
        columns = try reader.schema.columns.enumerated().map { index, schema in
            let buffer = ColumnBuffer(schema.type)
            var cells: [Cell] = []
            for group in reader.rowGroups.indices {
                try reader.read(rowGroup: group, column: index, into: buffer)
                cells += buffer.cells
            }
            return TestColumn(schema, cells)
        }
    }

    init(columns: [TestColumn]) { self.columns = columns }

    /// Any number of columns of any types.
    init(rows: Int, _ random: inout Dice) {
        columns = (0..<1 + random.below(8)).map { index in
            let type = random.pick(ColumnType.samples)
            let encoding = random.pick(ColumnEncoding.allCases.filter { $0.suits(type) } + [.automatic, .automatic])
            let schema = ColumnSchema("c\(index)", type, isNullable: random.once(in: 2), encoding: encoding)
            return TestColumn(
                schema, rows: rows, nulls: random.pick(Nulls.allCases), few: random.once(in: 2), &random)
        }
    }

    /// The cells alone: encodings are the writer's business.
    var cells: [[Cell]] { columns.map(\.cells) }
}
