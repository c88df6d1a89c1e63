//  A new ledger from what lies on disk.
//
//      partials    say of which file and content they are, and add up to what the ledger knew of them
//      manifest    says which of them counted or were copies, which lay under their names, and what was decided
//
//  What neither can tell is lost and said: the history of runs and states, and partials that counted but are missing or
//  damaged. Without a manifest the newest partial of each name counts, but for those with too many rejected records: they are
//  held, as they were before somebody accepted them, if anybody did.

import Admission
import Checkpoints
import Configuration
import DurableIO
import JSONRecords
import KeyedTables
import Ledgers
import Records
import RunSettings
import Wording

/// Rebuilds a ledger.
struct LedgerRebuilder {
    let settings: Settings
    let fileSystem: FileSystem

    private struct Found {
        var partial: String
        var version: NewVersion
        /// When the partial was written, nanoseconds since 1970.
        var modified: Int64
    }

    /// - Returns: the open folder and what is to be reported.
    func rebuild() throws -> (CheckpointFolder, notes: [String]) {
        let root = settings.configuration.checkpoints
        var notes: [String] = []
        let manifest = try Manifest.read(root, in: fileSystem)
        let (folder, old) = try CheckpointFolder.rebuildLedger(
            root, plan: settings.configuration.plan, now: Timestamp.text(milliseconds: WallClock.now() / 1_000_000),
            in: fileSystem
        ) { ledger, partials, packs in
            let found = try link(readPartials(partials, &notes), packs, &notes)
            try fill(ledger, partials, found, manifest, &notes)
        }
        notes.insert(
            "the ledger was rebuilt from \(Show.count(try folder.ledger.versions().count, "partial"));"
                + " the earlier history of runs and states is lost", at: 0)
        notes += old.map { "the old ledger is kept as \($0)" }
        return (folder, notes)
    }

    private func readPartials(_ partials: PartialStore, _ notes: inout [String]) throws -> [Found] {
        var found: [Found] = []
        for path in try CheckpointFolder.partialPaths(settings.configuration.checkpoints, in: fileSystem) {
            do {
                let version = try partials.describe(path)
                found.append(
                    Found(
                        partial: path, version: version, modified: try fileSystem.status(partials.path(path)).modified))
            } catch let error as DamagedTable {
                notes.append("\(error); it stays where it is and does not count")
            }
        }
        return found
    }

    /// Gives versions the partials of folds that lie in packs: of each identity and table, those of the first pack.
    private func link(_ found: [Found], _ packs: PackStore, _ notes: inout [String]) throws -> [Found] {
        struct Content: Hashable {
            var name: ByteOrdered
            var digest: String
        }
        var found = found
        let places = Dictionary(
            grouping: found.indices,
            by: { Content(name: ByteOrdered(found[$0].version.facts.name), digest: found[$0].version.facts.digest) })
        for path in try CheckpointFolder.packPaths(settings.configuration.checkpoints, in: fileSystem) {
            guard let origin = packs.origin(path) else {
                notes.append("\(path) is damaged, or not a file of Watchfold; it stays where it is and does not count")
                continue
            }
            let pack = try packs.describe(path, origin)
            for (slot, file) in origin.files.enumerated() {
                // Of several the last that was read alike: it is the one that counts, if any does.
                let same = places[Content(name: ByteOrdered(file.name), digest: file.digest)] ?? []
                guard
                    let place = same.filter({ origin.isOf(settingsText: found[$0].version.facts.settings) })
                        .max(by: { found[$0].modified < found[$1].modified })
                else { continue }
                let isKnown = found[place].version.folds.contains {
                    ($0.pack.fold, $0.pack.part, $0.pack.identity) == (pack.fold, pack.part, pack.identity)
                }
                if !isKnown { found[place].version.folds.append(FoldPartial(pack: pack, slot: slot)) }
            }
        }
        return found
    }

    private func fill(
        _ ledger: Ledger, _ partials: PartialStore, _ found: [Found], _ manifest: Manifest?, _ notes: inout [String]
    ) throws {
        var said: [String] = []
        try ledger.recordedRun("verify --repair") { run in
            var change = CommitChange(run: run)
            var resolution = Resolution(ledger, partials, settings)
            let arrivals: [Found]
            if let manifest, !manifest.isPlaceholder {
                arrivals = decide(manifest, found, &resolution, &said)
            } else {
                said.append(
                    "there is no manifest: the newest partial of each name counts, and what was retracted or accepted"
                        + " by hand is forgotten")
                arrivals = found.sorted { ($0.modified, $0.partial) < ($1.modified, $1.partial) }
            }
            let held = Set(manifest?.held.map(\.partial) ?? [])
            var references: [String: VersionReference] = [:]
            for item in found { references[item.partial] = change.add(item.version) }
            for item in arrivals {
                let facts = item.version.facts
                let mark = held.contains(item.partial) ? "it was held before the ledger was rebuilt" : nil
                // Without a hint the next run reads the file, finds the content known, and leaves it at that.
                resolution.found(
                    Resolution.Content(
                        item.version, references[item.partial]!, judgement: VersionJudgement(held: mark)),
                    under: facts.name, at: FileLocation(path: facts.name, date: facts.date, hint: nil))
            }
            try resolution.complete(&change)
            try ledger.commit(change)
            var states: [FileState: Int] = [:]
            for file in change.files {
                states[file.status.state, default: 0] += 1
                if file.status.state == .held { said.append("\(file.name) is held: \(file.reason)") }
            }
            return RunSummary(outcome: .finished, files: states)
        }
        notes += said
    }

    /// What a manifest says: the partials of contents that lay under their names or were given by them, earlier ones first,
    /// and what was decided.
    private func decide(
        _ manifest: Manifest, _ found: [Found], _ resolution: inout Resolution, _ notes: inout [String]
    ) -> [Found] {
        let present = Dictionary(uniqueKeysWithValues: found.map { ($0.partial, $0) })
        for digest in manifest.accepted {
            resolution.decide(ContentDecision(.accept, "a rebuilt ledger", digest: digest))
        }
        for entry in manifest.retracted {
            guard let facts = present[entry.partial]?.version.facts else { continue }
            resolution.decide(ContentDecision(.retract, facts.name, digest: facts.digest))
        }
        for entry in manifest.counting where present[entry.partial] == nil {
            notes.append(
                "\(entry.partial) counted and is lost: \(Show.count(entry.records, "record")) and "
                    + "\(Show.number(entry.sum)) \(settings.fold.plan.unit), unless the next run finds its file in the inbox"
            )
        }
        // What was retracted came before what the name gives, or the name would give nothing; what lies there now, if that is
        // something else, came last.
        let claimed = manifest.counting + manifest.copies
        let last = Set(claimed + manifest.present)
        let order =
            manifest.retracted.filter { !last.contains($0) }
            + claimed.filter { !manifest.present.contains($0) } + manifest.present
        return order.compactMap { present[$0.partial] }
    }
}
