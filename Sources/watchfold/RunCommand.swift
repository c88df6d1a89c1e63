import ArgumentParser
import Face

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Fold the new files in the inbox, write the reports, and end.",
        discussion: """
            Ctrl-C loses nothing: the next run continues with the files that are not in the checkpoints yet.

            Examples:
              watchfold run
              watchfold run --inbox /data/dumps --output /srv/reports
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of a plan of SQL (default: the built-in plan).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Flag(help: "What was done, as JSON on standard output, with the time that each stage took.")
    var json = false

    func run() throws { try RunCommands(common.open([.plan: plan])).run(asJSON: json) }
}
