//  Finishing merged tables, and the judge.
//
//  Finishing joins each companion to the main table, then computes the select list. Keys are compared so that NULL is NULL:
//
//      SELECT ("__w_k1") AS "k", ("__w_f1") / ("__w_f2") AS "share"
//      FROM (
//          SELECT m."k" AS "__w_k1", … AS "__w_f1", coalesce(c."__w_f2", 0) AS "__w_f2"
//          FROM (MAIN) AS m LEFT JOIN (SELECT "k", count("__w_x") AS "__w_f2" FROM (COMPANION) GROUP BY 1) AS c
//          ON m."k" IS NOT DISTINCT FROM c."k"
//      )
//
//  The inner columns have names of ours only. So a word of the select list that was not replaced, and is no function or
//  constant, has nothing to mean, and DuckDB refuses it.
//
//  The judge is the user's statement with what depends on the order of rows made definite: equal t are decided by x, lists end
//  their order with x, an average is a sum over a count, -0.0 is 0.0, and HUGEINT becomes BIGINT.

import Records

extension CompiledFold {
    /// The answer, from merged tables.
    ///
    /// - Parameter relations: what follows FROM, for each of ``tables``: rows as `merge` gives them.
    package func finish(over relations: [String]) -> String {
        precondition(relations.count == tables.count, "\(relations.count) relations for \(tables.count) tables")
        let columns = checked.items.indices.map {
            "    \(outer($0, finished($0))) AS \(checked.items[$0].name.quotedName)"
        }
        return "SELECT\n" + columns.joined(separator: ",\n") + "\nFROM (\n" + inner(relations) + "\n)"
    }

    /// The order in which answers are compared.
    package var order: String {
        "ORDER BY " + checked.keys.map { "\($0 + 1) ASC NULLS LAST" }.joined(separator: ", ")
    }

    /// A column of the answer: HUGEINT is DOUBLE in Parquet.
    private func outer(_ item: Int, _ text: String) -> String {
        !checked.keys.contains(item) && types[.column(item)].name == "HUGEINT" ? "CAST(\(text) AS BIGINT)" : text
    }

    /// An item, over the columns of `inner`.
    private func finished(_ place: Int) -> String {
        if let key = checked.keys.firstIndex(of: place) { return "\"__w_k\(key + 1)\"" }
        return replaced(place) { content in
            switch content {
            case .key(let item): "(\"__w_k\((checked.keys.firstIndex(of: item) ?? 0) + 1)\")"
            case .measure(let call): "(\(finishName(call)))"
            }
        }
    }

    /// An item with its measures and keys replaced.
    private func replaced(_ place: Int, _ text: (Replacement.Content) -> String) -> String {
        let item = checked.items[place]
        let found = replacements(in: item, of: checked.runs, checked.list, checked.roles)
        return checked.text(item.expression, found.map { ($0.range, text($0.content)) })
    }

    /// Measures in the order of the text, each form once.
    private var measures: [MeasureCall] {
        var seen = Set<MeasureCall>()
        return checked.items.flatMap(\.measures).filter { seen.insert($0).inserted }
    }

    private func finishName(_ call: MeasureCall) -> String {
        guard let index = measures.firstIndex(of: call) else { preconditionFailure("no measure \(call)") }
        return "\"__w_f\(index + 1)\""
    }

    /// Keys and finished measures of each key.
    private func inner(_ relations: [String]) -> String {
        var columns = checked.keyNames.enumerated().map { "\"__w_m\".\($1.quotedName) AS \"__w_k\($0 + 1)\"" }
        var joins: [(companion: Int, use: CompanionUse, columns: [String])] = []
        for call in measures {
            let name = finishName(call)
            switch finishes[call] {
            case .main(let expression): columns.append("\(expression) AS \(name)")
            case .companion(let table, let use, let expression):
                var join = joins.firstIndex { $0.companion == table && $0.use == use }
                if join == nil {
                    join = joins.count
                    joins.append((table, use, []))
                }
                guard let join else { continue }
                joins[join].columns.append("\(expression) AS \(name)")
                let column = "\"__w_c\(join + 1)\".\(name)"
                columns.append(use == .values ? "coalesce(\(column), 0) AS \(name)" : "\(column) AS \(name)")
            case nil: preconditionFailure("no state of \(call)")
            }
        }
        var text =
            "SELECT\n" + columns.map { "    \($0)" }.joined(separator: ",\n") + "\nFROM \(relations[0]) AS \"__w_m\""
        for (number, join) in joins.enumerated() {
            text += "\nLEFT JOIN (\n" + grouped(join.columns, join.use, relations[join.companion])
            text += "\n) AS \"__w_c\(number + 1)\" ON "
            text += checked.keyNames.map {
                "\"__w_m\".\($0.quotedName) IS NOT DISTINCT FROM \"__w_c\(number + 1)\".\($0.quotedName)"
            }.joined(separator: " AND ")
        }
        return text
    }

