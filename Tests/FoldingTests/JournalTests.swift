//  Many files in one table: any of them may be taken back or moved out, and the others must not notice.

import Records
import TestSupport
import Testing

@testable import Folding

@Suite struct JournalTests {
    /// One file's records, and what was noted of them.
    private final class File {
        let records: [SampleRecord]
        let journal = FoldJournal()
        var rest: ArraySlice<SampleRecord>

        init(_ records: [SampleRecord]) {
            self.records = records
            rest = records[...]
        }
    }

    private func add(_ records: ArraySlice<SampleRecord>, of file: File, to table: inout FoldTable, _ batchSize: Int)
        throws(FoldError)
    {
        try inBatches(records, batchSize) { (batch) throws(FoldError) in
            let isAdded = table.add(batch, noting: file.journal)
            #expect(isAdded)
        }
    }

    @Test(arguments: 0..<12) func whatIsTakenBackOrMovedOutWasNeverThere(seed: Int) throws {
        var random = Dice(seed: 900 + seed)
        let contracts = (0..<[5, 300][seed % 2]).map { _ in random.key([1...15, 1...40][seed % 3 % 2]) }
        let apps = (0..<4).map { _ in random.key(0...20) }
        let files = (0..<6).map { _ in
            File(
                (0..<random.below(1500)).map { _ in
                    SampleRecord(random.pick(contracts), random.pick(apps), Int64(random.below(2000)) - 1000)
                })
        }
        var table = FoldTable()
        var kept: [SampleRecord] = []
        var moved: [FoldRun] = []
        var open = files
        // Files are read side by side, a piece of each at a time, and end in any order.
        while !open.isEmpty {
            let place = random.below(open.count)
            let file = open[place]
            let piece = file.rest.prefix(random.below(700))
            file.rest = file.rest.dropFirst(piece.count)
            try add(piece, of: file, to: &table, random.pick([1, 13, 1024]))
            guard file.rest.isEmpty else { continue }
            open.remove(at: place)
            switch random.below(3) {
            case 0: kept += file.records
            case 1: table.takeBack(file.journal)
            default:
                var own = FoldTable()
                let step = random.pick([1, 100, 1024])
                for start in stride(from: 0, to: file.journal.count, by: step) {
                    own.add(file.journal, rows: start..<min(start + step, file.journal.count), of: table)
                }
                table.takeBack(file.journal)
                kept += file.records
                moved.append(FoldRun(sealing: own))
            }
        }
        let sum = kept.reduce(0) { $0 + abs($1.value) }
        #expect(table.absoluteSum + moved.reduce(0) { $0 + $1.absoluteSum } == sum)
        #expect(try mergedRows([FoldRun(sealing: table)] + moved, rowLimit: 50) == referenceRows(kept))
    }

    @Test func aBatchThatMightNotFitIsNotAdded() throws {
        var table = FoldTable()
        let file = File([])
        try add([SampleRecord("A", "X", 1 << 51)], of: file, to: &table, 1)
        for value in [Int64.max, .min, 1 << 52, -(1 << 52)] {
            try inBatches([SampleRecord("A", "X", 1), SampleRecord("B", "X", value)], 2) { (batch) throws(FoldError) in
                let isAdded = table.add(batch, noting: file.journal)
                #expect(!isAdded)
            }
        }
        #expect(file.journal.count == 1)
        #expect(table.absoluteSum == 1 << 51)
        // Sums that grow up to the limit by small steps.
        var other = FoldTable()
        try FoldingTests.add([SampleRecord("A", "X", .max - 10)], to: &other)
        try inBatches([SampleRecord("B", "X", 10)], 1) { (batch) throws(FoldError) in
            let isAdded = other.add(batch, noting: file.journal)
            #expect(isAdded)
        }
        try inBatches([SampleRecord("C", "X", 1)], 1) { (batch) throws(FoldError) in
            let isAdded = other.add(batch, noting: file.journal)
            #expect(!isAdded)
        }
        #expect(other.absoluteSum == .max)
    }

    @Test func aJournalIsUsedAgain() throws {
        var table = FoldTable()
        let file = File([])
        let records = (0..<5000).map { SampleRecord("C\($0 % 70)", "X", Int64($0)) }
        for round in 1...3 {
            #expect(file.journal.footprint(adding: 5000) >= 5000 * 12)
            try add(records[...], of: file, to: &table, 1024)
            #expect(file.journal.count == 5000)
            if round == 2 { table.takeBack(file.journal) }
            file.journal.removeAll()
        }
        #expect(try mergedRows([FoldRun(sealing: table)], rowLimit: 9) == referenceRows(records + records))
    }
}
