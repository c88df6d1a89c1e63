//  Workbooks and configured outputs, as people ask for them.

import Foundation
import Testing

@Suite(.serialized) struct WorkbookCommandTests {
    private func shell() async throws -> Shell {
        let shell = Shell()
        shell.put("inbox/20220401.json", records([("A", "VOD", 5), ("0012", "CHANNEL", 60), ("A", "KARAOKE", 1)]))
        shell.put("inbox/20220403.json", records([("B", "SPORT", 7)]))
        try await shell.expect(0, "$W run -q")
        return shell
    }

    @Test func aWorkbookGoesToAFileOrAPipe() async throws {
        let shell = try await shell()
        let outcome = try await shell.expect(
            0,
            """
            $W export -o book.xlsx && $W export --format xlsx | cmp - book.xlsx && $W export --as-of 1 -o BOOK.XLSX &&
            cmp book.xlsx BOOK.XLSX && TZ=Asia/Tokyo $W export --jobs 1 --format xlsx -o x && cmp x book.xlsx &&
            $W export --to 2022-04-01 -o less.xlsx && ! cmp -s less.xlsx book.xlsx && $W export --format xlsx | head -c 4
            """)
        #expect(outcome.output == "PK\u{3}\u{4}" && outcome.errors.isEmpty, "\(outcome)")
        let names = try FileManager.default.contentsOfDirectory(atPath: shell.root)
        #expect(!names.contains { $0.hasPrefix(".") }, "\(names)")
        for options in [
            "--without 20220401.json --unit hours", "profile --top 2", "engagement --contracts 'A*' --by week",
            "daily --unit hms --month 2022-04", "apps --limit 0",
        ] {
            try await shell.expect(0, "$W export \(options) -o y.xlsx && head -c 2 y.xlsx | grep -q PK && rm y.xlsx")
        }
        // An old workbook stays when a new one cannot be written.
        try await shell.expect(5, "ulimit -f 1; trap '' XFSZ; $W export -o book.xlsx 2>/dev/null")
        try await shell.expect(0, "cmp x book.xlsx")
    }

    @Test(arguments: [
        "--contracts 'A*'", "--category TV", "--min-seconds 5", "--top 3", "--by day", "--sort TV", "--columns TV",
        "--limit 3", "--for excel", "--delimiter ';'", "profile --for excel", "daily --by month", "nothing",
        "--as-of 9",
    ])
    func whatAWorkbookCannotBeIsSaidBeforeAnyWork(_ options: String) async throws {
        let shell = try await shell()
        let outcome = try await shell.expect(
            1, "$W export \(options) -o new.xlsx; code=$?; test ! -e new.xlsx && exit $code")
        #expect(outcome.output.isEmpty && outcome.errors.hasPrefix("watchfold: "), "\(outcome)")
    }

    @Test func foldWritesNoWorkbook() async throws {
        let shell = try await shell()
        for options in ["-o x.xlsx", "--format xlsx"] {
            let outcome = try await shell.expect(1, "$W fold inbox/20220401.json \(options)")
            #expect(outcome.errors.contains("fold writes no workbook"), "\(outcome)")
        }
    }

    @Test func aRunKeepsItsOutputsAndSaysWhatFails() async throws {
        let shell = try await shell()
        shell.put(
            "watchfold.yaml", "outputs:\n  - {file: new/book.xlsx}\n  - {file: p.parquet, report: profile}\n")
        var outcome = try await shell.expect(0, "$W run && $W export -o same.xlsx && cmp same.xlsx new/book.xlsx")
        #expect(outcome.errors.contains("new/book.xlsx: ") && outcome.errors.contains("p.parquet: "), "\(outcome)")
        outcome = try await shell.expect(0, "$W run")
        #expect(!outcome.errors.contains("book.xlsx"), "\(outcome)")
        shell.put("inbox/20220404.json", records([("C", "VOD", 9)]))
        outcome = try await shell.expect(5, "rm p.parquet && mkdir p.parquet && $W run")
        #expect(outcome.errors.contains("warning: output p.parquet: "), "\(outcome)")
        #expect(outcome.errors.contains("new/book.xlsx: "), "\(outcome)")
        #expect(shell.read("output/engagement.csv")?.contains("C,0,9,0,0,0\n") == true)
        try await shell.expect(0, "rmdir p.parquet && $W run -q && head -c 4 p.parquet | grep -q PAR1 && $W verify")
        shell.put("watchfold.yaml", "outputs: [{file: a.csv, unit: days}]\n")
        outcome = try await shell.expect(1, "$W run")
        #expect(outcome.errors.contains("watchfold.yaml:1:31: outputs: unit: expected one of seconds"), "\(outcome)")
    }

    @Test func aWatchKeepsItsOutputsInTheBackground() async throws {
        let shell = Shell()
        shell.put(
            "watchfold.yaml", "outputs:\n  - {file: often.jsonl, every: 0}\n  - {file: seldom.jsonl, every: 1h}\n")
        let watch = try WatchProcess(shell, ["--settle", "1h", "--poll", "1h"])
        func line(_ contract: String) -> String { "\"Contract\":\"\(contract)\"" }
        func wait(_ name: String, _ contract: String) throws {
            let end = Date(timeIntervalSinceNow: 60)
            while shell.read(name)?.contains(line(contract)) != true {
                try #require(Date() < end, "\(name) lacks \(contract): \(watch.log)")
                usleep(20_000)
            }
        }
        shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
        try wait("often.jsonl", "A")
        try wait("seldom.jsonl", "A")
        shell.put("inbox/20220402.json", records([("B", "VOD", 6)]))
        try wait("often.jsonl", "B")
        // The other one was made less than an hour ago.
        #expect(shell.read("seldom.jsonl")?.contains(line("B")) == false)
        #expect(try watch.stop() == 0)
        #expect(watch.log.contains("often.jsonl: "), "\(watch.log)")
        // A run makes what is behind.
        try await shell.expect(0, "$W run -q && grep -q '\(line("B"))' seldom.jsonl")
    }
}
