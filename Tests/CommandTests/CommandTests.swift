//  The commands one by one.

import Foundation
import Testing

@Suite struct CommandTests {
    @Test func helpAndVersionAreDataAndEndWell() async throws {
        let shell = Shell()
        let version = try await shell.expect(0, "$W --version")
        #expect(version.errors.isEmpty && version.output.hasPrefix("watchfold 1.0.0 (commit "), "\(version)")
        let lines = version.output.split(separator: "\n")
        #expect(lines.count == 2 && lines[0].hasSuffix(")"), "\(version)")
        for library in ["zlib", "lz4", "zstd", "xxHash", "SQLite", "libxlsxwriter"] {
            #expect(lines.last?.contains(try Regex("\\b\(library) [0-9]+\\.[0-9]+\\.[0-9]+\\b")) == true, "\(version)")
        }
        let overview = try await shell.expect(0, "$W --help")
        #expect(overview.errors.isEmpty && overview.output.contains("Exit codes: 0 success"), "\(overview)")
        for command in [
            "run", "reprocess", "fold", "check", "export", "report", "status", "verify", "inspect", "generate",
            "accept",
            "retract",
            "restore",
        ] {
            let help = try await shell.expect(0, "$W \(command) --help && $W help \(command)")
            #expect(help.errors.isEmpty && help.output.contains("USAGE: watchfold \(command)"), "\(help)")
            #expect(help.output.contains("--checkpoints") && help.output.contains("Example"), "\(help)")
        }
        let bare = try await shell.expect(0, "$W")
        #expect(bare.output.contains("SUBCOMMANDS"), "\(bare)")
    }

