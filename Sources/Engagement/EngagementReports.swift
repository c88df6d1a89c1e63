//  The reports of the engagement plan.
//
//      engagement   Contract, a column of seconds for each category
//      profile      the same, TotalDuration, MostWatch, Taste, ActiveDays
//      daily        Date, Contracts, a column for each category, TotalDuration
//      apps         AppName, Category, Records, Contracts, TotalDuration

import Folding
import Records
import Reports
import Tables
import Wording

extension Report {
    package static let engagement = Report("engagement", isByKey: true)
    package static let profile = Report("profile", isByKey: true, needsDays: true)
    package static let daily = Report("daily", needsDays: true)
    package static let apps = Report("apps")
    /// Those of engagement, in the order in which they are published.
    package static let ofEngagement = [engagement, profile, daily, apps]
}

/// Who watched what, and for how long.
package struct EngagementPlan: Plan {
    package init() {}

    package var settings: PlanSettings { .engagement }
    package var reports: [Report] { Report.ofEngagement }
    package var profile: Report { .profile }
    package var topColumn: String { "TotalDuration" }
    package var help: PlanHelp { .engagement }

    package func reports(_ groups: [GroupRule]) throws -> any PlanReports {
        EngagementReports(try CategoryMap(groups: groups))
    }

    package func reports(canonicalText: String) -> (any PlanReports)? {
        CategoryMap(canonicalText: canonicalText).map { EngagementReports($0) }
    }
}

extension Plan where Self == EngagementPlan {
    package static var engagement: EngagementPlan { EngagementPlan() }
}

/// The reports with certain categories.
package struct EngagementReports: PlanReports {
    package let map: CategoryMap

    package init(_ map: CategoryMap) { self.map = map }

    package var plan: any Plan { EngagementPlan() }
    package var groups: [GroupRule] { map.groups }
    package var canonicalText: String { map.canonicalText }

    package func group(of label: String) -> Int? { map.category(ofApp: label.utf8) }
    package func columns(_ report: Report) -> [TableColumn] { map.columns(report) }

    package func pass(_ schema: KeyedSchema, _ outputs: [ReportOutput]) throws(ReportError) -> any ReportPass {
        try EngagementPass(schema: schema, map: map, outputs: outputs)
    }

    package func encoder(
        _ query: ReportQuery, _ report: Report, by period: CalendarPeriod?, inner: any TableEncoder
    ) throws(QueryError) -> QueryEncoder {
        let (table, filter) = try query.resolved(report, map, period)
        return QueryEncoder(table, filter: filter, hasPeriod: period != nil, inner: inner)
    }

    package func counter(top: Int) -> any SummaryCounter { EngagementCounter(map, top: top) }

    package func workbook(
        _ summary: (any PlanSummary)?, _ origin: WorkbookOrigin, _ tables: [WorkbookTable], rowsPerSheet: Int
    ) -> Workbook {
        guard let summary else { return Workbook(origin.properties, tables, rowsPerSheet: rowsPerSheet) }
        let numbers = summary as! ReportSummary
        return Workbook(origin.properties, tables, rowsPerSheet: rowsPerSheet) { (frame) throws(WorkbookError) in
            try SummarySheet(numbers, frame).write()
        }
    }
}

extension ReportSummary: PlanSummary {
    package func rows(of report: Report) -> Int {
        switch report {
        case .engagement, .profile: contracts
        case .daily: days.count
        case .apps: apps.count
        default: preconditionFailure("\(report) is no report of engagement")
        }
    }

    package func page(_ facts: FileFacts) -> [UInt8] { ReportPage(ReportFacts(self, facts)).bytes }

    package func text(_ facts: FileFacts, _ style: Style, columns: Int?) -> String {
        ReportFacts(self, facts).text(style, columns: columns)
    }
}

extension WorkbookOrigin {
    var properties: WorkbookProperties {
        var title = "Watch time"
        if let first = days.min(), let last = days.max() { title += " \(first) to \(last)" }
        return WorkbookProperties(
            title: title, subject: "Seconds watched by contract and category", author: tool,
            comments: "Generation \(generation), \(files) files", day: days.max(),
            custom: [
                .number("Generation", generation), .text("Inputs digest", inputsDigest),
                .text("Category map digest", mapDigest),
            ], fewer: "days or contracts")
    }
}

extension CategoryMap {
    /// The columns of a report, in order.
    package func columns(_ report: Report) -> [TableColumn] {
        let categories = columnNames.map { TableColumn($0, .integer, hasUnit: true) }
        let total = TableColumn("TotalDuration", .integer, hasUnit: true)
        switch report {
        case .engagement:
            return [TableColumn("Contract", .text)] + categories
        case .profile:
            return [TableColumn("Contract", .text)] + categories + [
                total, TableColumn("MostWatch", .text), TableColumn("Taste", .text, width: 30),
                TableColumn("ActiveDays", .integer),
            ]
        case .daily:
            return [TableColumn("Date", .text, isDate: true), TableColumn("Contracts", .integer)] + categories + [
                total
            ]
        case .apps:
            return [
                TableColumn("AppName", .text), TableColumn("Category", .text), TableColumn("Records", .integer),
                TableColumn("Contracts", .integer), total,
            ]
        default: preconditionFailure("\(report) is no report of engagement")
        }
    }
}
