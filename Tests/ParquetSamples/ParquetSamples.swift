//  Writes Parquet files with columns of every type for other programs to read, and next to each what is in it.
//
//      ParquetSamples FOLDER
//
//      automatic-zstd.parquet …     a column for each type and each way of being null, in several row groups
//      automatic-zstd.jsonl …       the same rows, an object a line: values as text, null ones as null
//
//  Values as text: integers, days and microseconds in digits, decimals as the integers that they are multiples of, doubles
//  as their 16 hexadecimal digits, text as the hexadecimal digits of its bytes. They come from the generator and not from
//  the writer. The values of `limits` go to the ends of 32 and 64 bits also for dates and timestamps; in the other files
//  those are of the years 1 to 9999, beyond which not every reader has a date. scripts/interop reads all of it.

import Foundation
import ParquetTable
import TestSupport

@main
struct ParquetSamples {
    private static let types: [(name: String, type: ColumnType)] = [
        ("int64", .int64), ("utf8", .utf8), ("boolean", .boolean), ("double", .double), ("date", .date),
        ("timestamp", .timestamp), ("d1_0", .decimal(precision: 1, scale: 0)),
        ("d9_2", .decimal(precision: 9, scale: 2)), ("d10_10", .decimal(precision: 10, scale: 10)),
        ("d18_4", .decimal(precision: 18, scale: 4)), ("d19_0", .decimal(precision: 19, scale: 0)),
        ("d38_38", .decimal(precision: 38, scale: 38)), ("d38_10", .decimal(precision: 38, scale: 10)),
    ]
    private static let rows = 3000

    private struct Sample {
        var name: String
        var compression: WriterOptions.Compression
        /// What columns are encoded in, where it suits them.
        var encodings: [ColumnEncoding]
        var reachesLimits = false
    }

