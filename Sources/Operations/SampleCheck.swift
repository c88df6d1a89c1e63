//  Raw files folded afresh and compared with their partials: the one check that does not trust what was stored.

import Checkpoints
import Configuration
import DurableIO
import Folding
import Inbox
import Intake
import JSONRecords
import KeyedTables
import Ledgers
import Records
import RunSettings
import Synchronization

/// Folds some counted files of the inbox again and compares the rows.
struct SampleCheck {
    let settings: Settings
    let fileSystem: FileSystem

    func run(_ checkpoints: CheckpointFolder, count: Int, _ result: inout VerifyResult) throws {
        var counted: [ByteOrdered: VersionRecord] = [:]
        for version in try checkpoints.ledger.countingVersions() {
            // Other settings give other rows, rightly.
            let text = settings.configuration.foldSettingsText(of: version.facts.name)
            guard version.facts.settings == text else { continue }
            counted[ByteOrdered(version.facts.name)] = version
        }
        let inbox = Inbox(settings.configuration.inbox, rules: settings.inboxRules, in: fileSystem)
        let candidates = try inbox.list().files.filter { counted[ByteOrdered($0.logicalName)] != nil }
        let chosen = Array(candidates.shuffled().prefix(count))
        let faults = Mutex<[String]>([])
        let compared = Atomic<Int>(0)
        let pool = FoldPool(
            settings: settings.fold, fileSystem: fileSystem, jobs: settings.jobs, scratch: ScratchFolder.path)
        let versions = counted
        let partials = checkpoints.partials
        pool.fold(chosen.map { FoldInput(name: $0.relativePath, path: $0.path) }) { index, outcome in
            let version = versions[ByteOrdered(chosen[index].logicalName)]!
            do {
                switch outcome {
                case .failed(let error): throw error
                case .read(let summary, let runs):
                    // A file that was changed since is for the next run to find.
                    guard summary.digest.hex == version.facts.digest else { return }
                    compared.wrappingAdd(1, ordering: .relaxed)
                    var fresh = RowDigest()
                    try runs.merge(rowLimit: KeyedTableFormat.rowGroupRows) { fresh.add($0) }
                    let reader = try partials.open(version.facts.partial)
                    var stored = RowDigest()
                    try KeyedMerge(schema: reader.schema).run(
                        [MergeInput(measureCount: reader.schema.measures.count, next: reader.batches())],
                        rowLimit: KeyedTableFormat.rowGroupRows
                    ) { stored.add($0) }
                    if fresh != stored {
                        faults.withLock {
                            $0.append("\(version.facts.partial) is not what \(version.facts.name) folds to")
                        }
                    }
                }
            } catch {
                let text = FoldError.text(error, settings.fold.plan)
                faults.withLock { $0.append("\(chosen[index].relativePath) cannot be compared: \(text)") }
            }
        }
        result.sampled = compared.load(ordering: .relaxed)
        result.damages += faults.withLock { $0 }
    }
}
