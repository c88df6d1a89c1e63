//  Whatever can be read is read to its end: files, pipes, folders; and lists of contracts as people have them.

import Foundation
import Testing

@Suite struct InputTests {
    private func bench() async throws -> Shell {
        let shell = Shell()
        let contracts = (0..<300).map { ("SGH\($0 + 100)", "VOD", $0 + 1) }
        shell.put("inbox/20220401.json", records(contracts + [("0012", "SPORT", 70), ("A,B", "VOD", 3)]))
        try await shell.expect(0, "$W run -q")
        return shell
    }

    @Test(arguments: [
        "--contracts list", "--contracts - < list", "--contracts <(cat list)", "--contracts /dev/stdin < list",
        "--contracts - < <(cat list)", "--contracts <(head -c 5 list; sleep 0.3; tail -c +6 list)", "--contracts fifo",
    ])
    func aListIsReadToItsEnd(_ options: String) async throws {
        let shell = try await bench()
        // Longer than a pipe holds.
        shell.put("list", (0..<20_000).map { "SGH\($0)\n" }.joined())
        try await shell.expect(0, "mkfifo fifo; $W export --contracts list > wanted 2> notes")
        #expect(shell.read("wanted")!.split(separator: "\n").count == 301)
        #expect(shell.read("notes")!.contains("19,700 of 20,000 names in list are in no row: SGH0, SGH1, "))
        let outcome = try await shell.expect(0, "cat list > fifo & $W export \(options); kill $! 2> /dev/null; true")
        #expect(outcome.output == shell.read("wanted"), "\(options)")
        let piped = try await shell.expect(0, "cat list | $W export --contracts -")
        #expect(piped.output == shell.read("wanted"))
    }

    @Test func aListSavedByASpreadsheetProgramWorks() async throws {
        let shell = try await bench()
        shell.put("nobody", "SGH100\nnobody\n0012\n")
        try await shell.expect(
            0,
            """
            for delimiter in comma semicolon tab; do
              $W export --for excel --delimiter $delimiter --unit hours -o $delimiter.csv
              $W export --contracts $delimiter.csv > $delimiter.out 2> $delimiter.notes
            done
            $W export -o all.tsv; { printf '\\xff\\xfe'; iconv -t UTF-16LE all.tsv; } > utf16.txt
            $W export --contracts utf16.txt > utf16.out 2> utf16.notes
            $W export > all
            """)
        for name in ["comma", "semicolon", "tab", "utf16"] {
            #expect(shell.read("\(name).out") == shell.read("all") && shell.read("\(name).notes") == "", "\(name)")
        }
        let missed = try await shell.expect(0, "$W export --contracts nobody --columns Contract")
        #expect(missed.output == "Contract\n0012\nSGH100\n", "\(missed)")
        #expect(missed.errors.contains("1 of 3 names in nobody is in no row: nobody"), "\(missed)")
        // Past a limit names are met all the same.
        let limited = try await shell.expect(0, "$W export --contracts nobody --columns Contract --limit 1")
        #expect(limited.output == "Contract\n0012\n" && limited.errors.contains("1 of 3 names"), "\(limited)")
        let book = try await shell.expect(1, "$W export -o book.xlsx; $W export --contracts book.xlsx")
        #expect(book.errors.contains("CSV"), "\(book)")
        let empty = try await shell.expect(0, "$W export --contracts /dev/null")
        #expect(empty.errors.contains("names no contract"), "\(empty)")
    }

    @Test func oneContractIsTakenByItsName() async throws {
        let shell = try await bench()
        for (text, expected) in [("SGH101", "SGH101\n"), ("0012", "0012\n"), ("'A,B'", "\"A,B\"\n"), ("nobody", "")] {
            let outcome = try await shell.expect(0, "$W export --contracts \(text) --columns Contract")
            #expect(outcome.output == "Contract\n" + expected, "\(outcome)")
            #expect(outcome.errors.contains("no row has the contract nobody") == (text == "nobody"), "\(outcome)")
        }
        // A file comes first, and what looks like one is no contract.
        try await shell.expect(0, "echo 0012 > SGH101; $W export --contracts SGH101 --columns Contract | grep -qx 0012")
        for text in ["nowhere.csv", "lists/nowhere", "NOWHERE.TXT"] {
            #expect(try await shell.expect(1, "$W export --contracts \(text)").errors.contains("no such file"))
        }
    }

    @Test func aConfigurationMayComeThroughAPipe() async throws {
        let shell = try await bench()
        for script in [
            "$W run -q --config <(echo output: piped)", "echo output: piped | $W run -q --config /dev/stdin",
            "mkfifo f; echo output: piped > f & $W run -q --config f", "echo output: piped | $W run -q --config -",
            "echo output: piped > c; $W run -q --config - < c",
        ] {
            try await shell.expect(0, script + "; wait; test -e piped/engagement.csv && rm -r piped")
        }
        let wrong = try await shell.expect(1, "$W run --config <(echo jobs: 1; echo jobz: 2)")
        #expect(wrong.errors.contains(":2:1: unknown key \"jobz\""), "\(wrong)")
        try await shell.expect(1, "$W run --config inbox")
        let twice = try await shell.expect(1, "echo jobs: 1 | $W fold --config /dev/stdin -")
        #expect(twice.errors.contains("standard input can be read once only"), "\(twice)")
        let list = try await shell.expect(1, "echo jobs: 1 | $W export --config - --contracts -")
        #expect(list.errors.contains("standard input can be read once only"), "\(list)")
    }

    @Test func pipesAndFoldersAreFoldedAndChecked() async throws {
        let shell = Shell()
        try await shell.expect(0, "mkdir -p days/dt=2022-04-02/deep days/empty")
        shell.put("days/20220401.json", records([("A", "VOD", 5)]))
        shell.put("days/dt=2022-04-02/deep/b.json", records([("B", "VOD", 6)]))
        shell.put("days/README.md", "nonsense")
        shell.put("days/.hidden.json", "nonsense")
        shell.put("days/c.json.part", "nonsense")
        let expected = header + "A,0,5,0,0,0\nB,0,6,0,0,0\n"
        for script in [
            "$W fold days", "$W fold ./days/", "cd days; $W fold .", "$W fold days days/20220401.json",
            "$W fold days/20220401.json - < days/dt=2022-04-02/deep/b.json",
            "$W fold <(cat days/*.json) days/dt=2022-04-02",
            "cat days/*.json | $W fold /dev/stdin days/dt=2022-04-02/deep",
        ] {
            #expect(try await shell.expect(0, script).output == expected, "\(script)")
        }
        let check = try await shell.expect(0, "$W check days; $W check <(cat days/20220401.json)")
        #expect(
            check.output.contains("days/20220401.json  ok")
                && check.output.contains("days/dt=2022-04-02/deep/b.json  ok"))
        #expect(!check.output.contains("README") && check.output.contains("/dev/fd/"), "\(check)")
        for command in ["fold days/empty", "check days/empty", "fold ''", "check ''", "fold - /dev/stdin", "check - -"]
        {
            try await shell.expect(1, "$W \(command) < /dev/null")
        }
        // What cannot be taken is told.
        try await shell.expect(0, "ln -s nowhere days/broken.json; cp days/20220401.json days/20220401.json.gz")
        for command in ["fold", "check"] {
            let outcome = try await shell.expect(2, "$W \(command) days")
            #expect(outcome.errors.contains("broken.json") && outcome.errors.contains("20220401.json.gz"), "\(outcome)")
        }
    }
}
