import ArgumentParser
import Face

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Fold what is new in the inbox, write the reports, end.",
        discussion: """
            Ctrl-C loses nothing: the next run goes on with what is not in the checkpoints yet.

            Examples:
              watchfold run
              watchfold run --inbox /data/dumps --output /srv/reports
            """)

    @OptionGroup var common: CommonOptions

    func run() throws { try RunCommands(common.open()).run() }
}
