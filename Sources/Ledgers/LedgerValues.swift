//  What the ledger remembers, as values.

import Records

/// A content that was folded under a name.
package struct VersionID: Sendable, Hashable, Comparable {
    package var rawValue: Int64
    package init(_ rawValue: Int64) { self.rawValue = rawValue }
    package static func < (a: VersionID, b: VersionID) -> Bool { a.rawValue < b.rawValue }
}

/// One execution of a command that writes.
package struct RunID: Sendable, Hashable, Comparable {
    package var rawValue: Int64
    package init(_ rawValue: Int64) { self.rawValue = rawValue }
    package static func < (a: RunID, b: RunID) -> Bool { a.rawValue < b.rawValue }
}

/// How many records ended how, without the reasons.
package struct RecordTally: Sendable, Hashable {
    package var folded: Int
    package var ignored: Int
    package var rejected: Int
    /// Folded records in which a field was taken from another type.
    package var coerced: Int

    package init(folded: Int = 0, ignored: Int = 0, rejected: Int = 0, coerced: Int = 0) {
        self.folded = folded
        self.ignored = ignored
        self.rejected = rejected
        self.coerced = coerced
    }

    package init(_ counts: OutcomeCounts) {
        self.init(
            folded: counts.folded, ignored: counts.ignored, rejected: counts.rejectedTotal, coerced: counts.coerced)
    }

    package var read: Int { folded + ignored + rejected }
}

/// What is the same for a version before and after it is written down.
package struct VersionFacts: Sendable, Hashable {
    /// Logical name: path below the inbox without the compression suffix.
    package var name: String
    /// Content digest of the decompressed bytes, lower-case hexadecimal.
    package var digest: String
    /// The day the file belongs to, `YYYY-MM-DD`; nil when its name has none.
    package var date: String?
    /// Decompressed bytes.
    package var size: Int
    /// Bytes of the file as it lay in the inbox.
    package var storedSize: Int
    /// `none`, `gzip`, `lz4`, `zstd`, `zip`: as the reader names it.
    package var compression: String
    /// How records were laid out in the file, as the reader names it.
    package var container: String
    /// Path of the partial below the checkpoints folder; no two versions share one.
    package var partial: String
    /// Bytes of the partial.
    package var partialSize: Int
    /// Digest of the partial's bytes, lower-case hexadecimal.
    package var partialDigest: String
    /// The settings that the fold depended on.
    package var settings: String
    /// Keys in the partial.
    package var rows: Int
    /// Sum of the plan's measure.
    package var sum: Int64
    /// Sum of the magnitudes of the partial's rows: no sum over any of them can be larger.
    package var magnitude: Int64

    package init(
        name: String, digest: String, date: String?, size: Int, storedSize: Int, compression: String,
        container: String, partial: String, partialSize: Int, partialDigest: String, settings: String, rows: Int,
        sum: Int64, magnitude: Int64
    ) {
        self.name = name
        self.digest = digest
        self.date = date
        self.size = size
        self.storedSize = storedSize
        self.compression = compression
        self.container = container
        self.partial = partial
        self.partialSize = partialSize
        self.partialDigest = partialDigest
        self.settings = settings
        self.rows = rows
        self.sum = sum
        self.magnitude = magnitude
    }
}

/// One file's sum of the plan's measure for one label, a value of the second key.
package struct BreakdownSum: Sendable, Hashable {
    package var label: String
    package var records: Int
    package var sum: Int64

    package init(label: String, records: Int, sum: Int64) {
        self.label = label
        self.records = records
        self.sum = sum
    }
}

/// A file with partials of one table of a fold: of one input file, or of several that were folded together.
package struct FoldPack: Sendable, Hashable {
    package var fold: String
    /// What its partials depend on beside the records, lower-case hexadecimal. Partials of different identities are never
    /// merged.
    package var identity: String
    /// Which table: empty for that of the keys, else a companion's name.
    package var part: String
    /// Below the checkpoints folder; no two packs share one.
    package var path: String
    /// Bytes.
    package var size: Int
    /// Of its bytes, lower-case hexadecimal.
    package var digest: String
    package var rows: Int
    /// Files that were folded together. Some of them may have no version: their content was known.
    package var slots: Int

    package init(
        fold: String, identity: String, part: String, path: String, size: Int, digest: String, rows: Int, slots: Int
    ) {
        (self.fold, self.identity, self.part, self.path) = (fold, identity, part, path)
        (self.size, self.digest, self.rows, self.slots) = (size, digest, rows, slots)
    }
}

