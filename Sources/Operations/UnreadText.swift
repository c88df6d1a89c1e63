//  What is reported about files that are not read because of their names.

import Inbox
import Wording

extension UnreadNames {
    /// Of those in the inbox; nil when there are none.
    package var text: String? { text("in the inbox", count == 1 ? "is not" : "are not") }

    /// Of files that were named; nil when there are none.
    package var textOfNamed: String? { text("of these", "would not be") }

    private func text(_ place: String, _ verb: String) -> String? {
        if count == 0 { return nil }
        return "\(Show.count(count, "file")) \(place) \(verb) read because of "
            + "\(count == 1 ? "its name" : "their names"): \(Show.some(examples, of: count)); Watchfold reads "
            + "\(Self.endings), and names that `files` in the configuration adds"
    }
}
