//  Lines of the log, each with its stable name: the member `event` of a line in JSON, and `error` beside it where something
//  went wrong. Text is for people and may change; the names are for programs and do not.
//
//  Neither text nor fields are made when the level is off.

import Events
import Logging
import Wording

extension Logger {
    package func debug(
        _ event: EventName, _ text: @autoclosure () -> String, _ fields: @autoclosure () -> Metadata = [:]
    ) { log(.debug, event, text, fields) }

    package func info(
        _ event: EventName, _ text: @autoclosure () -> String, _ fields: @autoclosure () -> Metadata = [:]
    ) { log(.info, event, text, fields) }

    package func notice(
        _ event: EventName, _ text: @autoclosure () -> String, _ fields: @autoclosure () -> Metadata = [:]
    ) { log(.notice, event, text, fields) }

    package func warning(
        _ event: EventName, _ text: @autoclosure () -> String, error cause: (any Error)? = nil,
        _ fields: @autoclosure () -> Metadata = [:]
    ) { log(.warning, event, text, { Self.named(cause, fields) }) }

    package func error(
        _ event: EventName, _ text: @autoclosure () -> String, error cause: (any Error)? = nil,
        _ fields: @autoclosure () -> Metadata = [:]
    ) { log(.error, event, text, { Self.named(cause, fields) }) }

    package func critical(
        _ event: EventName, _ text: @autoclosure () -> String, error cause: (any Error)? = nil,
        _ fields: @autoclosure () -> Metadata = [:]
    ) { log(.critical, event, text, { Self.named(cause, fields) }) }

    /// The fields of a line about an error.
    private static func named(_ error: (any Error)?, _ fields: () -> Metadata) -> Metadata {
        var fields = fields()
        if let error { fields["error"] = "\(ErrorName(error).rawValue)" }
        return fields
    }

    /// Writes a line.
    package func log(_ level: Level, _ event: EventName, _ text: () -> String, _ fields: () -> Metadata) {
        guard logLevel <= level else { return }
        var fields = fields()
        fields["event"] = "\(event.rawValue)"
        log(level: level, "\(text())", metadata: fields)
    }
}
