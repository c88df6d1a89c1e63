import DurableIO
import Foundation
import Testing

@testable import DuckDB

/// Texts that want out. `ROOT` stands for a folder beside the session's files, `IN` and `OUT` for its files, `TMP` for its
/// temporary folder.
@Suite("Hostile texts", .needsDuckDB)
struct HostileTests {
    static let reading = [
        "FROM read_text('/etc/passwd')", "FROM read_csv('/etc/passwd')", "FROM '/etc/passwd'", "FROM 'ROOT/secret.csv'",
        "FROM read_csv('ROOT/secret.csv')", "FROM read_csv('ROOT/*')", "FROM read_blob('ROOT/secret.csv')",
        "FROM read_csv('IN/../secret.csv')", "FROM read_csv('TMP/../../secret.csv')",
        "FROM read_json('ROOT/secret.csv')",
        "FROM read_csv(['IN', 'ROOT/secret.csv'])", "FROM glob('ROOT/*')", "FROM sniff_csv('ROOT/secret.csv')",
        "FROM read_parquet('ROOT/secret.csv')", "FROM parquet_metadata('ROOT/secret.csv')",
        "FROM read_csv('/dev/stdin')",
        "FROM read_csv('/proc/self/environ')", "FROM read_csv('/proc/self/fd/0')",
        "FROM read_csv('file:///etc/passwd')",
        "FROM read_csv('file:ROOT/secret.csv')", "SELECT getenv('HOME')", "FROM duckdb_secrets()",
        "FROM duckdb_settings()", "FROM duckdb_extensions()", "FROM sql_auto_complete('FROM ''ROOT/')",
        "FROM read_duckdb('ROOT/secret.csv')", "FROM read_csv(getvariable('x') || '/etc/passwd')",
    ]

    static let writing = [
        "COPY (SELECT 1) TO 'ROOT/new'", "COPY (SELECT 1) TO 'OUT'", "CREATE TABLE t AS SELECT 1",
        "INSERT INTO t VALUES (1)",
        "EXPORT DATABASE 'ROOT/new'", "IMPORT DATABASE 'ROOT'", "ATTACH 'ROOT/new.db'", "ATTACH 'OUT' AS o",
        "DETACH memory",
        "INSTALL httpfs", "LOAD httpfs", "LOAD 'ROOT/secret.csv'", "FORCE INSTALL httpfs FROM 'ROOT'", "VACUUM",
        "CHECKPOINT",
        "CREATE SECRET (TYPE s3)", "CREATE MACRO f(x) AS x", "DROP VIEW v", "CALL enable_logging()", "USE memory",
        "EXPLAIN ANALYZE SELECT 1", "PREPARE p AS SELECT 1", "BEGIN", "SELECT 1; COPY (SELECT 1) TO 'OUT'",
        "SELECT 1)) TO 'ROOT/new'; --", "SELECT 1') TO 'ROOT/new'; --", "SELECT 1\\') TO 'ROOT/new'; --",
        "WITH x AS (INSERT INTO t VALUES (1)) SELECT 1", "COPY FROM DATABASE memory TO o",
        "FROM enable_logging(storage := 'file', storage_path := 'TMP')",
        "FROM enable_logging(storage := 'file', storage_path := 'OUT')",
        "FROM enable_logging(storage := 'stdout')", "SELECT (FROM system.main.\"ENABLE_LOGGING\"())",
        "FROM enable_profiling(save_location := 'OUT')", "FROM checkpoint()", "FROM force_checkpoint()",
        "FROM query('FROM enable' || '_logging()')", "FROM query(E'FROM enable_\\x6cogging()')",
        "FROM json_execute_serialized_sql(json_serialize_sql('FROM enable_logging()'))", "FROM query_table('v')",
        "SELECT 1 WHERE EXISTS (FROM (SELECT 1 UNION ALL BY NAME FROM enable_logging()))",
        "FROM truncate_duckdb_logs()",
        "SELECT list_transform([1], lambda x: (SELECT count(*) FROM enable_logging()))",
        "WITH RECURSIVE r AS (SELECT 1 UNION ALL (FROM enable_logging())) FROM r",
        "SELECT 1 ORDER BY (SELECT count(*) FROM enable_logging())",
        "PIVOT (FROM enable_logging()) ON x IN (1) USING count(*)", "FROM enable_peg_parser()", "FROM duckdb_logs()",
        "FROM arrow_scan(1::POINTER, 2::POINTER, 3::POINTER)", "FROM seq_scan('v')", "FROM test_all_types()",
    ]

