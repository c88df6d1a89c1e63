//  Everything that can go wrong with the program, as one type. Each error is one sentence.

import DurableIO

package enum DuckDBError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The text could not be run, and the session goes on unless the kind is `internal`.
    case statement(StatementError)
    /// It ran longer than this many seconds and was stopped. The session is over.
    case timedOut(seconds: Double)
    /// `cancel` was called. The session is over.
    case cancelled
    /// The program ended by itself, or somebody else ended it. `lastWords` is the first line that it wrote on standard error for
    /// this statement.
    case died(ChildEnding, lastWords: String)
    /// A result of more bytes than `DuckDBLimits.answerBytes`. The session is over.
    case answerTooLong(bytes: Int)
    /// What came back is not what DuckDB writes. The session is over.
    case unintelligible(String)
    /// The program did not accept its sandbox, so nothing was run in it.
    case notSandboxed(String)
    /// The session is over, by an earlier error or `close`.
    case over
    /// The program could not be started.
    case notStarted(IOError)
    /// A file that a session may not have: a pattern for DuckDB, or not text that can be sent.
    case unusablePath(String, problem: String)
    /// A file or folder of the session could not be opened, made or removed.
    case file(IOError)

    package var description: String {
        switch self {
        case .statement(let error):
            switch error.kind {
            case .outOfMemory: "DuckDB has not enough memory, which --memory sets: \(error.words)"
            case .outOfDisk, .outOfTemporarySpace, .inputOutput: "DuckDB cannot read or write: \(error.words)"
            default: "DuckDB: \(error.words)"
            }
        case .timedOut(let seconds): "DuckDB was stopped because a statement took longer than \(Self.number(seconds)) s"
        case .cancelled: "DuckDB was stopped"
        case .died(let ending, let words):
            "DuckDB \(ending)" + Self.hint(ending) + (words.isEmpty ? "" : "; its last words: \(words)")
        case .answerTooLong(let bytes): "DuckDB was stopped because its answer has more than \(bytes) bytes"
        case .unintelligible(let text): "this program does not answer as DuckDB does: \(text)"
        case .notSandboxed(let problem): "DuckDB was not used because it did not accept its limits: \(problem)"
        case .over: "this session of DuckDB has ended"
        case .notStarted(let error): error.description
        case .unusablePath(let path, let problem): "DuckDB cannot be given the file \(path): \(problem)"
        case .file(let error): error.description
        }
    }

    /// Who sends a KILL that we did not send.
    private static func hint(_ ending: ChildEnding) -> String {
        ending == .signalled(number: 9) ? ", as the kernel does when memory runs out" : ""
    }

    private static func number(_ seconds: Double) -> String {
        seconds == seconds.rounded() && abs(seconds) < 1e15 ? String(Int(seconds)) : String(seconds)
    }
}
