//  The command line. Each command is a file; none has logic of its own.

import ArgumentParser
import CWriteback
import Face
import Glibc

@main
struct WatchfoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watchfold",
        abstract: builtInPlan.help.abstract,
        discussion: """
            \(builtInPlan.help.discussion)

            Exit codes: 0 success; 1 a mistake on the command line or in the configuration; 2 some file is held, failed \
            or waiting; 3 another process holds the checkpoints; 4 the checkpoints are damaged; 5 the disk or the system \
            reported an error. A process that a signal ends has no exit code; a shell shows 130 after Ctrl-C and 143 \
            after SIGTERM.
            """,
        version: VersionText.lines,
        subcommands: [
            RunCommand.self, WatchCommand.self, ReprocessCommand.self, FoldCommand.self, CheckCommand.self,
            AcceptCommand.self, RetractCommand.self,
            RestoreCommand.self,
            ExportCommand.self, ReportCommand.self, StatusCommand.self,
            VerifyCommand.self, InspectCommand.self, GenerateCommand.self, ConvertCommand.self,
            PlanCommand.self,
        ])

    static func main() {
        // A reader that closes the pipe early is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        raiseFileLimit()
        // Columns come and go by the hundred kilobytes. Left to itself, the C library gives each of them back to the system
        // and asks for it again, and the system fills it with zeros each time.
        wf_keep_freed_memory()
        do {
            try checkName(Array(CommandLine.arguments.dropFirst()))
            var command = try parseAsRoot()
            try command.run()
        } catch {
            failing(error)
        }
    }

    /// - Throws: `CommandFailure` when the first word, or the one behind `help`, is not a command.
    private static func checkName(_ words: [String]) throws {
        let commands = configuration.subcommands.map { $0.configuration.commandName! }
        guard let word = words.first == "help" ? words.dropFirst().first : words.first else { return }
        if word.hasPrefix("-") || word == "help" || commands.contains(word) { return }
        throw CommandFailure(unknownCommand: word, among: commands + ["help"])
    }

    /// A merge opens all its partials at once, and years of days are more than the 1024 files that most systems allow a
    /// program that does not ask for more.
    private static func raiseFileLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        // If not, the merge says which file it could not open.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Says what went wrong, on standard error, and with which code to end.
    private static func failing(_ error: any Error) -> Never {
        StandardError.clear()
        if error is QuietEnd { Glibc.exit(0) }
        if let failure = CommandFailure(error) {
            if let message = failure.message { StandardError.write("watchfold: \(CommandFailure.shown(message))\n") }
            Glibc.exit(failure.code.rawValue)
        }
        // Help and version are errors to the parser; what is left are mistakes on the command line.
        let isAnswer = exitCode(for: error).isSuccess
        let text = fullMessage(for: error)
        if isAnswer {
            print(text)
            Glibc.exit(0)
        }
        StandardError.write(CommandFailure.shown(text) + "\n")
        Glibc.exit(FailureCode.usage.rawValue)
    }
}
