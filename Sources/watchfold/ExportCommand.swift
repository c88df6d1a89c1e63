import ArgumentParser
import Face
import Wording

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "A report from the checkpoints, to standard output or a file; no raw file is read.",
        discussion: """
            Reports: engagement (the default), profile, daily, apps. A workbook (xlsx) has them all, with a summary and \
            charts, unless one is named. Dates are inclusive; with a range, files \
            without a date are left out. Columns are named as in the report's header; TV is short for TVDuration.

            --to takes a PostgreSQL database as well: all four reports, or the one that is named, become tables of it \
            in one transaction. Keep the password in PGPASSWORD, ~/.pgpass or a service file: others can see a command \
            line.

            Examples:
              watchfold export | head
              watchfold export profile --from 2022-04-01 --to 2022-04-15 -o half.csv
              watchfold export daily --format md
              watchfold export profile --month 2022-04 --top 20 --by Sport --unit hours
              watchfold export --contracts 'HNH*' --by week -o hnh.parquet
              watchfold export profile --for excel --delimiter semicolon --unit hours -o profile.csv
              watchfold export daily --format jsonl -o daily.json.gz
              watchfold export --month 2022-04 -o april.xlsx
              watchfold export --without 20220402.json --sort TV:desc,Contract --limit 100
              watchfold export --to postgres://reports@db.example/sales
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "engagement, profile, daily or apps.", completion: .list(Completions.reports))
    var report: String?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"),
        completion: .file())
    var out: String?

    @Option(
        help: ArgumentHelp(
            "csv, tsv, jsonl, parquet, md or xlsx (default: by the name of the file, else csv). Text in a file named "
                + ".gz is compressed.", valueName: "format"),
        completion: .list(Completions.formats))
    var format: String?

    @Option(help: ArgumentHelp("First day.", valueName: "YYYY-MM-DD"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Last day; or the database that takes the reports, such as postgres://host/name. Repeatable.",
            valueName: "YYYY-MM-DD|address"))
    var to: [String] = []

    @Option(help: ArgumentHelp("With --to DATABASE: the schema of the tables (default: watchfold).", valueName: "name"))
    var schema: String?

    @Option(help: ArgumentHelp("The days of one month.", valueName: "YYYY-MM"))
    var month: String?

    @Option(
        help: ArgumentHelp("Leave a file out, by the name that `status` shows. Repeatable.", valueName: "name"),
        completion: .custom(completeFiles))
    var without: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The report as it was at an earlier generation of the checkpoints.", valueName: "generation")
    )
    var asOf: Int?

    @Option(
        help: ArgumentHelp(
            "Only these contracts: a list (one a line, or a table with a column Contract; - is standard input), a "
                + "pattern such as 'HNH*', or one contract.",
            valueName: "file|pattern|contract"), completion: .file())
    var contracts: [String] = []

    @Option(
        help: ArgumentHelp("Only rows with seconds in this category. Repeatable.", valueName: "name"),
        completion: .custom { words, _, _ in Completions.categories(words) })
    var category: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Only rows with at least so many seconds, in the chosen categories or in all.", valueName: "seconds"))
    var minSeconds: Int64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The rows with most of --by COLUMN (default TotalDuration).", valueName: "count"))
    var top: Int?

    @Option(
        help: ArgumentHelp(
            "A row for each contract and day, week or month; or the column that --top goes by. Repeatable.",
            valueName: "period|column"),
        completion: .custom { words, _, _ in Completions.periods + Completions.columns(words) })
    var by: [String] = []

    @Option(
        help: ArgumentHelp(
            "Sort by columns, the first one first; a name with a comma takes quotes.", valueName: "column[:desc],…"),
        completion: .custom { words, _, _ in Completions.columns(words) })
    var sort: [String] = []

    @Option(
        help: ArgumentHelp("Only these columns, in this order.", valueName: "column,…"),
        completion: .custom { words, _, _ in Completions.columns(words) })
    var columns: [String] = []

    @Option(
        help: ArgumentHelp("seconds, minutes, hours or hms, for all columns of seconds.", valueName: "unit"),
        completion: .list(Completions.units))
    var unit: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("At most so many rows.", valueName: "count"))
    var limit: Int?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "CSV that excel, sheets or libreoffice opens without changing a contract; split at a sheet's last row.",
            valueName: "program"), completion: .list(Completions.programs))
    var program: String?

    @Option(
        help: ArgumentHelp("With --for: comma, semicolon or tab, as your language has it.", valueName: "delimiter"),
        completion: .list(Completions.delimiters))
    var delimiter: String?

    @Option(
        help: ArgumentHelp(
            "With --for: comma or point in hours and minutes (default: comma with semicolons, else point).",
            valueName: "sign"), completion: .list(Completions.decimals))
    var decimal: String?

    func run() throws {
        var options = ExportOptions(report: report)
        options.out = out
        options.format = format
        options.from = from
        options.to = to
        options.schema = schema
        options.month = month
        options.without = without
        options.generation = asOf
        options.contractWords = contracts
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
        options.decimal = decimal
        let session = try common.open()
        try session.export(options)
    }
}
