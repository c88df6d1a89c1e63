//  A column of a fold's main table: what a partial keeps of a measure.
//
//      sum(value)           partial: sum(value)        merge: sum(__w_1)      in BIGINT, if it fits
//      arg_max(d, t)        partial: max({t, d})       merge: max(__w_2)
//
//  Sums are HUGEINT in DuckDB, which Parquet keeps as DOUBLE. So they are BIGINT here, or DECIMAL(38,s), and their range is
//  checked whenever one is made: a sum that leaves it ends the query with the names of the measure and the key.

/// A column of which two become one.
struct FoldState: Hashable, Sendable {
    var name: String
    /// Over a key's rows.
    var partial: String
    /// The aggregate that makes one of several.
    var merge: String
    var check: RangeCheck?
    /// The measure as it is written.
    var shown: String
}

/// The range that a sum must keep to.
enum RangeCheck: Hashable, Sendable {
    case bigint
    case decimal(scale: Int)

    /// A sum as the type that is kept.
    ///
    /// - Parameters:
    ///   - column: the sum, which may be too large.
    ///   - message: an expression.
    func checked(_ column: String, message: String) -> String {
        switch self {
        case .bigint:
            return
                "CASE WHEN \(column) NOT BETWEEN -9223372036854775808 AND 9223372036854775807 THEN error(\(message)) "
                + "ELSE CAST(\(column) AS BIGINT) END"
        case .decimal(let scale):
            let digits =
                String(repeating: "9", count: 38 - scale) + (scale > 0 ? "." : "")
                + String(repeating: "9", count: scale)
            let type = "DECIMAL(38,\(scale))"
            return "CASE WHEN \(column) NOT BETWEEN CAST('-\(digits)' AS \(type)) AND CAST('\(digits)' AS \(type)) "
                + "THEN error(\(message)) ELSE CAST(\(column) AS \(type)) END"
        }
    }

    var words: String {
        switch self {
        case .bigint: "64 bits"
        case .decimal: "38 digits"
        }
    }
}

extension SQLType {
    /// An expression in the form in which equal values have equal bytes: -0.0 becomes 0.0, and each NaN the same one.
    func normal(_ text: String) -> String {
        isFloat ? "CASE WHEN isnan(\(text)) THEN CAST('nan' AS \(name)) ELSE (\(text)) + 0.0 END" : text
    }
}
