//  What is told of small mistakes, and of what is left out.

import Foundation
import Testing

@Suite struct MessageTests {
    private func bench() async throws -> Shell {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 5), ("B", "CHANNEL", 3600), ("0012", "SPORT", 70)]))
        shell.put("inbox/20220403.json", records([("A", "VOD", 1)]))
        try await shell.expect(0, "$W run -q")
        return shell
    }

    /// What a command says on standard error, when it ends well.
    private func notes(_ shell: Shell, _ arguments: String) async throws -> String {
        try await shell.expect(0, "$W export \(arguments) > /dev/null").errors
    }

    // MARK: Names of commands and reports

    @Test(arguments: [
        ("exprot", "export"), ("help exprot", "export"), ("Run", "run"), ("statsu --json", "status"), ("hlep", "help"),
    ])
    func aCommandThatIsNoneNamesTheNearest(_ arguments: String, _ meant: String) async throws {
        let outcome = try await Shell().expect(1, "$W \(arguments)")
        #expect(outcome.output.isEmpty && outcome.errors.contains("did you mean \(meant)?"), "\(outcome)")
    }

    @Test func aCommandThatIsLikeNoneIsRefusedToo() async throws {
        let outcome = try await Shell().expect(1, "$W xyzzy")
        #expect(outcome.errors.contains("\"xyzzy\"") && outcome.errors.contains("--help"), "\(outcome)")
        try await Shell().expect(0, "$W help && $W help help && $W help run && $W -h && $W --version")
    }

    @Test func namesOfReportsAndColumnsAreFoundOrSuggested() async throws {
        let shell = try await bench()
        let daily = try await shell.expect(0, "$W export Daily; $W export PROFILE | head -1")
        #expect(daily.output.hasPrefix("Date,") && daily.output.contains("\nContract,TV"), "\(daily)")
        for (arguments, meant) in [
            ("dialy", "daily"), ("--columns Contarct", "Contract"), ("--sort Movei", "Movie"),
            ("profile --top 3 --by TotalDuratoin", "TotalDuration"), ("--category Sprot", "Sport"),
        ] {
            let outcome = try await shell.expect(1, "$W export \(arguments)")
            #expect(outcome.errors.contains("did you mean \(meant)?"), "\(outcome)")
        }
    }

    // MARK: Numbers and names

    @Test(arguments: [
        "export --limit -1", "export --as-of -1", "export --top -3", "report --top -1", "report --as-of -2",
        "verify --sample -1", "generate --days -1", "generate --records -5", "run --jobs -1", "watch --status-port -1",
    ])
    func aNegativeNumberIsTold(_ arguments: String) async throws {
        let shell = try await bench()
        let outcome = try await shell.expect(1, "$W \(arguments)")
        let number = arguments.split(separator: " ").last!
        #expect(outcome.errors.contains(number) && !outcome.errors.contains("Missing value"), "\(outcome)")
    }

    @Test func aCategoryMayHaveACommaAColonOrAQuoteInItsName() async throws {
        let shell = try await bench()
        shell.put("watchfold.yaml", #"categories: {"X,Y": [VOD], 'a:b "c"': [SPORT], Z: [CHANNEL]}"# + "\n")
        for (options, expected) in [
            (
                #"--columns 'Contract,"X,Y"' --sort '"X,Y":desc,Contract' --limit 2"#,
                "Contract,\"X,YDuration\"\nA,6\n0012,0\n"
            ),
            (
                #"--columns '"a:b ""c""",Contract' --sort '"a:b ""c""":desc' --limit 1"#,
                "\"a:b \"\"c\"\"Duration\",Contract\n70,0012\n"
            ),
            (#"--top 1 --by X,Y --columns Contract"#, "Contract\nA\n"),
            (#"--category X,Y --columns Contract"#, "Contract\nA\n"),
        ] {
            let outcome = try await shell.expect(0, "$W export \(options)")
            #expect(outcome.output == expected && outcome.errors.isEmpty, "\(outcome)")
        }
        let unquoted = try await shell.expect(1, "$W export --columns Contract,X,Y")
        #expect(unquoted.errors.contains(#"'"X,YDuration"'"#), "\(unquoted)")
    }

    @Test func aCategoryTooManyHasItsLine() async throws {
        let shell = try await bench()
        shell.put("watchfold.yaml", "categories:\n" + (1...65).map { "  C\($0): [A\($0)]\n" }.joined())
        let outcome = try await shell.expect(1, "$W run")
        #expect(outcome.errors.hasPrefix("watchfold: watchfold.yaml:66:3: categories: "), "\(outcome)")
    }

    @Test func whatHasNoDateComesLastWhicheverWayDatesGo() async throws {
        let shell = try await bench()
        shell.put("inbox/undated.json", records([("A", "VOD", 2)]))
        try await shell.expect(0, "$W run -q")
        for order in ["", ":desc"] {
            let week = try await shell.expect(
                0, "$W export --by week --contracts A --sort Week\(order) --columns Contract,Week")
            #expect(week.output == "Contract,Week\nA,2022-W13\nA,\n", "\(week)")
            let daily = try await shell.expect(0, "$W export daily --sort Date\(order) --columns Date")
            #expect(daily.output.hasSuffix("\n\"\"\n") && daily.output.contains("2022-04-03"), "\(daily)")
        }
    }

    @Test func aNameWithALineEndIsFoundAsItIsShown() async throws {
        let shell = try await bench()
        for name in ["a\nb.json", "\u{1B}c.json", "back\\nslash.json"] {
            shell.put("inbox/" + name, records([("Q", "VOD", name.utf8.count)]))
        }
        try await shell.expect(0, "$W run -q")
        let status = try await shell.expect(0, "$W status")
        #expect(status.output.contains("\na\\nb.json ") && status.output.contains("\\u{1b}c.json "), "\(status)")
        let names = [#"'a\nb.json'"#, #"'\u{1b}c.json'"#, #"'inbox/a\nb.json'"#, #"'back\nslash.json'"#]
        for name in names {
            try await shell.expect(0, "$W retract \(name) && $W restore \(name)")
            try await shell.expect(0, "$W reprocess -q \(name)")
        }
        let without = try await shell.expect(
            0, #"$W export --contracts Q --columns Movie --without 'a\nb.json' --without '\u{1b}c.json'"#)
        #expect(without.output == "MovieDuration\n16\n", "\(without)")
        try await shell.expect(1, #"$W export --without 'c\nd.json'"#)
    }

    // MARK: What is left out

    @Test func aReportOfNothingSaysSo() async throws {
        let shell = try await bench()
        for (arguments, words) in [
            ("--month 2022-07", "2022-07-01 to 2022-07-31"), ("--from 2022-04-04", "2022-04-04 and later"),
            ("daily --to 2022-03-31", "2022-03-31 and earlier"),
            ("profile --from 2022-04-02 --to 2022-04-02", "of 2022-04-02,"),
            ("--as-of 0", "generation 0"), ("--as-of 0 --month 2022-04 --format xlsx", "generation 0"),
            ("--without 20220401.json --without 20220403.json", "no other file counts"),
            ("--by week --month 2022-07", "those that count are of 2022-04-01 to 2022-04-03"),
        ] {
            let errors = try await notes(shell, arguments)
            #expect(errors.contains(words) && errors.split(separator: "\n").count == 1, "\(arguments): \(errors)")
        }
        let report = try await shell.expect(0, "$W report --month 2022-07 > /dev/null")
        #expect(report.errors.contains("2022-07-01 to 2022-07-31"), "\(report)")
        shell.put("inbox/undated.json", records([("A", "VOD", 2)]))
        try await shell.expect(0, "$W run -q")
        #expect(try await notes(shell, "--month 2022-04").contains("1 file without a date"))
        for arguments in ["", "--as-of 1", "--without 20220401.json", "daily", "--limit 0"] {
            #expect(try await notes(shell, arguments).isEmpty, "\(arguments)")
        }
    }

    @Test func daysOfARangeWithoutAFileAreTold() async throws {
        let shell = try await bench()
        for (arguments, words) in [
            (
                "--month 2022-04",
                "28 days of 2022-04-01 to 2022-04-30 have no file that counts: 2 April 2022, 4–30 April 2022"
            ),
            ("--from 2022-04-02", "1 day of 2022-04-02 and later has no file that counts: 2 April 2022"),
            ("--to 2022-04-02", "1 day of 2022-04-02 and earlier has no file that counts: 2 April 2022"),
        ] {
            for options in ["", "--by week", "--format xlsx", "profile --top 1 --by Movie"] {
                let errors = try await notes(shell, "\(options) \(arguments)")
                #expect(errors == "watchfold: warning: \(words)\n", "\(arguments) \(options): \(errors)")
            }
        }
        for arguments in ["--from 2022-04-03", "--to 2022-04-01", "--from 2022-04-01 --to 2022-04-01"] {
            #expect(try await notes(shell, arguments).isEmpty, "\(arguments)")
        }
        // However many gaps there are, it is a line that can be read.
        for day in stride(from: 5, to: 29, by: 2) {
            shell.put("inbox/202204\(day < 10 ? "0" : "")\(day).json", records([("D\(day)", "VOD", day)]))
        }
        try await shell.expect(0, "$W run -q")
        let many = try await notes(shell, "--to 2022-04-30")
        #expect(many.contains("16 days of 2022-04-30 and earlier") && many.contains(" and 6 more"), "\(many)")
        #expect(many.split(separator: "\n").count == 1 && many.utf8.count < 300, "\(many)")
        // The report has it in its text, once.
        let report = try await shell.expect(0, "$W report --month 2022-04")
        #expect(report.errors.isEmpty && report.output.contains("days without a file"), "\(report)")
    }

    @Test func rowsThatMakeUpTheNumberAreTold() async throws {
        let shell = try await bench()
        for (arguments, words) in [
            ("--top 20 --by Sport", "2 of 3 rows in this top have nothing of Sport"),
            ("profile --top 2 --by Sport", "1 of 2 rows in this top has nothing of Sport"),
            ("profile --top 2 --by Sport --format xlsx", "1 of 2 rows in this top has nothing of Sport"),
            ("apps --top 9 --category Child", "no row of the apps report matches; it has 3 rows"),
            ("--category Child", "no row of the engagement report matches; it has 3 rows"),
            ("--contracts 'X*'", "no row of the engagement report matches; it has 3 rows"),
            ("--min-seconds 9999999", "no row of the engagement report matches"),
        ] {
            #expect(try await notes(shell, arguments).contains(words), "\(arguments)")
        }
        for arguments in [
            "--top 1 --by Sport", "profile --top 20", "profile --top 9 --by MostWatch", "--sort Sport:desc",
        ] {
            #expect(try await notes(shell, arguments).isEmpty, "\(arguments)")
        }
    }

    @Test func anAcceptedFileWithoutAGoodRecordIsTold() async throws {
        let shell = try await bench()
        shell.put("inbox/20220405.json", "nonsense\n")
        shell.put("inbox/20220406.json", records([("A", "VOD", 1)]) + "nonsense\n")
        try await shell.expect(2, "$W run -q")
        let bad = try await shell.expect(0, "$W accept -q 20220405.json")
        #expect(bad.errors.contains("20220405.json counts, but has no good record"), "\(bad)")
        let good = try await shell.expect(0, "$W accept -q 20220406.json")
        #expect(good.errors.isEmpty, "\(good)")
    }

    // MARK: The inbox

    @Test func theStatusNamesWhatIsWrongInTheInboxAndEndsAsARunDoes() async throws {
        let shell = try await bench()
        try await shell.expect(0, "$W status")
        for (script, words) in [
            ("touch inbox/$'\\xff'.json", "the name is not UTF-8"), ("ln -s nowhere inbox/d.json", "leads nowhere"),
            ("mkfifo inbox/f.json", "is not a regular file"), ("ln -s . inbox/up", "leads back"),
            ("cp inbox/20220401.json inbox/20220401.json.gz", "the same logical name"),
            ("mkdir inbox/dt=2022-02-31; echo '{}' > inbox/dt=2022-02-31/x.json", "is not a date"),
        ] {
            try await shell.expect(0, "rm -rf i; cp -a inbox i; \(script)")
            let run = try await shell("$W run")
            let status = try await shell("$W status")
            let json = try await shell("$W status --json")
            #expect(run.errors.contains(words) && status.output.contains(words), "\(run)\(status)")
            #expect(run.code == status.code && json.code == run.code, "\(run)\(status)")
            #expect(json.output.contains("\"leaves_out\" : \(words != "is not a date")"), "\(json)")
            try await shell.expect(0, "rm -rf inbox; mv i inbox")
        }
        let well = try await shell.expect(0, "$W status --json")
        #expect(well.output.contains("\"inbox_problems\" : ["), "\(well)")
    }

    @Test(arguments: [
        "./inbox/20220401.json", "inbox/../inbox/20220401.json.gz", #""$PWD"/inbox/20220401.json"#, "l/20220401.json",
    ])
    func aFileIsFoundByAnyPathToIt(_ path: String) async throws {
        let shell = try await bench()
        let others = "B,0,0,0,0,0\n"
        let wanted = try await shell.expect(0, "ln -s inbox l; $W export --without 20220401.json").output
        #expect(wanted == header + "A,0,1,0,0,0\n" && !wanted.contains(others))
        #expect(try await shell.expect(0, "$W export --without \(path)").output == wanted)
        // Also when it is gone.
        for script in ["", "rm inbox/20220401.json; "] {
            try await shell.expect(0, "\(script)$W retract -q \(path)")
            #expect(shell.read("output/engagement.csv") == wanted)
            try await shell.expect(0, "$W restore -q \(path)")
        }
        try await shell.expect(1, "$W retract nowhere/20220401.json")
        shell.put("inbox/held.json", "nonsense\n")
        try await shell.expect(2, "$W run -q")
        try await shell.expect(0, "$W accept -q \(path.replacing("20220401", with: "held"))")
    }

    @Test func smallMistakesAreNamedForWhatTheyAre() async throws {
        let shell = try await bench()
        try await shell.expect(0, "mkdir empty; echo A > a; echo B > b")
        for (arguments, words) in [
            ("fold empty", ".zst"), ("check empty", ".zip"), ("run --config inbox", "inbox: that is a folder"),
            ("export --contracts a --contracts b", "--contracts is given 2 times"),
        ] {
            let outcome = try await shell.expect(1, "$W \(arguments)")
            #expect(outcome.output.isEmpty && outcome.errors.contains(words), "\(outcome)")
        }
        let none = try await shell.expect(0, "$W report --month 2021-01")
        #expect(!none.output.contains("all with watch time"), "\(none)")
    }

    @Test func jsonHasNothingThatATerminalObeys() async throws {
        let shell = try await bench()
        let name = "\u{9B}31m\u{202E}é\u{7F}"
        shell.put("inbox/20220404.json", records([("A", name, 5)]))
        shell.put("inbox/x\(name).json", records([("A", name, 6)]))
        try await shell.expect(0, "$W run -q")
        for command in ["status --json", "check --json inbox"] {
            let outcome = try await shell.expect(0, "$W \(command)")
            #expect(outcome.output.contains("\\u009b31m\\u202eé\\u007f"), "\(outcome)")
            #expect(!outcome.output.unicodeScalars.contains { (0x7F..<0xA0).contains($0.value) || $0.value == 0x202E })
            let object = try #require(
                JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any], "\(outcome)")
            let files = try #require(object["files"] as? [[String: Any]])
            #expect(files.contains { ($0["name"] as? String)?.hasSuffix("x\(name).json") == true }, "\(outcome)")
        }
    }

    // MARK: Endings

    @Test(arguments: [
        ("export -o x.xls", ".xlsx"), ("export -o r.html", "watchfold report"), ("export -o report.pdf", ".csv"),
        ("export -o x.csv.zst", ".gz"), ("export -o x.parquet.gz", ".gz"), ("export -o x.xlsx.gz", ".gz"),
        ("export -o x.csv.gz --format parquet", ".gz"), ("export -o x.gz --format xlsx", ".gz"),
        ("export --for excel -o x.xls", ".xlsx"), ("fold inbox -o x.xls", ".xlsx"),
        ("fold inbox -o x.jsonl", "csv or tsv"),
        ("report -o report.pdf", ".html"), ("report -o r.csv", "watchfold export"), ("export daily -o a.b", "--format"),
    ])
    func anEndingThatIsNoFormatIsRefused(_ arguments: String, _ advice: String) async throws {
        let shell = try await bench()
        let outcome = try await shell.expect(1, "$W \(arguments); code=$?; ls > names; exit $code")
        #expect(outcome.errors.hasPrefix("watchfold: ") && outcome.errors.contains(advice), "\(outcome)")
        #expect(shell.read("names") == "checkpoints\ninbox\nnames\noutput\n")
    }

    @Test func endingsSayTheFormatAndGzCompresses() async throws {
        let shell = try await bench()
        shell.put(
            "watchfold.yaml", "outputs: [{file: o.csv.gz, report: daily}, {file: e.tsv.gz, for: excel, format: csv}]\n")
        let csv = try await shell.expect(0, "$W export").output
        let json = try await shell.expect(0, "$W export --format jsonl").output
        try await shell.expect(
            0,
            """
            $W run -q; $W export -o a.csv.gz; $W export -o A.CSV.GZ; $W export -o plain; $W export -o .hidden; $W export -o x.gz
            $W export -o a.json.gz; $W export -o a.ndjson; $W export -o b.json; $W export -o a.jsonl.gz
            $W export --format csv -o odd.xls; $W export --format jsonl -o c.csv.gz; $W fold inbox -q -o f.csv.gz
            $W export --for sheets -o s.csv.gz; $W report -o r.html.gz; $W report -o r.txt; $W export -o d.markdown
            for f in *.gz *.GZ; do gzip -dc < $f > ${f%.*}.plain; done; gzip -t *.gz
            """)
        for name in ["a.csv.plain", "A.CSV.plain", "plain", ".hidden", "x.plain", "odd.xls", "f.csv.plain"] {
            #expect(shell.read(name) == csv, "\(name)")
        }
        for name in ["a.json.plain", "a.ndjson", "b.json", "a.jsonl.plain", "c.csv.plain"] {
            #expect(shell.read(name) == json, "\(name)")
        }
        #expect(shell.read("o.csv.plain") == shell.read("output/daily.csv"))
        #expect(shell.read("e.tsv.plain")!.hasPrefix("\u{FEFF}Contract,"))
        #expect(shell.read("s.csv.plain")!.contains("\"=\"\"0012\"\"\",0,0,0,0,70\n"))
        #expect(shell.read("r.html.plain")!.hasPrefix("<!") && shell.read("d.markdown")!.hasPrefix("| "))
        // The same report has the same bytes.
        try await shell.expect(0, "cp a.csv.gz b.csv.gz; sleep 1.1; $W export -o a.csv.gz; cmp a.csv.gz b.csv.gz")
        shell.put("watchfold.yaml", "outputs:\n  - {file: r.html}\n")
        let wrong = try await shell.expect(1, "$W run")
        #expect(wrong.errors.contains("watchfold.yaml:2:12: outputs: ") && wrong.errors.contains(".html"), "\(wrong)")
    }

    @Test func streamsHaveNoEnding() async throws {
        let shell = try await bench()
        let csv = try await shell.expect(0, "$W export").output
        let fifo = try await shell.expect(0, "mkfifo x.pipe; cat x.pipe & $W export -o x.pipe; wait; test -p x.pipe")
        #expect(fifo.output == csv && fifo.errors.isEmpty, "\(fifo)")
        for name in ["/dev/stdout", "/dev/fd/1", ">(cat)"] {
            #expect(try await shell.expect(0, "$W export -o \(name); sleep 0.2").output == csv, "\(name)")
        }
    }

    // MARK: The decimal sign

    @Test func semicolonsGoWithDecimalCommas() async throws {
        let shell = try await bench()
        for (options, row) in [
            ("--for excel --delimiter semicolon --unit hours", "B;1,00"),
            ("--for sheets --delimiter ';' --unit minutes", "B;60,00"),
            ("--for libreoffice --unit hours", "B,1.00"), ("--for excel --delimiter tab --unit hours", "B\t1.00"),
            ("--for excel --delimiter semicolon --decimal point --unit hours", "B;1.00"),
            ("--for excel --decimal comma --unit hours", "B,\"1,00\""), ("--for excel --delimiter semicolon", "B;3600"),
            ("--for excel --delimiter semicolon --unit hms", "B;1:00:00"), ("--unit hours", "B,1.00"),
        ] {
            let outcome = try await shell.expect(0, "$W export --contracts B --columns Contract,TV \(options)")
            #expect(outcome.output.split(whereSeparator: \.isNewline).last == row[...], "\(options): \(outcome)")
        }
        shell.put(
            "watchfold.yaml",
            "outputs: [{file: a.csv, for: excel, delimiter: semicolon, unit: hours}, {file: b.csv, for: excel, decimal: comma, unit: hours}]\n"
        )
        try await shell.expect(0, "$W run -q")
        #expect(
            shell.read("a.csv")!.contains("\r\nB;1,00;0,00;")
                && shell.read("b.csv")!.contains("\r\nB,\"1,00\",\"0,00\","))
        shell.put("watchfold.yaml", "outputs: [{file: a.csv, decimal: comma}]\n")
        #expect(try await shell.expect(1, "$W run").errors.contains("decimal needs `for`"))
    }
}
