//  A second plan, as small as one can be: it keeps all rows and sorts them. What publishes, exports and decides must be able
//  to do with it what it does with the built-in one.

import Folding
import Records
import Reports
import Tables
import Wording

/// How often each user played the shows of each genre.
struct PlaysPlan: Plan {
    static let plays = Report("plays", isByKey: true)
    static let shows = Report("shows")

    var settings: PlanSettings { .plays }
    var reports: [Report] { [Self.plays, Self.shows] }
    var profile: Report { Self.plays }
    var topColumn: String { "AllPlays" }
    var help: PlanHelp {
        PlanHelp(
            abstract: "Plays.", discussion: "Plays by user.", report: "Plays", top: "Users.", generatedKeys: "Users.",
            shortColumn: "News is short for NewsPlays", pattern: "U*", exports: [])
    }

    func reports(_ groups: [GroupRule]) throws -> any PlanReports {
        if groups.isEmpty { throw Refused(.request, "there is no genre") }
        return PlaysReports(groups: groups)
    }

    func reports(canonicalText text: String) -> (any PlanReports)? {
        let lines = text.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
        return lines.isEmpty ? nil : PlaysReports(groups: lines.map { GroupRule($0[0], Array($0.dropFirst())) })
    }
}

extension PlanSettings {
    /// Plays by user and show; shows in genres.
    static let plays = PlanSettings(
        fold: FoldPlan(
            name: "plays", keys: ["User", "Show"], keyPaths: [FieldPath([["User"]]), FieldPath([["Show"]])],
            keyWords: [
                FieldWords(
                    label: "user", noun: "user", plural: "users", names: FieldNames(likely: ["listener"])),
                FieldWords(
                    label: "show", noun: "event", plural: "events",
                    names: FieldNames(likely: ["broadcast"], misleading: ["late"])),
            ],
            value: "Plays", valuePath: FieldPath([["Plays"]]),
            valueWords: FieldWords(
                label: "plays", noun: "number", plural: "numbers", names: FieldNames(likely: ["spins"])),
            unit: "plays", ignoredKeys: [], keepsNegativeValues: false),
        ignoreExample: "[\"-\"]",
        grouping: KeyGrouping(
            setting: "genres", noun: "genre", key: 1, columnSuffix: "Plays", takenName: "All",
            ungroupedReport: "shows.csv", example: GroupRule("News", ["MORNING"]),
            builtIn: [GroupRule("News", ["MORNING"])]),
        reportFiles: ["plays.csv", "shows.csv"])
}

private struct PlaysReports: PlanReports {
    let groups: [GroupRule]

    var plan: any Plan { PlaysPlan() }
    var canonicalText: String { groups.map { ([$0.name] + $0.members).joined(separator: "\t") + "\n" }.joined() }

    func group(of label: String) -> Int? { groups.firstIndex { $0.members.contains(label) } }

    func columns(_ report: Report) -> [TableColumn] {
        report == PlaysPlan.plays
            ? [TableColumn("User", .text)] + groups.map { TableColumn($0.name + "Plays", .integer) }
                + [TableColumn("AllPlays", .integer)]
            : [TableColumn("Show", .text), TableColumn("Records", .integer), TableColumn("AllPlays", .integer)]
    }

    func pass(_ schema: KeyedSchema, _ outputs: [ReportOutput]) throws(ReportError) -> any ReportPass {
        PlaysPass(self, outputs)
    }

    func encoder(
        _ query: ReportQuery, _ report: Report, by period: CalendarPeriod?, inner: any TableEncoder
    ) throws(QueryError) -> QueryEncoder {
        if period != nil { throw QueryError("plays are not of days") }
        var table = TableQuery(ColumnNames("the \(report.name) report", columns(report), aliases: []))
        table.limit = query.limit
        table.isTop = query.isTop
        try table.sort(by: query.order)
        if let columns = query.columns { try table.choose(columns) }
        return QueryEncoder(table, filter: nil, hasPeriod: false, inner: inner)
    }