    /// Aggregates over rows of a companion, for each key.
    private func grouped(_ aggregates: [String], _ use: CompanionUse, _ relation: String) -> String {
        let keys = checked.keyNames.map(\.quotedName)
        let rows =
            use == .values
            ? relation : "(SELECT *, unnest(range(\(StateTable.records.quotedName))) AS \"__w_n\" FROM \(relation))"
        return "SELECT\n" + (keys + aggregates).map { "    \($0)" }.joined(separator: ",\n")
            + "\nFROM \(rows)\nGROUP BY "
            + keys.indices.map { "\($0 + 1)" }.joined(separator: ", ")
    }

    // MARK: The judge

    /// The answer from rows at once.
    ///
    /// - Parameter relation: what follows FROM; it has the columns that the fold names.
    package func direct(over relation: String) -> String {
        let inner = checked.items.indices.map { "    \(direct($0)) AS \"__w_o\($0 + 1)\"" }
        let columns = checked.items.indices.map {
            "    \(outer($0, "\"__w_o\($0 + 1)\"")) AS \(checked.items[$0].name.quotedName)"
        }
        return "SELECT\n" + columns.joined(separator: ",\n") + "\nFROM (\nSELECT\n" + inner.joined(separator: ",\n")
            + "\n"
            + checked.from(relation) + checked.whereClause + "\nGROUP BY "
            + checked.keys.map { "\($0 + 1)" }.joined(separator: ", ") + "\n)"
    }

    private func direct(_ place: Int) -> String {
        let item = checked.items[place]
        if checked.keys.contains(place) { return types[.key(place)].normal(checked.text(item.expression)) }
        return replaced(place) { content in
            switch content {
            case .key(let key):
                "(\(types[.key(key)].normal(checked.text(checked.items[key].expression))))"
            case .measure(let call): definite(call)
            }
        }
    }

    private func normal(_ range: Range<Int>) -> String {
        types[.operand(checked.canonical(range))].normal(checked.text(range))
    }

    /// A call of which the result does not depend on the order of rows.
    private func definite(_ call: MeasureCall) -> String {
        let filter = call.filter.map { " FILTER (WHERE \(checked.text($0)))" } ?? ""
        let arguments = call.arguments.map { checked.text($0) }
        switch call.kind {
        case .count, .countIf, .sum: return "\(call.function)(\(arguments.first ?? "*"))\(filter)"
        case .average: return "(sum(\(arguments[0]))\(filter) / count(\(arguments[0]))\(filter))"
        case .extremum(let function): return "\(function)(\(normal(call.arguments[0])))\(filter)"
        case .distinctCount: return "count(DISTINCT \(normal(call.arguments[0])))\(filter)"
        case .argument:
            let (x, t) = (normal(call.arguments[0]), normal(call.arguments[1]))
            let condition = call.filter.map { "(\(checked.text($0))) AND " } ?? ""
            return "\(call.function)(\(x), {'t': \(t), 'x': \(x)}) FILTER (WHERE \(condition)(\(t)) IS NOT NULL)"
        case .end, .list, .joinedText:
            let separator = call.kind == .joinedText && arguments.count == 2 ? ", \(arguments[1])" : ""
            let order = call.order.map { "\(normal($0.expression)) \($0.modifiers), " }.joined()
            let x = normal(call.arguments[0])
            return "\(call.function)(\(x)\(separator) ORDER BY \(order)\(x) ASC NULLS LAST)\(filter)"
        }
    }

    // MARK: Binding

    /// What DuckDB must be able to bind, over rows of the source, which may be none. See ``CheckedFold/rowBinds(over:)``; here are
    /// the columns of the select list over finished measures.
    package func finishBinds(over relation: String) -> FoldBinds {
        let merged = tables.map { "(\($0.merge(over: "(\($0.partial(over: relation)))")))" }
        let inner = inner(merged)
        return FoldBinds(
            from: "FROM (\n\(inner)\n)",
            expressions: checked.items.indices.filter { !checked.keys.contains($0) }.map { place in
                (checked.list.place(checked.items[place].expression.lowerBound), finished(place))
            })
    }
}
