//  What is reported about files that are not read because of their names.

import Inbox
import Records
import Wording

extension UnreadNames {
    /// Of those in the inbox; nil when there are none.
    package var text: String? { text("in the inbox", count == 1 ? "is not" : "are not") }

    /// Of those in folders that were named; nil when there are none.
    ///
    /// - Parameter patterns: of names that the command takes, too.
    package func textOfFolders(and patterns: [NamePattern] = []) -> String? {
        text("in or below these folders", count == 1 ? "is not" : "are not", and: patterns)
    }

    /// Of files that were named; nil when there are none.
    package var textOfNamed: String? { text("of these", "would not be") }

    /// Of those whose names say another form; nil when there are none.
    package var textOfForm: String? {
        if count == 0 { return nil }
        let verb = count == 1 ? "is not read because its name says" : "are not read because their names say"
        return "\(Show.count(count, "file")) in or below these folders \(verb) another form: "
            + Show.some(examples, of: count)
    }

    /// Of those in the inbox that no source of a plan has; nil when there are none.
    package var textOfSources: String? {
        if count == 0 { return nil }
        return
            "\(Show.count(count, "file")) in the inbox \(count == 1 ? "belongs" : "belong") to no source of the plan and "
            + "\(count == 1 ? "is" : "are") not read: \(Show.some(examples, of: count))"
    }

    private func text(_ place: String, _ verb: String, and patterns: [NamePattern] = []) -> String? {
        if count == 0 { return nil }
        return "\(Show.count(count, "file")) \(place) \(verb) read because of "
            + "\(count == 1 ? "its name" : "their names"): \(Show.some(examples, of: count)); Watchfold reads "
            + "\(Self.endings(and: patterns)), and names that `files` in the configuration adds"
    }
}
