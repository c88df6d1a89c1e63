//  Every record ends in exactly one of these, and all are counted.

/// Why a record was rejected. Fields are named by their plan's labels (`FieldWords.label`).
package enum RejectReason: Sendable, Hashable {
    case malformedJSON
    case notAnObject
    case invalidUTF8
    case recordTooLong
    case truncated
    /// A record of CSV in which quotes, carriage returns or NUL bytes are where none may be.
    case malformedCSV
    /// A record of CSV with fewer, or more, fields than the file has columns.
    case shortRow
    case longRow
    /// A field that is not there, or null.
    case missing(_ label: String)
    /// A field of a type or form that is not read.
    case bad(_ label: String)
    /// A number below zero where none is taken.
    case negative(_ label: String)

    /// The text of the reason, such as `missing-user`: it is in checkpoints, reports and dead letters, and never changes.
    package var rawValue: String {
        switch self {
        case .malformedJSON: "malformed-json"
        case .notAnObject: "not-an-object"
        case .invalidUTF8: "invalid-utf8"
        case .recordTooLong: "record-too-long"
        case .truncated: "truncated"
        case .malformedCSV: "malformed-csv"
        case .shortRow: "short-row"
        case .longRow: "long-row"
        case .missing(let label): Self.missingPrefix + label
        case .bad(let label): Self.badPrefix + label
        case .negative(let label): Self.negativePrefix + label
        }
    }

    /// The reason with that text; nil when it is the text of none.
    package init?(rawValue: String) {
        let general = [
            Self.malformedJSON, .notAnObject, .invalidUTF8, .recordTooLong, .truncated, .malformedCSV, .shortRow,
            .longRow,
        ]
        if let reason = general.first(where: { $0.rawValue == rawValue }) {
            self = reason
            return
        }
        func label(after prefix: String) -> String? {
            guard rawValue.hasPrefix(prefix) else { return nil }
            let label = rawValue.dropFirst(prefix.count)
            return FieldWords.isLabel(label) ? String(label) : nil
        }
        if let label = label(after: Self.missingPrefix) {
            self = .missing(label)
        } else if let label = label(after: Self.badPrefix) {
            self = .bad(label)
        } else if let label = label(after: Self.negativePrefix) {
            self = .negative(label)
        } else {
            return nil
        }
    }

    private static let missingPrefix = "missing-"
    private static let badPrefix = "bad-"
    private static let negativePrefix = "negative-"
}

extension RejectReason: Comparable {
    /// The order of their texts.
    package static func < (a: RejectReason, b: RejectReason) -> Bool { a.rawValue < b.rawValue }
}

/// How many records ended how. `read = folded + ignored + rejected` holds by construction of `read`; the reader counts
/// what it read on its own and `isConserved(read:)` compares the two.
package struct OutcomeCounts: Sendable, Hashable {
    package var folded = 0
    package var ignored = 0
    package var rejected: [RejectReason: Int] = [:]
    /// Folded records in which a field was taken from another type: digits for a key, a string or a float for the value.
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
