import Logging

/// Log lines as text on standard error: `watchfold: warning: …`. Metadata is for logs that programs read.
struct LogText: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(level: Logger.Level) { logLevel = level }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        StandardError.write("watchfold: \(event.level): \(event.message)\n")
    }
}
