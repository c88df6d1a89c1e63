import ArgumentParser
import Face

struct FoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fold",
        abstract: "Fold files or standard input and print the table, without keeping anything.",
        discussion: """
            Without --plan the table is the \(builtInPlan.mainReport.name) report. With it, it is the table of a fold: each \
            file is folded by itself, the parts are merged. Needs DuckDB 1.5 then.

            Examples:
              watchfold fold 20220401.json 20220402.json.gz > \(builtInPlan.mainReport.fileName)
              watchfold fold inbox -o \(builtInPlan.mainReport.fileName).gz
              zcat dump.json.gz | watchfold fold - | head
              watchfold fold --plan plans/video --fold session inbox -o session.parquet
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"),
        completion: .file())
    var out: String?

    @Option(
        help: ArgumentHelp(
            "csv or tsv; with --plan also jsonl, parquet, md and xlsx (default: from the name of the file, otherwise csv). "
                + "A text that is named .gz is compressed.",
            valueName: "format"),
        completion: .list(["csv", "tsv", "jsonl", "parquet", "md", "xlsx"]))
    var format: String?

    @Flag(help: "What was done, as JSON on standard output; needs -o FILE.")
    var json = false

    @Option(
        help: ArgumentHelp("The folder of a plan, by which files are folded.", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Option(help: ArgumentHelp("With --plan: the fold (default: its only one).", valueName: "name"))
    var fold: String?

    @Option(
        help: ArgumentHelp(
            "With --plan: the source that all files are of (default: by their names).", valueName: "name"))
    var source: String?

    @Flag(help: "With --plan: run the statement over all rows at once instead, to compare.")
    var direct = false

    @Option(
        help: ArgumentHelp("With --plan: write rejected records to a file, as JSON Lines.", valueName: "file"),
        completion: .file())
    var rejects: String?

    @Option(name: .customLong("duckdb"), help: EngineOptions.help, completion: .file())
    var duckDB: String?

    @Argument(help: "Files, and folders with all input files below them; - is standard input.", completion: .file())
    var files: [String]

    /// The first option that means nothing without a plan.
    private var lonely: String? {
        let given: [(String, Bool)] = [
            ("--fold", fold != nil), ("--source", source != nil), ("--direct", direct),
            ("--rejects", rejects != nil), ("--duckdb", duckDB != nil),
        ]
        return plan == nil ? given.first(where: \.1)?.0 : nil
    }

    func validate() throws {
        if let option = lonely { throw ValidationError("\(option) needs --plan") }
    }

    func run() throws {
        guard let plan else {
            return try FileCommands(common.open()).fold(files, to: out, format: format, asJSON: json)
        }
        var options = PlanFoldOptions(plan: plan)
        (options.fold, options.source, options.isDirect) = (fold, source, direct)
        (options.out, options.format, options.rejects) = (out, format, rejects)
        (options.duckDB, options.isJSON) = (duckDB, json)
        try PlanCommands(common.open()).fold(files, options)
    }
}
