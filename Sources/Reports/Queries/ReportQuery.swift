//  Which rows and columns of a report are wanted, in which order, and in which unit.
//
//      report ─▶ keys? groups? sums? ─▶ order, limit ─▶ columns, unit ─▶ encoder
//
//  What the names mean is the plan's affair (`PlanReports.encoder`).

import Tables

/// What is asked of a report. The default is the report as it is.
package struct ReportQuery: Sendable {
    package var keys: KeyFilter?
    /// Rows with something in one of these groups; for a report by label, the labels of one of them. Names of groups.
    package var groups: [String] = []
    /// Rows with at least such a sum: in the chosen groups, or in all.
    package var minSum: Int64?
    /// The first column decides, the second among equals, and so on.
    package var order: [RowOrder] = []
    package var limit: Int?
    /// Whether the rows are wanted that have most of the first column of the order.
    package var isTop = false
    /// Nil: all, in the report's order.
    package var columns: [String]?
    package var unit = DurationUnit.seconds

    package init() {}

    /// Whether it changes nothing.
    package var isIdentity: Bool {
        keys == nil && groups.isEmpty && minSum == nil && order.isEmpty && limit == nil && columns == nil
            && unit == .seconds
    }
}
