import ArgumentParser
import Watchfold

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Fold what is new in the inbox, write the reports, end.",
        discussion: """
            Examples:
              watchfold run
              watchfold run --inbox /data/dumps --output /srv/reports
            """)

    @OptionGroup var common: CommonOptions

    func run() throws {
        let session = try common.open()
        try session.show(try session.processor().run())
    }
}
