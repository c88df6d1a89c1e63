//  A YAML text as a tree of literal texts, with the position of each, and everything that is wrong with it.
//
//  Yams parses (`Parser.singleRoot`, what `Yams.compose` does). Three of its habits do not suit a configuration:
//
//  - It resolves types by the rules of YAML 1.1, where `NO` is false and `0012` is ten. Values of keys may be
//    such words. It is given a resolver without rules, and only the literal text of a scalar is looked at.
//  - It puts a copy of the anchored value where an alias stands, and then hashes the keys of each mapping. A few lines
//    of aliases to aliases, used as a key, keep it busy for ever. So each `*` is masked, that is, replaced by a
//    character which the text does not hold; an alias is then a plain scalar that begins with the mask. No other plain
//    scalar can begin so, because none begins with `*` (YAML 1.2.2, section 5.3, c-indicator). The aliases are
//    resolved here, and what they stand for is counted against the limit of values.
//  - It stops at a key that is given twice, and points at the first of the two. The first character of that key is
//    masked by yet another character, and the text parsed once more. Both keys are then found here, beside all other mistakes.
//
//  Masks take the place of single characters, so that lines and columns stay what they are:
//
//      jobs: 2            ␀obs: 2           first parse:  "jobs" is given twice, at 1:1
//      ignore: *base      ignore: ␁base     second parse: the alias "base" at 2:9; "jobs" again at 3:1
//      jobs: 3            jobs: 3
//
//  Merge keys (`<<`) and keys that are lists or mappings are refused. Tags (`!!int`) are passed over.

import Yams

/// A place in a text; line and column count from 1, a column is a Unicode scalar.
struct Position: Hashable, Comparable {
    var line: Int
    var column: Int

    init(_ line: Int, _ column: Int) {
        self.line = line
        self.column = column
    }

    static func < (a: Position, b: Position) -> Bool { (a.line, a.column) < (b.line, b.column) }
}

/// A value of a YAML text.
struct YAMLValue {
    enum Content {
        /// A scalar as it is written; plain means without quotes.
        case text(String, isPlain: Bool)
        case list([YAMLValue])
        /// In the order of the file, each key once.
        case map([Entry])
    }

    struct Entry {
        var key: String
        var position: Position
        var value: YAMLValue
    }

    var content: Content
    /// Of an alias: where the value itself stands.
    var position: Position
    /// Values in this one, itself and its keys included, each alias counted as what it stands for.
    var count: Int

