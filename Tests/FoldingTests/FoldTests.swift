//  Tables and runs against a dictionary.

import Columns
import Records
import TestSupport
import Testing

@testable import Folding

/// A record as a fold sees it.
struct SampleRecord {
    var contract: [UInt8]
    var app: [UInt8]
    var value: Int64

    init(_ contract: [UInt8], _ app: [UInt8], _ value: Int64) {
        (self.contract, self.app, self.value) = (contract, app, value)
    }

    init(_ contract: String, _ app: String, _ value: Int64) { self.init(Array(contract.utf8), Array(app.utf8), value) }
}

/// A row of a keyed table.
struct Row: Hashable, CustomStringConvertible {
    var keys: [[UInt8]]
    var measures: [Int64]

    var description: String { "\(keys.map { String(decoding: $0, as: UTF8.self) }) \(measures)" }
}

extension Row {
    static func precedes(_ a: Row, _ b: Row) -> Bool {
        a.keys.lexicographicallyPrecedes(b.keys) { $0.lexicographicallyPrecedes($1) }
    }
}

extension KeyedBatch {
    var rows: [Row] {
        (0..<count).map { row in
            Row(
                keys: keys.map { column in Array(column.bytes[column.offsets[row]..<column.offsets[row + 1]]) },
                measures: measures.map { $0[row] })
        }
    }

    init(_ rows: some Collection<Row>, keyCount: Int = 2, measureCount: Int) {
        var keys = (0..<keyCount).map { _ in StringColumn() }
        for row in rows { for k in keys.indices { keys[k].append(row.keys[k]) } }
        self.init(keys: keys, measures: (0..<measureCount).map { m in rows.map { $0.measures[m] } })
    }
}

/// Adds records to a table in batches of any size.
func add(_ records: ArraySlice<SampleRecord>, to table: inout FoldTable, batchSize: Int = RecordBatch.capacity)
    throws(FoldError)
{
    try inBatches(records, batchSize) { (batch) throws(FoldError) in try table.add(batch) }
}

/// Makes batches of records. Keys lie apart, with other bytes behind each.
func inBatches(
    _ records: ArraySlice<SampleRecord>, _ batchSize: Int, _ receive: (borrowing RecordBatch) throws(FoldError) -> Void
) throws(FoldError) {
    var rest = records
    while !rest.isEmpty {
        let part = rest.prefix(batchSize)
        rest = rest.dropFirst(part.count)
        var memory: [UInt8] = []
        var places: [(Int, Int)] = []
        for record in part {
            for key in [record.contract, record.app] {
                places.append((memory.count, key.count))
                memory += key + [0xFF]
            }
        }
        memory += Array(repeating: 0x41, count: RecordBatch.keyPadding)
        try memory.withUnsafeBufferPointer { (memory) throws(FoldError) in
            var batch = RecordBatch(keyCount: 2)
            for (row, record) in part.enumerated() {
                for k in 0..<2 {
                    let (start, count) = places[row * 2 + k]
                    batch.keys[row * 2 + k] = ByteSlice(base: memory.baseAddress! + start, count: count)
                }
                batch.values[row] = record.value
            }
            batch.count = part.count
            try receive(batch)
        }
    }
}

func run(of records: ArraySlice<SampleRecord>, batchSize: Int = RecordBatch.capacity) throws -> FoldRun {
    var table = FoldTable()
    try add(records, to: &table, batchSize: batchSize)
    return FoldRun(sealing: table)
}

/// Merges runs; checks the sizes of the batches and that rows ascend.
func mergedRows(_ runs: [FoldRun], rowLimit: Int) throws -> [Row] {
    var sizes: [Int] = []
    var rows: [Row] = []
    try FoldRun.merge(runs, rowLimit: rowLimit) {
        sizes.append($0.count)
        rows += $0.rows
    }
    #expect(sizes.dropLast().allSatisfy { $0 == rowLimit } && sizes.allSatisfy { (1...rowLimit).contains($0) })
    #expect(zip(rows, rows.dropFirst()).allSatisfy { Row.precedes($0, $1) })
    for keysPerRange in [1, 20] {
        #expect(try rowsOfRanges(runs, keysPerRange: keysPerRange, rowLimit: rowLimit) == rows)
    }
    return rows
}

/// The same, range by range, as several threads would do it.
private func rowsOfRanges(_ runs: [FoldRun], keysPerRange: Int, rowLimit: Int) throws -> [Row] {
    let merge = try RunMerge(runs, keysPerRange: keysPerRange)
    for run in runs.indices.reversed() { merge.distribute(run) }
    let room = RunMergeRoom(rowLimit: rowLimit)
    var lastContract: [UInt8]?
    return try (0..<merge.rangeCount).flatMap { range in
        var rows: [Row] = []
        try merge.merge(range: range, in: room) { rows += $0.rows }
        try room.finish { rows += $0.rows }
        #expect(rows.first.map { $0.keys[0] != lastContract } ?? true, "a contract lies in two ranges")
        lastContract = rows.last?.keys[0] ?? lastContract
        return rows
    }
}

/// The same with a dictionary.
func referenceRows(_ records: [SampleRecord]) -> [Row] {
    var sums: [[[UInt8]]: [Int64]] = [:]
    for record in records {
        let old = sums[[record.contract, record.app]] ?? [0, 0]
        sums[[record.contract, record.app]] = [old[0] + record.value, old[1] + 1]
    }
    return sums.map { Row(keys: $0, measures: $1) }.sorted(by: Row.precedes)
}

