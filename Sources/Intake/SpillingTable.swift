import Folding
import KeyedTables
import Records

/// One thread's table for a file, put aside whenever it would pass the budget.
final class SpillingTable: BatchSink {
    private var table: FoldTable
    /// Distinct keys of the table that was sealed last; those of the whole file when nothing was put aside.
    private(set) var distinctCount = 0
    private let budget: MemoryBudget
    /// Bytes that need not be asked for.
    private var floor: Int
    private var share: MemoryShare
    private let folder: SpillFolder
    /// Gets each run that was put aside.
    private let onSpilled: (SpilledRun) throws -> Void

    /// - Parameter expectedCount: distinct keys to make room for at once, as far as the thread's own memory goes.
    init(
        _ budget: MemoryBudget, _ folder: SpillFolder, expecting expectedCount: Int = 0,
        onSpilled: @escaping (SpilledRun) throws -> Void
    ) {
        table = FoldTable(expectedCount: min(expectedCount, budget.floor / FoldTable.bytesPerKey))
        self.budget = budget
        floor = budget.floor
        self.folder = folder
        self.onSpilled = onSpilled
        share = MemoryShare(budget)
    }

    /// The thread has so many bytes besides; half of its floor is for this table in any case.
    func yield(_ bytes: Int) { floor = max(budget.floor - bytes, budget.floor / 2) }

    /// - Throws: `FoldError`, `SpillError`.
    func add(_ batch: borrowing RecordBatch) throws {
        let peak = try makeRoom(for: batch.count)
        try table.add(batch)
        giveBack(peak)
    }

    /// Takes over what a journal noted in another table.
    ///
    /// - Throws: `SpillError`.
    func add(_ journal: FoldJournal, of other: borrowing FoldTable) throws {
        for start in stride(from: 0, to: journal.count, by: RecordBatch.capacity) {
            let rows = start..<min(start + RecordBatch.capacity, journal.count)
            let peak = try makeRoom(for: rows.count)
            table.add(journal, rows: rows, of: other)
            giveBack(peak)
        }
    }

    private func makeRoom(for count: Int) throws -> Int {
        let peak = table.peakFootprint(adding: count)
        if peak > floor, !share.set(peak - floor), table.count > 0 { try spill() }
        return peak
    }

    /// What growing took besides is free again.
    private func giveBack(_ peak: Int) { if peak > floor { _ = share.set(table.footprint - floor) } }

    private func spill() throws {
        let run = takeRun()
        let spilled = try folder.write(run)
        try onSpilled(spilled)
    }

    private func takeRun() -> FoldRun {
        var full = FoldTable()
        swap(&table, &full)
        distinctCount = full.count
        return FoldRun(sealing: full)
    }

    /// Seals what is left and hands it to the file's runs, in memory if there is room; nothing can be added after that.
    ///
    /// - Throws: `SpillError`.
    func finish(inMemory: (FoldRun, MemoryShare) -> Void) throws {
        if table.count == 0 { return }
        let bytes = table.footprint
        if share.set(bytes) {
            inMemory(takeRun(), share)
            share = MemoryShare(budget)
        } else {
            try spill()
            _ = share.set(0)
        }
    }
}
