//  The story of a run.
//
//      list the inbox ─▶ leave out what is known ─▶ fold the rest on all cores
//          each file, when it is read:  judge ─▶ partial ─▶ commit
//      bring total and reports up to date ─▶ say what happened
//
//  What an earlier run left unfinished needs no story of its own: whatever is not in the ledger did not happen and is
//  read again; whatever is in the ledger and not in the reports is published now.

import Admission
import Checkpoints
import Configuration
import DurableIO
import Events
import Inbox
import Intake
import JSONRecords
import Ledgers
import Logging
import Publishing
import Records
import RunSettings
import Synchronization
import Wording

/// Folds the inbox into the checkpoints and publishes reports. Holds the checkpoints' lock as long as it lives.
package final class Processor {
    package let settings: Settings
    let fileSystem: FileSystem
    package let checkpoints: CheckpointFolder
    package let inbox: Inbox
    let work: any PlanWork
    let logger: Logger
    /// What the stages of the command at hand take.
    var clock = StageClock()
    let observer: any RunObserver
    /// What the ledger says of each name, as of the last listing.
    var known: [ByteOrdered: FileRecord] = [:]
    /// The history that new files are compared with; nil when the gate is off.
    package let history: ArrivalHistory?
    /// Ends reading soon, from any thread: files that are not finished are left as they were. There is no way back.
    let cancellation = Cancellation()
    /// Notes about the folders are given once, with the first run.
    private var hasNoted = false

    /// Opens the folders.
    ///
    /// - Parameters:
    ///   - identity: of the ledger that has to be there, when it was open before.
    ///   - work: the plan's.
    /// - Throws: `InboxMissing`, `CheckpointError`, `LedgerError`, `IOError`.
    package convenience init(
        _ settings: Settings, expecting identity: String? = nil, work: any PlanWork = RecordWork(),
        fileSystem: FileSystem = .real, logger: Logger, observer: any RunObserver
    ) throws {
        let configuration = settings.configuration
        // Before anything is made: a mistyped inbox must not leave folders behind.
        try Self.checkInbox(configuration.inbox, fileSystem)
        let checkpoints = try CheckpointFolder.openForWriting(
            configuration.checkpoints, plan: configuration.plan,
            now: Timestamp.text(milliseconds: WallClock.now() / 1_000_000), expecting: identity, in: fileSystem)
        try self.init(
            settings, checkpoints: checkpoints, work: work, fileSystem: fileSystem, logger: logger, observer: observer)
    }

    /// Takes over checkpoints that are open for writing.
    package init(
        _ settings: Settings, checkpoints: CheckpointFolder, work: any PlanWork = RecordWork(),
        fileSystem: FileSystem, logger: Logger, observer: any RunObserver
    ) throws {
        try Self.checkInbox(settings.configuration.inbox, fileSystem)
        self.settings = settings
        self.checkpoints = checkpoints
        self.work = work
        self.fileSystem = fileSystem
        self.logger = logger
        self.observer = observer
        inbox = Inbox(settings.configuration.inbox, rules: settings.inboxRules, in: fileSystem)
        let rules = settings.configuration.gate
        history = rules.mode == .off ? nil : ArrivalHistory(checkpoints, rules: rules, plan: settings.fold.plan)
        noteOpening()
    }

    private func noteOpening() {
        let tries = checkpoints.failedLockTries
        if tries > 0 {
            logger.debug(
                .lockWaited, "\(checkpoints.root) was found locked \(Show.count(tries, "time")) before it was free",
                ["tries": "\(tries)"])
        }
        switch checkpoints.ledger.beginning {
        case .found: break
        case .made: logger.debug(.ledgerMade, "\(checkpoints.ledger.path) is new")
        case .upgraded(let format):
            logger.info(
                .ledgerUpgraded, "\(checkpoints.ledger.path) had format \(format), and was brought up to date",
                ["format": "\(format)"])
        }
    }

    private static func checkInbox(_ path: String, _ fileSystem: FileSystem) throws {
        guard let status = try fileSystem.statusIfPresent(path), status.kind == .folder else {
            throw InboxMissing(path: path)
        }
    }

    // MARK: Commands

    /// Folds what is new in the inbox and brings the reports up to date.
    package func run() throws -> RunResult {
        try recorded("run") { run in
            var result = RunResult()
            let candidates = try clock.measure(.finding) {
                try list(&result).filter { try isChanged($0, &result) }
            }
            if let note = redated(candidates) { result.remarks.append(RunNote(.datesChanged, note)) }
            try fold(candidates, run, &result, isAfresh: false)
            try fillIn(run, &result)
            return result
        }
    }

    /// Folds files once more of which the plan lacks partials: a fold is new, or another than before. What is kept of their
    /// rows is folded; of others the files are read again. Each is committed as it comes, so that what was done is done.
    func fillIn(_ run: RunID, _ result: inout RunResult) throws {
        var lacking = try work.lacking(place)
        if lacking.isEmpty { return }
        let folded = try foldRows(run)
        result.remarks += folded.problems.map { RunNote(.foldsLacking, $0) }
        result.foldedFromRows = folded.files
        if folded.files > 0 { lacking = try work.lacking(place) }
        if lacking.isEmpty { return }
        let ids = Set(lacking.map(\.version.id))
        var ignored = RunResult()
        // Where something else lies by now, what counts cannot be had from it.
        let files = try list(&ignored).filter { file in
            known[ByteOrdered(file.logicalName)]?.holding.present.map { ids.contains($0) } ?? false
        }
        if !files.isEmpty {
            var filled = RunResult()
            try fold(files, run, &filled, isAfresh: true, commitsEarly: true)
            result.take(filled)
            lacking = try work.lacking(place)
        }
        result.remarks += Self.remarks(lacking).map { RunNote(.foldsLacking, $0) }
    }

    /// What is said of files that could not be had again.
    private static func remarks(_ lacking: [LackingFile]) -> [String] {
        func text(_ files: [LackingFile], _ words: (_ isOne: Bool) -> String) -> String? {
            guard let first = files.first else { return nil }
            let isOne = files.count == 1
            return "\(Show.count(files.count, "file")) that \(isOne ? "counts" : "count") \(words(isOne)): "
                + "\(Show.name(first.version.facts.name))\(isOne ? "" : " and others"); "
        }
        let unfolded = text(lacking.filter { !$0.lacksRowsOnly }) { _ in "cannot be folded as the plan says now" }
        let rowless = text(lacking.filter(\.lacksRowsOnly)) { "\($0 ? "has" : "have") no kept rows" }
        return [
            unfolded.map { $0 + "what is kept of rows does not help, and nothing in the inbox is as it was" },
            rowless.map { $0 + "nothing in the inbox is as it was, and a fold that comes later will lack them" },
        ].compactMap { $0 }
    }

    /// Folds what is kept of rows by what the plan has their files lack.
    ///
    /// - Parameter damaged: paths of packs that are as good as none.
    func foldRows(_ run: RunID, without damaged: Set<String> = []) throws -> RowsFolded {
        guard let folding = try work.rowsFolding(place) else { return RowsFolded() }
        cancellation.begin(folding)
        defer { cancellation.end() }
        return try clock.measure(.reading) { try folding.fold(run, without: damaged, observer) }
    }

    /// Reads files again, all that are in the inbox when none is named, and puts the new partials in place of the old
    /// in one commit.
    package func reprocess(_ paths: [String]) throws -> RunResult {
        try recorded("reprocess") { run in
            var result = RunResult()
            let files = try clock.measure(.finding) {
                try paths.isEmpty ? list(&result) : paths.map { try file(at: $0) }
            }
            var names: Set<ByteOrdered> = []
            try fold(files.filter { names.insert(ByteOrdered($0.logicalName)).inserted }, run, &result, isAfresh: true)
            return result
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
    func refold(_ isWanted: (InboxFile) -> Bool) throws -> RunResult {
        var result = RunResult()
        let files = try list(&result).filter(isWanted)
        try checkpoints.ledger.recordedRun("verify --repair") { run in
            try fold(files, run, &result, isAfresh: true)
            return RunSummary(
                outcome: .finished, files: states(result), tally: RecordTally(result.counts), bytes: result.bytes)
        }
        return result
    }

    /// Writes down that a run took place and how it ended, and publishes in between.
    ///
    /// - Parameter keepsOutputs: whether the configured outputs are made afterwards; a watch sees to them itself.
    func recorded(
        _ command: String, keepsOutputs: Bool = true, _ body: (RunID) throws -> RunResult
    ) throws -> RunResult {
        let start = ContinuousClock.now
        clock = StageClock()
        let ledger = checkpoints.ledger
        var result = try ledger.recordedRun(command, plan: settings.reports.canonicalText) { run in
            let settled = try clock.measure(.settling) { try settleRules(run) }
            var result = try body(run)
            result.followed(first: settled)
            if !hasNoted { try note(&result) }
            hasNoted = true
            observer.publishing()
            result.publication = try publish { [observer] in observer.advance(storedBytes: 0) }
            result.tables = try publishTables()
            result.seconds = (ContinuousClock.now - start).seconds
            return (
                result,
                RunSummary(
                    outcome: result.isIncomplete ? .incomplete : .finished, files: states(result),
                    tally: RecordTally(result.counts), bytes: result.bytes, published: result.publication.generation)
            )
        }
        if keepsOutputs { result.undated = UndatedFiles(try ledger.countingVersions(), unit: settings.fold.plan.unit) }
        if keepsOutputs, result.publication != .nothing {
            result.outputs = try clock.measure(.outputs) { try renewOutputs() }
        }
        result.stages = clock.times
        logger.note(result.stages, seconds: (ContinuousClock.now - start).seconds)
        return result
    }

    var place: WorkPlace {
        WorkPlace(
            settings: settings, checkpoints: checkpoints, fileSystem: fileSystem, onEvent: logger.sink, clock: clock)
    }

    /// Brings the reports up to date.
    ///
    /// - Parameter onProgress: told now and then while it goes on.
    func publish(onProgress: @escaping () -> Void = {}) throws -> Publication {
        try Publisher(
            checkpoints: checkpoints, settings: settings, fileSystem: fileSystem, onProgress: onProgress,
            onEvent: logger.sink, clock: clock
        ).publish()
    }

    /// Brings the plan's own tables up to date.
    func publishTables() throws -> [PublishedTable] {
        try clock.measure(.outputs) { try work.publish(place, force: false) }
    }

    /// Makes the configured outputs that are behind what counts.
    func renewOutputs() throws -> [OutputOutcome] {
        try OutputKeeper(settings, KeptOutput.all(settings), fileSystem: fileSystem, onEvent: logger.sink)
            .renew(checkpoints.ledger.generation)
    }

    /// When the settings that decide what counts are others than before, everything is settled again.
    ///
    /// - Returns: the files whose state followed.
    func settleRules(_ run: RunID) throws -> [FileResult] {
        let resolution = Resolution(checkpoints, settings)
        guard try resolution.isUnderOtherRules else { return [] }
        var change = CommitChange(run: run)
        try resolution.complete(&change)
        try checkpoints.ledger.commit(change)
        try history?.note(committed: change.files.map(\.name))
        logger.debug(
            .rulesChanged,
            "other settings decide what counts than in the last run: \(Show.count(change.files.count, "file")) changed",
            ["files": "\(change.files.count)"])
        let followers = try change.files.map { try follower(checkpoints.ledger.file(named: $0.name)!) }
        for follower in followers { observer.finish(follower) }
        return followers
    }

    /// A file that was not read, and whose state followed from others.
    func follower(_ file: FileRecord) throws -> FileResult {
        var result = FileResult(file)
        result.isGone = try fileSystem.statusIfPresent(Path.join(inbox.root, file.location.path)) == nil
        return result
    }

    private func states(_ result: RunResult) -> [FileState: Int] {
        var states: [FileState: Int] = [:]
        for file in result.files where !file.isUnchanged { states[file.state, default: 0] += 1 }
        return states
    }
}

/// A request to stop that reaches the work that is going on, or the next.
final class Cancellation: Sendable {
    private let state = Mutex((isCancelled: false, work: (any Endable)?.none))

    func cancel() {
        state.withLock { state in
            state.isCancelled = true
            state.work?.cancel()
        }
    }

    func begin(_ work: any Endable) {
        state.withLock { state in
            state.work = work
            if state.isCancelled { work.cancel() }
        }
    }

    func end() { state.withLock { $0.work = nil } }
}

/// There is no inbox.
package struct InboxMissing: Trouble, CustomStringConvertible {
    package var kind: TroubleKind { .request }
    package var path: String
    package var description: String { "\(path): there is no such folder; create it, or name another with --inbox" }
}

extension FileResult {
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
