//  Plans that want out, or that want everything: each is refused, or gives what its statement gives; nothing outside is
//  touched, and nothing takes long.

import Configuration
import DuckDB
import Foundation
import TestSupport
import Testing

@testable import Plans

@Suite(.needsDuckDB) struct HostilePlanTests {
    /// `ROOT` is the folder of the test, with a file `secret` in it.
    private static let expressions = [
        // Reading
        "(SELECT max(content) FROM read_text('ROOT/secret'))", "(FROM read_csv('/etc/passwd') LIMIT 1)",
        "(SELECT count(*) FROM 'ROOT/secret')", "getenv('HOME')", "current_setting('allowed_paths')",
        "(SELECT count(*) FROM duckdb_settings())", "(SELECT any_value(x) FROM query('SELECT 1 AS x') t(x))",
        "(SELECT count(*) FROM glob('ROOT/*'))", "getvariable('__w_rows')", "(SELECT count(*) FROM __w_rows)",
        // Writing
        "(SELECT count(*) FROM enable_logging(storage := 'file', storage_path := 'ROOT/new'))", "nextval('s')",
        "(FROM checkpoint())", "write_log('x')", "setseed(0.5)",
        // Time and chance
        "random()", "uuid()", "now()", "current_timestamp", "today()", "get_current_time()", "txid_current()",
        "version()",
        "rowid", "gen_random_uuid()", "current_user",
        // Out of the place
        "name) AS a, (SELECT 1", "name), max(n", "name FROM events GROUP BY name --", "name /*", "name */", "name --",
        "'", "\"", "$$", "$x$", "E'\\'", "name; SELECT 1", "name;", "(name", "name)", "[name", "name}", "{'a': name",
        "'\n.shell touch ROOT/new\n'", "$$\n.shell touch ROOT/new\n$$", "name\n.shell touch ROOT/new\n",
        "\n.quit\n", "\r.quit\r", "name -- \n.read ROOT/secret\n", "\u{0}", "name\u{0}", "\u{FEFF}name", "na\u{200B}me",
        "name\u{A0}", "name COLLATE nocase", "name::VARCHAR COLLATE de", "COLUMNS(*)", "*", "events", "events.*",
        "\"__w_1\"", "__w_g1", "_records", "\"_records\"", "?", "$1", ":x", "name AS x", "name x", "DEFAULT",
        // Aggregates and windows where none can be
        "count(*)", "sum(n) OVER ()", "row_number() OVER (ORDER BY n)", "lag(n) OVER ()", "max(max(n))",
        "list(n)", "list_aggregate([n], 'sum')", "(SELECT max(x) FROM unnest([n]) t(x))", "unnest([n, n])",
        "generate_subscripts([n], 1)", "GROUPING(name)", "reduce([n], lambda a, b: a + b)",
        "list_transform([n], lambda x: x + random())",
    ]

    /// What takes memory or time, or more depth than a parser has.
    private static let starving = [
        "repeat('x', 2000000000)", "len(repeat(name, 1000000000))", "range(10000000000)[1]",
        "list_sort(range(100000000))[1]",
        "lpad(name, 2000000000, 'x')", "(SELECT count(*) FROM range(100000000000))", "bar(n, 0, 1, 1000000000)",
        String(repeating: "(", count: 20_000) + "n" + String(repeating: ")", count: 20_000),
        String(repeating: "n + ", count: 20_000) + "n", String(repeating: "CASE WHEN n = 1 THEN ", count: 2000) + "n",
        "'" + String(repeating: "x", count: 500_000) + "'", String(repeating: "-", count: 3000) + " n",
        String(repeating: "NOT ", count: 3001) + "\"on\"", "n" + String(repeating: "::BIGINT", count: 3000),
        "name" + String(repeating: "[1]", count: 3000),
    ]

    private static let statements = [
        "SELECT § AS k, count(*) AS n FROM events GROUP BY §",
        "SELECT user, count(*) AS n FROM events WHERE § GROUP BY user",
        "SELECT user, max(§) AS m FROM events GROUP BY user",
        "SELECT user, count(*) FILTER (WHERE §) AS m FROM events GROUP BY user",
        "SELECT user, list(name ORDER BY §) AS m FROM events GROUP BY user",
        "SELECT user, count(*) + (§) AS m FROM events GROUP BY user",
    ]

    @Test(arguments: statements.indices) func areRefusedOrRight(statement index: Int) throws {
        let outcomes = try Self.outcomes(Self.statements[index], Self.expressions, memory: 256)
        #expect(outcomes[.refused]! > 60 && outcomes[.equal, default: 0] > 0, "\(outcomes)")
    }

    /// In a condition, and as an argument. In little memory, which is soon full.
    @Test(arguments: [1, 2]) func starveNobody(statement index: Int) throws {
        let outcomes = try Self.outcomes(Self.statements[index], Self.starving, memory: 64)
        #expect(outcomes[.refused]! > 5, "\(outcomes)")
    }

    private enum Outcome { case refused, equal, notTried }

    private static func outcomes(
        _ statement: String, _ expressions: [String], memory: Int
    ) throws -> [Outcome: Int] {
        let root = try TemporaryFolder()
        try root.add("secret", "Parole\n")
        let bench = try PlanBench(["a.sql": ""])
        var outcomes: [Outcome: Int] = [:]
        for expression in expressions.map({ $0.replacing("ROOT", with: root.path) }) {
            let start = ContinuousClock.now
            let shown = expression.prefix(80)
            do {
                try bench.folder.add("plan/folds/a.sql", statement.replacing("§", with: expression))
                let check = try bench.check(try bench.plan(), memory: memory)
                switch try check.prove(try check.compile()[0]) {
                case .equal: outcomes[.equal, default: 0] += 1
                case .notTried(let words):
                    outcomes[.notTried, default: 0] += 1
                    #expect(!words.contains("Parole"), "\(shown)")
                case .different(let difference): Issue.record("\(shown): \(difference)")
                }
            } catch let error as ConfigurationError {
                outcomes[.refused, default: 0] += 1
                #expect(!error.description.contains("Parole"), "\(shown)")
            }
            #expect(ContinuousClock.now - start < .seconds(240), "\(shown)")
            #expect(try root.names == ["secret"], "\(shown)")
        }
        print("\(statement): \(outcomes)")
        return outcomes
    }

    @Test func aStatementThatIsTooLongIsRefused() throws {
        let bench = try PlanBench([
            "a.sql": "SELECT user, '" + String(repeating: "x", count: 1_000_000) + "' AS a FROM events"
        ])
        let found = try bench.mistakes { _ = try bench.plan() }
        #expect(found.first == "folds/a.sql:1:1: the file has more than 1000000 bytes; is it a statement?", "\(found)")
    }

    /// A plan may have fewer folds than a person can read, but the program must not fall over more.
    @Test func aLongPlanIsReadWhole() throws {
        var folds: [String: String] = [:]
        for number in 0..<40 {
            folds["f\(number).sql"] =
                "SELECT user, sum(n + \(number)) AS s, count(DISTINCT name) AS c FROM events GROUP BY user"
        }
        let bench = try PlanBench(folds)
        #expect(try bench.check(try bench.plan()).compile().count == 40)
    }
}
