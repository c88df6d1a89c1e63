//  The table of a fold for those who ask, also beside a writer.

import Checkpoints
import DurableIO
import FoldSQL
import Ledgers
import Operations
import Plans
import Publishing
import RunSettings
import Tables

/// Writes the table of a fold for those who ask.
package struct FoldExporter {
    private let planTables: PlanTables
    private let checkpoints: CheckpointFolder
    private let fileSystem: FileSystem

    /// - Throws: `CheckpointError`, `LedgerError`, `IOError`.
    package init(_ planTables: PlanTables, _ settings: Settings, in fileSystem: FileSystem) throws {
        self.planTables = planTables
        self.fileSystem = fileSystem
        checkpoints = try CheckpointFolder.openForReading(
            settings.configuration.checkpoints, plan: settings.configuration.plan, in: fileSystem)
    }

    /// - Parameters:
    ///   - generation: nil: what counts now.
    ///   - scratch: an absolute path of a folder for temporary files: the checkpoints may be for reading alone.
    /// - Returns: rows.
    /// - Throws: `FoldIncomplete`; `DuckDBProgramError`, `DuckDBError`; what the sink throws.
    package func export(
        _ name: String, at generation: Int?, _ format: ExportFormat, isGzipped: Bool, scratch: String,
        isConcurrent: Bool, to sink: @escaping TableSink
    ) throws -> Int {
        let fold = planTables.plan.folds.first { $0.name == name }!
        if let generation {
            let current = try checkpoints.ledger.generation
            guard (0...current).contains(generation) else {
                throw FoldIncomplete(description: "there is no generation \(generation) yet; the newest is \(current)")
            }
        }
        let state = try planTables.state(of: planTables.plan.keptTable(of: fold), checkpoints, at: generation)
        if let complaint = state.complaint { throw FoldIncomplete(description: complaint) }
        let (answers, answer, table) = try answer(state, scratch: scratch)
        defer { answers.close() }
        try AnswerWriting(table, title: name, in: fileSystem).write(
            format, isGzipped: isGzipped, scratch: scratch, isConcurrent: isConcurrent, to: sink)
        return answer.rowCount
    }

    /// - Returns: the answer, in a session that is to be closed.
    private func answer(
        _ state: FoldState, scratch: String
    ) throws -> (answers: FoldAnswers, answer: FoldAnswer, table: AnswerTable) {
        let merges = try FoldMerges(planTables, checkpoints, [state], read: [state.fold])
        do {
            let answers = try FoldAnswers(planTables, merges, scratch: scratch, in: fileSystem)
            do {
                let (answer, table) = try answers.answer(state.fold)
                return (answers, answer, table)
            } catch {
                answers.close()
                throw error
            }
        } catch {
            // A writer that merged again has removed what it does not need any more.
            guard merges.lostSegments() else { throw error }
            return try self.answer(state, scratch: scratch)
        }
    }
}
