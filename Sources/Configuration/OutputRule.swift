//  Reports that are kept beside the published ones: a workbook, a Parquet file, CSV for a spreadsheet program.

import Records

/// A file that is made again when the reports are. What its words mean is known where reports are made.
package struct OutputRule: Sendable, Hashable {
    /// The keys of a rule that hold a word, in the order of the documentation.
    package enum Word: String, Sendable, Hashable, CaseIterable {
        /// Where it is written. The only one that has to be there.
        case file
        /// Nil: the plan's first report; in a workbook, all.
        case report
        /// Nil: by the file's name.
        case format
        case unit
        /// The spreadsheet program that CSV is for.
        case program = "for"
        case delimiter, decimal
    }

    package var words: [Word: Given<String>]
    /// While inputs come in, a watch makes it again this often at most.
    package var every: TimeSpan

    /// A workbook of two million rows takes some seconds, and nobody opens it every minute.
    package static let usualPause = TimeSpan.seconds(300)

    package init(words: [Word: Given<String>], every: TimeSpan = usualPause) {
        precondition(words[.file] != nil, "an output without a file")
        self.words = words
        self.every = every
    }

    package var file: String { words[.file]!.value }

    /// The words of the rule, to tell one from another.
    package var text: String {
        Word.allCases.compactMap { word in words[word].map { "\(word.rawValue): \($0.value)" } }.joined(separator: ", ")
    }

    /// Names in the folder of reports that are taken: by the plan's reports, and by what is written beside them.
    package static func takenNames(_ plan: PlanSettings) -> [String] {
        plan.reportFiles + ["receipt.json", "outputs.json", "problems.json", "rejects"]
    }
}
