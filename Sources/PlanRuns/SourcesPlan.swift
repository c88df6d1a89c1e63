//  What every plan of SQL has beside its folds: the accounts of its files. Each file's own partial is one row: which source it
//  is of, how many bytes and records it has. So everything that is known of files, decided about them and said of them is the
//  same for such a plan as for any other.
//
//      sources.csv        Source,Records,Bytes
//                         events,4500000,812345678

import Columns
import Folding
import Plans
import Records
import Reports
import Tables
import Wording

/// The accounts of a plan's files.
package struct SourcesPlan: Plan {
    package static let sources = Report("sources", isByKey: true)

    package let settings: PlanSettings

    package init(_ plan: PlanFolder) {
        let names = plan.file.sources.map(\.name)
        let group = GroupRule(Self.everything, names)
        var fold = FoldPlan(
            name: plan.file.name, keys: ["Source"], keyPaths: [FieldPath([["source"]])],
            keyWords: [FieldWords(label: "source", noun: "source", plural: "sources")], value: "Bytes",
            valuePath: FieldPath([["bytes"]]),
            valueWords: FieldWords(label: "bytes", noun: "size", plural: "sizes"), unit: "bytes", ignoredKeys: [],
            keepsNegativeValues: false)
        fold.details = plan.file.sources.map { FoldDetail(files: $0.files, lines: $0.rowLines) }
        settings = PlanSettings(
            fold: fold, ignoreExample: "[]",
            grouping: KeyGrouping(
                setting: "groups", noun: "group", key: 0, columnSuffix: "Bytes", takenName: "Source",
                ungroupedReport: Self.sources.fileName, example: group, builtIn: [group]),
            reportFiles: [Self.sources.fileName], readsRecords: false)
    }

    private static let everything = "All"

    package var reports: [Report] { [Self.sources] }
    package var profile: Report { Self.sources }
    package var topColumn: String { "Bytes" }
    package var help: PlanHelp {
        PlanHelp(
            abstract: "Tables of a plan.", discussion: "Folds of a plan.", report: "The sources of a plan.",
            top: "Sources with the most bytes.", generatedKeys: "Keys.", shortColumn: "columns have no short names",
            pattern: "*", exports: [])
    }

    package func reports(_ groups: [GroupRule]) throws -> any PlanReports {
        SourceReports(owner: self, groups: settings.grouping.builtIn)
    }

    package func reports(canonicalText text: String) -> (any PlanReports)? {
        let reports = SourceReports(owner: self, groups: settings.grouping.builtIn)
        return text == reports.canonicalText ? reports : nil
    }
}

private struct SourceReports: PlanReports {
    let owner: SourcesPlan
    let groups: [GroupRule]

    var plan: any Plan { owner }
    var canonicalText: String { "sources 1\n" }

    func group(of label: String) -> Int? { groups[0].members.contains(label) ? 0 : nil }

    func columns(_ report: Report) -> [TableColumn] {
        [TableColumn("Source", .text), TableColumn("Records", .integer), TableColumn("Bytes", .integer)]
    }

    func pass(_ schema: KeyedSchema, _ outputs: [ReportOutput]) throws(ReportError) -> any ReportPass {
        SourcePass(self, outputs)
    }

    func encoder(
        _ query: ReportQuery, _ report: Report, by period: CalendarPeriod?, inner: any TableEncoder
    ) throws(QueryError) -> QueryEncoder {
        var columns = columns(report)
        if period != nil { columns.insert(TableColumn("Period", .text), at: 1) }
        var table = TableQuery(ColumnNames("the \(report.name) report", columns, aliases: []))
        table.limit = query.limit
        table.isTop = query.isTop
        try table.sort(by: query.order)
        if let columns = query.columns { try table.choose(columns) }
        return QueryEncoder(table, filter: nil, hasPeriod: period != nil, inner: inner)
    }

    func counter(top: Int) -> any SummaryCounter { SourceCounter(reports: self) }

