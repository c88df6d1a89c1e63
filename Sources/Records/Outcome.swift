//  Every record ends in exactly one of these, and all are counted.

/// Why a record was rejected. The raw values appear in checkpoints, reports and dead letters, and never change.
package enum RejectReason: String, Sendable, Hashable, CaseIterable, Comparable {
    case malformedJSON = "malformed-json"
    case notAnObject = "not-an-object"
    case missingContract = "missing-contract"
    case missingApp = "missing-app"
    case missingDuration = "missing-duration"
    case badContract = "bad-contract"
    case badApp = "bad-app"
    case badDuration = "bad-duration"
    case negativeDuration = "negative-duration"
    case invalidUTF8 = "invalid-utf8"
    case recordTooLong = "record-too-long"
    case truncated

    package static func < (a: RejectReason, b: RejectReason) -> Bool { a.rawValue < b.rawValue }
}

/// How many records ended how. `read = folded + ignored + rejected` holds by construction of `read`; the reader counts
/// what it read on its own and `isConserved(read:)` compares the two.
package struct OutcomeCounts: Sendable, Hashable {
    package var folded = 0
    package var ignored = 0
    package var rejected: [RejectReason: Int] = [:]
    /// Folded records in which a field was taken from another type: digits for a contract, a string or a float for a duration.
    package var coerced = 0

    package init() {}

    package var rejectedTotal: Int { rejected.values.reduce(0, +) }
    package var read: Int { folded + ignored + rejectedTotal }

    package mutating func add(_ other: OutcomeCounts) {
        folded += other.folded
        ignored += other.ignored
        coerced += other.coerced
        rejected.merge(other.rejected, uniquingKeysWith: +)
    }
}
