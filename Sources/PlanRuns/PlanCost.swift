//  What a plan as it is now would cost: which of its tables files lack, and where their rows are to be had.
//
//      counts and lacks a table ─▶ its rows are kept         folded from them
//                                  lies in the inbox as is   read again
//                                  neither                   gone: the table waits for it

import Checkpoints
import DurableIO
import Inbox
import Ledgers
import Plans
import RunSettings

/// What the next run would do for files that count already.
package struct PlanCost: Sendable {
    /// What files lack of one table.
    package struct Table: Sendable, Hashable {
        /// A fold, or `stage.SOURCE`.
        package var name: String
        package var files = 0
        /// Of content.
        package var bytes = 0
    }

    /// Files and their content.
    package struct Share: Sendable, Hashable {
        package var files = 0
        package var bytes = 0

        fileprivate mutating func add(_ version: VersionRecord) {
            files += 1
            bytes += version.facts.size
        }
    }

    /// Those that some file lacks.
    package private(set) var tables: [Table] = []
    package private(set) var fromRows = Share()
    package private(set) var fromInbox = Share()
    /// Names.
    package private(set) var gone: [String] = []
    /// Bytes of content a second that the last runs read; nil when none read enough to tell.
    package private(set) var speed: Double?

    /// Seconds; nil when there is no measure.
    package var seconds: Double? { speed.map { Double(fromRows.bytes + fromInbox.bytes) / $0 } }

    /// - Throws: `CheckpointError`, `LedgerError`, `IOError`.
    package init(_ planTables: PlanTables, _ settings: Settings, in fileSystem: FileSystem) throws {
        let checkpoints = try CheckpointFolder.openForReading(
            settings.configuration.checkpoints, plan: settings.configuration.plan, in: fileSystem)
        let ledger = checkpoints.ledger
        let inbox = try InboxAsKnown(settings, ledger, in: fileSystem)
        for source in planTables.plan.file.sources {
            let tables = planTables.plan.keptTables(of: source)
            var lacking: [VersionID: VersionRecord] = [:]
            for (table, state) in zip(tables, try planTables.states(of: tables, checkpoints)) {
                if state.lacking.isEmpty { continue }
                self.tables.append(
                    Table(
                        name: table.name, files: state.lacking.count,
                        bytes: state.lacking.reduce(0) { $0 + $1.facts.size }))
                for version in state.lacking { lacking[version.id] = version }
            }
            if lacking.isEmpty { continue }
            let rows = try planTables.keptRows(of: source, ledger)
            for version in lacking.values.sorted(by: { $0.id < $1.id }) {
                if rows[version.id] != nil {
                    fromRows.add(version)
                } else if inbox.file(of: version) != nil {
                    fromInbox.add(version)
                } else {
                    gone.append(version.facts.name)
                }
            }
        }
        speed = Self.speed(try ledger.runs(last: 20))
    }

    /// Too little to tell how fast reading is.
    private static let leastBytes = 1 << 20

    private static func speed(_ runs: [RunRecord]) -> Double? {
        var bytes = 0
        var milliseconds: Int64 = 0
        for run in runs {
            guard let summary = run.summary, let end = run.endedAt, summary.bytes >= leastBytes else { continue }
            bytes += summary.bytes
            milliseconds += max(1, end - run.startedAt)
        }
        return bytes == 0 ? nil : Double(bytes) / (Double(milliseconds) / 1000)
    }
}

/// Which versions lie in the inbox as they were read, as far as can be told without reading.
struct InboxAsKnown {
    private var present: [VersionID: InboxFile] = [:]

    init(_ settings: Settings, _ ledger: Ledger, in fileSystem: FileSystem) throws {
        let known = Dictionary(
            uniqueKeysWithValues: try ledger.files().map { (Array($0.name.utf8), $0) })
        for file in try Inbox(settings.configuration.inbox, rules: settings.inboxRules, in: fileSystem).list().files {
            guard let record = known[Array(file.logicalName.utf8)], let version = record.holding.present else {
                continue
            }
            present[version] = file
        }
    }

    func file(of version: VersionRecord) -> InboxFile? { present[version.id] }
}
