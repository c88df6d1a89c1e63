//  The examples in every help text are run, each where it makes sense: they have to work as they stand there.

import Foundation
import TestSupport
import Testing

@Suite struct ExampleTests {
    /// A command and the lines of its help that begin with two spaces, behind "Examples:".
    private static func examples(_ shell: Shell) async throws -> [(command: String, line: String)] {
        let dump = try await shell.expect(0, "$W --experimental-dump-help")
        let object = try JSONSerialization.jsonObject(with: Data(dump.output.utf8)) as? [String: Any]
        let root = try #require(object?["command"] as? [String: Any])
        let commands = try #require(root["subcommands"] as? [[String: Any]])
        // A command with commands of its own has no examples but theirs.
        let leaves = try commands.flatMap { command -> [(String, [String: Any])] in
            let name = try #require(command["commandName"] as? String)
            let parts = (command["subcommands"] as? [[String: Any]]) ?? []
            return (parts.isEmpty ? [command] : parts).map { (name, $0) }
        }
        return try leaves.flatMap { name, command -> [(String, String)] in
            if try #require(command["commandName"] as? String) == "help" { return [] }
            let discussion = try #require(command["discussion"] as? String)
            let lines = discussion.split(separator: "\n", omittingEmptySubsequences: false)
            let start = try #require(
                lines.firstIndex { $0 == "Examples:" || $0 == "Example:" }, "\(name) has no examples")
            let examples = lines[(start + 1)...].filter { !$0.isEmpty }
            #expect(!examples.isEmpty && examples.allSatisfy { $0.hasPrefix("  ") && $0.count <= 100 }, "\(examples)")
            return examples.map { (name, String($0.dropFirst(2))) }
        }
    }

    /// What is smaller or nearer here than in the example.
    private static let stand = [
        (" /data/", " data/"), ("--as-of 12 ", "--as-of 1 "), (" /srv/", " srv/"),
        ("--records 100000", "--records 100"),
        ("--days 30 ", "--days 30 --records 20 "), ("db.example", "127.0.0.1:1"), ("-by kind", "-by AppName"),
        ("--status-port 9117", "--status-port 0"),
    ]

    private let duckDB = ["WATCHFOLD_DUCKDB": Tools.duckDB]

    /// Puts everything into place that a command's examples speak of.
    ///
    /// - Parameter isAtWork: whether the checkpoints are the plan's.
    private func prepare(_ command: String, needsPlan: Bool, isAtWork: Bool = false) async throws -> Shell {
        let shell = Shell()
        let day = records((0..<50).map { ("HNH\($0)", $0 % 2 == 0 ? "VOD" : "SPORT", 3600) })
        let good = "cp 20220401.json inbox/; cp 20220402.json inbox/; $W run -q"
        shell.put("20220401.json", day)
        shell.put("20220402.json", records([("SGH1", "CHANNEL", 7)]))
        shell.put("fields.yaml", "fields:\n  contract: {path: [_source.Contract, Contract], type: string}\n")
        try await shell.expect(
            0,
            """
            mkdir -p bin data/dumps srv/reports; ln -s "$W" bin/watchfold
            command -v jq > /dev/null || { printf '#!/bin/sh\\ncat > /dev/null\\n' > bin/jq; chmod +x bin/jq; }
            gzip -k 20220402.json; cp 20220401.json data/dumps/; gzip -c 20220401.json > dump.json.gz
            """)
        switch command {
        case "accept":
            shell.put("inbox/20220401.json", day + String(repeating: "nonsense\n", count: 20))
            try await shell.expect(2, "$W run -q")
        case "restore": try await shell.expect(0, good + " && $W retract 20220401.json")
        case "generate": break
        case _ where needsPlan:
            let fields = "{contract: {path: Contract, type: string}, app: {path: AppName, type: string}}"
            shell.put("plan.yaml", "sources: {plays: {files: \"*.json\", fields: \(fields)}}\n")
            shell.put("session.sql", "SELECT contract, count(DISTINCT app) AS apps FROM plays GROUP BY contract\n")
            try await shell.expect(
                0,
                "mkdir -p plans/video/folds; mv plan.yaml plans/video/; mv session.sql plans/video/folds/; "
                    + (isAtWork ? "cp 20220401.json inbox/; $W run -q --plan plans/video" : good), duckDB)
        case "run", "watch": try await shell.expect(0, "cp 20220401.json inbox/")
        default: try await shell.expect(0, good)
        }
        return shell
    }

    @Test func everyExampleWorks() async throws {
        let examples = try await Self.examples(Shell()).filter { !$0.line.contains("plans/") }
        #expect(examples.count > 20 && Set(examples.map(\.command)).count >= 12)
        try await expectToWork(examples)
    }

    @Test(.needsDuckDB)
    func everyExampleOfPlansWorks() async throws {
        let examples = try await Self.examples(Shell()).filter { $0.line.contains("plans/") }
        #expect(examples.count >= 4)
        try await expectToWork(examples)
    }

    private func expectToWork(_ examples: [(command: String, line: String)]) async throws {
        try await withThrowingTaskGroup { group in
            for (command, line) in examples {
                group.addTask {
                    let shell = try await prepare(
                        command, needsPlan: line.contains("plans/"), isAtWork: line.contains("plan cost"))
                    var line = Self.stand.reduce(line) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
                    if command == "watch" {
                        // Until it has published; then it is asked to stop.
                        line = """
                            \(line.prefix { $0 != "#" }) & process=$!
                            for i in $(seq 1 600); do [ -e output/receipt.json ] && break; sleep 0.1; done
                            kill $process; wait $process
                            """
                    }
                    let outcome = try await shell.expect(
                        line.contains("postgres://") ? 5 : 0, "PATH=\"$PWD/bin:$PATH\"; set -o pipefail; \(line)",
                        duckDB)
                    #expect(!outcome.errors.contains("USAGE") && !outcome.errors.contains("not found"), "\(outcome)")
                }
            }
            try await group.waitForAll()
        }
    }
}
