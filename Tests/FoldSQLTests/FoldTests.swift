import Testing

@testable import FoldSQL

/// What a fold says of itself.
@Suite struct FoldTests {
    private func fold(_ text: String) throws -> CheckedFold {
        try CheckedFold(text, name: "fold", file: "fold.sql", scope: Scope.scope)
    }

    @Test func identityIsWithoutSpacesCommentsAndCaseOfKeywords() throws {
        let a = try fold("SELECT k, count(*) AS Events FROM events WHERE i IS NOT NULL GROUP BY k")
        let b = try fold("select k , COUNT(*) -- all\n as Events from events\nwhere i is not null\ngroup by k;")
        #expect(a.identity == b.identity)
        for other in [
            "SELECT k, count(*) AS events FROM events WHERE i IS NOT NULL GROUP BY k",
            "SELECT k, count(*) AS Events FROM events WHERE i IS NULL GROUP BY k",
            "SELECT k, count(*) AS Events FROM events GROUP BY k",
            "SELECT k, count(*) FILTER (k = 'A') AS Events FROM events WHERE i IS NOT NULL GROUP BY k",
        ] { #expect(try fold(other).identity != a.identity) }
        let texts = try [" 'A' ", "'a'", "'A '"].map {
            try fold("SELECT k, max(k = \($0)) AS m FROM events GROUP BY k").identity
        }
        #expect(Set(texts).count == 3)
    }

    @Test func columnsThatOccur() throws {
        let text =
            "SELECT K AS i, count(*) FILTER (e.\"T\" IS NULL) AS rows FROM events e WHERE 'day' = k AND n > 0 GROUP BY 1"
        #expect(try fold(text).columns == ["k", "t", "n"])
        #expect(try fold("SELECT 'c' AS c, count(*) AS rows FROM events GROUP BY c").columns == [])
    }

    @Test func aFoldIsBoundToNamesThatItReads() throws {
        for column in ["_file", "_row", "_date", "hour", "e.HOUR", "\"_file\""] {
            #expect(try fold("SELECT k, max(\(column)) AS m FROM events e GROUP BY k").isNameBound)
        }
        #expect(try !fold("SELECT k, max(i) AS hour FROM events e GROUP BY k").isNameBound)
        #expect(try !fold("SELECT k, max('_file') AS m FROM events e GROUP BY k").isNameBound)
    }

    @Test func parametersThatAreRead() throws {
        let text =
            "SELECT k, getvariable('reach_seconds') AS r, sum(GETVARIABLE('reach_seconds')) AS s FROM events GROUP BY k"
        #expect(try fold(text).parameters == ["reach_seconds"])
    }

    @Test func keysAreInTheOrderOfGroupBy() throws {
        let text = "SELECT count(*) AS rows, k, i, n AS x FROM events GROUP BY 4, i, (k), i, x"
        #expect(try fold(text).keyNames == ["x", "i", "k"])
    }

    @Test func keysSayWhichColumnsTheyReadFrom() throws {
        let text = "SELECT n % i AS rest, 'c' AS c, count(*) AS rows FROM events e GROUP BY 2, e.n % i"
        #expect(
            try fold(text).keyFacts == [
                FoldKey(name: "c", expression: "'c'", columns: []),
                FoldKey(name: "rest", expression: "n % i", columns: ["i", "n"]),
            ])
    }

    @Test func namesAreQuotedInWhatIsWritten() throws {
        let checked = try fold("SELECT k AS \"a\"\"b\", count(*) AS \"it's\" FROM events GROUP BY 1")
        let fold = try CompiledFold(checked, types: ["key:1": "VARCHAR", "call:1": "BIGINT", "column:1": "BIGINT"])
        #expect(fold.tables[0].partial(over: "ROWS").contains("\"__w_g1\" AS \"a\"\"b\""))
        #expect(fold.tables[0].partial(over: "ROWS").contains("'a\"b = '"))
        #expect(fold.finish(over: ["T"]).contains("AS \"it's\""))
        #expect(try SQLLexer.read(fold.direct(over: "ROWS"), file: "f").count > 0)
    }

    @Test func sourcesAndColumnsAreFoundWithoutRegardToCapitals() throws {
        #expect(try fold("SELECT EVENTS.K, count(*) AS rows FROM Events GROUP BY events.k").keyNames == ["K"])
    }
}
