//  Reasons with a plan's labels, which cost an allocation each, made before they are needed.

import Records

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
