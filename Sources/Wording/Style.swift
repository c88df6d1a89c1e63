/// Colours, where they are wanted: on a terminal, unless NO_COLOR is set (no-color.org).
package struct Style: Sendable {
    package let isColored: Bool

    /// Without colours.
    package static let plain = Style(isTerminal: false, environment: [:])

    package init(isTerminal: Bool, environment: [String: String]) {
        isColored = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
    }

    package enum Color: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
        case dim = "2"
        case bold = "1"
    }

    package func paint(_ text: String, _ color: Color) -> String {
        isColored ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
}
