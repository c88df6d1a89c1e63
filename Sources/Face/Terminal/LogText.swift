import Logging
import Wording

/// Log lines as text on standard error: `watchfold: warning: …`; of a service with the local time before it,
/// `2022-05-01T08:00:03.417+02:00 watchfold: warning: …` (ISO 8601). Metadata is for logs that programs read.
struct LogText: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let hasTime: Bool

    init(level: Logger.Level, hasTime: Bool) {
        logLevel = level
        self.hasTime = hasTime
    }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = hasTime ? Timestamp.localText(milliseconds: WallClock.now() / 1_000_000) + " " : ""
        StandardError.write("\(time)watchfold: \(event.level): \(event.message)\n")
    }
}