/// Where a version's partial of a table lies.
package struct FoldPartial: Sendable, Hashable {
    package var pack: FoldPack
    /// Tells it from the others of the pack.
    package var slot: Int

    package init(pack: FoldPack, slot: Int) { (self.pack, self.slot) = (pack, slot) }
}

/// A version that is about to be written down.
package struct NewVersion: Sendable, Hashable {
    package var facts: VersionFacts
    package var outcomes: OutcomeCounts
    /// Each label once. Their records add up to the folded ones, their sums to the version's.
    package var breakdown: [BreakdownSum]
    /// Nil when it was not checked: the version was found again on disk.
    package var observations: FileObservations?
    /// Of folds beside the plan's own.
    package var folds: [FoldPartial]

    package init(
        facts: VersionFacts, outcomes: OutcomeCounts, breakdown: [BreakdownSum], observations: FileObservations? = nil,
        folds: [FoldPartial] = []
    ) {
        self.facts = facts
        self.outcomes = outcomes
        self.breakdown = breakdown
        self.observations = observations
        self.folds = folds
    }
}

/// What was found out about a content when it came, beside its counts.
package struct VersionJudgement: Sendable, Hashable {
    /// Bytes of the content that belong to rejected records.
    package var rejectedBytes: Int
    /// Why it is held until a person accepts it, whatever the settings are; nil when nothing but the settings decides.
    package var held: String?
    /// In what it is unlike the days before; nil when in nothing, or when it was not checked.
    package var unusual: String?

    package init(rejectedBytes: Int = 0, held: String? = nil, unusual: String? = nil) {
        self.rejectedBytes = rejectedBytes
        self.held = held
        self.unusual = unusual
    }
}

/// What a person decides about a content. The raw values are written into the ledger and never change.
package enum DecisionKind: String, Sendable, Hashable, CaseIterable {
    /// Of a content, under whatever name: it counts although something is wrong with it.
    case accept
    /// Of a content under one name: the name does not give it.
    case retract
    /// Takes a retraction back.
    case restore
}

/// A decision as it is written down.
package struct ContentDecision: Sendable, Hashable {
    package var kind: DecisionKind
    /// The name that the person named.
    package var name: String
    package var digest: String

    package init(_ kind: DecisionKind, _ name: String, digest: String) {
        self.kind = kind
        self.name = name
        self.digest = digest
    }
}

/// What lies under a name, and which content the name gives. `Version` is as in `FileStanding`.
package struct NameHolding<Version: Sendable & Hashable>: Sendable, Hashable {
    /// The version of the bytes that lie there; nil while these are not whole, or unreadable.
    package var present: Version?
    /// The version that the name gives: it counts unless another name with the same content goes before. Nil: none.
    package var claim: Version?
    /// False: the claim is left out because the sums of all that counts would not fit into 64 bits with it.
    package var fits: Bool

    package init(present: Version? = nil, claim: Version? = nil, fits: Bool = true) {
        self.present = present
        self.claim = claim
        self.fits = fits
    }
}

/// A version that the ledger knows.
package struct VersionRecord: Sendable, Hashable {
    package var id: VersionID
    package var facts: VersionFacts
    package var tally: RecordTally
    /// Unix time in milliseconds.
    package var foldedAt: Int64
    package var run: RunID
}

/// Generations in which a version counted: from `from` up to, not including, `to`; up to now when `to` is nil.
package struct CountingInterval: Sendable, Hashable {
    package var version: VersionID
    package var from: Int
    package var to: Int?
    package var ended: StopReason?
}

/// What a stored file looked like from outside when it was last read: a hint that nothing changed, never a proof.
package struct FileHint: Sendable, Hashable {
    package var device: UInt64
    package var inode: UInt64
    /// Bytes of the stored file.
    package var size: Int64
    /// Nanoseconds since 1970.
    package var modified: Int64
    /// Nanoseconds since 1970.
    package var changed: Int64

    package init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
    }
}

/// Where a file was last seen.
package struct FileLocation: Sendable, Hashable {
    /// Path below the inbox, with the compression suffix.
    package var path: String
    /// `YYYY-MM-DD`; nil when the name has none.
    package var date: String?
    /// Nil when nothing could be learned of the file from outside.
    package var hint: FileHint?

    package init(path: String, date: String?, hint: FileHint?) {
        self.path = path
        self.date = date
        self.hint = hint
    }

    /// The same without a hint: the file is read as soon as it is looked at.
    package var withoutHint: FileLocation { FileLocation(path: path, date: date, hint: nil) }
}

