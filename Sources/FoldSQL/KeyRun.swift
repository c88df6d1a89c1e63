//  A key's expression where it is written again beside a measure.
//
//      SELECT i % 3 AS m, sum(i) + i % 3 AS s … GROUP BY i % 3
//                                  ──┬──
//                                the key again
//
//  Equal tokens are the key only where they are an operand of their own: in `2 * i % 3` the same three tokens are not, for
//  that is `(2 * i) % 3`. So the operators on both sides must bind less tightly than the loosest one of the run. Where it is
//  not sure, the run is not taken, and its columns are refused: brackets help.

import Records

/// How a token is compared with another; nil for the name of the source in front of a column.
func canonicalToken(_ list: TokenList, _ roles: TokenRoles, _ index: Int) -> ByteOrdered? {
    let token = list[index]
    switch roles[index] {
    case .qualifier: return nil
    case .column(let name): return ByteOrdered(name.quotedName)
    case .label: return ByteOrdered(token.text)
    case .function, .member, .type, .variable, .unit, .keyword, .unknownName:
        return ByteOrdered(token.kind == .quotedName ? token.text.asciiLowercased : token.lower)
    case .other: return ByteOrdered(token.kind == .word ? token.lower : token.text)
    }
}

/// A key's expression as it is looked for.
struct KeyRun {
    let tokens: [ByteOrdered]
    /// The index of its item.
    let key: Int

    init(_ tokens: [ByteOrdered], key: Int) {
        self.tokens = tokens
        self.key = key
    }
}

/// What stands for a part of an expression when it is finished.
struct Replacement: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        /// An item that is a key.
        case key(Int)
        case measure(MeasureCall)
    }

    var range: Range<Int>
    var content: Content
}

/// The measures of an item, and the keys that are written in it again, in the order of the text.
func replacements(in item: SelectItem, of runs: [KeyRun], _ list: TokenList, _ roles: TokenRoles) -> [Replacement] {
    var found: [Replacement] = []
    var index = item.expression.lowerBound
    // The longest first: the key `lower(k)` before the key `k`.
    let runs = runs.sorted { $0.tokens.count > $1.tokens.count }
    while index < item.expression.upperBound {
        if let measure = item.measures.first(where: { $0.range.lowerBound == index }) {
            found.append(Replacement(range: measure.range, content: .measure(measure)))
            index = measure.range.upperBound
            continue
        }
        let match = runs.lazy.compactMap { run in
            matched(run, at: index, in: item.expression, list, roles).map {
                Replacement(range: $0, content: .key(run.key))
            }
        }.first
        if let match {
            found.append(match)
            index = match.range.upperBound
        } else {
            index += 1
        }
    }
    return found
}

/// The tokens that a run takes from a token on.
private func matched(
    _ run: KeyRun, at index: Int, in range: Range<Int>, _ list: TokenList, _ roles: TokenRoles
) -> Range<Int>? {
    var next = index
    var hasColumn = false
    for wanted in run.tokens {
        while next < range.upperBound, roles[next] == .qualifier { next += 1 }
        guard next < range.upperBound, canonicalToken(list, roles, next) == wanted else { return nil }
        if roles.column(next) != nil { hasColumn = true }
        next += 1
    }
    // A literal stands for itself; it may also be a part of something, as in `DATE '2024-01-31'`.
    guard hasColumn || run.tokens.count > 1 else { return nil }
    let binding = Binding(list, roles)
    let level = binding.level(of: index..<next)
    let isOperand = binding.left(of: index, in: range) < level && binding.right(of: next, in: range) < level
    return isOperand ? index..<next : nil
}

/// How tightly operators bind, coarser than DuckDB has it: only what is below is sure.
private struct Binding {
    /// Between operands: logic and comparisons.
    static let logic = 1
    /// `||`, `&`, `<<` and whatever else there is.
    static let other = 2
    static let sum = 3
    static let product = 4
    static let power = 5
    static let sign = 6
    static let cast = 7
    static let postfix = 8
    /// A name, a call, a bracket.
    static let primary = 9
    /// Nothing binds so that this is an operand.
    static let never = 10

