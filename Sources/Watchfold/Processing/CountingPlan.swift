//  Which of several names with one content counts.
//
//  One with a date before one without, then the shorter name, then the order of bytes. People name copies "copy of",
//  "(1)", "-again": the name that the dump was born with is the dated and short one. What came first does not matter,
//  so the sums are the same in whatever order files arrive.
//
//  Before: 2022-04-01-again.json counts content X; x.json repeats it. Then 2022-04-01.json arrives with X, and x.json
//  gets content Y.
//
//      2022-04-01.json         unseen    → folded
//      2022-04-01-again.json   folded    → duplicate of 2022-04-01.json
//      x.json                  duplicate → folded with Y
//
//  Before: a.json counts X; b.json repeats it. Then a.json gets content Z.
//
//      a.json   folded    → folded with Z
//      b.json   duplicate → folded                      nobody else has X any more, and it is what b.json last held
//
//  The same holds when b.json was cut meanwhile: it is waiting then, and gives what it gave or repeated before. That takes
//  two changes, since a file that begins to give something is folded: `followUp` has the second.

import Checkpoints
import Records

/// Works out the file changes for new contents under some names.
struct CountingPlan {
    private let ledger: Ledger
    private let countsDuplicates: Bool
    /// Contents that leave a name without another coming.
    private var departures: [(name: ByteOrdered, digest: String)] = []
    /// Names whose retracted content is wanted again.
    private var restored: Set<ByteOrdered> = []
    private var arrivals: [Arrival] = []
    /// What is to be changed behind the changes that `changes` gave last: files that go back into the state they had.
    private(set) var followUp: [FileChange] = []

    private struct Arrival {
        var name: ByteOrdered
        var digest: String
        var version: VersionReference
        /// Nil for a file that stays where it is.
        var location: FileLocation?
        /// What is said of it when it counts; may be empty.
        var reason: String
    }

    init(ledger: Ledger, countsDuplicates: Bool) {
        self.ledger = ledger
        self.countsDuplicates = countsDuplicates
    }

    /// The content of `name` is now this one.
    ///
    /// - Parameters:
    ///   - isRestored: a person wants it although it was retracted.
    ///   - reason: what is said of it when it counts.
    mutating func add(
        _ name: String, digest: String, version: VersionReference, location: FileLocation?, isRestored: Bool = false,
        reason: String = ""
    ) {
        arrivals.append(
            Arrival(name: ByteOrdered(name), digest: digest, version: version, location: location, reason: reason))
        if isRestored { restored.insert(ByteOrdered(name)) }
    }

    /// The content no longer counts under `name`; the caller says what becomes of the file.
    mutating func remove(_ name: String, digest: String) { departures.append((ByteOrdered(name), digest)) }

    /// A name that has, or will have, a content.
    private struct Holder {
        var name: ByteOrdered
        var version: VersionReference?
        /// Whether the file belongs to a day.
        var isDated: Bool
        /// Nil for a file that stays where it is.
        var location: FileLocation?
        var isCounted: Bool
        /// A file whose present bytes are held, waiting or failed keeps what it gave before: it cannot step back.
        var isFixed = false
        /// Whom it repeats now.
        var original: ByteOrdered?
        var reason = ""
        /// A file that repeated the content until its present bytes came, which are waiting, held or failed.
        var former: FileRecord?

        func precedes(_ other: Holder) -> Bool {
            if isDated != other.isDated { return isDated }
            let (count, otherCount) = (name.string.utf8.count, other.name.string.utf8.count)
            return count != otherCount ? count < otherCount : name < other.name
        }
    }

