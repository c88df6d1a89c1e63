//  What kind of trouble the errors are that only commands meet.

import DurableIO
import Inbox
import Ledgers
import SampleData
import StatusServer
import Wording

extension SampleError: Trouble { package var kind: TroubleKind { .request } }
extension StatusServerError: Trouble { package var kind: TroubleKind { .system } }
extension AlarmError: Trouble { package var kind: TroubleKind { .system } }

/// Whether an error says that the disk is full, or the user's share of it.
func isForWantOfRoom(_ error: any Error) -> Bool {
    switch error {
    case let error as IOError: error.isFull
    case LedgerError.sqlite(let error, _): error.kind == .full
    default: false
    }
}
