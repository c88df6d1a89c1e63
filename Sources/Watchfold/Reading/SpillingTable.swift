import Checkpoints
import Folding
import Records

/// One thread's table for a file, put aside whenever it would pass the budget.
final class SpillingTable {
    private var table: FoldTable
    /// Distinct keys of the table that was sealed last; those of the whole file when nothing was put aside.
    private(set) var distinctCount = 0
    private let budget: MemoryBudget
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
        self.folder = folder
        self.onSpilled = onSpilled
        share = MemoryShare(budget)
    }

    /// - Throws: `FoldError`, `SpillError`.
    func add(_ batch: borrowing RecordBatch) throws {
        let peak = table.peakFootprint(adding: batch.count)
        if peak > budget.floor, !share.set(peak - budget.floor), table.count > 0 { try spill() }
        try table.add(batch)
        // What growing took besides is free again.
        if peak > budget.floor { _ = share.set(table.footprint - budget.floor) }
    }

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
