import ArgumentParser
import Face

struct FoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fold",
        abstract:
            "Fold files or standard input and print the \(builtInPlan.mainReport.name) report, without keeping anything.",
        discussion: """
            Examples:
              watchfold fold 20220401.json 20220402.json.gz > \(builtInPlan.mainReport.fileName)
              watchfold fold inbox -o \(builtInPlan.mainReport.fileName).gz
              zcat dump.json.gz | watchfold fold - | head
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"),
        completion: .file())
    var out: String?

    @Option(
        help: ArgumentHelp(
            "csv or tsv (default: from the name of the file, otherwise csv). A file named .gz is compressed.",
            valueName: "format"),
        completion: .list(["csv", "tsv"]))
    var format: String?

    @Flag(help: "What was done, as JSON on standard output, with the time that each stage took; needs -o FILE.")
    var json = false

    @Argument(help: "Files, and folders with all input files below them; - is standard input.", completion: .file())
    var files: [String]

    func run() throws {
        try FileCommands(common.open()).fold(files, to: out, format: format, asJSON: json)
    }
}
