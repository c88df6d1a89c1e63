//  Calls of measures. A call is taken only in a form of MeasureCall.swift, argument by argument; whatever else stands in its
//  brackets or behind them is refused by name.

extension FoldReader {
    /// Reads the call that begins at a token.
    ///
    /// - Returns: the call, nil when it has mistakes; and where it ends.
    mutating func readMeasure(_ index: Int, _ kind: MeasureKind, end: Int) -> (call: MeasureCall?, end: Int) {
        let name = list[index].lower
        let close = list.partner[index + 1]
        let before = mistakes.list.count
        var call = MeasureCall(
            kind: kind, function: name, range: index..<close + 1, arguments: [], order: [], filter: nil)
        readArguments(&call, index, index + 2..<close)
        readFilter(&call, close + 1, end: end)
        if mistakes.list.count == before { checkForm(&call, index) }
        return (mistakes.list.count == before ? call : nil, call.range.upperBound)
    }

    private mutating func readArguments(_ call: inout MeasureCall, _ index: Int, _ inside: Range<Int>) {
        var inside = inside
        if !inside.isEmpty, list[inside.lowerBound].isWord("distinct") {
            if call.kind == .count {
                call.kind = .distinctCount
            } else {
                noteDistinct(call, index, inside.lowerBound + 1..<inside.upperBound)
            }
            inside = inside.lowerBound + 1..<inside.upperBound
        } else if !inside.isEmpty, list[inside.lowerBound].isWord("all") {
            note(inside.lowerBound, "ALL in a measure", "leave it out")
            inside = inside.lowerBound + 1..<inside.upperBound
        }
        for place in list.topLevel(inside, where: { $0.isWord(in: ["ignore", "respect"]) })
        where list.isWord(place + 1, "nulls") {
            note(
                place, "\(list[place].text.uppercased()) NULLS is not read in a measure",
                "write FILTER (WHERE x IS NOT NULL)")
        }
        var arguments = inside
        if let order = list.topLevel(inside, where: { $0.isWord("order") }).first(where: { !list.isSymbol($0 - 1, ".") }
        ) {
            arguments = inside.lowerBound..<order
            if list.isWord(order + 1, "by") {
                for term in list.parts(order + 2..<inside.upperBound) { readTerm(&call, term) }
            } else {
                note(order, "ORDER without BY", "write ORDER BY")
            }
        }
        if arguments.isEmpty { return }
        if call.kind == .count, arguments.count == 1, list[arguments.lowerBound].isSymbol("*") { return }
        for argument in list.parts(arguments) {
            if argument.isEmpty {
                note(argument.lowerBound, "an empty place between commas", "remove the comma, or write what is missing")
                continue
            }
            if roles[argument.lowerBound] == .label,
                list.isSymbol(argument.lowerBound + 1, ":=") || list.isSymbol(argument.lowerBound + 1, "=>")
            {
                note(argument.lowerBound, "an argument with a name", "write the argument alone")
            }
            readRows(argument, "in a measure")
            call.arguments.append(argument)
        }
    }

    /// Refuses DISTINCT in another measure than count.
    private mutating func noteDistinct(_ call: MeasureCall, _ index: Int, _ inside: Range<Int>) {
        let end = list.topLevel(inside, where: { $0.isWord("order") }).first ?? inside.upperBound
        let arguments = list.parts(inside.lowerBound..<end).map { list.shown($0) }
        let x = arguments.first ?? "x"
        let values = "list_sort(list_distinct(list(\(x) ORDER BY \(x))))"
        let shown = list.shown(call.range)
        switch call.kind {
        case .extremum, .argument, .end: note(index, "\(shown): DISTINCT changes nothing here", "leave it out")
        case .list: note(index, "\(shown) is not kept file by file", "write \(values)")
        case .joinedText:
            let separator = arguments.count > 1 ? arguments[1] : "','"
            note(index, "\(shown) is not kept file by file", "write array_to_string(\(values), \(separator))")
        default:
            note(
                index, "\(shown) is not kept file by file", "make the value a key; count(DISTINCT x) is kept")
        }
    }

