//  The tables that reports become in a database, and the SQL about them.
//
//      a report by key   "User" text, primary key; "NewsPlays" bigint, … as in the CSV
//      one by date       "Date" date, unique; "Users" bigint, …
//      one by label      "Show" text, primary key; "Genre" text, "Records" bigint, …
//      receipt           "Report" text, primary key; what the rows of that table were made from
//
//  Columns are named as in the report's header, so a table written out as CSV is the report. What is empty in the report
//  (no date, no group) is null. Texts are ordered by their bytes (COLLATE "C"), as the reports are.
//
//  New rows come into a temporary table of the connection's own first. Then only what differs is touched:
//
//      deleted     keys that are not among the new ones
//      updated     keys that are, with other values
//      inserted    keys that are not there yet
//
//  in the same transaction for all tables. See docs/postgres.md for what else could be done and what it costs.

import Postgres
import Reports
import Wording

/// A table, of a report or of receipts.
package struct DatabaseTable {
    struct Column: Equatable {
        enum Kind: String {
            case text
            case integer = "bigint"
            case date
            case time = "timestamp with time zone"
        }

        var name: String
        var kind: Kind
        var isNullable = false

        var quoted: String { SQLText.name(name) }
        var definition: String {
            "\(quoted) \(kind.rawValue)\(kind == .text ? " COLLATE \"C\"" : "")\(isNullable ? "" : " NOT NULL")"
        }
    }

    let schema: String
    let name: String
    /// The first one is the key.
    let columns: [Column]

    private var key: Column { columns[0] }
    var quoted: String { SQLText.name(schema) + "." + SQLText.name(name) }

    init(_ report: Report, _ reports: any PlanReports, schema: String) {
        self.schema = schema
        name = report.name
        columns = reports.columns(report).enumerated().map { index, column in
            if column.isDate { return Column(name: column.name, kind: .date, isNullable: true) }
            return Column(
                name: column.name, kind: column.kind.isText ? .text : .integer,
                isNullable: column.kind.isText && index > 0)
        }
    }

    init(receiptsIn schema: String) {
        self.schema = schema
        name = "receipt"
        columns = [
            Column(name: "Report", kind: .text), Column(name: "Generation", kind: .integer),
            Column(name: "Rows", kind: .integer), Column(name: "Files", kind: .integer),
            Column(name: "FirstDay", kind: .date, isNullable: true),
            Column(name: "LastDay", kind: .date, isNullable: true),
            Column(name: "Selection", kind: .text, isNullable: true), Column(name: "Inputs", kind: .text),
            Column(name: "Map", kind: .text), Column(name: "Tool", kind: .text),
            Column(name: "ExportedAt", kind: .time),
        ]
    }

    // MARK: The table itself

    /// A date may be missing, which a primary key forbids.
    var definition: String {
        let key = "\(key.isNullable ? "UNIQUE" : "PRIMARY KEY") (\(key.quoted))"
        return "CREATE TABLE \(quoted) (\((columns.map(\.definition) + [key]).joined(separator: ", ")))"
    }

    /// Creates the table if it is missing, or says why the one that is there cannot take the rows.
    ///
    /// - Throws: `PostgresError.unfit` with all that is wrong; `.refused`, `.lost`.
    func prepare(_ connection: PostgresConnection) throws(PostgresError) {
        let found = try connection.rows(
            """
            SELECT c.relkind, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated <> ''
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE n.nspname = $1 AND c.relname = $2 ORDER BY a.attnum
            """, [schema, name], doing: "looking at table \(quoted)")
        if found.isEmpty {
            try connection.run(definition, doing: "creating table \(quoted)")
            return
        }
        guard ["r", "p"].contains(found[0][0]) else {
            throw .unfit("\(quoted) is not a table; move it, or choose another --schema")
        }
        var problems: [String] = []
        var others = found.filter { $0[1] != nil }
        for column in columns {
            guard let index = others.firstIndex(where: { $0[1] == column.name }) else {
                let filling = column.kind == .integer ? " DEFAULT 0" : ""
                problems.append(
                    "it has no column \(column.quoted); ALTER TABLE \(quoted) ADD COLUMN \(column.definition)\(filling)"
                )
                continue
            }
            let kind = others.remove(at: index)[2] ?? ""
            if kind != column.kind.rawValue {
                problems.append("its column \(column.quoted) is of type \(kind), not \(column.kind.rawValue)")
            }
        }
        // What the database works out by itself is nobody's concern.
        for other in others where other[3] != "t" {
            problems.append("it has a column \(SQLText.name(other[1]!)) that is not in the report")
        }
        if problems.isEmpty, try !isKeyed(connection) {
            problems.append("its column \(key.quoted) has no unique index")
        }
        if problems.isEmpty { return }
        throw .unfit(
            "table \(quoted) has another shape: \(problems.joined(separator: "; ")). "
                + "Alter it, drop it, or choose another --schema")
    }

    private func isKeyed(_ connection: PostgresConnection) throws(PostgresError) -> Bool {
        try !connection.rows(
            """
            SELECT 1 FROM pg_index i
            JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE n.nspname = $1 AND c.relname = $2 AND a.attname = $3
                AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indnkeyatts = 1
            """, [schema, name, key.name], doing: "looking at table \(quoted)"
        ).isEmpty
    }

    // MARK: New rows

    /// A temporary table for rows as the report has them. It goes away with the transaction, however that ends.
    func staging(_ name: String) -> String {
        let columns = columns.map { column in
            "\(column.quoted) \(column.kind == .integer ? "bigint" : "text COLLATE \"C\"")"
        }
        return "CREATE TEMPORARY TABLE \(SQLText.name(name)) (\(columns.joined(separator: ", "))) ON COMMIT DROP"
    }

    func copy(_ staging: String) -> String {
        // The table is of this transaction, so its rows can be written as those of old ones, which are cheaper to read.
        "COPY pg_temp.\(SQLText.name(staging)) FROM STDIN (FORMAT text, FREEZE true, ENCODING 'UTF8')"
    }

    /// Refuses two new rows of one key.
    func uniqueIndex(_ staging: String) -> String {
        "CREATE UNIQUE INDEX ON pg_temp.\(SQLText.name(staging)) (\(key.quoted))"
    }

    /// What a replacement did, in rows.
    package struct Change: Equatable {
        package var added = 0
        package var changed = 0
        package var removed = 0
    }

    /// Makes the rows those of a staging table, which may have more columns.
    func replace(from staging: String, _ connection: PostgresConnection) throws(PostgresError) -> Change {
        let doing = "renewing table \(quoted)"
        let source =
            "(SELECT \(columns.map(sourced).joined(separator: ", ")) FROM pg_temp.\(SQLText.name(staging))) AS s"
        let values = columns.dropFirst()
        var change = Change()
        change.removed = try connection.run(
            "DELETE FROM \(quoted) AS t WHERE NOT EXISTS (SELECT FROM \(source) WHERE \(isSame))", doing: doing)
        change.changed = try connection.run(
            """
            UPDATE \(quoted) AS t SET (\(values.map(\.quoted).joined(separator: ", "))) = ROW(\(list(values, of: "s")))
            FROM \(source) WHERE \(isSame)
            AND ROW(\(list(values, of: "t"))) IS DISTINCT FROM ROW(\(list(values, of: "s")))
            """, doing: doing)
        change.added = try connection.run(
            """
            INSERT INTO \(quoted) (\(columns.map(\.quoted).joined(separator: ", "))) SELECT \(list(columns[...], of: "s"))
            FROM \(source) WHERE NOT EXISTS (SELECT FROM \(quoted) AS t WHERE \(isSame))
            """, doing: doing)
        return change
    }

    private func list(_ columns: ArraySlice<Column>, of table: String) -> String {
        columns.map { "\(table).\($0.quoted)" }.joined(separator: ", ")
    }

    /// Rows `t` and `s` have one key. The table may have another order of texts than the new rows.
    private var isSame: String {
        switch key.kind {
        case .date: "coalesce(t.\(key.quoted), 'infinity') = coalesce(s.\(key.quoted), 'infinity')"
        default: "t.\(key.quoted) = s.\(key.quoted) COLLATE \"C\""
        }
    }

    /// A column of the staging table as the table has it.
    private func sourced(_ column: Column) -> String {
        switch column.kind {
        case .date: "nullif(\(column.quoted), '')::date AS \(column.quoted)"
        case .text where column.isNullable: "nullif(\(column.quoted), '') AS \(column.quoted)"
        default: column.quoted
        }
    }

    /// Writes one row in place of the one of the same key. One parameter for each column.
    var upsert: String {
        let numbers = columns.indices.map { "$\($0 + 1)" }
        return """
            INSERT INTO \(quoted) (\(columns.map(\.quoted).joined(separator: ", "))) VALUES (\(numbers.joined(separator: ", ")))
            ON CONFLICT (\(key.quoted)) DO UPDATE SET
            (\(columns.map(\.quoted).joined(separator: ", "))) = ROW(\(list(columns[...], of: "excluded")))
            """
    }
}
