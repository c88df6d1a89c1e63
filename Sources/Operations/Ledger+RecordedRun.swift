//  Runs of this process.

import Glibc
import Ledgers
import Wording

extension Ledger {
    /// Does one run of this process, in the ledger's frame.
    ///
    /// - Parameter plan: what reports are made with, as text; nil when none are made.
    func recordedRun<Result>(
        _ command: String, plan: String? = nil, _ body: (RunID) throws -> (Result, RunSummary)
    ) throws -> Result {
        try recordedRun(command, tool: Tool.name, pid: Int(getpid()), plan: plan, body)
    }

    /// The same for a run that gives nothing but what is written down.
    func recordedRun(_ command: String, _ body: (RunID) throws -> RunSummary) throws {
        try recordedRun(command) { ((), try body($0)) }
    }
}
