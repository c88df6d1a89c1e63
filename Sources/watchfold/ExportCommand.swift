import ArgumentParser
import Watchfold

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "A report from the checkpoints, to standard output or a file; no raw file is read.",
        discussion: """
            Reports: engagement (the default), profile, daily, apps. Dates are inclusive; with a range, files \
            without a date are left out.

            Examples:
              watchfold export | head
              watchfold export profile --from 2022-04-01 --to 2022-04-15 -o half.csv
              watchfold export daily --format tsv
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "engagement, profile, daily or apps.")
    var report = "engagement"

    @Option(name: .shortAndLong, help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"))
    var out: String?

    @Option(help: ArgumentHelp("csv or tsv (default: by the name of the file, else csv).", valueName: "format"))
    var format: String?

    @Option(help: ArgumentHelp("First day.", valueName: "YYYY-MM-DD"))
    var from: String?

    @Option(help: ArgumentHelp("Last day.", valueName: "YYYY-MM-DD"))
    var to: String?

    func run() throws {
        let session = try common.open()
        try session.export(report, from: from, to: to, out: out, format: format)
    }
}
