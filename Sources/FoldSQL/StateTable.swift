//  A table of partials: the main one of a fold, or a companion.
//
//      SELECT "__w_g1" AS "k", "_records", CASE … CAST("__w_1" AS BIGINT) … AS "__w_1"      the range of sums
//      FROM (
//          SELECT k AS "__w_g1", count(*) AS "_records", sum(i) AS "__w_1"
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

    /// The states that are sums, and the measures that they are of as they are written.
    package var sums: [(column: String, shown: String)] {
        states.filter { $0.merge == "sum" }.map { ($0.name, $0.shown) }
    }

    /// Columns that are the same in two files exactly if these give the same.
    package var valueColumns: [String] { [Self.records] + states.map(\.name) }

    /// The number of rows behind a row.
    static let records = "_records"

    /// The order in which partials and segments are written.
    package var order: String { "ORDER BY " + keys.indices.map { "\($0 + 1)" }.joined(separator: ", ") }

    /// One file's rows, grouped.
    ///
    /// - Parameter relation: what follows FROM; it has the columns that the fold names.
    package func partial(over relation: String) -> String {
        let rows = fold.from(relation) + (condition.map { "\nWHERE " + $0 } ?? "")
        return grouped(keys, "count(*)", states.map(\.partial), rows) + "\n" + order
    }

    /// Several files' rows, grouped by file before all keys.
    ///
    /// - Parameters:
    ///   - relation: what follows FROM; it has the columns that the fold names, and the slot.
    ///   - slot: the name of the column that tells files apart, which is that of the result, too.
    package func partial(over relation: String, slot: String) -> String {
        let rows = fold.from(relation, with: [slot]) + (condition.map { "\nWHERE " + $0 } ?? "")
        let keys = [KeyColumn(name: slot, expression: slot.quotedName)] + self.keys
        return grouped(keys, "count(*)", states.map(\.partial), rows) + "\nORDER BY "
            + keys.indices.map { "\($0 + 1)" }.joined(separator: ", ")
    }

    /// One table of several.
    ///
    /// - Parameter relation: what follows FROM: rows of partials, or of tables that were merged.
    package func merge(over relation: String) -> String {
        grouped(
            keyColumns.map { KeyColumn(name: $0, expression: $0.quotedName) },
            "CAST(sum(\(Self.records.quotedName)) AS BIGINT)",
            states.map { "\($0.merge)(\($0.name.quotedName))" }, "FROM \(relation)")
    }

    /// Keys get their names outside: a name in the inner query would hide a column from WHERE and from arguments.
    private func grouped(_ keys: [KeyColumn], _ records: String, _ values: [String], _ rows: String) -> String {
        let inner =
            keys.enumerated().map { "\($1.expression) AS \(Self.inner($0))" }
            + ["\(records) AS \(Self.records.quotedName)"]
            + zip(states, values).map { "\($1) AS \($0.name.quotedName)" }
        let outer =
            keys.enumerated().map { "\(Self.inner($0)) AS \($1.name.quotedName)" } + [Self.records.quotedName]
            + states.map { finished($0, keys) }
        return "SELECT\n" + outer.map { "    \($0)" }.joined(separator: ",\n") + "\nFROM (\nSELECT\n"
            + inner.map { "    \($0)" }.joined(separator: ",\n") + "\n" + rows + "\nGROUP BY "
            + keys.indices.map { "\($0 + 1)" }.joined(separator: ", ") + "\n)"
    }

    private static func inner(_ key: Int) -> String { "\"__w_g\(key + 1)\"" }

    /// A state, in its range.
    private func finished(_ state: FoldState, _ keys: [KeyColumn]) -> String {
        let name = state.name.quotedName
        guard let check = state.check else { return name }
        let start = "\(state.shown) of \(fold.name) has more than \(check.words) for "
        // Not the slot, which is before them.
        let values = keys.enumerated().suffix(self.keys.count).map {
            "\("\($1.name) = ".quotedText) || coalesce(CAST(\(Self.inner($0)) AS VARCHAR), 'NULL')"
        }
        let message = start.quotedText + " || " + values.joined(separator: " || ', ' || ")
        return check.checked(name, message: message) + " AS \(name)"
    }
}
