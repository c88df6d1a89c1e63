import ArgumentParser
import Face

struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write the records of files as tables of typed rows: Parquet, CSV or JSON Lines.",
        discussion: """
            Fields are declared in a file, or found in the records: types are then wide enough for every value, the last \
            record's too. Every record becomes a row or is rejected for a reason that is shown.

            Examples:
              watchfold convert dump.json.gz -o dump.parquet
              watchfold convert dump.json.gz --print-fields > fields.yaml
              watchfold convert inbox --fields fields.yaml -o all.parquet --rejects rejects.jsonl
              watchfold convert inbox -o tables/
              watchfold convert inbox -o by-kind --partition-by kind
              zcat dump.json.gz | watchfold convert - --fields fields.yaml -o - | head
            """)

    @OptionGroup var common: CommonOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The table; - is standard output. A folder gets a table for each file.", valueName: "file"),
        completion: .file())
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Divide the rows by the values of fields, into folders of a new folder: day=2022-04-01/part-0.parquet.",
            valueName: "fields"))
    var partitionBy: String?

    @Option(
        help: ArgumentHelp(
            "parquet, csv or jsonl (default: from the name of the file; parquet in folders, jsonl for streams).",
            valueName: "format"),
        completion: .list(Completions.conversionFormats))
    var format: String?

    @Option(
        help: ArgumentHelp(
            "What the files are: json or csv (default: from their names, otherwise json).", valueName: "form"),
        completion: .list(["json", "csv"]))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "Between the fields of CSV: comma, semicolon, tab, pipe or a character (default: found out).",
            valueName: "delimiter"))
    var delimiter: String?

    @Option(
        help: ArgumentHelp("The field of CSV that stands for NULL (default: an empty one).", valueName: "text"))
    var null: String?

    @Flag(help: "The files of CSV have no header; fields are declared in the order of the columns.")
    var noHeader = false

    @Option(
        help: ArgumentHelp("Declared fields: a YAML file with fields, or a plan.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var fields: String?

    @Option(help: ArgumentHelp("Of a plan with several sources, the one whose fields are read.", valueName: "name"))
    var source: String?

    @Flag(help: "Find the fields in the records; this is the default when none are declared.")
    var infer = false

    @Flag(help: "Print the fields that are found, as a file for --fields, and convert nothing.")
    var printFields = false

    @Option(
        help: ArgumentHelp("lz4, zstd or none, of Parquet (default: lz4).", valueName: "codec"),
        completion: .list(["lz4", "zstd", "none"]))
    var compression: String?

    @Option(
        help: ArgumentHelp(
            "Digits that do not fit a decimal or a microsecond: reject, nearest, down or up.", valueName: "how"),
        completion: .list(["reject", "nearest", "down", "up"]))
    var rounding: String?

    @Option(
        help: ArgumentHelp("Write rejected records to a file, as JSON Lines.", valueName: "file"), completion: .file())
    var rejects: String?

    @Flag(help: "What was done, as JSON on standard output; needs -o with a file or a folder.")
    var json = false

    @Argument(help: "Files, and folders with all input files below them; - is standard input.", completion: .file())
    var files: [String]

    func run() throws {
        var options = ConvertOptions()
        (options.out, options.format, options.partitionBy) = (out, format, partitionBy)
        (options.from, options.delimiter, options.null, options.hasHeader) = (from, delimiter, null, !noHeader)
        (options.fields, options.source) = (fields, source)
        (options.infersFields, options.printsFields) = (infer, printFields)
        (options.compression, options.rounding) = (compression, rounding)
        (options.rejects, options.isJSON) = (rejects, json)
        try ConvertCommands(common.open()).convert(files, options)
    }
}
