//  What DuckDB must be able to bind before a fold is run: the net for what the tokens did not show.
//
//      SELECT 1 FROM (SELECT "i", "k" FROM EMPTY) AS "events" WHERE (lower(k)) IS NULL OR (i) IS NULL OR (i > 0) IS NULL
//
//  An aggregate or a window in any of these expressions is refused by DuckDB itself, for in WHERE none can be. All are asked for at
//  once; when that fails, one by one, so that each mistake has its place.

import Records

/// A statement that must bind, and what it is for.
package struct FoldBind: Hashable, Sendable {
    package var place: SourcePlace
    package var sql: String
}

/// Expressions that must bind where no aggregate can be.
package struct FoldBinds: Sendable {
    /// From FROM on.
    let from: String
    let expressions: [(place: SourcePlace, text: String)]

    /// One statement for all; nil when there are none.
    package var all: String? {
        expressions.isEmpty
            ? nil : "SELECT 1 \(from) WHERE " + expressions.map { "(\($0.text)) IS NULL" }.joined(separator: " OR ")
    }

    /// A statement for each.
    package var each: [FoldBind] {
        expressions.map { FoldBind(place: $0.place, sql: "SELECT 1 \(from) WHERE (\($0.text)) IS NULL") }
    }

    /// The values of each, for finding out which fails.
    package var values: [FoldBind] {
        expressions.map { FoldBind(place: $0.place, sql: "SELECT (\($0.text)) AS \"value\" \(from)") }
    }
}

extension CheckedFold {
    /// Keys, the condition, arguments, orders and filters, over rows of the source, which may be none.
    package func rowBinds(over relation: String) -> FoldBinds {
        var ranges: [Range<Int>] = keys.map { items[$0].expression }
        if let condition { ranges.append(condition) }
        for call in items.flatMap(\.measures) {
            ranges += call.arguments + call.order.map(\.expression) + (call.filter.map { [$0] } ?? [])
        }
        var seen = Set<[ByteOrdered]>()
        return FoldBinds(
            from: from(relation),
            expressions: ranges.filter { seen.insert(canonical($0)).inserted }.map {
                (list.place($0.lowerBound), text($0))
            })
    }

    /// Each call of a measure by itself: for the place of what the question about types shows.
    package func callBinds(over relation: String) -> [FoldBind] {
        items.flatMap(\.measures).map {
            FoldBind(place: list.place($0.range.lowerBound), sql: "SELECT \(text($0.range)) \(from(relation))")
        }
    }

    /// The same of each column that is no key.
    package func columnBinds(over relation: String) -> [FoldBind] {
        let groups = keys.indices.map { "\($0 + 1)" }.joined(separator: ", ")
        return items.indices.filter { !keys.contains($0) }.map { item in
            let expressions = (keys + [item]).map { text(items[$0].expression) }
            return FoldBind(
                place: list.place(items[item].expression.lowerBound),
                sql: "SELECT \(expressions.joined(separator: ", ")) \(from(relation)) GROUP BY \(groups)")
        }
    }
}
