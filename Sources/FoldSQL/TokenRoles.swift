//  What a name in an expression is, by what stands around it: a column, or something else that is spelled alike.
//
//      CAST(day AS date)      day: column       date: type
//      p.first                p: column         first: member
//      upper(k)               upper: function   k: column
//      lambda x: x + k        x: variable, both times
//      {'a': 1}, f(a := 1)    a: label
//      extract(year FROM t)   year: unit
//
//  Where this errs, DuckDB refuses: what is taken for a column and is none is replaced by a state's column in a place where
//  none fits; what is a column and is not seen has no name in what is finished.

/// What a token of an expression is.
enum TokenRole: Hashable, Sendable {
    /// The name of a column, as the source declares it.
    case column(String)
    /// A name that is no column of the source: an alias, or a mistake that DuckDB reports.
    case unknownName
    /// The name of the source in front of a column, or its dot.
    case qualifier
    case function
    case member
    case type
    case label
    case variable
    case unit
    case keyword
    case other
}

/// Roles of all tokens of a statement.
struct TokenRoles {
    let list: TokenList
    let source: FoldSource?
    /// How the source is called in the fold.
    let alias: String?
    private(set) var roles: [TokenRole]

    init(_ list: TokenList, source: FoldSource?, alias: String?) {
        self.list = list
        self.source = source
        self.alias = alias
        roles = Array(repeating: .other, count: list.count)
        for index in 0..<list.count { roles[index] = role(index) }
        markTypes()
        markVariables()
    }

    subscript(_ index: Int) -> TokenRole { roles.indices.contains(index) ? roles[index] : .other }

    func column(_ index: Int) -> String? {
        if case .column(let name) = self[index] { name } else { nil }
    }

    private func role(_ index: Int) -> TokenRole {
        let token = list[index]
        if token.isSymbol("."), case .qualifier = self[index - 1] { return .qualifier }
        guard token.isName else { return .other }
        if list.isSymbol(index - 1, ".") {
            if case .qualifier = self[index - 1], let column = source?.column(token.name) { return .column(column) }
            return .member
        }
        if isQualifier(index) { return .qualifier }
        if list.isSymbol(index + 1, ":=") || list.isSymbol(index + 1, "=>") { return .label }
        if list.isSymbol(index + 1, ":"),
            list.isSymbol(index - 1, "{") || (list.isSymbol(index - 1, ",") && isInBraces(index))
        {
            return .label
        }
        if token.kind == .word {
            if token.lower == "cast" { return .function }
            if SQLWords.reserved.contains(token.lower) { return .keyword }
            if list.token(index + 1)?.kind == .string, !SQLWords.operators.contains(token.lower) { return .type }
            if isUnit(index) { return .unit }
        }
        if list.isSymbol(index + 1, "(") {
            return SQLWords.operators.contains(token.lower) && endsOperand(index - 1) ? .keyword : .function
        }
        if let column = source?.column(token.name), token.kind == .quotedName || !isOperator(index) {
            return .column(column)
        }
        if token.kind == .word && isOperator(index) { return .keyword }
        return .unknownName
    }

    /// `like` and the like stand behind an operand; where none is, they are names.
    private func isOperator(_ index: Int) -> Bool {
        let token = list[index]
        guard token.kind == .word else { return false }
        if SQLWords.operators.contains(token.lower) { return true }
        if token.lower == "time" { return list.isWord(index - 1, "at") }
        if token.lower == "by" { return list.isWord(index - 1, "group") || list.isWord(index - 1, "order") }
        if token.lower == "first" || token.lower == "last" {
            return list.isWord(index - 1, "nulls") && isOperator(index - 1)
        }
        if token.lower == "zone" { return list.isWord(index - 1, "time") && list.isWord(index - 2, "at") }
        return Self.trailing.contains(token.lower) && endsOperand(index - 1)
    }

    /// Words that mean something only behind an operand.
    private static let trailing: Set<String> = [
        "filter", "over", "within", "export_state", "nulls", "ignore", "respect",
    ]

    /// `events` of `events.user_id`.
    private func isQualifier(_ index: Int) -> Bool {
        guard let source, list.isSymbol(index + 1, "."), let next = list.token(index + 2), next.isName,
            source.column(next.name) != nil, !list.isSymbol(index + 3, "(")
        else { return false }
        return sameBytes(list[index].lower, (alias ?? source.name).asciiLowercased)
    }

    private func isInBraces(_ index: Int) -> Bool {
        var place = index - 1
        while place >= 0 {
            if list[place].opens { return list[place].text == "{" }
            place = list[place].closes ? list.partner[place] - 1 : place - 1
        }
        return false
    }

