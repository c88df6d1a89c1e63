//  What a watch knows about itself, for those who ask from other threads: the status server and the service manager.

import Checkpoints
import Records
import Synchronization

/// Counters since the start of the watch, and how things are now.
struct WatchFacts: Sendable {
    /// The folder of the reports.
    var output = ""
    /// Files that the ledger knows, by state.
    var files: [FileState: Int] = [:]
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
    /// What keeps the watch from its work; nil when nothing does.
    var problem: String?

    mutating func add(_ report: RunReport) {
        for file in report.files where !file.isUnchanged {
            counts.add(file.counts)
            filesRead += 1
        }
        bytes += report.bytes
    }
}

/// The facts, shared.
final class WatchFactsBox: Sendable {
    private let facts = Mutex(WatchFacts())

    var value: WatchFacts { facts.withLock { $0 } }
    func update(_ change: (inout WatchFacts) -> Void) { facts.withLock { change(&$0) } }
}
