//  Log lines for programs: one JSON object (RFC 8259) a line.
//
//      {"time":"2022-05-01T06:00:03.417Z","level":"info","message":"20220401.json folded: …","file":"20220401.json",
//       "state":"folded","read":1600000,"seconds":0.420}                                       (in one line)
//
//  What metadata holds as digits is a number, or programs would have to know which of the fields are.

import Logging
import SmallJSON
import Wording

/// Log lines as JSON on standard error.
struct LogJSON: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(level: Logger.Level) { logLevel = level }

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let fields = metadata.merging(event.metadata ?? [:]) { _, new in new }
        StandardError.write(
            Self.line(
                milliseconds: WallClock.now() / 1_000_000, level: "\(event.level)", message: "\(event.message)", fields)
        )
    }

    /// - Parameter milliseconds: since 1970.
    static func line(
        milliseconds: Int64, level: String, message: String, _ fields: Logger.Metadata
    ) -> String {
        JSONText.line { line in
            line.member("time", Timestamp.preciseText(milliseconds: milliseconds))
            line.member("level", level)
            line.member("message", message)
            for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
                let text = "\(value)"
                if isNumber(text) { line.member(key, json: text) } else { line.member(key, text) }
            }
        }
    }

    /// Whether a text is a number that any reader of JSON takes as it is: digits, perhaps with a fraction.
    private static func isNumber(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= 15, (1...2).contains(parts.count) else { return false }
        let hasDigits = parts.allSatisfy {
            !$0.isEmpty && $0.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        }
        return hasDigits && (parts[0].count == 1 || parts[0].first != UInt8(ascii: "0"))
    }
}
