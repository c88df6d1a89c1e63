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

        func precedes(_ other: Holder) -> Bool {
            if isDated != other.isDated { return isDated }
            let (count, otherCount) = (name.string.utf8.count, other.name.string.utf8.count)
            return count != otherCount ? count < otherCount : name < other.name
        }
    }

    func changes() throws -> [FileChange] {
        var changes: [FileChange] = []
        let moved = Set(arrivals.map(\.name) + departures.map(\.name))
        var digests = Set(arrivals.map(\.digest) + departures.map(\.digest))
        for arrival in arrivals {
            // What this name held before may now belong to a name that repeated it.
            guard let old = try ledger.file(named: arrival.name.string) else { continue }
            if let version = old.counting, let facts = try ledger.version(version)?.facts {
                digests.insert(facts.digest)
            }
        }
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

    private func settle(_ digest: String, _ holders: [Holder]) -> [FileChange] {
        if countsDuplicates {
            return holders.compactMap { holder in
                guard let version = holder.version, !holder.isCounted else { return nil }
                return FileChange(holder.name.string, .folded(version), at: holder.location, reason: holder.reason)
            }
        }
        let fixed = holders.first { $0.isFixed }
        guard let heir = fixed ?? holders.filter({ $0.version != nil }).min(by: { $0.precedes($1) }) else { return [] }
        return holders.compactMap { holder in
            if holder.isFixed { return nil }
            if holder.name == heir.name {
                if holder.isCounted { return nil }
                let reason = holder.original.map { "\($0) no longer holds this content" } ?? holder.reason
                return FileChange(holder.name.string, .folded(holder.version!), at: holder.location, reason: reason)
            }
            if holder.original == heir.name { return nil }
            return FileChange(
                holder.name.string, .duplicate(of: heir.name.string, digest: digest, holder.version),
                at: holder.location,
                reason: "the same content as \(heir.name)")
        }
    }
}
