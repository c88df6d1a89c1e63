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

    @OptionGroup(title: "With a plan") var ofPlan: PlanOptions

    @Argument(help: "Files, and folders with all input files below them; - is standard input.", completion: .file())
    var files: [String]

    /// What a plan needs.
    struct PlanOptions: ParsableArguments {
        @Option(help: ArgumentHelp("The folder of a plan.", valueName: "folder"), completion: .directory)
        var plan: String?

        @Option(help: ArgumentHelp("The fold (default: the only one of the plan).", valueName: "name"))
        var fold: String?

        @Option(
            help: ArgumentHelp("The source that all files are of (default: by their names).", valueName: "name"))
        var source: String?

        @Flag(help: "Run the fold's statement over all rows at once instead, to compare.")
        var direct = false

        @Option(
            help: ArgumentHelp("Write rejected records to a file, as JSON Lines.", valueName: "file"),
            completion: .file())
        var rejects: String?

        @OptionGroup var engine: EngineOptions

        /// The first option that means nothing without a plan.
        var lonely: String? {
            let given: [(String, Bool)] = [
                ("--fold", fold != nil), ("--source", source != nil), ("--direct", direct),
                ("--rejects", rejects != nil), ("--duckdb", engine.duckDB != nil),
            ]
            return plan == nil ? given.first(where: \.1)?.0 : nil
        }
    }

    func validate() throws {
        if let option = ofPlan.lonely { throw ValidationError("\(option) needs --plan") }
    }

    func run() throws {
        guard let plan = ofPlan.plan else {
            return try FileCommands(common.open()).fold(files, to: out, format: format, asJSON: json)
        }
        var options = PlanFoldOptions(plan: plan)
        (options.fold, options.source, options.isDirect) = (ofPlan.fold, ofPlan.source, ofPlan.direct)
        (options.out, options.format, options.rejects) = (out, format, ofPlan.rejects)
        (options.duckDB, options.isJSON) = (ofPlan.engine.duckDB, json)
        try PlanCommands(common.open()).fold(files, options)
    }
}