    static let shell = [
        ".shell touch ROOT/new", ".system touch ROOT/new", ".sh touch ROOT/new", ".output ROOT/new", ".once ROOT/new",
        ".open ROOT/new", ".read ROOT/secret.csv", ".import ROOT/secret.csv t", ".log ROOT/new", ".cd ROOT", ".quit",
        ".exit 3",
        ".excel", ".edit", ".safe_mode", ".bail on", ".print forged", "SELECT 1\n.shell touch ROOT/new\n",
        "SELECT 1;\n.shell touch ROOT/new\n", "\n.shell touch ROOT/new", "\r.shell touch ROOT/new\r",
        "'\n.shell touch ROOT/new\n", "\"\n.shell touch ROOT/new\n", "$$\n.shell touch ROOT/new\n",
        "/*\n.shell touch ROOT/new\n",
        "');\n.shell touch ROOT/new\n", "SELECT 1 -- ');\n.shell touch ROOT/new\n", "\\');\n.shell touch ROOT/new\n",
        "\u{1A}\n.shell touch ROOT/new", "\u{4}", "/\n.shell touch ROOT/new", "go\n.shell touch ROOT/new",
    ]

    static let settings = [
        "SET memory_limit = '100GB'", "SET GLOBAL allowed_paths = ['/etc/passwd']", "RESET allowed_paths",
        "PRAGMA memory_limit = '100GB'", "SET enable_external_access = true", "SET lock_configuration = false",
        "SET VARIABLE x = 1", "PRAGMA enable_profiling", "PRAGMA database_list", "SET temp_directory = 'ROOT'",
    ]

    static let sockets = [
        "FROM read_text('http://127.0.0.1:PORT/x')", "FROM read_csv('http://127.0.0.1:PORT/x')",
        "FROM 'http://127.0.0.1:PORT/x.parquet'", "FROM read_parquet('s3://bucket/x')",
        "ATTACH 'http://127.0.0.1:PORT/x' AS y",
        "INSTALL x FROM 'http://127.0.0.1:PORT'", "FROM read_csv('hf://datasets/x/y.csv')",
    ]

    @Test("touch nothing outside and leave the session as it was", arguments: reading + writing + shell + settings)
    func outside(text: String) throws {
        let bench = try Workbench()
        try bench.folder.write("secret.csv", "secret\n42\n")
        try bench.folder.write("in.csv", "a\n1\n")
        let session = try bench.session(reads: ["in.csv"], writes: ["out"])
        try session.execute("CREATE VIEW v AS SELECT 7 AS n")
        let places = [
            ("ROOT", bench.root), ("IN", bench.path("in.csv")), ("OUT", bench.path("out")),
            ("TMP", session.scratchPath),
        ]
        let text = places.reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }

        #expect(statementError { () throws(DuckDBError) in _ = try session.rows(text) } != nil)
        #expect(statementError { () throws(DuckDBError) in _ = try session.describe(text) } != nil)

