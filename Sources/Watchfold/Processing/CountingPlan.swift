//  Which of several names with one content counts.
//
//  Before: b.json counts content X; c.json repeats it. Then a.json arrives with X, and c.json gets content Y.
//
//      a.json   unseen    → folded                      first in the order of bytes
//      b.json   folded    → duplicate of a.json
//      c.json   duplicate → folded with Y
//
//  Before: a.json counts X; b.json repeats it. Then a.json gets content Z.
//
//      a.json   folded    → folded with Z
//      b.json   duplicate → folded                      nobody else has X any more

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
    private var arrivals: [(name: ByteOrdered, digest: String, version: VersionReference, location: FileLocation?)] = []

    init(ledger: Ledger, countsDuplicates: Bool) {
        self.ledger = ledger
        self.countsDuplicates = countsDuplicates
    }

    /// The content of `name` is now this one.
    ///
    /// - Parameter isRestored: a person wants it although it was retracted.
    mutating func add(
        _ name: String, digest: String, version: VersionReference, location: FileLocation?, isRestored: Bool = false
    ) {
        arrivals.append((ByteOrdered(name), digest, version, location))
        if isRestored { restored.insert(ByteOrdered(name)) }
    }

    /// The content no longer counts under `name`; the caller says what becomes of the file.
    mutating func remove(_ name: String, digest: String) { departures.append((ByteOrdered(name), digest)) }

    /// A name that has, or will have, a content.
    private struct Holder {
        var name: ByteOrdered
        var version: VersionReference?
        /// Nil for a file that stays where it is.
        var location: FileLocation?
        var isCounted: Bool
        /// A file whose present bytes are held, waiting or failed keeps what it gave before: it cannot step back.
        var isFixed = false
        /// Whom it repeats now.
        var original: ByteOrdered?
    }

    func changes() throws -> [FileChange] {
        var changes: [FileChange] = []
        let moved = Set(arrivals.map(\.name) + departures.map(\.name))
        var digests = Set(arrivals.map(\.digest) + departures.map(\.digest))
        for arrival in arrivals {
            // What this name held before may now belong to a name that repeated it.
            guard let old = try ledger.file(named: arrival.name.string) else { continue }
            if let version = old.counting, let facts = try ledger.version(version)?.facts { digests.insert(facts.digest) }
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
                        Holder(name: arrival.name, version: arrival.version, location: arrival.location, isCounted: false))
                }
            }
            for name in try countingNames(digest) where !moved.contains(name) {
                guard let file = try ledger.file(named: name.string), let version = file.counting else { continue }
                holders.append(
                    Holder(
                        name: name, version: .existing(version), isCounted: true, isFixed: file.state != .folded))
            }
            for file in try ledger.duplicates(digest: digest) where !moved.contains(ByteOrdered(file.name)) {
                guard case .duplicate(let original, _, let version) = file.status else { continue }
                holders.append(
                    Holder(
                        name: ByteOrdered(file.name), version: version.map { .existing($0) }, isCounted: false,
                        original: ByteOrdered(original)))
            }
            changes += settle(digest, holders)
        }
        for index in changes.indices where restored.contains(ByteOrdered(changes[index].name)) {
            changes[index].liftsRetraction = true
        }
        return changes
    }

    /// All names that the content counts under: several when `duplicates: count` was in force before.
    private func countingNames(_ digest: String) throws -> [ByteOrdered] {
        guard let first = try ledger.countingName(digest: digest).map({ ByteOrdered($0) }) else { return [] }
        let others = try ledger.countingVersions().filter { $0.facts.digest == digest }.map { ByteOrdered($0.facts.name) }
        return [first] + others.filter { $0 != first }.sorted()
    }

    private func settle(_ digest: String, _ holders: [Holder]) -> [FileChange] {
        if countsDuplicates {
            return holders.compactMap { holder in
                guard let version = holder.version, !holder.isCounted else { return nil }
                return FileChange(holder.name.string, .folded(version), at: holder.location)
            }
        }
        let fixed = holders.first { $0.isFixed }
        guard let heir = fixed ?? holders.filter({ $0.version != nil }).min(by: { $0.name < $1.name }) else { return [] }
        return holders.compactMap { holder in
            if holder.isFixed { return nil }
            if holder.name == heir.name {
                if holder.isCounted { return nil }
                let reason = holder.original.map { "\($0) no longer holds this content" } ?? ""
                return FileChange(holder.name.string, .folded(holder.version!), at: holder.location, reason: reason)
            }
            if holder.original == heir.name { return nil }
            return FileChange(
                holder.name.string, .duplicate(of: heir.name.string, digest: digest, holder.version), at: holder.location,
                reason: "the same content as \(heir.name)")
        }
    }
}
