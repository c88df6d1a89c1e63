//  The first sheet of a workbook: what a manager wants to see.
//
//      title, period
//      contracts   hours   records …
//      ┌ tables, one below the other ┐  ┌ charts, two side by side ┐
//      │ by category                 │  │ hours     most watched   │
//      │ tastes                      │  │ tastes    active days    │
//      │ active days                 │  │ hours by day             │
//      │ records, missing days       │  └──────────────────────────┘
//      │ by day                      │
//      └─────────────────────────────┘
//
//  Charts are drawn from the tables beside them.

import Records
import Tables

/// Writes the summary.
struct SummarySheet {
    static let name = "Summary"
    /// Tastes that have a row of their own.
    private static let mostTastes = 12
    /// Groups of active days, at most.
    private static let mostGroups = 40
    /// Days that have a row: the last ones, when there are more. All are on the sheet Daily.
    private static let mostDays = 366
    /// Of rows with large letters, in points.
    private static let tallRow = 26.0
    /// Gaps, reasons, and apps that are named; there may be thousands.
    private static let mostNamed = 20

    private let summary: ReportSummary
    private let frame: WorkbookFrame

    init(_ summary: ReportSummary, _ frame: WorkbookFrame) {
        self.summary = summary
        self.frame = frame
    }

    /// A column of a table on the sheet.
    private struct Column {
        var name: String
        var format: CellFormat
        var values: [Value]
        /// What the last row says instead, when there is one.
        var sum: Value?
    }

    private enum Value {
        case text(String)
        case number(Double)
        case none
    }

    /// Where a table's rows are, without header and sum.
    private struct Place {
        var first: Int
        var last: Int

        func range(_ column: Int) -> String {
            SheetChart.range(SummarySheet.name, column: column, rows: first...last)
        }
    }

    func write() throws(WorkbookError) {
        let sheet = try frame.addSheet(Self.name)
        try frame.setWidth(30, sheet, 0...0)
        try frame.setWidth(16, sheet, 1...5)
        try frame.setWidth(3, sheet, 6...6)
        for row in [0, 4] { try frame.setHeight(Self.tallRow, sheet, row: row) }
        try frame.setPage(sheet)
        frame.showFirst(sheet)
        try writeHead(sheet)
        var row = 7
        let categories = try write(table("Seconds by category", categoryColumns), sheet, &row)
        let tastes = try write(table("Taste combinations", tasteColumns), sheet, &row)
        let activeDays = try write(table("Active days", activeDayColumns), sheet, &row)
        _ = try write(table("Records", recordColumns), sheet, &row)
        if !summary.missingDays.isEmpty {
            _ = try write(table("Missing days", missingDayColumns), sheet, &row)
        }
        if !summary.unmappedApps.isEmpty {
            _ = try write(table("Apps in no category", unmappedColumns), sheet, &row)
        }
        _ = try write(table("Made from", originColumns), sheet, &row)
        let days = try write(table(dayTitle, dayColumns), sheet, &row)
        try addCharts(sheet, categories, tastes, activeDays, days)
    }

    // MARK: The head

    private func writeHead(_ sheet: WorkbookFrame.Sheet) throws(WorkbookError) {
        try frame.write("Watch time", sheet, 0, 0, .title)
        let days = summary.receipt.days.count
        var period = "no day is known"
        if let range = summary.period {
            period = "\(range.lowerBound) to \(range.upperBound), \(days) \(days == 1 ? "day" : "days")"
        }
        let files = summary.receipt.files.count
        try frame.write(
            "\(period) · \(files) \(files == 1 ? "file" : "files") · generation \(summary.receipt.generation)", sheet,
            1,
            0, .subtitle)
        let missing = summary.missingDays.reduce(0) {
            $0 + $1.upperBound.daysSinceEpoch - $1.lowerBound.daysSinceEpoch + 1
        }
        let contracts = Double(summary.contracts)
        let headlines: [(String, Double, CellFormat)] = [
            ("Contracts", contracts, .headline), ("Hours", hours(summary.seconds), .headline),
            ("Hours a contract", contracts > 0 ? hours(summary.seconds) / contracts : 0, .headlineDecimal),
            ("Records", Double(summary.receipt.totals.records), .headline),
            ("Missing days", Double(missing), .headline),
            ("Rejected records", Double(summary.outcomes.rejectedTotal), .headline),
        ]
        for (column, (label, value, format)) in headlines.enumerated() {
            try frame.write(label, sheet, 3, column, .headlineLabel)
            try frame.write(value, sheet, 4, column, format)
        }
    }

    private func hours(_ seconds: Int128) -> Double { Double(seconds) / 3600 }

    // MARK: Tables

    private func table(_ title: String, _ columns: [Column]) -> (title: String, columns: [Column]) { (title, columns) }