    let list: TokenList
    let roles: TokenRoles

    init(_ list: TokenList, _ roles: TokenRoles) {
        self.list = list
        self.roles = roles
    }

    /// The loosest operator that is in no bracket of a run.
    func level(of run: Range<Int>) -> Int {
        var level = Self.primary
        var depth = 0
        var last: Int?
        list.atTopLevel(of: run) { index in
            let token = list[index]
            if token.isWord("case"), roles[index] == .keyword { depth += 1 }
            if token.isWord("end"), roles[index] == .keyword { depth -= 1 }
            defer { last = index }
            guard depth == 0, !token.closes, !token.isWord("end") else { return }
            if token.isSymbol("(") {
                // Of a call; else a bracket that begins an operand.
                return
            }
            if token.isSymbol("[") {
                if let last, roles.endsOperand(last) { level = min(level, Self.postfix) }
                return
            }
            level = min(level, self.level(of: index, isPrefix: last.map { !roles.endsOperand($0) } ?? true))
        }
        return level
    }

    private func level(of index: Int, isPrefix: Bool) -> Int {
        let token = list[index]
        switch roles[index] {
        case .column, .unknownName, .qualifier, .function, .member, .label, .variable: return Self.primary
        case .type, .unit: return Self.cast
        case .keyword: return SQLWords.values.contains(token.lower) ? Self.primary : Self.logic
        case .other: break
        }
        guard token.kind == .symbol else { return token.kind == .word ? Self.logic : Self.primary }
        switch token.text {
        case ".": return Self.postfix
        case "::": return Self.cast
        case "+", "-": return isPrefix ? Self.sign : Self.sum
        case "*", "/", "%", "//": return Self.product
        case "**", "^": return Self.power
        case "<", ">", "<=", ">=", "=", "==", "<>", "!=": return Self.logic
        case ",", ":", ":=", "=>": return 0
        case "{": return Self.primary
        default: return Self.other
        }
    }

    /// How tightly what stands in front binds what begins at a token; 0 for nothing.
    func left(of index: Int, in range: Range<Int>) -> Int {
        guard index > range.lowerBound else { return 0 }
        let before = index - 1
        let token = list[before]
        if token.isSymbol("(") || token.isSymbol("[") || token.isSymbol("{") || token.isSymbol(",")
            || token.isSymbol(":")
        {
            return 0
        }
        if token.isSymbol(".") { return Self.never }
        if token.kind == .word, roles[before] == .keyword, !SQLWords.values.contains(token.lower), token.lower != "end"
        {
            return keyword(token.lower)
        }
        if roles.endsOperand(before) { return Self.never }
        return level(of: before, isPrefix: before == range.lowerBound || !roles.endsOperand(before - 1))
    }

    /// How tightly what follows binds what ends in front of a token.
    func right(of next: Int, in range: Range<Int>) -> Int {
        guard next < range.upperBound else { return 0 }
        let token = list[next]
        if token.closes || token.isSymbol(",") || token.isSymbol(":") { return 0 }
        if token.isSymbol("[") || token.isSymbol(".") { return Self.postfix }
        if token.opens || token.kind == .number || token.kind == .string || token.kind == .quotedName {
            return Self.never
        }
        if token.kind == .word {
            return roles[next] == .keyword ? keyword(token.lower) : Self.never
        }
        return level(of: next, isPrefix: false)
    }

    private static let ends: Set<String> = ["case", "when", "then", "else", "end"]
    private static let tight: Set<String> = ["at", "collate", "interval"]

    private func keyword(_ word: String) -> Int {
        if Self.ends.contains(word) { return 0 }
        return Self.tight.contains(word) ? Self.cast : Self.logic
    }
}
