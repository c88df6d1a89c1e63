//  What goes where: data to standard output, everything else to standard error; pipes at both ends.

import Foundation
import Testing

@Suite struct StreamTests {
    /// A bench with a report that fits into no pipe.
    private func large() async throws -> Shell {
        let shell = Shell()
        shell.put("inbox/20220401.json", records((0..<9000).map { ("CONTRACT\($0)", "VOD", $0) }))
        try await shell.expect(0, "$W run")
        return shell
    }

    @Test func aReaderThatHasSeenEnoughIsAQuietEnd() async throws {
        let shell = try await large()
        for script in [
            "$W export | head -1", "$W fold inbox/20220401.json | head -1", "cat inbox/*.json | $W fold - | head -1",
            "$W export --format csv -o >(head -1) ; sleep 0.2",
        ] {
            let outcome = try await shell(script + "; echo ${PIPESTATUS[*]}")
            let lines = outcome.output.split(separator: "\n")
            #expect(lines.first.map { $0 + "\n" } == header[...], "\(outcome)")
            #expect(lines.count == 2 && lines[1].allSatisfy { $0 == "0" || $0 == " " }, "\(outcome)")
            if script.contains("export") { #expect(outcome.errors.isEmpty, "\(outcome)") }
        }
        try await shell.expect(0, "set -o pipefail; $W export | true; $W status | true; $W export apps | true")
    }

    @Test func standardInputIsAFileLikeOthers() async throws {
        let shell = Shell()
        shell.put("a.json", records([("B", "VOD", 7), ("A", "CHANNEL", 5)]))
        shell.put("b.json", records([("A", "CHANNEL", 1), ("C", "LATER", 5)]))
        let expected = header + "A,6,0,0,0,0\nB,0,7,0,0,0\n"
        for script in [
            "cat a.json b.json | $W fold -", "$W fold - b.json < a.json", "gzip -c a.json | $W fold - b.json",
            "cat a.json | gzip | cat - <(gzip -c b.json) | $W fold -", "$W fold <(cat a.json) <(gzip -c b.json)",
            "$W fold a.json b.json a.json",
        ] {
            let outcome = try await shell.expect(0, script)
            #expect(outcome.output == expected, "\(outcome)")
        }
        let empty = try await shell.expect(2, "$W fold - < /dev/null")
        #expect(empty.output == header)
        #expect(!shell.exists("checkpoints") && !shell.exists("output"), "a fold leaves nothing behind")
    }

    @Test func quietSaysNothingUnlessSomethingIsWrong() async throws {
        let shell = Shell()
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        for command in [
            "run", "run -q", "reprocess", "verify", "fold inbox/a.json -o x.csv", "generate --records 10 other",
        ] {
            let outcome = try await shell.expect(0, "$W \(command) --quiet")
            #expect(outcome.output.isEmpty && outcome.errors.isEmpty, "\(outcome)")
        }
        let loud = try await shell.expect(0, "$W verify; $W fold inbox/a.json -o x.csv; $W run --log-level debug")
        #expect(
            loud.output.isEmpty && loud.errors.contains("all well") && loud.errors.contains("inbox = inbox"), "\(loud)")
        shell.put("inbox/b.json", "nonsense\n")
        let wrong = try await shell.expect(2, "$W run --quiet")
        #expect(wrong.output.isEmpty && wrong.errors.contains("b.json") && wrong.errors.contains("held"), "\(wrong)")
    }

    @Test func noColourAndNoBarButOnATerminal() async throws {
        let shell = Shell()
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        let plain = try await shell.expect(0, "$W run; $W status")
        #expect(!(plain.output + plain.errors).contains("\u{1B}") && !plain.errors.contains("\r"), "\(plain)")
    }

    @Test(.enabled(if: Shell.has("script"), "a terminal takes the program script"))
    func aTerminalHasColoursUnlessTheyAreNotWanted() async throws {
        let shell = Shell()
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        try await shell.expect(0, "$W run")
        let terminal = "script -qec \"'$W' status\" /dev/null < /dev/null"
        let coloured = try await shell.expect(0, terminal, ["TERM": "xterm"])
        #expect(coloured.output.contains("\u{1B}[32m"), "\(coloured)")
        for variables in [["NO_COLOR": "1", "TERM": "xterm"], ["TERM": "dumb"]] {
            let outcome = try await shell.expect(0, terminal, variables)
            #expect(!outcome.output.contains("\u{1B}[3"), "\(outcome)")
        }
        // An error takes the bar away: the last thing on the terminal is the message.
        shell.put("inbox/b.json", records([("A", "VOD", 6)]))
        let failed = try await shell(
            "mkdir -p output; rm -r output; touch output; script -qec \"'$W' run\" /dev/null < /dev/null",
            ["TERM": "xterm"])
        #expect(failed.output.hasSuffix("\r\n") && !failed.output.hasSuffix("left\r\n"), "\(failed)")
    }

    @Test func outputGoesThroughDevicesAndLinksAndNeverOverThem() async throws {
        let shell = Shell()
        shell.put("inbox/a.json", records([("A", "VOD", 5)]))
        let expected = header + "A,0,5,0,0,0\n"
        try await shell.expect(0, "$W run")
        try await shell.expect(0, "$W export -o /dev/null && test -c /dev/null")
        let standard = try await shell.expect(0, "$W export -o /dev/stdout && test -L /dev/stdout; $W export -o -")
        #expect(standard.output == expected + expected, "\(standard)")
        shell.put("target.csv", String(repeating: "old and long\n", count: 99))
        try await shell.expect(0, "ln -s target.csv link.csv; $W export -o link.csv && test -L link.csv")
        #expect(shell.read("target.csv") == expected)
        try await shell.expect(
            0, "$W export -o new.csv; $W export -o new.tsv; $W export -o TABLE --format TSV; ls -A > names")
        #expect(
            shell.read("new.csv") == expected
                && shell.read("new.tsv") == expected.replacingOccurrences(of: ",", with: "\t"))
        #expect(shell.read("TABLE") == shell.read("new.tsv"))
        #expect(!shell.read("names")!.contains(".tmp"))
        // What cannot be written leaves the old file as it was.
        try await shell.expect(1, "$W export --checkpoints nowhere -o new.csv")
        #expect(shell.read("new.csv") == expected)
    }
}
