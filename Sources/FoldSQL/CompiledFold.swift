//  A fold as queries: the second of two steps (CheckedFold.swift has the first).
//
//      SELECT k, sum(i) AS total, count(DISTINCT v) AS values FROM events GROUP BY k
//
//      partial    session          k, _records, __w_1            one file's rows, grouped
//                 session.values   k, __w_x, _records            and the values of each key
//      merge      the same columns, from partials or segments
//      finish     k, total, values                              both tables, joined by k
//      direct     k, total, values                              from rows at once: the judge
//
//  Columns of the tables that are no key begin with `__w_`, except `_records`, the number of rows behind a row. Keys have the
//  names that the select list gives them, so a name of a key and a column of ours cannot meet: the former never begins with `_`.
//
//  Each measure becomes columns of the main table, or a companion table. What a state is, and how two of them become one, is
//  in FoldState.swift; the queries are put together in StateTable.swift and CompiledFold+Queries.swift.

import Records

/// A fold that can be run.
package struct CompiledFold: Sendable {
    package let checked: CheckedFold
    let types: FoldTypes
    /// The table that every fold has, then one for each companion.
    package let tables: [StateTable]
    /// How each measure is finished.
    let finishes: [MeasureCall: FoldFinish]

    /// - Parameters:
    ///   - checked: the first step.
    ///   - types: the answer to ``CheckedFold/typesQuery(over:)``: names of its columns, and their types as DESCRIBE spells them.
    /// - Throws: ``FoldTextError`` with all mistakes that the types show.
    package init(_ checked: CheckedFold, types: [String: String]) throws(FoldTextError) {
        let types = try FoldTypes(checked, types)
        var planner = FoldPlanner(checked, types)
        planner.plan()
        try planner.mistakes.check(file: checked.file)
        self.checked = checked
        self.types = types
        tables = planner.tables
        finishes = planner.finishes
    }

    /// Version of what partials hold; a part of a fold's identity.
    package static let version = 1
}

/// How a measure is finished from merged tables.
enum FoldFinish: Hashable, Sendable {
    /// An expression over columns of the main table.
    case main(String)
    /// An expression over grouped rows of a companion table.
    case companion(Int, CompanionUse, String)
}

/// How rows of a companion are used.
enum CompanionUse: Hashable, Sendable {
    /// Each row once.
    case values
    /// Each row as often as there were rows.
    case rows
}

/// Decides tables and columns of a fold.
struct FoldPlanner {
    let fold: CheckedFold
    let types: FoldTypes
    private(set) var mistakes = FoldMistakes()
    private(set) var finishes: [MeasureCall: FoldFinish] = [:]
    private var states: [FoldState] = []
    private var companions: [(source: Companion, table: StateTable)] = []

    /// What makes a companion: the value, the order, the filter.
    private struct Companion: Hashable {
        var value: [ByteOrdered]
        var order: [[ByteOrdered]]
        var filter: [ByteOrdered]?
    }

    init(_ fold: CheckedFold, _ types: FoldTypes) {
        self.fold = fold
        self.types = types
    }

    var tables: [StateTable] {
        [StateTable(name: fold.name, fold: fold, keys: keyColumns, states: states, condition: rowCondition(nil))]
            + companions.map(\.table)
    }

    mutating func plan() {
        for key in fold.keys {
            let item = fold.items[key]
            if let refusal = types[.key(key)].refusal {
                mistakes.note(
                    fold.list.place(item.expression.lowerBound), "the key \(item.name) is \(refusal.text)", refusal.hint
                )
            }
        }
        for (place, item) in fold.items.enumerated() {
            if !fold.keys.contains(place) { check(types[.column(place)], of: item) }
            for call in item.measures where finishes[call] == nil {
                check(call)
                finishes[call] = call.kind.hasCompanion ? companion(call, item) : main(call)
            }
        }
    }

    private var keyColumns: [KeyColumn] {
        fold.keys.map { key in
            KeyColumn(
                name: fold.items[key].name, expression: types[.key(key)].normal(fold.text(fold.items[key].expression)))
        }
    }

    // MARK: Types

