//  The text of a fold ─▶ its parts, and all its mistakes.
//
//      SELECT  k, sum(i) AS total  FROM  events e  WHERE  i > 0  GROUP BY  k  ;
//              ─┬ ───────┬───────        ────┬───         ──┬──            ┬
//             items                      the source     condition         keys
//
//  Clauses begin with a reserved word that is in no bracket and is not a name (`p.from`, `AS order`), except for the FROM of
//  `IS DISTINCT FROM`. Each token must be taken by one of the steps below; at the end the tokens that nobody took are
//  mistakes. So a part of a statement cannot be dropped silently.

import Records

/// Reads one fold.
struct FoldReader {
    let list: TokenList
    let scope: FoldScope
    var mistakes = FoldMistakes()
    /// Whether each token was taken.
    private(set) var isTaken: [Bool]

    var source: FoldSource?
    /// How the fold calls the source, when it has another name for it.
    var alias: String?
    var roles: TokenRoles
    var items: [SelectItem] = []
    var condition: Range<Int>?
    /// What follows FROM.
    var sourceTokens = 0..<0
    /// Indices of items, in the order of GROUP BY.
    var keys: [Int] = []
    /// Tokens of GROUP BY that name an item.
    var groupNames: Set<Int> = []
    /// Parameters that the fold reads.
    var parameters: [String] = []
    /// The subquery that was refused last; nothing else is said of what is in it.
    var subquery = 0..<0

    init(_ list: TokenList, scope: FoldScope) {
        self.list = list
        self.scope = scope
        isTaken = Array(repeating: false, count: list.count)
        roles = TokenRoles(list, source: nil, alias: nil)
    }

    mutating func take(_ range: Range<Int>) { for index in range { isTaken[index] = true } }

    mutating func take(_ index: Int) { isTaken[index] = true }

    mutating func note(_ index: Int, _ text: String, _ hint: String) { mistakes.note(list.place(index), text, hint) }

    /// Reads all of it.
    mutating func read() {
        guard list.count > 0 else { return note(0, "there is no statement", "write SELECT … FROM … GROUP BY …") }
        guard beginsWell() else { return }
        let end = statementEnd()
        let clauses = clauses(0..<end)
        readSource(clauses)
        roles = TokenRoles(list, source: source, alias: alias)
        checkVariables()
        readItems(clauses.select)
        if let range = clauses.condition {
            condition = range
            readRows(range, "in WHERE")
        }
        readKeys(clauses.groups)
        checkAliases()
        checkLeftovers()
        for index in 0..<end where !isTaken[index] && mistakes.isEmpty {
            note(index, "\(list[index].text) has no place in a fold", "write SELECT … FROM … WHERE … GROUP BY …")
        }
    }

    private mutating func beginsWell() -> Bool {
        let first = list[0]
        if first.isWord("select") { return true }
        if first.isWord("from") {
            note(0, "FROM stands in front of SELECT", "write SELECT … AS k FROM events")
        } else if first.isWord("with") {
            note(0, "WITH is not read in a fold", "say it in a mart")
        } else {
            note(0, "\(first.text) begins no fold", "a fold is one SELECT")
        }
        return false
    }

    /// Where the statement ends: in front of a semicolon at the end.
    private mutating func statementEnd() -> Int {
        guard let semicolon = list.topLevel(0..<list.count, where: { $0.isSymbol(";") }).first else {
            return list.count
        }
        var next = semicolon
        while list.isSymbol(next, ";") {
            take(next)
            next += 1
        }
        if next < list.count { note(next, "a second statement", "a fold is one SELECT") }
        return semicolon
    }

    // MARK: Clauses

    struct Clauses {
        var select = 0..<0
        var source: Range<Int>?
        var condition: Range<Int>?
        var groups: Range<Int>?
    }

