//  The laws of merging, over random tables.

import Columns
import Records
import TestSupport
import Testing

@testable import Folding

private let schema = KeyedSchema(
    keys: ["Contract", "AppName"],
    measures: [Measure("Seconds", .sum), Measure("Records", .sum), Measure("Days", .union)])

/// A table as a stream of batches, some of them empty.
private func input(_ rows: [Row], _ random: inout Dice, sources: [ColumnSource]? = nil) -> MergeInput {
    var batches: [KeyedBatch] = []
    var rest = rows[...]
    let size = random.pick([1, 2, 5, 1000])
    while !rest.isEmpty || random.once(in: 3) {
        let part = random.once(in: 4) ? [] : rest.prefix(1 + random.below(size))
        rest = rest.dropFirst(part.count)
        batches.append(KeyedBatch(part, measureCount: 3))
    }
    var iterator = batches.makeIterator()
    return MergeInput(sources: sources ?? (0..<3).map { .column($0) }) { iterator.next() }
}

private func merged(_ inputs: [MergeInput], rowLimit: Int = 64, countMeasure: Int? = nil) throws -> [Row] {
    var rows: [Row] = []
    var sizes: [Int] = []
    try KeyedMerge(schema: schema, countMeasure: countMeasure).run(inputs, rowLimit: rowLimit) {
        rows += $0.rows
        sizes.append($0.count)
    }
    #expect(sizes.dropLast().allSatisfy { $0 == rowLimit } && sizes.allSatisfy { (1...rowLimit).contains($0) })
    #expect(zip(rows, rows.dropFirst()).allSatisfy { Row.precedes($0, $1) })
    return rows
}

private func merged(_ tables: [[Row]], _ random: inout Dice) throws -> [Row] {
    try merged(tables.map { input($0, &random) }, rowLimit: random.pick([1, 3, 64, 100_000]))
}

/// The same with a dictionary.
private func reference(_ tables: [[Row]]) -> [Row] {
    var rows: [[[UInt8]]: [Int64]] = [:]
    for row in tables.joined() {
        let old = rows[row.keys] ?? [0, 0, 0]
        rows[row.keys] = [old[0] + row.measures[0], old[1] + row.measures[1], old[2] | row.measures[2]]
    }
    return rows.map { Row(keys: $0, measures: $1) }.sorted(by: Row.precedes)
}

extension Dice {
    /// Rows with few different keys, sorted, each key once.
    fileprivate mutating func table(_ count: Int, keys: [[[UInt8]]]) -> [Row] {
        var rows: [[[UInt8]]: [Int64]] = [:]
        for _ in 0..<count {
            rows[pick(keys)] = [Int64(below(2_000_000)) - 1_000_000, 1 + Int64(below(9)), 1 << Int64(below(63))]
        }
        return rows.map { Row(keys: $0, measures: $1) }.sorted(by: Row.precedes)
    }

    fileprivate mutating func keys(_ count: Int) -> [[[UInt8]]] {
        let lengths = pick([1...15, 15...40, 0...20, 1...3])
        let contracts = (0..<count).map { _ in key(lengths) }
        return (0..<count * 2).map { _ in
            [pick(contracts), once(in: 5) ? key(0...30) : Array(pick(["", "CHANNEL", "VOD"]).utf8)]
        }
    }
}

@Suite struct MergeTests {
    @Test(arguments: 0..<20) func mergingIsAssociativeAndCommutativeWithAnIdentity(seed: Int) throws {
        var random = Dice(seed: 200 + seed)
        let keys = random.keys([2, 20, 200][seed % 3])
        let tables = (0..<3).map { _ in random.table(random.below(300), keys: keys) }
        let (a, b, c) = (tables[0], tables[1], tables[2])
        let all = try merged(tables, &random)
        #expect(all == reference(tables))
        #expect(try merged([merged([a, b], &random), c], &random) == all)
        #expect(try merged([a, merged([b, c], &random)], &random) == all)
        #expect(try merged([c, a, b], &random) == all)
        #expect(try merged([b, a], &random) == merged([a, b], &random))
        #expect(try merged([[], a, []], &random) == a)
        #expect(try merged([a], &random) == a)
        #expect(try merged([[], []], &random).isEmpty)
    }

    @Test(arguments: 0...40) func anyNumberOfInputsIsMerged(count: Int) throws {
        var random = Dice(seed: 300 + count)
        let keys = random.keys(30)
        let tables = (0..<count).map { _ in random.table(random.pick([0, 1, 5, 60]), keys: keys) }
        #expect(try merged(tables, &random) == reference(tables))
    }

