import ArgumentParser
import Face

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Check a plan, show what its folds become, and what a change would cost.",
        discussion: """
            A plan is a folder: plan.yaml declares sources, folds/NAME.sql has one SELECT with GROUP BY each. A fold is \
            compiled into queries that work file by file and give the same answer as the statement itself. See \
            docs/plans.md and docs/folds.md.
            """,
        subcommands: [PlanCheckCommand.self, PlanSQLCommand.self, PlanCostCommand.self])
}

/// What plans are run with.
struct EngineOptions: ParsableArguments {
    static var help: ArgumentHelp {
        ArgumentHelp(
            "The DuckDB program (default: WATCHFOLD_DUCKDB, beside this program, or in PATH).", valueName: "file")
    }

    @Option(name: .customLong("duckdb"), help: help, completion: .file()) var duckDB: String?
}

struct PlanCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Report everything that is wrong with a plan, and prove that its folds give what they say.",
        discussion: """
            Each fold is tried on rows in three files: folded file by file, merged in two orders and finished, it must give \
            what the statement gives. Needs DuckDB 1.5.

            Example:
              watchfold plan check plans/video
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var engine: EngineOptions

    @Flag(help: "Leave the proof out.")
    var noProof = false

    @Argument(help: "The folder of the plan (default: the working directory).", completion: .directory)
    var plan: String?

    func run() throws { try PlanCommands(common.open()).check(plan ?? ".", duckDB: engine.duckDB, proves: !noProof) }
}

struct PlanSQLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Print the queries that a fold becomes.",
        discussion: """
            For each table of states: the query over one file's rows, and the one that merges; then the query that makes the \
            answer of merged tables. --direct prints the statement that the answer is compared with.

            Examples:
              watchfold plan sql session --plan plans/video
              watchfold plan sql session --plan plans/video --direct
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of the plan (default: the working directory).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @OptionGroup var engine: EngineOptions

    @Flag(help: "The statement itself, with what depends on the order of rows made definite.")
    var direct = false

    @Flag(help: "As JSON, with {{rows}}, {{0}}, {{1}} … in the places of tables.")
    var json = false

    @Argument(help: "The name of a fold.")
    var fold: String

    func run() throws {
        try PlanCommands(common.open())
            .sql(fold, plan: plan ?? ".", duckDB: engine.duckDB, isDirect: direct, asJSON: json)
    }
}

struct PlanCostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Say what the next run has to do because folds are new or changed.",
        discussion: """
            Which folds lack files that count, how many of them can be folded from rows that are kept (keep_stage), how many are \
            read again, which are gone, and about how long it takes. Changes nothing, and needs no DuckDB.

            Example:
              watchfold plan cost --plan plans/video
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of the plan (default: that of the configuration).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Flag(help: "As JSON.")
    var json = false

    func run() throws { try PlanCommands(common.open([.plan: plan])).cost(asJSON: json) }
}
