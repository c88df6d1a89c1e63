//  What can go wrong with sums.

import Records

/// A sum that does not fit, or rows that cannot be; a key says where.
package enum FoldError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The absolute values of all records pass Int64.max. This key is among them: the one with the largest sum, where all
    /// are known.
    case overflow(key: String)
    /// One key has more records in one file than can be counted (4,294,967,295).
    case tooManyRecords(key: String)
    /// Taking away what was added before left less than nothing: the total and the partials do not belong together.
    case negativeCount(key: String)
    /// Rows that should ascend do not.
    case notSorted(key: String)

    /// Without the words of a plan; what people are shown is `text(_:)`.
    package var description: String { text(unit: "values", noun: "key", other: "key") }

    /// In the words of the plan whose rows they are.
    package func text(_ plan: FoldPlan) -> String {
        text(unit: plan.unit, noun: plan.keyWords[0].noun, other: plan.keyWords.dropFirst().first?.noun)
    }

    /// The text of any error, in a plan's words where it is one of these.
    package static func text(_ error: any Error, _ plan: FoldPlan) -> String {
        (error as? FoldError)?.text(plan) ?? "\(error)"
    }

    private func text(unit: String, noun: String, other: String?) -> String {
        switch self {
        case .overflow(let key): "the sum of \(unit), including those of \(noun) \(key), exceeds \(Int64.max)"
        case .tooManyRecords(let key):
            "\(noun) \(key) has more than \(UInt32.max) records\(other.map { " of one \($0)" } ?? "") in one file"
        case .negativeCount(let key): "the total has fewer records of \(noun) \(key) than a partial that it contains"
        case .notSorted(let key): "rows are out of order at \(noun) \(key)"
        }
    }
}
