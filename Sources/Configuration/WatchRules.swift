//  How the inbox is watched.

/// When `watchfold watch` looks, reads and publishes, and what it tells others.
package struct WatchRules: Sendable, Hashable {
    /// A file that was found by looking is whole when its size and time have not changed for so long.
    package var settle = TimeSpan.seconds(2)
    /// A file that is cut short and has not changed for so long stays so: it is shown as failed. Also without `watch`.
    package var stale = TimeSpan.seconds(600)
    /// How often the inbox is listed when nothing seems to happen.
    package var poll = TimeSpan.seconds(30)
    /// Whether the system is not asked to tell of changes.
    package var pollsOnly = false
    /// While there is more to read, reports are renewed this often.
    package var publishEvery = TimeSpan.seconds(5)
    /// A command for the shell, run after each publication; nil for none.
    package var onPublish: String?
    /// A command for the shell, run once for each problem that a person should know of; nil for none.
    package var onProblem: String?
    /// How long after the end of a day a file of it has to be there, in local time; nil when no file is expected.
    package var expectBy: HourMinute?
    /// The port on loopback where state and reports are served: 0 for any that is free, nil for none.
    package var statusPort: Int?

    package init() {}
}
