//  From what files turned out to be to what counts.
//
//  Which of several names with one content counts does not depend on the order in which they came (CountingPlan.swift).
//  So when a copy arrives that goes before the one that counts, they change places in one commit, and when the one that
//  counts is replaced, the next one takes its place in the same commit.

import Checkpoints
import Configuration
import DurableIO
import Folding
import Records
import Synchronization

/// A file to be judged and committed.
struct Candidate: Sendable {
    var name: String
    var location: FileLocation
    /// When the file was last written, nanoseconds since 1970.
    var modified: Int64
}

/// What the ledger is to be told of one file.
enum Verdict {
    /// Nothing but how the file looks from outside.
    case seen(FileState)
    case change(FileChange)
    /// A content, with the version that the ledger knows of it or a partial that is new.
    case content(digest: String, KnownVersion, held: String?)
    case none

    /// Whether it would count.
    var isContribution: Bool { if case .content(_, _, nil) = self { true } else { false } }
}

/// Where the partial of a content comes from.
enum KnownVersion {
    case existing(VersionID)
    case sealed(SealedPartial)
}

/// Writes partials and commits files, one at a time. Guarded by its own lock, so that worker threads may call it.
final class Committer: @unchecked Sendable {
    private let checkpoints: CheckpointFolder
    private let settings: Settings
    private let fileSystem: FileSystem
    private let run: RunID
    /// Nil when nobody looks at what is usual.
    private let history: ArrivalHistory?
    /// SQLite's connection belongs to one thread at a time.
    private let lock = Mutex<Void>(())

    /// - Parameter history: what files are compared with before they count.
    init(
        _ checkpoints: CheckpointFolder, settings: Settings, run: RunID, history: ArrivalHistory?,
        in fileSystem: FileSystem
    ) {
        self.checkpoints = checkpoints
        self.settings = settings
        self.run = run
        self.history = history
        self.fileSystem = fileSystem
    }

    // MARK: Judging

    /// What the ledger is to be told. Writes the partial when the content is new under this name.
    ///
    /// - Parameter isAfresh: a reprocess: the content is folded again though it is known.
    func verdict(_ candidate: Candidate, _ judgement: Judgement, isAfresh: Bool = false) throws -> Verdict {
        switch judgement {
        case .gone, .cancelled: return .none
        case .waiting(let reason):
            return .change(FileChange(candidate.name, .waiting, at: candidate.location, reason: reason))
        case .failed(let reason, let counts, let isPassing):
            var location = candidate.location
            // Without a hint the file is tried again, changed or not.
            if isPassing { location.hint = nil }
            return .change(
                FileChange(candidate.name, .failed(counts.map { RecordTally($0) }), at: location, reason: reason))
        case .content(let summary, let runs, let held):
            return try content(candidate, summary, runs, held, isAfresh)
        }
    }

    private func content(
        _ candidate: Candidate, _ summary: FileSummary, _ runs: FoldRuns, _ held: String?, _ isAfresh: Bool
    ) throws -> Verdict {
        let digest = summary.digest.hex
        let text = settings.configuration.foldSettingsText
        var held = held
        // A person's decision is of a content: what counted under this name once is not held again, and what was
        // retracted stays so.
        if held != nil, try lock.withLock({ _ in try isDecided(digest, under: candidate.name) }) { held = nil }
        if let known = try lock.withLock({ _ in try known(candidate, digest, text, held, isAfresh) }) { return known }
        let origin = PartialOrigin(
            name: candidate.name, digest: digest, date: candidate.location.date, size: summary.size,
            storedSize: summary.storedSize, compression: summary.compression.rawValue,
            container: summary.container.rawValue, settings: text, outcomes: summary.counts,
            observations: summary.observations)
        do {
            let partial = try checkpoints.partials.write(
                origin, schema: KeyedSchema(plan: settings.fold.plan), jobs: settings.jobs
            ) { emit in try runs.merge(rowLimit: KeyedTableFormat.partialGroupRows, emit: emit) }
            // The rows are on disk; what they took in memory is wanted for the commit and for other files.
            runs.removeAll()
            return .content(digest: digest, .sealed(partial), held: held)
        } catch let error as FoldError {
            return .change(
                FileChange(
                    candidate.name, .failed(RecordTally(summary.counts)), at: candidate.location, reason: "\(error)"))
        }
    }

    /// What needs no new partial: a content that the file is known for, or one that it had before.
    private func known(
        _ candidate: Candidate, _ digest: String, _ settingsText: String, _ held: String?, _ isAfresh: Bool
    ) throws -> Verdict? {
        let ledger = checkpoints.ledger
        if let file = try ledger.file(named: candidate.name), file.digest == digest {
            // What was taken out stays out, however often it is read.
            if file.state == .retracted { return .seen(.retracted) }
            // What was held under another limit may count now, as if it had just come.
            if !isAfresh && (file.state != .held || held != nil) { return .seen(file.state) }
        }
        if isAfresh { return nil }
        let version = try ledger.versions(digest: digest).last {
            $0.facts.name.utf8.elementsEqual(candidate.name.utf8) && $0.facts.plan == settingsText
                && $0.facts.date == candidate.location.date
        }
        guard let version, try isIntact(version) else { return nil }
        return .content(digest: digest, .existing(version.id), held: held)
    }

