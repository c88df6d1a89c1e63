//  Reasons with a plan's labels, which cost an allocation each, made before they are needed.

import Records

/// What records are rejected for on account of a plan's fields, made once for a reader.
struct FieldReasons {
    /// By the place of the key.
    let missingKeys: [RejectReason]
    let badKeys: [RejectReason]
    let missingValue: RejectReason
    let badValue: RejectReason
    let negativeValue: RejectReason

    init(_ plan: FoldPlan) {
        missingKeys = plan.keyWords.map { .missing($0.label) }
        badKeys = plan.keyWords.map { .bad($0.label) }
        missingValue = .missing(plan.valueWords.label)
        badValue = .bad(plan.valueWords.label)
        negativeValue = .negative(plan.valueWords.label)
    }
}
