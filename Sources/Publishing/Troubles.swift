//  What kind of trouble the errors of the rooms below are, and what people are advised to do about them.

import Checkpoints
import Configuration
import DurableIO
import Folding
import Inbox
import KeyedTables
import Ledgers
import Postgres
import Records
import Tables
import Wording

extension ConfigurationError: Trouble { package var kind: TroubleKind { .request } }
extension QueryError: Trouble { package var kind: TroubleKind { .request } }
extension InboxError: Trouble { package var kind: TroubleKind { .request } }
extension IOError: Trouble { package var kind: TroubleKind { .system } }
extension NewerFormat: Trouble { package var kind: TroubleKind { .damaged } }
extension FoldError: Trouble { package var kind: TroubleKind { .damaged } }

/// An error in words, with those of a plan where it is about keys and sums.
package func words(of error: any Error, _ plan: FoldPlan) -> String {
    (error as? FoldError)?.text(plan) ?? words(of: error)
}

extension PostgresError: Trouble {
    package var kind: TroubleKind { if case .address = self { .request } else { .system } }
}

extension CheckpointError: Trouble {
    package var kind: TroubleKind {
        switch self {
        case .locked: .locked
        case .ledgerMissing, .ledgerWentBack, .decisionsLost, .otherLedger: .damaged
        case .moved: .system
        case .nothingYet: .request
        }
    }
}

extension LedgerError: Trouble {
    package var kind: TroubleKind {
        switch self {
        case .missing, .damaged, .notALedger, .newerFormat, .otherPlan, .refused, .sumWouldOverflow: .damaged
        case .logUnreadable, .changedWhileRead: .system
        case .sqlite(let error, _): error.kind == .damaged ? .damaged : .system
        }
    }

    package var words: String {
        "\(self)" + (isRepairable ? "; `watchfold verify --repair` rebuilds it from the partials" : "")
    }

    /// Whether a rebuilt ledger would help.
    private var isRepairable: Bool {
        switch self {
        case .missing, .damaged, .notALedger: true
        default: false
        }
    }
}

extension DamagedTable: Trouble {
    package var kind: TroubleKind { .damaged }
    package var words: String { "\(self); `watchfold verify` shows more" }
}

extension WorkbookError: Trouble {
    package var kind: TroubleKind {
        switch self {
        case .library, .archive: .system
        case .tooLarge: .request
        case .rowsChanged: .damaged
        }
    }
}
