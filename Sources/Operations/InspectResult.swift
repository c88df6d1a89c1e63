//  What a file of the checkpoints folder holds, as values that the command shows.

import Checkpoints
import DurableIO
import KeyedTables
import Ledgers
import Records

/// What was found in one file.
package struct InspectResult: Sendable {
    package enum Content: Sendable {
        /// A partial, a total, or a table that is not finished.
        case table(TableDescription, TableTotals)
        /// A ledger that could be opened.
        case ledger(LedgerDescription)
        /// A ledger that could not: what its header says, and the pages whose checksums are wrong.
        case damagedLedger(LedgerFileHeader?, pages: Int, damaged: [Int])
        case manifest(ManifestReading)
        /// The writer's lock; who took it last, and whether it is held.
        case lock(LockHolder?, isHeld: Bool)
        /// The log of a ledger.
        case log(LedgerLogHeader?)
        /// The index of a log, which is made anew when it is needed.
        case logIndex
    }

    package var path: String
    /// Bytes.
    package var size: Int
    /// `partial`, `total`, `ledger`, `manifest`, `lock`, `ledger log`, `index of the ledger log`, or `table` for one that does
    /// not say what it is.
    package var kind: String
    /// Of a file under a temporary name: the process that writes or wrote it.
    package var writer: Int32?
    package var content: Content
    /// What is damaged, with places; empty when all is well.
    package var faults: [String] = []
    /// With its words and names.
    package let plan: PlanSettings

    package var isSound: Bool { faults.isEmpty }
}
