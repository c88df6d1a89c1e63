//  Partials that are damaged or gone.
//
//  What counts of a lost partial can be had again only from its file. If that is still in the inbox it is folded again;
//  if not, the partial stops counting and the loss is said in numbers, once here and for ever in the ledger's history,
//  unless a copy of the file with a partial of its own takes its place.

import Checkpoints
import Configuration
import DurableIO
import Logging
import Records

/// Makes good for damaged partials.
struct Repairer {
    let settings: Settings
    let fileSystem: FileSystem
    let logger: Logger
    let observer: any RunObserver

    /// - Parameter damaged: versions that are in use and whose partials cannot be read.
    /// - Returns: what is to be said.
    func repair(_ checkpoints: CheckpointFolder, damaged: [VersionRecord]) throws -> [String] {
        let ledger = checkpoints.ledger
        var notes: [String] = []
        var wanted: [FileRecord] = []
        for file in try ledger.files() {
            let used = [file.counting, file.status.version].compactMap { $0 }
            if damaged.contains(where: { used.contains($0.id) }) { wanted.append(file) }
        }
        if wanted.isEmpty { return notes }

        let processor = try Processor(
            settings, checkpoints: checkpoints, fileSystem: fileSystem, logger: logger, observer: observer)
        let names = Set(wanted.map { ByteOrdered($0.name) })
        let report = try processor.refold { names.contains(ByteOrdered($0.logicalName)) }
        for file in report.files where file.state == .folded || file.state == .duplicate {
            notes.append("\(file.name) was folded again from the inbox")
        }
        notes += try giveUp(wanted, damaged, ledger)
        return notes
    }

    /// What could not be folded again stops counting.
    private func giveUp(_ files: [FileRecord], _ damaged: [VersionRecord], _ ledger: Ledger) throws -> [String] {
        var notes: [String] = []
        let run = try ledger.beginRun(command: "verify --repair", tool: Tool.name, pid: Int(LedgerRebuilder.processID))
        var change = CommitChange(run: run)
        change.countsDuplicates = settings.configuration.duplicates == .count
        var plan = CountingPlan(ledger: ledger, countsDuplicates: change.countsDuplicates)
        var lost: [(file: FileRecord, version: VersionRecord)] = []
        for file in files {
            let now = try ledger.file(named: file.name)!
            guard let version = damaged.first(where: { $0.id == now.counting ?? now.status.version }) else { continue }
            plan.remove(now.name, digest: version.facts.digest)
            lost.append((now, version))
        }
        // A copy whose own partial is whole takes the place of the one that counted.
        let heirs = try plan.changes()
        for (file, version) in lost {
            let heir = try heirs.first { heir in
                guard case .folded(.existing(let id)) = heir.status else { return false }
                return try ledger.version(id)?.facts.digest == version.facts.digest
            }
            let consequence =
                heir.map { "its content counts under \($0.name) now" }
                ?? "\(Show.count(version.tally.folded, "record")) and \(Show.number(version.facts.seconds)) seconds no longer count"
            let reason = "its partial is damaged and its file is not in the inbox: \(consequence)"
            var entry = FileChange(
                file.name, .failed(version.tally), at: Self.forgetting(file.location), reason: reason)
            entry.losesPartial = file.counting != nil
            change.files.append(entry)
            notes.append("\(file.name): \(reason)")
        }
        change.files += heirs
        if !change.files.isEmpty { try ledger.commit(change) }
        try ledger.endRun(
            run, RunSummary(outcome: notes.isEmpty ? .finished : .incomplete, files: [.failed: lost.count]))
        return notes
    }

    /// Without a hint the file is read as soon as it is there again.
    private static func forgetting(_ location: FileLocation) -> FileLocation {
        FileLocation(path: location.path, date: location.date, hint: nil)
    }
}
