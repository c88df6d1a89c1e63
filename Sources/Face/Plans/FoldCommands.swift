//  The tables of a plan's folds, from its checkpoints.

import Configuration
import DuckDB
import DurableIO
import Intake
import PlanRuns
import Plans
import Publishing
import Tables
import Wording

/// The commands about the folds of a plan that is at work.
struct FoldCommands {
    private let session: Session
    private let work: SQLWork

    init(_ session: Session, _ work: SQLWork) { (self.session, self.work) = (session, work) }

    /// Writes the table of a fold.
    func export(_ options: ExportOptions) throws {
        if let option = options.givenForReports.first {
            throw CommandFailure(
                .usage,
                "\(option) is for reports of the built-in plan; the table of a fold takes -o, --format and --as-of")
        }
        let name = try work.plan.fold(named: options.report, by: "say which fold")
        let format = try ExportFormat(options.format, file: try session.fileName(options.out))
        try session.checkTarget(options.out, inputs: [])
        try session.checkTerminal(format, options.out)
        let scratch = try session.fileSystem.physicalPath(ScratchFolder.path)
        try session.beginWriting { DuckDBSession.endUnfinished() }
        let exporter = try FoldExporter(work.tables, session.settings, in: session.fileSystem)
        try session.writing(to: options.out) { sink in
            _ = try exporter.export(
                name, at: options.generation, format, isGzipped: FileEnding(options.out ?? "").isGzipped,
                scratch: scratch, isConcurrent: session.settings.jobs > 1, to: sink)
        }
    }
}
