//  The story of a run.
//
//      list the inbox ─▶ leave out what is known ─▶ fold the rest on all cores
//          each file, when it is read:  judge ─▶ partial ─▶ commit
//      bring total and reports up to date ─▶ say what happened
//
//  What an earlier run left unfinished needs no story of its own: whatever is not in the ledger did not happen and is
//  read again; whatever is in the ledger and not in the reports is published now.

import Checkpoints
import Configuration
import DurableIO
import Folding
import Foundation
import Inbox
import JSONRecords
import KeyedTables
import Ledgers
import Logging
import Records
import Reports
import Synchronization

/// Folds the inbox into the checkpoints and publishes reports. Holds the checkpoints' lock as long as it lives.
package final class Processor {
    let settings: Settings
    let fileSystem: FileSystem
    let checkpoints: CheckpointFolder
    let inbox: Inbox
    private let logger: Logger
    private let observer: any RunObserver
    /// What new files are compared with; nil when nobody looks.
    let history: ArrivalHistory?
    /// Ends reading soon, from any thread: files that are not finished are left as they were. There is no way back.
    let cancellation = Cancellation()
    /// Notes about the folders are given once, with the first run.
    private var hasNoted = false

    /// Opens the folders.
    ///
    /// - Parameter identity: of the ledger that has to be there, when it was open before.
    /// - Throws: `InboxMissing`, `CheckpointError`, `LedgerError`, `IOError`.
    package convenience init(
        _ settings: Settings, expecting identity: String? = nil, fileSystem: FileSystem = .real, logger: Logger,
        observer: any RunObserver
    ) throws {
        let configuration = settings.configuration
        // Before anything is made: a mistyped inbox must not leave folders behind.
        try Self.checkInbox(configuration.inbox, fileSystem)
        let checkpoints = try CheckpointFolder.openForWriting(
            configuration.checkpoints, plan: configuration.plan,
            now: Timestamp.text(milliseconds: WallClock.now() / 1_000_000), expecting: identity, in: fileSystem)
        try self.init(settings, checkpoints: checkpoints, fileSystem: fileSystem, logger: logger, observer: observer)
    }

    /// Takes over checkpoints that are open for writing.
    init(
        _ settings: Settings, checkpoints: CheckpointFolder, fileSystem: FileSystem, logger: Logger,
        observer: any RunObserver
    ) throws {
        try Self.checkInbox(settings.configuration.inbox, fileSystem)
        self.settings = settings
        self.checkpoints = checkpoints
        self.fileSystem = fileSystem
        self.logger = logger
        self.observer = observer
        inbox = Inbox(settings.configuration.inbox, rules: settings.inboxRules, in: fileSystem)
        let rules = settings.configuration.gate
        history = rules.mode == .off ? nil : ArrivalHistory(checkpoints, rules: rules)
    }

    private static func checkInbox(_ path: String, _ fileSystem: FileSystem) throws {
        guard let status = try fileSystem.statusIfPresent(path), status.kind == .folder else {
            throw InboxMissing(path: path)
        }
    }

    let processID = Int(ProcessInfo.processInfo.processIdentifier)

    // MARK: Commands

    /// Folds what is new in the inbox and brings the reports up to date.
    package func run() throws -> RunReport {
        try recorded("run") { run in
            var report = RunReport()
            let listing = try list(&report)
            let candidates = try listing.filter { try isChanged($0, &report) }
            if let note = redated(candidates) { report.notes.append(note) }
            try fold(candidates, run, &report, isAfresh: false)
            return report
        }
    }

    /// Reads files again, all that are in the inbox when none is named, and puts the new partials in place of the old
    /// in one commit.
    package func reprocess(_ paths: [String]) throws -> RunReport {
        try recorded("reprocess") { run in
            var report = RunReport()
            let files = paths.isEmpty ? try list(&report) : try paths.map { try file(at: $0) }
            var names: Set<ByteOrdered> = []
            try fold(files.filter { names.insert(ByteOrdered($0.logicalName)).inserted }, run, &report, isAfresh: true)
            return report
        }
    }

    /// A file by its path, or by its name as the status shows it.
    private func file(at path: String) throws -> InboxFile {
        do {
            return try inbox.file(at: path)
        } catch  where error.reason == .missing {
            guard let name = Show.unescaped(path), let file = try? inbox.file(at: name) else { throw error }
            return file
        }
    }

    /// Folds some files of the inbox again, as `reprocess` does, but leaves the reports to the caller.
    func refold(_ isWanted: (InboxFile) -> Bool) throws -> RunReport {
        var report = RunReport()
        let files = try list(&report).filter(isWanted)
        try checkpoints.ledger.recordedRun("verify --repair") { run in
            try fold(files, run, &report, isAfresh: true)
            return RunSummary(
                outcome: .finished, files: states(report), tally: RecordTally(report.counts), bytes: report.bytes)
        }
        return report
    }

    /// Writes down that a run took place and how it ended, and publishes in between.
    ///
    /// - Parameter keepsOutputs: whether the configured outputs are made afterwards; a watch sees to them itself.
    func recorded(
        _ command: String, keepsOutputs: Bool = true, _ body: (RunID) throws -> RunReport
    ) throws -> RunReport {
        let start = ContinuousClock.now
        let ledger = checkpoints.ledger
        let run = try ledger.beginRun(command: command, tool: Tool.name, pid: processID)
        do {
            let settled = try settleRules(run)
            var report = try body(run)
            report.followed(first: settled)
            if !hasNoted { try note(&report) }
            hasNoted = true
            observer.publishing()
            report.publication = try Publisher(
                checkpoints: checkpoints, settings: settings, fileSystem: fileSystem,
                onProgress: { [observer] in observer.advance(storedBytes: 0) }
            ).publish()
            report.seconds = (ContinuousClock.now - start).seconds
            var generation: Int?
            if case .written(let written, _) = report.publication { generation = written }
            try ledger.endRun(
                run,
                RunSummary(
                    outcome: report.isIncomplete ? .incomplete : .finished, files: states(report),
                    tally: RecordTally(report.counts), bytes: report.bytes, published: generation),
                plan: settings.map.canonicalText)
            if keepsOutputs { report.undated = UndatedFiles(try ledger.countingVersions()) }
            if keepsOutputs, report.publication != .nothing {
                report.outputs = OutputKeeper(settings, fileSystem: fileSystem).renew(try ledger.generation)
            }
            return report
        } catch {
            // The run is over either way; that it failed is said by the error, not by a second one.
            try? ledger.endRun(run, RunSummary(outcome: .failed))
            throw error
        }
    }

    /// When the settings that decide what counts are others than before, everything is settled anew.
    ///
    /// - Returns: the files whose state followed.
    func settleRules(_ run: RunID) throws -> [FileReport] {
        let resolution = Resolution(checkpoints, settings)
        guard try resolution.isUnderOtherRules else { return [] }
        var change = CommitChange(run: run)
        try resolution.complete(&change)
        try checkpoints.ledger.commit(change)
        try history?.note(committed: change.files.map(\.name))
        let followers = try change.files.map { try follower(checkpoints.ledger.file(named: $0.name)!) }
        for follower in followers { observer.finish(follower) }
        return followers
    }

    /// A file that was not read, and whose state followed from others.
    private func follower(_ file: FileRecord) throws -> FileReport {
        var report = FileReport(file)
        report.isGone = try fileSystem.statusIfPresent(Path.join(inbox.root, file.location.path)) == nil
        return report
    }

    private func states(_ report: RunReport) -> [FileState: Int] {
        var states: [FileState: Int] = [:]
        for file in report.files where !file.isUnchanged { states[file.state, default: 0] += 1 }
        return states
    }

    // MARK: What is to be read

    private func list(_ report: inout RunReport) throws -> [InboxFile] {
        let listing = try inbox.list()
        for problem in listing.problems {
            report.notes.append("\(problem)")
            if problem.leavesOut { report.hasProblems = true }
        }
        report.unread = listing.unread
        known = try Dictionary(
            uniqueKeysWithValues: checkpoints.ledger.files().map { (ByteOrdered($0.name), $0) })
        return listing.files
    }

    /// What the ledger says of each name, as of the last listing.
    var known: [ByteOrdered: FileRecord] = [:]

    /// Whether a file has to be read: it is new, does not look as it did when it was read last, or has another date: the
    /// rules for dates are others than then. What was taken out gets its new date once it is restored.
    func isChanged(_ file: InboxFile, _ report: inout RunReport) throws -> Bool {
        guard let record = known[ByteOrdered(file.logicalName)], record.location.path == file.relativePath,
            record.location.hint == FileHint(file.status), record.location.date == file.date
        else { return true }
        switch record.state {
        case .new: return true
        case .folded, .duplicate, .retracted: break
        // Under other settings it may count.
        case .held where try isFoldedOtherwise(record): return true
        // Time alone makes a file that was being written one that stays cut short.
        case .waiting where file.status.modified < WallClock.now() - settings.staleAfter: return true
        case .held, .failed, .waiting:
            report.stillOpen.append(
                FileReport(name: record.name, state: record.state, isUnchanged: true, reason: record.reason))
        }
        report.unchanged += 1
        return false
    }

    /// Whether a file's version was folded under other settings.
    private func isFoldedOtherwise(_ record: FileRecord) throws -> Bool {
        let version = try record.status.version.flatMap { try checkpoints.ledger.version($0) }
        return version?.facts.settings != settings.configuration.foldSettingsText
    }

    /// What is said of known files that have another date now; nil when there are none.
    func redated(_ candidates: [InboxFile]) -> String? {
        let files = candidates.compactMap { file in
            known[ByteOrdered(file.logicalName)].flatMap {
                $0.location.date == file.date || $0.state == .retracted ? nil : (file, $0)
            }
        }
        guard let (file, record) = files.first else { return nil }
        return "\(Show.count(files.count, "known file")) \(files.count == 1 ? "has" : "have") another date now and "
            + "\(files.count == 1 ? "is" : "are") read again: \(file.logicalName) (\(record.location.date ?? "none"), now "
            + "\(file.date ?? "none"))" + (files.count > 1 ? " and others" : "")
    }

    /// What is to be known of the folders.
    private func note(_ report: inout RunReport) throws {
        for path in checkpoints.sweep.removed {
            report.notes.append("\(path) in \(checkpoints.root) was left by an interrupted run and is removed")
        }
        for path in checkpoints.sweep.foreign {
            report.notes.append("\(path) in \(checkpoints.root) is not Watchfold's; it is left alone")
        }
        let text = settings.configuration.foldSettingsText
        let others = try checkpoints.ledger.countingVersions().filter { $0.facts.settings != text }
        if others.isEmpty { return }
        report.notes.append(
            "\(others.count) counted files were folded under other settings (\(others[0].facts.name)"
                + (others.count > 1 ? " and others" : "") + "); `watchfold reprocess` folds them again")
    }

    // MARK: Folding

    /// How often a file that changes while it is read is read before it is left for the next run.
    private static let readAttempts = 3

    /// - Parameters:
    ///   - isOrderGiven: files are read in the order in which they are listed, although the gate would like them by date.
    ///   - wantsMore: asked before each file but the first; once it says no, the rest is left out.
    func fold(
        _ listed: [InboxFile], _ run: RunID, _ report: inout RunReport, isAfresh: Bool, isOrderGiven: Bool = false,
        while wantsMore: @escaping @Sendable () -> Bool = { true }
    ) throws {
        if listed.isEmpty { return }
        observer.begin(files: listed.count, storedBytes: listed.reduce(0) { $0 + $1.status.size })
        let committer = Committer(checkpoints, settings: settings, run: run, history: history, in: fileSystem)
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
            }
            try fold(
                wanted.map { ($0, files[$0]) }, committer, results, isAfresh: isAfresh,
                mayReadAgain: attempt < Self.readAttempts, while: wantsMore)
            wanted = results.takeChanged()
        }
        if isAfresh { try Self.commitHeld(committer, results, observer) }
        report.files = results.files
        // When all are committed, so that it does not matter which was first.
        for (index, file) in report.files.enumerated() where file.findings != nil && !file.isUnchanged {
            guard let version = try checkpoints.ledger.file(named: file.name)?.status.version else { continue }
            report.files[index].findings!.newFields =
                try checkpoints.ledger.version(version).map {
                    try checkpoints.ledger.newFields(of: $0)
                } ?? []
        }
        // Last, and once for each file: only the state that it is left in matters.
        for follower in results.followers { observer.finish(follower) }
        report.follow(
            try results.followers.map { file in
                try checkpoints.ledger.file(named: file.name).map { try follower($0) } ?? file
            })
        report.storedBytes = zip(files, results.all).reduce(0) { $0 + ($1.1 == nil ? 0 : $1.0.status.size) }
    }

    /// Folds files and commits them as they come, or holds them all for one commit.
    ///
    /// - Parameter mayReadAgain: a file that changed while it was read is noted as such and nothing more.
    private func fold(
        _ files: [(index: Int, file: InboxFile)], _ committer: Committer, _ results: FoldResults, isAfresh: Bool,
        mayReadAgain: Bool, while wantsMore: @escaping @Sendable () -> Bool
    ) throws {
        let rejects = RejectWriter(output: settings.configuration.output, fileSystem: fileSystem)
        let pool = FoldPool(
            settings: settings.fold, fileSystem: fileSystem, jobs: settings.jobs, scratch: checkpoints.root)
        let starts = results.starts
        cancellation.begin(pool)
        defer { cancellation.end() }
        pool.wantsMore = wantsMore
        pool.fold(files.map { FoldInput(name: $0.file.relativePath, path: $0.file.path) }) { [observer] place, bytes in
            starts.note(files[place].index)
            observer.advance(storedBytes: bytes)
        } onFinished: { [settings, observer] place, outcome in
            let (index, file) = files[place]
            if mayReadAgain, case .failed(is FileChanged) = outcome { return results.noteChanged(index) }
            do {
                if case .failed(let error as SpillError) = outcome { throw error.cause }
                let judgement = Judgement(
                    outcome, settings: settings, modified: file.status.modified, now: WallClock.now())
                let candidate = Candidate(file, status: judgement.status)
                var item = FileReport(name: file.logicalName, state: .new)
                if case .content(let summary, _, _) = judgement {
                    item.counts = summary.counts
                    item.size = summary.size
                    // Before the commit: a file that is in the ledger is not read again, and its dead letters would be
                    // missing for ever after a crash in between.
                    try rejects.write(file.logicalName, summary.rejections, rejected: summary.counts.rejectedTotal)
                }
                let verdict = try committer.verdict(candidate, judgement, isAfresh: isAfresh)
                if case .content(let summary, _, _) = judgement {
                    item.findings = FileFindings(
                        rejected: summary.counts.rejected, folded: summary.counts.folded, summary.observations,
                        summary.sample,
                        apps: try committer.unmappedApps(verdict), settings)
                }
                if case .seen = verdict { item.isUnchanged = true }
                results.hold(index, candidate, verdict, item)
                if !isAfresh, results.isCommitDue(with: file.status.size) {
                    try Self.commitHeld(committer, results, observer)
                }
            } catch {
                // What stops one file for reasons of its own was judged before; this stops all.
                results.fail(error)
                pool.cancel()
            }
        }
        if let error = results.failure { throw error }
        if !isAfresh {
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
            results.follow(FileReport(other))
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

/// A request to stop that reaches the pool at work, or the next one.
final class Cancellation: Sendable {
    private let state = Mutex((isCancelled: false, pool: FoldPool?.none))

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.pool?.cancel()
        }
    }

    func begin(_ pool: FoldPool) {
        state.withLock { state in
            state.pool = pool
            if state.isCancelled { pool.cancel() }
        }
    }

    func end() { state.withLock { $0.pool = nil } }
}

