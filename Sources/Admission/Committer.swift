//  From what files turned out to be to what counts.
//
//  Files are committed as they come, several at a time. What follows from them, for other names too, is worked out for each
//  commit as a whole (Resolution.swift): when a copy arrives that goes before the one that counts, they change places in one
//  commit, and when the one that counts is replaced, the next one takes its place in the same commit.

import Checkpoints
import Configuration
import DurableIO
import Events
import Folding
import Intake
import KeyedTables
import Ledgers
import Records
import RunSettings
import Synchronization
import Wording

/// A file to be judged and committed.
package struct Candidate: Sendable {
    package var name: String
    package var location: FileLocation
    /// When the file was last written, nanoseconds since 1970.
    package var modified: Int64

    package init(name: String, location: FileLocation, modified: Int64) {
        self.name = name
        self.location = location
        self.modified = modified
    }
}

/// What the ledger is to be told of one file.
package enum Verdict {
    /// Nothing but how the file looks from outside.
    case seen(FileState)
    /// It is not whole, or cannot be read.
    case unreadable(FileStanding<VersionReference>, FileLocation, reason: String)
    /// A content, with the version that the ledger knows of it or a partial that is new. `isAfresh`: nothing that was found
    /// out about it before holds any longer.
    case content(KnownVersion, VersionJudgement, isAfresh: Bool)
    case none

    /// Whether the content was known and counts, or not, as before.
    package var isKnown: Bool { if case .seen = self { true } else { false } }
}

/// Where the partial of a content comes from.
package enum KnownVersion {
    case existing(VersionID)
    case sealed(SealedPartial)
}