    private static let samples = [
        Sample(name: "automatic-zstd", compression: .zstd, encodings: []),
        Sample(name: "automatic-lz4", compression: .lz4Raw, encodings: []),
        Sample(name: "plain-none", compression: .uncompressed, encodings: [.plain]),
        Sample(name: "dictionary-zstd", compression: .zstd(level: 1), encodings: [.dictionary]),
        Sample(name: "delta-lz4", compression: .lz4Raw, encodings: [.deltaBinaryPacked, .deltaByteArray]),
        Sample(name: "delta-length-zstd", compression: .zstd, encodings: [.deltaBinaryPacked, .deltaLengthByteArray]),
        Sample(name: "limits", compression: .zstd, encodings: [], reachesLimits: true),
    ]

    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            print("usage: ParquetSamples FOLDER")
            exit(2)
        }
        for (seed, sample) in samples.enumerated() { try write(sample, seed, to: CommandLine.arguments[1]) }
    }

    private static func write(_ sample: Sample, _ seed: Int, to folder: String) throws {
        var random = Dice(seed: seed + 1)
        var columns: [(schema: ColumnSchema, texts: [String?])] = []
        for (name, type) in types {
            let encoding = sample.encodings.first { $0.suits(type) } ?? .automatic
            for nulls in ["no", "some", "many", "only"] {
                let few = random.once(in: 3)
                let texts = (0..<rows).map { row -> String? in
                    switch nulls {
                    case "some" where random.once(in: 4), "many" where row / 700 % 2 == 1 || random.once(in: 2): nil
                    case "only": nil
                    default: value(type, few: few, reachesLimits: sample.reachesLimits, &random)
                    }
                }
                columns.append(
                    (ColumnSchema("\(name)_\(nulls)", type, isNullable: nulls != "no", encoding: encoding), texts))
            }
        }
        let schema = TableSchema(columns: columns.map(\.schema))
        var bytes: [UInt8] = []
        let options = WriterOptions(compression: sample.compression, pageRows: 400, rowGroupBytes: 400_000)
        var writer = RowWriter(schema: schema, options: options) { bytes += $0 }
        for start in stride(from: 0, to: rows, by: 500) {
            let piece = RowBuffer(schema: schema)
            for (index, column) in columns.enumerated() {
                for text in column.texts[start..<start + 500] { try append(text, to: piece.columns[index]) }
            }
            try writer.append(piece)
        }
        _ = try writer.finish(metadata: [("sample", sample.name)])
        let path = URL(filePath: folder).appending(path: sample.name)
        try Data(bytes).write(to: path.appendingPathExtension("parquet"))
        let lines = (0..<rows).map { row in
            let members = columns.map { "\"\($0.schema.name)\":\($0.texts[row].map { "\"\($0)\"" } ?? "null")" }
            return "{\(members.joined(separator: ","))}\n"
        }
        try Data(lines.joined().utf8).write(to: path.appendingPathExtension("jsonl"))
    }

    // MARK: Values

    /// A value as the text that stands for it.
    private static func value(_ type: ColumnType, few: Bool, reachesLimits: Bool, _ random: inout Dice) -> String {
        switch type {
        case .int64: return integer(Int128(Int64.min)...Int128(Int64.max), few: few, &random)
        case .date:
            // 1 January of the year 1 and 31 December 9999.
            let days: ClosedRange<Int128> =
                reachesLimits ? Int128(Int32.min)...Int128(Int32.max) : -719_162...2_932_896
            return integer(days, few: few, &random)
        case .timestamp:
            let micros: ClosedRange<Int128> =
                reachesLimits
                ? Int128(Int64.min)...Int128(Int64.max) : -62_135_596_800_000_000...253_402_300_799_999_999
            return integer(micros, few: few, &random)
        case .decimal(let precision, _):
            let largest = Int128(String(repeating: "9", count: precision))!
            return integer(-largest...largest, few: few, &random)
        case .boolean: return random.once(in: 2) ? "true" : "false"
        case .double:
            let special: [Double] = [
                0, -0.0, 1.5, -2.25, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi,
            ]
            // Every third value is of a row group that may have a NaN, which then has no bounds.
            let value =
                few
                ? random.pick([0.25, -1, 7])
                : random.once(in: 900)
                    ? .nan : random.once(in: 3) ? random.pick(special) : Double(random.below(1 << 40)) / 7
            return hexadecimal((0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(56 - 8 * $0)) })
        case .utf8:
            if few { return hexadecimal(Array(random.pick(["CHANNEL", "VOD", "", "é"]).utf8)) }
            let texts = [
                "", "a", "BDH\(100_000 + random.below(900_000))", "𝄞 é \u{7F} \"\\\n\t", "\u{10FFFF}\u{D7FF}",
                String(repeating: "long ", count: random.below(40)), "{\"a\":[1,null,\(random.below(1000))]}",
            ]
            return hexadecimal(Array(random.pick(texts).utf8))
        }
    }

    private static func integer(_ range: ClosedRange<Int128>, few: Bool, _ random: inout Dice) -> String {
        if few { return "\(max(range.lowerBound, Int128(random.below(7)) - 3))" }
        switch random.below(5) {
        case 0: return "\(range.lowerBound)"
        case 1: return "\(range.upperBound)"
        case 2: return "\(max(range.lowerBound, min(range.upperBound, Int128(random.below(2000)) - 1000)))"
        default:
            let wide = Int128(truncatingIfNeeded: UInt128(random.next()) << 64 | UInt128(random.next()))
            let value = wide % (range.upperBound + 1) / (random.once(in: 2) ? 1 : 1 << 20)
            return "\(max(range.lowerBound, value))"
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.map { UInt8($0.hexDigitValue!) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static func append(_ text: String?, to column: ColumnBuffer) throws {
        guard let text else { return column.appendNulls(1) }
        switch column.type {
        case .int64, .timestamp: column.append(int64s: [Int64(text)!], rows: 1)
        case .date: column.append(int32s: [Int32(text)!], rows: 1)
        case .decimal: try column.append(decimals: [Int128(text)!], rows: 1)
        case .boolean: column.append(booleans: [text == "true"], rows: 1)
        case .double: column.append(doubles: [Double(bitPattern: UInt64(text, radix: 16)!)], rows: 1)
        case .utf8:
            let bytes = bytes(text)
            column.append(strings: bytes + [0], offsets: [0, bytes.count], rows: 1)
        }
    }
}
