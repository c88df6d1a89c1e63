//  How fast columns of each type are collected, encoded and read: megabytes a second of their values in memory.
//
//  Half a million rows of a column go into a buffer in pieces of a thousand, are encoded as one row group and read back,
//  without compression, with LZ4 and with zstd; the file's size is shown as a part of the values'. "few" values are of a
//  handful, "many" hardly repeat; of "nulls", every third row has none. Processor time, the least of all rounds; what was
//  read must be equal to what was collected.

import Glibc
import ParquetTable

enum TypesBenchmark {
    private static let rows = 1 << 19
    private static let piece = 1024
    private static let types: [(name: String, type: ColumnType)] = [
        ("boolean", .boolean), ("integer", .int64), ("double", .double), ("date", .date), ("timestamp", .timestamp),
        ("decimal(9)", .decimal(precision: 9, scale: 2)), ("decimal(18)", .decimal(precision: 18, scale: 2)),
        ("decimal(38)", .decimal(precision: 38, scale: 2)), ("string", .utf8),
    ]
    private static let codecs: [(name: String, compression: WriterOptions.Compression)] = [
        ("none", .uncompressed), ("lz4", .lz4Raw), ("zstd", .zstd),
    ]

    /// Values of a column, and which rows have one.
    private struct Input {
        var integers: [Int64] = []
        var days: [Int32] = []
        var decimals: [Int128] = []
        var doubles: [Double] = []
        var booleans: [Bool] = []
        var bytes: [UInt8] = []
        var offsets = [0]
        var validity: [UInt64]?
    }

    static func run(rounds: Int) throws {
        for (name, type) in types {
            for kind in ["few", "many", "nulls"] where type != .boolean || kind != "few" {
                let input = input(type, kind)
                var line = "\(name), \(kind):"
                var collecting = Double.infinity
                let buffer = ColumnBuffer(type)
                for _ in 0..<rounds {
                    buffer.removeAll()
                    collecting = min(collecting, try seconds { try collect(input, into: buffer) })
                }
                let megabytes = Double(buffer.byteCount) / 1e6
                line += " collected at \(Int(megabytes / collecting)) MB/s"
                for (codec, compression) in codecs {
                    let (writing, reading, size) = try measure(buffer, compression, rounds)
                    line += "; \(codec) \(Int(megabytes / writing)) written, \(Int(megabytes / reading)) read, "
                    line += "\(Int((100 * Double(size) / 1e6 / megabytes).rounded())) %"
                }
                print(line)
            }
        }
    }

    private static func measure(
        _ buffer: ColumnBuffer, _ compression: WriterOptions.Compression, _ rounds: Int
    ) throws -> (writing: Double, reading: Double, size: Int) {
        let column = ColumnSchema("c", buffer.type, isNullable: true)
        let options = WriterOptions(compression: compression)
        let encoder = RowGroupEncoder(schema: TableSchema(columns: [column]), options: options)
        let part = ColumnEncoder(options: options)
        var (writing, reading) = (Double.infinity, Double.infinity)
        var bytes: [UInt8] = []
        for _ in 0..<rounds {
            writing = min(writing, try seconds { try part.encode(buffer, column) })
        }
        encoder.append([part])
        var writer = TableWriter(schema: TableSchema(columns: [column]), options: options) { bytes += $0 }
        try writer.write(encoder)
        _ = try writer.finish()
        let reader = try TableReader(source: MemorySource(bytes))
        let back = ColumnBuffer(buffer.type)
        for _ in 0..<rounds {
            reading = min(reading, try seconds { try reader.read(rowGroup: 0, column: 0, into: back) })
        }
        guard back == buffer else {
            print("wrong: what was written of \(buffer.type) is read as something else")
            exit(1)
        }
        return (writing, reading, bytes.count)
    }

    // MARK: Values

    private static func input(_ type: ColumnType, _ kind: String) -> Input {
        var state: UInt64 = 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var input = Input()
        var words = [UInt64](repeating: 0, count: rows / 64)
        for row in 0..<rows {
            if kind == "nulls", next(3) == 0 { continue }
            words[row / 64] |= 1 << UInt64(row % 64)
            let value = kind == "few" ? next(40) : next(1 << 30)
            switch type {
            case .int64: input.integers.append(Int64(value % 86_400))
            case .timestamp: input.integers.append(1_650_000_000_000_000 + Int64(row) * 40_000 + Int64(value % 30_000))
            case .date: input.days.append(19_000 + Int32(value % 3000))
            case .double: input.doubles.append(Double(value) / 7)
            case .boolean: input.booleans.append(value % 2 == 0)
            case .decimal(let precision, _):
                let amount = Int128(value % 999_999_937)
                input.decimals.append(precision < 38 ? amount : amount * 1_000_000_000_000)
                if precision <= 9 { input.days.append(Int32(amount)) }
                if precision > 9, precision <= 18 { input.integers.append(Int64(amount)) }
            case .utf8:
                input.bytes += Array((kind == "few" ? "CHANNEL \(value)" : "HNH\(value)").utf8)
                input.offsets.append(input.bytes.count)
            }
        }
        if kind == "nulls" { input.validity = words }
        return input
    }

    private static func collect(_ input: Input, into buffer: ColumnBuffer) throws {
        var value = 0
        for start in stride(from: 0, to: rows, by: piece) {
            var present = piece
            try (input.validity ?? []).withUnsafeBufferPointer { words in
                let words = words.baseAddress.map { $0 + start / 64 }
                if let words, input.validity != nil {
                    present = (0..<piece / 64).reduce(0) { $0 + words[$1].nonzeroBitCount }
                }
                try append(input, from: value, to: buffer, input.validity == nil ? nil : words)
            }
            value += present
        }
    }

    private static func append(
        _ input: Input, from value: Int, to buffer: ColumnBuffer, _ words: UnsafePointer<UInt64>?
    ) throws {
        switch buffer.type {
        case .int64, .timestamp, .decimal(10...18, _):
            input.integers.withUnsafeBufferPointer {
                buffer.append(int64s: $0.baseAddress! + value, rows: piece, validity: words)
            }
        case .date, .decimal(1...9, _):
            input.days.withUnsafeBufferPointer {
                buffer.append(int32s: $0.baseAddress! + value, rows: piece, validity: words)
            }
        case .decimal:
            try input.decimals.withUnsafeBufferPointer {
                try buffer.append(decimals: $0.baseAddress! + value, rows: piece, validity: words)
            }
        case .double:
            input.doubles.withUnsafeBufferPointer {
                buffer.append(doubles: $0.baseAddress! + value, rows: piece, validity: words)
            }
        case .boolean:
            input.booleans.withUnsafeBufferPointer {
                buffer.append(booleans: $0.baseAddress! + value, rows: piece, validity: words)
            }
        case .utf8:
            input.bytes.withUnsafeBufferPointer { bytes in
                input.offsets.withUnsafeBufferPointer { offsets in
                    buffer.append(
                        strings: bytes.baseAddress!, offsets: offsets.baseAddress! + value, rows: piece, validity: words
                    )
                }
            }
        }
    }

    /// Processor time of this process for `body`, in seconds.
    private static func seconds(_ body: () throws -> Void) rethrows -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        }
        let begun = now()
        try body()
        return now() - begun
    }
}
