//  The frame of a run: whatever happens in between, what was begun ends.

import Glibc
import JSONRecords
import Ledgers
import Wording

extension Ledger {
    /// Writes down that a run of this process begins, does it, and writes down how it ended: as `body` says, or as failed
    /// when it throws.
    ///
    /// - Parameters:
    ///   - plan: what reports are made with, as text; nil when none are made.
    ///   - body: returns what the caller gets, and what is written down.
    func recordedRun<Result>(
        _ command: String, plan: String? = nil, _ body: (RunID) throws -> (Result, RunSummary)
    ) throws -> Result {
        let run = try beginRun(command: command, tool: Tool.name, pid: Int(getpid()))
        do {
            let (result, summary) = try body(run)
            try endRun(run, summary, plan: plan)
            return result
        } catch {
            // The run is over either way; that it failed is said by the error, not by a second one.
            try? endRun(run, RunSummary(outcome: .failed))
            throw error
        }
    }

    /// The same for a run that gives nothing but what is written down.
    func recordedRun(_ command: String, _ body: (RunID) throws -> RunSummary) throws {
        try recordedRun(command) { ((), try body($0)) }
    }
}