/// Writes partials and commits files, one at a time. Guarded by its own lock, so that worker threads may call it.
package final class Committer: @unchecked Sendable {
    private let checkpoints: CheckpointFolder
    private let settings: Settings
    private let fileSystem: FileSystem
    private let run: RunID
    /// Nil when the gate is off.
    private let history: ArrivalHistory?
    /// Told of partials and commits.
    private let onEvent: EventSink
    private let clock: StageClock
    /// SQLite's connection belongs to one thread at a time.
    private let lock = Mutex<Void>(())

    /// - Parameters:
    ///   - history: what files are compared with before they count.
    ///   - clock: gets what partials and commits take.
    package init(
        _ checkpoints: CheckpointFolder, settings: Settings, run: RunID, history: ArrivalHistory?,
        in fileSystem: FileSystem, onEvent: @escaping EventSink = { _ in }, clock: StageClock = StageClock()
    ) {
        self.checkpoints = checkpoints
        self.settings = settings
        self.run = run
        self.history = history
        self.fileSystem = fileSystem
        self.onEvent = onEvent
        self.clock = clock
    }

    // MARK: Judging

    /// What the ledger is to be told. Writes the partial when the content is new under this name.
    ///
    /// - Parameter isAfresh: a reprocess: the content is folded again though it is known.
    package func verdict(_ candidate: Candidate, _ judgement: Judgement, isAfresh: Bool = false) throws -> Verdict {
        switch judgement {
        case .gone, .cancelled: return .none
        case .waiting(let reason): return .unreadable(.waiting, candidate.location, reason: reason)
        case .failed(let reason, let counts, let isPassing):
            // Without a hint the file is tried again, changed or not.
            let location = isPassing ? candidate.location.withoutHint : candidate.location
            return .unreadable(.failed(counts.map { RecordTally($0) }), location, reason: reason)
        case .content(let summary, let folded, _):
            return try content(candidate, summary, folded, isAfresh)
        }
    }

    private func content(
        _ candidate: Candidate, _ summary: FileSummary, _ folded: any FoldedContent, _ isAfresh: Bool
    ) throws -> Verdict {
        let digest = summary.digest.hex
        let text = settings.configuration.foldSettingsText(of: candidate.name)
        let judgement = VersionJudgement(
            rejectedBytes: summary.rejectedBytesOfContent,
            held: Judgement.unread(summary).map { WholeFile.explained($0, summary) })
        if !isAfresh, let known = try lock.withLock({ _ in try known(candidate, digest, text, judgement) }) {
            return known
        }
        let origin = PartialOrigin(
            name: candidate.name, digest: digest, date: candidate.location.date, size: summary.size,
            storedSize: summary.storedSize, compression: summary.compression.rawValue,
            container: summary.container.rawValue, settings: text, outcomes: summary.counts,
            observations: summary.observations)
        do {
            let partial = try clock.measure(.partials) {
                try folded.seal(
                    origin, schema: KeyedSchema(plan: settings.fold.plan), in: checkpoints.partials,
                    jobs: settings.jobs)
            }
            let facts = partial.version.facts
            onEvent(
                .partialWritten(
                    file: candidate.name, partial: facts.partial, rows: facts.rows, bytes: facts.partialSize))
            // The rows are on disk; what they took in memory is wanted for the commit and for other files.
            folded.removeAll()
            return .content(.sealed(partial), judgement, isAfresh: isAfresh)
        } catch let error as FoldError {
            return .unreadable(
                .failed(RecordTally(summary.counts)), candidate.location, reason: error.text(settings.fold.plan))
        }
    }

    /// What needs no new partial: a content that lies there already, or one that the file had before.
    private func known(
        _ candidate: Candidate, _ digest: String, _ settingsText: String, _ judgement: VersionJudgement
    ) throws -> Verdict? {
        let ledger = checkpoints.ledger
        // With another date it is another version, and may be another one's original. One that is held is folded again under
        // other settings, which may be what it was held for.
        if let file = try ledger.file(named: candidate.name),
            let present = try file.holding.present.flatMap({ try ledger.version($0) }),
            present.facts.digest == digest, present.facts.date == candidate.location.date,
            file.state != .held || present.facts.settings == settingsText
        {
            onEvent(.contentKnown(file: candidate.name))
            return .seen(file.state)
        }
        let version = try ledger.versions(digest: digest).last {
            $0.facts.name.utf8.elementsEqual(candidate.name.utf8) && $0.facts.settings == settingsText
                && $0.facts.date == candidate.location.date
        }
        guard let version else { return nil }
        if let damage = try damage(of: version) {
            onEvent(
                .partialDamaged(file: candidate.name, partial: version.facts.partial, detail: damage))
            return nil
        }
        onEvent(.partialReused(file: candidate.name, partial: version.facts.partial))
        return .content(.existing(version.id), judgement, isAfresh: false)
    }

    /// Why an earlier partial cannot count again; nil when it can. The reason why it does not count may be that it was
    /// damaged.
    private func damage(of version: VersionRecord) throws -> String? {
        do {
            try checkpoints.partials.verify(version, breakdown: try checkpoints.ledger.breakdown(of: version.id))
            return nil
        } catch let error as DamagedTable {
            return error.detail
        } catch let error as IOError where error.isMissing {
            return "\(error)"
        }
    }

    /// The folded records of a content by label, of those labels that are in no group.
    package func ungroupedLabels(_ verdict: Verdict) throws -> LabelCounts {
        var counts = LabelCounts()
        guard case .content(let known, _, _) = verdict else { return counts }
        let sums =
            switch known {
            case .sealed(let partial): partial.version.breakdown
            case .existing(let version): try lock.withLock { _ in try checkpoints.ledger.breakdown(of: version) }
            }
        for sum in sums {
            let label = ByteOrdered(sum.label)
            if !settings.groups.contains(label) { counts.add(label, sum.records) }
        }
        return counts
    }

    // MARK: Committing

    /// What a commit did.
    package struct Outcome {
        /// The state of each file and why, in the order that they were given; nil for those that nothing is told of.
        package var files: [FileRecord?]
        /// Other files whose state followed: copies that step back or take over.
        package var others: [FileRecord]
    }

    /// Commits several files in one change of the ledger.
    package func commit(_ items: [(Candidate, Verdict)]) throws -> Outcome {
        try lock.withLock { _ in
            let start = ContinuousClock.now
            defer { clock.add(.commits, ContinuousClock.now - start) }
            let outcome = try place(items)
            onEvent(.committed(files: items.count, seconds: (ContinuousClock.now - start).seconds))
            return outcome
        }
    }

    private func place(_ items: [(Candidate, Verdict)]) throws -> Outcome {
        do {
            return try placeAndNote(items)
        } catch {
            history?.invalidate()
            throw error
        }
    }

    private func placeAndNote(_ items: [(Candidate, Verdict)]) throws -> Outcome {
        let ledger = checkpoints.ledger
        var change = CommitChange(run: run)
        var resolution = Resolution(checkpoints, settings)
        var folders: Set<String> = []
        try history?.refresh()
        for (candidate, verdict) in Self.inGateOrder(items) {
            switch verdict {
            case .seen, .none: break
            case .unreadable(let status, let location, let reason):
                resolution.found(status, because: reason, under: candidate.name, at: location)
            case .content(let known, let judgement, let isAfresh):
                var content: Resolution.Content
                switch known {
                case .existing(let id): content = Resolution.Content(try ledger.version(id)!, judgement: judgement)
                case .sealed(let partial):
                    content = Resolution.Content(
                        partial.version, change.add(partial.version), judgement: judgement)
                    folders.formUnion(try partial.place())
                }
                content.judgement = try look(candidate, content, known, isAfresh, resolution)
                resolution.found(content, under: candidate.name, at: candidate.location)
            }
        }
        for folder in folders.sorted() { try fileSystem.syncFolder(folder) }
        try resolution.complete(&change)
        if !change.files.isEmpty {
            try ledger.commit(change)
            try history?.note(committed: change.files.map(\.name))
        }
        try ledger.seen(
            items.compactMap { candidate, verdict in
                if case .seen = verdict { (candidate.name, candidate.location) } else { nil }
            })
        let own = Set(items.map { ByteOrdered($0.0.name) })
        return Outcome(
            files: try items.map { candidate, verdict in
                if case .none = verdict { return nil }
                return try ledger.file(named: candidate.name)
            },
            others: try change.files.filter { !own.contains(ByteOrdered($0.name)) }.map {
                try ledger.file(named: $0.name)!
            })
    }

    // MARK: The gate

    /// By date, those without one last, then by name: each file is compared with those before it.
    private static func inGateOrder(_ items: [(Candidate, Verdict)]) -> [(Candidate, Verdict)] {
        items.sorted { GateOrder($0.0.location.date, $0.0.name) < GateOrder($1.0.location.date, $1.0.name) }
    }

    /// What there is to be found out about a content before it may count: what is known of it under other names, what it says
    /// of itself, and what the gate says.
    ///
    /// - Parameter isAfresh: what was found out before is left aside.
    private func look(
        _ candidate: Candidate, _ content: Resolution.Content, _ known: KnownVersion, _ isAfresh: Bool,
        _ resolution: Resolution
    ) throws -> VersionJudgement {
        let ledger = checkpoints.ledger
        var judgement = content.judgement!
        if judgement.held == nil {
            judgement.held = try isAfresh ? resolution.mark(content.digest) : resolution.knownMark(content.digest)
        }
        var judged = content
        judged.judgement = judgement
        guard try resolution.reasonToHold(judged, isAfresh: isAfresh) == nil else { return judgement }
        let countsDuplicates = settings.configuration.duplicates == .count
        // A copy gives nothing of its own.
        if !countsDuplicates, try resolution.goesBefore(candidate.name, candidate.location, content.digest) {
            return judgement
        }
        let facts: VersionFacts
        let records: Int
        let labels: [BreakdownSum]
        var sketch: PartialSketch?
        switch known {
        case .sealed(let partial):
            (facts, records, labels) = (
                partial.version.facts, partial.version.outcomes.folded, partial.version.breakdown
            )
            sketch = partial.sketch
        case .existing(let id):
            let record = try ledger.version(id)!
            (facts, records, labels) = (record.facts, record.tally.folded, try ledger.breakdown(of: id))
        }
        var found: [String] = []
        switch known {
        case .sealed(let sealed): found += [sealed.version.observations?.answers.partial].compactMap { $0 }
        case .existing(let id): found += [try ledger.answers(of: id).partial].compactMap { $0 }
        }
        let history = candidate.location.date == nil ? nil : history
        let unlike = try history?.finding(
            facts, records: records, labels: labels, sketch: sketch, looksForCopies: !countsDuplicates)
        found += [unlike.map(UnusualFile.unmarked)].compactMap { $0 }
        if !found.isEmpty { judgement.unusual = UnusualFile.mark + found.joined(separator: "; ") }
        var isHeld = judgement.unusual != nil && settings.configuration.gate.mode == .hold
        // What a person accepted is only said.
        if isHeld, try ledger.isAccepted(content.digest) { isHeld = false }
        if isHeld {
            judgement.held = judgement.unusual
        } else {
            history?.put(facts, records, content.reference, labels: labels)
        }
        return judgement
    }
}
