import ArgumentParser
import Watchfold

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "A report from the checkpoints, to standard output or a file; no raw file is read.",
        discussion: """
            Reports: engagement (the default), profile, daily, apps. A workbook (xlsx) has them all, with a summary and \
            charts, unless one is named. Dates are inclusive; with a range, files \
            without a date are left out. Columns are named as in the report's header; TV is short for TVDuration.

            Examples:
              watchfold export | head
              watchfold export profile --from 2022-04-01 --to 2022-04-15 -o half.csv
              watchfold export daily --format md
              watchfold export profile --month 2022-04 --top 20 --by Sport --unit hours
              watchfold export --contracts 'HNH*' --by week -o hnh.parquet
              watchfold export profile --for excel --delimiter semicolon -o profile.csv
              watchfold export --month 2022-04 -o april.xlsx
              watchfold export --without 20220412.json --sort TV:desc,Contract --limit 100
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "engagement, profile, daily or apps.")
    var report: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "csv, tsv, jsonl, parquet, md or xlsx (default: by the name of the file, else csv).", valueName: "format"))
    var format: String?

    @Option(help: ArgumentHelp("First day.", valueName: "YYYY-MM-DD"))
    var from: String?

    @Option(help: ArgumentHelp("Last day.", valueName: "YYYY-MM-DD"))
    var to: String?

    @Option(help: ArgumentHelp("The days of one month.", valueName: "YYYY-MM"))
    var month: String?

    @Option(help: ArgumentHelp("Leave a file out, by the name that `status` shows. Repeatable.", valueName: "name"))
    var without: [String] = []

    @Option(
        help: ArgumentHelp("The report as it was at an earlier generation of the checkpoints.", valueName: "generation")
    )
    var asOf: Int?

    @Option(
        help: ArgumentHelp(
            "Only these contracts: a file with one a line (- is standard input), or a pattern such as 'HNH*'.",
            valueName: "file|pattern"))
    var contracts: String?

    @Option(help: ArgumentHelp("Only rows with seconds in this category. Repeatable.", valueName: "name"))
    var category: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only rows with at least so many seconds, in the chosen categories or in all.", valueName: "seconds"))
    var minSeconds: Int64?

    @Option(help: ArgumentHelp("The rows with most of --by COLUMN (default TotalDuration).", valueName: "count"))
    var top: Int?

    @Option(
        help: ArgumentHelp(
            "A row for each contract and day, week or month; or the column that --top goes by. Repeatable.",
            valueName: "period|column"))
    var by: [String] = []

    @Option(help: ArgumentHelp("Sort by columns, the first one first.", valueName: "column[:desc],…"))
    var sort: [String] = []

    @Option(help: ArgumentHelp("Only these columns, in this order.", valueName: "column,…"))
    var columns: [String] = []

    @Option(help: ArgumentHelp("seconds, minutes, hours or hms, for all columns of seconds.", valueName: "unit"))
    var unit: String?

    @Option(help: ArgumentHelp("At most so many rows.", valueName: "count"))
    var limit: Int?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "CSV that excel, sheets or libreoffice opens without changing a contract; split at a sheet's last row.",
            valueName: "program"))
    var program: String?

    @Option(
        help: ArgumentHelp("With --for: comma, semicolon or tab, as your language has it.", valueName: "delimiter"))
    var delimiter: String?

    func run() throws {
        var options = ExportOptions(report: report)
        options.out = out
        options.format = format
        options.from = from
        options.to = to
        options.month = month
        options.without = without
        options.generation = asOf
        options.contracts = contracts
        options.categories = category
        options.minSeconds = minSeconds
        options.top = top
        options.by = by
        options.sort = sort
        options.columns = columns
        options.unit = unit
        options.limit = limit
        options.program = program
        options.delimiter = delimiter
        let session = try common.open()
        try session.export(options)
    }
}
