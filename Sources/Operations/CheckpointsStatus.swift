//  What the checkpoints know: every file with its state, the last runs, labels in no group, missing days.

import Admission
import Checkpoints
import DurableIO
import Findings
import Inbox
import Intake
import JSONRecords
import Ledgers
import Publishing
import Records
import Reports
import RunSettings

/// The state of everything at one generation.
package struct CheckpointsStatus {
    package struct File {
        package var name: String
        package var state: FileState
        package var date: String?
        package var reason: String
        /// Of the content that the state is about, or of the one that counts under the name.
        package var counts: RecordTally?
        package var rejections: [RejectReason: Int]
        /// Of the same content; nil when there is none.
        package var findings: FileFindings?
        package var seconds: Int64?
        package var digest: String?
        /// Whether something of this name counts.
        package var isCounted: Bool
        /// Whether it left the inbox: nobody has to do anything about what lies there any more.
        package var isGone: Bool

        /// Whether the gate found it unlike the days before.
        package var isUnusual: Bool

        package init(
            name: String, state: FileState, date: String? = nil, reason: String, counts: RecordTally? = nil,
            rejections: [RejectReason: Int], findings: FileFindings? = nil, seconds: Int64? = nil,
            digest: String? = nil, isCounted: Bool, isGone: Bool, isUnusual: Bool
        ) {
            self.name = name
            self.state = state
            self.date = date
            self.reason = reason
            self.counts = counts
            self.rejections = rejections
            self.findings = findings
            self.seconds = seconds
            self.digest = digest
            self.isCounted = isCounted
            self.isGone = isGone
            self.isUnusual = isUnusual
        }
    }

    /// A label in no group.
    package struct Ungrouped {
        package var label: String
        package var records: Int
        package var sum: Int64
    }

    package var generation: Int
    package var files: [File]
    /// Newest first.
    package var runs: [RunRecord]
    /// The plan's words.
    package let plan: PlanSettings
    /// Largest sum first.
    package var ungrouped: [Ungrouped]
    /// First and last counted day.
    package var days: ClosedRange<CalendarDay>?
    package var missingDays: [ClosedRange<CalendarDay>]
    /// Nil when the gate is off, or no file with a date counts.
    package var gate: GateStatus?
    /// Files of the inbox that are not read because of their names.
    package var unread = UnreadNames()
    /// What is wrong with names and folders of the inbox.
    package var problems: [InboxProblem] = []
    /// Counted files without a date.
    package var undated: UndatedFiles

    /// - Throws: `CheckpointError`, `LedgerError`.
    package init(_ settings: Settings, fileSystem: FileSystem = .real) throws {
        let checkpoints = try CheckpointFolder.openForReading(
            settings.configuration.checkpoints, plan: settings.configuration.plan, in: fileSystem)
        let ledger = checkpoints.ledger
        plan = settings.plan.settings
        (generation, files, runs, ungrouped, days, missingDays, undated) = try ledger.snapshot {
            let counting = try ledger.countingVersions()
            let days = Set(counting.compactMap { $0.facts.date.flatMap { CalendarDay($0) } })
            return (
                try ledger.generation, try Self.files(ledger, settings, fileSystem),
                try ledger.runs(last: 5),
                try Self.ungrouped(ledger, settings.reports), days.min().map { $0...days.max()! },
                CalendarDay.gaps(in: days),
                UndatedFiles(counting, unit: settings.fold.plan.unit)
            )
        }
        runs = try Self.withCrashed(runs, checkpoints)
        // A status can be had of checkpoints whose inbox is elsewhere.
        let inbox = Inbox(settings.configuration.inbox, rules: settings.inboxRules, in: fileSystem)
        if let listing = try Self.list(inbox) { (unread, problems) = (listing.unread, listing.problems) }
        let rules = settings.configuration.gate
        if rules.mode != .off { gate = try ArrivalHistory(checkpoints, rules: rules, plan: settings.fold.plan).known() }
    }

    /// Nil when the inbox is not there.
    private static func list(_ inbox: Inbox) throws(IOError) -> InboxListing? {
        do { return try inbox.list() } catch  where error.isMissing { return nil }
    }

    /// The runs, with those that seem to go on and have no process any more as the crashed ones that they are.
    ///
    /// The lock tells, whichever machine or container the process is on, and numbers of processes are used again; the
    /// number in the ledger only tells one holder of the lock from another. A run that ended while the lock was looked at is
    /// not taken for a crashed one, since the ledger is asked once more.
    private static func withCrashed(_ runs: [RunRecord], _ checkpoints: CheckpointFolder) throws -> [RunRecord] {
        guard runs.contains(where: { $0.summary == nil }) else { return runs }
        let writer: Int32?
        switch try checkpoints.observeWriter() {
        case .unknown, .held(by: nil): return runs
        case .held(by: let holder?): writer = holder.processID
        case .free: writer = nil
        }
        return try checkpoints.ledger.runs(last: runs.count).map { run in
            guard run.summary == nil, run.pid != writer.map({ Int($0) }), runs.contains(where: { $0.id == run.id })
            else { return run }
            var run = run
            run.summary = RunSummary(outcome: .crashed)
            return run
        }
    }

    /// Whether some file is held, failed or waiting, or something in the inbox cannot be taken.
    package var isIncomplete: Bool {
        problems.contains(where: \.leavesOut)
            || files.contains { !$0.isGone && ($0.state == .held || $0.state == .failed || $0.state == .waiting) }
    }

    private static func files(_ ledger: Ledger, _ settings: Settings, _ fileSystem: FileSystem) throws -> [File] {
        let inbox = Inbox(settings.configuration.inbox, rules: settings.inboxRules, in: fileSystem)
        // Somewhere else than where the files are, nothing is gone.
        let isInboxThere = try fileSystem.statusIfPresent(inbox.root)?.kind == .folder
        return try ledger.files().map { file in
            let version = try (file.status.version ?? file.counting).flatMap { try ledger.version($0) }
            var counts = version?.tally
            if case .failed(let tally?) = file.status { counts = tally }
            let isThere =
                inbox.takes(file.location.path)
                && isPresent(Path.join(inbox.root, file.location.path), fileSystem)
            let isGone = isInboxThere && !isThere
            let rejections = try version.map { try ledger.rejections(of: $0.id) } ?? [:]
            var findings: FileFindings?
            if let version {
                findings = FileFindings(
                    rejected: rejections, folded: version.tally.folded, try ledger.observations(of: version.id),
                    nil, labels: LabelCounts(), settings)
                findings!.newFields = try ledger.newFields(of: version)
            }
            return File(
                name: file.name, state: file.state, date: version?.facts.date ?? file.location.date,
                reason: file.reason,
                counts: counts, rejections: rejections, findings: findings, seconds: version?.facts.sum,
                digest: file.digest, isCounted: file.counting != nil,
                isGone: isGone, isUnusual: file.unusual != nil)
        }
    }

    /// Whether a file is there, as far as can be told: what is in a folder that cannot be entered is not gone.
    private static func isPresent(_ path: String, _ fileSystem: FileSystem) -> Bool {
        do { return try fileSystem.statusIfPresent(path) != nil } catch { return true }
    }

    private static func ungrouped(_ ledger: Ledger, _ reports: any PlanReports) throws -> [Ungrouped] {
        var sums: [ByteOrdered: (records: Int, sum: Int64)] = [:]
        for sum in try ledger.datedBreakdown() where reports.group(of: sum.label) == nil {
            sums[ByteOrdered(sum.label), default: (0, 0)].records += sum.records
            sums[ByteOrdered(sum.label), default: (0, 0)].sum += sum.sum
        }
        return sums.sorted { ($1.value.sum, $0.key) < ($0.value.sum, $1.key) }
            .map { Ungrouped(label: $0.key.string, records: $0.value.records, sum: $0.value.sum) }
    }
}
