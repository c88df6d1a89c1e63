//  `watchfold report` as people and programs call it.

import Foundation
import Testing

@Suite struct ReportTests {
    private func shell() async throws -> Shell {
        let shell = Shell()
        shell.put(
            "inbox/20220401.json",
            records([("<script>alert(1)</script>", "VOD", 7200), ("b", "SPORT", 3600), ("C", "CHANNEL", 360_000)]))
        shell.put("inbox/20220403.json", records([("b", "<b>APP</b>", 9), ("b", "CHANNEL", 7000)]))
        try await shell.expect(0, "$W run -q")
        return shell
    }

    @Test func theTerminalGetsTextAndAFileOfThatNameAPage() async throws {
        let shell = try await shell()
        let text = try await shell.expect(0, "$W report")
        #expect(text.output.hasPrefix("Watch time, 1–3 April 2022\n") && text.errors.isEmpty, "\(text)")
        #expect(text.output.contains("1 day without a file: 2 April 2022.") && text.output.contains("█"), "\(text)")
        #expect(text.output.contains(/Hours watched +104\.9/) && text.output.contains("<b>APP</b>"), "\(text)")
        let file = try await shell.expect(0, "$W report -o report.html && $W report --format html | cmp - report.html")
        #expect(file.output.isEmpty && file.errors.isEmpty, "\(file)")
        let page = try #require(shell.read("report.html"))
        #expect(page.hasPrefix("<!DOCTYPE html>\n") && page.hasSuffix("</html>\n"))
        #expect(
            page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script") && !page.contains("<b>")
        )
        try await shell.expect(0, "$W report -o report.txt && $W report | cmp - report.txt")
        let day = try await shell.expect(0, "$W report --from 2022-04-03 --top 1")
        #expect(day.output.contains("3 April 2022") && !day.output.contains("script"), "\(day)")
    }

    @Test func theSameCheckpointsGiveTheSameBytesElsewhereAndLater() async throws {
        let shell = try await shell()
        try await shell.expect(
            0,
            """
            $W report -o a.html && sleep 1.1
            mkdir elsewhere && cp -r checkpoints elsewhere && cd elsewhere && TZ=Asia/Ho_Chi_Minh LC_ALL=C $W report -o b.html
            cmp ../a.html b.html && $W report --as-of 1 -o c.html && ! cmp -s b.html c.html && test ! -e inbox
            """)
    }

    @Test(.enabled(if: Shell.has("script"), "a terminal takes the program script"))
    func colourAndWidthAreThoseOfTheTerminal() async throws {
        let shell = try await shell()
        func lines(_ columns: Int, _ variables: [String: String]) async throws -> [Substring] {
            let outcome = try await shell.expect(
                0, "script -qec \"stty cols \(columns); '$W' report\" /dev/null < /dev/null", variables)
            return outcome.output.split(separator: "\r\n")
        }
        let coloured = try await lines(100, ["TERM": "xterm"])
        #expect(coloured.contains { $0.contains("\u{1B}[34m") })
        for columns in [60, 100] {
            for variables in [["NO_COLOR": "1", "TERM": "xterm"], ["TERM": "dumb"]] {
                let lines = try await lines(columns, variables)
                #expect(!lines.contains { $0.contains("\u{1B}") } && lines.map(\.count).max() == columns, "\(lines)")
            }
        }
    }

    @Test func aPipeIs80ColumnsWideAndHasNoColours() async throws {
        let shell = try await shell()
        let piped = try await shell.expect(0, "$W report | cat", ["TERM": "xterm"])
        #expect(!piped.output.contains("\u{1B}"))
        #expect(piped.output.split(separator: "\n").map(\.count).max() == 80, "\(piped)")
    }

    @Test func aClosedPipeIsAQuietEnd() async throws {
        let shell = try await shell()
        for script in ["$W report | head -1", "$W report --format html | head -1", "$W report | true"] {
            let outcome = try await shell(script + "; echo ${PIPESTATUS[0]}")
            #expect(outcome.output.hasSuffix("0\n") && outcome.errors.isEmpty, "\(outcome)")
        }
        #expect(try await shell("$W report > /dev/full").code == 5)
    }

    @Test func whatCannotBeLeavesTheOldPage() async throws {
        let shell = try await shell()
        shell.put("old.html", "old\n")
        try await shell.expect(0, "mkdir folder")
        for options in [
            "--top 0", "--month 2022-13", "--from 2022-04-02 --to 2022-04-01", "--month 2022-04 --to 2022-04-02",
            "--format pdf", "--as-of 9", "--as-of=-1", "--checkpoints nowhere", "extra",
        ] {
            let outcome = try await shell.expect(1, "$W report \(options) -o old.html")
            #expect(
                outcome.output.isEmpty && !outcome.errors.isEmpty && shell.read("old.html") == "old\n", "\(outcome)")
        }
        // A target that cannot be is told before the checkpoints are opened.
        for target in ["nowhere/x.html", "folder", "folder/", "old.html/x.html"] {
            let outcome = try await shell.expect(1, "$W report --checkpoints missing -o \(target)")
            #expect(outcome.errors.contains("-o \(target)"), "\(outcome)")
        }
        // A page that cannot be finished is not there: the partials are gone, so the merge fails in the middle.
        try await shell.expect(4, "rm -r checkpoints/partials checkpoints/total.parquet; $W report -o old.html")
        #expect(shell.read("old.html") == "old\n")
        #expect(try await shell.expect(0, "ls -A").output.contains(".tmp") == false)
    }
}
