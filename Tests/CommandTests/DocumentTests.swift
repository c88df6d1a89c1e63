//  The documents for users: every command in them is run and answers as its golden text says, what they show is what the
//  program writes, every setting in them is accepted, every link leads somewhere.

import Foundation
import Testing

@Suite struct DocumentTests {
    private static let root = (#filePath as NSString).deletingLastPathComponent + "/../.."
    private static let manuals = [
        "README.md", "docs/manual.md", "docs/configuration.md", "docs/watch.md", "docs/export.md",
        "docs/postgres.md", "docs/recovery.md", "docs/debugging.md", "docs/convert.md",
    ]

    /// The golden text of a document's commands.
    private static func golden(_ document: String) -> String {
        "document-" + ((document as NSString).lastPathComponent as NSString).deletingPathExtension + ".txt"
    }

    static let golden = manuals.map(golden)

    private static func text(_ document: String) throws -> String {
        try String(contentsOfFile: root + "/" + document, encoding: .utf8)
    }

    // MARK: Commands

    /// The indented blocks of a document, each as its lines without the indentation.
    private static func blocks(_ document: String) throws -> [[String]] {
        try text(document).components(separatedBy: "\n\n").compactMap { paragraph in
            let lines = paragraph.split(separator: "\n").map(String.init)
            guard !lines.isEmpty, lines.allSatisfy({ $0.hasPrefix("    ") }) else { return nil }
            return lines.map { String($0.dropFirst(4)) }
        }
    }

    /// Commands of the program: lines of blocks, with or without a prompt, and those with an argument between backquotes.
    /// A word in capitals stands for a name: such a command cannot be run.
    private static func commands(_ document: String) throws -> [String] {
        var found: [String] = []
        for line in try blocks(document).joined() {
            let command = line.hasPrefix("$ ") ? String(line.dropFirst(2)) : line
            // The answer to --version begins with the name, too.
            let isAnswer = command.hasPrefix("watchfold 1.0.0 ")
            if command.contains(#/(^|\| )watchfold /#), !isAnswer { found.append(command) }
        }
        for match in try text(document).matches(of: /`(watchfold [^ `\n]+ [^`\n]+)`/) { found.append(String(match.1)) }
        var known = Set<String>()
        return found.filter { !$0.contains(/\b(NAME|COMMAND|SHELL|FILE|ADDRESS)\b/) && known.insert($0).inserted }
    }

    /// What is smaller or nearer here than in the document.
    private static let stand = [
        (" /data/", " data/"), ("--records 100000", "--records 100"), ("db.example", "127.0.0.1:1"),
        ("--status-port 9117", "--status-port 0"),
    ]

    /// Puts everything into place that the commands speak of.
    private func prepare(_ command: String) async throws -> Shell {
        let shell = Shell()
        let day = records((0..<50).map { ("HNH\($0)", $0 % 2 == 0 ? "VOD" : "SPORT", 3600) })
        for name in ["20220401.json", "day.json", "mended"] { shell.put(name, day) }
        shell.put("renamed.json", String(repeating: #"{"customer":"A","app":"VOD","secs":5}"# + "\n", count: 40))
        shell.put("list.csv", "Contract\nHNH1\nHNH2\n")
        shell.put("f.yaml", "fields: {contract: user.id, app: app, duration: secs}\n")
        try await shell.expect(
            0,
            """
            mkdir -p bin data/dumps dumps/april .zfunc .config/fish/completions
            mkdir -p .local/share/bash-completion/completions
            ln -s "$W" bin/watchfold
            command -v jq > /dev/null || { printf '#!/bin/sh\\ncat > /dev/null\\n' > bin/jq; chmod +x bin/jq; }
            cp 20220401.json data/dumps/; cp 20220401.json dumps/; cp 20220401.json dumps/april/
            gzip -c 20220401.json > dump.json.gz
            """)
        if command.contains("generate ") { return shell }
        try await shell.expect(0, "cp '\(Self.root)'/samples/2022* inbox/")
        if command.contains("watchfold watch") { return shell }
        try await shell.expect(0, "$W run -q")
        if command.contains("restore ") { try await shell.expect(0, "$W retract 20220403.json") }
        if command.contains("accept ") {
            shell.put("inbox/20220405.json", day + String(repeating: "nonsense\n", count: 20))
            try await shell.expect(2, "$W run -q")
        }
        if command.contains("other.json") {
            shell.put("inbox/other.json", #"{"user":{"id":"A"},"app":"VOD","secs":5}"# + "\n")
        }
        return shell
    }

    /// Runs a command where it makes sense, and has it end as it should.
    private func run(_ command: String) async throws -> Transcript.Answer {
        let shell = try await prepare(command)
        var script = Self.stand.reduce(command) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
        if script.contains("watchfold watch") {
            // Until it has published; then it is asked to stop.
            script = """
                \(script.prefix { $0 != "#" }) & process=$!
                for i in $(seq 1 600); do [ -e output/receipt.json ] && break; sleep 0.1; done
                kill $process; wait $process
                """
        }
        // What writes into a pipe that is closed again is ended by the system, and it depends on chance whether it is done.
        if script.contains("| head") { script = "{ \(script)\n} || [ $? = 141 ]" }
        let code =
            switch command {
            case _ where command.contains("watchfold watch"): 0
            case _ where command.contains("postgres://"): 5
            case _ where command.contains("service="): 5
            case _ where command.contains("renamed.json"): 2
            default: 0
            }
        let outcome = try await shell.expect(
            code, "PATH=\"$PWD/bin:$PATH\"; set -o pipefail; \(script)", ["TZ": "UTC", "WATCHFOLD_JOBS": "1"])
        #expect(!outcome.errors.contains("USAGE") && !outcome.errors.contains("command not found"), "\(outcome)")
        return Transcript.Answer(
            output: Self.shortened(Mask.hide(outcome.output, folder: shell.root)),
            errors: Mask.hide(outcome.errors, folder: shell.root), code: outcome.code)
    }

    /// The beginning of a table that nobody reads to its end.
    private static func shortened(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.count < 100
            ? text : lines.prefix(20).joined(separator: "\n") + "\n… \(lines.count - 21) more lines\n"
    }

    /// Whether the answer is the same on every machine: that of a pipe into jq, of the library of PostgreSQL or of a watch,
    /// which goes by the clock, is not.
    private static func isSteady(_ command: String) -> Bool {
        !["jq", "postgres://", "service=", "watchfold watch"].contains { command.contains($0) }
    }

    @Test(arguments: manuals) func everyCommandAnswersAsInTheGoldenText(_ document: String) async throws {
        let commands = try Self.commands(document)
        #expect(!commands.isEmpty)
        var answers: [String: Transcript.Answer] = [:]
        for start in stride(from: 0, to: commands.count, by: 8) {
            try await withThrowingTaskGroup(of: (String, Transcript.Answer).self) { group in
                for command in commands[start..<min(start + 8, commands.count)] {
                    group.addTask { (command, try await run(command)) }
                }
                for try await (command, answer) in group { answers[command] = answer }
            }
        }
        let shown = commands.filter(Self.isSteady)
        let prose = "# Commands of \(document), each in a folder that DocumentTests prepares for it."
        let transcript = Transcript([.prose(prose)] + shown.flatMap { [.prose(""), .command([$0])] })
        try Golden.expect(Self.golden(document), transcript.text(shown.map { answers[$0]! }))
    }

    // MARK: What documents show

    /// All lines that golden texts have of the program, without backquotes: a quotation has none inside.
    private static func written() throws -> [String] {
        try Golden.names().sorted().flatMap { name in
            try Golden.read(name).split(separator: "\n").filter { "|!".contains($0.first!) }.map {
                String($0.dropFirst(2)).replacing("`", with: "")
            }
        }
    }

    /// Whether a line is what a document shows; `…` stands for what the document leaves out, and a tail may be missing.
    private static func isShown(_ shown: String, among written: [String]) -> Bool {
        let pieces = Mask.hide(shown, folder: "/FOLDER").replacing("`", with: "").components(separatedBy: "…")
        return written.contains { line in
            var rest = line[...]
            return pieces.allSatisfy { piece in
                if piece.isEmpty { return true }
                guard let found = rest.range(of: piece) else { return false }
                rest = rest[found.upperBound...]
                return true
            }
        }
    }

    /// Lines that documents show below a command of the program.
    @Test func whatDocumentsShowIsWritten() throws {
        let written = try Self.written()
        var count = 0
        for document in Self.manuals {
            for block in try Self.blocks(document) where block[0].hasPrefix("$ watchfold ") && Self.isSteady(block[0]) {
                for line in block where !line.hasPrefix("$ ") && line.contains(/[a-z]/) {
                    count += 1
                    #expect(Self.isShown(line, among: written), "\(document): \(line)")
                }
            }
        }
        #expect(count > 20)
    }

    /// Messages that documents quote: in the table of symptoms, and as titles of the troubleshooting.
    @Test func whatDocumentsQuoteIsWritten() throws {
        // Of full disks, of rights that others have and of later versions; what provokes them is not for every machine.
        let elsewhere = [
            "disk is full", "No space left", "Permission denied", "Read-only file", "-wal", "the ledger changed",
            "this program reads up to",
        ]
        let manual = try Self.text("docs/manual.md").matches(of: /\n\*\*`([^\n]+)`\.?\*\*/).map { String($0.1) }
        let symptoms = try Self.text("docs/recovery.md").matches(of: /\n\| (?:[1-5]|–) \| ([^|\n]+) \|/)
            .flatMap { $0.1.matches(of: /`([^`]+)`/).map { String($0.1) } }
        #expect(manual.count >= 4 && symptoms.count >= 15)
        let written = try Self.written()
        for quote in manual + symptoms where !elsewhere.contains(where: quote.contains) {
            #expect(Self.isShown(quote.replacing(/\d+ of \d+/, with: "…"), among: written), "\(quote)")
        }
    }

    // MARK: The quick start, the configuration

    /// The lines of the quick start, one after another in an empty folder.
    @Test func theQuickStartWorks() async throws {
        let section = try #require(try Self.text("README.md").components(separatedBy: "\n## Quick start\n").last)
        let lines = section.components(separatedBy: "\n\n").first { $0.hasPrefix("    ") }
        let script = try #require(lines).replacingOccurrences(of: "--records 100000", with: "--records 500")
        #expect(script.split(separator: "\n").count == 4)
        let shell = Shell()
        let outcome = try await shell.expect(0, "set -e; watchfold() { \"$W\" \"$@\"; }\n\(script)")
        #expect(outcome.output.contains(header), "\(outcome)")
    }

    /// Blocks that begin with a key of the configuration.
    @Test func everyPieceOfConfigurationIsAccepted() async throws {
        let pieces = try Self.manuals.flatMap { try Self.blocks($0) }.filter { $0[0].contains(/^[a-z]+:$/) }
        #expect(pieces.count >= 3)
        for piece in pieces {
            let shell = Shell()
            shell.put("watchfold.yaml", piece.joined(separator: "\n") + "\n")
            shell.put("inbox/20220401.json", records([("A", "VOD", 5)]))
            try await shell.expect(0, "mkdir lake share; $W run -q")
        }
    }

    @Test(arguments: manuals + ["CONTRIBUTING.md"]) func everyScriptIsThere(_ document: String) throws {
        for match in try Self.text(document).matches(of: /(?:^|[\s`(])(scripts\/[a-z-]+)/) {
            #expect(FileManager.default.isExecutableFile(atPath: "\(Self.root)/\(match.1)"), "\(match.1)")
        }
    }

    // MARK: Links

    private static let documents: [String] = {
        let folders = ["", "docs/", "packaging/", "samples/", "inbox/", "checkpoints/", "output/"]
        return folders.flatMap { folder in
            (try? FileManager.default.contentsOfDirectory(atPath: root + "/" + folder))?
                .filter { $0.hasSuffix(".md") }.map { folder + $0 }.sorted() ?? []
        }
    }()

    /// The anchors that a page has for its headings: small letters, hyphens for spaces, no other signs.
    private static func anchors(_ text: String) -> Set<String> {
        var isCode = false
        var found = Set<String>()
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode, line.hasPrefix("#") else { continue }
            let heading = line.drop { $0 == "#" }.dropFirst().lowercased()
            let kept = heading.filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
            found.insert(kept.replacingOccurrences(of: " ", with: "-"))
        }
        return found
    }

    @Test func everyLinkLeadsSomewhere() throws {
        #expect(Self.documents.contains("README.md") && Self.documents.contains("docs/manual.md"))
        var links = 0
        var anchors: [String: Set<String>] = [:]
        for document in Self.documents {
            let folder = Self.root + "/" + (document as NSString).deletingLastPathComponent
            let text = try Self.text(document)
            let targets =
                text.matches(of: /\]\(([^)\s]+)\)/).map(\.1) + text.matches(of: /src="([^"]+)"/).map(\.1)
            for target in targets where !target.contains("://") {
                links += 1
                let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                let path = parts[0].isEmpty ? Self.root + "/" + document : "\(folder)/\(parts[0])"
                #expect(FileManager.default.fileExists(atPath: path), "\(document): \(target)")
                guard parts.count == 2, let page = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
                if anchors[path] == nil { anchors[path] = Self.anchors(page) }
                #expect(anchors[path]!.contains(String(parts[1])), "\(document): \(target)")
            }
        }
        #expect(links > 100)
    }
}
