//  How long the stages of a command took.
//
//      finding ─▶ settling ─▶ reading ─▶ manifest ─▶ planning ─▶ merging ─▶ placing ─▶ outputs
//                             └ partials, commits: within reading
//
//  Most stages follow one another, and their times add up to nearly that of the command. Partials are written by the
//  threads that read, at the same time: their times are those of all threads together and may exceed that of reading.

import Synchronization

/// A stage of a command. The raw values are members of JSON that programs read.
package enum Stage: String, Sendable, Hashable, CaseIterable {
    /// Listing the inbox and comparing it with the ledger.
    case finding
    /// Settling anew what counts, when the settings that decide it changed.
    case settling
    /// Reading and folding files, with all that is done for each of them.
    case reading
    /// Within reading, on all threads together: sorting, merging and writing partials.
    case partials
    /// Within reading: commits to the ledger.
    case commits
    case manifest
    /// Finding out what the total and the reports are made from.
    case planning
    /// Merging, and making the rows of reports.
    case merging
    /// Making total and reports durable and giving them their names.
    case placing
    /// Making the configured outputs.
    case outputs
}

/// What a stage took.
package struct StageTime: Sendable, Hashable {
    package var stage: Stage
    package var seconds: Double

    package init(_ stage: Stage, seconds: Double) {
        self.stage = stage
        self.seconds = seconds
    }
}

/// Adds up times by stage, from any thread.
package final class StageClock: Sendable {
    private let sums = Mutex<[Stage: Duration]>([:])

    package init() {}

    package func measure<Result>(_ stage: Stage, _ body: () throws -> Result) rethrows -> Result {
        let start = ContinuousClock.now
        defer { add(stage, ContinuousClock.now - start) }
        return try body()
    }

    package func add(_ stage: Stage, _ time: Duration) { sums.withLock { $0[stage, default: .zero] += time } }

    /// Those of the stages that there were, in their order.
    package var times: [StageTime] {
        sums.withLock { sums in
            Stage.allCases.compactMap { stage in
                sums[stage].map { time in
                    let (seconds, attoseconds) = time.components
                    return StageTime(stage, seconds: Double(seconds) + Double(attoseconds) / 1e18)
                }
            }
        }
    }
}
