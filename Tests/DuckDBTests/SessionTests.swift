import DurableIO
import Foundation
import Testing

@testable import DuckDB

@Suite("Sessions of DuckDB", .needsDuckDB)
struct SessionTests {
    @Test("a text's rows go to a file and come back, in order")
    func copyAndRead() throws {
        let bench = try Workbench()
        let first = try bench.session(writes: ["a's é.parquet", "b.csv", "c.json"])
        let text = "SELECT i, 'x' || i AS t FROM range(5) r(i) ORDER BY i DESC"
        try first.copy(text, to: bench.path("a's é.parquet"), .parquet(rowGroupRows: 2048))
        try first.copy("SELECT 1 AS \"a,b\", NULL AS c, 'x\ny' AS d", to: bench.path("b.csv"), .csv())
        try first.copy("SELECT 1 AS a", to: bench.path("c.json"), .json)
        try first.close()
        #expect(try bench.folder.read("b.csv") == "\"a,b\",c,d\n1,,\"x\ny\"\n")
        #expect(try bench.folder.read("c.json") == "{\"a\":1}\n")

        let second = try bench.session(reads: ["a's é.parquet"])
        let path = SQLText.literal(bench.path("a's é.parquet"))
        try second.execute("CREATE VIEW events AS FROM read_parquet(\(path), hive_partitioning = false)")
        let rows = try second.rows("FROM events")
        #expect(rows.names == ["i", "t"])
        #expect(rows.rows == (0..<5).reversed().map { ["\($0)", "x\($0)"] })
        try second.close()
        #expect(bench.leftovers.isEmpty)
    }

    @Test("a folder takes partitions, and no other folder does")
    func partitions() throws {
        let bench = try Workbench()
        try FileManager.default.createDirectory(atPath: bench.path("out"), withIntermediateDirectories: false)
        let session = try bench.session(folders: ["out"])
        let text = "SELECT i % 2 AS k, i FROM range(4) t(i)"
        try session.copy(text, to: bench.path("out/t"), .parquet(partitionBy: ["k"]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("out/t")).sorted() == ["k=0", "k=1"])
        let error = statementError { () throws(DuckDBError) in
            try session.copy(text, to: bench.path("other"), .parquet(partitionBy: ["k"]))
        }
        #expect(error?.kind == .permission)
        let name = statementError { () throws(DuckDBError) in
            try session.copy("SELECT 1 AS \"a\nb\"", to: bench.path("out/u"), .parquet(partitionBy: ["a\nb"]))
        }
        #expect(name?.kind == .binder)
    }

