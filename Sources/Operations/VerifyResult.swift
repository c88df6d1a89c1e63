//  What a verification finds, and the digest by which it compares rows.

import Codecs
import Folding

/// What a verification found.
package struct VerifyResult: Sendable {
    /// What the checkpoints cannot do without: the ledger and the partials.
    package var damages: [String] = []
    /// What is derived and not right.
    package var stale: [String] = []
    /// What is derived and of an earlier state; the next run renews it.
    package var behind: [String] = []
    /// Damage to what neither counts nor can count again: earlier generations can no longer be had.
    package var history: [String] = []
    /// Damage to rows that are kept of files that are in use: no number depends on them.
    package var keptRows: [String] = []
    package var partials = 0
    package var rows = 0
    /// Files with partials of folds.
    package var packs = 0
    /// Raw files that were folded afresh and compared.
    package var sampled = 0
    /// Files that count and could not be folded afresh, in words.
    package var leftOut: [String] = []
    /// What a repair did and could not do, in words.
    package var repairs: [String] = []
    /// Whether everything found was made good, as far as it could be.
    package var isRepaired = false
    /// Whether something could not be had again: records that counted, decisions, or the history of runs and states.
    package var hasLost = false

    package var isSound: Bool { damages.isEmpty && stale.isEmpty || isRepaired }
}

/// Identifies a stream of batches by their rows.
struct RowDigest: Equatable {
    private var chain: [XXH128] = []
    private var rows = 0

    /// Batches are cut alike wherever they come from a merge.
    mutating func add(_ batch: KeyedBatch) {
        rows += batch.count
        for key in batch.keys {
            chain.append(key.bytes.withUnsafeBytes { XXH128(of: $0) })
            chain.append(key.offsets.withUnsafeBytes { XXH128(of: $0) })
        }
        for measure in batch.measures { chain.append(measure.withUnsafeBytes { XXH128(of: $0) }) }
    }
}
