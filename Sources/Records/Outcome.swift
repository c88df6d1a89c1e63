//  Every record ends in exactly one of these, and all are counted.

/// Why a record was rejected. Fields of a fold are named by their plan's labels (`FieldWords.label`), those of rows by their
/// own names, which may be any text.
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
        // By bytes: a name may begin with a mark that makes one character of itself and the hyphen.
        func name(after prefix: String) -> String? {
            let (text, prefix) = (rawValue.utf8, prefix.utf8)
            guard text.count > prefix.count, text.starts(with: prefix) else { return nil }
            return String(decoding: text.dropFirst(prefix.count), as: UTF8.self)
        }
        if let name = name(after: Self.missingPrefix) {
            self = .missing(name)
        } else if let name = name(after: Self.badPrefix) {
            self = .bad(name)
        } else if let name = name(after: Self.negativePrefix), FieldWords.isLabel(name) {
            // Rows have no such rule.
            self = .negative(name)
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
