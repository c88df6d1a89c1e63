//  What a report to look at says: the numbers of one merge, and what the ledger knows of the files.
//
//  All of it is of one generation: plan and files are read in one snapshot of the ledger, and what the plan merges never
//  changes. The inbox is not looked at, so a copy of the checkpoints gives the same report elsewhere.

import Admission
import Checkpoints
import Configuration
import DurableIO
import Events
import Ledgers
import Records
import Reports
import RunSettings
import Wording

/// Gathers the facts of a report; runs beside a writer.
package struct Reporter {
    private let settings: Settings
    private let fileSystem: FileSystem
    private let note: (String) -> Void
    /// Told how rows are merged.
    package var onEvent: EventSink = { _ in }

    /// - Parameter note: told what a reader might miss, as an `Exporter` tells it.
    package init(
        _ settings: Settings, fileSystem: FileSystem = .real, note: @escaping (String) -> Void = { _ in }
    ) {
        self.settings = settings
        self.fileSystem = fileSystem
        self.note = note
    }

    /// - Parameter top: how many of the keys with the largest sums are wanted.
    /// - Throws: `CheckpointError`, `LedgerError`, `DamagedTable`, `ReportError`; `Refused` for a generation that
    ///   is not there.
    package func report(
        _ request: ExportRequest, top: Int
    ) throws -> (summary: any PlanSummary, facts: FileFacts) {
        var committed: String?
        var files: [FileRecord] = []
        var undated = UndatedFiles([], unit: settings.fold.plan.unit)
        var exporter = Exporter(settings, fileSystem: fileSystem, note: note)
        exporter.onEvent = onEvent
        let summary = try exporter.summary(request, top: top) { ledger, generation in
            committed = try ledger.moment(ofGeneration: generation).map { Timestamp.text(milliseconds: $0) }
            files = try ledger.files()
            undated = UndatedFiles(
                try ledger.countingVersions(at: generation), unit: settings.fold.plan.unit)
            if request.days.isEverything { return }
            files = try files.filter { file in
                let version = try (file.status.version ?? file.counting).flatMap { try ledger.version($0) }
                let date = version?.facts.date ?? file.location.date
                return request.days.contains(date.flatMap { CalendarDay($0) })
            }
        }
        // States are known of now only: for an earlier generation there are none, also when it is the newest by chance.
        let isOfNow = request.generation == nil
        let facts = FileFacts(
            committed: committed, firstAsked: request.days.first, lastAsked: request.days.last,
            states: isOfNow ? Self.states(files) : nil, attention: isOfNow ? files.compactMap(Self.attention) : [],
            undated: undated.facts(areLeftOut: !request.days.isEverything))
        return (summary, facts)
    }

    private static func states(_ files: [FileRecord]) -> [FileFacts.State] {
        FileState.allCases.compactMap { state in
            let count = files.count { $0.state == state }
            return count > 0 ? FileFacts.State(name: state.rawValue, files: count) : nil
        }
    }

    /// Nil for a file that is as it should be.
    private static func attention(_ file: FileRecord) -> FileFacts.File? {
        let state: String
        switch file.state {
        case .held, .failed, .waiting: state = file.state.rawValue
        case .folded where file.unusual != nil: state = "unusual"
        default: return nil
        }
        var reason = state == "unusual" ? UnusualFile.unmarked(file.unusual!) : file.reason
        if file.counting != nil && file.state != .folded {
            reason += (reason.isEmpty ? "" : "; ") + "its last good content counts"
        }
        return FileFacts.File(name: file.name, state: state, date: file.location.date, reason: reason)
    }
}
