//  What is wrong with a text that is not JSON, in words and by place.

/// One flaw of a rejected record.
package struct Flaw: Sendable, Hashable {
    /// `trailing comma`, fit for a terminal.
    package var words: String
    /// What to do about it, where there is something: `` `json: lenient` reads it ``. May be empty.
    package var advice: String
    /// Line feeds from the record's first byte to the flaw.
    package var lines: Int
    /// Bytes of the flaw's line before it, plus one: editors count from 1.
    package var column: Int
    /// Whether it is said of the whole file when its first record has it: that is not JSON, but HTML, say.
    package var isForm: Bool

    package init(_ words: String, advice: String = "", lines: Int = 0, column: Int = 1, isForm: Bool = false) {
        self.words = words
        self.advice = advice
        self.lines = lines
        self.column = column
        self.isForm = isForm
    }

    /// Words, place and advice.
    ///
    /// - Parameter recordLine: the line of the record's first byte, from 1.
    package func text(recordLine: Int) -> String {
        words + " at line \(recordLine + lines), column \(column)" + (advice.isEmpty ? "" : "; \(advice)")
    }
}
