//  How fast the parts are: table, sort, merge, Parquet, reports, Parquet columns by type; each for itself, on one thread,
//  out of memory.
//
//      PartsBenchmark [table | sort | merge | parquet | reports | types]…
//                     [--records N] [--contracts N] [--days N] [--rounds N]
//
//  Days of records with contracts drawn evenly go into a table each; the table is sorted; the days are merged; the merge
//  is written and read as Parquet and becomes reports. Every part is given what the part before it made. Processor time,
//  the least of all rounds; the sums at the end are checked, so that no part can be fast by leaving something out.

import Columns
import Engagement
import Folding
import Glibc
import ParquetTable
import Records
import Reports

@main
struct PartsBenchmark {
    private static let parts = ["table", "sort", "merge", "parquet", "reports", "types"]
    private static let schema = KeyedSchema(plan: .engagement)

    private var wanted = Set(Self.parts)
    private var records = 1_600_000
    private var contracts = 1_900_000
    private var days = 6
    private var rounds = 3
    /// The least time of each part, in seconds, and what it worked on.
    private var results: [String: (seconds: Double, units: Int, unit: String, bytes: Int)] = [:]

    static func main() throws {
        var benchmark = PartsBenchmark()
        guard benchmark.read(Array(CommandLine.arguments.dropFirst())) else {
            print(
                """
                usage: PartsBenchmark [table | sort | merge | parquet | reports | types]… \
                [--records N] [--contracts N] [--days N] [--rounds N]
                """)
            exit(2)
        }
        for _ in 0..<benchmark.rounds { try benchmark.round() }
        benchmark.show()
        if benchmark.wanted.contains("types") { try TypesBenchmark.run(rounds: benchmark.rounds) }
    }

    private mutating func read(_ arguments: [String]) -> Bool {
        var rest = arguments[...]
        var named: Set<String> = []
        while let word = rest.popFirst() {
            if Self.parts.contains(word) {
                named.insert(word)
                continue
            }
            guard let number = rest.popFirst().flatMap({ Int($0) }), number > 0 else { return false }
            switch word {
            case "--records": records = number
            case "--contracts": contracts = number
            case "--days": days = number
            case "--rounds": rounds = number
            default: return false
            }
        }
        if !named.isEmpty { wanted = named }
        return true
    }

    /// Every part once. Parts that are not wanted run as well when a later one needs what they make.
    private mutating func round() throws {
        guard let last = Self.parts.lastIndex(where: { $0 != "types" && wanted.contains($0) }) else { return }
        var tables: [[KeyedBatch]] = []
        var expected: Int64 = 0
        for day in 0..<days {
            let input = Records(count: records, contracts: contracts, seed: UInt64(day))
            expected += input.sum
            var table = FoldTable()
            try measure("table", records, "record") { try input.lend { try table.add($0) } }
            let rows = table.count
            // A table cannot be given away in a closure, unless it lies in an optional.
            var given: FoldTable? = consume table
            var batches: [KeyedBatch] = []
            try measure("sort", rows, "row") {
                try FoldRun.merge([FoldRun(sealing: given.take()!)], rowLimit: 16_384) { batches.append($0) }
            }
            tables.append(batches)
        }
        check(tables.reduce(0) { $0 + $1.reduce(0) { $0 + $1.measures[0].reduce(0, +) } }, expected)
        if last < 2 { return }
        var merged: [KeyedBatch] = []
        let rows = tables.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }
        try measure("merge", rows, "row") {
            let inputs = tables.map { batches in
                var rest = batches[...]
                return MergeInput(measureCount: 2) { rest.popFirst() }
            }
            try KeyedMerge(schema: Self.schema, countMeasure: 1).run(inputs, rowLimit: 65_536) { merged.append($0) }
        }
        check(merged.reduce(0) { $0 + $1.measures[0].reduce(0, +) }, expected)
        let mergedRows = merged.reduce(0) { $0 + $1.count }
        if last >= 3 { try parquet(merged, mergedRows, expected) }
        if last >= 4 { try reports(merged) }
    }

    private mutating func parquet(_ batches: [KeyedBatch], _ rows: Int, _ expected: Int64) throws {
        var bytes: [UInt8] = []
        let columns =
            Self.schema.keys.map { ColumnSchema($0, .utf8) }
            + Self.schema.measures.map { ColumnSchema($0.name, .int64) }
        try measure("parquet, writing", rows, "row", { bytes.count }) {
            var writer = TableWriter(schema: TableSchema(columns: columns)) { bytes += Array($0) }
            for batch in batches {
                try writer.write(rowGroup: batch.keys.map { .utf8($0) } + batch.measures.map { .int64($0) })
            }
            _ = try writer.finish()
        }
        var sum: Int64 = 0
        try measure("parquet, reading", rows, "row", { bytes.count }) {
            let table = try TableReader(source: Memory(bytes: bytes))
            for group in table.rowGroups.indices {
                for column in columns.indices {
                    let values = try table.readColumn(rowGroup: group, column: column)
                    if column == 2 { sum += values.int64s!.reduce(0, +) }
                }
            }
        }
        check(sum, expected)
    }

    private mutating func reports(_ batches: [KeyedBatch]) throws {
        var bytes = 0
        var written = 0
        let contracts = Set(batches.flatMap { batch in (0..<batch.count).map { batch.keys[0][$0] } }).count
        try measure("reports", contracts, "contract", { bytes }) {
            let pass = try EngagementPass(
                schema: Self.schema, map: .standard,
                outputs: [Report.engagement, .profile].map { report in
                    ReportOutput(report, format: .csv) { bytes += $0.count }
                })
            for batch in batches { try pass.consume(batch) }
            written = try pass.finish().keys
        }
        check(Int64(written), Int64(contracts))
    }

    private func check(_ found: Int64, _ expected: Int64) {
        if found == expected { return }
        print("wrong: \(found) in place of \(expected)")
        exit(1)
    }

    // MARK: Measuring

    /// Processor time of this process, in seconds.
    private static func seconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private mutating func measure(
        _ part: String, _ units: Int, _ unit: String, _ bytes: () -> Int = { 0 }, _ body: () throws -> Void
    ) rethrows {
        let begun = Self.seconds()
        try body()
        let took = Self.seconds() - begun
        if let known = results[part], known.seconds / Double(known.units) <= took / Double(units) { return }
        results[part] = (took, units, unit, bytes())
    }

    private func show() {
        for part in ["table", "sort", "merge", "parquet, writing", "parquet, reading", "reports"] {
            guard wanted.contains(where: { part.hasPrefix($0) }), let result = results[part] else { continue }
            let nanoseconds = result.seconds * 1e9 / Double(result.units)
            var line = "\(part): \((nanoseconds * 10).rounded() / 10) ns a \(result.unit), \(result.units) in "
            line += "\((result.seconds * 1000).rounded() / 1000) s"
            if result.bytes > 0 { line += ", \(Int(Double(result.bytes) / result.seconds / 1e6)) MB/s" }
            print(line)
        }
    }
}

