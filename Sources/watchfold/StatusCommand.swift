import ArgumentParser
import Face

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract:
            "Every file and its state, the last runs, \(planWords.labels) in no \(planWords.group), missing days.",
        discussion: """
            Ends with code 2 when some file is held, failed or waiting, or something in the inbox cannot be taken.

            Examples:
              watchfold status
              watchfold status --json | jq '.files[] | select(.state == "held")'
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "As JSON.")
    var json = false

    func run() throws {
        try ReadCommands(common.open()).status(asJSON: json)
    }
}
