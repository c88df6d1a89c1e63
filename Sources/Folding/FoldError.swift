//  What can go wrong with sums.

/// A sum that does not fit, named by its key.
package enum FoldError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Adding the values of this key passes the largest or smallest Int64.
    case overflow(key: String)
    /// One key has more records in one file than can be counted (4,294,967,295).
    case tooManyRecords(key: String)
    /// Taking away what was added before left less than nothing: the total and the partials do not belong together.
    case negativeCount(key: String)
    /// Rows that should ascend do not.
    case notSorted(key: String)

    package var description: String {
        switch self {
        case .overflow(let key): "the seconds of contract \(key) add up to more than \(Int64.max)"
        case .tooManyRecords(let key): "contract \(key) has more than \(UInt32.max) records of one app in one file"
        case .negativeCount(let key): "the total has fewer records of contract \(key) than a partial that it contains"
        case .notSorted(let key): "rows are out of order at contract \(key)"
        }
    }
}
