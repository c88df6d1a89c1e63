//  What a watch knows about itself, for those who ask from other threads: the status server and the service manager.

import Ledgers
import Records
import Synchronization

/// Counters since the start of the watch, and how things are now.
struct WatchFacts: Sendable {
    /// The folder of the reports.
    var output = ""
    /// The state of each file that the ledger knows.
    var states: [ByteOrdered: FileState] = [:]
    /// The days that the files at work are of, `YYYY-MM-DD`.
    var dates: [ByteOrdered: String] = [:]
    /// Files that were seen and are not read yet.
    var backlog = 0
    /// Records of all files that were read since the start.
    var counts = OutcomeCounts()
    /// Bytes of content read since the start.
    var bytes = 0
    /// Files read since the start.
    var filesRead = 0
    var publications = 0
    var generation = 0
    /// When the reports were last known to be current, Unix seconds; nil before the first time.
    var lastPublication: Double?
    /// Errors that were met and tried again.
    var errors = 0
    var hookFailures = 0
    var outputFailures = 0
    /// How often the command for problems failed.
    var problemCommandFailures = 0
    /// What a person should know of, although the watch does its work.
    var problems = ProblemBook()
    /// What keeps the watch from its work; nil when nothing does.
    var trouble: String?

    /// How many files are in each state.
    var files: [FileState: Int] {
        var files: [FileState: Int] = [:]
        for state in states.values { files[state, default: 0] += 1 }
        return files
    }

    /// A file was committed in a state.
    mutating func note(_ file: FileResult) {
        states[ByteOrdered(file.name)] = file.state
        problems.note(
            file: file.name, file.state, isUnusual: file.isUnusual, reason: file.reason,
            date: dates[ByteOrdered(file.name)])
    }

    mutating func add(_ result: RunResult) {
        for file in result.files where !file.isUnchanged {
            counts.add(file.counts)
            filesRead += 1
        }
        bytes += result.bytes
    }
}

/// The facts, shared.
package final class WatchFactsBox: Sendable {
    private let facts = Mutex(WatchFacts())
    private let onProblems = Mutex<(@Sendable () -> Void)?>(nil)

    package init() {}

    var value: WatchFacts { facts.withLock { $0 } }

    func update(_ change: (inout WatchFacts) -> Void) {
        let hasOtherProblems = facts.withLock { facts in
            let before = facts.problems
            change(&facts)
            return facts.problems != before
        }
        if hasOtherProblems, let action = onProblems.withLock({ $0 }) { action() }
    }

    /// What to do when there are other problems than before, on the thread that found it out.
    func onOtherProblems(_ action: @escaping @Sendable () -> Void) { onProblems.withLock { $0 = action } }
}
