import Conversion
import DurableIO
import Intake
import ParquetTable
import Records
import RowReference
import TestSupport

/// A conversion of files in a folder of its own.
struct Converted {
    var result: ConversionResult
    var bytes: [UInt8]

    /// - Parameters:
    ///   - contents: of one file each; gzip is found by its first bytes.
    ///   - change: of the request, before it is carried out.
    init(
        _ contents: [[UInt8]], _ schema: RowSchema? = nil, _ format: ConversionFormat = .parquet,
        change: (inout ConversionRequest) -> Void = { _ in }
    ) throws {
        var bytes: [UInt8] = []
        let store = SinkStore {
            bytes = []
            return { bytes.append(contentsOf: $0) }
        }
        result = try Self.convert(contents, schema, format, into: store, change: change)
        self.bytes = bytes
    }

    /// Converts contents into a store.
    static func convert(
        _ contents: [[UInt8]], _ schema: RowSchema?, _ format: ConversionFormat, into store: any TableStore,
        change: (inout ConversionRequest) -> Void = { _ in }
    ) throws -> ConversionResult {
        let folder = try TemporaryFolder()
        let inputs = try contents.enumerated().map { index, content in
            let path = folder.file("\(index)")
            let file = try AtomicFile(path, in: .real)
            try content.withUnsafeBytes { try file.write($0) }
            try file.commit()
            return FoldInput(name: "\(index)", path: path)
        }
        var request = ConversionRequest(inputs, schema: schema, format: format)
        change(&request)
        return try Conversion(request, fileSystem: .real).run(into: store)
    }

    init(
        _ text: String, _ schema: RowSchema? = nil, _ format: ConversionFormat = .parquet,
        change: (inout ConversionRequest) -> Void = { _ in }
    ) throws {
        try self.init([Array(text.utf8)], schema, format, change: change)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The types of the fields, by name.
    var types: [String: FieldType] { Dictionary(uniqueKeysWithValues: result.schema.fields.map { ($0.name, $0.type) }) }

    /// The rows of a Parquet file.
    func rows() throws -> [[ReferenceValue]] { try Self.rows(bytes) }

    static func rows(_ table: [UInt8]) throws -> [[ReferenceValue]] {
        let reader = try TableReader(source: MemorySource(table))
        return try reader.rowGroups.indices.flatMap { group in
            let rows = RowBuffer(schema: reader.schema)
            for column in reader.schema.columns.indices {
                try reader.read(rowGroup: group, column: column, into: rows.columns[column])
            }
            return ConvertedRows.rows(rows)
        }
    }
}

/// A record of cells as a line of JSON, its members in any order.
func jsonLine(_ cells: [ReferenceCell], _ schema: RowSchema, _ dice: inout Dice) -> String {
    var members = zip(schema.fields, cells).compactMap { field, cell -> String? in
        let text = String(decoding: cell.text, as: UTF8.self)
        let value: String
        switch cell.kind {
        case .missing: return nil
        case .null: value = "null"
        case .number, .boolean, .container: value = text
        case .string: value = quoted(text)
        }
        return "\(quoted(field.name)):\(value)"
    }
    if dice.once(in: 3) { members.shuffle(using: &dice) }
    if dice.once(in: 5) { members.append("\"other\(dice.below(3))\":[{\"a\":1}]") }
    return "{\(members.joined(separator: ","))}"
}

private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"", "\\": result += "\\\(scalar)"
        case _ where scalar.value < 0x20:
            let digits = String(scalar.value, radix: 16)
            result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
