//  What a report to look at says of its files, beside its numbers.

import Records

/// When, of which days, and what to think of the files.
package struct FileFacts: Sendable, Equatable {
    /// A file that somebody should know of.
    package struct File: Sendable, Equatable {
        package var name: String
        /// As the ledger calls it; `unusual` for one that counts though it is unlike the days before.
        package var state: String
        /// `2022-04-01`; nil when it has none.
        package var date: String?
        /// In words; may be empty.
        package var reason: String

        package init(name: String, state: String, date: String?, reason: String) {
            self.name = name
            self.state = state
            self.date = date
            self.reason = reason
        }
    }

    /// How many files are in a state.
    package struct State: Sendable, Equatable {
        package var name: String
        package var files: Int

        package init(name: String, files: Int) {
            self.name = name
            self.files = files
        }
    }

    /// Counted files without a date.
    package struct Undated: Sendable, Equatable {
        /// At least one.
        package var files: Int
        package var records: Int
        package var sum: Int128
        /// Whether the report is of certain days, which they are not in.
        package var areLeftOut: Bool

        package init(files: Int, records: Int, sum: Int128, areLeftOut: Bool) {
            self.files = files
            self.records = records
            self.sum = sum
            self.areLeftOut = areLeftOut
        }
    }

    /// When the generation came to be, `2022-05-01T06:12:09Z`; nil when the ledger does not know.
    package var committed: String?
    /// The days that were asked for; nil where the files decide.
    package var firstAsked: CalendarDay?
    package var lastAsked: CalendarDay?
    /// The files of these days by state; nil for an earlier generation, whose states nobody keeps.
    package var states: [State]?
    /// Files that do not count, or are unlike the others; by name.
    package var attention: [File]
    /// Nil when every counted file has a date.
    package var undated: Undated?

    package init(
        committed: String?, firstAsked: CalendarDay? = nil, lastAsked: CalendarDay? = nil, states: [State]?,
        attention: [File], undated: Undated? = nil
    ) {
        self.committed = committed
        self.firstAsked = firstAsked
        self.lastAsked = lastAsked
        self.states = states
        self.attention = attention
        self.undated = undated
    }
}
