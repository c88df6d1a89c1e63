//  Why the ledger could not be opened, read or written.

/// A failure of the ledger, told by what to do about it.
package enum LedgerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no file at the path.
    case missing(path: String)
    /// The file is a ledger no longer, or never was one.
    case damaged(path: String, detail: String)
    /// The file is a database of something else.
    case notALedger(path: String)
    /// The file was written by a newer program.
    case newerFormat(path: String, found: Int, supported: Int)
    /// The ledger was made for another plan.
    case otherPlan(path: String, found: String, wanted: String)
    /// The files beside the ledger cannot be made, and a writer that did not end in order left a log that cannot be read.
    case logUnreadable(path: String)
    /// The file was read without locks, because its folder cannot be written, and a writer changed something meanwhile.
    /// Read again.
    case changedWhileRead(path: String)
    /// A change was refused; nothing of it was written.
    case refused(ChangeViolation)
    /// With this file, a sum over what counts might not fit in 64 bits; nothing was written.
    case sumWouldOverflow(name: String)
    /// SQLite failed: full disk, I/O, permission, lock. `SQLiteError.kind` tells which.
    case sqlite(SQLiteError, doing: String)

    package var description: String {
        switch self {
        case .missing(let path): "\(path): there is no ledger"
        case .damaged(let path, let detail): "\(path): the ledger is damaged: \(detail)"
        case .notALedger(let path): "\(path): this is a database, but not a Watchfold ledger"
        case .newerFormat(let path, let found, let supported):
            "\(path): the ledger has format \(found), this program reads up to \(supported): use a newer watchfold"
        case .otherPlan(let path, let found, let wanted):
            "\(path): the ledger was made for the plan \(found), not for \(wanted)"
        case .logUnreadable(let path):
            "\(path): a writer left \(path)-wal, which cannot be read: run watchfold once as its owner"
        case .changedWhileRead(let path): "\(path): the ledger changed while it was being read: try again"
        case .refused(let violation): "the ledger refuses a change: \(violation)"
        case .sumWouldOverflow(let name): "with \(name) the sum over all files might not fit in 64 bits"
        case .sqlite(let error, let doing): "\(doing): \(error)"
        }
    }
}