/// There is no inbox.
package struct InboxMissing: Error, CustomStringConvertible {
    package var path: String
    package var description: String { "\(path): there is no such folder; make it, or name another with --inbox" }
}

extension FileReport {
    /// A file that was not read in this run.
    init(_ file: FileRecord) {
        self.init(name: file.name, state: file.state, reason: file.reason, isUnusual: file.unusual != nil)
    }
}

extension FileHint {
    init(_ status: FileStatus) {
        self.init(
            device: status.device, inode: status.inode, size: Int64(status.size), modified: status.modified,
            changed: status.changed)
    }
}

extension Candidate {
    /// - Parameter status: the file as it was while it was read; nil: as it was listed.
    init(_ file: InboxFile, status: FileStatus?) {
        let status = status ?? file.status
        self.init(
            name: file.logicalName,
            location: FileLocation(path: file.relativePath, date: file.date, hint: FileHint(status)),
            modified: status.modified)
    }
}

extension Judgement {
    /// How the file looked while it was read, when it was.
    var status: FileStatus? {
        if case .content(let summary, _, _) = self { summary.status } else { nil }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

/// What worker threads have found, by the files' places.
private final class FoldResults: Sendable {
    struct Held {
        var index: Int
        var candidate: Candidate
        var verdict: Verdict
        var item: FileReport
    }

    private struct State {
        var files: [FileReport?]
        /// In no order.
        var held: [Held] = []
        /// When the first of these came.
        var heldSince: ContinuousClock.Instant?
        /// By place in the order: whether a file is held, done, or to be read again.
        var isKnown: [Bool]
        /// Places before this one are known.
        var knownCount = 0
        var changed: [Int] = []
        var followers: [ByteOrdered: FileReport] = [:]
        var failure: (any Error)?
    }

    private let state: Mutex<State>
    let starts: StartTimes
    let committing = Mutex<Void>(())

    /// By index: places in the order in which files are committed.
    private let places: [Int]
    private let commitsInOrder: Bool

    /// - Parameters:
    ///   - order: indices of the files in the order in which they are read.
    ///   - commitsInOrder: a file is committed with or after all those before it.
    init(order: [Int], commitsInOrder: Bool) {
        self.commitsInOrder = commitsInOrder
        var places = order
        for (place, index) in order.enumerated() { places[index] = place }
        self.places = places
        state = Mutex(
            State(
                files: Array(repeating: nil, count: order.count),
                isKnown: Array(repeating: false, count: order.count)))
        starts = StartTimes(count: order.count)
    }

    /// Nothing waits for files that were not begun any more.
    func endOrder() { state.withLock { $0.knownCount = $0.isKnown.count } }

    /// The file was committed; what it followed before is no longer its state.
    func finish(_ index: Int, _ file: FileReport) {
        state.withLock { state in
            state.files[index] = file
            state.followers[ByteOrdered(file.name)] = nil
        }
    }

    func hold(_ index: Int, _ candidate: Candidate, _ verdict: Verdict, _ item: FileReport) {
        let box = UncheckedBox(Held(index: index, candidate: candidate, verdict: verdict, item: item))
        state.withLock { state in
            if state.held.isEmpty { state.heldSince = .now }
            state.held.append(box.value)
            know(index, &state)
        }
    }

    private func know(_ index: Int, _ state: inout State) {
        state.isKnown[places[index]] = true
        while state.knownCount < places.count, state.isKnown[state.knownCount] { state.knownCount += 1 }
    }

    private func mayCommit(_ held: Held, _ state: State) -> Bool {
        !commitsInOrder || places[held.index] < state.knownCount
    }

    /// Another file's state followed.
    func follow(_ file: FileReport) { state.withLock { $0.followers[ByteOrdered(file.name)] = file } }

    /// Files whose state followed, by name; of those that were read themselves, the ones that came before.
    var followers: [FileReport] {
        state.withLock { $0.followers.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// The file changed while it was read.
    func noteChanged(_ index: Int) {
        state.withLock { state in
            state.changed.append(index)
            know(index, &state)
        }
    }

    /// The files that changed since the last time it was asked, in the order of reading.
    func takeChanged() -> [Int] {
        state.withLock { state in
            defer { state.changed = [] }
            return state.changed.sorted { places[$0] < places[$1] }
        }
    }

    func fail(_ error: any Error) { state.withLock { if $0.failure == nil { $0.failure = error } } }

    var failure: (any Error)? { state.withLock { $0.failure } }
    /// One for each file; nil for those that nothing became of.
    var all: [FileReport?] { state.withLock { $0.files } }
    var files: [FileReport] { all.compactMap { $0 } }
    /// What is held and may be committed, in the order of the files; it is held no longer.
    func takeHeld() -> [Held] {
        state.withLock { state in
            let held = state.held
            let taken = held.filter { mayCommit($0, state) }
            state.held = held.filter { !mayCommit($0, state) }
            if state.held.isEmpty { state.heldSince = nil }
            return UncheckedBox(taken.sorted { $0.index < $1.index })
        }.value
    }

    /// A commit costs as much as reading a megabyte, so small files share one; but few enough that little is read twice
    /// after a crash, and that those who watch see them come.
    private static let sharedCommits = 64
    private static let largeFile = 1 << 20
    private static let longestHeld = Duration.milliseconds(100)

    /// Whether what is held is to be committed now.
    ///
    /// - Parameter size: stored bytes of the file that came last.
    func isCommitDue(with size: Int) -> Bool {
        state.withLock { state in
            size >= Self.largeFile || state.held.count >= Self.sharedCommits
                || state.heldSince.map { .now - $0 >= Self.longestHeld } ?? false
        }
    }
}

/// A value that changes threads under a lock.
private struct UncheckedBox<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}

/// When reading each file began.
private final class StartTimes: Sendable {
    private let times: Mutex<[ContinuousClock.Instant?]>

    init(count: Int) { times = Mutex(Array(repeating: nil, count: count)) }

    func note(_ index: Int) {
        times.withLock { if $0[index] == nil { $0[index] = .now } }
    }

    /// Seconds since then; 0 for a file that was never read.
    func elapsed(_ index: Int) -> Double {
        times.withLock { $0[index].map { (ContinuousClock.now - $0).seconds } ?? 0 }
    }
}
