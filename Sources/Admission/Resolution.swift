//  What counts: a function of the contents that were found under each name, of what a person decided, and of the settings.
//  Never of the order in which names came, nor of when a run took place. docs/decisions.md has the rules as a table.
//
//  A name CLAIMS a content: the last whole one found under it that is admitted; nothing, when that one was retracted there.
//
//      found under a.json          decided               a.json claims
//      X, Y                                              Y
//      X, then a cut file                                X
//      X, then Z, which is held                          X
//      X, then Z, which is held    accept Z              Z
//      X, then Z, which is held    retract X             nothing
//
//  A content is ADMITTED unless it is held: by what was found out when it came (under whatever name), or because more of it
//  was rejected than the settings allow. A content that a person accepted is not held.
//
//  Of the names that claim a content one COUNTS: one with a date before one without, then the shorter name, then the order
//  of bytes. People name copies "copy of", "(1)", "-again": the name that the dump was born with is the dated and short one.
//  Before all that, one that was folded under the settings of now goes before one that was not. With `duplicates: count`
//  each of them counts.
//
//  When the sums of all that would count do not fit into 64 bits, the smallest go in first, so one garbled duration of 2^63
//  never keeps honest files out, whichever came first; what is left out has failed, and counts as soon as there is room.
//
//  An instance is asked for the changes that lead from what the ledger says to what ought to be. It looks only at names that
//  have to do with what happened, through the contents that these share, or at all of them when the settings are others.

import Checkpoints
import Configuration
import JSONRecords
import Ledgers
import Records
import RunSettings

