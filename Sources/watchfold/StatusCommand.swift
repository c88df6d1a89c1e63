import ArgumentParser
import Face

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Show every file and its state, the last runs, \(planWords.labels) in no \(planWords.group), and missing days.",
        discussion: """
            Ends with code 2 if some file is held, failed or waiting, or something in the inbox cannot be read.

            Examples:
              watchfold status
              watchfold status --json | jq '.files[] | select(.state == "held")'
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of a plan of SQL (default: the built-in plan).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Flag(help: "As JSON.")
    var json = false

    func run() throws {
        try ReadCommands(common.open([.plan: plan])).status(asJSON: json)
    }
}