    /// Whether nothing is given: no text at all, or one of YAML's words for it.
    var isNull: Bool {
        guard case .text(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// What it is, for messages.
    var found: String {
        switch content {
        case .text(let text, _): isNull ? "nothing" : quoted(text)
        case .list: "a list"
        case .map: "a mapping"
        }
    }
}

/// A parsed text.
struct YAMLDocument {
    /// Values a text may hold. A text of the largest size with a value in every eight bytes stays below it.
    static let maxValues = 250_000
    /// Keys given twice that are told beside all other mistakes; with more of them, only the next is told.
    private static let maxRetries = 20

    /// nil when the text holds no value, or could not be parsed at all.
    private(set) var root: YAMLValue?
    /// In the order in which they were found.
    private(set) var mistakes: [(position: Position, text: String)] = []

    init(_ text: String) {
        var masked = MaskedText(text)
        for attempt in 0...Self.maxRetries {
            do {
                // The nodes know their anchors only as long as the parser lives.
                let parser = try Parser(yaml: masked.text, resolver: .basic, encoding: .utf8)
                guard let node = try parser.singleRoot() else { return }
                var resolver = AliasResolver(masked: masked)
                root = withExtendedLifetime(parser) { resolver.resolved(node) }
                mistakes = resolver.mistakes
                return
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let position = Position(context.mark)
                if attempt < Self.maxRetries, masked.maskKey(at: position) { continue }
                mistakes.append((position, givenTwice(masked.unmasked(keys.sorted()[0]), first: nil)))
                return
            } catch {
                mistakes.append(syntaxMistake(error, in: text))
                return
            }
        }
    }
}

private func givenTwice(_ key: String, first: Position?) -> String {
    "\(quoted(key)) is given twice\(first.map { ", first in line \($0.line)" } ?? ""); keep one of them"
}

// MARK: - Aliases

/// Turns nodes into values in document order, so that an alias finds the latest anchor of its name that is complete.
private struct AliasResolver {
    let masked: MaskedText
    var anchors: [String: YAMLValue] = [:]
    var mistakes: [(position: Position, text: String)] = []
    /// All values so far, aliases expanded; stops growing past the limit.
    var count = 0

    init(masked: MaskedText) { self.masked = masked }

    /// - Returns: nil when there is no such value; the mistake is then noted.
    mutating func resolved(_ node: Node) -> YAMLValue? {
        let position = node.mark.map(Position.init) ?? Position(1, 1)
        count += 1
        guard count <= YAMLDocument.maxValues else { return tooMany(position) }
        let before = count
        let value: YAMLValue?
        switch node {
        case .scalar(let scalar):
            let text = masked.unmasked(scalar.string)
            if scalar.style == .plain, text.first == "*" {
                value = target(of: text, position)
            } else {
                value = YAMLValue(content: .text(text, isPlain: scalar.style == .plain), position: position, count: 1)
            }
        case .sequence(let sequence):
            let items = sequence.compactMap { resolved($0) }
            value = YAMLValue(content: .list(items), position: position, count: count - before + 1)
        case .mapping(let mapping):
            let entries = entries(of: mapping)
            value = YAMLValue(content: .map(entries), position: position, count: count - before + 1)
        case .alias:
            preconditionFailure("an alias at \(position) that was not masked")
        }
        if let anchor = node.anchor, let value { anchors[anchor.rawValue] = value }
        return value
    }

    private mutating func tooMany(_ position: Position) -> YAMLValue? {
        if count == YAMLDocument.maxValues + 1 || mistakes.isEmpty {
            mistakes.append((position, "more than \(YAMLDocument.maxValues) values, aliases included; write fewer"))
        }
        return nil
    }

    private mutating func target(of alias: String, _ position: Position) -> YAMLValue? {
        guard let value = anchors[String(alias.dropFirst())] else {
            let name = quoted(alias.dropFirst())
            mistakes.append(
                (position, "no anchor \(name) before this alias; a text that begins with * needs quotes"))
            return nil
        }
        guard value.count <= YAMLDocument.maxValues - count else {
            count = YAMLDocument.maxValues + 1
            return tooMany(position)
        }
        count += value.count - 1
        return value
    }

    private mutating func entries(of mapping: Node.Mapping) -> [YAMLValue.Entry] {
        var entries: [YAMLValue.Entry] = []
        var firsts: [String: Position] = [:]
        for (keyNode, valueNode) in mapping {
            let position = keyNode.mark.map(Position.init) ?? Position(1, 1)
            let key = resolved(keyNode)
            let value = resolved(valueNode)
            guard let key else { continue }
            guard case .text(let name, let isPlain) = key.content else {
                mistakes.append((position, "the key is \(key.found); a key is a plain word"))
                continue
            }
            if isPlain, name == "<<" {
                mistakes.append((position, "merge keys (<<) are not supported; write the keys out"))
            } else if let first = firsts[name] {
                mistakes.append((position, givenTwice(name, first: first)))
            } else {
                firsts[name] = position
                if let value { entries.append(YAMLValue.Entry(key: name, position: position, value: value)) }
            }
        }
        return entries
    }
}

extension Position {
    fileprivate init(_ mark: Mark) { self.init(mark.line, mark.column) }
}

// MARK: - Masks

/// A text in which single characters are replaced by others that it does not hold.
private struct MaskedText {
    private var scalars: [Unicode.Scalar]
    private var originals: [Unicode.Scalar: Unicode.Scalar] = [:]
    /// Private-use characters that the text does not hold, to be taken from the end.
    private var unused: [Unicode.Scalar]

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        let present = Set(scalars.lazy.filter { 0xe000...0xf8ff ~= $0.value })
        unused = (0xe000...0xf8ff).compactMap(Unicode.Scalar.init).filter { !present.contains($0) }
        guard scalars.contains("*"), let mask = unused.popLast() else { return }
        originals[mask] = "*"
        for index in scalars.indices where scalars[index] == "*" { scalars[index] = mask }
    }

    var text: String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    /// Masks the first character of the key that begins here.
    /// - Returns: false when that cannot be done without changing what the text says: the key is empty, or begins
    ///   with an escape, an anchor or a tag.
    mutating func maskKey(at position: Position) -> Bool {
        guard var index = index(of: position), scalars[index] != ":" else { return false }
        if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard index < scalars.count, !"\"'\\&!|>?\r\n \t".unicodeScalars.contains(scalars[index]),
            let mask = unused.popLast()
        else { return false }
        originals[mask] = originals[scalars[index]] ?? scalars[index]
        scalars[index] = mask
        return true
    }

    /// The text as it was before.
    func unmasked(_ text: String) -> String {
        guard !originals.isEmpty, text.unicodeScalars.contains(where: { originals[$0] != nil }) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { result.append(originals[scalar] ?? scalar) }
        return String(result)
    }

    private func index(of position: Position) -> Int? {
        var line = 1
        var start = 0
        while line < position.line {
            guard let end = scalars[start...].firstIndex(where: isLineBreak) else { return nil }
            start = end + 1
            if scalars[end] == "\r", start < scalars.count, scalars[start] == "\n" { start += 1 }
            line += 1
        }
        let index = start + position.column - 1
        return index < scalars.count ? index : nil
    }
}

/// What libYAML counts as the end of a line; CR LF is one of them.
private func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\r", "\n", "\u{85}", "\u{2028}", "\u{2029}": true
    default: false
    }
}

// MARK: - Syntax

private func syntaxMistake(_ error: any Error, in text: String) -> (position: Position, text: String) {
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
        YamlError.parser(let context, let problem, let mark, _),
        YamlError.composer(let context, let problem, let mark, _):
        if problem == "but found another document" {
            return (Position(mark), "a second document begins here; a configuration is one, without lines of ---")
        }
        var message = "not valid YAML: \(problem)"
        if let context { message += " (\(context.text) that begins in line \(context.mark.line))" }
        return (Position(mark), message + (hint(for: problem, at: Position(mark), in: text)))
    case YamlError.reader(let problem, let offset, let value, _):
        let before = text.prefix(offset ?? 0).unicodeScalars
        let lines = before.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" })
        let position = Position(lines.count, (lines.last?.count ?? 0) + 1)
        return (position, "not valid YAML: \(problem): U+\(String(value, radix: 16, uppercase: true)); remove it")
    default:
        return (Position(1, 1), "not valid YAML: \(error)")
    }
}

/// What to do about the commonest slips.
private func hint(for problem: String, at position: Position, in text: String) -> String {
    let lines = text.unicodeScalars.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" })
    let character = position.line <= lines.count ? lines[position.line - 1].dropFirst(position.column - 1).first : nil
    if character == "\t" { return "; indent with spaces, not with tabs" }
    if problem.hasPrefix("mapping values are not allowed") {
        return "; check the indentation, and put a value that contains a colon in quotes"
    }
    if problem.hasPrefix("found character that cannot start") {
        return "; put a value that begins with \(character.map { quoted(String($0)) } ?? "it") in quotes"
    }
    return "; check the indentation, the quotes and the brackets"
}
