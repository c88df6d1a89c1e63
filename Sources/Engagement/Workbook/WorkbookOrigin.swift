//  A workbook of reports: its properties, and the summary before its tables.

import Records
import Tables

/// What a workbook is made from.
package struct WorkbookOrigin: Sendable {
    package var tool: String
    package var generation: Int
    package var inputsDigest: String
    package var mapDigest: String
    /// The dates of the files.
    package var days: Set<CalendarDay>
    package var files: Int

    package init(
        tool: String, generation: Int, inputsDigest: String, mapDigest: String, days: Set<CalendarDay>, files: Int
    ) {
        self.tool = tool
        self.generation = generation
        self.inputsDigest = inputsDigest
        self.mapDigest = mapDigest
        self.days = days
        self.files = files
    }

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

extension Workbook {
    /// - Parameters:
    ///   - summary: of the first sheet; nil for a workbook without one.
    ///   - origin: what it is made from.
    package init(
        _ summary: ReportSummary?, _ origin: WorkbookOrigin, _ tables: [WorkbookTable],
        rowsPerSheet: Int = sheetRows - 1
    ) {
        guard let summary else {
            self.init(origin.properties, tables, rowsPerSheet: rowsPerSheet)
            return
        }
        self.init(origin.properties, tables, rowsPerSheet: rowsPerSheet) { (frame) throws(WorkbookError) in
            try SummarySheet(summary, frame).write()
        }
    }
}
