//  Nothing of the user's and nothing of the program's own is overwritten; what is replaced keeps its mode.

import Foundation
import Testing

@Suite struct OutputPlaceTests {
    /// A bench with a configuration, a day that was folded, and a list of contracts.
    private func bench() async throws -> Shell {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        shell.put("watchfold.yaml", "inbox: inbox\ncheckpoints: checkpoints\noutput: output\n")
        shell.put("list", "A\n")
        shell.put("day.json", records([("A", "VOD", 7)]))
        shell.put("inbox/held.json", "nonsense\n")
        try await shell.expect(2, "$W run -q; code=$?; mkdir sub; exit $code")
        return shell
    }

    /// All files with their contents.
    private static let everything = "find . -type f -not -path './sums*' | sort | xargs -d '\\n' sha256sum"

    @Test(arguments: [
        // The program's own.
        "export --format csv -o checkpoints/ledger.sqlite", "export -o checkpoints/new.csv",
        "export -o ./sub/../checkpoints//x.csv",
        "export daily -o output/daily.csv", "export -o output/engagement.csv", "export -o output/receipt.json",
        "export -o output/outputs.json", "export -o output/rejects/held.json.jsonl", "report -o output/rejects/x.txt",
        "ln -s $PWD/checkpoints c; $W export -o c/x.csv", "ln -s checkpoints/ledger.sqlite l.csv; $W export -o l.csv",
        "ln checkpoints/ledger.sqlite l.csv; $W export -o l.csv",
        "cd sub; $W export --config ../watchfold.yaml -o ../output/apps.csv",
        "ln -s output o; $W export apps -o o/apps.csv",
        // The user's.
        "report --format text -o watchfold.yaml", "export --format csv -o ./watchfold.yaml",
        "rm watchfold.yaml; $W export --format csv -o watchfold.yaml",
        "cp watchfold.yaml o.yaml; $W export --config o.yaml --format csv -o watchfold.yaml",
        "ln -s watchfold.yaml w.csv; $W export -o w.csv", "ln watchfold.yaml w.csv; $W export -o w.csv",
        "export -o inbox/20220401.json", "export -o inbox/new.csv", "fold day.json -o inbox/x.csv",
        "ln -s inbox i; $W report -o i/r.html", "ln -s inbox/20220401.json d.csv; $W export -o d.csv",
        "ln inbox/20220401.json d.csv; $W export -o d.csv",
        "cp watchfold.yaml o.yaml; $W report --config o.yaml --format text -o o.yaml",
        // What is read.
        "fold -q day.json --format csv -o day.json", "ln day.json d.csv; $W fold day.json -o d.csv",
        "ln -s day.json d.csv; $W fold day.json -o d.csv", "fold - --format csv -o day.json < day.json",
        "mv day.json sub; $W fold sub --format csv -o sub/day.json", "export --contracts list -o list",
        "export --contracts - -o list < list",
        "fold day.json >> day.json",
        // What is no place for a file.
        "ln -s nowhere.csv x.csv; $W export -o x.csv",
        "export -o ''", "fold day.json -o ''", "report -o ''", "export -o sub", "export -o sub/", "export -o new/",
        "export -o nowhere/x.csv",
        "report -o nowhere/x.html", "fold day.json -o nowhere/x.csv", "export -o .", "generate -q checkpoints",
        "generate -q ''",
    ])
    func aPlaceThatIsTakenIsRefusedBeforeAnythingIsWritten(_ script: String) async throws {
        let shell = try await bench()
        let parts = script.components(separatedBy: "; ")
        let command = parts.last!.hasPrefix("$W") ? parts.last! : "$W " + parts.last!
        let before = parts.dropLast().filter { !$0.hasPrefix("cd ") }.joined(separator: "; ")
        let folder = parts.first { $0.hasPrefix("cd ") }.map { $0 + " && " } ?? ""
        try await shell.expect(0, "\(before.isEmpty ? ":" : before); \(Self.everything) > sums")
        let outcome = try await shell.expect(1, folder + command)
        #expect(outcome.output.isEmpty && outcome.errors.hasPrefix("watchfold: "), "\(outcome)")
        #expect(Self.reasons.contains { outcome.errors.contains($0) }, "\(outcome)")
        try await shell.expect(0, "\(Self.everything) > sums2; diff sums sums2")
    }

    private static let reasons = [
        "in the checkpoints folder, which is for Watchfold alone", "is in the inbox and might be read",
        "is the name of a file that Watchfold writes itself", "is the configuration;", "is an input of this command",
        "under another name", "that is a folder", "leads nowhere", "there is no folder", "it is empty",
        "standard output is a file that this command reads",
    ]

