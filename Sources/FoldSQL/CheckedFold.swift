//  A fold without mistakes that its text can tell: the first of two steps from text to queries.
//
//      text ─▶ CheckedFold ─▶ types query ─▶ DuckDB ─▶ types of expressions ─▶ CompiledFold ─▶ queries
//              (this file)    (FoldTypes)               (of a DESCRIBE)         (CompiledFold)
//
//  What type an expression has, only DuckDB knows. Rules about types (sums of DOUBLE, keys of INTERVAL) are therefore checked
//  in the second step, with the answers of the first.

import Records

/// A key of a fold.
package struct FoldKey: Hashable, Sendable {
    package var name: String
    /// As it is written.
    package var expression: String
    /// Columns of the source in it; none in a constant.
    package var columns: [String]
}

/// A fold whose text is in order.
package struct CheckedFold: Sendable {
    /// The file, as messages name it.
    package let file: String
    /// The fold's name, which its main table has.
    package let name: String
    package let source: FoldSource
    /// Parameters that the fold reads, in the order of the text.
    package let parameters: [String]

    let list: TokenList
    let roles: TokenRoles
    let alias: String?
    let items: [SelectItem]
    /// Indices of items.
    let keys: [Int]
    let condition: Range<Int>?

    /// Reads the text of a fold.
    ///
    /// - Parameters:
    ///   - text: one statement.
    ///   - name: the fold's.
    ///   - file: as messages name it.
    ///   - scope: what it can name.
    /// - Throws: ``FoldTextError`` with all mistakes, in the order of the text.
    package init(_ text: String, name: String, file: String, scope: FoldScope) throws(FoldTextError) {
        let list = try SQLLexer.read(text, file: file)
        var reader = FoldReader(list, scope: scope)
        reader.read()
        try reader.mistakes.check(file: file)
        guard let source = reader.source else { preconditionFailure("\(file): no source and no mistake") }
        precondition(!reader.isTaken.contains(false), "\(file): tokens that nobody took")
        self.file = file
        self.name = name
        self.source = source
        self.list = list
        roles = reader.roles
        alias = reader.alias
        items = reader.items
        keys = reader.keys
        condition = reader.condition
        parameters = reader.parameters
    }

    /// How the fold calls its source.
    var sourceName: String { alias ?? source.name }

    /// Names of the keys, in the order of GROUP BY: columns of every table.
    package var keyNames: [String] { keys.map { items[$0].name } }

    /// The keys, for those who make rows to prove a fold with.
    package var keyFacts: [FoldKey] {
        keys.map { key in
            let item = items[key]
            let named = item.expression.compactMap { roles.column($0) }.map(ByteOrdered.init)
            return FoldKey(
                name: item.name, expression: text(item.expression),
                columns: source.columns.filter { named.contains(ByteOrdered($0)) })
        }
    }

    /// Names of all columns, in the order of the select list.
    package var columnNames: [String] { items.map(\.name) }

    /// Columns of the source that the text names, in the order of the source. A word that only looks like one may be among them.
    package var columns: [String] {
        let labels = Set(items.filter(\.isNamed).map(\.place))
        let named = list.tokens.indices.compactMap { index -> ByteOrdered? in
            let token = list[index]
            guard !labels.contains(token.place) else { return nil }
            // A word that is an operator in most places may be a column after all.
            let isDoubtful = roles[index] == .keyword && !SQLWords.reserved.contains(token.lower)
            return (roles.column(index) ?? (isDoubtful ? source.column(token.name) : nil)).map(ByteOrdered.init)
        }
        let set = Set(named)
        return source.columns.filter { set.contains(ByteOrdered($0)) }
    }

    /// Whether the answer depends on files' names, so that a copy under another name is folded again.
    package var isNameBound: Bool {
        let bound = Set(source.nameColumns.map { ByteOrdered($0) })
        return columns.contains { bound.contains(ByteOrdered($0)) }
    }

    /// Without spaces and comments, keywords in small letters: two folds with the same text are the same. Names keep their
    /// spelling, for the columns of the answer have it.
    package var identity: String {
        list.tokens.indices.filter { !list[$0].isSymbol(";") }.map { index in
            roles[index] == .keyword || roles[index] == .function && list[index].kind == .word
                ? list[index].lower : list[index].text
        }.joined(separator: " ")
    }

    // MARK: Texts

    /// A part of the fold as it is written, with a space wherever there were spaces or comments.
    func text(_ range: Range<Int>) -> String { list.spelled(range) }

    /// An expression in which some parts are replaced.
    func text(_ range: Range<Int>, _ replaced: [(range: Range<Int>, text: String)]) -> String {
        var text = ""
        var index = range.lowerBound
        var rest = replaced[...]
        while index < range.upperBound {
            if index > range.lowerBound && list[index].hasGap { text += " " }
            if let next = rest.first, next.range.lowerBound == index {
                text += next.text
                index = next.range.upperBound
                rest.removeFirst()
            } else {
                text += list[index].text
                index += 1
            }
        }
        return text
    }

    /// The rows of a relation as the fold sees them: with the columns that it names, under the name that it gives them.
    ///
    /// - Parameter others: columns that it does not name.
    func from(_ relation: String, with others: [String] = []) -> String {
        let columns = (self.columns + others).map(\.quotedName)
        return
            "FROM (SELECT \(columns.isEmpty ? "1 AS \"__w_row\"" : columns.joined(separator: ", ")) FROM \(relation)) AS "
            + sourceName.quotedName
    }

    var whereClause: String { condition.map { "\nWHERE " + text($0) } ?? "" }

    /// Keys as they are looked for beside measures.
    var runs: [KeyRun] {
        keys.map { key in
            KeyRun(
                list.unwrapped(items[key].expression).compactMap { canonicalToken(list, roles, $0) }, key: key)
        }
    }

    /// How the tokens of two expressions are compared.
    func canonical(_ range: Range<Int>) -> [ByteOrdered] { range.compactMap { canonicalToken(list, roles, $0) } }
}
