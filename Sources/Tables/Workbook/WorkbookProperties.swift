import Records

/// What a workbook's properties say of it: file managers show them.
package struct WorkbookProperties: Sendable {
    /// A property that the format does not name.
    package enum Custom: Sendable {
        case number(String, Int)
        case text(String, String)
    }

    package var title: String
    package var subject: String
    package var author: String
    package var comments: String
    /// The day that the workbook is of.
    package var day: CalendarDay?
    package var custom: [Custom]
    /// What to choose fewer of when the workbook would be too large, for messages: `rows`.
    package var fewer: String

    package init(
        title: String, subject: String, author: String, comments: String, day: CalendarDay? = nil,
        custom: [Custom] = [], fewer: String = "rows"
    ) {
        self.title = title
        self.subject = subject
        self.author = author
        self.comments = comments
        self.day = day
        self.custom = custom
        self.fewer = fewer
    }
}
