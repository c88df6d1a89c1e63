//  How much memory the tables and runs of a fold may take.
//
//      memory    ├── fixed ──┼─ floor ─┼─ floor ─┼──────────────── pool ─────────────────┤
//
//  `fixed` is what the program needs besides: buffers, the ledger, merging. Each thread has a floor that nobody can take
//  from it, so that a table put aside is never tiny. What a table needs beyond its floor comes out of the pool, and so
//  does each run that waits in memory for its file's end or for the commit. When the pool does not give, a table is put
//  aside.

import Glibc
import Synchronization

/// Bytes that threads share.
final class MemoryBudget: Sendable {
    /// Bytes that each thread has for itself.
    let floor: Int
    private let pool: Mutex<Int>

    /// Buffers of a thread and its part of a merge.
    private static let fixedPerThread = 16_000_000
    private static let fixed = 64_000_000
    /// The smallest table doubles within this.
    private static let leastFloor = 512 << 10

    /// - Parameter memory: bytes for the whole program.
    init(memory: Int, jobs: Int) {
        let tables = max(memory - Self.fixed - jobs * Self.fixedPerThread, memory / 4)
        floor = max(tables / (4 * jobs), Self.leastFloor)
        pool = Mutex(max(0, tables - jobs * floor))
    }

    /// Takes bytes out of the pool; negative: gives them back.
    ///
    /// - Returns: whether there were as many.
    fileprivate func take(_ bytes: Int) -> Bool {
        pool.withLock { left in
            guard bytes <= max(left, 0) else { return false }
            left -= bytes
            return true
        }
    }
}

/// What one table or run has taken out of the pool; given back when it goes.
///
/// `@unchecked Sendable`: one thread has it at a time.
final class MemoryShare: @unchecked Sendable {
    private let budget: MemoryBudget
    private var taken = 0

    init(_ budget: MemoryBudget) { self.budget = budget }

    deinit { _ = budget.take(-taken) }

    /// Takes so much out of the pool as is needed, or gives back what is not.
    ///
    /// - Returns: whether there was as much; otherwise nothing is changed.
    func set(_ bytes: Int) -> Bool {
        let bytes = max(bytes, 0)
        guard budget.take(bytes - taken) else { return false }
        taken = bytes
        return true
    }
}

/// Where commands without checkpoints put aside what does not fit into memory.
package enum ScratchFolder {
    package static var path: String {
        guard let folder = getenv("TMPDIR").map({ String(cString: $0) }), !folder.isEmpty else { return "/tmp" }
        return folder
    }
}
