//  What the help of the commands says of a plan, where names and labels are not enough.

/// Sentences for the help.
package struct PlanHelp: Sendable {
    /// What the program is for, in one line.
    package let abstract: String
    /// The same in a few sentences.
    package let discussion: String
    /// What `report` shows.
    package let report: String
    /// What `--top` of `report` counts.
    package let top: String
    /// What `keys` of `generate` counts.
    package let generatedKeys: String
    /// A short name for a column, in a sentence.
    package let shortColumn: String
    /// A pattern of keys.
    package let pattern: String
    /// Command lines of `export`, without the name of the program.
    package let exports: [String]

    package init(
        abstract: String, discussion: String, report: String, top: String, generatedKeys: String, shortColumn: String,
        pattern: String, exports: [String]
    ) {
        self.abstract = abstract
        self.discussion = discussion
        self.report = report
        self.top = top
        self.generatedKeys = generatedKeys
        self.shortColumn = shortColumn
        self.pattern = pattern
        self.exports = exports
    }
}
