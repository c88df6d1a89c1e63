import ArgumentParser
import Face

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read files or standard input and say what is wrong with them; nothing is folded or kept.",
        discussion: """
            Says of each file what a run would make of it, how many records would be rejected for which reason with \
            the first of each, in which types fields came, which \(planWords.labels) are in no \(planWords.group), and which fields are new \
            against the files named before it. Ends with code 2 when a file would not be taken: held \
            (max_reject_ratio), waiting or failed.

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
