//  What an expression of a fold may hold. Everything that is not refused here goes to DuckDB as it is written.

import Records

extension FoldReader {
    /// Reads an expression of the select list, and finds its measures.
    mutating func readExpression(_ range: Range<Int>) -> [MeasureCall] {
        var measures: [MeasureCall] = []
        var index = range.lowerBound
        while index < range.upperBound {
            if let kind = measureKind(index) {
                let (call, end) = readMeasure(index, kind, end: range.upperBound)
                if let call { measures.append(call) }
                index = end
            } else {
                check(index)
                index += 1
            }
        }
        return measures
    }

    /// Reads an expression over rows: no measure may be in it.
    ///
    /// - Parameter place: "in WHERE", for messages.
    mutating func readRows(_ range: Range<Int>, _ place: String) {
        take(range)
        for index in range {
            if measureKind(index) != nil {
                if place == "in a measure" {
                    note(index, "an aggregate in an aggregate", "a fold groups once; say it in a mart")
                } else {
                    note(index, "\(call(index)) \(place)", "a measure is a column of the select list")
                }
            }
            check(index)
        }
    }

    /// The measure that begins at a token.
    func measureKind(_ index: Int) -> MeasureKind? {
        guard list[index].kind == .word, list.isSymbol(index + 1, "("), !list.isSymbol(index - 1, ".") else {
            return nil
        }
        return MeasureKind(function: list[index].lower)
    }

    /// A call as it is written, for messages.
    func call(_ index: Int) -> String { list.shown(index..<list.partner[index + 1] + 1) }

    private mutating func check(_ index: Int) {
        let token = list[index]
        if subquery.contains(index) { return }
        if token.isName {
            if list.isSymbol(index + 1, "("), roles[index] != .type {
                checkFunction(index)
            } else if token.kind == .word {
                checkWord(index)
            }
            if roles[index] == .unknownName, !list.isSymbol(index + 1, "."), let source,
                sameBytes(token.lower, (alias ?? source.name).asciiLowercased)
            {
                note(index, "\(token.text) stands for all columns", "name each column")
            }
        } else if token.kind == .symbol {
            checkSymbol(index)
        }
    }

    private mutating func checkSymbol(_ index: Int) {
        switch list[index].text {
        case "*", "**":
            let isCount =
                list.isWord(index - 2, "count") && list.isSymbol(index - 1, "(") && list.isSymbol(index + 1, ")")
            if !roles.endsOperand(index - 1), !isCount { note(index, "* stands for all columns", "name each column") }
        case "->":
            note(
                index, "-> is a lambda in one series of DuckDB, and refused in another",
                "write lambda x: …, or json_extract(value, path)")
        case ";": note(index, "; in an expression", "a fold is one SELECT")
        case "(", "[":
            guard let next = list.token(index + 1), next.isWord(in: SQLWords.subqueries) else { return }
            if next.lower == "values", !list.isSymbol(index + 2, "(") { return }
            note(index + 1, "a subquery", "say it in a mart")
            subquery = index + 1..<list.partner[index]
        default: break
        }
    }

    private static let strayClauses: Set<String> = [
        "select", "union", "intersect", "except", "having", "window", "qualify", "group", "limit", "offset", "where",
        "using",
        "into", "fetch", "pivot", "unpivot", "returning",
    ]

    private mutating func checkWord(_ index: Int) {
        let token = list[index]
        guard !list.isSymbol(index - 1, "."), roles[index] != .label, roles[index] != .variable,
            roles.column(index) == nil
        else { return }
        // `max(at)`: between symbols no word of SQL has a meaning.
        if SQLWords.isOnlyKeyword(token.lower), list.token(index - 1)?.kind == .symbol, !roles.endsOperand(index - 1),
            list.token(index + 1)?.kind == .symbol, !list.isSymbol(index + 1, "("),
            let column = source?.columns.first(where: { sameBytes($0.asciiLowercased, token.lower) })
        {
            return note(
                index, "\(token.text) is a word of SQL, and here it stands for a column",
                "write \(column.quotedName)")
        }
        switch token.lower {
        case "collate": note(index, "COLLATE makes texts equal that differ", "write lower(x), or leave it out")
        case "over" where roles.endsOperand(index - 1): noteWindow(index)
        case "within" where list.isWord(index + 1, "group"):
            note(index, "WITHIN GROUP is not kept file by file", "keep the values in a key")
        case "export_state" where roles.endsOperand(index - 1):
            note(index, "EXPORT_STATE is not kept file by file", "leave it out; Watchfold keeps states")
        case "exists": note(index, "a subquery", "say it in a mart")
        case "ignore" where roles.endsOperand(index - 1), "respect" where roles.endsOperand(index - 1):
            guard list.isWord(index + 1, "nulls") else { return }
            note(index, "\(token.text.uppercased()) NULLS is not read in a fold", "write FILTER (WHERE x IS NOT NULL)")
        case _ where SQLWords.bareFunctions.contains(token.lower) && roles[index] != .type:
            noteUnstable(index, token.text)
        case _ where Self.strayClauses.contains(token.lower) && roles[index] == .keyword:
            if token.lower == "group" && list.isWord(index - 1, "within") { return }
            note(index, "\(token.text.uppercased()) in an expression", "say it in a mart")
        default: break
        }
    }