    private mutating func readTerm(_ call: inout MeasureCall, _ range: Range<Int>) {
        var term = OrderTerm(expression: range, isDescending: false, hasNullsFirst: false)
        if range.count > 2, list.isWord(range.upperBound - 2, "nulls"),
            list[range.upperBound - 1].isWord(in: ["first", "last"])
        {
            term.hasNullsFirst = list.isWord(range.upperBound - 1, "first")
            term.expression = range.lowerBound..<range.upperBound - 2
        }
        if term.expression.count > 1, list[term.expression.upperBound - 1].isWord(in: ["asc", "desc"]) {
            term.isDescending = list.isWord(term.expression.upperBound - 1, "desc")
            term.expression = term.expression.lowerBound..<term.expression.upperBound - 1
        }
        guard !term.expression.isEmpty else {
            return note(range.lowerBound, "an empty term of ORDER BY", "write ORDER BY and an expression")
        }
        if let using = list.topLevel(term.expression, where: { $0.isWord("using") }).first {
            return note(using, "USING in an order", "write ASC or DESC")
        }
        let last = list[term.expression.upperBound - 1]
        if last.isWord(in: ["ascending", "descending", "asc", "desc", "first", "last", "nulls"]),
            term.expression.count > 1,
            roles.endsOperand(term.expression.upperBound - 2), !list.isSymbol(term.expression.upperBound - 2, ".")
        {
            return note(term.expression.upperBound - 1, "\(last.text) in an order", "write t DESC NULLS FIRST")
        }
        if term.expression.count == 1, last.isWord("all") {
            return note(term.expression.lowerBound, "ORDER BY ALL in a measure", "name the terms")
        }
        readRows(term.expression, "in a measure")
        call.order.append(term)
    }

    private mutating func readFilter(_ call: inout MeasureCall, _ next: Int, end: Int) {
        guard next < end, list.isWord(next, "filter"), list.isSymbol(next + 1, "(") else { return }
        let close = list.partner[next + 1]
        var inside = next + 2..<close
        if !inside.isEmpty, list[inside.lowerBound].isWord("where") { inside = inside.lowerBound + 1..<close }
        call.range = call.range.lowerBound..<close + 1
        if inside.isEmpty {
            note(next, "FILTER without a condition", "write FILTER (WHERE condition)")
        } else {
            readRows(inside, "in FILTER")
            call.filter = inside
        }
    }

    // MARK: Forms

    private mutating func checkForm(_ call: inout MeasureCall, _ index: Int) {
        let shown = list.shown(call.range)
        let argument = call.arguments.first.map { list.shown($0) } ?? "x"
        if call.arguments.isEmpty && call.kind != .count {
            return note(index, "\(shown) has no argument", "write \(call.function)(x)")
        }
        switch call.kind {
        case .extremum, .argument:
            if call.arguments.count > call.kind.arguments.upperBound {
                return note(
                    index, "\(shown) is not kept file by file",
                    "keep the one value; of several, write a list with an order")
            }
        default: break
        }
        guard call.kind.arguments.contains(call.arguments.count) else {
            let (wanted, hint) = call.kind.argumentsInWords(call.function)
            return note(index, "\(shown): \(call.function) has \(wanted)", hint)
        }
        switch call.kind {
        case .end(let isLast): checkEnd(call, index, isLast, shown, argument)
        case .list, .joinedText:
            if call.order.isEmpty {
                let rest = call.arguments.map { list.shown($0) }.joined(separator: ", ")
                return note(
                    index, "\(shown): in which order? files come in any", "write \(call.function)(\(rest) ORDER BY t)")
            }
            if call.arguments.count == 2,
                call.arguments[1].count != 1 || list[call.arguments[1].lowerBound].kind != .string
            {
                note(
                    call.arguments[1].lowerBound, "the separator is not a text in quotes",
                    "write \(call.function)(\(argument), ',' ORDER BY t)")
            }
        default:
            if !call.order.isEmpty {
                note(index, "\(shown): an order changes nothing here", "leave ORDER BY out")
            }
        }
    }

    private mutating func checkEnd(
        _ call: MeasureCall, _ index: Int, _ isLast: Bool, _ shown: String, _ argument: String
    ) {
        guard let term = call.order.first else {
            return note(
                index, "\(shown): in which order? files come in any", "write \(call.function)(\(argument) ORDER BY t)")
        }
        if call.order.count > 1 || term.isDescending || term.hasNullsFirst {
            let other = isLast ? "arg_min" : "arg_max"
            note(
                index, "\(shown): an order of one ascending term is read here",
                "say \(other)(\(argument), \(list.shown(term.expression))), or order by a struct")
        }
    }
}

extension MeasureKind {
    /// How many arguments it has, and how it is written.
    fileprivate func argumentsInWords(_ function: String) -> (String, String) {
        switch self {
        case .argument: ("two arguments", "write \(function)(x, t)")
        case .joinedText: ("one argument and a separator", "write \(function)(x, ',' ORDER BY t)")
        case .distinctCount: ("one argument", "of several, make a struct: count(DISTINCT {'a': a, 'b': b})")
        default: ("one argument", "write \(function)(x)")
        }
    }
}
