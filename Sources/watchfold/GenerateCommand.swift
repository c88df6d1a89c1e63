import ArgumentParser
import Face

struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Write synthetic days in the published shape, to try Watchfold with.",
        discussion: """
            The same seed gives the same bytes, on any machine. Files go into the inbox unless a folder is named. \
            Existing files are kept: --force replaces files of the same names, but a day that exists under another \
            ending (20220401.json.gz for 20220401.json) is never written twice.

            Examples:
              watchfold generate --days 3 --records 100000
              watchfold generate --days 30 --compress gzip dumps
            """)

    @OptionGroup var common: CommonOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("The number of days.", valueName: "n"))
    var days = 1

    @Option(parsing: .unconditional, help: ArgumentHelp("Records for each day.", valueName: "n"))
    var records = 1_600_000

    @Option(
        name: .customLong(planWords.keys), parsing: .unconditional,
        help: ArgumentHelp("\(builtInPlan.help.generatedKeys)", valueName: "n"))
    var keys: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("The seed; another one gives other days.", valueName: "n"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("The first day.", valueName: "YYYY-MM-DD"))
    var from = "2022-04-01"

    @Option(
        help: ArgumentHelp("none, gzip, lz4 or zstd.", valueName: "codec"),
        completion: .list(Completions.compressions))
    var compress = "none"

    @Flag(help: "Replace files of the same names.")
    var force = false

    @Argument(help: "The folder to write to (default: the inbox).", completion: .directory)
    var folder: String?

    func run() throws {
        try SampleCommand(common.open()).generate(
            days: days, records: records, keys: keys, seed: seed, from: from, compress: compress,
            folder: folder, replaces: force)
    }
}