    /// How a value that is no number becomes one.
    private static func number(_ function: String, _ argument: String, _ type: SQLType) -> String {
        if type.name.hasPrefix("TIMESTAMP") || ["DATE", "TIME", "INTERVAL"].contains(type.name) {
            return "write \(function)(epoch_us(\(argument))), in microseconds"
        }
        return "cast: \(function)(CAST(\(argument) AS BIGINT))"
    }

    private mutating func check(_ call: MeasureCall) {
        let place = fold.list.place(call.range.lowerBound)
        let shown = fold.list.shown(call.range)
        switch call.kind {
        case .sum, .average:
            let type = types[.operand(fold.canonical(call.arguments[0]))]
            if type.isInteger || type.name == "DECIMAL" || (type.name == "BOOLEAN" && call.kind == .sum) { return }
            let argument = fold.list.shown(call.arguments[0])
            if type.isFloat {
                mistakes.note(
                    place, "\(shown) of \(type.text): the result would depend on the order of files",
                    "declare the field as decimal, or cast: \(call.function)(CAST(\(argument) AS DECIMAL(18, 3)))")
            } else {
                mistakes.note(
                    place, "\(shown) of \(type.text): \(call.function) is kept of integers and decimals",
                    Self.number(call.function, argument, type))
            }
        default:
            for operand in call.operands {
                if let refusal = types[.operand(fold.canonical(operand))].refusal {
                    mistakes.note(
                        fold.list.place(operand.lowerBound), "\(shown) keeps \(refusal.text)", refusal.hint)
                }
            }
        }
    }

    /// A column of HUGEINT becomes BIGINT; one that has it inside would be DOUBLE in Parquet.
    private mutating func check(_ type: SQLType, of item: SelectItem) {
        guard type.name == "UHUGEINT" || type.inner.contains(where: \.holdsHugeIntegers) else { return }
        mistakes.note(
            fold.list.place(item.expression.lowerBound), "\(item.name) is \(type.text)",
            "cast what is in it to BIGINT or DECIMAL(38, 0)")
    }

    /// An argument, in the form in which equal values have equal bytes.
    private func normal(_ range: Range<Int>) -> String {
        types[.operand(fold.canonical(range))].normal(fold.text(range))
    }

    // MARK: States

    private func filterText(_ call: MeasureCall) -> String {
        call.filter.map { " FILTER (WHERE \(fold.text($0)))" } ?? ""
    }

    private mutating func add(_ partial: String, merge: String, check: RangeCheck? = nil, shown: String) -> String {
        if let index = states.firstIndex(where: {
            sameBytes($0.partial, partial) && $0.merge == merge && $0.check == check
        }) {
            return states[index].name.quotedName
        }
        let state = FoldState(
            name: "__w_\(states.count + 1)", partial: partial, merge: merge, check: check, shown: shown)
        states.append(state)
        return state.name.quotedName
    }

    private mutating func main(_ call: MeasureCall) -> FoldFinish {
        let filter = filterText(call)
        let shown = fold.list.shown(call.range)
        let arguments = call.arguments.map { fold.text($0) }
        let callType = types[.call(call)].text
        switch call.kind {
        case .count:
            let argument = arguments.first ?? "*"
            return .main(add("count(\(argument))\(filter)", merge: "sum", check: .bigint, shown: shown))
        case .countIf:
            let state = add("count_if(\(arguments[0]))\(filter)", merge: "sum", check: .bigint, shown: shown)
            return .main("CAST(\(state) AS \(callType))")
        case .sum:
            let state = sum(call, arguments[0], filter, shown)
            return .main("CAST(\(state) AS \(callType))")
        case .average:
            let type = types[.operand(fold.canonical(call.arguments[0]))]
            let state = sum(call, arguments[0], filter, shown)
            let count = add("count(\(arguments[0]))\(filter)", merge: "sum", check: .bigint, shown: shown)
            return .main("CAST(\(state) AS \(type.isInteger ? "HUGEINT" : "DECIMAL(38,\(type.scale))")) / \(count)")
        case .extremum(let function):
            return .main(add("\(function)(\(normal(call.arguments[0])))\(filter)", merge: function, shown: shown))
        case .argument(let isMaximum):
            let (x, t) = (normal(call.arguments[0]), normal(call.arguments[1]))
            var condition = "(\(x)) IS NOT NULL AND (\(t)) IS NOT NULL"
            if let filter = call.filter { condition = "(\(fold.text(filter))) AND " + condition }
            return .main(pair(isMaximum, x, t, " FILTER (WHERE \(condition))", shown))
        case .end(let isLast):
            return .main(pair(isLast, normal(call.arguments[0]), normal(call.order[0].expression), filter, shown))
        case .distinctCount, .list, .joinedText: preconditionFailure("\(shown) has a table of its own")
        }
    }

