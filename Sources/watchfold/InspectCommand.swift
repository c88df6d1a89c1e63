import ArgumentParser
import Face

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what one file of the checkpoints holds: a partial, the total, the ledger, the manifest.",
        discussion: """
            Reads the whole file, compares its checksums, and adds up its rows; changes nothing. Of a damaged file it \
            shows what can be read, and where it is damaged, and ends with code 4.

            Examples:
              watchfold inspect checkpoints/ledger.sqlite
              watchfold inspect --rows 5 checkpoints/total.parquet
              watchfold inspect --json checkpoints/manifest | jq .manifest.generation
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Show the first rows of a partial or of the total.", valueName: "n")
    )
    var rows = 0

    @Flag(help: "As JSON.")
    var json = false

    @Argument(help: "A file of the checkpoints folder.", completion: .file())
    var file: String

    func run() throws { try ReadCommands(common.open()).inspect(file, rows: rows, asJSON: json) }
}
