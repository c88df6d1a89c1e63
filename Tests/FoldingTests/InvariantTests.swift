//  Structures checked after every step of random work, and structures broken on purpose.

import Columns
import Records
import TestSupport
import Testing

@testable import Folding

extension Dice {
    fileprivate mutating func records(_ count: Int, contracts: [[UInt8]], apps: [[UInt8]]) -> [SampleRecord] {
        (0..<count).map { _ in SampleRecord(pick(contracts), pick(apps), Int64(below(2000)) - 1000) }
    }

    /// Sorted rows, each key once.
    fileprivate mutating func rows(_ count: Int, _ lengths: ClosedRange<Int>) -> [Row] {
        Set((0..<count).map { _ in [key(lengths), key(0...9)] }).map {
            Row(keys: $0, measures: [Int64(below(100)), 1])
        }
        .sorted(by: Row.precedes)
    }
}

@Suite struct InvariantTests {
    @Test(arguments: 0..<12) func aTableHoldsTogetherWhateverIsAddedMovedAndTakenBack(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        let contracts = (0..<[3, 80, 1500][seed % 3]).map { _ in dice.key([0...15, 1...40, 14...17][seed % 4 % 3]) }
        let apps = (0..<dice.pick([1, 5, 90])).map { _ in dice.key(0...20) }
        var table = FoldTable()
        var other = FoldTable(expectedCount: dice.below(3000))
        for _ in 0..<16 {
            let records = dice.records(dice.below(900), contracts: contracts, apps: apps)
            switch dice.below(4) {
            case 0: try add(records[...], to: &table, batchSize: dice.pick([7, 1024]))
            case 1: try add(records[...], to: &other, batchSize: dice.pick([7, 1024]))
            default:
                let journal = FoldJournal()
                try inBatches(records[...], 500) { (batch) throws(FoldError) in
                    let isAdded = table.add(batch, noting: journal)
                    #expect(isAdded)
                }
                table.checkInvariants()
                for start in stride(from: 0, to: journal.count, by: 300) where dice.below(2) == 0 {
                    other.add(journal, rows: start..<min(start + 300, journal.count), of: table)
                }
                if dice.below(2) == 0 { table.takeBack(journal) }
            }
            table.checkInvariants()
            other.checkInvariants()
        }
        var count = table.count
        #expect(FoldRun(sealing: table).count == count, "\(TestSeed.text)")
        count = other.count
        #expect(FoldRun(sealing: other).count == count, "\(TestSeed.text)")
    }

    /// A batch that does not fit leaves what did fit before it.
    @Test func aTableHoldsTogetherBehindAnOverflow() {
        var table = FoldTable()
        let records = [
            SampleRecord("A", "X", .max - 5), SampleRecord("B", "X", 5), SampleRecord("C", "X", 1),
            SampleRecord("A", "X", 1),
        ]
        do throws(FoldError) {
            try add(records[...], to: &table)
            Issue.record("a sum that does not fit was added")
        } catch {
            #expect(error == .overflow(key: "A"))
        }
        table.checkInvariants()
        #expect(table.absoluteSum == .max)
    }