    /// Whether a content counted under a name once, or was retracted last.
    private func isDecided(_ digest: String, under name: String) throws -> Bool {
        if try checkpoints.ledger.file(named: name)?.retractedDigest == digest { return true }
        let history = try checkpoints.ledger.history(of: name)
        let versions = Set(history.versions.filter { $0.facts.digest == digest }.map(\.id))
        return history.intervals.contains { versions.contains($0.version) }
    }

    /// Whether an earlier partial can count again: the reason why it does not may be that it was damaged.
    private func isIntact(_ version: VersionRecord) throws -> Bool {
        do {
            try checkpoints.partials.verify(version, apps: try checkpoints.ledger.apps(of: version.id))
            return true
        } catch is DamagedTable {
            return false
        } catch let error as IOError where error.isMissing {
            return false
        }
    }

    /// The folded records of a content by app, of those apps that are in no category.
    func unmappedApps(_ verdict: Verdict) throws -> AppCounts {
        var counts = AppCounts()
        guard case .content(_, let known, _) = verdict else { return counts }
        let sums =
            switch known {
            case .sealed(let partial): partial.version.apps
            case .existing(let version): try lock.withLock { _ in try checkpoints.ledger.apps(of: version) }
            }
        for sum in sums where settings.map.category(ofApp: sum.app.utf8) == nil {
            counts.add(ByteOrdered(sum.app), sum.records)
        }
        return counts
    }

    // MARK: Committing

    /// What a commit did.
    struct Outcome {
        /// The state of each file and why, in the order that they were given; nil for those that nothing is told of.
        var files: [(state: FileState, reason: String)?]
        /// Other files whose state followed: copies that step back or take over.
        var others: [(name: String, state: FileState, reason: String)]
    }

    /// Commits several files in one change of the ledger.
    func commit(_ items: [(Candidate, Verdict)]) throws -> Outcome {
        try lock.withLock { _ in
            do {
                return try place(items)
            } catch LedgerError.sumWouldOverflow(let name) {
                return try commitWithout(name, items)
            }
        }
    }

    /// A file whose sums do not fit beside the others fails; the rest is committed without it.
    private func commitWithout(_ name: String, _ items: [(Candidate, Verdict)]) throws -> Outcome {
        var items = items
        // The sum may fail at a file that counts already, or at one that would take the place of one of these; but it
        // is a newcomer that is too much, if there is any.
        let contributions = items.indices.filter { items[$0].1.isContribution }
        let newcomers = try contributions.filter {
            try checkpoints.ledger.file(named: items[$0].0.name)?.counting == nil
        }
        let suspects = newcomers.isEmpty ? contributions : newcomers
        guard let index = suspects.first(where: { items[$0].0.name.utf8.elementsEqual(name.utf8) }) ?? suspects.last
        else {
            throw LedgerError.sumWouldOverflow(name: name)
        }
        let candidate = items[index].0
        var reason = "with it, the seconds of all files add up to more than \(Int64.max)"
        if case .content(_, .sealed(let partial), _) = items[index].1 {
            if let contract = try largestContract(partial) { reason += "; its largest contract is \(contract)" }
            partial.file.discard()
            if partial.file.isPlaced { try fileSystem.removeIfPresent(partial.file.path) }
        }
        items[index].1 = .change(FileChange(candidate.name, .failed(nil), at: candidate.location, reason: reason))
        do {
            return try place(items)
        } catch LedgerError.sumWouldOverflow(let other) {
            return try commitWithout(other, items)
        }
    }

