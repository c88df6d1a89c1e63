//  A new ledger from what lies on disk.
//
//      partials    say of which file and content they are, and add up to what the ledger knew of them
//      manifest    says which of them counted, and which were retracted
//
//  What neither can tell is lost and said: the history of runs and states, files that were held (they are read again),
//  and partials that counted but are missing or damaged. Without a manifest the newest partial of each name counts, but
//  for those with too many rejected records: they are held, as they were before somebody accepted them, if anybody did.

import Checkpoints
import Configuration
import DurableIO
import Foundation
import Records

/// Rebuilds a ledger.
struct LedgerRebuilder {
    let settings: Settings
    let fileSystem: FileSystem

    static let processID = ProcessInfo.processInfo.processIdentifier

    private struct Found {
        var partial: String
        var version: NewVersion
        /// When the partial was written, nanoseconds since 1970.
        var modified: Int64
    }

    /// - Returns: the open folder and what is to be said.
    func rebuild() throws -> (CheckpointFolder, notes: [String]) {
        let root = settings.configuration.checkpoints
        var notes: [String] = []
        let manifest = try Manifest.read(root, in: fileSystem)
        let (folder, old) = try CheckpointFolder.rebuildLedger(
            root, plan: settings.configuration.plan, now: Timestamp.text(milliseconds: WallClock.now() / 1_000_000),
            in: fileSystem
        ) { ledger, partials in
            let found = try readPartials(partials, &notes)
            try fill(ledger, found, manifest, &notes)
        }
        notes.insert(
            "the ledger was rebuilt from \(Show.count(try folder.ledger.versions().count, "partial"));"
                + " the history of runs and states before is lost", at: 0)
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
                notes.append("\(error); it is left where it is and counts for nothing")
            }
        }
        return found
    }

    private func fill(_ ledger: Ledger, _ found: [Found], _ manifest: Manifest?, _ notes: inout [String]) throws {
        let run = try ledger.beginRun(command: "verify --repair", tool: Tool.name, pid: Int(Self.processID))
        var change = CommitChange(run: run)
        change.countsDuplicates = settings.configuration.duplicates == .count
        var counting: Set<String> = []
        var retracted: Set<String> = []
        var held: [(item: Found, reason: String)] = []
        if let manifest, !manifest.isPlaceholder {
            counting = Set(manifest.counting.map(\.partial))
            retracted = Set(manifest.retracted.map(\.partial))
            let present = Set(found.map(\.partial))
            for entry in manifest.counting where !present.contains(entry.partial) {
                notes.append(
                    "\(entry.partial) counted and is lost: \(Show.count(entry.records, "record")) and "
                        + "\(Show.number(entry.seconds)) seconds, unless the next run finds its file in the inbox")
            }
        } else {
            notes.append(
                "there is no manifest: of each name the newest partial counts, and what was retracted or accepted by hand"
                    + " is forgotten")
            for (_, versions) in Dictionary(grouping: found, by: { ByteOrdered($0.version.facts.name) }) {
                let newestFirst = versions.sorted { ($1.modified, $1.partial) < ($0.modified, $0.partial) }
                if let reason = Judgement.reasonToHold(newestFirst[0].version.outcomes, settings) {
                    held.append((newestFirst[0], reason))
                }
                // Beside one that is held, what the name gave before goes on counting.
                let good = newestFirst.first { Judgement.reasonToHold($0.version.outcomes, settings) == nil }
                if let good { counting.insert(good.partial) }
            }
        }
        for (item, reason) in held { notes.append("\(item.version.facts.name) is held: \(reason)") }
        var retractions: [FileChange] = []
        var plan = CountingPlan(ledger: ledger, countsDuplicates: change.countsDuplicates)
        for item in found {
            let facts = item.version.facts
            let reference = change.add(item.version)
            // Without a hint the next run reads the file, finds the content known, and leaves it at that.
            let location = FileLocation(path: facts.name, date: facts.date, hint: nil)
            if counting.contains(item.partial) {
                plan.add(facts.name, digest: facts.digest, version: reference, location: location)
            } else if retracted.contains(item.partial) {
                change.files.append(
                    FileChange(facts.name, .held(reference), at: location, reason: "retracted before the rebuild"))
                retractions.append(
                    FileChange(
                        facts.name, .retracted(digest: facts.digest, reference), reason: "retracted before the rebuild")
                )
            }
        }
        change.files += try plan.changes()
        try ledger.commit(change)
        if !retractions.isEmpty {
            // A file cannot be retracted before it was seen; its version is the one that was just written.
            var second = CommitChange(run: run)
            second.files = try retractions.map { retraction in
                var retraction = retraction
                guard case .held(let version) = try ledger.file(named: retraction.name)!.status,
                    case .retracted(let digest, _) = retraction.status
                else { preconditionFailure("\(retraction.name) is not as it was just written") }
                retraction.status = .retracted(digest: digest, .existing(version))
                return retraction
            }
            try ledger.commit(second)
        }
        if !held.isEmpty {
            // Last: what is held leaves alone what counts under its name by then.
            var third = CommitChange(run: run)
            third.countsDuplicates = change.countsDuplicates
            let ids = Dictionary(uniqueKeysWithValues: try ledger.versions().map { ($0.facts.partial, $0.id) })
            third.files = held.map { item, reason in
                let facts = item.version.facts
                return FileChange(
                    facts.name, .held(.existing(ids[item.partial]!)),
                    at: FileLocation(path: facts.name, date: facts.date, hint: nil), reason: reason)
            }
            try ledger.commit(third)
        }
        try ledger.endRun(
            run, RunSummary(outcome: .finished, files: [.folded: counting.count, .held: held.count]))
    }
}
