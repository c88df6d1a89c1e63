//  Runs of this process.

import Foundation
import Ledgers

extension Ledger {
    /// Runs `body` as one run of this process, which ends as it says, or as failed when it throws.
    func recordedRun(_ command: String, _ body: (RunID) throws -> RunSummary) throws {
        try recordedRun(
            command, tool: Tool.name, pid: Int(ProcessInfo.processInfo.processIdentifier), body)
    }
}