    @Test(arguments: 0..<20) func whatWasAddedCanBeTakenAway(seed: Int) throws {
        var random = Dice(seed: 400 + seed)
        let keys = random.keys(25)
        let tables = (0..<1 + random.below(5)).map { _ in random.table(random.below(80), keys: keys) }
        let gone = random.table(60, keys: keys)
        let total = try merged(tables + [gone], &random)
        let away: [ColumnSource] = [.negated(0), .negated(1), .none]
        let inputs = [input(total, &random), input(gone, &random, sources: away)].shuffled(using: &random)
        let rest = try merged(inputs, rowLimit: random.pick([1, 7, 1000]), countMeasure: 1)
        func sums(_ rows: [Row]) -> [Row] { rows.map { Row(keys: $0.keys, measures: Array($0.measures.prefix(2))) } }
        #expect(sums(rest) == sums(reference(tables)))
        // All taken away, nothing is left.
        let everything = (tables + [gone]).map { input($0, &random, sources: away) }
        #expect(try merged([input(total, &random)] + everything, countMeasure: 1).isEmpty)
        // Without a column that counts, rows stay.
        #expect(
            try merged([input(total, &random)] + (tables + [gone]).map { input($0, &random, sources: away) }).count
                == total.count)
    }

    @Test(arguments: 0..<8) func columnsComeFromWhereTheInputSays(seed: Int) throws {
        var random = Dice(seed: 500 + seed)
        let keys = random.keys(10)
        let (a, b, c) = (random.table(30, keys: keys), random.table(30, keys: keys), random.table(30, keys: keys))
        let mask: Int64 = 0x0F0F_0F0F
        let found = try merged([
            input(a, &random, sources: [.column(0), .column(1), .masked(2, mask)]),
            input(b, &random, sources: [.column(1), .constant(7), .constant(1 << 40)]),
            input(c, &random, sources: [.none, .none, .column(2)]),
        ])
        let expected = reference([
            a.map { Row(keys: $0.keys, measures: [$0.measures[0], $0.measures[1], $0.measures[2] & mask]) },
            b.map { Row(keys: $0.keys, measures: [$0.measures[1], 7, 1 << 40]) },
            c.map { Row(keys: $0.keys, measures: [0, 0, $0.measures[2]]) },
        ])
        #expect(found == expected)
    }

    /// Runs of one input are copied in pieces, over the bounds of what is loaded at once and of the batches that come out.
    @Test(arguments: [0, 1, 3, 40, 2000]) func fewRowsAmongMany(few: Int) throws {
        var random = Dice(seed: 600 + few)
        func number(_ value: Int) -> [UInt8] { Array(String(100_000 + value).utf8) }
        let many = (0..<9500).map {
            Row(keys: [number($0 / 2 * 3), $0 % 2 == 0 ? [0x41] : [0x42]], measures: [Int64($0), 1, 1])
        }
        var small: [[[UInt8]]: Row] = [:]
        for _ in 0..<few {
            let row = Row(keys: [number(random.below(14_300)), [0x42]], measures: [7, 1, 2])
            small[row.keys] = row
        }
        let tables = [many, small.values.sorted(by: Row.precedes)]
        for limit in [1, 4096, 5000, 100_000] {
            let inputs = tables.map { rows in
                var rest: KeyedBatch? = KeyedBatch(rows, measureCount: 3)
                return MergeInput(measureCount: 3) {
                    defer { rest = nil }
                    return rest
                }
            }
            #expect(try merged(inputs, rowLimit: limit, countMeasure: 1) == reference(tables))
        }
    }

    /// A row that counts nothing disappears, one that counts less than nothing is an error, also among rows of one input.
    @Test func countsAreLookedAtInRunsToo() throws {
        var random = Dice(seed: 6)
        let rows = (0..<50).map { row("\(100 + $0)", "X", 1, $0 % 7 == 3 ? 0 : 1) }
        #expect(try merged([input(rows, &random)], countMeasure: 1) == rows.filter { $0.measures[1] > 0 })
        var bad = rows
        bad[40].measures[1] = -1
        #expect(throws: FoldError.negativeCount(key: "140")) { try merged([input(bad, &random)], countMeasure: 1) }
    }

    // MARK: Errors

    private func row(_ contract: String, _ app: String, _ seconds: Int64 = 1, _ records: Int64 = 1) -> Row {
        Row(keys: [Array(contract.utf8), Array(app.utf8)], measures: [seconds, records, 0])
    }

    @Test(arguments: [
        [("B", "X"), ("A", "X")], [("A", "X"), ("A", "X")], [("A", "Y"), ("A", "X")],
        [("sixteen bytes long!", "X"), ("sixteen bytes long!", "X")],
        [("sixteen bytes long!b", "X"), ("sixteen bytes long!a", "X")],
        [("exactly15bytes!\0", "X"), ("exactly15bytes!", "X")], [("A\0", "X"), ("A", "X")],
        [("A", "sixteen bytes long!b"), ("A", "sixteen bytes long!a")], [("\u{80}", "X"), ("\u{7F}", "X")],
    ]) func rowsOutOfOrderAreFound(pair: [(String, String)]) throws {
        let rows = pair.map { row($0.0, $0.1) }
        for isOneBatch in [true, false] {
            for company in [[], [row("0", "0")], [row("A", "X"), row("zz", "")]] as [[Row]] {
                var random = Dice(seed: 1)
                var batches =
                    (isOneBatch ? [KeyedBatch(rows, measureCount: 3)] : rows.map { KeyedBatch([$0], measureCount: 3) })
                    .makeIterator()
                let bad = MergeInput(measureCount: 3) { batches.next() }
                #expect(throws: FoldError.notSorted(key: pair[1].0)) { try merged([bad, input(company, &random)]) }
            }
        }
    }

    @Test func sumsThatDoNotFitAreFound() throws {
        var random = Dice(seed: 2)
        let key = "a contract of many bytes"
        for (first, second) in [(Int64.max, Int64(1)), (.min, -1), (.max, .max), (.min, .min)] {
            for contract in ["B", key] {
                let inputs = [[row(contract, "X", first)], [row("A", "X")], [row(contract, "X", second)]].map {
                    input($0, &random)
                }
                #expect(throws: FoldError.overflow(key: contract)) { try merged(inputs) }
            }
        }
        #expect(throws: FoldError.overflow(key: "B")) {
            try merged([input([row("B", "X", .min)], &random, sources: [.negated(0), .column(1), .none])])
        }
        // The next row starts afresh.
        let fits = [row("A", "X", .max), row("B", "X", .max)]
        #expect(try merged([input(fits, &random)]) == fits)
    }

    /// What is taken away may come before or after what is added: only the sum of all counts.
    @Test func theOrderOfInputsDoesNotMakeASumOverflow() throws {
        var random = Dice(seed: 3)
        let values: [Int64] = [.max, .max, 5, -.max, -.max, .min, .max, 2]
        for _ in 0..<50 {
            let inputs = values.shuffled(using: &random).map { input([row("A", "X", $0), row("B", "X", 1)], &random) }
            #expect(try merged(inputs) == [row("A", "X", 6, 8), row("B", "X", 8, 8)])
            let more = (values + [.max]).shuffled(using: &random).map { input([row("A", "X", $0)], &random) }
            #expect(throws: FoldError.overflow(key: "A")) { try merged(more) }
        }
    }

    @Test func countsBelowZeroAreFound() throws {
        var random = Dice(seed: 4)
        let away: [ColumnSource] = [.negated(0), .negated(1), .none]
        #expect(throws: FoldError.negativeCount(key: "B")) {
            try merged(
                [
                    input([row("A", "X"), row("B", "X", 5, 2)], &random),
                    input([row("B", "X", 5, 3)], &random, sources: away),
                ], countMeasure: 1)
        }
        #expect(throws: FoldError.negativeCount(key: "C")) {
            try merged(
                [input([row("A", "X")], &random), input([row("C", "X")], &random, sources: away)], countMeasure: 1)
        }
    }

    @Test func whatInputsAndReceiversThrowPasses() throws {
        struct Broken: Error {}
        var random = Dice(seed: 5)
        var calls = 0
        let bad = MergeInput(measureCount: 3) {
            calls += 1
            if calls == 3 { throw Broken() }
            return KeyedBatch([row("A\(calls)", "X")], measureCount: 3)
        }
        #expect(throws: Broken.self) { try merged([bad, input([row("Z", "")], &random)]) }
        #expect(throws: Broken.self) {
            try KeyedMerge(schema: schema).run([input([row("Z", "")], &random)], rowLimit: 1) { _ in throw Broken() }
        }
    }
}
