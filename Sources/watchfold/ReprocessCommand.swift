import ArgumentParser
import Face

struct ReprocessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reprocess",
        abstract: "Read files again and replace the old partials with the new ones in one commit.",
        discussion: """
            Use it after a change of field paths, ignored \(planWords.keys) or the handling of negative \(builtInPlan.settings.fold.valueWords.plural). A change \
            of \(builtInPlan.settings.grouping.setting) does not need it: partials do not depend on them.

            Examples:
              watchfold reprocess
              watchfold reprocess inbox/20220401.json
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        help: ArgumentHelp("The folder of a plan of SQL (default: the built-in plan).", valueName: "folder"),
        completion: .directory)
    var plan: String?

    @Flag(help: "What was done, as JSON on standard output, with the time that each stage took.")
    var json = false

    @Argument(help: "Files of the inbox; all of them if none is named.", completion: .file())
    var files: [String] = []

    func run() throws { try RunCommands(common.open([.plan: plan])).reprocess(files, asJSON: json) }
}
