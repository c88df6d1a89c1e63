import TestSupport
import Testing

@testable import FoldSQL

/// No part of a statement is dropped: a fold that is accepted can be written again from what was understood of it, with the
/// same tokens. Statements that are bent at random must hold to that, too.
@Suite struct MutationTests {
    private static let good: [String] = Golden.names.filter { Golden.read("\($0).compiled") != nil }
        .compactMap { Golden.read("\($0).sql") }

    /// The tokens of a statement that have a meaning of their own, in their order.
    private static func tokens(_ text: String) throws -> [String] {
        try SQLLexer.read(text, file: "f").tokens.map(\.text).filter { $0 != ";" }
    }

    /// A fold, written from its parts.
    private static func written(_ fold: CheckedFold) -> (text: String, groups: [String]) {
        let items = fold.items.map { item in
            let replaced = item.measures.map { (range: $0.range, text: written($0, fold)) }
            return fold.text(item.expression, replaced) + (item.isNamed ? " AS \(name(item, fold))" : "")
        }
        let place = fold.condition.map { " WHERE " + fold.text($0) } ?? ""
        return ("SELECT \(items.joined(separator: ", ")) FROM \(place)", fold.keyNames)
    }

    private static func name(_ item: SelectItem, _ fold: CheckedFold) -> String {
        fold.list.tokens.first { $0.place == item.place }?.text ?? ""
    }

    private static func written(_ call: MeasureCall, _ fold: CheckedFold) -> String {
        let arguments = call.arguments.map { fold.text($0) }.joined(separator: ", ")
        let order = call.order.map { "\(fold.text($0.expression)) \($0.modifiers)" }.joined(separator: ", ")
        return
            "\(call.function)(\(call.kind == .distinctCount ? "DISTINCT " : "")\(arguments)\(order.isEmpty ? "" : " ORDER BY " + order))"
            + (call.filter.map { " FILTER (\(fold.text($0)))" } ?? "")
    }

    /// Tokens as they are compared: what may be left out or is written out is in neither.
    private static func compared(_ text: String) throws -> [String] {
        let tokens = try tokens(text).map(\.localLower)
        var kept: [String] = []
        for (index, token) in tokens.enumerated() {
            let before = index > 0 ? tokens[index - 1] : ""
            let next = index + 1 < tokens.count ? tokens[index + 1] : ""
            let isDefault =
                token == "asc" || (token == "nulls" && next == "last") || (token == "last" && before == "nulls")
            let isFilter = token == "where" && before == "(" && kept.dropLast().last == "filter"
            let isStar = token == "*" && before == "(" && next == ")"
            if !isDefault && !isFilter && !isStar { kept.append(token) }
        }
        return kept
    }

    /// What a statement says, except for its source and its keys.
    private static func heart(_ text: String) throws -> [String] {
        let list = try SQLLexer.read(text, file: "f")
        var depth = 0
        var parts: [String] = []
        var isSource = false
        for (index, token) in list.tokens.enumerated() {
            if token.opens { depth += 1 }
            if token.closes { depth -= 1 }
            let isName =
                list.isSymbol(index - 1, ".") || list.isWord(index - 1, "as")
                || (token.isWord("from") && list.isWord(index - 1, "distinct") && !list.isWord(index - 2, "as"))
            if depth == 0, !isName {
                if token.isWord("from") { isSource = true }
                if token.isWord("where") { isSource = false }
                if token.isWord("group") { break }
            }
            if !isSource || token.isWord("from") { parts.append(token.text) }
        }
        return try compared(parts.joined(separator: " "))
    }

    private static func check(_ text: String, _ comment: String) throws -> Bool {
        guard let fold = try? CheckedFold(text, name: "f", file: "f", scope: Scope.scope) else { return false }
        let again = try compared(written(fold).text)
        #expect(try heart(text) == again, "\(comment)\n\(text)")
        return true
    }

    @Test func goodFoldsAreWrittenAgain() throws {
        #expect(Self.good.count > 15)
        for text in Self.good { #expect(try Self.check(text, "as it is")) }
    }

    private static let words = [
        "FROM", "WHERE", "GROUP", "BY", "SELECT", "DISTINCT", "AND", "OR", "NOT", "IS", "NULL", "AS", "CASE", "END",
        "FILTER", "OVER",
        "ORDER", "i", "k", "n", "events", "sum", "count", "max", "lower", "(", ")", ",", "*", "+", "-", "%", "::", ".",
        "1", "'a'", "ALL",
        "HAVING", "LIMIT", "IN", "[", "]", "||", "=", ":", ";", "lambda", "over", "filter", "DESC", "NULLS", "LAST",
        "FIRST", "USING",
        "SAMPLE", "{", "}", "COLLATE", "WITHIN", "EXPORT_STATE", "IGNORE", "RESPECT", "UNION", "JOIN", "WINDOW", "ASC",
        ":=", "=>",
        "TABLESAMPLE", "USING", "QUALIFY", "INTO", "ON", "AT", "ZONE", "TIME", "\"k\"", "EXCLUDE", "REPLACE", "ROLLUP",
        "GROUPING",
    ]

    @Test func bentFoldsAreRefusedOrWrittenAgain() throws {
        var dice = TestSeed.dice()
        var accepted = 0
        for round in 0..<2_000 {
            var tokens = try Self.tokens(dice.pick(Self.good))
            for _ in 0...dice.below(2) {
                let place = dice.below(tokens.count)
                switch dice.below(5) {
                case 0: tokens.remove(at: place)
                case 1: tokens.insert(tokens[place], at: place)
                case 2: tokens.swapAt(place, dice.below(tokens.count))
                case 3: tokens[place] = dice.pick(Self.words)
                default: tokens.insert(dice.pick(Self.words), at: place)
                }
                if tokens.isEmpty { tokens = ["SELECT"] }
            }
            if try Self.check(tokens.joined(separator: " "), "\(TestSeed.text), round \(round)") { accepted += 1 }
        }
        #expect(accepted > 100)
    }
}

extension String {
    fileprivate var localLower: String { hasPrefix("'") || hasPrefix("\"") || hasPrefix("$") ? self : lowercased() }
}
