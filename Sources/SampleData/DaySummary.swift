//  What a reader of a generated day should find, counted while the day was made.

/// The expected counts of one app.
package struct AppCount: Sendable, Hashable {
    package let name: String
    /// Lines with this app.
    package internal(set) var records = 0
    /// Those of them that the default rules fold: the contract is neither null nor `"0"`, the duration not negative.
    package internal(set) var foldedRecords = 0
    /// The seconds of the folded ones.
    package internal(set) var foldedSeconds = 0
}

/// The expected counts of one day. `records = folded + nullContracts + zeroContracts + negativeDurations`: a record
/// with an odd contract never has a negative duration, so the sum holds in whichever order a reader checks.
package struct DaySummary: Sendable, Hashable {
    package internal(set) var records = 0
    /// Bytes of JSON.
    package internal(set) var bytes = 0
    /// Bytes given to the sink; the same as `bytes` unless they were compressed.
    package internal(set) var packedBytes = 0
    package internal(set) var nullContracts = 0
    package internal(set) var zeroContracts = 0
    package internal(set) var negativeDurations = 0
    /// By falling published share.
    package internal(set) var apps = PublishedProfile.apps.map { AppCount(name: $0.name) }

    /// Records that the default rules fold.
    package var folded: Int { apps.reduce(0) { $0 + $1.foldedRecords } }

    package init() {}

    /// The counts of several days together.
    package mutating func add(_ other: DaySummary) {
        records += other.records
        bytes += other.bytes
        packedBytes += other.packedBytes
        nullContracts += other.nullContracts
        zeroContracts += other.zeroContracts
        negativeDurations += other.negativeDurations
        for index in apps.indices {
            apps[index].records += other.apps[index].records
            apps[index].foldedRecords += other.apps[index].foldedRecords
            apps[index].foldedSeconds += other.apps[index].foldedSeconds
        }
    }
}
