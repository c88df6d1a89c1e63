//  Texts that somebody else wrote: what may be in them, and where their errors are.
//
//  The gate parses a text without running it:
//
//      json_serialize_sql(E'SELECT a FROM read_csv(''x'')')  ─▶  {"error":false,"statements":[{"node":{ … the tree … }}]}
//
//  and asks the tree, by JSON path, for the table functions that are called anywhere in it: `$..function.function_name`. A
//  name in quotes, or after `system.main.`, is the plain name there. Those that build statements from texts (`query`,
//  `json_execute_serialized_sql`) are not on the list, so nothing is hidden from it. The tree's form belongs to a series of
//  DuckDB; that the gate still sees what it should is asked once a session (`checkGate`).
//
//  A dynamic PIVOT is several statements for DuckDB, and is refused like them.

extension DuckDBSession {
    /// Table functions that texts may call. They compute, or read files that the session permits. Left out are those that
    /// change the session (`enable_logging`, `checkpoint`), run texts (`query`), or say how the machine is
    /// (`duckdb_settings`, `glob`).
    static let permittedFunctions = [
        "generate_series", "json_each", "json_tree", "parquet_file_metadata", "parquet_metadata", "parquet_scan",
        "parquet_schema", "range", "read_csv", "read_csv_auto", "read_json", "read_json_auto", "read_ndjson",
        "read_ndjson_auto", "read_parquet", "repeat", "repeat_row", "unnest",
    ]

    /// Parses a text.
    ///
    /// - Throws: `.statement` with `.parser`, `.notOneSelect` or `.forbiddenFunction`, or what ended the session.
    func checkText(_ text: String) throws(DuckDBError) {
        if let offset = SQLText.offsetOfNUL(text) {
            throw .statement(StatementError(.parser, "there is a NUL in the statement", offset: offset))
        }
        let permitted = Self.permittedFunctions.map { "'\($0)'" }.joined(separator: ", ")
        let lines = try run(
            "SELECT t ->> '$.error' AS failed, t ->> '$.error_type' AS type, t ->> '$.error_message' AS words, "
                + "t ->> '$.position' AS position, json_array_length(t, '$.statements')::VARCHAR AS statements, "
                + "list_filter(names, lambda n: n NOT IN (\(permitted)))[1] AS forbidden, "
                + "places[list_position(names, forbidden)] AS place FROM (SELECT t, "
                + "json_extract_string(t, '$..function.function_name') AS names, "
                + "json_extract_string(t, '$..function.query_location') AS places "
                + "FROM (SELECT json_serialize_sql(\(SQLText.literal(text))) AS t))")
        guard let line = lines.first, let failed = line["failed"] else {
            throw .unintelligible("no answer to json_serialize_sql")
        }
        if failed == "true" { throw .statement(Self.parseError(line, text)) }
        guard line["statements"] == "1" else { throw .statement(Self.notOneSelect) }
        if let name = line["forbidden"] {
            throw .statement(
                StatementError(
                    .forbiddenFunction, "the table function \(name) may not be called here",
                    offset: line["place"].flatMap { Int($0) }))
        }
    }

    /// Why a text could not be parsed.
    private static func parseError(_ line: AnswerLine, _ text: String) -> StatementError {
        let (type, words) = (line["type"] ?? "", line["words"] ?? "")
        // Its words for anything else than SELECT: "Only SELECT statements can be serialized to json!"
        if type == "not implemented", words.hasPrefix("Only SELECT") { return notOneSelect }
        let offset = line["position"].flatMap { Int($0) }.map { bytes(ofCharacters: $0, in: text) }
        return StatementError(type: type, words: words, offset: offset)
    }

    private static let notOneSelect = StatementError(
        .notOneSelect, "this is not one SELECT statement, and neither is a PIVOT without IN")

    /// Asks the gate about a text that it has to refuse, and one that it has to let through.
    ///
    /// - Throws: `.notSandboxed`.
    func checkGate() throws(DuckDBError) {
        try checkText("SELECT i FROM range(3) t(i)")
        do { try checkText("SELECT (FROM system.main.\"Enable_Logging\"()) FROM range(3)") } catch {
            if case .statement(let refused) = error, refused.kind == .forbiddenFunction { return }
            throw error
        }
        throw .notSandboxed("it does not tell which functions a text calls")
    }

    /// Runs a statement of ours that has a text in it, and finds the place of its error in the text.
    func run(_ statement: String, on text: String) throws(DuckDBError) -> [AnswerLine] {
        do { return try run(statement) } catch {
            guard case .statement(var failure) = error else { throw error }
            failure.offset = failure.kind == .internal ? nil : try place(of: failure, in: text)
            throw .statement(failure)
        }
    }

    /// Where in the text an error is. The text has passed the gate.
    ///
    /// Binding it once more tells the place of what the binder refused. An error of running has its place already,
    /// but may come from a view of ours, whose text it then counts in: it is believed if an expression of the text is there.
    private func place(of failure: StatementError, in text: String) throws(DuckDBError) -> Int? {
        let literal = SQLText.literal(text)
        do {
            let bound = try run(
                "SELECT t ->> '$.error' AS failed, t ->> '$.error_message' AS words, t ->> '$.position' AS position "
                    + "FROM (SELECT json_serialize_plan(\(literal)) AS t)")
            guard let line = bound.first else { return nil }
            if line["failed"] == "true" {
                let again = StatementError(
                    type: "", words: line["words"] ?? "", offset: line["position"].flatMap { Int($0) })
                return again.headline == failure.headline ? again.offset.map { min($0, text.utf8.count) } : nil
            }
            guard let offset = failure.offset, failure.kind.isOfRunning else { return nil }
            let known = try run(
                "SELECT list_contains(json_extract_string(json_serialize_sql(\(literal)), '$..query_location'), "
                    + "'\(offset)')::VARCHAR AS known")
            return known.first?["known"] == "true" ? offset : nil
        } catch {
            // The error that is to be reported is the first one, if the session still runs.
            if case .statement = error { return nil }
            throw error
        }
    }

    /// The parser counts characters.
    private static func bytes(ofCharacters count: Int, in text: String) -> Int {
        text.unicodeScalars.prefix(count).reduce(0) { $0 + UTF8.width($1) }
    }
}

extension StatementErrorKind {
    /// Whether it came of rows, after the binder had accepted the text.
    fileprivate var isOfRunning: Bool {
        switch self {
        case .conversion, .outOfRange, .invalidInput: true
        default: false
        }
    }
}
