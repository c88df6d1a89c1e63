import Configuration
import DuckDB
import FoldSQL
import Testing

@testable import Plans

@Suite(.needsDuckDB) struct PlanCheckTests {
    /// One of each measure, over keys and arguments of every type.
    private static let folds = [
        "sums.sql": """
        SELECT user, count(*) AS events, count(n) AS given, count_if("on") AS switched, sum(n) AS total,
               sum(amount) FILTER (WHERE name = 'watch''ed') AS watched, avg(amount) AS mean, sum(n) / nullif(count(*), 0) AS share
        FROM events GROUP BY user
        """,
        "extremes.sql": """
        SELECT born, "on", min(score) AS least, max(moment) AS latest, bool_or("on") AS any_on, bit_or(n) AS bits
        FROM events WHERE name <> 'x' OR name IS NULL GROUP BY born, "on"
        """,
        "ends.sql": """
        SELECT date_trunc('week', moment) AS week, arg_min(name, moment) AS first_name, arg_max(more, n) AS most,
               first(user ORDER BY moment) AS first_user, last(amount ORDER BY n) AS last_amount
        FROM events GROUP BY ALL
        """,
        "companions.sql": """
        SELECT score, count(DISTINCT user) AS users,
                   count(DISTINCT amount) FILTER (WHERE n > getvariable('reach')) AS amounts,
               list(name ORDER BY moment DESC NULLS FIRST) AS names, string_agg(user, ',' ORDER BY n) AS joined
        FROM events GROUP BY score
        """,
        "named.sql": """
        SELECT day, zone, _file AS file, upper(zone) AS z, count(*) AS n FROM events GROUP BY day, zone, _file
        """,
    ]

    @Test func everyMeasureIsProved() throws {
        let bench = try PlanBench(Self.folds)
        let plan = try bench.plan()
        let check = try bench.check(plan)
        let folds = try check.compile()
        #expect(folds.map(\.checked.name) == ["companions", "ends", "extremes", "named", "sums"])
        for fold in folds {
            let outcome = try check.prove(fold)
            guard case .equal(let rows) = outcome else {
                Issue.record("\(fold.checked.name): \(outcome)")
                continue
            }
            #expect(rows >= 2, "\(fold.checked.name)")
        }
        #expect(folds.filter(\.checked.isNameBound).map(\.checked.name) == ["named"])
    }

    /// What only DuckDB knows is reported with the place in the user's file, of all folds at once.
    @Test func whatDuckDBRefusesHasItsPlace() throws {
        let bench = try PlanBench([
            "a.sql": "SELECT user,\n  sum(nmae) AS total FROM events GROUP BY user",
            "b.sql": "SELECT user, sum(score) AS total\nFROM events GROUP BY user",
            "c.sql": "SELECT user, count(*) AS n FROM events\nWHERE no_such_function(user) GROUP BY user",
            "d.sql": "SELECT user, sum(name) AS n FROM events GROUP BY user",
            "e.sql": "SELECT user, max(moment) + 'x' + count(*) AS n FROM events GROUP BY user",
        ])
        let plan = try bench.plan()
        let check = try bench.check(plan)
        let found = try bench.mistakes { _ = try check.compile() }
        #expect(found.count == 5, "\(found)")
        for (index, start) in [
            "folds/a.sql:2:", "folds/b.sql:1:14: ", "folds/c.sql:2:7: DuckDB: ", "folds/d.sql:1:", "folds/e.sql:1:14: ",
        ]
        .enumerated()
        where index < found.count { #expect(found[index].hasPrefix(start), "\(found[index])") }
        #expect(
            found[0].contains("nmae") && found[0].hasSuffix("did you mean name?") && found[1].contains("order of files")
        )
    }

    @Test func anExpressionThatTakesNoRowsOfTheProofIsSaidToBeUnproved() throws {
        let bench = try PlanBench([
            "a.sql": "SELECT user, sum(CAST('x' || name AS INTEGER)) AS total FROM events GROUP BY user"
        ])
        let plan = try bench.plan()
        let check = try bench.check(plan)
        let outcome = try check.prove(try check.compile()[0])
        guard case .notTried(let words) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(words.contains("INT"), "\(words)")
    }

    /// An expression that does not take all values is tried with tame ones.
    @Test(arguments: [
        "sum(CAST(name AS INTEGER))", "sum(CAST(score AS DECIMAL(18, 3)))", "max(CAST(name AS DATE))",
        "count(DISTINCT more ->> '$.plan')", "avg(epoch_us(moment))",
    ])
    func castsAreProvedOnValuesThatTheyTake(measure: String) throws {
        let bench = try PlanBench(["a.sql": "SELECT user, \(measure) AS m FROM events GROUP BY user"])
        let check = try bench.check(try bench.plan())
        let outcome = try check.prove(try check.compile()[0])
        guard case .equal(let rows) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(rows > 2)
    }

    /// Without what the fold compares with, no row would pass.
    @Test func rowsOfTheProofPassFilters() throws {
        let bench = try PlanBench([
            "a.sql": """
            SELECT user, count(*) AS n FROM events WHERE name = 'watch' AND n = 4711 GROUP BY user
            """,
            "b.sql": """
            SELECT user, count(*) AS n FROM events
            WHERE name = getvariable('label') AND born = DATE '2024-02-29' AND amount >= 12.345 GROUP BY user
            """,
            "c.sql": "SELECT user, count(*) AS n FROM events WHERE n = 4711 + 1 GROUP BY user",
        ])
        let plan = try bench.plan()
        let check = try bench.check(plan)
        let rows = try check.compile().map { fold -> Int in
            guard case .equal(let rows) = try check.prove(fold) else { return -1 }
            return rows
        }
        #expect(rows[0] > 0 && rows[1] > 0 && rows[2] == 0, "\(rows)")
    }

    /// A proof that could not fail would prove nothing.
    @Test func aDifferenceIsFound() throws {
        let bench = try PlanBench(Self.folds)
        let plan = try bench.plan()
        let check = try bench.check(plan)
        let trial = check.trial(try check.compile()[0])
        #expect(
            try trial.difference("SELECT 1 AS a UNION ALL SELECT 1", "SELECT 1 AS a UNION ALL SELECT 1", "x") == nil)
        let twice = try trial.difference("SELECT 1 AS a UNION ALL SELECT 1", "SELECT 1 AS a", "x")
        #expect(twice == ProofDifference(fold: "companions", what: "x", folded: ["1"], direct: nil))
        let other = try trial.difference("SELECT 1 AS a, NULL AS b", "SELECT 1 AS a, 2 AS b", "x")
        #expect(other?.folded == ["1", nil] && other?.direct == ["1", "2"])
        let types = try trial.difference("SELECT 1::BIGINT AS a", "SELECT 1::HUGEINT AS a", "x")
        #expect(types?.folded == ["a BIGINT"] && types?.direct == ["a HUGEINT"])
    }
}
