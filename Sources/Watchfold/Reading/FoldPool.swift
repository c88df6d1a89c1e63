//  Folding many files on all cores.
//
//  Every thread takes a file of its own as long as there are any: nothing is shared then. When none is left it joins
//  the file with the most units left, with a table of its own, so that no core is idle while the last file is read. When
//  there are only compressed files, which are one unit each, it decompresses one of them for the thread that folds it.

import Checkpoints
import DurableIO
import Folding
import Foundation
import Records
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
    private let condition = NSCondition()
    private var waiting: [FileFold] = []
    private var active: [FileFold] = []
    /// Files that are being opened: they may yet have units.
    private var opening = 0
    /// Asked before each file but the first; once it says no, the files that are not begun are left out. Set it before
    /// folding.
    var wantsMore: @Sendable () -> Bool = { true }
    private var hasBegun = false

    /// Bytes that a record takes at least, give or take, so that a small file gets no table for a large one.
    private static let leastRecordBytes = 64

    /// - Parameters:
    ///   - scratch: the folder for what does not fit into memory.
    ///   - isCheck: whether records are only counted; there are no runs then.
    package init(
        settings: FoldSettings, fileSystem: FileSystem, jobs: Int, scratch: String, isCheck: Bool = false
    ) {
        precondition(jobs > 0, "folding needs a thread")
        self.settings = settings
        self.fileSystem = fileSystem
        self.jobs = jobs
        self.isCheck = isCheck
        folder = SpillFolder(scratch, schema: KeyedSchema(plan: settings.plan), in: fileSystem)
        budget = MemoryBudget(memory: settings.memory, jobs: jobs)
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
        waiting = inputs.enumerated().reversed().map { index, input in
            FileFold(input, index: index, fileSystem: fileSystem, settings: settings, runs: FoldRuns(folder)) {
                onStoredBytes(index, $0)
            }
        }
        let threads = (1..<jobs).map { _ in
            let done = DispatchSemaphore(value: 0)
            let thread = Thread { [self] in
                work(onFinished)
                done.signal()
            }
            // Room for the deepest record (512 levels) many times over.
            thread.stackSize = 8 << 20
            thread.start()
            return done
        }
        work(onFinished)
        for done in threads { done.wait() }
    }

    private func work(_ onFinished: (Int, FoldOutcome) -> Void) {
        let folder = UnitFolder(settings: settings)
        /// Distinct keys of the file before: days are alike.
        var expectedCount = 0
        while let job = next() {
            let limit = job.plainSize / Self.leastRecordBytes
            expectedCount = work(on: job, folder, expecting: min(expectedCount, limit), onFinished)
        }
    }

    /// A file to work on, with this thread counted among its participants.
    private func next() -> FileFold? {
        condition.lock()
        defer { condition.unlock() }
        while true {
            if hasBegun, !waiting.isEmpty, !wantsMore() { waiting = [] }
            if let job = waiting.popLast() {
                hasBegun = true
                opening += 1
                condition.unlock()
                job.open()
                condition.lock()
                opening -= 1
                job.participants += 1
                active.append(job)
                condition.broadcast()
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
                condition.unlock()
                stream.decodeAhead()
                condition.lock()
                continue
            }
            condition.wait()
        }
    }

    /// Works on a file until nothing of it is left to take; returns how many distinct keys this thread found.
    private func work(
        on job: FileFold, _ folder: UnitFolder, expecting expectedCount: Int,
        _ onFinished: (Int, FoldOutcome) -> Void
    ) -> Int {
        if isCheck {
            let tally = AppTally()
            fold(job, folder, into: tally)
            condition.withLock { job.add(tally.counts) }
            leave(job, onFinished)
            return 0
        }
        let table = SpillingTable(budget, self.folder, expecting: expectedCount) {
            [condition, folder = self.folder] run in
            let surplus = condition.withLock {
                job.runs.add(run)
                return job.runs.takeSurplus()
            }
            guard let surplus else { return }
            let longer = try folder.merged(surplus)
            condition.withLock { job.runs.add(longer) }
        }
        fold(job, folder, into: table)
        do {
            try table.finish { run, share in condition.withLock { job.runs.add(run, holding: share) } }
        } catch {
            condition.withLock { job.fail(error) }
        }
        leave(job, onFinished)
        return table.distinctCount
    }

    /// Takes units until there are none left.
    private func fold(_ job: FileFold, _ folder: UnitFolder, into sink: any BatchSink) {
        while let unit = condition.withLock({ job.takeUnit() }) {
            do {
                let result = try job.fold(unit: unit, with: folder, into: sink) {
                    cancelled.load(ordering: .relaxed)
                }
                condition.withLock { job.add(result) }
            } catch {
                condition.withLock { job.fail(error) }
            }
        }
    }

    /// This thread has done its part; the last one says how the file ended.
    private func leave(_ job: FileFold, _ onFinished: (Int, FoldOutcome) -> Void) {
        let isLast = condition.withLock {
            job.participants -= 1
            guard job.participants == 0 && job.unitsLeft == 0 else { return false }
            active.removeAll { $0 === job }
            return true
        }
        if isLast { onFinished(job.index, job.outcome()) }
    }
}
