//  From files to commits, on all cores.
//
//      read ─▶ judge ─▶ keep rejects ─▶ admit ─▶ report         each file, on the thread that read it
//                                        └▶ commit               several together, one thread at a time

import Admission
import Checkpoints
import DurableIO
import Events
import Findings
import Inbox
import Intake
import JSONRecords
import Ledgers
import RunSettings
import Wording

extension Processor {
    /// How often a file that changes while it is read is read before it is left for the next run.
    private static let readAttempts = 3

    /// - Parameters:
    ///   - commitsEarly: whether files that are read afresh are committed as they come, too.
    ///   - isOrderGiven: files are read in the order in which they are listed, although the gate would like them by date.
    ///   - wantsMore: asked before each file but the first; once it says no, the rest is left out.
    package func fold(
        _ listed: [InboxFile], _ run: RunID, _ result: inout RunResult, isAfresh: Bool, commitsEarly: Bool = false,
        isOrderGiven: Bool = false, while wantsMore: @escaping @Sendable () -> Bool = { true }
    ) throws {
        if listed.isEmpty { return }
        observer.begin(files: listed.count, storedBytes: listed.reduce(0) { $0 + $1.status.size })
        let committer = Committer(
            checkpoints, settings: settings, run: run, history: history, in: fileSystem, onEvent: logger.sink,
            clock: clock)
        var files = listed
        var wanted = Array(files.indices)
        if history != nil, !isOrderGiven {
            wanted.sort {
                GateOrder(files[$0].date, files[$0].logicalName) < GateOrder(files[$1].date, files[$1].logicalName)
            }
        }
        let results = FoldResults(order: wanted, commitsInOrder: history != nil && !isOrderGiven)
        for attempt in 1...Self.readAttempts where !wanted.isEmpty {
            for index in wanted where attempt > 1 {
                if let status = try fileSystem.statusIfPresent(files[index].path) { files[index].status = status }
                logger.debug(
                    .fileRetried, "\(Show.name(files[index].logicalName)) changed while it was read, and is read again",
                    ["file": "\(Show.name(files[index].logicalName))", "attempt": "\(attempt)"])
            }
            try clock.measure(.reading) {
                try fold(
                    wanted.map { ($0, files[$0]) }, committer, results, isAfresh: isAfresh,
                    commitsEarly: commitsEarly || !isAfresh, mayReadAgain: attempt < Self.readAttempts,
                    while: wantsMore)
            }
            wanted = results.takeChanged()
        }
        if isAfresh && !commitsEarly { try Self.commitHeld(committer, results, observer) }
        result.files = results.files
        // When all are committed, so that it does not matter which was first.
        for (index, file) in result.files.enumerated() where file.findings != nil && !file.isUnchanged {
            guard let version = try checkpoints.ledger.file(named: file.name)?.status.version else { continue }
            result.files[index].findings!.newFields =
                try checkpoints.ledger.version(version).map {
                    try checkpoints.ledger.newFields(of: $0)
                } ?? []
        }
        // Last, and once for each file: only the state that it is left in matters.
        for follower in results.followers { observer.finish(follower) }
        result.follow(
            try results.followers.map { file in
                try checkpoints.ledger.file(named: file.name).map { try follower($0) } ?? file
            })
        result.storedBytes = zip(files, results.all).reduce(0) { $0 + ($1.1 == nil ? 0 : $1.0.status.size) }
    }

    /// Folds files and commits them as they come, or holds them all for one commit.
    ///
    /// - Parameter mayReadAgain: a file that changed while it was being read is noted as such and nothing more.
    private func fold(
        _ files: [(index: Int, file: InboxFile)], _ committer: Committer, _ results: FoldResults, isAfresh: Bool,
        commitsEarly: Bool, mayReadAgain: Bool, while wantsMore: @escaping @Sendable () -> Bool
    ) throws {
        let rejects = RejectWriter(output: settings.configuration.output, fileSystem: fileSystem)
        let reader = try work.reader(place)
        let starts = results.starts
        cancellation.begin(reader)
        defer { cancellation.end() }
        reader.read(files.map(\.file), while: wantsMore) { [observer] place, bytes in
            starts.note(files[place].index)
            observer.advance(storedBytes: bytes)
        } onFinished: { [settings, observer, logger] place, outcome in
            let (index, file) = files[place]
            if mayReadAgain, outcome.isOfChangedFile { return results.noteChanged(index) }
            logger.note(file.logicalName, outcome)
            do {
                let judgement = try Judgement(
                    outcome, settings: settings, modified: file.status.modified, now: WallClock.now())
                // Before the commit: a file that is in the ledger is not read again, and its dead letters would be
                // missing for ever after a crash in between.
                if let content = judgement.content { try rejects.write(file.logicalName, content) }
                let candidate = Candidate(file, status: judgement.content?.status)
                let verdict = try committer.verdict(candidate, judgement, isAfresh: isAfresh)
                let result = FileResult(
                    file.logicalName, judgement.content, verdict, ungrouped: try committer.ungroupedLabels(verdict),
                    settings)
                results.hold(index, candidate, verdict, result)
                if commitsEarly, results.isCommitDue(with: file.status.size) {
                    try Self.commitHeld(committer, results, observer)
                }
            } catch {
                // What stops one file for reasons of its own was judged; this stops all.
                results.fail(error)
                reader.cancel()
            }
        }
        if let error = results.failure { throw error }
        if commitsEarly {
            // What was not begun keeps nothing back any longer.
            results.endOrder()
            try Self.commitHeld(committer, results, observer)
        }
    }

    /// Commits what is held in one change of the ledger and says what became of it. One thread at a time, or what a
    /// commit said of another file could be noted after that file's own.
    private static func commitHeld(
        _ committer: Committer, _ results: FoldResults, _ observer: any RunObserver
    ) throws {
        try results.committing.withLock { _ in
            // What comes after a commit that failed would be judged without it.
            if results.failure != nil { return }
            do {
                try commitHeldAlone(committer, results, observer)
            } catch {
                // Before the next thread has its turn.
                results.fail(error)
                throw error
            }
        }
    }

    private static func commitHeldAlone(
        _ committer: Committer, _ results: FoldResults, _ observer: any RunObserver
    ) throws {
        let held = results.takeHeld()
        if held.isEmpty { return }
        let outcome = try committer.commit(held.map { ($0.candidate, $0.verdict) })
        // First: a file's own state is the last word.
        for other in outcome.others {
            results.follow(FileResult(other))
        }
        for (entry, outcome) in zip(held, outcome.files) {
            guard let outcome else { continue }
            var item = entry.item
            (item.state, item.reason, item.isUnusual) = (outcome.state, outcome.reason, outcome.unusual != nil)
            item.seconds = results.starts.elapsed(entry.index)
            observer.finish(item)
            results.finish(entry.index, item)
        }
    }
}

extension FileResult {
    /// A file that was read.
    ///
    /// - Parameters:
    ///   - content: nil when it was not read to the end.
    ///   - ungrouped: its records of labels that are in no group.
    init(_ name: String, _ content: FileSummary?, _ verdict: Verdict, ungrouped: LabelCounts, _ settings: Settings) {
        self.init(name: name, state: .new)
        isUnchanged = verdict.isKnown
        guard let content else { return }
        counts = content.counts
        size = content.size
        findings = FileFindings(content, labels: ungrouped, settings)
    }
}
