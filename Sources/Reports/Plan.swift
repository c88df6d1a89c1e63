//  What of a plan those need who publish what counts.
//
//      Plan ── with the groups of the configuration ──▶ PlanReports ─┬─ pass ─▶ reports
//                                                                    ├─ query ─▶ rows that are asked for
//                                                                    ├─ tally ─▶ summary ─▶ page, text
//                                                                    └─ workbook
//
//  One plan is registered with the program (Sources/Face/BuiltInPlan.swift). Whoever is above this room speaks of keys,
//  labels, groups and sums, and takes all other words from the plan.

import Folding
import Records
import Tables
import Wording

/// A plan as the program knows it.
package protocol Plan: Sendable {
    /// Its fold with the values that hold when nothing is configured, and its words.
    var settings: PlanSettings { get }
    /// What it makes of what counts, in the order in which people wait for it: the first is the one that commands mean
    /// when none is named, and has a row for each key.
    var reports: [Report] { get }
    /// The report that says most of each key: `report` and summaries are made from it.
    var profile: Report { get }
    /// The column that `--top` goes by when none is named.
    var topColumn: String { get }
    var help: PlanHelp { get }

    /// The reports with groups.
    ///
    /// - Throws: a `Trouble` for groups that do not go together.
    func reports(_ groups: [GroupRule]) throws -> any PlanReports

    /// The reports with the groups of a `PlanReports.canonicalText`; nil for another text.
    func reports(canonicalText: String) -> (any PlanReports)?
}

extension Plan {
    package var mainReport: Report { reports[0] }

    /// By its name, in whatever letters.
    package func report(named name: String) -> Report? { reports.first { $0.name == name.lowercased() } }
}

/// The reports of a plan with certain groups.
package protocol PlanReports: Sendable {
    var plan: any Plan { get }
    /// In the order of their columns.
    var groups: [GroupRule] { get }
    /// The groups as text that is the same for equal ones. It is written into the ledger.
    var canonicalText: String { get }

    /// The position of the group that a label is in; nil when it is in none.
    func group(of label: String) -> Int?

    /// The columns of a report, in order.
    func columns(_ report: Report) -> [TableColumn]

    /// What turns a total into reports.
    ///
    /// - Throws: `ReportError` when the columns are not those of a total, or a header cannot be written.
    func pass(_ schema: KeyedSchema, _ outputs: [ReportOutput]) throws(ReportError) -> any ReportPass

    /// An encoder of the rows of a report that are asked for.
    ///
    /// - Parameter period: adds a column after the first one, which `begin(period:)` fills.
    /// - Throws: `QueryError` for names that the report does not have, and for what makes no sense with it.
    func encoder(
        _ query: ReportQuery, _ report: Report, by period: CalendarPeriod?, inner: any TableEncoder
    ) throws(QueryError) -> QueryEncoder

    /// What counts a summary.
    ///
    /// - Parameter top: how many of the keys with the largest sums are wanted.
    func counter(top: Int) -> any SummaryCounter

    /// A workbook of tables.
    ///
    /// - Parameters:
    ///   - summary: of the first sheet; nil for a workbook without one.
    ///   - origin: what it is made from.
    func workbook(
        _ summary: (any PlanSummary)?, _ origin: WorkbookOrigin, _ tables: [WorkbookTable], rowsPerSheet: Int
    ) -> Workbook
}

/// Counts a summary. Use: give `outputs` to a pass, run it, ask for the `summary`.
package protocol SummaryCounter {
    /// For one pass.
    var outputs: [ReportOutput] { get }

    /// What was counted. The pass is finished.
    ///
    /// - Parameter receipt: of the files that the pass was about.
    func summary(_ receipt: Receipt) -> any PlanSummary
}

/// What there is to say of some files as a whole.
package protocol PlanSummary: Sendable {
    /// The rows of a report of the same files.
    func rows(of report: Report) -> Int

    /// A page of HTML, UTF-8. The same numbers and facts give the same bytes.
    func page(_ facts: FileFacts) -> [UInt8]

    /// Lines for a terminal.
    ///
    /// - Parameter columns: of the terminal; nil when there is none.
    func text(_ facts: FileFacts, _ style: Style, columns: Int?) -> String
}