    private mutating func noteWindow(_ index: Int) { note(index, "a window", "say it in a mart") }

    private mutating func noteUnstable(_ index: Int, _ text: String) {
        note(
            index, "\(text) depends on time, chance or the machine",
            "the answer must depend on the files alone; use a column, or a parameter of plan.yaml")
    }

    private mutating func checkFunction(_ index: Int) {
        let token = list[index]
        let name = token.lower
        let isMethod = list.isSymbol(index - 1, ".")
        let isMeasure = MeasureKind(function: name) != nil
        let isAggregate = isMeasure || SQLWords.refusedAggregates.contains(name) || SQLWords.orderless.contains(name)
        if token.kind == .quotedName {
            return note(
                index, "a function in quotes", "write \(name)(\(list.shown(index + 2..<list.partner[index + 1])))")
        }
        if isMethod && isMeasure {
            let start = pathStart(index)
            return note(
                start, "\(list.shown(start..<list.partner[index + 1] + 1)) hides the measure",
                "write \(name)(\(arguments(of: index, from: start)))")
        }
        if isAggregate && !isMeasure { return noteAggregate(index) }
        if SQLWords.isUnstable(name) { return noteUnstable(index, call(index)) }
        switch name {
        case "getvariable": checkParameter(index, isMethod)
        case "age" where isMethod || list.parts(index + 2..<list.partner[index + 1]).count == 1:
            noteUnstable(index, call(index))
        case "columns", "unpack": note(index, "\(token.text.uppercased())(…) stands for columns", "name each column")
        case "filter" where roles.endsOperand(index - 1) && !isMethod:
            note(index, "FILTER behind something that is no measure", "write it behind the measure's bracket")
        case "over" where roles.endsOperand(index - 1) && !isMethod: noteWindow(index)
        case _ where SQLWords.rowMakers.contains(name):
            note(index, "\(call(index)) makes several rows of one", "say it in a mart")
        case _ where SQLWords.groupings.contains(name):
            note(index, "\(token.text.uppercased()) is not kept file by file", "write GROUP BY and the keys")
        default:
            if list.isWord(index, "exists") { note(index, "a subquery", "say it in a mart") }
        }
    }

    /// Where the names in front of a method begin.
    private func pathStart(_ index: Int) -> Int {
        var start = index
        while start >= 2, list.isSymbol(start - 1, "."), list[start - 2].isName { start -= 2 }
        return start
    }

    /// What a method is called on, as an argument: `i` of `i.sum()` and of `main.sum(i)`.
    private func arguments(of index: Int, from start: Int) -> String {
        let inside = list.shown(index + 2..<list.partner[index + 1])
        return inside.isEmpty ? list.shown(start..<max(start, index - 1)) : inside
    }

    private mutating func noteAggregate(_ index: Int) {
        let name = list[index].lower
        var inside = index + 2..<list.partner[index + 1]
        if !inside.isEmpty, list[inside.lowerBound].isWord(in: ["distinct", "all"]) {
            inside = inside.lowerBound + 1..<inside.upperBound
        }
        let order = list.topLevel(inside, where: { $0.isWord("order") }).first
        let arguments = list.parts(inside.lowerBound..<(order ?? inside.upperBound)).map { list.shown($0) }
        let x = arguments.first.flatMap { $0.isEmpty ? nil : $0 } ?? "x"
        if SQLWords.orderless.contains(name) {
            if let order {
                let terms = list.shown(order..<inside.upperBound)
                return note(
                    index, "\(call(index)) keeps the first value that is there",
                    "write first(\(x) \(terms)) FILTER (WHERE \(x) IS NOT NULL)")
            }
            note(
                index, "\(call(index)): in which order? files come in any",
                "write min(\(x)), or first(\(x) ORDER BY t) FILTER (WHERE \(x) IS NOT NULL)")
        } else if name == "count_star" {
            note(index, "count_star()", "write count(*)")
        } else if name == "mean" {
            note(index, call(index), "write avg(\(x))")
        } else if SQLWords.windows.contains(name) {
            noteWindow(index)
        } else {
            note(index, "\(call(index)) does not merge", SQLWords.instead(of: name, x, Array(arguments.dropFirst())))
        }
    }

    private mutating func checkParameter(_ index: Int, _ isMethod: Bool) {
        let inside = index + 2..<list.partner[index + 1]
        let known = scope.parameters.isEmpty ? "there are none" : "they are \(scope.parameters.joined(separator: ", "))"
        guard !isMethod, inside.count == 1, list[inside.lowerBound].kind == .string,
            list[inside.lowerBound].text.hasPrefix("'")
        else {
            return note(
                index, "\(call(index)) names no parameter",
                "write getvariable('name'); parameters are declared in plan.yaml")
        }
        let name = String(list[inside.lowerBound].text.dropFirst().dropLast())
        guard let declared = scope.parameters.first(where: { sameBytes($0, name) }) else {
            let near = nearest(to: name, among: scope.parameters).map { "did you mean \($0)?" }
            return note(
                inside.lowerBound, "the parameter \(name) is not declared",
                near ?? "parameters are declared in plan.yaml; \(known)")
        }
        if !parameters.contains(where: { sameBytes($0, declared) }) { parameters.append(declared) }
    }
}
