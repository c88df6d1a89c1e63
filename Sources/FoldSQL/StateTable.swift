//  A table of partials: the main one of a fold, or a companion.
//
//      SELECT "k", "_records", CASE … CAST("__w_1" AS BIGINT) … AS "__w_1"      the range of sums
//      FROM (
//          SELECT k AS "k", count(*) AS "_records", sum(i) AS "__w_1"
//          FROM (SELECT "i", "k" FROM RELATION) AS "events"
//          WHERE i > 0
//          GROUP BY 1
//      )
//      ORDER BY 1

/// A column that rows are grouped by.
struct KeyColumn: Hashable, Sendable {
    var name: String
    /// Over rows of the source.
    var expression: String
}

/// A table of a fold.
package struct StateTable: Sendable {
    /// The fold's name; of a companion, with the name of the column that it is for.
    package let name: String
    let fold: CheckedFold
    let keys: [KeyColumn]
    let states: [FoldState]
    let condition: String?

    /// Columns that tell one row from another.
    package var keyColumns: [String] { keys.map(\.name) }

    /// All columns, in their order.
    package var columns: [String] { keyColumns + [Self.records] + states.map(\.name) }

    /// The number of rows behind a row.
    static let records = "_records"

    /// The order in which partials and segments are written.
    package var order: String { "ORDER BY " + keys.indices.map { "\($0 + 1)" }.joined(separator: ", ") }

    /// One file's rows, grouped.
    ///
    /// - Parameter relation: what follows FROM; it has the columns that the fold names.
    package func partial(over relation: String) -> String {
        let columns = keys.map { ($0.name, $0.expression) } + [(Self.records, "count(*)")] + states.map { ($0.name, $0.partial) }
        let rows = fold.from(relation) + (condition.map { "\nWHERE " + $0 } ?? "")
        return checked(grouped(columns, rows)) + "\n" + order
    }

    /// One table of several.
    ///
    /// - Parameter relation: what follows FROM: rows of partials, or of tables that were merged.
    package func merge(over relation: String) -> String {
        let columns =
            keys.map { ($0.name, $0.name.quotedName) } + [(Self.records, "CAST(sum(\(Self.records.quotedName)) AS BIGINT)")]
            + states.map { ($0.name, "\($0.merge)(\($0.name.quotedName))") }
        return checked(grouped(columns, "FROM \(relation)"))
    }

    private func grouped(_ columns: [(name: String, expression: String)], _ rows: String) -> String {
        "SELECT\n" + columns.map { "    \($0.expression) AS \($0.name.quotedName)" }.joined(separator: ",\n") + "\n" + rows
            + "\nGROUP BY " + keys.indices.map { "\($0 + 1)" }.joined(separator: ", ")
    }

    /// The same columns, with sums in their range.
    private func checked(_ query: String) -> String {
        guard states.contains(where: { $0.check != nil }) else { return query }
        let columns = (keyColumns + [Self.records]).map(\.quotedName)
            + states.map { state in
                let name = state.name.quotedName
                guard let check = state.check else { return name }
                return check.checked(name, message: message(state, check)) + " AS \(name)"
            }
        return "SELECT\n" + columns.map { "    \($0)" }.joined(separator: ",\n") + "\nFROM (\n" + query + "\n)"
    }

    private func message(_ state: FoldState, _ check: RangeCheck) -> String {
        let start = "\(state.shown) of \(fold.name) has more than \(check.words) for "
        let values = keyColumns.map { "\("\($0) = ".quotedText) || coalesce(CAST(\($0.quotedName) AS VARCHAR), 'NULL')" }
        return start.quotedText + " || " + values.joined(separator: " || ', ' || ")
    }
}
