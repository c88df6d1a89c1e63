import ArgumentParser
import Face

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract:
            "Read files or standard input and report what is wrong with them, without folding or keeping anything.",
        discussion: """
            Reports for each file what a run would do with it, how many records it would reject for which reason, with \
            the first of each, which types the fields have, which \(planWords.labels) are in no \(planWords.group), and which fields the files \
            named before it do not have. Ends with code 2 if a run would not fold a file: held (max_reject_ratio), \
            waiting or failed.

            Examples:
              watchfold check 20220401.json 20220402.json.gz
              watchfold check inbox
              zcat dump.json.gz | watchfold check -
              watchfold check --json inbox/*.json | jq '.files[] | select(.verdict != "ok")'
            """)

    @OptionGroup var common: CommonOptions

    @Flag(help: "As JSON.")
    var json = false

    @Argument(help: "Files, and folders with all input files below them; - is standard input.", completion: .file())
    var files: [String]

    func run() throws { try FileCommands(common.open()).check(files, asJSON: json) }
}