    func workbook(
        _ summary: (any PlanSummary)?, _ origin: WorkbookOrigin, _ tables: [WorkbookTable], rowsPerSheet: Int
    ) -> Workbook {
        Workbook(
            WorkbookProperties(title: owner.settings.fold.name, subject: "Sources", author: origin.tool, comments: ""),
            tables, rowsPerSheet: rowsPerSheet)
    }
}

private struct SourceCounter: SummaryCounter {
    let reports: SourceReports
    var outputs: [ReportOutput] { [] }
    func summary(_ receipt: Receipt) -> any PlanSummary { SourceSummary(receipt: receipt) }
}

private struct SourceSummary: PlanSummary {
    let receipt: Receipt

    private var lines: [String] {
        receipt.files.map { file in
            "\(Show.name(file.name)): \(Show.count(file.counts.folded, "record"))"
        } + ["\(Show.count(receipt.files.count, "file")), \(Show.count(Int(receipt.totals.records), "record"))"]
    }

    func rows(of report: Report) -> Int { receipt.totals.groupedKeys }

    func page(_ facts: FileFacts) -> [UInt8] {
        func escaped(_ text: String) -> String {
            text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
        }
        let items = lines.map { "<li>\(escaped($0))</li>\n" }.joined()
        return Array(
            "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Sources</title>\n<ul>\n\(items)</ul>\n"
                .utf8)
    }

    func text(_ facts: FileFacts, _ style: Style, columns: Int?) -> String {
        lines.map { $0 + "\n" }.joined()
    }
}

/// Sources are few: all rows are kept until the end.
private final class SourcePart: ReportPart {
    fileprivate var sums: [String: (records: Int64, bytes: Int64)] = [:]

    func consume(_ batch: KeyedBatch) {
        for row in 0..<batch.count {
            let sum = sums[batch.keys[0][row]] ?? (0, 0)
            sums[batch.keys[0][row]] = (sum.records + batch.measures[1][row], sum.bytes + batch.measures[0][row])
        }
    }

    func finish() {}
    func removeAll() { sums = [:] }
}

private final class SourcePass: ReportPass {
    private let reports: SourceReports
    private let outputs: [ReportOutput]
    private let all = SourcePart()

    init(_ reports: SourceReports, _ outputs: [ReportOutput]) { (self.reports, self.outputs) = (reports, outputs) }

    var canBeMadeInParts: Bool { true }
    func makePart() -> SourcePart { SourcePart() }
    func consume(_ batch: KeyedBatch) { all.consume(batch) }

    func append(_ part: SourcePart) {
        for (source, sum) in part.sums {
            let before = all.sums[source] ?? (0, 0)
            all.sums[source] = (before.records + sum.records, before.bytes + sum.bytes)
        }
    }

    func finish(_ days: DaySums) throws(ReportError) -> PassResult {
        let rows = all.sums.sorted { ByteOrdered($0.key) < ByteOrdered($1.key) }
        var result = PassResult(
            written: [],
            labels: rows.map { source, sum in
                PassResult.Label(
                    name: source, group: reports.group(of: source), records: Int128(sum.records), keys: 1,
                    sum: Int128(sum.bytes))
            }, keys: rows.count, groupedKeys: rows.count)
        for output in outputs {
            do {
                try output.encoder.begin(reports.columns(output.report))
                var arena = TextArena()
                let columns: [OwnedColumn] = [
                    .text(rows.map { arena.keep($0.key) }), .integers(rows.map(\.value.records)),
                    .integers(rows.map(\.value.bytes)),
                ]
                try columns.lend(rows.count) { try output.encoder.append($0) }
                try output.encoder.finish()
                withExtendedLifetime(arena) {}
            } catch { throw .output(output.report, cause: error) }
            result.written.append(.init(report: output.report, rows: rows.count, bytes: output.encoder.bytesWritten))
        }
        return result
    }
}
