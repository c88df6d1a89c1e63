import ArgumentParser
import Face

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show an overview on the terminal, or as a page of HTML, without reading any input file.",
        discussion: """
            \(builtInPlan.help.report), and the state \
            of the data. The page needs no network and no script, and prints well. Dates are inclusive; a range leaves out \
            files without a date.

            Examples:
              watchfold report
              watchfold report -o report.html
              watchfold report --month 2022-04 --top 50 -o april.html
              watchfold report --as-of 12 --format html > earlier.html
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"),
        completion: .file())
    var out: String?

    @Option(
        help: ArgumentHelp("text or html (default: html for a file named .html, otherwise text).", valueName: "format"),
        completion: .list(["text", "html"]))
    var format: String?

    @Option(help: ArgumentHelp("First day.", valueName: "YYYY-MM-DD"))
    var from: String?

    @Option(help: ArgumentHelp("Last day.", valueName: "YYYY-MM-DD"))
    var to: String?

    @Option(help: ArgumentHelp("The days of one month.", valueName: "YYYY-MM"))
    var month: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The report as it was at an earlier generation of the checkpoints.", valueName: "generation")
    )
    var asOf: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("\(builtInPlan.help.top)", valueName: "count"))
    var top = 20

    func run() throws {
        var options = ReportOptions()
        options.out = out
        options.format = format
        options.from = from
        options.to = to
        options.month = month
        options.generation = asOf
        options.top = top
        try ReadCommands(common.open()).report(options)
    }
}
