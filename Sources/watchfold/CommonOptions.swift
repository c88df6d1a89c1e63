import ArgumentParser
import Configuration
import Face

/// What all commands understand.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The folder of input files.", valueName: "folder"), completion: .directory)
    var inbox: String?

    @Option(
        help: ArgumentHelp("The folder of the ledger and the partials.", valueName: "folder"), completion: .directory)
    var checkpoints: String?

    @Option(help: ArgumentHelp("The folder of reports.", valueName: "folder"), completion: .directory)
    var output: String?

    @Option(
        help: ArgumentHelp("The configuration file (default: watchfold.yaml, if it exists).", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The number of threads (default: one for each core).", valueName: "n"))
    var jobs: String?

    @Option(
        help: ArgumentHelp("Memory for tables and buffers, such as 512MB.", valueName: "size"),
        completion: .list(["256MB", "512MB", "1GB", "2GB", "4GB"]))
    var memory: String?

    @Option(
        help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"),
        completion: .list(Completions.logLevels))
    var logLevel: String?

    @Option(
        help: ArgumentHelp("text, or json with one object a line.", valueName: "format"),
        completion: .list(Completions.logFormats))
    var logFormat: String?

    @Flag(name: .shortAndLong, help: "Show no progress and no summary, only warnings and errors.")
    var quiet = false

    /// Configuration, logger and progress for a command.
    ///
    /// - Parameters:
    ///   - others: flags of this command alone.
    ///   - isService: whether it goes on for days, so that its log lines need the time.
    func open(_ others: [Setting: String?] = [:], isService: Bool = false) throws -> Session {
        let common: [Setting: String?] = [
            .inbox: inbox, .checkpoints: checkpoints, .output: output, .config: config, .jobs: jobs,
            .memory: memory, .logLevel: logLevel, .logFormat: logFormat, .quiet: quiet ? "yes" : nil,
        ]
        return try Session(flags: common.merging(others) { _, own in own }, isService: isService)
    }
}
