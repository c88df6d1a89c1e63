//  How a new file is compared with the days before it.

/// What the arrival gate looks at, and what it does.
package struct GateRules: Sendable, Hashable {
    package var mode = GateMode.flag
    /// How many counting days before a file's own it is compared with, at most: four weeks, so that each day of the
    /// week is there four times.
    package var days = 28
    /// How many robust standard deviations from the median are still usual.
    package var threshold = 6

    package init() {}
}
