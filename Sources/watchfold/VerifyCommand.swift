import ArgumentParser
import Face

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check every checksum and every count; with --repair, rebuild what can be derived.",
        discussion: """
            Checks the ledger, every partial, the total against a fresh merge and the reports against the total. \
            Ends with code 4 if something is wrong. A repair makes the total and the reports again, folds the files of \
            damaged partials again if they are still in the inbox, and rebuilds a lost ledger from the partials.

            Examples:
              watchfold verify --sample 2
              watchfold verify --recompute
              watchfold verify --repair
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of a plan of SQL (default: the built-in plan).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Flag(help: "Repair what can be repaired.")
    var repair = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Fold this many input files again, chosen at random, and compare.", valueName: "n"))
    var sample = 0

    @Flag(
        help: """
            Fold all counted input files again and compare; of a plan, make every table by the statement itself.
            """)
    var recompute = false

    func run() throws {
        try ReadCommands(common.open([.plan: plan])).verify(repairing: repair, sample: sample, recomputes: recompute)
    }
}
