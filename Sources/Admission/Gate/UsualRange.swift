//  What is usual, told from a few values of which some may be wrong.
//
//      usual   from  the second least value − slack     or   median − threshold × deviation, if that is less
//              to    the second greatest value + slack  or   median + threshold × deviation, if that is more
//
//  The deviation is 1.4826 × the median of the distances from the median, which for a bell curve is its standard
//  deviation. Median and deviation do not move when a few values are wild. What at least two of the days reached is usual
//  in any case, so weekends and holidays that come again are; one bad day that was counted does not make the next one
//  usual. The slack keeps a history that hardly moves from making every small change remarkable.
//
//  Example: 100 101 103 99 70 102 100, slack 10, threshold 6. Median 100, distances 0 1 3 1 30 2 0, their median 1,
//  deviation 1.48. Usual is from min(99 − 10, 100 − 8.9) = 89 to max(102 + 10, 100 + 8.9) = 112; 70 stays unusual.

/// The range in which values are usual.
struct UsualRange: Equatable {
    let median: Double
    /// The second least and the second greatest of the values.
    let low: Double
    let high: Double
    /// Robust standard deviation.
    let deviation: Double

    /// Makes the median of distances a standard deviation of normally distributed values: 1 / Φ⁻¹(3/4).
    private static let scale = 1.4826

    /// - Precondition: there are at least two values.
    init(_ values: [Double]) {
        precondition(values.count >= 2, "\(values.count) values are no history")
        let sorted = values.sorted()
        median = Self.median(sorted)
        low = sorted[1]
        high = sorted[sorted.count - 2]
        deviation = Self.scale * Self.median(sorted.map { [median] in abs($0 - median) }.sorted())
    }

    static func median(_ sorted: [Double]) -> Double {
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    enum Side { case below, above }

    /// On which side of the usual a value lies; nil when it is usual.
    func side(of value: Double, slack: Double, threshold: Double) -> Side? {
        if value < min(low - slack, median - threshold * deviation) { return .below }
        if value > max(high + slack, median + threshold * deviation) { return .above }
        return nil
    }
}