    /// The contract with the largest sum in a partial that is sealed or placed.
    private func largestContract(_ partial: SealedPartial) throws -> String? {
        let place =
            try fileSystem.statusIfPresent(partial.file.path) == nil ? partial.file.temporaryPath : partial.file.path
        let reader = try KeyedTableReader(place, kind: PartialStore.kind, in: fileSystem)
        let next = reader.batches()
        var largest: (name: String, magnitude: UInt64)?
        while let batch = try next() {
            for (row, value) in batch.measures[0].enumerated() where value.magnitude > largest?.magnitude ?? 0 {
                largest = (batch.keys[0][row], value.magnitude)
            }
        }
        return largest?.name
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
        change.countsDuplicates = settings.configuration.duplicates == .count
        var plan = CountingPlan(ledger: ledger, countsDuplicates: change.countsDuplicates)
        var folders: Set<String> = []
        try history?.refresh()
        for (candidate, verdict) in Self.inGateOrder(items) {
            switch verdict {
            case .seen, .none: break
            case .change(let file): change.files.append(file)
            case .content(let digest, let known, let held):
                let version: VersionReference
                switch known {
                case .existing(let id): version = .existing(id)
                case .sealed(let partial):
                    version = change.add(partial.version)
                    if !partial.file.isPlaced {
                        try partial.file.place(syncingFolder: false)
                        folders.insert(Path.parent(partial.file.path))
                    }
                }
                let finding = held == nil ? try look(candidate, digest, known, version) : nil
                if let held = held ?? finding.flatMap({ $0.isHeld ? $0.text : nil }) {
                    change.files.append(
                        FileChange(candidate.name, .held(version), at: candidate.location, reason: held))
                } else {
                    plan.add(
                        candidate.name, digest: digest, version: version, location: candidate.location,
                        reason: finding?.text ?? "")
                }
            }
        }
        for folder in folders.sorted() { try fileSystem.syncFolder(folder) }
        let counting = try plan.changes()
        let torn = Set(change.files.map { ByteOrdered($0.name) }).intersection(counting.map { ByteOrdered($0.name) })
        if !torn.isEmpty { return try placeInTurn(items, last: torn) }
        change.files += counting
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
                return try ledger.file(named: candidate.name).map { ($0.state, $0.reason) }
            },
            others: change.files.filter { !own.contains(ByteOrdered($0.name)) }.map {
                ($0.name, $0.status.state, $0.reason)
            })
    }

    /// A copy may come to count, because the file that it repeats holds something else now, and be cut or held at the same
    /// time. It is a change for each: first the copy takes over what it repeated, then it goes on giving that, as every
    /// file does whose present bytes are not taken.
    private func placeInTurn(_ items: [(Candidate, Verdict)], last: Set<ByteOrdered>) throws -> Outcome {
        func isLast(_ item: (Candidate, Verdict)) -> Bool { last.contains(ByteOrdered(item.0.name)) }
        let first = try placeAndNote(items.filter { !isLast($0) })
        let second = try placeAndNote(items.filter(isLast))
        var (firstFiles, secondFiles) = (first.files[...], second.files[...])
        return Outcome(
            files: items.map { isLast($0) ? secondFiles.removeFirst() : firstFiles.removeFirst() },
            others: (first.others + second.others).filter { !last.contains(ByteOrdered($0.0)) })
    }

    // MARK: The gate

    /// By date, those without one last, then by name: each file is compared with those before it.
    private static func inGateOrder(_ items: [(Candidate, Verdict)]) -> [(Candidate, Verdict)] {
        items.sorted { GateOrder($0.0.location.date, $0.0.name) < GateOrder($1.0.location.date, $1.0.name) }
    }

    /// What is unusual about a content that is to count: what it says of itself, and what the gate finds.
    private func look(
        _ candidate: Candidate, _ digest: String, _ known: KnownVersion, _ version: VersionReference
    ) throws -> (text: String, isHeld: Bool)? {
        let ledger = checkpoints.ledger
        let partial: String?
        switch known {
        case .sealed(let sealed): partial = sealed.version.observations?.answers.partial
        case .existing(let id): partial = try ledger.answers(of: id).partial
        }
        let countsDuplicates = settings.configuration.duplicates == .count
        /// Decided by a person, or counting already under another name: then it is only said.
        func isHeld() throws -> Bool {
            if settings.configuration.gate.mode != .hold { return false }
            if try isDecided(digest, under: candidate.name) { return false }
            return try countsDuplicates || ledger.countingName(digest: digest) == nil
        }
        guard let history, candidate.location.date != nil else {
            return try partial.map { (UnusualFile.mark + $0, try isHeld()) }
        }
        let facts: VersionFacts
        let records: Int
        let apps: [AppSum]
        var sketch: PartialSketch?
        switch known {
        case .sealed(let partial):
            (facts, records, apps) = (partial.version.facts, partial.version.outcomes.folded, partial.version.apps)
            sketch = partial.sketch
        case .existing(let id):
            guard let record = try ledger.version(id) else { return nil }
            (facts, records, apps) = (record.facts, record.tally.folded, try ledger.apps(of: id))
        }
        let unlike = try history.finding(
            facts, records: records, apps: apps, sketch: sketch, looksForCopies: !countsDuplicates)
        let found = [partial, unlike.map { String($0.dropFirst(UnusualFile.mark.count)) }].compactMap(\.self)
        let isHeld = try !found.isEmpty && isHeld()
        if !isHeld { history.put(facts, records, version, apps: apps) }
        return found.isEmpty ? nil : (UnusualFile.mark + found.joined(separator: "; "), isHeld)
    }
}

/// The order in which files are compared with those before them: by date, those without one last, then by name.
struct GateOrder: Comparable {
    private let date: String?
    private let name: ByteOrdered

    init(_ date: String?, _ name: String) {
        self.date = date
        self.name = ByteOrdered(name)
    }

    static func < (a: GateOrder, b: GateOrder) -> Bool {
        switch (a.date, b.date) {
        case (let a?, let b?) where a != b: a < b
        case (nil, _?): false
        case (_?, nil): true
        default: a.name < b.name
        }
    }
}
