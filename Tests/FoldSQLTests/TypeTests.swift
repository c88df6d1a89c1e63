import Testing

@testable import FoldSQL

/// Types as DuckDB spells them, and what they do to a fold.
@Suite struct TypeTests {
    @Test func typesAreReadAsTheyAreSpelled() throws {
        let decimal = try #require(SQLType(parsing: "DECIMAL(18,3)"))
        #expect(decimal.name == "DECIMAL" && decimal.scale == 3)
        let zoned = try #require(SQLType(parsing: "TIMESTAMP WITH TIME ZONE"))
        #expect(zoned.name == "TIMESTAMP WITH TIME ZONE")
        let list = try #require(SQLType(parsing: "STRUCT(a INTEGER, \"b c\" VARCHAR[])[]"))
        #expect(list.name == "LIST" && list.inner[0].name == "STRUCT")
        #expect(list.inner[0].inner.map(\.name) == ["INTEGER", "LIST"])
        #expect(list.text == "STRUCT(a INTEGER, \"b c\" VARCHAR[])[]")
        #expect(SQLType(parsing: "MAP(VARCHAR, STRUCT(at TIMESTAMP WITH TIME ZONE))")?.refusal == nil)
        #expect(SQLType(parsing: "") == nil)
        #expect(SQLType(parsing: "INTEGER INTEGER") == nil)
        #expect(SQLType(parsing: "STRUCT(a)")?.isNamed == false)
    }

    @Test(arguments: [
        "BOOLEAN", "TINYINT", "UBIGINT", "DECIMAL(38,10)", "FLOAT", "DOUBLE", "VARCHAR", "BLOB", "UUID", "DATE", "TIME",
        "TIMESTAMP",
        "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "JSON", "INTEGER[][]", "STRUCT(a INTEGER)", "MAP(VARCHAR, INTEGER)",
    ])
    func typesThatAreKept(_ text: String) throws { #expect(try #require(SQLType(parsing: text)).refusal == nil) }

    @Test(arguments: [
        "HUGEINT", "UHUGEINT", "BIGNUM", "INTERVAL", "TIME WITH TIME ZONE", "TIME_NS", "TIMESTAMP_S", "TIMESTAMP_MS",
        "BIT",
        "ENUM('a', 'b')", "UNION(a INTEGER)", "INTEGER[3]", "INTEGER[3][]", "\"NULL\"", "\"NULL\"[]", "VARIANT",
        "GEOMETRY",
        "DOUBLE[]", "STRUCT(a FLOAT)", "STRUCT(INTEGER, VARCHAR)", "TUPLE(INTEGER, VARCHAR)", "MAP(VARCHAR, INTERVAL)",
        "STRUCT(a STRUCT(b HUGEINT)[])", "SOMETHING NEW",
    ])
    func typesThatAreRefused(_ text: String) { #expect(SQLType(parsing: text).map { $0.refusal != nil } ?? true) }

    private func compiled(_ text: String, _ types: [String: String]) throws -> CompiledFold {
        try CompiledFold(try CheckedFold(text, name: "fold", file: "fold.sql", scope: Scope.scope), types: types)
    }

    private func mistakes(_ text: String, _ types: [String: String]) throws -> [String] {
        let checked = try CheckedFold(text, name: "fold", file: "fold.sql", scope: Scope.scope)
        do throws(FoldTextError) {
            _ = try CompiledFold(checked, types: types)
            return []
        } catch { return error.mistakes.map(\.description) }
    }

    private let summed = "SELECT k, sum(i) AS total FROM events GROUP BY k"

    @Test func sumsAreKeptOfWholeNumbersOnly() throws {
        for (type, call) in [("BIGINT", "HUGEINT"), ("BOOLEAN", "HUGEINT"), ("DECIMAL(18,3)", "DECIMAL(38,3)")] {
            let types = ["key:1": "VARCHAR", "argument:1": type, "call:1": call, "column:1": call]
            #expect(try mistakes(summed, types) == [])
        }
        for type in ["DOUBLE", "FLOAT", "HUGEINT", "INTERVAL", "BIGNUM", "VARCHAR"] {
            let types = ["key:1": "VARCHAR", "argument:1": type, "call:1": type, "column:1": type]
            #expect(try mistakes(summed, types).count == 1)
        }
    }

    @Test func aMissingAnswerIsAMistake() throws {
        #expect(try mistakes(summed, ["key:1": "VARCHAR"]).count == 1)
        #expect(
            try mistakes(summed, ["key:1": "VARCHAR", "argument:1": "?", "call:1": "HUGEINT", "column:1": "HUGEINT"])
                .count == 1)
    }

    @Test func allMistakesOfTypesAreCollected() throws {
        let text =
            "SELECT t - t AS span, min(t - t) AS a, sum(score) AS b, list(i ORDER BY score) AS c FROM events GROUP BY 1"
        let types = [
            "key:1": "INTERVAL", "argument:1": "INTERVAL", "call:1": "INTERVAL", "argument:2": "DOUBLE",
            "call:2": "DOUBLE",
            "argument:3": "BIGINT", "call:3": "BIGINT[]", "column:1": "INTERVAL", "column:2": "DOUBLE",
            "column:3": "BIGINT[]",
        ]
        #expect(try mistakes(text, types).count == 3)
    }

    @Test func floatsAreNormalAndOthersAreNot() throws {
        let types = ["key:1": "DOUBLE", "call:1": "BIGINT", "column:1": "BIGINT"]
        let text = "SELECT score, count(*) AS rows FROM events GROUP BY score"
        let partial = try compiled(text, types).tables[0].partial(over: "ROWS")
        #expect(
            partial.contains("CASE WHEN isnan(score) THEN CAST('nan' AS DOUBLE) ELSE (score) + 0.0 END AS \"__w_g1\""))
        let whole = try compiled(text, types.merging(["key:1": "BIGINT"]) { $1 }).tables[0].partial(over: "ROWS")
        #expect(whole.contains("    score AS \"__w_g1\""))
    }