    mutating func changes() throws -> [FileChange] {
        var changes: [FileChange] = []
        followUp = []
        let moved = Set(arrivals.map(\.name) + departures.map(\.name))
        var digests = Set(arrivals.map(\.digest) + departures.map(\.digest))
        var replaced: Set<String> = []
        for arrival in arrivals {
            // What this name held before may now belong to a name that repeated it.
            guard let old = try ledger.file(named: arrival.name.string) else { continue }
            if let version = old.counting, let facts = try ledger.version(version)?.facts {
                digests.insert(facts.digest)
                replaced.insert(facts.digest)
            }
        }
        let former = replaced.isEmpty ? [:] : try ledger.formerDuplicates()
        for digest in digests.sorted() {
            var holders: [Holder] = []
            for arrival in arrivals where arrival.digest == digest {
                if !restored.contains(arrival.name), let file = try ledger.file(named: arrival.name.string),
                    file.retractedDigest == digest
                {
                    changes.append(
                        FileChange(
                            arrival.name.string, .retracted(digest: digest, arrival.version), at: arrival.location,
                            reason: "this content was retracted"))
                } else {
                    holders.append(
                        Holder(
                            name: arrival.name, version: arrival.version, isDated: try isDated(arrival),
                            location: arrival.location, isCounted: false, reason: arrival.reason))
                }
            }
            for name in try countingNames(digest) where !moved.contains(name) {
                guard let file = try ledger.file(named: name.string), let version = file.counting else { continue }
                holders.append(
                    Holder(
                        name: name, version: .existing(version), isDated: file.location.date != nil, isCounted: true,
                        isFixed: file.state != .folded))
            }
            for file in try ledger.duplicates(digest: digest) where !moved.contains(ByteOrdered(file.name)) {
                guard case .duplicate(let original, _, let version) = file.status else { continue }
                holders.append(
                    Holder(
                        name: ByteOrdered(file.name), version: version.map { .existing($0) },
                        isDated: file.location.date != nil, isCounted: false, original: ByteOrdered(original)))
            }
            if replaced.contains(digest), !holders.contains(where: { $0.version != nil }) {
                holders += (former[digest] ?? []).filter { !moved.contains(ByteOrdered($0.file.name)) }.map {
                    Holder(
                        name: ByteOrdered($0.file.name), version: .existing($0.version),
                        isDated: $0.file.location.date != nil, isCounted: false, former: $0.file)
                }
            }
            changes += settle(digest, holders)
        }
        for index in changes.indices where restored.contains(ByteOrdered(changes[index].name)) {
            changes[index].liftsRetraction = true
        }
        return changes
    }

    private func isDated(_ arrival: Arrival) throws -> Bool {
        if let location = arrival.location { return location.date != nil }
        return try ledger.file(named: arrival.name.string)?.location.date != nil
    }

    /// All names that the content counts under: several when `duplicates: count` was in force before.
    private func countingNames(_ digest: String) throws -> [ByteOrdered] {
        guard let first = try ledger.countingName(digest: digest).map({ ByteOrdered($0) }) else { return [] }
        let others = try ledger.countingVersions().filter { $0.facts.digest == digest }.map {
            ByteOrdered($0.facts.name)
        }
        return [first] + others.filter { $0 != first }.sorted()
    }

    private mutating func settle(_ digest: String, _ holders: [Holder]) -> [FileChange] {
        if countsDuplicates {
            return holders.compactMap { holder in
                guard let version = holder.version, !holder.isCounted, holder.former == nil else { return nil }
                return FileChange(holder.name.string, .folded(version), at: holder.location, reason: holder.reason)
            }
        }
        let fixed = holders.first { $0.isFixed }
        guard let heir = fixed ?? holders.filter({ $0.version != nil }).min(by: { $0.precedes($1) }) else { return [] }
        return holders.compactMap { holder in
            if holder.isFixed { return nil }
            if holder.name == heir.name {
                if holder.isCounted { return nil }
                if let former = holder.former {
                    followUp.append(
                        FileChange(
                            former.name, former.status.map { .existing($0) }, at: former.location, reason: former.reason
                        ))
                    // Without the hint the file is looked at again, should the second change not come.
                    var location = former.location
                    location.hint = nil
                    return FileChange(
                        former.name, .folded(holder.version!), at: location, reason: "no other file holds this content")
                }
                let reason = holder.original.map { "\($0) no longer holds this content" } ?? holder.reason
                return FileChange(holder.name.string, .folded(holder.version!), at: holder.location, reason: reason)
            }
            if holder.original == heir.name || holder.former != nil { return nil }
            return FileChange(
                holder.name.string, .duplicate(of: heir.name.string, digest: digest, holder.version),
                at: holder.location,
                reason: "the same content as \(heir.name)")
        }
    }
}