    /// Writes a table from a row on, and leaves the row where the next one begins.
    private func write(
        _ table: (title: String, columns: [Column]), _ sheet: WorkbookFrame.Sheet, _ row: inout Int
    ) throws(WorkbookError) -> Place {
        try frame.write(table.title, sheet, row, 0, .section)
        let count = table.columns[0].values.count
        let place = Place(first: row + 2, last: row + 1 + count)
        for (index, column) in table.columns.enumerated() {
            try frame.write(
                column.name, sheet, row + 1, index, column.format == .text ? .header : .numberHeader)
            for (offset, value) in column.values.enumerated() {
                try write(value, sheet, place.first + offset, index, column.format)
            }
            guard let sum = column.sum else { continue }
            let format: CellFormat =
                switch column.format {
                case .share: .sumShare
                case .text: .sumText
                default: .sumInteger
                }
            try write(sum, sheet, place.last + 1, index, format)
        }
        row = place.last + (table.columns[0].sum == nil ? 2 : 3)
        return place
    }

    private func write(
        _ value: Value, _ sheet: WorkbookFrame.Sheet, _ row: Int, _ column: Int, _ format: CellFormat
    ) throws(WorkbookError) {
        switch value {
        case .text(let text): try frame.write(text, sheet, row, column, format)
        case .number(let number): try frame.write(number, sheet, row, column, format)
        case .none: try frame.writeBlank(sheet, row, column, format)
        }
    }

    private func share(_ part: Double, of whole: Double) -> Value { .number(whole > 0 ? part / whole : 0) }

    private var categoryColumns: [Column] {
        let categories = summary.categories
        let all = Double(summary.seconds)
        func numbers(_ value: (ReportSummary.Category) -> Double) -> [Value] { categories.map { .number(value($0)) } }
        return [
            Column(name: "Category", format: .text, values: categories.map { .text($0.name) }, sum: .text("All")),
            Column(
                name: "Seconds", format: .integer, values: numbers { Double($0.seconds) }, sum: .number(all)),
            Column(
                name: "Hours", format: .integer, values: numbers { hours($0.seconds) },
                sum: .number(hours(summary.seconds))),
            Column(
                name: "Share", format: .share, values: categories.map { share(Double($0.seconds), of: all) },
                sum: share(all, of: all)),
            Column(
                name: "Contracts", format: .integer, values: numbers { Double($0.contracts) },
                sum: .number(Double(summary.contracts))),
            Column(
                name: "Most watched by", format: .integer, values: numbers { Double($0.mostWatched) },
                sum: .number(Double(categories.reduce(0) { $0 + $1.mostWatched }))),
        ]
    }

    private var tasteColumns: [Column] {
        var tastes = summary.tastes.map {
            let name = $0.name.isEmpty ? "(none)" : $0.name
            return ReportSummary.Taste(name: name, contracts: $0.contracts, seconds: $0.seconds)
        }
        if tastes.count > Self.mostTastes {
            let others = tastes[(Self.mostTastes - 1)...]
            let sum = ReportSummary.Taste(
                name: "\(others.count) others", contracts: others.reduce(0) { $0 + $1.contracts },
                seconds: others.reduce(0) { $0 + $1.seconds })
            tastes = tastes.prefix(Self.mostTastes - 1) + [sum]
        }
        let contracts = Double(summary.contracts)
        return [
            Column(name: "Taste", format: .text, values: tastes.map { .text($0.name) }),
            Column(name: "Contracts", format: .integer, values: tastes.map { .number(Double($0.contracts)) }),
            Column(name: "Share", format: .share, values: tastes.map { share(Double($0.contracts), of: contracts) }),
            Column(name: "Hours", format: .integer, values: tastes.map { .number(hours($0.seconds)) }),
        ]
    }

    private var activeDayColumns: [Column] {
        let counts = summary.activeDays.isEmpty ? [0] : summary.activeDays
        // No days have a row only when somebody is in it.
        let first = counts[0] > 0 || counts.count == 1 ? 0 : 1
        let width = max(1, (counts.count - first + Self.mostGroups - 1) / Self.mostGroups)
        let groups = stride(from: first, to: counts.count, by: width).map { start in
            let end = min(start + width, counts.count)
            return (
                name: end - start > 1 ? "\(start)–\(end - 1)" : "\(start)", contracts: counts[start..<end].reduce(0, +)
            )
        }
        let contracts = Double(summary.contracts)
        return [
            Column(name: "Days", format: .text, values: groups.map { .text($0.name) }),
            Column(name: "Contracts", format: .integer, values: groups.map { .number(Double($0.contracts)) }),
            Column(name: "Share", format: .share, values: groups.map { share(Double($0.contracts), of: contracts) }),
        ]
    }

