//  A log that keeps its lines, for tests.

import Logging
import Synchronization

/// Lines as they were logged.
final class LogBox: Sendable {
    struct Line: Sendable {
        var level: Logger.Level
        var text: String
        var fields: [String: String]

        var event: String { fields["event"] ?? "" }
        var reason: String { fields["reason"] ?? "" }
    }

    private let lines = Mutex<[Line]>([])

    /// A logger that writes here.
    func logger(_ level: Logger.Level = .debug) -> Logger {
        Logger(label: "test") { _ in Handler(box: self, logLevel: level) }
    }

    /// The lines since it was asked last.
    func take() -> [Line] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }

    private struct Handler: LogHandler {
        let box: LogBox
        var logLevel: Logger.Level
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = Line(
                level: event.level, text: "\(event.message)", fields: (event.metadata ?? [:]).mapValues { "\($0)" })
            box.lines.withLock { $0.append(line) }
        }
    }
}