    private mutating func sum(_ call: MeasureCall, _ argument: String, _ filter: String, _ shown: String) -> String {
        let type = types[.operand(fold.canonical(call.arguments[0]))]
        let check = type.name == "DECIMAL" ? RangeCheck.decimal(scale: type.scale) : .bigint
        return add("sum(\(argument))\(filter)", merge: "sum", check: check, shown: shown)
    }

    /// A struct of what decides and what is wanted, of which the least or the greatest is kept.
    private mutating func pair(_ isMaximum: Bool, _ x: String, _ t: String, _ filter: String, _ shown: String) -> String
    {
        let function = isMaximum ? "max" : "min"
        let state = add("\(function)({'t': \(t), 'x': \(x)})\(filter)", merge: function, shown: shown)
        return "struct_extract(\(state), 'x')"
    }

    // MARK: Companions

    private mutating func companion(_ call: MeasureCall, _ item: SelectItem) -> FoldFinish {
        let value = fold.canonical(call.arguments[0])
        let terms = call.order.filter { fold.canonical($0.expression) != value }
        var orders: [OrderTerm] = []
        for term in terms
        where !orders.contains(where: { fold.canonical($0.expression) == fold.canonical(term.expression) }) {
            orders.append(term)
        }
        let source = Companion(
            value: value, order: orders.map { fold.canonical($0.expression) },
            filter: call.filter.map { fold.canonical($0) })
        let index = companions.firstIndex { $0.source == source } ?? companions.count
        if index == companions.count {
            var columns = keyColumns + [KeyColumn(name: "__w_x", expression: normal(call.arguments[0]))]
            for (place, term) in orders.enumerated() {
                columns.append(KeyColumn(name: "__w_t\(place + 1)", expression: normal(term.expression)))
            }
            let table = StateTable(
                name: name(for: item), fold: fold, keys: columns, states: [], condition: rowCondition(call.filter))
            companions.append((source, table))
        }
        func column(_ term: OrderTerm) -> String {
            let place = source.order.firstIndex(of: fold.canonical(term.expression))
            return place.map { "__w_t\($0 + 1)" }.map(\.quotedName) ?? "\"__w_x\""
        }
        let order = call.order.map { "\(column($0)) \($0.modifiers), " }.joined() + "\"__w_x\" ASC NULLS LAST"
        switch call.kind {
        case .list: return .companion(index + 1, .rows, "list(\"__w_x\" ORDER BY \(order))")
        case .joinedText:
            let separator = call.arguments.count == 2 ? fold.text(call.arguments[1]) : "','"
            return .companion(index + 1, .rows, "string_agg(\"__w_x\", \(separator) ORDER BY \(order))")
        default: return .companion(index + 1, .values, "count(\"__w_x\")")
        }
    }

    /// The fold's name and the item's, with a number where there are several.
    private func name(for item: SelectItem) -> String {
        let base = "\(fold.name).\(item.name)"
        var name = base
        var number = 2
        while companions.contains(where: { sameBytes($0.table.name, name) }) {
            name = "\(base).\(number)"
            number += 1
        }
        return name
    }

    /// Which rows go into a table. A filter is looked at only for rows that the fold takes: a cast in it may fail for others,
    /// and DuckDB may look at the sides of AND in any order.
    private func rowCondition(_ filter: Range<Int>?) -> String? {
        let condition = fold.condition.map { fold.text($0) }
        guard let filter = filter.map({ fold.text($0) }) else { return condition }
        guard let condition else { return filter }
        return "CASE WHEN \(condition) THEN CAST((\(filter)) AS BOOLEAN) ELSE false END"
    }
}
