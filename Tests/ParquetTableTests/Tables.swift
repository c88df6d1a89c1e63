//  Tables to write, and the shortest ways to write and read them.

import Columns
import ParquetTable
import TestSupport

/// A file in memory that a writer fills.
final class MemoryFile {
    var bytes: [UInt8] = []

    static func write(
        _ schema: TableSchema, _ groups: [[ColumnValues]], _ options: WriterOptions = WriterOptions(),
        metadata: [(String, String)] = []
    ) throws -> [UInt8] {
        let file = MemoryFile()
        var writer = TableWriter(schema: schema, options: options) { file.bytes += $0 }
        for group in groups { try writer.write(rowGroup: group) }
        let (bytes, rows) = try writer.finish(metadata: metadata)
        precondition(bytes == file.bytes.count && rows == groups.reduce(0) { $0 + $1[0].count })
        return file.bytes
    }
}

/// What a file holds, for comparison.
struct Table: Equatable {
    var names: [String]
    var groups: [[ColumnValues]]

    init(names: [String], groups: [[ColumnValues]]) {
        self.names = names
        self.groups = groups
    }

    init(reading bytes: [UInt8], options: ReaderOptions = ReaderOptions()) throws {
        let reader = try TableReader(source: MemorySource(bytes), options: options)
        names = reader.schema.columns.map(\.name)
        groups = try reader.rowGroups.indices.map { group in
            try reader.schema.columns.indices.map { try reader.readColumn(rowGroup: group, column: $0) }
        }
    }
}

/// Kinds of values that call for different encodings and hit different corners of them.
enum ValueKind: CaseIterable {
    case few, ascending, spread, extreme

    func integer(_ row: Int, _ random: inout Dice) -> Int64 {
        switch self {
        case .few: Int64.random(in: 0..<5, using: &random)
        case .ascending: Int64(row) * 3 - 100
        case .spread: Int64.random(in: 0...86_400, using: &random)
        case .extreme:
            [Int64.min, .max, -1, 0, Int64.random(in: .min ... .max, using: &random)].randomElement(using: &random)!
        }
    }

    func string(_ row: Int, _ random: inout Dice) -> String {
        switch self {
        case .few: ["CHANNEL", "VOD", "", "é", "a longer name, of more than 16 bytes"].randomElement(using: &random)!
        case .ascending:
            "BDH" + String(String(1_000_000 + row / 2 * 137).suffix(6))
                + (row % 97 == 0 ? ", which goes on for a while" : "")
        case .spread: String(repeating: "x", count: Int.random(in: 0..<40, using: &random)) + "\0\(random.next() % 100)"
        case .extreme: String(repeating: "𝄞é", count: Int.random(in: 0..<30, using: &random))
        }
    }

    func column(_ schema: ColumnSchema, rows: Int, _ random: inout Dice) -> ColumnValues {
        var validity: Validity?
        if schema.isNullable {
            // The second half of one kind is null throughout, which makes pages without values.
            let flags = (0..<rows).map { row in
                (self != .extreme || row < rows / 2) && UInt8.random(in: 0..<3, using: &random) > 0
            }
            validity = flags.allSatisfy { $0 } ? nil : Validity(flags)
        }
        func isNull(_ row: Int) -> Bool { validity.map { !$0[row] } ?? false }
        return switch schema.type {
        case .int64: .int64((0..<rows).map { isNull($0) ? 0 : integer($0, &random) }, validity: validity)
        case .utf8:
            .utf8(StringColumn((0..<rows).map { isNull($0) ? "" : string($0, &random) }), validity: validity)
        default: preconditionFailure("arrays of type \(schema.type)")
        }
    }
}
