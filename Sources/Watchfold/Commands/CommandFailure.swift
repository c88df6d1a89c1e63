//  From errors to exit codes and messages.

import Checkpoints
import Configuration
import DurableIO
import Folding
import Inbox
import Postgres
import Records
import Reports
import SampleData
import StatusServer

/// How a command ends when it does not end well.
package enum FailureCode: Int32, Sendable {
    case usage = 1
    case filesOpen = 2
    case locked = 3
    case damaged = 4
    case system = 5
}

/// An error with the exit code that it means.
package struct CommandFailure: Error {
    package var code: FailureCode
    /// Nil when everything was said already, or nobody listens any more.
    package var message: String?

    package init(_ code: FailureCode, _ message: String?) {
        self.code = code
        self.message = message
    }

    /// Nil for errors that are not ours.
    package init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as ConfigurationError: self.init(.usage, "\(error)")
        case let error as CategoryMapError: self.init(.usage, "\(error)")
        case let error as QueryError: self.init(.usage, "\(error)")
        case let error as SampleError: self.init(.usage, "\(error)")
        case let error as InboxError: self.init(.usage, "\(error)")
        case let error as DecisionRefused: self.init(.usage, "\(error)")
        case let error as StatusServerError: self.init(.system, "\(error)")
        case let error as AlarmError: self.init(.system, "\(error)")
        case let error as PostgresError:
            if case .address = error { self.init(.usage, "\(error)") } else { self.init(.system, "\(error)") }
        case let error as InboxMissing: self.init(.usage, "\(error)")
        case let error as IOError: self.init(.system, "\(error)")
        case let error as CheckpointError:
            switch error {
            case .locked: self.init(.locked, "\(error)")
            case .ledgerMissing, .ledgerWentBack, .decisionsLost, .otherLedger: self.init(.damaged, "\(error)")
            case .moved: self.init(.system, "\(error)")
            case .nothingYet: self.init(.usage, "\(error)")
            }
        case let error as LedgerError:
            let code = Self.code(error)
            let advice = Self.isRepairable(error) ? "; `watchfold verify --repair` rebuilds it from the partials" : ""
            self.init(code, "\(error)\(advice)")
        case let error as DamagedTable: self.init(.damaged, "\(error); `watchfold verify` tells more")
        case let error as NewerFormat: self.init(.damaged, "\(error)")
        case let error as FoldError: self.init(.damaged, error.text(PlanSettings.builtIn.fold))
        case let error as ReportError:
            if case .output(_, let cause) = error, let failure = CommandFailure(cause) {
                self = failure
            } else {
                self.init(.damaged, "\(error)")
            }
        case let error as WorkbookError:
            switch error {
            case .library, .archive: self.init(.system, "\(error)")
            case .tooLarge: self.init(.usage, "\(error)")
            case .rowsChanged: self.init(.damaged, "\(error)")
            }
        default: return nil
        }
    }

    /// A command that there is not, and the one that was perhaps meant.
    package init(unknownCommand word: String, among commands: [String]) {
        let meant = nearest(to: word, among: commands).map { "did you mean \($0)?" }
        self.init(.usage, "there is no command \"\(word)\"; \(meant ?? "`watchfold --help` lists all")")
    }

    /// A message as it may go to a terminal, on as many lines as it has. It may quote what was written on the command line,
    /// and that may be the address of a database in a place where none belongs.
    package static func shown(_ message: String) -> String {
        Masked.addresses(in: message).split(separator: "\n", omittingEmptySubsequences: false).map {
            Show.name(String($0))
        }
        .joined(separator: "\n")
    }

    /// Whether an error says that the disk is full, or the user's share of it.
    static func isForWantOfRoom(_ error: any Error) -> Bool {
        switch error {
        case let error as IOError: error.isFull
        case LedgerError.sqlite(let error, _): error.kind == .full
        default: false
        }
    }

    /// Whether a rebuilt ledger would help.
    private static func isRepairable(_ error: LedgerError) -> Bool {
        switch error {
        case .missing, .damaged, .notALedger: true
        default: false
        }
    }

    private static func code(_ error: LedgerError) -> FailureCode {
        switch error {
        case .missing, .damaged, .notALedger, .newerFormat, .otherPlan, .refused, .sumWouldOverflow: .damaged
        case .logUnreadable, .changedWhileRead: .system
        case .sqlite(let error, _): error.kind == .damaged ? .damaged : .system
        }
    }
}