    /// `year` of `extract(year FROM t)`, `day` of `INTERVAL 1 day`.
    private func isUnit(_ index: Int) -> Bool {
        if list.isSymbol(index - 1, "("), list.isWord(index - 2, "extract"), list.isWord(index + 1, "from") {
            return true
        }
        guard SQLWords.units.contains(list[index].lower) else { return false }
        if list.isWord(index - 2, "interval") { return true }
        return list.isSymbol(index - 1, ")") && list.isWord(list.partner[index - 1] - 1, "interval")
    }

    /// Whether a token ends an operand, so that an operator follows.
    func endsOperand(_ index: Int) -> Bool {
        guard let token = list.token(index) else { return false }
        switch token.kind {
        case .number, .string, .quotedName: return true
        case .symbol: return token.closes
        case .word:
            if list.isSymbol(index - 1, ".") { return true }
            if token.lower == "by" && isOperator(index) { return false }
            if token.lower == "end" || SQLWords.values.contains(token.lower) { return true }
            return !SQLWords.reserved.contains(token.lower) && !SQLWords.operators.contains(token.lower)
        }
    }

    // MARK: Types

    private mutating func markTypes() {
        for index in 0..<list.count {
            if list[index].isSymbol("::") { markType(index + 1) }
            if list[index].isWord("cast") || list[index].isWord("try_cast"), list.isSymbol(index + 1, "(") {
                let inside = index + 2..<list.partner[index + 1]
                guard let word = list.topLevel(inside, where: { $0.isWord("as") }).last else { continue }
                for token in word + 1..<inside.upperBound { roles[token] = .type }
            }
        }
    }

    /// `DOUBLE PRECISION`, `DECIMAL(9, 2)`, `STRUCT(a INTEGER)[]`, `TIMESTAMP WITH TIME ZONE`.
    private mutating func markType(_ start: Int) {
        guard let first = list.token(start), first.isName else { return }
        roles[start] = .type
        var index = start + 1
        let tail = ["precision", "varying"]
        if let next = list.token(index), next.kind == .word, tail.contains(next.lower) {
            roles[index] = .type
            index += 1
        }
        if list.isSymbol(index, "("), !list[index].hasGap || first.lower == "decimal" || first.lower == "struct" {
            for token in index...list.partner[index] { roles[token] = .type }
            index = list.partner[index] + 1
        }
        if list.isWord(index, "with") || list.isWord(index, "without"), list.isWord(index + 1, "time"),
            list.isWord(index + 2, "zone")
        {
            for token in index..<index + 3 { roles[token] = .type }
        }
    }

    // MARK: Variables

    /// Parameters of lambdas and variables of comprehensions, wherever they occur in their brackets.
    private mutating func markVariables() {
        for index in 0..<list.count {
            if list[index].isWord("lambda"), !list.isSymbol(index - 1, ".") { markLambda(index) }
            if list[index].isSymbol("[") { markComprehension(index) }
        }
    }

    /// Names that lambdas and comprehensions give, with their places.
    private(set) var variables: [Int] = []

    private mutating func markLambda(_ index: Int) {
        var names: [Int] = []
        var next = index + 1
        while let token = list.token(next), token.isName || token.isSymbol(",") {
            if token.isName { names.append(next) }
            next += 1
        }
        guard list.isSymbol(next, ":") else { return }
        mark(names, in: index..<end(from: index))
    }

    private mutating func markComprehension(_ bracket: Int) {
        let inside = bracket + 1..<max(bracket + 1, list.partner[bracket])
        guard let word = list.topLevel(inside, where: { $0.isWord("for") }).first else { return }
        var names: [Int] = []
        var next = word + 1
        while let token = list.token(next), next < inside.upperBound, !token.isWord("in") {
            if token.isName { names.append(next) }
            next += 1
        }
        mark(names, in: inside)
    }

    private mutating func mark(_ names: [Int], in range: Range<Int>) {
        variables += names
        for name in names {
            for index in range where list[index].isName && sameBytes(list[index].lower, list[name].lower) {
                switch roles[index] {
                case .column, .unknownName, .keyword: roles[index] = .variable
                default: break
                }
            }
        }
    }

    /// Where the bracket ends that a token is in.
    private func end(from index: Int) -> Int {
        var place = index
        while place < list.count {
            if list[place].closes { return place }
            place = list[place].opens ? list.partner[place] + 1 : place + 1
        }
        return list.count
    }
}
