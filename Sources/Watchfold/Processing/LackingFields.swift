//  A file whose records all lack a field: what it has instead, and the line of the configuration that would find it.
//
//      all 1,500 records lack Contract; they have data.app, data.customer, data.secs; this line in watchfold.yaml would
//      find it: fields: {contract: data.customer}
//
//  The line is a guess by names, made from words that such fields go by; a person decides. A name's letters count, not
//  their case and not what stands between them: `customer_id` is customerid.

import Configuration
import Records
import Reports

/// The fields of a plan that no record of a file has.
package struct LackingFields: Sendable, Hashable {
    /// Names of the plan's fields, in its order.
    package var names: [String]
    /// Valid records of the file.
    package var records: Int
    /// Paths that its records do have, without those that only lead on.
    package var present: [String]
    package var hasMore: Bool
    /// The line that would find the fields; nil when no name resembles.
    package var configuration: String?

    /// Nil when some record has every field, or nobody looked.
    init?(_ rejected: [RejectReason: Int], folded: Int, _ observations: FileObservations, _ plan: FoldPlan) {
        let missing = [RejectReason.missingContract, .missingApp, .missingDuration]
        let lacking = missing.reduce(0) { $0 + (rejected[$1] ?? 0) }
        let fields = observations.fields
        guard folded == 0, lacking > 0, !fields.kinds.isEmpty else { return nil }
        let wanted = [
            (name: plan.keys[0], key: "contract", path: plan.keyPaths[0], role: Role.contract),
            (plan.keys[1], "app", plan.keyPaths[1], .app), (plan.value, "duration", plan.valuePath, .duration),
        ]
        let absent = wanted.filter { !Self.has(fields, $0.path) }
        if absent.isEmpty { return nil }
        names = absent.map(\.name)
        records =
            lacking + (rejected[.badContract] ?? 0) + (rejected[.badApp] ?? 0) + (rejected[.badDuration] ?? 0)
            + (rejected[.negativeDuration] ?? 0)
        present = fields.leaves.map(\.string)
        hasMore = fields.hasMore
        var taken = Set(
            wanted.filter { field in !absent.contains { $0.key == field.key } }.flatMap { Self.texts($0.path) })
        var settings: [String] = []
        for field in absent {
            guard let path = Self.best(for: field.role, named: field.name, fields, without: taken) else { continue }
            taken.insert(ByteOrdered(path))
            settings.append("\(field.key): \(Self.yaml(path))")
        }
        configuration = settings.isEmpty ? nil : "fields: {\(settings.joined(separator: ", "))}"
    }

    /// One sentence, with the line of the configuration at its end.
    package var text: String { sentence + (configuration.map { " " + $0 } ?? "") }

    /// The sentence up to that line.
    package var sentence: String {
        var text =
            records == 1
            ? "the 1 record lacks \(Self.list(names)); it has "
            : "all \(Show.count(records, "record")) lack \(Self.list(names)); they have "
        text += present.prefix(Self.shown).joined(separator: ", ")
        if hasMore {
            text += " and more"
        } else if present.count > Self.shown {
            text += " and \(present.count - Self.shown) more"
        }
        return text
            + (configuration == nil
                ? "; name the right one in the configuration, under `fields`"
                : "; this line in the configuration would find \(names.count == 1 ? "it" : "them"):")
    }

    /// Paths that the sentence names.
    private static let shown = 20

    private static func list(_ names: [String]) -> String {
        names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
    }

    // MARK: What is there

    private static func texts(_ path: FieldPath) -> [ByteOrdered] {
        path.alternatives.map { ByteOrdered(fieldText($0)) }
    }

    /// Whether some record had the field: at an alternative that is looked at, see `FieldPath`.
    private static func has(_ fields: FieldPaths, _ path: FieldPath) -> Bool {
        for keys in path.alternatives {
            if fields.kinds[ByteOrdered(fieldText(keys))] != nil { return true }
            // Where the object around it is there, the next alternative is not looked at.
            if keys.count == 1 || fields.kinds[ByteOrdered(fieldText(Array(keys.dropLast())))] != nil { return false }
        }
        return false
    }

    // MARK: What it may be

    private enum Role {
        case contract, app, duration

        /// Kinds of values that the field can be read from.
        var kinds: ValueKinds { self == .app ? .string : [.string, .number] }

        /// Words for it, the surest first.
        var words: [String] {
            switch self {
            case .contract: ["contract", "customer", "subscriber", "account", "user", "client", "member", "viewer"]
            case .app: ["app", "application", "service", "channel", "product", "program", "category"]
            case .duration: ["duration", "seconds", "secs", "watched", "watch", "elapsed", "length", "time"]
            }
        }
    }

    /// The path whose name resembles a field's most; nil when none does.
    private static func best(
        for role: Role, named name: String, _ fields: FieldPaths, without taken: Set<ByteOrdered>
    ) -> String? {
        var best: (path: String, score: Int)?
        for path in fields.leaves where !taken.contains(path) && !fields.kinds[path]!.isDisjoint(with: role.kinds) {
            guard let keys = try? fieldKeys(parsing: path.string), let last = keys.last else { continue }
            let found = score(letters(last), letters(name), role.words)
            if found > best?.score ?? 0 { best = (path.string, found) }
        }
        return best?.path
    }

    private static func letters(_ text: String) -> String { text.lowercased().filter { $0.isLetter || $0.isNumber } }

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
    private static func yaml(_ path: String) -> String {
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
