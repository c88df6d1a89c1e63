import ArgumentParser
import Face
import Wording

private let sumUnit = builtInPlan.settings.fold.unit
private let keyColumn = builtInPlan.settings.fold.keys[0]
private let names = listed(builtInPlan.reports.map(\.name))
/// `a (the default), b, c`
private let reports = builtInPlan.reports.enumerated().map { $1.name + ($0 == 0 ? " (the default)" : "") }
    .joined(separator: ", ")

/// `a, b or c`
private func listed(_ names: [String]) -> String {
    names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " or " + names.last!
}

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a report from the checkpoints to standard output or a file, without reading any input file.",
        discussion: """
            Reports: \(reports). A workbook (xlsx) contains all of them, with a \
            summary and charts, unless one is named. Dates are inclusive; a range leaves out files without a date. \
            Columns are named as in the report's header; \(builtInPlan.help.shortColumn).

            --to also takes a PostgreSQL database: all reports, or the one that is named, become tables in it in one \
            transaction. Keep the password in PGPASSWORD, ~/.pgpass or a service file: others can see a command line.

            Examples:
            \(PlanWords.examples(builtInPlan.help.exports))
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of a plan of SQL (default: the built-in plan).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Argument(help: "\(names).", completion: .list(Completions.reports))
    var report: String?

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"),
        completion: .file())
    var out: String?

    @Option(
        help: ArgumentHelp(
            "csv, tsv, jsonl, parquet, md or xlsx (default: from the name of the file, otherwise csv). Text in a file named "
                + ".gz is compressed.", valueName: "format"),
        completion: .list(Completions.formats))
    var format: String?

    @Option(help: ArgumentHelp("First day.", valueName: "YYYY-MM-DD"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Last day; or the database to write the reports to, such as postgres://host/name. Repeatable.",
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
        name: .customLong(planWords.keys),
        help: ArgumentHelp(
            "Only these \(planWords.keys): a list (one a line, or a table with a column \(keyColumn); - is standard input), a "
                + "pattern such as '\(builtInPlan.help.pattern)', or one \(planWords.key).",
            valueName: "file|pattern|\(planWords.key)"), completion: .file())
    var keys: [String] = []

    @Option(
        name: .customLong(planWords.group),
        help: ArgumentHelp("Only rows with \(sumUnit) in this \(planWords.group). Repeatable.", valueName: "name"),
        completion: .custom { line, _, _ in Completions.groups(line) })
    var groups: [String] = []

    @Option(
        name: .customLong("min-\(sumUnit)"), parsing: .unconditional,
        help: ArgumentHelp(
            "Only rows with at least this many \(sumUnit), in the chosen \(builtInPlan.settings.grouping.setting) or in all.",
            valueName: "\(sumUnit)"))
    var minSum: Int64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The rows with the highest values of --by COLUMN (default \(builtInPlan.topColumn)).", valueName: "count"))
    var top: Int?

    @Option(
        help: ArgumentHelp(
            "A row for each \(planWords.key) and day, week or month; or the column that --top sorts by. Repeatable.",
            valueName: "period|column"),
        completion: .custom { line, _, _ in Completions.periods + Completions.columns(line) })
    var by: [String] = []

    @Option(
        help: ArgumentHelp(
            "Sort by columns, the first one first; a name with a comma needs quotes.", valueName: "column[:desc],…"),
        completion: .custom { line, _, _ in Completions.columns(line) })
    var sort: [String] = []

    @Option(
        help: ArgumentHelp("Only these columns, in this order.", valueName: "column,…"),
        completion: .custom { line, _, _ in Completions.columns(line) })
    var columns: [String] = []

    @Option(
        help: ArgumentHelp("seconds, minutes, hours or hms, for all columns of seconds.", valueName: "unit"),
        completion: .list(Completions.units))
    var unit: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("At most this many rows.", valueName: "count"))
    var limit: Int?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "CSV that excel, sheets or libreoffice opens without changing a \(planWords.key); split at a sheet's last row.",
            valueName: "program"), completion: .list(Completions.programs))
    var program: String?

    @Option(
        help: ArgumentHelp("With --for: comma, semicolon or tab, as your language has it.", valueName: "delimiter"),
        completion: .list(Completions.delimiters))
    var delimiter: String?

    @Option(
        help: ArgumentHelp(
            "With --for: comma or point in hours and minutes (default: comma with semicolons, otherwise point).",
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
        options.keyWords = keys
        options.groups = groups
        options.minSum = minSum
        options.top = top
        options.by = by
        options.sort = sort
        options.columns = columns
        options.unit = unit
        options.limit = limit
        options.program = program
        options.delimiter = delimiter
        options.decimal = decimal
        try ReadCommands(common.open([.plan: plan])).export(options)
    }
}
