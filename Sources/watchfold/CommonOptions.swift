import ArgumentParser
import Configuration
import Watchfold

/// What all commands understand.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of input files.", valueName: "folder"))
    var inbox: String?

    @Option(help: ArgumentHelp("The folder of ledger and partials.", valueName: "folder"))
    var checkpoints: String?

    @Option(help: ArgumentHelp("The folder of reports.", valueName: "folder"))
    var output: String?

    @Option(help: ArgumentHelp("The configuration (default: watchfold.yaml, if there).", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Threads (default: one for each core).", valueName: "n"))
    var jobs: String?

    @Option(help: ArgumentHelp("What tables and buffers may take together, such as 512MB.", valueName: "size"))
    var memory: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel: String?

    @Flag(name: .shortAndLong, help: "No progress and no summary; warnings and errors only.")
    var quiet = false

    /// Configuration, logger and progress for a command.
    func open() throws -> Session {
        try Session(
            flags: [
                .inbox: inbox, .checkpoints: checkpoints, .output: output, .config: config, .jobs: jobs,
                .memory: memory, .logLevel: logLevel, .quiet: quiet ? "yes" : nil,
            ])
    }
}
