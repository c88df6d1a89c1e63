//  What people read, as a whole: help, summaries, tables, reports, messages and refusals. Each transcript in `Golden` is run
//  and compared with itself; the commands of the documents are run by DocumentTests, which keeps their answers there, too.
//
//  After a change of words, `scripts/golden` renews the texts, and the diff shows what people will read.

import Foundation
import TestSupport
import Testing

@Suite struct GoldenTests {
    /// Transcripts that run anywhere.
    private static let transcripts = [
        "help", "run", "debugging", "status", "check", "records", "durations", "files", "decisions", "verify", "report",
        "export", "fold", "convert", "generate", "usage", "configuration", "watch",
    ].map { $0 + ".txt" }
    private static let terminal = "terminal.txt"
    private static let plan = "plan.txt"

    /// The environment, without anything that differs between machines. With one thread, files are done in their order.
    private static let variables = [
        "TZ": "UTC", "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "80", "WATCHFOLD_JOBS": "1",
        "WATCHFOLD_DUCKDB": Tools.duckDB,
        "SAMPLES": (#filePath as NSString).deletingLastPathComponent + "/../../samples",
    ]

    @Test(arguments: transcripts) func commandsAnswerAsInTheTranscript(_ name: String) async throws {
        try await compare(name)
    }

    @Test(.enabled(if: Shell.has("script"), "a terminal takes the program script"))
    func commandsAnswerATerminalAsInTheTranscript() async throws { try await compare(Self.terminal) }

    @Test(.needsDuckDB) func plansAreCheckedAsInTheTranscript() async throws { try await compare(Self.plan) }

    private func compare(_ name: String) async throws {
        let transcript = Transcript(try Golden.read(name))
        try #require(!transcript.commands.isEmpty)
        try Golden.expect(name, transcript.text(try await Self.answers(transcript)))
    }

    /// Runs all commands of a transcript in a folder of its own, where the program is found by its name.
    private static func answers(_ transcript: Transcript) async throws -> [Transcript.Answer] {
        let shell = Shell()
        let script = "mkdir .bin && ln -s \"$W\" .bin/watchfold && PATH=$PWD/.bin:$PATH && \(transcript.script)"
        let outcome = try await shell.expect(0, script, variables)
        return try transcript.commands.indices.map { index in
            let code = try #require(
                shell.read(".answers/\(index).code").flatMap { Int($0.dropLast()) },
                "\"\(transcript.commands[index])\" did not come to its end: \(outcome)")
            func text(_ name: String) throws -> String {
                Mask.hide(try #require(shell.read(".answers/\(index).\(name)")), folder: shell.root)
            }
            return Transcript.Answer(output: try text("output"), errors: try text("errors"), code: code)
        }
    }

    // MARK: That nothing is left out

    @Test func everyGoldenTextIsOfATest() throws {
        let known = Set(Self.transcripts + [Self.terminal, Self.plan] + DocumentTests.golden)
        let found = try Golden.names()
        #expect(found.subtracting(known).isEmpty, "no test reads these; remove them, or name them in a test")
        if !Golden.isRenewing { #expect(known.subtracting(found).isEmpty, "these are missing") }
    }

    @Test func theHelpOfEveryCommandIsInTheTranscript() async throws {
        let dump = try await Shell().expect(0, "$W --experimental-dump-help")
        let object = try JSONSerialization.jsonObject(with: Data(dump.output.utf8)) as? [String: Any]
        let commands = try #require((object?["command"] as? [String: Any])?["subcommands"] as? [[String: Any]])
        let names = try commands.map { try #require($0["commandName"] as? String) }.filter { $0 != "help" }
        #expect(names.count >= 13)
        let shown = Set(Transcript(try Golden.read("help.txt")).commands)
        for name in names { #expect(shown.contains("watchfold \(name) --help")) }
    }

    /// The reasons are those that the manual lists.
    @Test func everyReasonToRejectARecordIsInATranscript() throws {
        let manual = try String(contentsOfFile: Golden.folder + "/../../../docs/manual.md", encoding: .utf8)
        let list = try #require(manual.firstMatch(of: /\*\*rejected\*\* for one reason:\s+`([^`]+)`/)).1
        let reasons = list.split { $0 == " " || $0 == "\n" }
        #expect(reasons.count == 12)
        let text = try Golden.read("records.txt")
        for reason in reasons { #expect(text.contains("|   \(reason) "), "\(reason)") }
    }
}
