//  `fold --plan`: files in, the table of a fold out.

import Foundation
import TestSupport
import Testing

@Suite(.needsDuckDB) struct PlanFoldTests {
    private static let duckDB = ["WATCHFOLD_DUCKDB": Tools.duckDB]

    private static let plan = """
        sources:
          plays:
            files: "plays*.json"
            fields:
              user: string
              moment: timestamp
              kind: {type: string, required: no}
              amount: {type: "decimal(18,2)", required: no}
              score: {type: double, required: no}
              text: {type: string, required: no}
          people:
            files: "people.csv"
            fields: {name: string, age: {type: integer, required: no}}
        parameters: {least: 2}
        """

    private static let folds = [
        "by_user": """
        SELECT user, count(*) AS plays, min(moment) AS first_at, sum(amount) AS total, avg(amount) AS mean,
               count(DISTINCT kind) AS kinds, list(kind ORDER BY moment) AS path, max(score) AS best, max(_row) AS last_row
        FROM plays GROUP BY user
        """,
        "numbers": """
        SELECT kind,
               sum(CAST(text AS INTEGER)) AS total
        FROM plays WHERE kind <> 'none' GROUP BY kind
        """,
        "ages": "SELECT age, count(*) AS people, min(name) AS first FROM people GROUP BY age",
        "files":
            "SELECT _file AS file, _date AS day, count(*) AS n, min(_row) AS a, max(_row) AS b FROM people GROUP BY ALL",
    ]

    /// - Parameter plays: in place of the usual files.
    private func bench(yaml: String = Self.plan, folds: [String: String] = Self.folds) async throws -> Shell {
        let shell = Shell()
        try await shell.expect(0, "mkdir -p plan/folds data tmp")
        shell.put("plan/plan.yaml", yaml)
        for (name, text) in folds { shell.put("plan/folds/\(name).sql", text) }
        return shell
    }