    @Test(arguments: [
        "watchfold.yaml", "output/apps.csv", "inbox/x.csv", "checkpoints/x.csv", "link.csv", "i/x.csv", "c.csv",
    ])
    func anOutputOfTheConfigurationIsRefusedThereToo(_ file: String) async throws {
        let shell = try await bench()
        try await shell.expect(
            0, "ln -s inbox/20220401.json link.csv; ln -s inbox i; ln checkpoints/ledger.sqlite c.csv")
        shell.put("watchfold.yaml", "jobs: 1\noutputs:\n  - {file: fine.csv}\n  - {file: \(file), format: csv}\n")
        try await shell.expect(0, "\(Self.everything) > sums")
        let outcome = try await shell.expect(1, "$W run")
        #expect(outcome.errors.contains("watchfold.yaml:4:12: outputs: "), "\(outcome)")
        try await shell.expect(0, "\(Self.everything) > sums2; diff sums sums2")
    }

    @Test func otherPlacesAreFine() async throws {
        let shell = try await bench()
        try await shell.expect(
            0,
            """
            $W export -o output/mine.csv && $W export -o output/mine.csv && $W export -o sub/engagement.csv
            ln output/mine.csv second.csv && $W export -o second.csv && $W fold day.json -o sub/x.csv
            $W export --contracts list -o lists.csv && cd sub && $W export --config ../watchfold.yaml -o ../y.csv
            """)
        #expect(shell.read("sub/x.csv") == header + "A,0,7,0,0,0\n" && shell.read("y.csv") == header + "A,0,5,0,0,0\n")
    }

    @Test func twoOutputsOfOneFileAreRefused() async throws {
        let shell = Shell()
        shell.put("watchfold.yaml", "outputs:\n  - {file: a.csv}\n  - {file: ./sub/../a.csv}\n")
        let outcome = try await shell.expect(1, "$W run")
        #expect(outcome.errors.contains("watchfold.yaml:3:12"), "\(outcome)")
    }

    @Test func aPartOfAnOutputThatIsSplitHasItsNameForItself() async throws {
        let shell = Shell()
        shell.put(
            "watchfold.yaml", "outputs:\n  - {file: ./sub/../s.csv, for: excel}\n  - {file: s-2.csv, report: daily}\n")
        try await shell.expect(0, "mkdir sub")
        let outcome = try await shell.expect(1, "$W run")
        #expect(outcome.errors.contains("watchfold.yaml:3:12: outputs: s-2.csv may be needed for a part"), "\(outcome)")
        for file in ["s-02.csv", "s-2022.csv", "s-2.tsv", "s-a.csv", "sub/s-2.csv"] {
            shell.put("watchfold.yaml", "outputs: [{file: s.csv, for: excel}, {file: \(file)}]\n")
            try await shell.expect(0, "$W run -q")
        }
    }

    @Test func aReportOfNothingTakesNoFilesPlace() async throws {
        let shell = try await bench()
        try await shell.expect(0, "$W fold -q day.json -o good.csv; cp good.csv wanted; ln -s good.csv link.csv")
        shell.put("bad.json", "nonsense\n")
        for (input, out) in [
            ("dya.json", "good.csv"), ("- < /dev/null", "good.csv"), ("bad.json", "good.csv"), ("dya.json", "link.csv"),
            ("inbox/held.json dya.json", "./good.csv"),
        ] {
            for quiet in ["", "-q "] {
                let outcome = try await shell.expect(2, "$W fold \(quiet)-o \(out) \(input)")
                #expect(outcome.errors.contains("no input could be folded; \(out) is left as it was"), "\(outcome)")
                try await shell.expect(0, "cmp good.csv wanted && test -L link.csv && ! ls -A | grep '[.]tmp$'")
            }
        }
        let new = try await shell.expect(2, "$W fold dya.json -o new.csv; code=$?; test ! -e new.csv && exit $code")
        #expect(new.errors.contains("new.csv is not written"), "\(new)")
        // A reader waits for a header, an empty day is a day, and one good input is enough.
        #expect(try await shell.expect(2, "$W fold -q dya.json").output == header)
        #expect(try await shell.expect(2, "$W fold -q dya.json -o /dev/stdout > x; cat x; exit 2").output == header)
        try await shell.expect(0, "echo '[]' > empty.json && $W fold -q empty.json -o empty.csv")
        #expect(shell.read("empty.csv") == header)
        let some = try await shell.expect(2, "$W fold -q dya.json day.json -o link.csv")
        #expect(some.errors.contains("dya.json") && shell.read("good.csv") == header + "A,0,7,0,0,0\n", "\(some)")
    }

