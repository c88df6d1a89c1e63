import ArgumentParser
import Face

struct AcceptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Count a file that is held because too many of its records were rejected.",
        discussion: """
            Prints how the report changed. The raw file is not read again.

            Example:
              watchfold accept 20220401.json
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of a plan of SQL (default: the built-in plan).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Argument(help: "The file, as `watchfold status` names it.", completion: .custom(completeFiles))
    var file: String

    func run() throws { try RunCommands(common.open([.plan: plan])).decide(.accept, file) }
}

struct RetractCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retract",
        abstract: "Take a file out of the sums, whether or not it is still in the inbox.",
        discussion: """
            Prints how the report changed. The content stays out until it is restored; new content under the same name \
            counts.

            Example:
              watchfold retract 20220401.json
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of a plan of SQL (default: the built-in plan).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Argument(help: "The file, as `watchfold status` names it.", completion: .custom(completeFiles))
    var file: String

    func run() throws { try RunCommands(common.open([.plan: plan])).decide(.retract, file) }
}

struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put back a file that was retracted.",
        discussion: """
            Prints how the report changed. The raw file is not read again.

            Example:
              watchfold restore 20220401.json
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of a plan of SQL (default: the built-in plan).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Argument(help: "The file, as `watchfold status` names it.", completion: .custom(completeFiles))
    var file: String

    func run() throws { try RunCommands(common.open([.plan: plan])).decide(.restore, file) }
}