/// Bytes for the Parquet reader.
private struct Memory: ByteSource {
    let bytes: [UInt8]
    var count: Int { bytes.count }

    func read(at offset: Int, count: Int) throws -> [UInt8] { Array(bytes[offset..<offset + count]) }
}

/// Records in memory: the text of all contracts and apps, and for each record which it has.
private struct Records {
    private static let apps = ["CHANNEL", "CHANNEL", "CHANNEL", "CHANNEL", "CHANNEL", "CHANNEL", "VOD", "CHILD"].map {
        Array($0.utf8) + [UInt8](repeating: 0, count: RecordBatch.keyPadding)
    }
    private static let width = 10

    private let text: [UInt8]
    private let choices: [UInt32]
    private let seconds: [Int64]
    /// Of all records.
    let sum: Int64

    init(count: Int, contracts: Int, seed: UInt64) {
        var text: [UInt8] = []
        for contract in 0..<contracts {
            // In no order: the number is scattered by an odd factor.
            let digits = String(contract &* 7_654_321 % 100_000_000)
            text += Array("HN".utf8) + [UInt8](repeating: UInt8(ascii: "0"), count: 8 - digits.utf8.count)
            text += Array(digits.utf8)
        }
        text += [UInt8](repeating: 0, count: RecordBatch.keyPadding)
        self.text = text
        var state = seed &+ 1
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        choices = (0..<count).map { _ in UInt32(next() % UInt64(contracts)) }
        seconds = (0..<count).map { _ in Int64(next() % 86_400) }
        sum = seconds.reduce(0, +)
    }

    /// Lends all records in batches.
    func lend(_ body: (borrowing RecordBatch) throws -> Void) throws {
        var batch = RecordBatch(keyCount: 2)
        try text.withUnsafeBufferPointer { text in
            try withExtendedLifetime(Self.apps) {
                let apps = Self.apps.map { $0.withUnsafeBufferPointer { $0.baseAddress! } }
                for (index, choice) in choices.enumerated() {
                    batch.keys[2 * batch.count] = ByteSlice(
                        base: text.baseAddress! + Int(choice) * Self.width, count: Self.width)
                    let app = index & 7
                    batch.keys[2 * batch.count + 1] = ByteSlice(
                        base: apps[app], count: Self.apps[app].count - RecordBatch.keyPadding)
                    batch.values[batch.count] = seconds[index]
                    batch.count += 1
                    if batch.isFull {
                        try body(batch)
                        batch.count = 0
                    }
                }
            }
        }
        if batch.count > 0 { try body(batch) }
    }
}