    @Test func oneCompanionForEachValueOrderAndFilter() throws {
        let text = """
            SELECT k, list(i ORDER BY t) AS a, array_agg(i ORDER BY t DESC) AS b, list(i ORDER BY t) FILTER (WHERE flag) AS c,
                   count(DISTINCT i) AS d, count(DISTINCT i) + list(i ORDER BY n)[1] AS e, list(i ORDER BY i DESC) AS f
            FROM events GROUP BY k
            """
        let checked = try CheckedFold(text, name: "fold", file: "fold.sql", scope: Scope.scope)
        let types = Dictionary(
            uniqueKeysWithValues: checked.typeQuestions.map {
                ($0.name, $0.name.hasPrefix("key") ? "VARCHAR" : "BIGINT")
            })
        let fold = try CompiledFold(checked, types: types)
        #expect(fold.tables.map(\.name) == ["fold", "fold.a", "fold.c", "fold.d", "fold.e"])
        #expect(fold.tables[1].columns == ["k", "__w_x", "__w_t1", "_records"])
        #expect(fold.tables[3].columns == ["k", "__w_x", "_records"])
    }

    @Test func equalMeasuresShareAState() throws {
        let text = "SELECT k, sum(i) AS a, avg(i) AS b, sum( I ) * 2 AS c, sum(events.i) AS d FROM events GROUP BY k"
        let checked = try CheckedFold(text, name: "fold", file: "fold.sql", scope: Scope.scope)
        let types = Dictionary(uniqueKeysWithValues: checked.typeQuestions.map { ($0.name, "BIGINT") })
        let fold = try CompiledFold(checked, types: types)
        #expect(fold.tables[0].columns.prefix(4) == ["k", "_records", "__w_1", "__w_2"])
    }
}
