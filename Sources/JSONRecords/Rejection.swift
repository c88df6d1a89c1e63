//  A record that was not taken, and where it stands.

import Records

/// A rejected record as the reader saw it; `raw` is good only until the call returns.
package struct Rejection {
    package var reason: RejectReason
    /// Bytes from where the reader began to the record's first byte.
    package var offset: Int
    /// Line feeds from where the reader began to the record's first byte.
    package var linesBefore: Int
    /// Bytes of all rejections before this one: what is passed over behind a broken record, until the next boundary or
    /// the end, belongs to it, and is known only when the next rejection comes or the input ends.
    package var rejectedBytesBefore: Int
    /// The record's text, up to where reading goes on when it could not be read; never more than the longest record.
    /// What is more than the rejection turns out to cover is not part of it.
    package var raw: UnsafeBufferPointer<UInt8>
    /// Whether it is nothing but NUL bytes, as many as it turns out to cover.
    package var isRunOfNULs: Bool
    /// Where to look for what is wrong.
    var place: FlawPlace

    /// What is wrong with it, where that can be told. Worked out when it is asked for, which must be before the call
    /// returns. Of a run of NUL bytes the words do not say how many: see `isRunOfNULs`.
    package var flaw: Flaw? { place.flaw(reason) }
}

/// What the reader itself rejects records for on account of a plan's fields, made once for a reader. Of rows that is little:
/// who takes them judges.
struct FieldReasons {
    /// By the place of the key.
    let missingKeys: [RejectReason]
    let badKeys: [RejectReason]
    let missingValue: RejectReason
    let badValue: RejectReason
    let negativeValue: RejectReason
    /// For a record of which it is only known that its fields are not where they should be.
    let lacking: RejectReason

    init(_ plan: ReadingPlan) {
        let labels: [String]
        switch plan.target {
        case .fold(let plan): labels = plan.keyWords.map(\.label) + [plan.valueWords.label]
        case .rows(let schema): labels = schema.fields.map(\.name)
        }
        missingKeys = labels.map { .missing($0) }
        badKeys = labels.map { .bad($0) }
        // There is a field, and of a fold the value is the last one.
        (missingValue, badValue) = (missingKeys[labels.count - 1], badKeys[labels.count - 1])
        negativeValue = .negative(labels[labels.count - 1])
        lacking = missingKeys[plan.isRequired.firstIndex(of: true) ?? 0]
    }
}

/// What the end of the input means for the whole.
package enum InputEnd: Sendable, Hashable {
    /// The last value was complete.
    case whole
    /// The input ends inside a value, an array or an answer: it may still be growing.
    case insideValue
    /// After a malformed record no boundary was found any more; this many bytes at the end were not read.
    case lost(bytes: Int)
}
