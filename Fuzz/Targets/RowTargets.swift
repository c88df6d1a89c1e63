//  Rows of declared fields: the reader of CSV, and what makes values of cells. For CSV the first two bytes of an input say how
//  it is read, the rest is the file:
//
//      byte 0    bits 0-1  delimiter: found out, comma, semicolon, tab
//                bit  2    quotes are bytes like others
//                bit  3    the file has no header
//                bits 4-5  longest record: 64 KiB, 60, 20 or 5 bytes
//                bit  6    NULL is written so
//                bit  7    the end is told late
//      byte 1    bits 0-5  bytes of each window, less one
//                bits 6-7  fields
//
//  For cells the first byte is the type, the second the settings, and then come the cells: kind, length, text.

import CSVRecords
import ReaderReference
import Records
import RowReference
import TestSupport
import TypedRows

private let csvSchemas: [RowSchema] = [
    RowSchema([RowField("f", path: FieldPath([["id"]]), .string, isRequired: false)]),
    RowSchema([RowField("name", .string, isRequired: false), RowField("id", .string, isRequired: false)]),
    RowSchema([
        RowField("f", path: FieldPath([["other"], ["x", "y"]]), .string, isRequired: false),
        RowField("g", path: FieldPath([["name"]]), .string, isRequired: false),
        RowField("h", path: FieldPath([["name"]]), .string, isRequired: false),
    ]),
    RowSchema([RowField("id", .string)]),
]

func checkCSV(_ input: [UInt8]) throws -> Bool {
    guard input.count >= 2 else { return false }
    let (bits, file) = (input[0], Array(input[2...]))
    let schema = csvSchemas[Int(input[1] >> 6)]
    let settings = CSVSettings(
        delimiter: [nil, 0x2C, 0x3B, 0x09][Int(bits & 3)], quote: bits & 4 == 0 ? 0x22 : nil,
        columns: bits & 8 == 0 ? nil : ["id", "name"], null: bits & 0x40 == 0 ? "" : "NULL")
    let longest = [1 << 16, 60, 20, 5][Int(bits >> 4 & 3)]
    let expected: Result<CSVReading, CSVError>
    do throws(CSVError) {
        expected = .success(try .expected(file, schema, settings, longest: longest))
    } catch { expected = .failure(error) }
    let actual: Result<CSVReading, CSVError>
    do {
        actual = .success(
            try CSVReading(
                file, schema, settings, longest: longest, step: Int(input[1] & 0x3F) + 1, tellsEndLate: bits & 0x80 != 0
            ))
    } catch let error as CSVError { actual = .failure(error) }
    try promise(actual == expected, "\(actual), not \(expected)")
    if case .success(let reading) = actual { return !reading.rows.isEmpty }
    return false
}

private let cellSettings: [ConversionSettings] = [
    ConversionSettings(), ConversionSettings(isUntyped: true),
    ConversionSettings(decimalRounding: .nearest, timestampRounding: .nearest, acceptsNonFinite: true),
    ConversionSettings(isUntyped: true, decimalRounding: .down, timestampRounding: .up),
]

func checkCells(_ input: [UInt8]) throws -> Bool {
    guard input.count >= 2 else { return false }
    let type = FieldType.samples[Int(input[0]) % FieldType.samples.count]
    let settings = cellSettings[Int(input[1] & 3)]
    let schema = RowSchema([RowField("f", type, isRequired: input[1] & 4 != 0)])
    var rows: [[ReferenceCell]] = []
    var i = 2
    while i + 2 <= input.count {
        let text = input[(i + 2)...].prefix(Int(input[i + 1]))
        rows.append([ReferenceCell(kind: input[i], Array(text)).read(settings)])
        i += 2 + text.count
    }
    let (actual, expected) = (ConvertedRows(rows, schema, settings), ConvertedRows.expected(rows, schema, settings))
    try promise(actual == expected, "\(type), \(settings): \(actual), not \(expected)")
    return !actual.rows.isEmpty
}

// MARK: Seeds

func csvSeeds() -> [[UInt8]] {
    var dice = Dice(seed: 5)
    return (0..<60).map { number in
        let file = RandomCSV(&dice)
        let bits: UInt8 = (file.settings.columns == nil ? 0 : 8) | (file.settings.quote == nil ? 4 : 0)
        return [bits | (number % 5 == 4 ? 0x80 : 0), UInt8(number * 4)] + file.bytes.prefix(1000)
    }
}

func cellSeeds() -> [[UInt8]] {
    var dice = Dice(seed: 6)
    return (0..<4 * FieldType.samples.count).map { number in
        let type = number % FieldType.samples.count
        var seed: [UInt8] = [UInt8(type), UInt8(number / FieldType.samples.count)]
        for _ in 0..<8 {
            let cell = ReferenceCell.random(for: FieldType.samples[type], &dice)
            seed += [UInt8(cell.kind.rawValue), UInt8(cell.text.count)] + cell.text
        }
        return seed
    }
}