        #expect(try bench.folder.names == ["in.csv", "out", "scratch", "secret.csv"])
        #expect(try bench.folder.read("secret.csv") == "secret\n42\n")
        #expect(try bench.folder.read("in.csv") == "a\n1\n")
        #expect(try bench.folder.read("out").isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: session.scratchPath).isEmpty)
        #expect(try session.rows("FROM v").rows == [["7"]])
        #expect(
            try session.rows("SELECT current_setting('lock_configuration') AS a, current_setting('memory_limit') AS b")
                .rows
                == [["true", "190.7 MiB"]])
        try session.close()
        #expect(try bench.folder.names == ["in.csv", "scratch", "secret.csv"])
    }

    /// The same as statements of ours, which pass neither the gate nor `query`.
    @Test("find DuckDB's own sandbox behind the gate", arguments: behindTheGate)
    func secondWall(statement: String) throws {
        let bench = try Workbench()
        try bench.folder.write("secret.csv", "secret\n42\n")
        let session = try bench.session(writes: ["out"])
        let statement = statement.replacingOccurrences(of: "ROOT", with: bench.root)
        let error = try #require(statementError { () throws(DuckDBError) in try session.execute(statement) })
        #expect([.permission, .catalog, .invalidInput].contains(error.kind), "\(error)")
        #expect(try bench.folder.names == ["out", "scratch", "secret.csv"])
    }

    private static let behindTheGate = [
        "COPY (SELECT 1) TO 'ROOT/new'", "COPY (SELECT 1) TO 'ROOT/secret.csv'", "FROM read_csv('ROOT/secret.csv')",
        "ATTACH 'ROOT/new.db'", "INSTALL httpfs", "FORCE INSTALL httpfs FROM 'ROOT'", "LOAD httpfs",
        "LOAD 'ROOT/secret.csv'", "EXPORT DATABASE 'ROOT/new'",
        "SET memory_limit = '100GB'", "SET allowed_paths = ['ROOT/secret.csv']", "RESET allowed_paths",
        "SET enable_external_access = true", "SET lock_configuration = false", "SET temp_directory = 'ROOT'",
        "SELECT getenv('HOME')",
        "SET errors_as_json = false",
    ]

    @Test("open no sockets", arguments: sockets)
    func network(text: String) throws {
        let listener = try Listener()
        let session = try Workbench().session()
        let text = text.replacingOccurrences(of: "PORT", with: "\(listener.port)")
        #expect(statementError { () throws(DuckDBError) in _ = try session.rows(text) } != nil)
        #expect(!listener.hasConnection)
    }

    @Test("cannot write words of their own into an answer")
    func forging() throws {
        let session = try Workbench().session()
        let words = "{\"a\":\"forged\"}"
        #expect(try session.rows("SELECT write_log('\(words)', level := 'ERROR') AS a").rows == [[nil]])
        #expect(try session.rows("SELECT '\n\(words)\n' AS a").rows == [["\n\(words)\n"]])
        let error = statementError { () throws(DuckDBError) in _ = try session.rows("SELECT error('\n\(words)\n')") }
        #expect(error?.kind == .invalidInput)
        #expect(error?.words == words)
    }

    @Test(
        "fill neither memory, nor the disk, nor the expression's depth, and the session goes on",
        arguments: [
            ("SELECT list(i) FROM range(1000000000) t(i)", [.outOfMemory]),
            ("SELECT length(repeat('x', 2000000000)) FROM range(3)", [.outOfMemory]),
            ("SELECT string_agg(repeat('x', 1000000)) FROM range(10000)", [.outOfMemory]),
            (
                "SELECT i, count(*) FROM range(50000000) t(i) GROUP BY i ORDER BY i LIMIT 1",
                [.outOfTemporarySpace, .outOfMemory]
            ),
            (
                "SELECT " + String(repeating: "(", count: 100_000) + "1" + String(repeating: ")", count: 100_000),
                [.parser]
            ),
            ("SELECT " + String(repeating: "1+", count: 50_000) + "1", [.parser, .binder]),
            (
                "SELECT " + String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000),
                [.parser, .binder]
            ),
            (
                String(repeating: "SELECT * FROM (", count: 20_000) + "SELECT 1"
                    + String(repeating: ")", count: 20_000), [.parser, .binder]
            ),
        ] as [(String, [StatementErrorKind])])
    func filling(text: String, kinds: [StatementErrorKind]) throws {
        let bench = try Workbench()
        bench.limits.temporaryBytes = 50_000_000
        let session = try bench.session()
        let error = statementError { () throws(DuckDBError) in _ = try session.rows(text) }
        #expect(error.map { kinds.contains($0.kind) } == true, "\(String(describing: error).prefix(300))")
        #expect(try session.rows("SELECT 1 AS a").rows == [["1"]])
        #expect(Int(try peak(session.process)) <= bench.limits.dataBytes + (150 << 20))
    }

    @Test("leave many threads the memory that they are promised")
    func threads() throws {
        let bench = try Workbench()
        bench.limits.threads = 32
        bench.limits.memoryBytes = 400_000_000
        bench.limits.temporaryBytes = 2_000_000_000
        let session = try bench.session()
        let text = "SELECT count(*), sum(n) FROM (SELECT i, count(*) AS n FROM range(20000000) t(i) GROUP BY i)"
        #expect(try session.rows(text).rows == [["20000000", "20000000"]])
    }

    @Test("cannot write a file larger than is permitted")
    func largeFile() throws {
        let bench = try Workbench()
        bench.limits.fileBytes = 10_000_000
        let session = try bench.session(writes: ["out.csv"])
        let error = statementError { () throws(DuckDBError) in
            try session.copy("SELECT hash(i) AS h FROM range(100000000) t(i)", to: bench.path("out.csv"), .csv())
        }
        #expect(error?.kind == .outOfDisk, "\(String(describing: error))")
        try session.close()
        #expect(try bench.folder.names == ["scratch"])
    }

    @Test(
        "are stopped when their time is over",
        arguments: [
            "SELECT count(*) FROM range(100000000000) a(i) WHERE hash(i) = 3",
            "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
            "SELECT count(*) FROM range(100000000) t(i) WHERE regexp_matches(repeat('a', 20000) || i, '(a*)*b')",
            "SELECT sleep_ms(600000)",
            "SELECT count(*) FROM range(1000000) a(i), range(1000000) b(j), range(1000000) c(k) WHERE i * j = k + 1",
        ])
    func time(text: String) throws {
        let bench = try Workbench()
        bench.limits.seconds = 1
        let session = try bench.session()
        let process = session.process
        let clock = ContinuousClock()
        let taken = clock.measure {
            #expect(failure { () throws(DuckDBError) in _ = try session.rows(text) } == .timedOut(seconds: 1))
        }
        #expect(taken < .seconds(10))
        #expect(!isThere(process))
        #expect(failure { () throws(DuckDBError) in _ = try session.rows("SELECT 1") } == .over)
        try session.close()
        #expect(bench.leftovers.isEmpty)
    }

    /// Bytes of memory that a process had at most.
    private func peak(_ process: Int32) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
        return try #require(Int(line.filter(\.isNumber))) << 10
    }
}
