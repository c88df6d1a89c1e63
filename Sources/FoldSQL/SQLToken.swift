//  The pieces of a statement.
//
//      sum(i) -- all        word "sum", symbol "(", word "i", symbol ")"
//      "a""b" 'it''s'       quoted name a"b, text 'it''s'
//
//  A token keeps its spelling, so that what is not ours goes to DuckDB as it was written. Comments and spaces are not kept:
//  a token only knows whether there was anything in front of it.

/// One token.
package struct SQLToken: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// A keyword or a name without quotes.
        case word
        /// A name in double quotes.
        case quotedName
        case number
        /// In quotes, or between dollars.
        case string
        /// An operator, a bracket, a comma, a dot.
        case symbol
    }

    package var kind: Kind
    /// As it is written.
    package var text: String
    /// Of a name: without its quotes; of anything else, the text.
    package var name: String
    /// The name in small letters (of ASCII), as keywords and names are compared.
    package var lower: String
    package var place: SourcePlace
    /// Whether spaces or comments stand in front of it.
    package var hasGap: Bool

    init(_ kind: Kind, _ text: String, name: String? = nil, _ place: SourcePlace, hasGap: Bool) {
        self.kind = kind
        self.text = text
        self.name = name ?? text
        lower = self.name.asciiLowercased
        self.place = place
        self.hasGap = hasGap
    }

    /// Whether it is this word, without quotes.
    func isWord(_ word: String) -> Bool { kind == .word && lower == word }

    func isWord(in words: Set<String>) -> Bool { kind == .word && words.contains(lower) }

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }

    /// Whether it can be a name.
    var isName: Bool { kind == .word || kind == .quotedName }

    var opens: Bool { kind == .symbol && (text == "(" || text == "[" || text == "{") }

    var closes: Bool { kind == .symbol && (text == ")" || text == "]" || text == "}") }
}

/// The tokens of a text, with the partner of each bracket.
package struct TokenList: Sendable {
    package var tokens: [SQLToken]
    /// Of a bracket, the index of its partner; of any other token, its own.
    package var partner: [Int]
    /// Where the text ends.
    var end: SourcePlace

    subscript(_ index: Int) -> SQLToken { tokens[index] }

    var count: Int { tokens.count }

    /// Where a token stands; the end of the text for one behind the last.
    func place(_ index: Int) -> SourcePlace { index < tokens.count ? tokens[index].place : end }

    func token(_ index: Int) -> SQLToken? { tokens.indices.contains(index) ? tokens[index] : nil }

    func isSymbol(_ index: Int, _ symbol: String) -> Bool { token(index)?.isSymbol(symbol) ?? false }

    func isWord(_ index: Int, _ word: String) -> Bool { token(index)?.isWord(word) ?? false }

    /// Calls a function for each token that is in no bracket inside of a range.
    func atTopLevel(of range: Range<Int>, _ body: (Int) -> Void) {
        var index = range.lowerBound
        while index < range.upperBound {
            body(index)
            if tokens[index].opens && partner[index] < range.upperBound {
                index = partner[index]
                if index < range.upperBound { body(index) }
            }
            index += 1
        }
    }

    /// Indices of tokens that are in no bracket inside of a range.
    func topLevel(_ range: Range<Int>, where matches: (SQLToken) -> Bool) -> [Int] {
        var found: [Int] = []
        atTopLevel(of: range) { if matches(tokens[$0]) { found.append($0) } }
        return found
    }

    /// The parts between commas that are in no bracket inside of a range; one empty part of an empty range.
    func parts(_ range: Range<Int>) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        for comma in topLevel(range, where: { $0.isSymbol(",") }) {
            parts.append(start..<comma)
            start = comma + 1
        }
        return parts + [start..<range.upperBound]
    }

    /// Without brackets around the whole.
    func unwrapped(_ range: Range<Int>) -> Range<Int> {
        var range = range
        while range.count > 2, tokens[range.lowerBound].isSymbol("("),
            partner[range.lowerBound] == range.upperBound - 1,
            parts(range.lowerBound + 1..<range.upperBound - 1).count == 1
        {
            range = range.lowerBound + 1..<range.upperBound - 1
        }
        return range
    }

    /// As it is written, with a space wherever there were spaces or comments.
    func spelled(_ range: Range<Int>) -> String {
        var text = ""
        for index in range {
            if index > range.lowerBound && tokens[index].hasGap { text += " " }
            text += tokens[index].text
        }
        return text
    }

    /// The spelling, for messages: cut when it is long.
    func shown(_ range: Range<Int>) -> String {
        let text = spelled(range)
        return text.count <= 60 ? text : String(text.prefix(59)) + "…"
    }
}