    private var recordColumns: [Column] {
        let counts = summary.outcomes
        let reasons = counts.rejected.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        let rows =
            [
                ("Read", counts.read), ("Folded", counts.folded), ("… with a field of another type", counts.coerced),
                ("Ignored", counts.ignored), ("Rejected", counts.rejectedTotal),
            ] + reasons.map { ("… \($0.key.rawValue)", $0.value) }
        return [
            Column(name: "Outcome", format: .text, values: rows.map { .text($0.0) }),
            Column(name: "Records", format: .integer, values: rows.map { .number(Double($0.1)) }),
            Column(
                name: "Share", format: .share, values: rows.map { share(Double($0.1), of: Double(counts.read)) }),
        ]
    }

    private var missingDayColumns: [Column] {
        let gaps = summary.missingDays
        var rows = gaps.prefix(Self.mostNamed).map { gap in
            let count = gap.upperBound.daysSinceEpoch - gap.lowerBound.daysSinceEpoch + 1
            return (name: count == 1 ? "\(gap.lowerBound)" : "\(gap.lowerBound) to \(gap.upperBound)", days: count)
        }
        let others = gaps.dropFirst(Self.mostNamed)
        if !others.isEmpty {
            let days = others.reduce(0) { $0 + $1.upperBound.daysSinceEpoch - $1.lowerBound.daysSinceEpoch + 1 }
            rows.append(("\(others.count) more gaps", days))
        }
        return [
            Column(name: "No file of", format: .text, values: rows.map { .text($0.name) }),
            Column(name: "Days", format: .integer, values: rows.map { .number(Double($0.days)) }),
        ]
    }

    private var unmappedColumns: [Column] {
        let apps = summary.unmappedApps.sorted { $0.seconds > $1.seconds }.prefix(Self.mostNamed)
        return [
            Column(name: "App", format: .text, values: apps.map { .text($0.name) }),
            Column(name: "Seconds", format: .integer, values: apps.map { .number(Double($0.seconds)) }),
            Column(name: "Hours", format: .integer, values: apps.map { .number(hours(Int128($0.seconds))) }),
            Column(name: "Contracts", format: .integer, values: apps.map { .number(Double($0.contracts)) }),
            Column(name: "Records", format: .integer, values: apps.map { .number(Double($0.records)) }),
        ]
    }

    /// What tells this workbook from others.
    private var originColumns: [Column] {
        let receipt = summary.receipt
        let rows = [
            ("Program", receipt.tool), ("Generation", String(receipt.generation)), ("Inputs", receipt.inputsDigest),
            ("Category map", receipt.mapDigest),
        ]
        return [
            Column(name: "Origin", format: .text, values: rows.map { .text($0.0) }),
            Column(name: "", format: .text, values: rows.map { .text($0.1) }),
        ]
    }

    private var dayTitle: String {
        summary.days.count > Self.mostDays
            ? "The last \(Self.mostDays) of \(summary.days.count) days" : "Hours by day"
    }

    private var dayColumns: [Column] {
        let days = summary.days.suffix(Self.mostDays)
        return [
            Column(name: "Date", format: .text, values: days.map { .text($0.day.map { "\($0)" } ?? "(no date)") }),
            Column(
                name: "Seconds", format: .integer, values: days.map { .number(Double($0.total)) }),
            Column(name: "Hours", format: .integer, values: days.map { .number(hours(Int128($0.total))) }),
            Column(name: "Contracts", format: .integer, values: days.map { .number(Double($0.contracts)) }),
        ]
    }

    // MARK: Charts

    private func addCharts(
        _ sheet: WorkbookFrame.Sheet, _ categories: Place, _ tastes: Place, _ activeDays: Place, _ days: Place
    ) throws(WorkbookError) {
        let (left, right) = (7, 15)
        try add("Hours by category", .columns, (categories, 2), sheet, 6, left)
        try add("Most watched: contracts by category", .columns, (categories, 5), sheet, 6, right)
        try add("Taste combinations: contracts", .bars, (tastes, 1), sheet, 22, left)
        try add("Active days: contracts", .histogram, (activeDays, 1), sheet, 22, right)
        try add("Hours by day", .series, (days, 2), sheet, 38, left)
    }

    /// Puts a chart of one column of a table, by the table's first column, at a cell.
    private func add(
        _ title: String, _ shape: SheetChart.Shape, _ source: (place: Place, column: Int),
        _ sheet: WorkbookFrame.Sheet, _ row: Int, _ column: Int
    ) throws(WorkbookError) {
        if source.place.last < source.place.first { return }
        // Negative durations may be kept.
        let chart = SheetChart(
            title: title, shape: shape, names: source.place.range(0), values: source.place.range(source.column),
            beginsAtZero: !summary.days.contains { $0.total < 0 })
        try frame.add(chart, sheet, row, column)
    }
}
