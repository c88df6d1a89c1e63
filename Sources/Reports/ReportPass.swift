//  One pass over a total, from which all reports come.
//
//  The total arrives as batches, sorted by its keys; rows of one key may lie in two batches. A total that was cut between
//  keys can be worked on by several threads: each makes the rows of its part, and the pass puts the parts together in
//  order. The bytes of a row do not depend on other rows, and everything that is counted is a sum, so the reports are the
//  same, however the total was cut.

import Folding
import Records

/// Turns a total into the reports that are asked for. Use: `consume` each batch in order or `append` each part in order,
/// then `finish` once; after an error the pass is of no more use, and what its sinks got is to be thrown away.
package protocol ReportPass: AnyObject, SendableMetatype {
    associatedtype Part: ReportPart

    /// Takes the next rows of the total.
    func consume(_ batch: KeyedBatch) throws(ReportError)

    /// Whether `makePart` can be called.
    var canBeMadeInParts: Bool { get }

    /// A part of the same reports, to be filled and then given to `append`.
    ///
    /// - Precondition: `canBeMadeInParts`.
    func makePart() -> Part

    /// Takes the next part of the total. All its keys come after those before it.
    func append(_ part: Part) throws(ReportError)

    /// Writes what is left, and the small reports.
    ///
    /// - Parameter days: needed for reports by date only.
    func finish(_ days: DaySums) throws(ReportError) -> PassResult
}

extension ReportPass {
    /// Writes what is left, when no report by date is among them.
    package func finish() throws(ReportError) -> PassResult { try finish(DaySums()) }
}

/// Some keys' share of the reports, made on a thread of its own. Use: `consume` each batch in order, `finish`, give it to
/// the pass, `removeAll`.
package protocol ReportPart: AnyObject, SendableMetatype {
    /// Takes the next rows of the part.
    func consume(_ batch: KeyedBatch) throws(ReportError)

    /// Ends the last key.
    func finish() throws(ReportError)

    /// Forgets everything but the memory that it took.
    func removeAll()
}

/// What the files of one date add up to for one label.
package struct DaySum: Sendable, Equatable {
    /// Nil for files without a date.
    package var day: CalendarDay?
    /// The label's bytes.
    package var label: [UInt8]
    /// Of the first measure.
    package var sum: Int64
    package var records: Int64

    package init(day: CalendarDay?, label: [UInt8], sum: Int64, records: Int64) {
        self.day = day
        self.label = label
        self.sum = sum
        self.records = records
    }
}

/// What reports by date need beside the total.
package struct DaySums: Sendable {
    /// The dates of the counted files; each is a row of a report by date.
    package var days: Set<CalendarDay>
    /// Whether a counted file has no date.
    package var hasUndated: Bool
    /// In any order; several entries for one day and label add up.
    package var sums: [DaySum]

    package init(days: Set<CalendarDay> = [], hasUndated: Bool = false, sums: [DaySum] = []) {
        self.days = days
        self.hasUndated = hasUndated
        self.sums = sums
    }
}

/// What a pass found, beside the reports.
package struct PassResult: Sendable {
    package struct Written: Sendable, Equatable {
        package var report: Report
        /// Without the header.
        package var rows: Int
        package var bytes: Int

        package init(report: Report, rows: Int, bytes: Int) {
            self.report = report
            self.rows = rows
            self.bytes = bytes
        }
    }

    /// What the total has of one label.
    package struct Label: Sendable, Equatable {
        package var name: String
        /// Position in the groups; nil when it is in none.
        package var group: Int?
        package var records: Int128
        /// Distinct keys.
        package var keys: Int
        package var sum: Int128

        package init(name: String, group: Int?, records: Int128, keys: Int, sum: Int128) {
            self.name = name
            self.group = group
            self.records = records
            self.keys = keys
            self.sum = sum
        }
    }

    /// In the order of the outputs.
    package var written: [Written]
    /// All labels of the total, ascending by bytes.
    package var labels: [Label]
    /// Distinct keys in the total.
    package var keys: Int
    /// Those with at least one record in a group: the rows of reports by key.
    package var groupedKeys: Int
    package var records: Int128 { labels.reduce(0) { $0 + $1.records } }
    package var sum: Int128 { labels.reduce(0) { $0 + $1.sum } }

    package init(written: [Written], labels: [Label], keys: Int, groupedKeys: Int) {
        self.written = written
        self.labels = labels
        self.keys = keys
        self.groupedKeys = groupedKeys
    }
}
