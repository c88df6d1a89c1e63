//  What can go wrong with sums.

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

    package var description: String {
        switch self {
        case .overflow(let key): "the seconds, those of contract \(key) among them, add up to more than \(Int64.max)"
        case .tooManyRecords(let key): "contract \(key) has more than \(UInt32.max) records of one app in one file"
        case .negativeCount(let key): "the total has fewer records of contract \(key) than a partial that it contains"
        case .notSorted(let key): "rows are out of order at contract \(key)"
        }
    }
}
