//  Some of the records that were rejected for what their fields are, whole: what hints are made from, and tried on.
//
//  The first ones, and some from all over the file: those whose offsets have the smallest hashes. Which ones these are
//  depends on the content alone, not on how it was cut and how many threads read it.
//
//      rejected at   0   170   330   512   700   …   88552   90114   …
//      kept          first ones: 0 … 700             smallest hashes: 170, 90114, …

import JSONRecords
import Records

/// Rejected records that are looked at closely.
package struct RecordSample: Sendable {
    package struct Record: Sendable {
        package var reason: RejectReason
        /// Of its first byte, in the decompressed content.
        package var offset: Int
        package var raw: [UInt8]
    }

    /// Records that are kept of each kind, at most.
    private static let limit = 32
    /// A longer record, in bytes, is none to look at.
    private static let longestRecord = 16_000
    /// Whether a record that is rejected for this is valid JSON whose fields tell why.
    private static func isOfFields(_ reason: RejectReason) -> Bool {
        switch reason {
        case .notAnObject, .missing, .bad: true
        case .malformedJSON, .malformedCSV, .shortRow, .longRow, .invalidUTF8, .recordTooLong, .truncated, .negative:
            false
        }
    }

    private var first: [Record] = []
    /// Ascending by the hashes of their offsets.
    private var spread: [(hash: UInt64, record: Record)] = []

    package init() {}

    /// Whether nothing was rejected that is looked at.
    package var isEmpty: Bool { first.isEmpty }

    /// In the order of the file, each once.
    package var records: [Record] {
        var all = Dictionary(first.map { ($0.offset, $0) }) { first, _ in first }
        for (_, record) in spread { all[record.offset] = record }
        return all.values.sorted { $0.offset < $1.offset }
    }

    /// - Parameter base: where the reader began, in the file.
    package mutating func add(_ rejection: Rejection, base: Int) {
        guard Self.isOfFields(rejection.reason), rejection.raw.count <= Self.longestRecord else { return }
        let offset = base + rejection.offset
        let hash = Self.hash(offset)
        let isFirst = first.count < Self.limit
        guard isFirst || isLow(hash) else { return }
        let record = Record(reason: rejection.reason, offset: offset, raw: Array(rejection.raw))
        if isFirst { first.append(record) }
        spread(record, hash)
    }

    /// - Parameter later: of a part of the file behind this one.
    package mutating func add(_ later: RecordSample) {
        first += later.first.prefix(Self.limit - first.count)
        for (hash, record) in later.spread { spread(record, hash) }
    }

    private func isLow(_ hash: UInt64) -> Bool { spread.count < Self.limit || hash < spread[spread.count - 1].hash }

    private mutating func spread(_ record: Record, _ hash: UInt64) {
        guard isLow(hash) else { return }
        spread.insert((hash, record), at: spread.firstIndex { hash < $0.hash } ?? spread.count)
        if spread.count > Self.limit { spread.removeLast() }
    }

    /// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): a permutation, so no two offsets have one hash.
    private static func hash(_ offset: Int) -> UInt64 {
        var z = UInt64(truncatingIfNeeded: offset) &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