    func counter(top: Int) -> any SummaryCounter { PlaysTally() }

    func workbook(
        _ summary: (any PlanSummary)?, _ origin: WorkbookOrigin, _ tables: [WorkbookTable], rowsPerSheet: Int
    ) -> Workbook {
        Workbook(
            WorkbookProperties(title: "Plays", subject: "Plays", author: origin.tool, comments: ""), tables,
            rowsPerSheet: rowsPerSheet)
    }
}

private struct PlaysTally: SummaryCounter {
    var outputs: [ReportOutput] { [] }
    func summary(_ receipt: Receipt) -> any PlanSummary { PlaysSummary(receipt: receipt) }
}

private struct PlaysSummary: PlanSummary {
    let receipt: Receipt

    func rows(of report: Report) -> Int { receipt.totals.groupedKeys }
    func page(_ facts: FileFacts) -> [UInt8] { Array("<!DOCTYPE html>".utf8) }
    func text(_ facts: FileFacts, _ style: Style, columns: Int?) -> String { "\(receipt.totals.sum) plays\n" }
}

private final class PlaysPart: ReportPart {
    var batches: [KeyedBatch] = []
    func consume(_ batch: KeyedBatch) { batches.append(batch) }
    func finish() {}
    func removeAll() { batches = [] }
}

private final class PlaysPass: ReportPass {
    private let reports: PlaysReports
    private let outputs: [ReportOutput]
    private var rows: [(user: String, show: String, plays: Int64, records: Int64)] = []

    init(_ reports: PlaysReports, _ outputs: [ReportOutput]) { (self.reports, self.outputs) = (reports, outputs) }

    var canBeMadeInParts: Bool { true }
    func makePart() -> PlaysPart { PlaysPart() }
    func append(_ part: PlaysPart) { part.batches.forEach(consume) }

    func consume(_ batch: KeyedBatch) {
        for row in 0..<batch.count {
            rows.append((batch.keys[0][row], batch.keys[1][row], batch.measures[0][row], batch.measures[1][row]))
        }
    }

    func finish(_ days: DaySums) throws(ReportError) -> PassResult {
        let shows = Dictionary(grouping: rows, by: \.show).sorted { $0.key < $1.key }
        let users = Dictionary(grouping: rows.filter { reports.group(of: $0.show) != nil }, by: \.user)
        var result = PassResult(
            written: [],
            labels: shows.map { show, rows in
                PassResult.Label(
                    name: show, group: reports.group(of: show), records: rows.reduce(0) { $0 + Int128($1.records) },
                    keys: rows.count, sum: rows.reduce(0) { $0 + Int128($1.plays) })
            }, keys: Set(rows.map(\.user)).count, groupedKeys: users.count)
        for output in outputs {
            let table: [(String, [Int64])] =
                output.report == PlaysPlan.plays
                ? users.sorted { $0.key < $1.key }.map { user, rows in
                    let sums = reports.groups.indices.map { group in
                        rows.filter { reports.group(of: $0.show) == group }.reduce(0) { $0 + $1.plays }
                    }
                    return (user, sums + [sums.reduce(0, +)])
                } : result.labels.map { ($0.name, [Int64($0.records), Int64($0.sum)]) }
            do {
                try write(table, output)
            } catch { throw .output(output.report, cause: error) }
            result.written.append(.init(report: output.report, rows: table.count, bytes: output.encoder.bytesWritten))
        }
        return result
    }

    private func write(_ table: [(String, [Int64])], _ output: ReportOutput) throws {
        let columns = reports.columns(output.report)
        try output.encoder.begin(columns)
        var arena = TextArena()
        let owned: [OwnedColumn] =
            [.text(table.map { arena.keep($0.0) })]
            + (0..<columns.count - 1).map { column in .integers(table.map { $0.1[column] }) }
        try owned.lend(table.count) { try output.encoder.append($0) }
        try output.encoder.finish()
        withExtendedLifetime(arena) {}
    }
}
