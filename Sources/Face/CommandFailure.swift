//  From trouble to exit codes and messages.

import Postgres
import Publishing
import Records
import Reports
import Wording

/// How a command ends when it does not end well.
package enum FailureCode: Int32, Sendable {
    case usage = 1
    case filesOpen = 2
    case locked = 3
    case damaged = 4
    case system = 5

    init(_ kind: TroubleKind) {
        switch kind {
        case .request: self = .usage
        case .filesOpen: self = .filesOpen
        case .locked: self = .locked
        case .damaged: self = .damaged
        case .system: self = .system
        }
    }
}

extension TroubleKind {
    init(_ code: FailureCode) {
        switch code {
        case .usage: self = .request
        case .filesOpen: self = .filesOpen
        case .locked: self = .locked
        case .damaged: self = .damaged
        case .system: self = .system
        }
    }
}

/// An error with the exit code that it means.
package struct CommandFailure: Trouble {
    package var code: FailureCode
    /// Nil when everything was said already, or nobody listens any more.
    package var message: String?

    package var kind: TroubleKind { TroubleKind(code) }
    package var words: String { message ?? "" }

    package init(_ code: FailureCode, _ message: String?) {
        self.code = code
        self.message = message
    }

    /// Nil for errors that are not ours.
    package init?(_ error: any Error) {
        if let failure = error as? CommandFailure {
            self = failure
        } else if let trouble = error as? any Trouble {
            self.init(FailureCode(trouble.kind), Publishing.words(of: trouble, builtInPlan.settings.fold))
        } else {
            return nil
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
}
