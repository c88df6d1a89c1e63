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

/// The header of a write-ahead log (SQLite's file format, section 4.1).
package struct LedgerLogHeader: Sendable, Hashable {
    package static let bytes = 32
    private static let frameHeader = 24

    package var pageSize: Int
    /// How often the log was begun anew.
    package var sequence: Int
    /// Frames that there is room for; not all of them have to be valid.
    package var frames: Int

    /// Whether a file begins as a log does.
    package static func isLog(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x37, 0x7F, 0x06]) && bytes.count > 3 && (bytes[3] == 0x82 || bytes[3] == 0x83)
    }

    /// Nil when the bytes are not those of a log.
    package init?(_ bytes: [UInt8], size: Int) {
        guard bytes.count >= Self.bytes, Self.isLog(bytes) else { return nil }
        func integer(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { $0 << 8 | Int($1) } }
        pageSize = integer(8..<12)
        sequence = integer(12..<16)
        guard pageSize > 0 else { return nil }
        frames = (size - Self.bytes) / (pageSize + Self.frameHeader)
    }
}
