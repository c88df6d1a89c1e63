//  What records are read for: a fold, which sums a value by keys, or typed rows.
//
//  Finding records and fields is the same for both: where objects around records hold them, which paths of a record are
//  followed, whether lenient JSON is read. They differ in what becomes of the values that were found:
//
//      {"user":"A","n":7}     fold    keys "A", value 7: judged here, summed by the fold
//                             rows    cells: user string A, n number 7: judged by who takes them

import Records

/// What is read of records, and how.
package struct ReadingPlan: Sendable, Hashable {
    /// What the values that were found become.
    enum Target: Sendable, Hashable {
        case fold(FoldPlan)
        case rows(RowSchema)
    }

    let target: Target
    /// Where each field is found: of a fold the keys, then the value.
    let paths: [FieldPath]
    /// One for each field.
    let isRequired: [Bool]
    /// Whether what other programs write in place of JSON is read, too: NaN, Infinity, a comma too many.
    let isLenient: Bool
    /// Where objects around the records hold them: keys from the outside in, down to an array. All of them are read. Empty
    /// to find out from the content.
    let recordPaths: [[[UInt8]]]
    /// Whether every record that fits no shape is looked at for fields that are not declared. Records of a shape have the
    /// fields of the one that it was learned from, so none is missed.
    let seesAllFields: Bool

    package init(_ plan: FoldPlan) {
        target = .fold(plan)
        paths = plan.keyPaths + [plan.valuePath]
        isRequired = paths.map { _ in true }
        isLenient = plan.isLenient
        recordPaths = plan.recordPaths.map { $0.map { Array($0.utf8) } }
        seesAllFields = false
    }

    /// Typed rows. Under `isLenient`, NaN, Infinity and -Infinity become strings of that text.
    package init(
        _ schema: RowSchema, isLenient: Bool = false, recordPaths: [[String]] = [], seesAllFields: Bool = false
    ) {
        target = .rows(schema)
        paths = schema.fields.map(\.path)
        isRequired = schema.fields.map(\.isRequired)
        self.isLenient = isLenient
        self.recordPaths = recordPaths.map { $0.map { Array($0.utf8) } }
        self.seesAllFields = seesAllFields
    }

    /// The rows' schema; nil of a fold.
    var schema: RowSchema? {
        if case .rows(let schema) = target { schema } else { nil }
    }

    /// The fold; nil of rows.
    var fold: FoldPlan? {
        if case .fold(let plan) = target { plan } else { nil }
    }
}