    /// Splits the statement at its clauses.
    private mutating func clauses(_ statement: Range<Int>) -> Clauses {
        var starts: [(word: String, index: Int)] = [("select", 0)]
        let words = SQLWords.clauses.union(SQLWords.refusedClauses.keys)
        for index in list.topLevel(statement, where: { $0.isWord(in: words) }) where isClause(index) {
            starts.append((list[index].lower, index))
        }
        var clauses = Clauses()
        var last = 0
        for (place, start) in starts.enumerated() {
            let end = place + 1 < starts.count ? starts[place + 1].index : statement.upperBound
            var body = start.index + 1..<end
            take(start.index)
            if let name = SQLWords.refusedClauses[start.word] {
                note(start.index, "\(name) is not read in a fold", "say it in a mart")
                take(body)
                continue
            }
            if start.word == "group" {
                if list.isWord(body.lowerBound, "by"), !body.isEmpty {
                    take(body.lowerBound)
                    body = body.lowerBound + 1..<end
                } else {
                    note(start.index, "GROUP without BY", "write GROUP BY")
                }
            }
            let order = ["select", "from", "where", "group"].firstIndex(of: start.word) ?? 0
            if place > 0 && order <= last {
                note(
                    start.index, "\(start.word.uppercased()) once more, or too late",
                    "write SELECT … FROM … WHERE … GROUP BY …")
                take(body)
                continue
            }
            last = order
            switch start.word {
            case "select": clauses.select = body
            case "from": clauses.source = body
            case "where": clauses.condition = body
            default: clauses.groups = body
            }
            if body.isEmpty, start.word != "from" {
                note(
                    start.index, "nothing follows \(start.word.uppercased())",
                    "write SELECT … FROM … WHERE … GROUP BY …")
            }
        }
        return clauses
    }

    /// Whether a reserved word begins a clause, and is neither a name nor a part of an operator.
    private func isClause(_ index: Int) -> Bool {
        if index == 0 || list.isSymbol(index - 1, ".") || list.isWord(index - 1, "as")
            || list.isWord(index - 1, "within")
        {
            return false
        }
        if list[index].lower == "from" {
            return
                !(list.isWord(index - 1, "distinct") && (list.isWord(index - 2, "is") || list.isWord(index - 2, "not")))
        }
        return true
    }

    // MARK: FROM

    private mutating func readSource(_ clauses: Clauses) {
        let sources = scope.sources.map(\.name).joined(separator: ", ")
        guard let range = clauses.source else {
            return note(clauses.select.upperBound, "there is no FROM", "name a source: \(sources)")
        }
        take(range)
        sourceTokens = range
        guard let first = list.token(range.lowerBound), !range.isEmpty else {
            return note(range.lowerBound - 1, "FROM names no source", "name one: \(sources)")
        }
        if first.isSymbol("(") {
            return note(range.lowerBound, "a subquery in FROM", "a fold reads one source; say it in a mart")
        }
        guard first.isName, !first.isWord(in: SQLWords.reserved) else {
            return note(range.lowerBound, "FROM \(first.text)", "name a source: \(sources)")
        }
        var next = range.lowerBound + 1
        if next < range.upperBound, list.isSymbol(next, "(") || list.isSymbol(next, ".") {
            return note(range.lowerBound, "FROM \(list.shown(range))", "name a source: \(sources)")
        }
        if next < range.upperBound, list.isSymbol(next, ":") {
            return note(range.lowerBound, "a name in front of what it names", "write FROM \(sources) AS name")
        }
        source = scope.source(first.name)
        if source == nil {
            let near = nearest(to: first.name, among: scope.sources.map(\.name)).map { "did you mean \($0)?" }
            note(range.lowerBound, "there is no source \(first.name)", near ?? "the sources are \(sources)")
        }
        if next < range.upperBound, list.isWord(next, "as") { next += 1 }
        if next < range.upperBound, list[next].isName, !list[next].isWord(in: Self.afterSource) {
            alias = list[next].name
            next += 1
        } else if list.isWord(next - 1, "as") {
            note(next - 1, "AS without a name", "write FROM \(first.name) AS name")
        }
        guard next < range.upperBound else { return }
        let found = list[next]
        if found.isSymbol(",") || found.isWord(in: SQLWords.joins) {
            note(next, "a join", "a fold reads one source; say it in a mart")
        } else if found.isWord("tablesample") {
            note(next, "TABLESAMPLE is not read in a fold", "say it in a mart")
        } else {
            note(next, "\(found.text) behind the source", "a fold reads one source, FROM \(first.name)")
        }
    }

    private static let afterSource = SQLWords.reserved.union(SQLWords.joins).union(["tablesample", "on", "at"])

    private mutating func checkVariables() {
        for index in roles.variables {
            let token = list[index]
            if source?.column(token.name) != nil {
                note(index, "the variable \(token.name) has the name of a column", "give it another name")
            }
        }
    }
}
