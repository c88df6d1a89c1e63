//  How long to wait before trying again.

/// Waits that double from one second to a minute.
struct BackOff {
    private static let first = Duration.seconds(1)
    private static let longest = Duration.seconds(60)

    private var upcoming = BackOff.first
    /// Failures in a row.
    private(set) var failures = 0

    /// The wait after one more failure.
    mutating func next() -> Duration {
        failures += 1
        defer { upcoming = min(upcoming * 2, Self.longest) }
        return upcoming
    }

    mutating func reset() { self = BackOff() }
}
