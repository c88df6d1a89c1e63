//  Where a field may be that is not where the plan looks for it: a guess by names, made from the words that the plan has
//  for such fields (FieldNames). What names are like decides only what is tried first; whether a guess is shown, the records
//  themselves decide (LackingFields.swift).
//
//  A name's letters count, not their case and not what stands between them: `customer_id` is customerid.

import Configuration
import Records
import SmallJSON
import Wording

/// Guesses for one field.
package enum FieldGuess {
    /// What a field is for a plan.
    enum Role: Hashable {
        /// By the place of the key.
        case key(Int)
        case value

        /// Kinds of values that the field can be read from.
        var kinds: ValueKinds {
            switch self {
            case .key(0), .value: [.string, .number, .object]
            case .key: .string
            }
        }
    }

    /// Words with which a name means something else than any field of a plan: `user_type`, `AppVersion`.
    private static let misleading: Set<String> = [
        "type", "status", "count", "date", "datetime", "timestamp", "version", "url", "kind",
    ]

    /// Paths whose names resemble a field's, those that resemble it alike together, the likest first.
    ///
    /// - Parameter value: the names of the plan's value.
    static func paths(
        for role: Role, named name: String, _ names: FieldNames, value: FieldNames, _ fields: FieldPaths,
        without taken: Set<ByteOrdered>
    ) -> [[String]] {
        var misleading = names.misleading.union(misleading)
        if role == .value { misleading.formUnion(otherUnits) }
        var scores: [Int: [String]] = [:]
        for path in fields.paths where !taken.contains(path) && !fields.kinds[path]!.isDisjoint(with: role.kinds) {
            guard let keys = try? fieldKeys(parsing: path.string), let last = keys.last else { continue }
            let words = words(last, value: value)
            let isName = letters(last) == letters(name)
            if !isName && (!misleading.isDisjoint(with: words) || letters(last).contains("timestamp")) {
                continue
            }
            let score = score(letters(last), letters(name), names.likely)
            if score > 0 { scores[score, default: []].append(path.string) }
        }
        return scores.sorted { $0.key > $1.key }.map(\.value)
    }

    private static let milliseconds: Set<String> = ["ms", "msec", "msecs", "millis", "millisecond", "milliseconds"]
    private static let minutes: Set<String> = ["minute", "minutes"]
    /// Units of which there is no setting, or whose names may mean something else.
    private static let otherUnits: Set<String> = [
        "us", "ns", "micros", "nanos", "microseconds", "nanoseconds", "min", "mins", "h", "hr", "hrs", "hour", "hours",
        "d", "day", "days",
    ]

    /// The unit that the name of a value says: `watch_ms`; seconds when it says none.
    static func unit(of path: String, _ value: FieldNames) -> WrittenUnit {
        guard let keys = try? fieldKeys(parsing: path), let last = keys.last else { return .seconds }
        let words = Set(words(last, value: value))
        return !words.isDisjoint(with: milliseconds)
            ? .milliseconds : !words.isDisjoint(with: minutes) ? .minutes : .seconds
    }

    private static func letters(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }

    /// The words of a name: `watchTimeMs` is watch, time, ms, and so is `watch_timems`.
    static func words(_ name: String, value: FieldNames) -> [String] {
        var words: [String] = [""]
        var wasSmall = false
        for character in name {
            if !character.isLetter || (character.isUppercase && wasSmall) { words.append("") }
            if character.isLetter { words[words.count - 1] += character.lowercased() }
            wasSmall = character.isLowercase
        }
        let units = milliseconds.union(minutes).union(otherUnits)
        return words.filter { !$0.isEmpty }.flatMap { word in
            // A unit right behind a word for the value.
            let unit = units.filter { unit in
                word.hasSuffix(unit) && value.likely.contains { word.dropLast(unit.count).hasSuffix($0) }
            }.max { $0.count < $1.count }
            return unit.map { [String(word.dropLast($0.count)), $0] } ?? [word]
        }
    }

    private static func score(_ key: String, _ name: String, _ words: [String]) -> Int {
        if key == name { return 1000 }
        for (index, word) in words.enumerated() {
            if key == word || key == word + "id" { return 500 - index }
            if key.hasPrefix(word) || key.hasSuffix(word) { return 300 - index }
        }
        for (index, word) in words.enumerated() where key.contains(word) { return 100 - index }
        return 0
    }

    /// A path as a value of YAML.
    package static func yaml(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
        }
        let beginsWithLetter = path.utf8.first.map {
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || $0 == UInt8(ascii: "_")
        }
        let isWord = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(path.lowercased())
        return isPlain && beginsWithLetter == true && !isWord ? path : JSONText.quoted(path)
    }
}
