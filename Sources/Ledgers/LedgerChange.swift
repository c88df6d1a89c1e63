//  One change of the ledger, whole: what a commit is told.
//
//  What starts and stops counting follows from the states (LedgerFileState.swift), so that a change cannot contradict
//  itself. Only in those states that are about bytes which are not taken is it said what the name gives:
//
//      folded(v)               v counts, what counted before under the name stops
//      duplicate, retracted    what counted before under the name stops
//      new, waiting, held,     what counted before under the name goes on, unless `gives` says otherwise
//      failed
//
//  Example: `day.json` is replaced, and `copy.json`, a duplicate of its old content, takes over that content.
//
//      var change = CommitChange(run: run)
//      let fresh = change.add(NewVersion(…))
//      change.files = [
//          FileChange("day.json", .folded(fresh), at: location, reason: "new content"),
//          FileChange("copy.json", .folded(.existing(ownVersion)), reason: "day.json no longer has this content"),
//      ]
//      let generation = try ledger.commit(change)

/// A version in a change: one that the ledger knows, or one of those that the change adds.
package enum VersionReference: Sendable, Hashable {
    case existing(VersionID)
    /// Index into `CommitChange.versions`.
    case added(Int)
}

/// What becomes of one file.
package struct FileChange: Sendable, Hashable {
    package var name: String
    package var status: FileStanding<VersionReference>
    /// Nil: where it was. A file seen for the first time needs one.
    package var location: FileLocation?
    /// Why, in words for a person. Waiting, held and failed files need one.
    package var reason: String
    /// What counts under the name while its present bytes do not.
    package var gives: Giving
    /// Nil: what the state alone says.
    package var holding: NameHolding<VersionReference>?

    /// What counts under a name whose present bytes are waiting, held, failed or new.
    package enum Giving: Sendable, Hashable {
        /// What counted before.
        case asBefore
        case version(VersionReference)
        /// What counted before stops, for this reason.
        case nothing(StopReason)
    }

    package init(
        _ name: String, _ status: FileStanding<VersionReference>, at location: FileLocation? = nil, reason: String = "",
        gives: Giving = .asBefore, holding: NameHolding<VersionReference>? = nil
    ) {
        self.name = name
        self.status = status
        self.location = location
        self.reason = reason
        self.gives = gives
        self.holding = holding
    }
}

/// Everything that one transaction writes.
package struct CommitChange: Sendable {
    package var run: RunID
    package private(set) var versions: [NewVersion] = []
    /// Each name once.
    package var files: [FileChange] = []
    /// `duplicates: count`: a content may count under several names.
    package var countsDuplicates = false
    /// Written before anything else is looked at, in this order.
    package var decisions: [ContentDecision] = []
    /// What was found out about contents that came.
    package var judgements: [(version: VersionReference, VersionJudgement)] = []
    /// Whole contents that were found under names, in order.
    package var arrivals: [(name: String, version: VersionReference)] = []
    /// Versions whose partials are gone for good.
    package var losses: [VersionID] = []
    /// Partials of folds that versions get which the ledger knows already.
    package var folds: [(version: VersionID, FoldPartial)] = []
    /// The settings that this change was planned under, as text; nil: those that the ledger knows.
    package var rules: String?

    package init(run: RunID) { self.run = run }

    /// Adds a version; it counts only when a file of the change is folded with it.
    package mutating func add(_ version: NewVersion) -> VersionReference {
        versions.append(version)
        return .added(versions.count - 1)
    }
}

/// Why a change was refused. Nothing of it was written.
package enum ChangeViolation: Error, Sendable, Hashable, CustomStringConvertible {
    case namedTwice(name: String)
    case forbiddenTransition(name: String, from: FileState?, to: FileState)
    case reasonMissing(name: String, state: FileState)
    case locationMissing(name: String)
    /// The version does not exist, or belongs to another name.
    case unknownVersion(name: String)
    /// The state names one content, the version holds another.
    case digestMismatch(name: String)
    /// Folded, ignored and rejected records, the sums by label or the sum do not agree with each other.
    case notConserved(name: String, detail: String)
    /// The content already counts under another name.
    case countsAlready(name: String, under: String)
    /// The file would be a duplicate of a content that does not count under the name given.
    case duplicateOfNothing(name: String, of: String)
    /// The content was taken out of this name by a person and was not restored.
    case retractedContent(name: String)
    /// The content is said to be retracted, but nobody retracted it.
    case notRetracted(name: String)
    /// The file is not in the ledger.
    case unknownFile(name: String)
    /// The run is not in the ledger, or has ended.
    case unknownRun(RunID)
    /// A value that the schema does not allow: a partial's path given twice, a date that is none, a negative count.
    case notAllowed(detail: String)

    package var description: String {
        switch self {
        case .namedTwice(let name): "\(name) is named twice in one change"
        case .forbiddenTransition(let name, let from, let to):
            "\(name) cannot become \(to.rawValue), being \(from?.rawValue ?? "unseen")"
        case .reasonMissing(let name, let state): "\(name) is to be \(state.rawValue), but no reason is given"
        case .locationMissing(let name): "\(name) is seen for the first time, but not where"
        case .unknownVersion(let name): "\(name) is given a version that it does not have"
        case .digestMismatch(let name): "\(name) is given a version of another content"
        case .notConserved(let name, let detail): "the counts of \(name) do not add up: \(detail)"
        case .countsAlready(let name, let other): "the content of \(name) already counts under \(other)"
        case .duplicateOfNothing(let name, let other): "\(name) repeats \(other), but that content does not count there"
        case .notRetracted(let name): "the content of \(name) is to be retracted, but there is no decision about it"
        case .retractedContent(let name): "the content of \(name) was retracted and has not been restored"
        case .unknownFile(let name): "\(name) is not in the ledger"
        case .unknownRun(let run): "run \(run.rawValue) is not in the ledger, or has ended"
        case .notAllowed(let detail): detail
        }
    }
}
