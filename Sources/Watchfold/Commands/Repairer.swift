//  Partials that are damaged or gone.
//
//  What counts of a lost partial can be had again only from its file. If that is still in the inbox it is folded again;
//  if not, the partial stops counting and the loss is said in numbers, once here and for ever in the ledger's history.

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
        for file in files {
            let now = try ledger.file(named: file.name)!
            guard let version = damaged.first(where: { $0.id == now.counting ?? now.status.version }) else { continue }
            let reason =
                "its partial is damaged and its file is not in the inbox: \(Show.count(version.tally.folded, "record")) and "
                + "\(Show.number(version.facts.seconds)) seconds no longer count"
            var lost = FileChange(file.name, .failed(version.tally), at: Self.forgetting(now.location), reason: reason)
            lost.losesPartial = now.counting != nil
            change.files.append(lost)
            notes.append("\(file.name): \(reason)")
        }
        if !change.files.isEmpty { try ledger.commit(change) }
        try ledger.endRun(
            run, RunSummary(outcome: notes.isEmpty ? .finished : .incomplete, files: [.failed: notes.count]))
        return notes
    }

    /// Without a hint the file is read as soon as it is there again.
    private static func forgetting(_ location: FileLocation) -> FileLocation {
        FileLocation(path: location.path, date: location.date, hint: nil)
    }
}