    @Test("values are what DuckDB casts them to, and NULL is not a text")
    func values() throws {
        let session = try Workbench().session()
        let rows = try session.rows(
            #"SELECT 1 AS a, 2 AS a, NULL AS b, 'NULL' AS c, 'nan'::DOUBLE AS d, 170141183460469231731687303715884105727 AS e, "#
                + #"chr(0) || chr(10) || '"\é😀' AS f, [1, NULL] AS g, TIMESTAMPTZ '2025-06-01 12:00:00+02' AS h, '' AS i"#
        )
        #expect(rows.names == ["a", "a_1", "b", "c", "d", "e", "f", "g", "h", "i"])
        #expect(
            rows.rows == [
                [
                    "1", "2", nil, "NULL", "nan", "170141183460469231731687303715884105727", "\0\n\"\\é😀", "[1, NULL]",
                    "2025-06-01 10:00:00+00", "",
                ]
            ])
    }

    @Test("a text without rows has columns with their types")
    func empty() throws {
        let session = try Workbench().session()
        let text = "SELECT 1.5 AS x, {'a': 1} AS y WHERE false"
        #expect(try session.rows(text) == DuckDBRows(names: ["x", "y"], rows: []))
        #expect(
            try session.describe(text) == [
                DuckDBColumn(name: "x", type: "DECIMAL(2,1)"), DuckDBColumn(name: "y", type: "STRUCT(a INTEGER)"),
            ])
    }

    @Test("every byte of a text arrives")
    func bytes() throws {
        let session = try Workbench().session()
        let all = String(String.UnicodeScalarView((1..<0x300).compactMap(Unicode.Scalar.init))) + "\u{2028}😀\r\n\n\\'"
        let text = "SELECT '" + all.replacingOccurrences(of: "'", with: "''") + "' AS x"
        #expect(try session.rows(text).rows == [[all]])
    }

    @Test("a text of megabytes is taken, and errors in it have their place")
    func longText() throws {
        let session = try Workbench().session()
        let text = "SELECT length('\(String(repeating: "x", count: 3_000_000))') AS n, nosuch"
        #expect(statementError { () throws(DuckDBError) in _ = try session.rows(text) }?.offset == text.utf8.count - 6)
        #expect(try session.rows(String(text.dropLast(8))).rows == [["3000000"]])
    }

    @Test(
        "comments, semicolons and line ends in texts are DuckDB's business",
        arguments: [
            "SELECT 1 AS a -- .shell id", "SELECT 1 AS a;", "-- x\nSELECT 1 AS a\n;\n",
            "SELECT 1 AS a /* ; \n.quit\n*/",
            "\u{FEFF}SELECT 1 AS a", "FROM (VALUES (1)) t(a)", "WITH x AS (SELECT 1 AS a) FROM x",
        ])
    func forms(text: String) throws { #expect(try Workbench().session().rows(text).rows == [["1"]]) }

    /// `§` is where the error is.
    @Test(
        "an error has its kind, its words and its place in the text",
        arguments: [
            ("SELECT 'é€😀' + §) FROM range(3)", .parser, "syntax error at or near \")\""),
            ("SELECT 1 +§", .parser, "syntax error at end of input"),
            (
                "SELECT 'é',\n  §nosuch FROM range(3) t(i)", .binder,
                "Referenced column \"nosuch\" not found in FROM clause!"
            ),
            ("SELECT 'é', §nofun(i) FROM range(3) t(i)", .catalog, "Scalar Function with name nofun does not exist!"),
            ("SELECT i FROM range(3) t(i) WHERE §sum(i) > 1", .binder, "WHERE clause cannot contain aggregates!"),
            (
                "SELECT 1 FROM §nosuch.t", .catalog,
                "Table with name \"nosuch.t\" does not exist because schema \"nosuch\" does not exist."
            ),
            ("SELECT 'é', 'abc'§::INT FROM range(3)", .conversion, "Could not convert string 'abc' to INT32"),
            ("SELECT ('a' || i)§::INT FROM range(3) t(i)", .conversion, "Could not convert string 'a0' to INT32"),
            (
                "SELECT 2147483647::INT + i::INT FROM range(3) t(i)", .outOfRange,
                "Overflow in addition of INT32 (2147483647 + 1)!"
            ),
            ("SELECT error('a' || chr(10) || 'LINE 1: b')", .invalidInput, "a"),
            (
                "SELECT 1; SELECT 2", .notOneSelect,
                "this is not one SELECT statement, and neither is a PIVOT without IN"
            ),
            ("", .notOneSelect, "this is not one SELECT statement, and neither is a PIVOT without IN"),
            (
                "SELECT 'é', (FROM §enable_logging())", .forbiddenFunction,
                "the table function enable_logging may not be called here"
            ),
            ("SELECT §\0", .parser, "there is a NUL in the statement"),
        ] as [(String, StatementErrorKind, String)])
    func places(marked: String, kind: StatementErrorKind, headline: String) throws {
        let offset = marked.utf8.firstRange(of: "§".utf8).map {
            marked.utf8.distance(from: marked.utf8.startIndex, to: $0.lowerBound)
        }
        let text = marked.replacingOccurrences(of: "§", with: "")
        let bench = try Workbench()
        let session = try bench.session(writes: ["x.parquet"])
        let errors = [
            statementError { () throws(DuckDBError) in _ = try session.rows(text) },
            statementError { () throws(DuckDBError) in try session.copy(text, to: bench.path("x.parquet")) },
        ]
        for error in errors {
            #expect(error?.kind == kind)
            #expect(error?.headline == headline)
            #expect(error?.offset == offset)
        }
        #expect(try session.rows("SELECT 1 AS a").rows == [["1"]], "the session goes on")
        try session.close()
        #expect(!FileManager.default.fileExists(atPath: bench.path("x.parquet")), "what has no result is removed")
    }

    @Test(
        "what people write in plans is one SELECT",
        arguments: [
            "SELECT i % 2 AS k, count(*) FROM range(3) t(i) GROUP BY ALL ORDER BY ALL", "FROM range(3) SELECT 1",
            "PIVOT (SELECT 1 AS a, 2 AS b) ON a IN (1, 2) USING sum(b)", "UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b",
            "SELECT i, row_number() OVER (ORDER BY i) FROM range(3) t(i) QUALIFY row_number() OVER () < 2",
            "SELECT * FROM range(3) a(i) ASOF JOIN range(3) b(j) ON i >= j", "SELECT x: 42",
            "(SELECT 1) UNION ALL (SELECT 2)",
            "SELECT list_transform([1], lambda x: x + 1), [x FOR x IN [1, 2] IF x > 1]", "SELECT 1 AS a, a + 1",
            "SELECT count(*) FILTER (i > 1), arg_min(i, i), string_agg(i::VARCHAR, ',' ORDER BY i) FROM range(3) t(i)",
            "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3) FROM r",
            "SELECT unnest([1, 2])",
            "SELECT DISTINCT ON (i) i FROM range(3) t(i)",
            "SELECT i FROM range(3) t(i) GROUP BY GROUPING SETS ((i), ())",
            "SELECT {'a': 1}.a, map {1: 2}[1], DATE '2020-01-01' + INTERVAL 1 DAY, $$a$$, getvariable('x')",
        ])
    func plans(text: String) throws {
        let session = try Workbench().session()
        #expect(try session.check(text) == nil)
        #expect(try !session.rows(text).rows.isEmpty)
    }

    @Test("an error in a view of ours has no place in the text")
    func placeInView() throws {
        let session = try Workbench().session()
        try session.execute("CREATE VIEW v AS SELECT ('a' || i)::INT AS n FROM range(3) t(i)")
        let error = statementError { () throws(DuckDBError) in _ = try session.rows("SELECT n FROM v") }
        #expect(error?.kind == .conversion)
        #expect(error?.offset == nil)
    }

    @Test("a text can be checked without being run")
    func check() throws {
        let session = try Workbench().session()
        #expect(try session.check("SELECT count(*) FROM range(100000000000) a, range(100000000000) b") == nil)
        #expect(try session.check("SELECT x")?.kind == .binder)
    }

    @Test("a file that is not Parquet, or is not there, is an error with its path")
    func badFiles() throws {
        let bench = try Workbench()
        try bench.folder.write("bad.parquet", "no Parquet at all")
        let session = try bench.session(reads: ["bad.parquet", "none.parquet"])
        for name in ["bad.parquet", "none.parquet"] {
            let text = "FROM read_parquet('\(bench.path(name))')"
            let error = statementError { () throws(DuckDBError) in _ = try session.rows(text) }
            #expect(error?.words.contains(name) == true)
        }
    }

    @Test(
        "paths that DuckDB would take for something else are refused",
        arguments: [
            "relative.parquet", "/a/../b", "/a//b", "/a/*.parquet", "/a/[x].parquet", "/a/b?", "/a\0b",
        ])
    func paths(path: String) throws {
        let bench = try Workbench()
        let error = failure { () throws(DuckDBError) in
            _ = try DuckDBSession(
                RealDuckDB.program!, files: DuckDBFiles(reads: [path]), limits: bench.limits,
                scratchBelow: bench.scratch,
                in: .real)
        }
        guard case .unusablePath(path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(bench.leftovers.isEmpty)
    }

    @Test("a file that is there is not written over")
    func existingFile() throws {
        let bench = try Workbench()
        try bench.folder.write("there", "mine")
        let error = failure { () throws(DuckDBError) in
            _ = try bench.session(RealDuckDB.program!, writes: ["new", "there"])
        }
        guard case .file(let cause) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.code == EEXIST)
        #expect(try bench.folder.read("there") == "mine")
        #expect(try bench.folder.names.sorted() == ["scratch", "there"])
        #expect(bench.leftovers.isEmpty)
    }
}
