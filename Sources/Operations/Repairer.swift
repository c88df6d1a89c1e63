//  Partials that are damaged or gone.
//
//  What counts of a lost partial can be had again only from its file. If that is still in the inbox it is folded again;
//  if not, the partial stops counting and the loss is reported in records and seconds, here and for good in the ledger's history,
//  unless a copy of the file with a partial of its own takes its place.

import Admission
import Checkpoints
import DurableIO
import JSONRecords
import Ledgers
import Logging
import Records
import RunSettings
import Wording

/// Makes good for damaged partials.
struct Repairer {
    let settings: Settings
    let work: any PlanWork
    let fileSystem: FileSystem
    let logger: Logger
    let observer: any RunObserver

    /// - Returns: what is to be reported, and whether something that counted is lost.
    func repair(_ checkpoints: CheckpointFolder, _ damage: PartialDamage) throws -> (notes: [String], loses: Bool) {
        let damaged = damage.versions
        let ledger = checkpoints.ledger
        var notes: [String] = []
        var wanted: [FileRecord] = []
        var withoutRows: Set<ByteOrdered> = []
        for file in try ledger.files() {
            let used = [file.holding.claim, file.holding.present].compactMap { $0 }
            if damaged.contains(where: { used.contains($0.id) }) { wanted.append(file) }
            if used.contains(where: damage.rows.contains) { withoutRows.insert(ByteOrdered(file.name)) }
        }
        if wanted.isEmpty && withoutRows.isEmpty { return ([], false) }

        let processor = try Processor(
            settings, checkpoints: checkpoints, work: work, fileSystem: fileSystem, logger: logger, observer: observer)
        let names = Set(wanted.map { ByteOrdered($0.name) }).union(withoutRows)
        let result = try processor.refold { names.contains(ByteOrdered($0.logicalName)) }
        for file in result.files where file.state == .folded || file.state == .duplicate {
            notes.append("\(file.name) was folded again from the inbox")
        }
        notes += try foldRows(processor, damage)
        let left = Set(
            try ledger.foldPacks().filter { damage.packs.contains($0.path) && work.use(of: $0) == .partials }
                .flatMap { try ledger.versions(inPack: $0.path) })
        let lost = damaged.filter { damage.own.contains($0.id) || left.contains($0.id) }
        let (losses, loses) = try giveUp(wanted, lost, checkpoints)
        return (notes + losses, loses)
    }

    /// Makes partials anew of rows that are kept, where the file is gone.
    private func foldRows(_ processor: Processor, _ damage: PartialDamage) throws -> [String] {
        if damage.packs.isEmpty { return [] }
        return try processor.checkpoints.ledger.recordedRun("verify --repair") { run in
            let folded = try processor.foldRows(run, without: damage.packs)
            let notes =
                folded.files == 0
                ? []
                : [
                    "\(Show.count(folded.files, "file")) \(folded.files == 1 ? "was" : "were") folded again from kept rows"
                ]
            return (notes + folded.problems, RunSummary(outcome: .finished, files: [:]))
        }
    }

    /// What could not be folded again stops counting.
    private func giveUp(
        _ files: [FileRecord], _ damaged: [VersionRecord], _ checkpoints: CheckpointFolder
    ) throws -> (notes: [String], loses: Bool) {
        let ledger = checkpoints.ledger
        var notes: [String] = []
        var loses = false
        try ledger.recordedRun("verify --repair") { run in
            var change = CommitChange(run: run)
            var resolution = Resolution(checkpoints, settings)
            var lost: [(file: FileRecord, version: VersionRecord)] = []
            for file in files {
                let now = try ledger.file(named: file.name)!
                let used = [now.holding.claim, now.holding.present].compactMap { $0 }
                for version in damaged where used.contains(version.id) { resolution.lose(version.id) }
                guard let version = damaged.first(where: { used.contains($0.id) }) else { continue }
                lost.append((now, version))
            }
            for (file, version) in lost where file.holding.present == version.id {
                resolution.found(
                    .failed(version.tally), because: Self.cause, under: file.name, at: file.location.withoutHint)
            }
            try resolution.complete(&change)
            for (file, version) in lost {
                // A copy whose own partial is whole takes the place of the one that counted.
                let heir = try change.files.first { heir in
                    guard case .folded(.existing(let id)) = heir.status else { return false }
                    return try ledger.version(id)?.facts.digest == version.facts.digest
                }
                let consequence: String
                if let heir {
                    consequence = "its content counts under \(heir.name) now"
                } else if file.counting == version.id {
                    let sum = Show.number(version.facts.sum)
                    consequence =
                        "\(Show.count(version.tally.folded, "record")) and \(sum) \(settings.fold.plan.unit) no longer count"
                    loses = true
                } else {
                    consequence = "it did not count"
                }
                let reason = "\(Self.cause): \(consequence)"
                if let place = change.files.firstIndex(where: { $0.name.utf8.elementsEqual(file.name.utf8) }) {
                    change.files[place].reason = reason
                }
                notes.append("\(file.name): \(reason)")
            }
            if !change.files.isEmpty { try ledger.commit(change) }
            return RunSummary(outcome: notes.isEmpty ? .finished : .incomplete, files: [.failed: lost.count])
        }
        return (notes, loses)
    }

    private static let cause = "its partial is damaged and its file is not in the inbox"
}