/// A file's state with what belongs to it. `Version` is `VersionID` in what the ledger tells, and `VersionReference` in
/// what it is told, because versions that are about to be written have no id yet.
package enum FileStanding<Version: Sendable & Hashable>: Sendable, Hashable {
    case new
    case waiting
    case folded(Version)
    /// The same content counts under the name `of`. With a version of its own it can take that one's place at once.
    case duplicate(of: String, digest: String, Version?)
    case held(Version)
    /// With what was read before it failed, when anything was.
    case failed(RecordTally?)
    /// The content that was taken out, and its version when it has one.
    case retracted(digest: String, Version?)

    package var state: FileState {
        switch self {
        case .new: .new
        case .waiting: .waiting
        case .folded: .folded
        case .duplicate: .duplicate
        case .held: .held
        case .failed: .failed
        case .retracted: .retracted
        }
    }

    /// The same with other versions.
    package func map<Other>(_ transform: (Version) -> Other) -> FileStanding<Other> {
        switch self {
        case .new: .new
        case .waiting: .waiting
        case .folded(let version): .folded(transform(version))
        case .duplicate(let name, let digest, let version): .duplicate(of: name, digest: digest, version.map(transform))
        case .held(let version): .held(transform(version))
        case .failed(let tally): .failed(tally)
        case .retracted(let digest, let version): .retracted(digest: digest, version.map(transform))
        }
    }

    /// The version of the content that the state is about.
    package var version: Version? {
        switch self {
        case .folded(let version), .held(let version): version
        case .duplicate(_, _, let version), .retracted(_, let version): version
        case .new, .waiting, .failed: nil
        }
    }
}

/// A file as the ledger knows it.
package struct FileRecord: Sendable, Hashable {
    package var name: String
    package var location: FileLocation
    package var status: FileStanding<VersionID>
    /// Digest of the content that the state is about; nil for new, waiting and failed files.
    package var digest: String?
    /// Why, in words; may be empty.
    package var reason: String
    /// When it came into this state; Unix time in milliseconds.
    package var since: Int64
    /// The version that counts under this name, which need not be of the content that lies there now.
    package var counting: VersionID?
    /// The content that a person took out of this name last, and did not restore.
    package var retractedDigest: String?
    package var holding: NameHolding<VersionID>
    /// In what the content that the state is about is unlike the days before; nil when in nothing.
    package var unusual: String?

    package var state: FileState { status.state }
}

/// One step of a file's life.
package struct TransitionRecord: Sendable, Hashable {
    /// Unix time in milliseconds.
    package var at: Int64
    package var run: RunID
    package var name: String
    /// Nil when the file was seen for the first time.
    package var from: FileState?
    package var to: FileState
    package var version: VersionID?
    /// The generation that the step led to, or happened in when it changed nothing that counts.
    package var generation: Int
    package var reason: String
}

/// All that happened under one name.
package struct FileHistory: Sendable, Hashable {
    /// Oldest first.
    package var versions: [VersionRecord]
    /// Oldest first.
    package var intervals: [CountingInterval]
    /// Oldest first.
    package var transitions: [TransitionRecord]
}

/// How a run ended. The raw values are written into the ledger and never change.
package enum RunOutcome: String, Sendable, Hashable, CaseIterable {
    /// All well.
    case finished
    /// Some file is held, failed or waiting.
    case incomplete
    /// Ended by an error.
    case failed
    /// Ended by a signal, in order.
    case interrupted
    /// Never ended: found open by the next run.
    case crashed
}

/// What a run did.
package struct RunSummary: Sendable, Hashable {
    package var outcome: RunOutcome
    /// How many files it brought into each state.
    package var files: [FileState: Int]
    package var tally: RecordTally
    /// Decompressed bytes read.
    package var bytes: Int
    /// The generation of the reports it wrote; nil when it wrote none.
    package var published: Int?

    package init(
        outcome: RunOutcome, files: [FileState: Int] = [:], tally: RecordTally = RecordTally(), bytes: Int = 0,
        published: Int? = nil
    ) {
        self.outcome = outcome
        self.files = files
        self.tally = tally
        self.bytes = bytes
        self.published = published
    }
}

/// A run as the ledger knows it.
package struct RunRecord: Sendable, Hashable {
    package var id: RunID
    /// Unix time in milliseconds.
    package var startedAt: Int64
    /// Unix time in milliseconds; nil while it runs, and for one that crashed.
    package var endedAt: Int64?
    package var command: String
    package var tool: String
    package var pid: Int
    /// Nil while it runs.
    package var summary: RunSummary?
}

/// The sum of the plan's measure for one label on one date.
package struct DatedBreakdownSum: Sendable, Hashable {
    package var date: String?
    package var label: String
    package var records: Int
    package var sum: Int64

    package init(date: String?, label: String, records: Int, sum: Int64) {
        self.date = date
        self.label = label
        self.records = records
        self.sum = sum
    }
}