    @Test func aWrongConfigurationEndsBeforeAnythingIsWrittenAndNamesLineAndColumn() async throws {
        let shell = Shell()
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        shell.put("watchfold.yaml", "jobs: 2\nmax_reject_ratio: 7\ncategoris:\n  TV: [A]\n")
        let outcome = try await shell.expect(1, "$W run")
        #expect(
            outcome.errors.contains("watchfold.yaml:2:") && outcome.errors.contains("watchfold.yaml:3:1"), "\(outcome)")
        #expect(outcome.errors.contains("categories"), "\(outcome)")
        shell.put("watchfold.yaml", "jobs: [1\n")
        #expect(try await shell.expect(1, "$W run").errors.contains("watchfold.yaml:"))
        shell.put("watchfold.yaml", "categories:\n  TV: [VOD]\n  Film: [VOD]\n")
        #expect(try await shell.expect(1, "$W run").errors.contains("VOD"))
        let environment = try await shell.expect(
            1, "rm watchfold.yaml; $W run", ["WATCHFOLD_JOBS": "none", "WATCHFOLD_INBOXX": "x"])
        #expect(
            environment.errors.contains("WATCHFOLD_JOBS") && environment.errors.contains("WATCHFOLD_INBOXX"),
            "\(environment)")
        #expect(!shell.exists("checkpoints") && !shell.exists("output"))
    }

    @Test func flagsGoBeforeEnvironmentBeforeFileBeforeDefaults() async throws {
        let shell = Shell()
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        func outputs() -> [String] {
            ["output", "file", "variable", "flag"].filter { shell.exists("\($0)/engagement.csv") }
        }
        try await shell.expect(0, "$W run; mv output/engagement.csv x; rm -r output")
        shell.put("watchfold.yaml", "output: file\n")
        try await shell.expect(0, "$W run")
        #expect(outputs() == ["file"])
        try await shell.expect(0, "rm -r file; $W run", ["WATCHFOLD_OUTPUT": "variable"])
        #expect(outputs() == ["variable"])
        try await shell.expect(0, "rm -r variable; $W run --output flag", ["WATCHFOLD_OUTPUT": "variable"])
        #expect(outputs() == ["flag"])
        // Another file, named by the environment or by a flag, stands in for the one beside.
        shell.put("other.yaml", "output: other\n")
        try await shell.expect(0, "$W run", ["WATCHFOLD_CONFIG": "other.yaml"])
        #expect(shell.exists("other/engagement.csv"))
        try await shell.expect(0, "rm -r other; $W run --config other.yaml", ["WATCHFOLD_CONFIG": "nowhere.yaml"])
        #expect(shell.exists("other/engagement.csv"))
    }

    @Test func namesOfAnyKindAreNamesLikeOthers() async throws {
        let shell = Shell()
        let names = [
            " lead and trail .json", "two\nlines 20220402.json", "😀.json", "caf\u{E9}.json", "cafe\u{301}.json",
            "-dash.json", "'quote\".json", "a;b$(c).json", "tab\there.json", "\u{1B}[31mred.json",
        ]
        for (index, name) in names.enumerated() { shell.put("inbox/" + name, records([("C\(index)", "VOD", index)])) }
        let run = try await shell.expect(0, "$W run")
        #expect(!run.errors.contains("\u{1B}"), "\(run)")
        #expect(shell.read("output/engagement.csv")!.split(separator: "\n").count == names.count + 1)
        let status = try await shell.expect(0, "$W status")
        #expect(status.output.contains("two\\nlines") && !status.output.contains("\u{1B}"), "\(status)")
        let json = try await shell.expect(0, "$W status --json")
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
        let found = try #require(object?["files"] as? [[String: Any]]).compactMap { $0["name"] as? String }
        #expect(Set(found.map { Array($0.utf8) }) == Set(names.map { Array($0.utf8) }))
        try await shell.expect(0, "$W verify && $W reprocess -- inbox/-dash.json 'inbox/😀.json' && $W verify")
    }

    @Test func generateGivesTheSameBytesForTheSameSeed() async throws {
        let shell = Shell()
        try await shell.expect(
            0,
            """
            $W generate --records 3000 --days 2 a && $W generate --records 3000 --days 2 --jobs 1 --seed 1 --from 2022-04-01 b
            $W generate --records 3000 --days 2 --jobs 3 --compress gzip c && $W generate --records 3000 --compress lz4 d
            $W generate --records 3000 --seed 2 e && $W generate --records 500 --from 2024-02-29
            """)
        let names = try await shell.expect(0, "ls a b c d e inbox")
        #expect(
            names.output.split(separator: "\n").filter { $0.contains("json") }
                == [
                    "20220401.json", "20220402.json", "20220401.json", "20220402.json", "20220401.json.gz",
                    "20220402.json.gz", "20220401.json.lz4", "20220401.json", "20240229.json",
                ], "\(names)")
        try await shell.expect(0, "cmp a/20220401.json b/20220401.json && cmp a/20220402.json b/20220402.json")
        try await shell.expect(
            0, "zcat c/20220402.json.gz | cmp - a/20220402.json && ! cmp -s a/20220401.json e/20220401.json")
        #expect(shell.read("a/20220401.json")!.split(separator: "\n").count == 3000)
        let help = try await shell.expect(0, "$W generate --help")
        for text in ["1600000", "2022-04-01", "none"] { #expect(help.output.contains("(default: \(text))"), "\(help)") }
        // What is stored in another way is the same content.
        let folds = try await shell.expect(
            0, "for f in a/20220401.json d/20220401.json.lz4; do $W fold -q $f | cksum; done")
        let sums = folds.output.split(separator: "\n")
        #expect(sums.count == 2 && sums[0] == sums[1], "\(folds)")
    }

    @Test func foldOfSeveralFilesIsRunAndExport() async throws {
        let shell = Shell()
        try await shell.expect(
            0, "$W generate --days 3 --records 2000 --contracts 500 --compress gzip && $W run && $W export > exported")
        for script in ["$W fold inbox/*", "$W fold --jobs 1 $(ls -r inbox/*)", "zcat inbox/* | $W fold -"] {
            let fold = try await shell.expect(0, script)
            #expect(
                fold.output == shell.read("exported") && fold.output == shell.read("output/engagement.csv"), "\(script)"
            )
        }
    }

    @Test func exportKnowsReportsFormatsAndRanges() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 5), ("a,b", "SPORT", 1)]))
        shell.put("inbox/20220402.json", records([("A", "LATER", 9), ("A", "CHANNEL", 2)]))
        try await shell.expect(0, "$W run")
        for name in ["engagement", "profile", "daily", "apps"] {
            #expect(try await shell.expect(0, "$W export \(name)").output == shell.read("output/\(name).csv"))
        }
        let day = try await shell.expect(0, "$W export --from 2022-04-02 --to 20220402")
        #expect(day.output == header + "A,2,0,0,0,0\n", "\(day)")
        let table = try await shell.expect(0, "$W export daily --format tsv --to 2022-04-01")
        #expect(table.output.split(separator: "\n").last == "2022-04-01\t2\t0\t5\t0\t0\t1\t6", "\(table)")
        #expect(table.errors.isEmpty)
    }

    @Test func exportAnswersQuestions() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 5), ("b", "SPORT", 3600), ("C", "CHANNEL", 60)]))
        shell.put("inbox/20220402.json", records([("A", "LATER", 9), ("A", "CHANNEL", 7000)]))
        try await shell.expect(0, "$W run")
        for (options, expected) in [
            ("--top 1 --unit hours --columns Contract,TV", "Contract,TVHours\nA,1.94\n"),
            ("--top 1 --by Sport --columns contract,SportDuration", "Contract,SportDuration\nb,3600\n"),
            ("--contracts '[A-C]' --sort TV:desc --columns Contract", "Contract\nA\nC\n"),
            ("--category sport --min-seconds 3600 --columns Contract", "Contract\nb\n"),
            ("--from 2022-04-02 --to 2022-04-02 --without 20220401.json --columns TV", "TVDuration\n7000\n"),
            (
                "apps --by day --limit 1",
                "AppName,Day,Category,Records,Contracts,TotalDuration\nCHANNEL,2022-04-01,TV,1,1,60\n"
            ),
            ("daily --unit hms --columns Date,TV --to 2022-04-01", "Date,TVDuration\n2022-04-01,0:01:00\n"),
            ("--limit 0 --format jsonl", ""),
            (
                "--for excel --delimiter ';' --limit 1 --columns Contract,Movie",
                "\u{FEFF}Contract;MovieDuration\r\nA;5\r\n"
            ),
        ] {
            let outcome = try await shell.expect(0, "$W export \(options)")
            #expect(outcome.output == expected && outcome.errors.isEmpty, "\(options): \(outcome)")
        }
        try await shell.expect(0, "$W export --for sheets -o s.csv && grep -q '^A,7000,5,' s.csv && test ! -e s-1.csv")
        try await shell.expect(0, "$W export profile --top 2 -o top.parquet && head -c 4 top.parquet | grep -q PAR1")
        // What cannot be is said before anything is written.
        for options in [
            "--month 2022-13", "--month 2022-04 --from 2022-04-01", "--top 0", "--top 3 --limit 3", "--top 3 --sort TV",
            "--by fortnight", "--by day --by week", "--top 3 --by TV --by Sport", "--columns Contract,,TV",
            "--columns Contract,Nothing", "--sort TV:up", "--sort Nothing", "--unit days", "--limit=-1",
            "--category Nothing", "--contracts nowhere.csv", "--without nothing.json", "--as-of 99", "--as-of=-1",
            "daily --contracts 'A*'", "daily --by month", "daily --category TV", "--format parquet --unit hours",
            "--for word", "--for excel --format tsv", "--delimiter ';'", "--for excel --delimiter '|'",
            "--decimal comma", "--for excel --decimal dot", "--sort '\"TV'", "--columns '\"Contract\"x'",
            "--contracts ''", "--contracts inbox",
        ] {
            let outcome = try await shell.expect(
                1, "$W export \(options) -o new.out; code=$?; test ! -e new.out && exit $code")
            #expect(outcome.output.isEmpty && outcome.errors.hasPrefix("watchfold: "), "\(options): \(outcome)")
        }
    }

    @Test func decisionsAboutFilesCanBeTakenBack() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        shell.put("inbox/20220402.json", records([("A", "VOD", 1)]) + "nonsense\n")
        try await shell.expect(2, "$W run")
        #expect(shell.read("output/engagement.csv") == header + "A,0,5,0,0,0\n")
        try await shell.expect(0, "$W accept 20220402.json")
        #expect(shell.read("output/engagement.csv") == header + "A,0,6,0,0,0\n")
        try await shell.expect(0, "$W retract inbox/20220401.json && $W run && $W verify")
        #expect(shell.read("output/engagement.csv") == header + "A,0,1,0,0,0\n")
        try await shell.expect(0, "$W restore 20220401.json && $W verify")
        #expect(shell.read("output/engagement.csv") == header + "A,0,6,0,0,0\n")
        try await shell.expect(1, "$W accept nowhere.json")
    }

    @Test func moreFilesThanAProgramMayOpenWithoutAsking() async throws {
        let shell = Shell()
        for index in 0..<40 { shell.put("inbox/\(20_220_401 + index).json", records([("A", "VOD", index)])) }
        try await shell.expect(
            0,
            "ulimit -Sn 30; $W run && rm checkpoints/total.parquet && $W run && $W verify && $W export --from 2022-04-01"
        )
        #expect(shell.read("output/engagement.csv") == header + "A,0,780,0,0,0\n")
    }

    @Test func aVerifyThatFindsADerivedFileWrongMakesItAnewWhenAsked() async throws {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        try await shell.expect(0, "$W run && printf X >> output/engagement.csv && rm checkpoints/total.parquet")
        try await shell.expect(4, "$W verify")
        try await shell.expect(0, "$W verify --repair && $W verify")
        #expect(shell.read("output/engagement.csv") == header + "A,0,5,0,0,0\n")
    }
}