    /// Deterministic, and with all that can be in a field.
    private static func plays(_ file: Int, count: Int) -> String {
        (0..<count).map { i in
            let n = i &* 7919 &+ file &* 104_729
            var record = "{\"user\":\"u\(n % 17)\",\"moment\":\"2022-04-0\(1 + n % 3)T0\(n % 10):00:00\""
            if n % 3 > 0 { record += ",\"kind\":\"\(["a", "b", "none", "Zoë \\\"x\\\"", ""][n % 5])\"" }
            if n % 4 > 0 { record += ",\"amount\":\(n % 1000).\(10 + n % 90)" }
            if n % 5 > 0 { record += ",\"score\":\(n % 7 == 0 ? "-0.0" : "\(Double(n % 100) / 8)")" }
            return record + ",\"text\":\"\(n % 50)\"}\n"
        }.joined()
    }

    private func run(_ shell: Shell, _ code: Int, _ script: String) async throws -> Outcome {
        try await shell.expect(code, script, Self.duckDB.merging(["TMPDIR": shell.root + "/tmp"]) { $1 })
    }

    // MARK: The same answers

    /// However files are cut, compressed and given, the answer is that of the statement, and of DuckDB over the raw files.
    @Test func theAnswerIsThatOfTheStatement() async throws {
        let shell = try await bench()
        for file in 0..<4 { shell.put("data/plays\(file).json", Self.plays(file, count: 700 + 300 * file)) }
        let folded = try await run(shell, 0, "$W fold -q --plan plan --fold by_user data")
        #expect(folded.output.split(separator: "\n").count == 18)
        for script in [
            "$W fold -q --plan plan --fold by_user data --direct",
            "gzip data/plays1.json; $W fold -q --plan plan --fold by_user data/*",
            "cat data/plays0.json data/plays2.json data/plays3.json > data/x.tmp; zcat data/plays1.json.gz >> data/x.tmp; "
                + "$W fold -q --plan plan --fold by_user --source plays data/x.tmp | cut -d, -f 1-8",
            "split -n l/7 --additional-suffix .json data/x.tmp data/plays-; rm data/plays?.json* data/x.tmp; "
                + "$W fold -q --plan plan --fold by_user data --jobs 1 | cut -d, -f 1-8",
        ] {
            var wanted = folded.output
            // Numbers of records are other ones in other files. Lists hold commas, so they are cut off with quotes.
            if script.contains("cut") {
                wanted =
                    wanted.split(separator: "\n").map { $0.split(separator: ",").prefix(8).joined(separator: ",") }
                    .joined(separator: "\n") + "\n"
            }
            #expect(try await run(shell, 0, script).output == wanted, "\(script)")
        }
        let raw = """
            COPY (SELECT user, count(*) AS plays, min(moment) AS first_at, sum(amount) AS total, sum(amount) / count(amount) AS mean,
              count(DISTINCT kind) AS kinds, list(kind ORDER BY moment, kind) AS path, max(score + 0.0) AS best
            FROM read_json('data/*.json', columns={user: 'VARCHAR', moment: 'TIMESTAMP', kind: 'VARCHAR',
              amount: 'DECIMAL(18,2)', score: 'DOUBLE'}) GROUP BY user ORDER BY user) TO 'raw.csv' (HEADER)
            """
        shell.put("raw.sql", raw)
        try await shell.expect(0, "\(Tools.duckDB) -batch < raw.sql")
        shell.put("plan/folds/by_user.sql", Self.folds["by_user"]!.replacing(", max(_row) AS last_row", with: ""))
        let kept = try await run(shell, 0, "$W fold -q --plan plan --fold by_user data")
        #expect(kept.output == shell.read("raw.csv"))
    }

    @Test func everyFormatHasTheSameRows() async throws {
        let shell = try await bench()
        shell.put("data/people.csv", "name,age\nAnn,7\n\"B, \"\"x\"\"\",\n_c*|d,7\nE\te,9\n")
        try await shell.expect(
            0, "$W fold -q --plan plan --fold ages data -o a.csv && $W fold -q --plan plan --fold ages data -o a.tsv",
            Self.duckDB)
        #expect(shell.read("a.csv") == "age,people,first\n7,2,Ann\n9,1,E\te\n,1,\"B, \"\"x\"\"\"\n")
        #expect(shell.read("a.tsv") == "age\tpeople\tfirst\n7\t2\tAnn\n9\t1\tE\\te\n\t1\tB, \"x\"\n")
        let lines = try await run(shell, 0, "$W fold -q --plan plan --fold ages data --format jsonl")
        #expect(
            lines.output == """
                {"age":7,"people":2,"first":"Ann"}
                {"age":9,"people":1,"first":"E\\te"}
                {"age":null,"people":1,"first":"B, \\"x\\""}

                """)
        let table = try await run(shell, 0, "$W fold -q --plan plan --fold ages data --format md")
        #expect(table.output.hasPrefix("| age | people | first |\n|---:|---:|---|\n| 7 | 2 | Ann |\n"), "\(table)")
        let others = try await run(
            shell, 0,
            """
            $W fold -q --plan plan --fold ages data -o a.parquet && $W fold -q --plan plan --fold ages data -o a.csv.gz
            $W fold -q --plan plan --fold ages data -o a.xlsx; unzip -p a.xlsx xl/worksheets/sheet1.xml
            zcat a.csv.gz | cmp - a.csv && \(Tools.duckDB) -batch -c "COPY (FROM 'a.parquet') TO 'b.csv' (HEADER)" && cmp a.csv b.csv && echo the same
            """)
        #expect(others.output.hasSuffix("the same\n"), "\(others)")
        #expect(others.output.contains("<v>7</v>") && others.output.contains("<t>Ann</t>"), "\(others)")
        try await shell.expect(1, "$W fold --plan plan --fold ages data --format html", Self.duckDB)
        try await shell.expect(1, "$W fold --plan plan --fold ages data -o a.pdf", Self.duckDB)
    }

    @Test func namesDaysAndRowsAreThoseOfTheFiles() async throws {
        let shell = try await bench(
            yaml: Self.plan.replacingOccurrences(of: "\"people.csv\"", with: "[\"people*.csv\", \"x/*.csv\"]"))
        shell.put(
            "data/people-20220401.csv", "name,age\nAnn,7\nBob,x\nCid,3\n,4\n" + String(repeating: "Dee,1\n", count: 200)
        )
        try await shell.expect(0, "mkdir -p data/x/2022-05-01; gzip -c data/people-20220401.csv > data/x/b.csv.gz")
        shell.put("data/x/b.csv", "name,age\nEve,\n")
        try await shell.expect(0, "rm data/x/b.csv.gz")
        let outcome = try await run(shell, 0, "$W fold --plan plan --fold files data")
        #expect(
            outcome.output == """
                file,day,n,a,b
                people-20220401.csv,2022-04-01,202,1,204
                x/b.csv,,1,1,1

                """, "\(outcome)")
        #expect(outcome.errors.contains("data/people-20220401.csv: 1 record rejected: bad-age"), "\(outcome)")
        #expect(outcome.errors.contains("data/people-20220401.csv: 1 record rejected: missing-name"), "\(outcome)")
        #expect(outcome.errors.contains("2 files, 205 records, 2 rejected: 2 rows"), "\(outcome)")
    }

    /// Numbers of records are those of the file, also where it is read in ranges, and with bad records between.
    @Test func rowsOfALargeFileAreNumberedThroughItsRanges() async throws {
        let shell = try await bench(folds: [
            "marked": "SELECT text, min(_row) AS a, count(*) AS n FROM plays WHERE kind = 'mark' GROUP BY text"
        ])
        var lines: [String] = []
        var wanted = "text,a,n\n"
        let filling = String(repeating: "x", count: 3000)
        for i in 1...12_000 {
            let isMarked = i % 1000 == 0
            switch i % 97 {
            case 0 where !isMarked: lines.append("{broken")
            case 1 where !isMarked: lines.append("{\"user\":\"u\"}")
            default:
                let kind = isMarked ? "mark" : "none"
                lines.append(
                    "{\"user\":\"u\",\"moment\":\"2022-04-01\",\"kind\":\"\(kind)\",\"text\":\"\(10_000 + i)\",\"fill\":\"\(filling)\"}"
                )
            }
            if isMarked { wanted += "\(10_000 + i),\(i),1\n" }
        }
        shell.put("data/plays.json", lines.joined(separator: "\n") + "\n")
        for jobs in [1, 2, 3] {
            let outcome = try await run(shell, 0, "$W fold -q --plan plan data --jobs \(jobs)")
            #expect(outcome.output == wanted, "\(jobs) threads")
        }
        #expect(try await run(shell, 0, "gzip data/plays.json; $W fold -q --plan plan data").output == wanted)
    }

    @Test func pathsBecomeColumns() async throws {
        let yaml = """
            sources:
              plays: {files: "dt={day:date}/p-{zone}.jsonl", fields: {user: string}}
            """
        let shell = try await bench(
            yaml: yaml, folds: ["z": "SELECT day, zone, _date AS d, count(*) AS n FROM plays GROUP BY ALL"])
        try await shell.expect(0, "mkdir -p data/dt=2022-04-01 data/dt=20220402 data/dt=no")
        for path in ["dt=2022-04-01/p-eu.jsonl", "dt=20220402/p-it's \"us\".jsonl", "dt=no/p-eu.jsonl", "other.jsonl"] {
            shell.put(
                "data/" + path, "{\"user\":\"u \(path.count)\"}\n{\"user\":\"v\"}\n".replacing("\"us\"", with: ""))
        }
        let folder = try await run(shell, 2, "$W fold --plan plan data")
        #expect(
            folder.output
                == "day,zone,d,n\n2022-04-01,eu,2022-04-01,2\n2022-04-02,\"it's \"\"us\"\"\",2022-04-02,2\n")
        #expect(folder.errors.contains("data/dt=no/p-eu.jsonl: day is no, which is no day"), "\(folder)")
        #expect(folder.errors.contains("1 file of no source left out: data/other.jsonl"), "\(folder)")
        let named = try await run(
            shell, 0, "cd data/dt=2022-04-01 && $W fold -q --plan ../../plan ../dt=2022-04-01/p-eu.jsonl")
        #expect(named.output == "day,zone,d,n\n2022-04-01,eu,2022-04-01,2\n")
        for (script, words) in [
            ("data/other.jsonl", "data/other.jsonl: it belongs to no source; say with --source which: plays"),
            ("--source plays data/other.jsonl", "its path has no {day}, {zone}, which the source plays reads from it"),
            ("- < data/other.jsonl", "standard input has no path, and the files of plays have {day}, {zone} in theirs"),
            ("--source play data", "--source: there is no source play; did you mean plays?"),
            ("--fold zz data", "there is no fold zz; did you mean z?"),
            ("data/dt=no/p-eu.jsonl", "data/dt=no/p-eu.jsonl: day is no, which is no day"),
            ("'' ", "fold takes names of files; one is empty"),
            ("nowhere.jsonl --source plays", "its path has no"),
        ] {
            let outcome = try await run(shell, 1, "$W fold --plan plan \(script)")
            #expect(outcome.errors.contains(words) && outcome.output.isEmpty, "\(outcome)")
        }
        let lonely = try await run(shell, 1, "$W fold --fold z data")
        #expect(lonely.errors.contains("--fold needs --plan"), "\(lonely)")
    }

    // MARK: Files that do not go

    @Test func aRowThatAnExpressionDoesNotTakeIsNamed() async throws {
        let shell = try await bench()
        for file in 0..<3 { shell.put("data/plays\(file).json", Self.plays(file, count: 1000)) }
        let good = try await run(shell, 0, "$W fold -q --plan plan --fold numbers data/plays0.json data/plays2.json")
        var lines = Self.plays(1, count: 1000).split(separator: "\n").map(String.init)
        // Behind a broken record, and not where the filter keeps it out.
        lines[300] = "{broken"
        lines[400] = "{\"user\":\"u\",\"moment\":\"2022-04-01\",\"kind\":\"none\",\"text\":\"not\"}"
        lines[777] = "{\"user\":\"u\",\"moment\":\"2022-04-01\",\"kind\":\"a\",\"text\":\"oops\"}"
        lines[888] = lines[777]
        shell.put("data/plays1.json", lines.joined(separator: "\n") + "\n")
        let outcome = try await run(shell, 2, "$W fold --plan plan --fold numbers data -o a.csv")
        #expect(
            outcome.errors.contains(
                "data/plays1.json: failed: plan/folds/numbers.sql:2:12: the fold numbers does not take plays1.json, "
                    + "record 778: DuckDB: Could not convert string 'oops' to INT32"), "\(outcome)")
        #expect(outcome.errors.contains("2 files, 2,000 records; 1 file left out"), "\(outcome)")
        #expect(shell.read("a.csv") == good.output)
        // None is left, so what is there stays.
        let none = try await run(shell, 2, "$W fold --plan plan --fold numbers data/plays1.json -o a.csv")
        #expect(none.errors.contains("no input could be folded; a.csv is left as it was"), "\(none)")
        #expect(shell.read("a.csv") == good.output)
        let json = try await run(
            shell, 0,
            "rm a.csv; $W fold --plan plan --fold numbers data -o a.csv --json 2>/dev/null | grep -c '\"state\"'")
        #expect(json.output == "3\n", "\(json)")
        #expect(try await run(shell, 0, "ls tmp").output.isEmpty)
    }

    /// A sum that all rows make together has no row.
    @Test func aSumBeyondItsTypeNamesItsKey() async throws {
        let yaml = "sources: {n: {files: \"*.json\", fields: {k: string, n: integer}}}"
        let shell = try await bench(yaml: yaml, folds: ["s": "SELECT k, sum(n) AS total FROM n GROUP BY k"])
        let half = "4611686018427387904"
        shell.put("a.json", "{\"k\":\"x\",\"n\":\(half)}\n{\"k\":\"x\",\"n\":\(half)}\n")
        let alone = try await run(shell, 2, "$W fold --plan plan a.json")
        #expect(
            alone.errors.contains("the fold s does not take a.json: DuckDB: ") && alone.errors.contains("k = x"),
            "\(alone)")
        shell.put("b.json", "{\"k\":\"x\",\"n\":\(half)}\n")
        shell.put("c.json", "{\"k\":\"x\",\"n\":\(half)}\n\n")
        let merged = try await run(shell, 5, "$W fold --plan plan b.json c.json")
        #expect(
            merged.errors.contains("sum(n) of s has more than 64 bits for k = x") && merged.output.isEmpty, "\(merged)")
    }

    @Test func copiesCountOnceAndBadFilesAreLeftOut() async throws {
        let shell = try await bench()
        shell.put("data/people.csv", "name,age\nAnn,7\n")
        try await shell.expect(
            0,
            "mkdir data/x; cp data/people.csv data/x/; printf 'name,age\\n\"open' > data/y.csv; head -c 100 /dev/urandom > z.csv.gz"
        )
        let outcome = try await run(
            shell, 2,
            "$W fold --plan plan --fold ages --source people data/people.csv data/x/people.csv data/y.csv missing.csv")
        #expect(outcome.output == "age,people,first\n7,1,Ann\n", "\(outcome)")
        #expect(
            outcome.errors.contains("data/x/people.csv: duplicate: the same content as data/people.csv"), "\(outcome)")
        #expect(outcome.errors.contains("missing.csv: failed: cannot open missing.csv"), "\(outcome)")
        #expect(outcome.errors.contains("data/y.csv: "), "\(outcome)")
        let rejects = try await run(
            shell, 2,
            "printf 'name,age\\nAnn,x\\nBob,1\\n' > people.csv; $W fold --plan plan --fold ages people.csv --rejects r.jsonl"
        )
        #expect(shell.read("r.jsonl")?.contains("bad-age") == true, "\(rejects)")
        #expect(rejects.output == "age,people,first\n" && rejects.errors.contains("people.csv: held: "), "\(rejects)")
    }

    @Test func standardInputIsOfTheSourceThatIsSaid() async throws {
        let shell = try await bench()
        shell.put("people.csv", "name,age\nAnn,7\n")
        let outcome = try await run(shell, 0, "cat people.csv | $W fold --plan plan --fold ages --source people -")
        #expect(outcome.output == "age,people,first\n7,1,Ann\n")
        let unsaid = try await run(shell, 1, "$W fold --plan plan --fold ages - < people.csv")
        #expect(
            unsaid.errors.contains("say with --source which source standard input is of: plays, people"), "\(unsaid)")
        let which = try await run(shell, 1, "$W fold --plan plan people.csv")
        #expect(which.errors.contains("say with --fold which fold: ages, by_user, files, numbers"), "\(which)")
    }

    // MARK: DuckDB does not go

    /// A program in place of DuckDB that does something to it; `$D` is DuckDB.
    private func stand(_ shell: Shell, _ body: String) {
        shell.put("duckdb", "#!/bin/bash\nD=\(Tools.duckDB)\n[ \"$1\" = --version ] && exec $D --version\n\(body)\n")
    }

    @Test(arguments: [
        ("cat > /dev/null & exec $D \"$@\" < /dev/null", 5, "DuckDB ended"),
        ("kill -9 $$", 5, "DuckDB was ended by signal 9"),
        // When the third file of forty was folded; its partial stays, its rows do not.
        (
            "(for i in $(seq 500); do [ -e files/partial-0-0-3.parquet ] && break; sleep 0.01; done; kill -9 $$) & exec $D \"$@\"",
            5,
            "DuckDB was ended by signal 9"
        ),
        ("exit 3", 5, "DuckDB ended with code 3"),
    ])
    func aChildThatEndsIsOneSentence(body: String, code: Int, words: String) async throws {
        let shell = try await bench()
        // Long enough to be killed within.
        shell.put("data/plays.json", Self.plays(1, count: 20_000))
        stand(shell, body)
        let script =
            "chmod +x duckdb; for i in $(seq 40); do (cat data/plays.json; printf '%*s\\n' $i) > data/plays$i.json; done"
        try await shell.expect(0, script)
        let outcome = try await shell(
            "$W fold -q --plan plan --fold by_user data --duckdb ./duckdb -o a.csv", ["TMPDIR": shell.root + "/tmp"])
        #expect(outcome.code == code && outcome.errors.contains(words), "\(outcome)")
        #expect(outcome.errors.split(separator: "\n").count == 1 && !shell.exists("a.csv"), "\(outcome)")
        #expect(try await run(shell, 0, "ls tmp").output.isEmpty)
    }

    @Test func memoryThatIsNotEnoughIsOneSentence() async throws {
        let shell = try await bench(folds: [
            "big": "SELECT user, list(repeat(text, 4000) ORDER BY moment) AS texts FROM plays GROUP BY user"
        ])
        shell.put("data/plays.json", Self.plays(1, count: 60_000))
        let outcome = try await run(shell, 5, "$W fold -q --plan plan data --memory 64MB -o a.csv")
        #expect(
            outcome.errors.contains("memory") && outcome.errors.split(separator: "\n").count == 1, "\(outcome)")
        #expect(!shell.exists("a.csv"))
        #expect(try await run(shell, 0, "ls tmp").output.isEmpty)
    }

    @Test(.enabled(if: FullDiskTests.canMount, FullDiskTests.whyNot)) func aFullDiskIsOneSentence() async throws {
        let shell = try await bench()
        shell.put("data/plays.json", Self.plays(1, count: 30_000))
        try await shell.expect(0, "mkdir disk && mount -t tmpfs -o size=8m tmpfs disk")
        var codes: [Int: Int] = [:]
        for room in [0, 1, 4, 16, 64, 128, 256, 400, 1800] {
            let outcome = try await shell(
                """
                head -c $(( (2048 - \(room)) * 4096 )) /dev/zero > disk/filler
                TMPDIR=$PWD/disk $W fold -q --plan plan --fold by_user data -o a.csv
                """, Self.duckDB)
            codes[outcome.code, default: 0] += 1
            if outcome.code != 0 {
                #expect(outcome.code == 5 && outcome.errors.split(separator: "\n").count == 1, "\(room): \(outcome)")
                #expect(
                    outcome.errors.contains("full") || outcome.errors.contains("No space left"), "\(room): \(outcome)")
            }
            #expect(try await run(shell, 0, "ls disk").output == "filler\n", "\(room) pages of room")
        }
        // The output itself.
        let out = try await shell(
            "head -c $((8 << 20)) /dev/zero > disk/filler; $W fold -q --plan plan --fold by_user data -o disk/a.csv",
            Self.duckDB)
        #expect(out.code == 5 && out.errors.split(separator: "\n").count == 1, "\(out)")
        try await shell.expect(0, "umount -l disk")
        #expect(codes[0] ?? 0 > 0 && codes[5] ?? 0 > 2, "\(codes)")
    }

    @Test(arguments: ["TERM", "INT", "KILL"]) func aSignalLeavesNothing(signal: String) async throws {
        let shell = try await bench(folds: [
            "slow": "SELECT user, max(len(repeat(text, 20000000))) AS m FROM plays GROUP BY user"
        ])
        shell.put("data/plays.json", Self.plays(1, count: 3000))
        let outcome = try await shell(
            """
            $W fold -q --plan plan data -o a.csv & process=$!
            for i in $(seq 200); do [ -n "$(find tmp -name 'rows-1.parquet')" ] && break; sleep 0.02; done
            kill -\(signal) $process; wait $process; echo $?; sleep 0.2
            pgrep -f "[d]uckdb.*\(shell.root)" ; ls tmp
            """, Self.duckDB.merging(["TMPDIR": shell.root + "/tmp"]) { $1 })
        let left = outcome.output.split(separator: "\n").dropFirst()
        #expect(!shell.exists("a.csv") && (signal == "KILL" ? left.count == 1 : left.isEmpty), "\(outcome)")
        // The next one removes what the killed one left.
        shell.put("plan/folds/slow.sql", "SELECT user, count(*) AS n FROM plays GROUP BY user")
        #expect(try await run(shell, 0, "$W fold -q --plan plan data > /dev/null; ls tmp").output.isEmpty)
    }
}
