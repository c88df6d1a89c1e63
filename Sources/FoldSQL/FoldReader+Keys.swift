//  GROUP BY: columns, names of the select list, their numbers, expressions, or ALL.
//
//  Each key must be a column of the select list, for it needs a name. A name that is a column of the source means the column,
//  as in DuckDB, also when the select list gives it to something else; that is refused, since it reads like the other.

import Records

extension FoldReader {
    mutating func readKeys(_ range: Range<Int>?) {
        guard let range else {
            return note(0, "there is no GROUP BY, and so no key", "for one total, write a mart over a fold with keys")
        }
        take(range)
        if range.count == 1, list[range.lowerBound].isWord("all") {
            for (place, item) in items.enumerated() where item.measures.isEmpty { addKey(place, range.lowerBound) }
            if keys.isEmpty {
                note(range.lowerBound, "there is no key at all", "for one total, write a mart over a fold with keys")
            } else if !keys.contains(where: { hasColumn(items[$0].expression) }) {
                // DuckDB makes one row of no rows then, as it does without GROUP BY.
                note(
                    range.lowerBound, "GROUP BY ALL with constants alone is one total",
                    "write GROUP BY \(keys.map { items[$0].name }.joined(separator: ", "))")
            }
            return
        }
        if range.isEmpty { return }
        for part in list.parts(range) {
            guard !part.isEmpty else {
                note(part.lowerBound, "an empty place between commas", "remove the comma, or write what is missing")
                continue
            }
            readKey(part)
        }
    }

    private mutating func readKey(_ part: Range<Int>) {
        let expression = list.unwrapped(part)
        let first = list[expression.lowerBound]
        if first.isWord(in: ["rollup", "cube", "grouping"]),
            list.isSymbol(expression.lowerBound + 1, "(") || list.isWord(expression.lowerBound + 1, "sets")
        {
            return note(
                expression.lowerBound, "\(first.text.uppercased()) is not kept file by file",
                "write GROUP BY and the keys")
        }
        if first.isSymbol("("), list.partner[expression.lowerBound] == expression.upperBound - 1 {
            let inside = list.shown(expression.lowerBound + 1..<expression.upperBound - 1)
            return note(
                expression.lowerBound, inside.isEmpty ? "there is no key at all" : "keys in a bracket",
                inside.isEmpty ? "for one total, write a mart over a fold with keys" : "write GROUP BY \(inside)")
        }
        if first.isWord("all") {
            return note(expression.lowerBound, "ALL among other keys", "write GROUP BY ALL alone")
        }
        if expression.count == 1, first.kind == .number, let number = Int(first.text) {
            guard (1...max(1, items.count)).contains(number), mistakes.isEmpty else {
                if mistakes.isEmpty {
                    note(expression.lowerBound, "there is no column \(number)", "the select list has \(items.count)")
                }
                return
            }
            return addKey(number - 1, expression.lowerBound)
        }
        readRows(expression, "in GROUP BY")
        if expression.count == 1, first.isName, roles.column(expression.lowerBound) == nil {
            guard let place = items.firstIndex(where: { sameBytes($0.name.asciiLowercased, first.lower) }) else {
                let known = (source?.columns ?? []) + items.map(\.name)
                let near = nearest(to: first.name, among: known).map { "did you mean \($0)?" }
                return note(
                    expression.lowerBound, "there is no column \(first.text)", near ?? "select it, it needs a name")
            }
            groupNames.insert(expression.lowerBound)
            return addKey(place, expression.lowerBound)
        }
        addKey(expression)
    }

    /// A key that is written as an expression, a single column most often.
    private mutating func addKey(_ expression: Range<Int>) {
        let wanted = canonical(expression)
        if isColumn(expression) {
            let last = list[expression.upperBound - 1]
            let other = items.first {
                sameBytes($0.name.asciiLowercased, last.lower) && canonical($0.expression) != wanted
            }
            if let other {
                let shown = list.shown(other.expression)
                return note(
                    expression.lowerBound, "\(last.text) is a column, and the select list calls \(shown) so",
                    "write GROUP BY \(shown), or give that another name")
            }
        }
        guard let place = items.firstIndex(where: { canonical($0.expression) == wanted }) else {
            return note(
                expression.lowerBound, "the key \(list.shown(expression)) is not selected", "select it, it needs a name"
            )
        }
        addKey(place, expression.lowerBound)
    }

    private func hasColumn(_ range: Range<Int>) -> Bool { range.contains { roles.column($0) != nil } }

    private func isColumn(_ range: Range<Int>) -> Bool {
        guard roles.column(range.upperBound - 1) != nil else { return false }
        return range.dropLast().allSatisfy { roles[$0] == .qualifier }
    }

    private mutating func addKey(_ place: Int, _ index: Int) {
        let item = items[place]
        if let measure = item.measures.first {
            return note(
                index, "\(item.name) is made of \(list.shown(measure.range)), which is no key",
                "group by columns of rows")
        }
        let expression = list.unwrapped(item.expression)
        if expression.count == 1, list[expression.lowerBound].isWord("null") {
            return note(expression.lowerBound, "NULL has no type", "write CAST(NULL AS VARCHAR)")
        }
        if !keys.contains(place) { keys.append(place) }
    }

    /// The tokens of an expression as they are compared: brackets around the whole, spaces, and capital letters of names aside.
    func canonical(_ range: Range<Int>) -> [ByteOrdered] {
        list.unwrapped(range).compactMap { canonicalToken(list, roles, $0) }
    }

    // MARK: Names in expressions

    /// A name of the select list means nothing in an expression of the fold.
    mutating func checkAliases() {
        for index in 0..<list.count where roles[index] == .unknownName && !groupNames.contains(index) && isTaken[index]
        {
            let isOwnName =
                items.contains { $0.isNamed && $0.place == list.place(index) } || list.isWord(index - 1, "as")
            guard !isOwnName, !sourceTokens.contains(index) else { continue }
            if let item = items.first(where: { sameBytes($0.name.asciiLowercased, list[index].lower) && $0.isNamed }) {
                note(
                    index,
                    "\(list[index].text) is the name of a column of the select list, \(list.shown(item.expression))",
                    "repeat the expression")
            } else if let item = items.first(where: { !$0.isNamed && $0.expression.contains(index) }), let source {
                let near = nearest(to: list[index].name, among: source.columns).map { "did you mean \($0)?" }
                note(
                    index, "there is no column \(list.shown(item.expression)) in \(source.name)",
                    near ?? "the columns are \(source.columns.joined(separator: ", "))")
            }
        }
    }

    /// Columns beside measures must be keys.
    mutating func checkLeftovers() {
        guard mistakes.isEmpty else { return }
        let runs = keys.map { KeyRun(canonical(items[$0].expression), key: $0) }
        for (place, item) in items.enumerated() where !keys.contains(place) {
            let replaced = replacements(in: item, of: runs, list, roles)
            for index in item.expression where !replaced.contains(where: { $0.range.contains(index) }) {
                guard let column = roles.column(index) else { continue }
                note(
                    index, "\(column) is neither a key nor in a measure",
                    "add it to GROUP BY; a key that is a part of an expression is found in brackets: (\(nearKey(column)))"
                )
            }
        }
    }

    /// The key that a column is a part of, else the first.
    private func nearKey(_ column: String) -> String {
        let key = keys.first {
            items[$0].expression.contains { roles.column($0).map { sameBytes($0, column) } ?? false }
        }
        return (key ?? keys.first).map { list.shown(items[$0].expression) } ?? column
    }
}
