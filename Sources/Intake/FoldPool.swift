//  Folding many files on all cores.
//
//  Every thread takes a file of its own as long as there are any: nothing is shared then. When none is left it joins
//  the file with the most units left, with a table of its own, so that no core is idle while the last file is read. When
//  there are only compressed files, which are one unit each, it decompresses one of them for the thread that folds it.
//
//  Where each file's sums are wanted (`fold`), every file has tables of its own. Where only the sum of all files is
//  (`accumulate`), each thread has one table for all (TotalTable.swift).

import DurableIO
import Events
import Folding
import JSONRecords
import KeyedTables
import Pipelines
import Synchronization

/// Folds files concurrently.
package final class FoldPool: @unchecked Sendable {
    private let settings: FoldSettings
    private let fileSystem: FileSystem
    private let jobs: Int
    private let folder: SpillFolder
    private let isCheck: Bool
    private let budget: MemoryBudget
    private let cancelled = Atomic<Bool>(false)
    /// Guards everything below.
    private let monitor = Monitor()
    private var waiting: [FileFold] = []
    private var active: [FileFold] = []
    /// Files that are to be folded once more, as one unit: they are begun already.
    private var again: [FileFold] = []
    /// Files that are being opened: they may yet have units.
    private var opening = 0
    /// Asked before each file but the first; once it says no, the files that are not begun are left out. Set it before
    /// folding.
    package var wantsMore: @Sendable () -> Bool = { true }
    /// Told of tables that are put aside, and of runs that are merged. Set it before folding.
    package var onEvent: EventSink = { _ in }
    private var hasBegun = false

    /// Only of an `accumulate`: a table of each thread, and the runs of files that count.
    private var totals: [TotalTable] = []
    private let totalRuns: FoldRuns
    private let journalLimit: Int

    /// Bytes that a record takes at least, give or take, so that a small file gets no table for a large one.
    private static let leastRecordBytes = 64

    /// - Parameters:
    ///   - scratch: the folder for what does not fit into memory.
    ///   - isCheck: whether records are only counted; there are no runs then.
    ///   - journalLimit: records of a file that a thread of an `accumulate` keeps in a table with other files.
    package init(
        settings: FoldSettings, fileSystem: FileSystem, jobs: Int, scratch: String, isCheck: Bool = false,
        journalLimit: Int = TotalTable.mostRecords
    ) {
        precondition(jobs > 0, "folding needs a thread")
        self.settings = settings
        self.fileSystem = fileSystem
        self.jobs = jobs
        self.isCheck = isCheck
        folder = SpillFolder(scratch, schema: KeyedSchema(plan: settings.plan), in: fileSystem)
        budget = MemoryBudget(memory: settings.memory, jobs: jobs)
        totalRuns = FoldRuns(folder)
        self.journalLimit = journalLimit
    }

    /// Ends the folding soon: files that are not finished fail with `Cancelled`.
    package func cancel() { cancelled.store(true, ordering: .relaxed) }

    /// Folds all inputs.
    ///
    /// - Parameters:
    ///   - onStoredBytes: told of every read with the input's index, from any thread.
    ///   - onFinished: gets each file's outcome when it is known, from any thread, several at once.
    package func fold(
        _ inputs: [FoldInput], onStoredBytes: @escaping @Sendable (Int, Int) -> Void = { _, _ in },
        onFinished: @escaping @Sendable (Int, FoldOutcome) -> Void
    ) {
        run(inputs, isTotal: false, onStoredBytes) { index, outcome in
            onFinished(index, outcome)
            return false
        }
    }

    /// Folds all inputs into one sum. Can be done once.
    ///
    /// - Parameter counts: gets each file's outcome when it is known, from any thread, several at once, and says whether
    ///   the file counts. Its runs are not to be merged by it.
    /// - Returns: the runs of all files that count.
    package func accumulate(
        _ inputs: [FoldInput], onStoredBytes: @escaping @Sendable (Int, Int) -> Void = { _, _ in },
        counts: @escaping @Sendable (Int, FoldOutcome) -> Bool
    ) -> FoldRuns {
        run(inputs, isTotal: true, onStoredBytes, counts)
        for total in totals { total.finish() }
        totals = []
        return totalRuns
    }

    private func run(
        _ inputs: [FoldInput], isTotal: Bool, _ onStoredBytes: @escaping @Sendable (Int, Int) -> Void,
        _ onFinished: @escaping @Sendable (Int, FoldOutcome) -> Bool
    ) {
        waiting = inputs.enumerated().reversed().map { index, input in
            FileFold(input, index: index, fileSystem: fileSystem, settings: settings.reading, runs: FoldRuns(folder)) {
                onStoredBytes(index, $0)
            }
        }
        // Room for the deepest record (512 levels) many times over. When the system gives fewer threads, those do the work.
        let threads = (1..<jobs).compactMap { _ in
            WorkThread(stackBytes: 8 << 20) { [self] in work(isTotal: isTotal, onFinished) }
        }
        work(isTotal: isTotal, onFinished)
        for thread in threads { thread.join() }
    }

    private func work(isTotal: Bool, _ onFinished: (Int, FoldOutcome) -> Bool) {
        let reader = UnitReader(settings: settings.reading)
        var total: TotalTable?
        if isTotal {
            total = TotalTable(budget, folder, self, mostRecords: journalLimit)
            monitor.withLock { totals.append(total!) }
        }
        /// Distinct keys of the file before: days are alike.
        var expectedCount = 0
        while let job = next() {
            if let total {
                let contribution = total.begin(job)
                monitor.withLock { job.contributions.append(contribution) }
                work(on: job, reader, into: contribution, finish: contribution.finish, onFinished)
                continue
            }
            if isCheck {
                let tally = LabelCounter()
                work(
                    on: job, reader, into: tally, finish: { monitor.withLock { job.add(tally.counts) } }, onFinished)
                continue
            }
            let limit = job.plainSize / Self.leastRecordBytes
            let table = SpillingTable(budget, folder, expecting: min(expectedCount, limit)) {
                [unowned self] run in
                onEvent(.tableSpilled(rows: run.rowCount))
                try add(run, to: job.runs)
            }
            work(
                on: job, reader, into: table,
                finish: {
                    try table.finish { run, share in monitor.withLock { job.runs.add(run, holding: share) } }
                }, onFinished)
            expectedCount = table.distinctCount
        }
    }

    /// A file to work on, with this thread counted among its participants.
    private func next() -> FileFold? {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if hasBegun, !waiting.isEmpty, !wantsMore() { waiting = [] }
            if let job = again.popLast() ?? waiting.popLast() {
                hasBegun = true
                opening += 1
                monitor.unlock()
                job.open()
                monitor.lock()
                opening -= 1
                job.participants += 1
                active.append(job)
                monitor.broadcast()
                return job
            }
            if let job = active.max(by: { $0.unitsLeft < $1.unitsLeft }), job.unitsLeft > 0 {
                job.participants += 1
                return job
            }
            if opening == 0 {
                guard let stream = active.lazy.compactMap(\.compressedStream).first(where: \.wantsHelp) else {
                    return nil
                }
                monitor.unlock()
                stream.decodeAhead()
                monitor.lock()
                continue
            }
            monitor.wait()
        }
    }

    /// Works on a file until nothing of it is left to take.
    private func work(
        on job: FileFold, _ reader: UnitReader, into sink: any BatchSink, finish: () throws -> Void,
        _ onFinished: (Int, FoldOutcome) -> Bool
    ) {
        while let unit = monitor.withLock({ job.takeUnit() }) {
            do {
                let result = try job.fold(unit: unit, with: reader, into: sink) {
                    cancelled.load(ordering: .relaxed)
                }
                monitor.withLock { job.add(result) }
            } catch {
                monitor.withLock { job.fail(error) }
            }
        }
        do {
            try finish()
            // Those of many files come together.
            try mergeSurplus(of: totalRuns)
        } catch { monitor.withLock { job.fail(error) } }
        let isLast = monitor.withLock {
            job.participants -= 1
            guard job.participants == 0 && job.unitsLeft == 0 else { return false }
            active.removeAll { $0 === job }
            return true
        }
        guard isLast else { return }
        if let again = job.asOne(runs: FoldRuns(folder)) {
            monitor.withLock {
                job.runs.removeAll()
                for contribution in job.contributions { contribution.verdict = false }
                job.contributions = []
                self.again.append(again)
                monitor.broadcast()
            }
            return
        }
        let outcome = job.outcome()
        if case .failed = outcome { monitor.withLock { job.runs.removeAll() } }
        let counts = onFinished(job.index, outcome)
        monitor.withLock {
            if counts { totalRuns.take(job.runs) }
            for contribution in job.contributions { contribution.verdict = counts }
            job.contributions = []
        }
    }

    /// Adds a run that was put aside.
    private func add(_ run: SpilledRun, to runs: FoldRuns) throws {
        monitor.withLock { runs.add(run) }
        try mergeSurplus(of: runs)
    }

    /// When there are many runs, merges some into one.
    private func mergeSurplus(of runs: FoldRuns) throws {
        while let surplus = monitor.withLock({ runs.takeSurplus() }) {
            let longer = try folder.merged(surplus)
            onEvent(.runsMerged(runs: surplus.count, rows: longer.rowCount))
            monitor.withLock { runs.add(longer) }
        }
    }
}

extension FoldPool: TotalPool {
    func verdicts(_ contributions: [Contribution]) -> [Bool?] {
        monitor.withLock { contributions.map(\.verdict) }
    }

    /// Where a file's runs belong; nil when it does not count.
    private func runs(of contribution: Contribution) -> FoldRuns? {
        switch contribution.verdict {
        case nil: contribution.job.runs
        case true: totalRuns
        case false: nil
        }
    }

    func add(_ run: FoldRun, _ share: MemoryShare, of contribution: Contribution) {
        monitor.withLock { runs(of: contribution)?.add(run, holding: share) }
    }

    func add(_ run: SpilledRun, of contribution: Contribution) throws {
        onEvent(.tableSpilled(rows: run.rowCount))
        guard let runs = monitor.withLock({ runs(of: contribution) }) else { return }
        try add(run, to: runs)
    }

    func addTotal(_ run: SpilledRun) throws {
        onEvent(.tableSpilled(rows: run.rowCount))
        try add(run, to: totalRuns)
    }

    func addTotal(_ run: FoldRun, _ share: MemoryShare) {
        monitor.withLock { totalRuns.add(run, holding: share) }
    }
}