    @Test(arguments: 0..<6) func numbersOfKeysAreFound(seed: Int) {
        var dice = TestSeed.dice(#function, "\(seed)")
        var interner = KeyInterner()
        var known: [[UInt8]: UInt32] = [:]
        for step in 0..<[5, 70, 600][seed % 3] {
            let key = dice.key(0...[2, 9, 30][seed % 3])
            let id = key.withUnsafeBufferPointer { interner.intern($0) }
            #expect(id == known[key] ?? UInt32(known.count), "\(TestSeed.text)")
            known[key] = id
            if step < 70 { interner.checkInvariants() }
        }
        interner.checkInvariants()
        #expect(interner.count == known.count, "\(TestSeed.text)")
    }

    @Test(arguments: 1..<18) func aTournamentIsPlayedRightAtEveryRow(inputs: Int) throws {
        var dice = TestSeed.dice(#function, "\(inputs)")
        let tables = (0..<inputs).map { _ in dice.rows(dice.pick([0, 1, 40, 300]), dice.pick([0...3, 1...40])) }
        var tree = try MergeTree(
            tables.map { rows in
                var rest = rows[...]
                return MergeInput(measureCount: 2) {
                    let part = rest.prefix(90)
                    rest = rest.dropFirst(part.count)
                    return part.isEmpty ? nil : KeyedBatch(part, measureCount: 2)
                }
            }, keyCount: 2)
        var rows = 0
        while !tree.isAtEnd {
            tree.checkInvariants()
            let lead = tree.lead
            // Of equal keys, none leads.
            let steps = lead.isEmpty || dice.below(2) == 0 ? 1 : lead.count
            rows += steps
            try tree.advance(to: tree.lanes[tree.winner].row + steps)
        }
        tree.checkInvariants()
        #expect(rows == tables.reduce(0) { $0 + $1.count }, "\(TestSeed.text)")
    }

    @Test(arguments: 0..<6) func aBatchHoldsTogetherRowByRow(seed: Int) throws {
        var dice = TestSeed.dice(#function, "\(seed)")
        let rows = dice.rows(400, [0...3, 1...40][seed % 2])
        var builder = KeyedBatchBuilder(keyCount: 2, measureCount: 2, rowLimit: dice.pick([1, 30, 1000]))
        var emitted: [Row] = []
        for row in rows {
            for k in 0..<2 {
                (row.keys[k] + [0]).withUnsafeBufferPointer {
                    builder.setKey(k, $0.baseAddress!, count: row.keys[k].count)
                }
            }
            if dice.below(5) == 0 {
                builder.dropRow()
                builder.checkInvariants()
                continue
            }
            for m in 0..<2 { builder.measures[m][builder.count] = row.measures[m] }
            builder.endRow()
            builder.checkInvariants()
            if builder.isFull { builder.emit { emitted += $0.rows } }
        }
        builder.emit { emitted += $0.rows }
        builder.checkInvariants()
        #expect(Set(emitted).isSubset(of: rows) && emitted.count > rows.count / 2, "\(TestSeed.text)")
    }

    @Test(arguments: [1, 20, 100_000]) func rangesHaveEachEntryOfARunOnce(keysPerRange: Int) throws {
        var dice = TestSeed.dice(#function, "\(keysPerRange)")
        let contracts = (0..<200).map { _ in dice.key(0...20) }
        let runs = try (0..<4).map { _ in
            try run(of: dice.records(500, contracts: contracts, apps: [[65], [66]])[...])
        }
        let merge = try RunMerge(runs, keysPerRange: keysPerRange)
        for run in runs.indices {
            merge.distribute(run)
            merge.checkInvariants(ofRun: run)
        }
    }
}

/// Structures broken on purpose, each in a process of its own: a check must notice, and name what it found.
@Suite(.enabled(if: _isDebugAssertConfiguration(), "traps have messages in debug builds"))
struct BrokenStructureTests {
    private func said(_ result: ExitTest.Result) -> String {
        String(decoding: result.standardErrorContent, as: UTF8.self)
    }

    @Test func aChangedKeyIsNoticed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var table = FoldTable()
            try add([SampleRecord("A", "X", 1), SampleRecord("B", "X", 2)], to: &table)
            table.entries[1].key = KeyWords(high: 0x43 << 56, low: 1)
            table.checkInvariants()
        }
        #expect(said(result).contains("the key of entry"))
    }

    @Test func aRecordTooMuchIsNoticed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var table = FoldTable()
            try add([SampleRecord("A", "X", 1), SampleRecord("B", "X", 2)], to: &table)
            table.entries[1].count += 1
            table.checkInvariants()
        }
        #expect(said(result).contains("entries have 3 records, the table has 2"))
    }

    @Test func anEmptySlotOnTheWayToAnEntryIsNoticed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var table = FoldTable()
            try add([SampleRecord("A", "X", 1)], to: &table)
            let slot = (0..<table.indexCapacity).first { table.index[$0] != 0 }!
            table.index[(slot + 2) & (table.indexCapacity - 1)] = table.index[slot]
            table.index[slot] = 0
            table.checkInvariants()
        }
        #expect(said(result).contains("a slot is empty behind"))
    }

    @Test func moreRowsOfAJournalThanABatchHoldsAreRefused() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let journal = FoldJournal()
            let records = (0..<1100).map { SampleRecord("A", "X", $0) }
            var table = FoldTable()
            var other = FoldTable()
            try inBatches(records[...], 1000) { (batch) throws(FoldError) in _ = table.add(batch, noting: journal) }
            other.add(journal, rows: 0..<1100, of: table)
        }
        #expect(said(result).contains("rows 0..<1100 of a journal of 1100, where 1024 fit"))
    }

    @Test func aWrongWinnerIsNoticed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let tree = try MergeTree(
                ["B", "A", "C"].map { key in
                    var batch: KeyedBatch? = KeyedBatch(
                        [Row(keys: [Array(key.utf8)], measures: [1])], keyCount: 1, measureCount: 1)
                    return MergeInput(measureCount: 1) {
                        defer { batch = nil }
                        return batch
                    }
                }, keyCount: 1)
            // The winner now has the last key, and no match was played again.
            tree.lanes[tree.winner].words[0].high = .max
            tree.keys[tree.winner].high = .max
            tree.checkInvariants()
        }
        #expect(said(result).contains("has won with"))
    }

    @Test func rowsOutOfOrderAreNoticed() async throws {
        let result = try await #require(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            var builder = KeyedBatchBuilder(keyCount: 1, measureCount: 0, rowLimit: 9)
            for key in ["B", "A"] {
                Array(key.utf8).withUnsafeBufferPointer { builder.setKey(0, $0.baseAddress!, count: 1) }
                builder.endRow()
            }
            builder.checkInvariants()
        }
        #expect(said(result).contains("row 1, A, does not come behind row 0, B"))
    }
}