@Suite struct FoldTests {
    @Test(arguments: 0..<16) func sumsAreThoseOfADictionary(seed: Int) throws {
        var random = Dice(seed: 100 + seed)
        let lengths = [1...15, 16...40, 1...40, 14...17][seed % 4]
        let contracts = (0..<[3, 60, 900][seed % 3]).map { _ in random.key(lengths) }
        let apps =
            seed % 5 == 0
            ? (0..<500).map { _ in random.key(1...30) } + [[]]
            : ["CHANNEL", "VOD", "A name of more than fifteen bytes", ""].map { Array($0.utf8) }
        let records = (0..<2000).map { _ in
            SampleRecord(
                random.pick(contracts), random.pick(apps), Int64(random.below(200_000)) - (seed % 2 == 0 ? 100_000 : 0))
        }
        let expected = referenceRows(records)
        for parts in [1, 3, 40] {
            let cuts = ([0, records.count] + (1..<parts).map { _ in random.below(records.count) }).sorted()
            let runs = try zip(cuts, cuts.dropFirst()).map {
                try run(of: records[$0..<$1], batchSize: random.pick([1, 13, 1024]))
            }
            #expect(
                try mergedRows(runs.shuffled(using: &random), rowLimit: random.pick([1, 2, 100, 1_000_000])) == expected
            )
            #expect(runs.reduce(0) { $0 + $1.absoluteSum } == records.reduce(0) { $0 + abs($1.value) })
        }
    }

    @Test func aLargeTableHoldsEveryKey() throws {
        // A million takes minutes without the optimizer.
        #if DEBUG
            let count = 12_000
        #else
            let count = 1_000_000
        #endif
        var table = FoldTable(expectedCount: 100)
        let step = 4096
        for start in stride(from: 0, to: count, by: step) {
            // Scattered, each once; the last digits differ fastest.
            let records = (start..<min(start + step, count)).map {
                SampleRecord("C\($0 * 7919 % count)", "CHANNEL", Int64($0))
            }
            try add(records[...], to: &table)
        }
        #expect(table.count == count)
        var seen = 0
        var sum: Int64 = 0
        var last = Row(keys: [[], []], measures: [])
        var isAscending = true
        try FoldRun.merge([FoldRun(sealing: table)], rowLimit: 50_000) { batch in
            for row in batch.rows {
                isAscending = isAscending && Row.precedes(last, row) && row.measures[1] == 1
                last = row
                sum += row.measures[0]
            }
            seen += batch.count
        }
        #expect(isAscending)
        #expect(seen == count)
        #expect(sum == Int64(count) * Int64(count - 1) / 2)
    }

    @Test func nothingMergesToNothing() throws {
        #expect(try mergedRows([], rowLimit: 10).isEmpty)
        #expect(try mergedRows([run(of: []), run(of: [])], rowLimit: 10).isEmpty)
        #expect(try run(of: []).count == 0)
    }

    @Test func keysThatBeginAlikeStayApart() throws {
        let stem = "exactly15bytes!"
        let contracts = [
            stem, stem + "\0", stem + "\0\0", stem + "x", String(stem.dropLast()), String(stem.dropLast()) + "\0",
            stem + stem, "e", "e\0",
        ]
        let apps = ["", "\0", stem, stem + "\0", stem + "x"]
        let records = contracts.flatMap { contract in apps.map { SampleRecord(contract, $0, 1) } }
        let expected = referenceRows(records)
        #expect(expected.count == contracts.count * apps.count)
        #expect(
            try mergedRows([run(of: records[...]), run(of: records.reversed()[...])], rowLimit: 4)
                == expected.map { Row(keys: $0.keys, measures: [2, 2]) })
    }

    @Test func sumsUpToTheLargestNumberFit() throws {
        let top = SampleRecord("A", "X", .max)
        #expect(
            try mergedRows([run(of: [top]), run(of: [SampleRecord("A", "X", 0)])], rowLimit: 9) == [
                Row(keys: [[65], [88]], measures: [.max, 2])
            ])
        #expect(
            try mergedRows([run(of: [SampleRecord("A", "X", .min)])], rowLimit: 9) == [
                Row(keys: [[65], [88]], measures: [.min, 1])
            ])
        for (first, second) in [
            (Int64.max, Int64(1)), (1, .max), (.max, -1), (.min, -1), (-1, .min), (.max, .max), (.min, .min),
        ] {
            #expect(throws: FoldError.overflow(key: "B")) {
                try run(of: [SampleRecord("A", "X", 0), SampleRecord("B", "X", first), SampleRecord("B", "X", second)])
            }
            #expect(throws: FoldError.overflow(key: "B")) {
                try mergedRows(
                    [run(of: [SampleRecord("B", "X", first)]), run(of: [SampleRecord("B", "X", second)])], rowLimit: 9)
            }
        }
        // The contract that is named is not the one that happened to come last.
        for large in ["B", "a contract of many bytes"] {
            let records = [SampleRecord("A", "X", 1), SampleRecord(large, "X", .max), SampleRecord("C", "X", 1)]
            for order in [records, records.reversed()] {
                #expect(throws: FoldError.overflow(key: large)) { try run(of: order[...]) }
                #expect(throws: FoldError.overflow(key: large)) {
                    try mergedRows(order.map { try run(of: [$0]) }, rowLimit: 9)
                }
            }
        }
    }
}