/// Works out which states files come to, and which of them count.
package struct Resolution {
    /// A version as it matters here.
    package struct Content {
        var reference: VersionReference
        package var digest: String
        /// The settings that it was folded under, as text.
        var settingsText: String
        /// Bytes.
        package var size: Int
        package var tally: RecordTally
        var magnitude: Int64
        package var partial: String
        /// Nil: the ledger knows them.
        package var rejections: [RejectReason: Int]?
        /// Nil: the ledger knows it.
        var judgement: VersionJudgement?
        /// Nil: the ledger knows them, if anybody does.
        package var observations: FileObservations?

        package init(_ version: VersionRecord, judgement: VersionJudgement? = nil) {
            self.init(.existing(version.id), version.facts, version.tally)
            self.judgement = judgement
        }

        package init(_ version: NewVersion, _ reference: VersionReference, judgement: VersionJudgement) {
            self.init(reference, version.facts, RecordTally(version.outcomes))
            rejections = version.outcomes.rejected
            observations = version.observations
            self.judgement = judgement
        }

        private init(_ reference: VersionReference, _ facts: VersionFacts, _ tally: RecordTally) {
            self.reference = reference
            digest = facts.digest
            settingsText = facts.settings
            size = facts.size
            self.tally = tally
            magnitude = facts.magnitude
            partial = facts.partial
        }
    }

    /// What was found under a name since the ledger heard of it last.
    private struct Finding {
        var location: FileLocation?
        /// Whole contents, in order.
        var contents: [Content] = []
        /// Set when the last that was found was not whole.
        var unreadable: (status: FileStanding<VersionReference>, reason: String)?
    }

    private let ledger: Ledger
    private let partials: PartialStore
    private let settings: Settings
    private let countsDuplicates: Bool
    private let settingsText: String
    private var findings: [ByteOrdered: Finding] = [:]
    /// Names whose last finding is this content.
    private var finders: [String: Set<ByteOrdered>] = [:]
    private var decisions: [ContentDecision] = []
    private var decisionsByName: [ByteOrdered: [ContentDecision]] = [:]
    private var accepted: Set<String> = []
    private var losses: Set<VersionID> = []
    /// What was found out about contents in this change, by digest: why they are held, if they are.
    private var marks: [String: String?] = [:]

    package init(_ checkpoints: CheckpointFolder, _ settings: Settings) {
        self.init(checkpoints.ledger, checkpoints.partials, settings)
    }

    package init(_ ledger: Ledger, _ partials: PartialStore, _ settings: Settings) {
        self.ledger = ledger
        self.partials = partials
        self.settings = settings
        countsDuplicates = settings.configuration.duplicates == .count
        settingsText = settings.configuration.foldSettingsText
    }

    // MARK: What happened

    /// A whole content was found under a name.
    package mutating func found(_ content: Content, under name: String, at location: FileLocation) {
        let name = ByteOrdered(name)
        if let last = findings[name]?.contents.last { finders[last.digest]?.remove(name) }
        findings[name, default: Finding()].contents.append(content)
        findings[name]!.location = location
        findings[name]!.unreadable = nil
        finders[content.digest, default: []].insert(name)
        if let judgement = content.judgement { marks[content.digest] = .some(judgement.held) }
    }

    /// What lies under a name is not whole, or cannot be read.
    package mutating func found(
        _ status: FileStanding<VersionReference>, because reason: String, under name: String, at location: FileLocation
    ) {
        let name = ByteOrdered(name)
        if let last = findings[name]?.contents.last { finders[last.digest]?.remove(name) }
        findings[name, default: Finding()].location = location
        findings[name]!.unreadable = (status, reason)
    }

    package mutating func decide(_ decision: ContentDecision) {
        decisions.append(decision)
        decisionsByName[ByteOrdered(decision.name), default: []].append(decision)
        if decision.kind == .accept { accepted.insert(decision.digest) }
    }

    /// The partial of a version is gone for good.
    package mutating func lose(_ version: VersionID) { losses.insert(version) }

    /// A content found in this change that goes before a name that has the same: it would count in its place.
    func goesBefore(_ name: String, _ location: FileLocation, _ digest: String) throws -> Bool {
        func precedes(_ other: ByteOrdered, _ date: String?) -> Bool {
            !(other == ByteOrdered(name))
                && Self.precedes(date != nil, other, location.date != nil, ByteOrdered(name))
        }
        for other in finders[digest] ?? [] where precedes(other, findings[other]!.location?.date) { return true }
        guard let counting = try ledger.countingName(digest: digest), findings[ByteOrdered(counting)] == nil else {
            return false
        }
        return precedes(ByteOrdered(counting), try ledger.file(named: counting)?.location.date)
    }

    // MARK: Admission

    /// Why a content that came with this change is held, under whatever name it came; nil when it is not, or did not come.
    func mark(_ digest: String) -> String? { marks[digest] ?? nil }

    /// Why a content is held under any name, by all that is known; nil when it is not.
    func knownMark(_ digest: String) throws -> String? {
        if let known = marks[digest] { return known }
        return try ledger.reasonToHold(content: digest)
    }

    /// Why a content may not count; nil when it may.
    ///
    /// - Parameter isAfresh: what was found out about it before this change is left aside.
    func reasonToHold(_ content: Content, isAfresh: Bool = false) throws -> String? {
        var reason = content.judgement?.held
        if reason == nil { reason = try isAfresh ? mark(content.digest) : knownMark(content.digest) }
        if reason == nil, content.tally.rejected > 0 { reason = try excess(content) }
        guard reason != nil else { return nil }
        if accepted.contains(content.digest) { return nil }
        return try ledger.isAccepted(content.digest) ? nil : reason
    }

    /// What there is to say of a content of which more is rejected than the settings allow; nil when it is not.
    private func excess(_ content: Content) throws -> String? {
        var (rejections, judgement, observations) = (content.rejections, content.judgement, content.observations)
        if case .existing(let id) = content.reference {
            rejections = try rejections ?? ledger.rejections(of: id)
            judgement = try judgement ?? ledger.judgement(of: id)
        }
        let reason = Judgement.reasonToHold(
            read: content.tally.read, rejections ?? [:], rejectedBytes: judgement?.rejectedBytes ?? 0, of: content.size,
            settings.configuration.maxRejectRatio)
        guard let reason else { return nil }
        if observations == nil, case .existing(let id) = content.reference {
            observations = try ledger.observations(of: id)
        }
        return WholeFile.explained(
            reason, isWithoutGood: content.tally.folded == 0 && content.tally.ignored == 0, rejections ?? [:],
            observations ?? FileObservations())
    }

    /// What a person took out of a name.
    package func retractedContents(of name: String) throws -> Set<String> {
        var contents = Set(try ledger.retractedContents(of: name))
        for decision in decisionsByName[ByteOrdered(name)] ?? [] {
            switch decision.kind {
            case .retract: contents.insert(decision.digest)
            case .restore: contents.remove(decision.digest)
            case .accept: break
            }
        }
        return contents
    }

    // MARK: Names

    /// A name, with what lies there and what it claims.
    private struct Subject {
        var name: ByteOrdered
        var old: FileRecord?
        var finding: Finding?
        var isDated: Bool
        /// Nil while what lies there is not whole.
        var present: Content?
        /// Why the present content is held; nil when it is not.
        var held: String?
        var isRetracted = false
        var claim: Content?
        /// Why it claims nothing, should it have claimed something before.
        var isWithout = StopReason.replaced
        var oldClaim: Content?
    }

    private func subject(_ name: ByteOrdered) throws -> Subject? {
        let old = try ledger.file(named: name.string)
        let finding = findings[name]
        guard old != nil || finding != nil else { return nil }
        var subject = Subject(
            name: name, old: old, finding: finding,
            isDated: (finding?.location ?? old?.location)?.date != nil)
        subject.oldClaim = try old?.holding.claim.flatMap { try ledger.version($0) }.map { Content($0) }
        if let finding {
            subject.present = finding.unreadable == nil ? finding.contents.last : nil
        } else if let id = old?.holding.present, !losses.contains(id) {
            subject.present = try ledger.version(id).map { Content($0) }
        }
        let retracted = try retractedContents(of: name.string)
        if let present = subject.present {
            subject.isRetracted = retracted.contains(present.digest)
            subject.held = try reasonToHold(present)
            if subject.held == nil {
                if subject.isRetracted { subject.isWithout = .retracted } else { subject.claim = present }
                return subject
            }
        }
        guard old != nil || finding!.contents.count > 1 else { return subject }
        // What lies there is not taken: the name gives what it gave before.
        var earlier = (finding?.contents ?? []).reversed().map { (content: $0, isLost: false) }
        earlier += try ledger.arrivals(of: name.string).map {
            (Content($0.version), $0.isLost || losses.contains($0.version.id))
        }
        for (content, isLost) in earlier where content.digest != subject.present?.digest {
            if try reasonToHold(content) != nil { continue }
            if retracted.contains(content.digest) {
                subject.isWithout = .retracted
            } else if isLost {
                subject.isWithout = .lost
            } else {
                subject.claim = content
            }
            break
        }
        return subject
    }

    /// The names that what happened has to do with.
    private func subjects(all: Bool) throws -> [ByteOrdered: Subject] {
        var subjects: [ByteOrdered: Subject] = [:]
        var names = Array(findings.keys) + decisions.map { ByteOrdered($0.name) }
        var digests: Set<String> = []
        var wanted = Set(decisions.map(\.digest))
        for finding in findings.values { wanted.formUnion(finding.contents.map(\.digest)) }
        for version in losses {
            if let facts = try ledger.version(version)?.facts { wanted.insert(facts.digest) }
        }
        if all { names += try ledger.files().map { ByteOrdered($0.name) } }
        while true {
            while let name = names.popLast() {
                guard subjects[name] == nil, let subject = try subject(name) else { continue }
                subjects[name] = subject
                for claim in [subject.oldClaim, subject.claim] {
                    if let claim, !digests.contains(claim.digest) { wanted.insert(claim.digest) }
                }
            }
            guard let digest = wanted.popFirst() else { return subjects }
            guard digests.insert(digest).inserted else { continue }
            names = try ledger.names(ofContent: digest).map { ByteOrdered($0) }
        }
    }

    /// Whether one name goes before another with the same content.
    private static func precedes(_ isDated: Bool, _ name: ByteOrdered, _ isOtherDated: Bool, _ other: ByteOrdered)
        -> Bool
    {
        if isDated != isOtherDated { return isDated }
        let (count, otherCount) = (name.string.utf8.count, other.string.utf8.count)
        return count != otherCount ? count < otherCount : name < other
    }

    /// Whether one version of a content goes before another, of those folded under some settings first.
    package static func precedes(_ a: VersionFacts, _ b: VersionFacts, settingsText: String) -> Bool {
        let (isCurrent, isOtherCurrent) = (a.settings == settingsText, b.settings == settingsText)
        if isCurrent != isOtherCurrent { return isCurrent }
        return precedes(a.date != nil, ByteOrdered(a.name), b.date != nil, ByteOrdered(b.name))
    }

    /// Whether what a name claims was folded under the settings of now.
    private func isCurrent(_ subject: Subject) -> Bool {
        subject.claim!.settingsText
            == (settings.fold.plan.details.isEmpty
                ? settingsText : settings.configuration.foldSettingsText(of: subject.name.string))
    }

    private func precedes(_ a: Subject, _ b: Subject) -> Bool {
        let (isCurrent, isOtherCurrent) = (isCurrent(a), isCurrent(b))
        if isCurrent != isOtherCurrent { return isCurrent }
        return Self.precedes(a.isDated, a.name, b.isDated, b.name)
    }

    // MARK: What counts

    /// Which names count, which are left out for want of room, and under which name each content counts.
    private struct Outcome {
        var counting: Set<ByteOrdered> = []
        var leftOut: Set<ByteOrdered> = []
        var owners: [String: ByteOrdered] = [:]
    }

    private func outcome(_ subjects: [ByteOrdered: Subject]) -> Outcome {
        var outcome = Outcome()
        for subject in subjects.values {
            guard let digest = subject.claim?.digest else { continue }
            if let owner = outcome.owners[digest], !precedes(subject, subjects[owner]!) { continue }
            outcome.owners[digest] = subject.name
        }
        outcome.counting =
            countsDuplicates
            ? Set(subjects.values.filter { $0.claim != nil }.map(\.name)) : Set(outcome.owners.values)
        return outcome
    }

    /// Leaves out what there is no room for: the smallest go in first.
    ///
    /// - Parameter subjects: all names that claim something.
    private func leaveOut(_ subjects: [ByteOrdered: Subject], _ outcome: inout Outcome) {
        let bySize = outcome.counting.map { subjects[$0]! }.sorted { a, b in
            let (size, other) = (a.claim!.magnitude, b.claim!.magnitude)
            return size != other ? size < other : Self.precedes(a.isDated, a.name, b.isDated, b.name)
        }
        var sum: Int64 = 0
        for subject in bySize {
            let (next, overflow) = sum.addingReportingOverflow(subject.claim!.magnitude)
            if overflow { outcome.leftOut.insert(subject.name) } else { sum = next }
        }
        outcome.counting.subtract(outcome.leftOut)
        guard !countsDuplicates else { return }
        // A content that is left out is so under every name.
        for subject in subjects.values {
            guard let digest = subject.claim?.digest, let owner = outcome.owners[digest] else { continue }
            if outcome.leftOut.contains(owner) { outcome.leftOut.insert(subject.name) }
        }
    }

    /// What the sums would reach; nil when they stay within 64 bits.
    private func isTooMuch(_ subjects: [ByteOrdered: Subject], _ outcome: Outcome) throws -> Bool {
        var sum = Int128(try ledger.countedMagnitude())
        for subject in subjects.values {
            if let counting = subject.old?.counting {
                sum -= Int128(try ledger.version(counting)?.facts.magnitude ?? 0)
            }
            if outcome.counting.contains(subject.name) { sum += Int128(subject.claim!.magnitude) }
        }
        return sum > Int128(Int64.max)
    }

    // MARK: The change

    /// The settings that decide what counts.
    private var rules: String {
        """
        duplicates \(settings.configuration.duplicates.rawValue)
        max_reject_ratio \(settings.configuration.maxRejectRatio)
        \(settingsText)
        """
    }

    /// Whether what counts was settled under other settings.
    package var isUnderOtherRules: Bool { get throws { try ledger.rules() != rules } }

    /// Adds all that follows to a change of the ledger.
    ///
    /// - Throws: `LedgerError`; `IOError`, `DamagedTable` when a partial cannot be read to say what is wrong with it.
    package func complete(_ change: inout CommitChange) throws {
        var result = change
        try ledger.snapshot { try settle(&result) }
        change = result
    }

    private func settle(_ change: inout CommitChange) throws {
        change.countsDuplicates = countsDuplicates
        change.rules = rules
        change.decisions = decisions
        change.losses = losses.sorted()
        let isEverything = try isUnderOtherRules
        var subjects = try subjects(all: isEverything)
        var outcome = outcome(subjects)
        if try ledger.leavesOutClaims() || isTooMuch(subjects, outcome) {
            if !isEverything {
                subjects = try self.subjects(all: true)
                outcome = self.outcome(subjects)
            }
            leaveOut(subjects, &outcome)
        }
        for name in subjects.keys.sorted() {
            let subject = subjects[name]!
            for content in subject.finding?.contents ?? [] {
                change.arrivals.append((name.string, content.reference))
                try note(content, in: &change)
            }
            if let file = try fileChange(subject, subjects, outcome) { change.files.append(file) }
        }
    }

    private func note(_ content: Content, in change: inout CommitChange) throws {
        guard let judgement = content.judgement else { return }
        if case .existing(let id) = content.reference, try ledger.judgement(of: id) == judgement { return }
        change.judgements.append((content.reference, judgement))
    }

    private func fileChange(
        _ subject: Subject, _ subjects: [ByteOrdered: Subject], _ outcome: Outcome
    ) throws -> FileChange? {
        let counts = outcome.counting.contains(subject.name)
        let holding = NameHolding(
            present: subject.present?.reference, claim: subject.claim?.reference,
            fits: !outcome.leftOut.contains(subject.name))
        let status = self.status(subject, counts, outcome)
        let old = subject.old
        let counting = counts ? subject.claim?.reference : nil
        if subject.finding == nil, let old, old.status.map({ .existing($0) }) == status,
            old.counting.map({ .existing($0) }) == counting, old.holding.map({ .existing($0) }) == holding
        {
            return nil
        }
        var change = FileChange(
            subject.name.string, status, at: subject.finding?.location,
            reason: try reason(subject, status, subjects, outcome), holding: holding)
        if status.state != .folded {
            change.gives = counts ? .version(subject.claim!.reference) : .nothing(subject.isWithout)
        }
        return change
    }

    private func status(_ subject: Subject, _ counts: Bool, _ outcome: Outcome) -> FileStanding<VersionReference> {
        guard let present = subject.present else {
            if let unreadable = subject.finding?.unreadable { return unreadable.status }
            return subject.old!.status.map { .existing($0) }
        }
        if subject.isRetracted { return .retracted(digest: present.digest, present.reference) }
        if subject.held != nil { return .held(present.reference) }
        if counts { return .folded(present.reference) }
        if outcome.leftOut.contains(subject.name) { return .failed(present.tally) }
        return .duplicate(of: outcome.owners[present.digest]!.string, digest: present.digest, present.reference)
    }

    private func reason(
        _ subject: Subject, _ status: FileStanding<VersionReference>, _ subjects: [ByteOrdered: Subject],
        _ outcome: Outcome
    ) throws -> String {
        if subject.present == nil { return subject.finding?.unreadable?.reason ?? subject.old!.reason }
        switch status {
        case .new, .waiting: return subject.old?.reason ?? ""
        case .held: return subject.held!
        case .retracted: return subject.finding == nil ? "taken out by hand" : "this content was retracted"
        case .duplicate(let owner, _, _): return "the same content as \(owner)"
        case .failed: return try overflow(subject.present!)
        case .folded:
            if subject.finding == nil, case .duplicate(let original, _, _) = subject.old?.status {
                if countsDuplicates { return "every copy counts" }
                let isStill = subjects[ByteOrdered(original)]?.claim?.digest == subject.present!.digest
                return isStill ? "it takes precedence over \(original)" : "\(original) no longer has this content"
            }
            if let judgement = subject.present!.judgement { return judgement.unusual ?? "" }
            guard case .existing(let id) = subject.present!.reference else { return "" }
            return try ledger.judgement(of: id)?.unusual ?? ""
        }
    }

    /// Says what is too much about a content.
    private func overflow(_ content: Content) throws -> String {
        let plan = settings.fold.plan
        let reason = "with it, the sum of \(plan.unit) over all files exceeds \(Int64.max)"
        var largest: (name: String, magnitude: UInt64)?
        let next = try partials.open(content.partial).batches()
        while let batch = try next() {
            for (row, value) in batch.measures[0].enumerated() where value.magnitude > largest?.magnitude ?? 0 {
                largest = (batch.keys[0][row], value.magnitude)
            }
        }
        return reason + (largest.map { "; its largest \(plan.keyWords[0].noun) is \($0.name)" } ?? "")
    }
}

extension NameHolding {
    /// The same with other versions.
    package func map<Other>(_ transform: (Version) -> Other) -> NameHolding<Other> {
        NameHolding<Other>(present: present.map(transform), claim: claim.map(transform), fits: fits)
    }
}
