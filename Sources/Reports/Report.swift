//  A report: a table that a plan makes of what counts.

import Tables

/// A report of a plan.
package struct Report: Sendable, Hashable, CustomStringConvertible {
    /// Of the report, of its table in a database, and of its file without the ending.
    package let name: String
    /// Whether it has a row for each value of the first key. All others are small.
    package let isByKey: Bool
    /// Whether it is made from the sets of days.
    package let needsDays: Bool

    package init(_ name: String, isByKey: Bool = false, needsDays: Bool = false) {
        self.name = name
        self.isByKey = isByKey
        self.needsDays = needsDays
    }

    package var description: String { name }
    /// As it is published.
    package var fileName: String { name + ".csv" }
    /// Of its sheet in a workbook.
    package var title: String { name.prefix(1).uppercased() + name.dropFirst() }
}

/// A report that is asked for, and where it goes.
package struct ReportOutput {
    package let report: Report
    package let encoder: any TableEncoder

    package init(_ report: Report, encoder: any TableEncoder) {
        self.report = report
        self.encoder = encoder
    }

    package init(_ report: Report, format: TableFormat, isGzipped: Bool = false, sink: @escaping TableSink) {
        self.init(report, encoder: format.encoder(sink, isGzipped: isGzipped))
    }
}
