//  A transcript: commands and what the program answered, in one text that a person reads and a test repeats.
//
//      # Prose. It says what the commands are about, and stays as it is.
//      $ cp "$SAMPLES"/20220401.json inbox/
//      $ watchfold run && cat <<END      a command,
//      > a line of its input             its further lines,
//      > END
//      | a line of input                 standard output,
//      ! 1 file: 1 folded                standard error,
//      [2]                               the exit code, unless it is 0
//
//  All commands of a transcript run in one shell, in the order of the text, so a later one sees what an earlier one did. Each
//  has its own standard output and error: the order of lines between the two is not part of a transcript.

/// Prose and commands; the answers are not part of it, they are made again.
struct Transcript: Equatable {
    enum Item: Equatable {
        case prose(String)
        /// A command of one line or more.
        case command([String])
    }

    /// What a command wrote, and how it ended.
    struct Answer: Equatable {
        var output: String
        var errors: String
        var code: Int
    }

    var items: [Item]

    /// Reads prose and commands, and leaves the answers out.
    init(_ text: String) {
        items = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("$ ") {
                items.append(.command([String(line.dropFirst(2))]))
            } else if line.hasPrefix(">"), case .command(let lines)? = items.last {
                items[items.count - 1] = .command(lines + [String(line.dropFirst(2))])
            } else if line.isEmpty || line.hasPrefix("#") {
                items.append(.prose(line))
            }
        }
        if items.last == .prose("") { items.removeLast() }
    }

    init(_ items: [Item]) { self.items = items }

    var commands: [String] {
        items.compactMap { if case .command(let lines) = $0 { lines.joined(separator: "\n") } else { nil } }
    }

    /// A script that runs all commands and puts their answers into `.answers`, by the number of the command.
    var script: String {
        "mkdir .answers\n"
            + commands.enumerated().map { index, command in
                """
                {
                \(command)
                } < /dev/null > .answers/\(index).output 2> .answers/\(index).errors
                echo $? > .answers/\(index).code

                """
            }.joined()
    }

    /// The whole text.
    ///
    /// - Parameter answers: one for each command.
    func text(_ answers: [Answer]) -> String {
        var rest = answers[...]
        var lines: [String] = []
        for item in items {
            switch item {
            case .prose(let line): lines.append(line)
            case .command(let command):
                lines.append("$ " + command[0])
                lines += command.dropFirst().map { $0.isEmpty ? ">" : "> " + $0 }
                let answer = rest.removeFirst()
                lines += Self.lines(answer.output, after: "|") + Self.lines(answer.errors, after: "!")
                if answer.code != 0 { lines.append("[\(answer.code)]") }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(_ text: String, after sign: String) -> [String] {
        if text.isEmpty { return [] }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
            $0.isEmpty ? sign : "\(sign) \($0.replacing("\u{1B}", with: "␛").replacing("\r", with: "␍"))"
        }
        if text.hasSuffix("\n") { lines.removeLast() } else { lines.append("\\ no line end") }
        return lines
    }
}
