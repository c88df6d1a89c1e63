//  Names of errors for programs that read a log: the member `error` of a line in JSON. A name that was given out never
//  changes, whatever the message says. docs/debugging.md lists them all; EventTests compares.

import Checkpoints
import Configuration
import DurableIO
import Folding
import KeyedTables
import Ledgers
import Publishing
import Reports
import StatusServer
import Wording

/// What went wrong, for a program.
package enum ErrorName: String, Sendable, Hashable, CaseIterable {
    // The system.
    case diskFull = "disk-full"
    case permissionDenied = "permission-denied"
    case fileMissing = "file-missing"
    case inputOutput = "input-output"
    case databaseBusy = "database-busy"
    case portTaken = "port-taken"
    case system

    // What was asked for or set.
    case configuration
    case request
    case inboxMissing = "inbox-missing"
    case noCheckpoints = "no-checkpoints"

    // Checkpoints.
    case locked
    case checkpointsMoved = "checkpoints-moved"
    case ledgerMissing = "ledger-missing"
    case ledgerDamaged = "ledger-damaged"
    case ledgerOutdated = "ledger-outdated"
    case otherLedger = "other-ledger"
    case otherPlan = "other-plan"
    case newerFormat = "newer-format"
    case ledgerUnreadable = "ledger-unreadable"
    case ledgerRefused = "ledger-refused"
    case tableDamaged = "table-damaged"
    case reportDamaged = "report-damaged"

    // Files.
    case sumsTooLarge = "sums-too-large"
    case filesOpen = "files-open"
    case unknown
}

extension ErrorName {
    package init(_ error: any Error) {
        self =
            switch error {
            case let error as IOError: ErrorName(error)
            case let error as SpillError: ErrorName(error.cause)
            case let error as CheckpointError: ErrorName(error)
            case let error as LedgerError: ErrorName(error)
            case is DamagedTable: .tableDamaged
            case is NewerFormat: .newerFormat
            case is ConfigurationError: .configuration
            case is InboxMissing: .inboxMissing
            case is StatusServerError: .portTaken
            case FoldError.overflow, FoldError.tooManyRecords: .sumsTooLarge
            case is FoldError: .tableDamaged
            case ReportError.output(_, let cause): ErrorName(cause)
            case is ReportError: .reportDamaged
            case let error as any Trouble: ErrorName(error.kind)
            default: .unknown
            }
    }

    private init(_ error: IOError) {
        self =
            if error.isFull {
                .diskFull
            } else if error.isDenied {
                .permissionDenied
            } else if error.isMissing {
                .fileMissing
            } else {
                .inputOutput
            }
    }

    private init(_ error: CheckpointError) {
        self =
            switch error {
            case .locked: .locked
            case .ledgerMissing: .ledgerMissing
            case .ledgerWentBack, .decisionsLost: .ledgerOutdated
            case .otherLedger: .otherLedger
            case .nothingYet: .noCheckpoints
            case .moved: .checkpointsMoved
            }
    }

    private init(_ error: LedgerError) {
        self =
            switch error {
            case .missing: .ledgerMissing
            case .damaged, .notALedger: .ledgerDamaged
            case .newerFormat: .newerFormat
            case .otherPlan: .otherPlan
            case .logUnreadable, .changedWhileRead: .ledgerUnreadable
            case .refused: .ledgerRefused
            case .sumWouldOverflow: .sumsTooLarge
            case .sqlite(let error, _):
                switch error.kind {
                case .damaged: .ledgerDamaged
                case .full: .diskFull
                case .readOnly: .permissionDenied
                case .busy: .databaseBusy
                case .constraint: .ledgerRefused
                case .io: .inputOutput
                case .other: .system
                }
            }
    }

    private init(_ kind: TroubleKind) {
        self =
            switch kind {
            case .request: .request
            case .filesOpen: .filesOpen
            case .locked: .locked
            case .damaged: .reportDamaged
            case .system: .system
            }
    }
}
