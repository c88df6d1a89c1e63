//  One thread's table for all files of a fold that keeps no partials.
//
//  A table for each file would have to be sorted and merged with the others, which takes longer than reading. So a thread
//  has one table for all of them. But a file counts only when it was judged, so what each added is noted in a journal:
//
//      table      ■■■■■■■■■■■■■■        keys of all files that this thread had a part in
//      journals   file 3: counts        forgotten
//                 file 5: not judged    kept
//                 file 7: does not      taken back
//
//  The thread that finishes a file judges it; the others learn of it when they begin their next file (`settle`). A file
//  that becomes too large for a journal, or whose sums might not fit beside the others, moves out into a table of its
//  own and goes on as in a run. The same happens to all that are not judged when memory is short: then the table is put
//  aside as a run.

import Folding
import KeyedTables
import Records

/// What one thread adds to a file's sums. But for `verdict`, all is the thread's own.
final class Contribution: BatchSink {
    let job: FileFold
    fileprivate let table: TotalTable
    fileprivate let journal: FoldJournal
    /// The file's own table, once it has moved out.
    fileprivate var own: SpillingTable?
    /// Whether the file counts; nil as long as it is not judged. Guarded by the pool's lock.
    var verdict: Bool?

    fileprivate init(_ job: FileFold, _ table: TotalTable, _ journal: FoldJournal) {
        self.job = job
        self.table = table
        self.journal = journal
    }

    func add(_ batch: borrowing RecordBatch) throws { try table.add(batch, of: self) }

    /// The thread has no more records of the file.
    func finish() throws {
        if let own { try own.finish { run, share in table.pool.add(run, share, of: self) } }
    }
}

/// What tables and files of a fold have in common.
protocol TotalPool: AnyObject {
    /// Puts a file's run where it belongs: among the file's, or, when it is judged already, among those that count or away.
    func add(_ run: FoldRun, _ share: MemoryShare, of contribution: Contribution)
    func add(_ run: SpilledRun, of contribution: Contribution) throws
    /// A run of the table, of files that count.
    func addTotal(_ run: SpilledRun) throws
    func addTotal(_ run: FoldRun, _ share: MemoryShare)
    /// The verdicts on files so far.
    func verdicts(_ contributions: [Contribution]) -> [Bool?]
}

final class TotalTable {
    private var table = FoldTable()
    private let budget: MemoryBudget
    private var share: MemoryShare
    private let folder: SpillFolder
    fileprivate unowned let pool: any TotalPool
    /// Files that are in the table and not settled.
    private var unsettled: [Contribution] = []
    /// Journals to be used again.
    private var spare: [FoldJournal] = []
    private let mostRecords: Int
    /// A run could not be put aside, and is lost; the fold fails.
    private var isBroken = false

    /// Records of a file that one thread notes at most: 24 MB.
    static let mostRecords = 2 << 20

    init(_ budget: MemoryBudget, _ folder: SpillFolder, _ pool: any TotalPool, mostRecords: Int) {
        self.budget = budget
        self.folder = folder
        self.pool = pool
        self.mostRecords = mostRecords
        share = MemoryShare(budget)
    }

    /// A file that the thread begins to add to.
    func begin(_ job: FileFold) -> Contribution {
        settle()
        let contribution = Contribution(job, self, spare.popLast() ?? FoldJournal())
        unsettled.append(contribution)
        return contribution
    }

    /// Forgets the journals of files that count, and takes back what does not.
    private func settle() {
        if isBroken { return }
        var rest: [Contribution] = []
        for (contribution, verdict) in zip(unsettled, pool.verdicts(unsettled)) {
            switch verdict {
            case nil:
                rest.append(contribution)
                continue
            case true: break
            case false: table.takeBack(contribution.journal)
            }
            recycle(contribution.journal)
        }
        unsettled = rest
    }

    private func recycle(_ journal: FoldJournal) {
        journal.removeAll()
        if spare.isEmpty { spare.append(journal) }
    }

    // MARK: Adding

    fileprivate func add(_ batch: borrowing RecordBatch, of contribution: Contribution) throws {
        if contribution.own == nil {
            let journal = contribution.journal
            let peak = footprint(table.peakFootprint(adding: batch.count), adding: batch.count, to: journal)
            let isRoom = peak <= budget.floor || share.set(peak - budget.floor)
            if isRoom, journal.count + batch.count <= mostRecords, table.add(batch, noting: journal) {
                if peak > budget.floor { _ = share.set(footprint(table.footprint) - budget.floor) }
                return
            }
            try moveOut(contribution)
            if !isRoom { try putAside() }
            contribution.own!.yield(footprint(table.footprint))
        }
        try contribution.own!.add(batch)
    }

    /// Bytes of a table of that size and of all journals, one of them with more records.
    private func footprint(_ table: Int, adding more: Int = 0, to journal: FoldJournal? = nil) -> Int {
        var bytes = table + spare.reduce(0) { $0 + $1.footprint }
        for contribution in unsettled { bytes += contribution.journal.footprint }
        if let journal { bytes += journal.footprint(adding: more) - journal.footprint }
        return bytes
    }

    /// Gives a file a table of its own, with what it has added so far.
    private func moveOut(_ contribution: Contribution) throws {
        let own = SpillingTable(budget, folder) { [pool] run in try pool.add(run, of: contribution) }
        own.yield(footprint(table.footprint))
        try own.add(contribution.journal, of: table)
        table.takeBack(contribution.journal)
        unsettled.removeAll { $0 === contribution }
        recycle(contribution.journal)
        contribution.own = own
        if table.isEmpty, unsettled.isEmpty { table = FoldTable() }
        _ = share.set(footprint(table.footprint) - budget.floor)
    }

    /// Puts the table aside. Files that are not judged move out first; they have been read, at least by this thread.
    private func putAside() throws {
        settle()
        for contribution in unsettled {
            try moveOut(contribution)
            try contribution.finish()
        }
        var full = FoldTable()
        swap(&table, &full)
        defer { _ = share.set(footprint(table.footprint) - budget.floor) }
        if full.isEmpty { return }
        isBroken = true
        try pool.addTotal(try folder.write(FoldRun(sealing: full)))
        isBroken = false
    }

    /// Seals what is left, when all files are judged.
    func finish() {
        settle()
        precondition(unsettled.isEmpty || isBroken, "\(unsettled.count) files were not judged")
        spare = []
        var full = FoldTable()
        swap(&table, &full)
        // Room beyond the floor was taken before; the floor is free.
        if !full.isEmpty { pool.addTotal(FoldRun(sealing: full), share) }
    }
}
