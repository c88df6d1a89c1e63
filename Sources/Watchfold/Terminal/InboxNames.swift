//  What is said of files that are not read because of their names.

import Inbox

extension UnreadNames {
    /// Of those in the inbox; nil when there are none.
    var text: String? { text("in the inbox", count == 1 ? "is not" : "are not") }

    /// Of files that were named; nil when there are none.
    var textOfNamed: String? { text("of these", "would not be") }

    private func text(_ place: String, _ verb: String) -> String? {
        if count == 0 { return nil }
        return "\(Show.count(count, "file")) \(place) \(verb) read because of "
            + "\(count == 1 ? "its name" : "their names"): \(Show.some(examples, of: count)); what is read is "
            + "\(Self.endings), and what `files` in the configuration names"
    }
}

extension Show {
    /// The first of some names, and that there are more.
    static func some(_ names: [String], of count: Int) -> String {
        names.map { Show.name($0) }.joined(separator: ", ") + (count > names.count ? ", …" : "")
    }
}