    @Test(arguments: ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "out", "/dev/fd/7"])
    func anOpenDescriptorIsWrittenWhereItIs(_ name: String) async throws {
        let shell = try await bench()
        try await shell.expect(
            0, "ln -s /dev/stdout out; $W export > export; $W report > report; $W fold day.json -q > fold")
        let redirection = name == "/dev/fd/7" ? "7>>" : ">>"
        for command in ["export", "report --format text", "fold -q day.json"] {
            let word = command.prefix { $0 != " " }
            try await shell.expect(
                0,
                """
                printf 'first\\n' > log; $W \(command) -o \(name) \(redirection) log; $W \(command) -o \(name) \(redirection) log
                { echo first; cat \(word) \(word); } | cmp - log
                """)
        }
        // Not only at the end: where the shell's other commands are.
        let open = redirection.replacing(">>", with: ">")
        try await shell.expect(
            0,
            """
            { echo a >&\(open.first == "7" ? 7 : 1); $W export -o \(name); echo b >&\(open.first == "7" ? 7 : 1); } \(open) log
            { echo a; cat export; echo b; } | cmp - log
            """)
    }

    @Test func whatIsReplacedKeepsItsMode() async throws {
        let shell = try await bench()
        shell.put("watchfold.yaml", "outputs: [{file: kept.xlsx}, {file: kept.csv, for: excel}]\n")
        try await shell.expect(
            2,
            """
            $W run -q; $W export -o mine.csv; $W report -o page.html; $W fold day.json -o fold.csv
            chmod 600 output/*.csv mine.csv kept.csv; chmod 640 kept.xlsx output/receipt.json page.html; chmod 604 fold.csv
            echo '{"Contract":"B","AppName":"VOD","TotalDuration":1}' > inbox/20220402.json
            $W export -o mine.csv; $W report -o page.html; $W fold day.json -o fold.csv; $W run -q
            """)
        let modes = try await shell.expect(
            0, "stat -c '%a %n' output/*.csv output/receipt.json mine.csv kept.* page.html fold.csv")
        #expect(
            modes.output.split(separator: "\n") == [
                "600 output/apps.csv", "600 output/daily.csv", "600 output/engagement.csv", "600 output/profile.csv",
                "640 output/receipt.json", "600 mine.csv", "600 kept.csv", "640 kept.xlsx", "640 page.html",
                "604 fold.csv",
            ], "\(modes)")
        #expect(shell.read("output/engagement.csv")!.contains("B,") && shell.read("kept.csv")!.contains("B,"))
        // New files are made as any other program makes them.
        let fresh = try await shell.expect(
            0, "umask 027; $W export -o fresh.csv; $W export --for excel -o sheet.csv; stat -c %a fresh.csv sheet.csv")
        #expect(fresh.output == "640\n640\n", "\(fresh)")
    }

    @Test func generatedDaysReplaceNothingUnasked() async throws {
        let shell = Shell()
        try await shell.expect(0, "$W generate -q --records 20 --days 2 && cksum inbox/* > sums")
        for script in ["$W generate --records 30", "$W generate --records 30 --days 3 --from 2022-03-31"] {
            let outcome = try await shell.expect(1, script)
            #expect(outcome.errors.contains("20220401.json") && outcome.errors.contains("--force"), "\(outcome)")
        }
        try await shell.expect(0, "cksum inbox/* | diff - sums")
        try await shell.expect(0, "$W generate -q --records 30 --days 3 --from 2022-03-31 --force")
        #expect(shell.read("inbox/20220401.json")!.split(separator: "\n").count == 30)
        // A day under another ending is the same day, for which nothing is written, not even by force.
        for (name, options) in [
            ("20220501.json.gz", ""), ("20220501.json.lz4", "--compress gzip"), ("20220501.json.zst", ""),
            ("20220501.json.zip", "--compress lz4"), ("20220501.json", "--compress gzip"), ("20220501.JSON.GZ", ""),
        ] {
            try await shell.expect(0, "rm -rf other; mkdir other; echo mine > other/\(name)")
            for force in ["", "--force"] {
                let outcome = try await shell.expect(
                    1, "$W generate --records 20 --days 3 --from 2022-04-30 \(options) \(force) other")
                #expect(outcome.errors.contains(name), "\(outcome)")
            }
            try await shell.expect(0, "test \"$(ls other)\" = \(name) && test \"$(cat other/*)\" = mine")
        }
    }
}
