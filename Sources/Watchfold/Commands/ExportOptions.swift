//  The options of `export`, from the words of the command line to a request.

import DurableIO
import Records
import Reports

/// What was written on the command line.
package struct ExportOptions {
    /// Longest list of contracts, in bytes.
    static let maxListBytes = 1 << 30

    /// Nil for engagement, or for all reports where they go into one file.
    package var report: String?
    package var out: String?
    package var format: String?
    package var from: String?
    /// The last day, or a database, or both.
    package var to: [String] = []
    package var month: String?
    package var without: [String] = []
    package var generation: Int?
    package var contracts: String?
    package var categories: [String] = []
    package var top: Int?
    /// Each a period, or the column that `top` goes by.
    package var by: [String] = []
    package var sort: [String] = []
    package var columns: [String] = []
    package var minSeconds: Int64?
    package var unit: String?
    package var limit: Int?
    package var program: String?
    package var delimiter: String?
    /// Of the database.
    package var schema: String?

    package init(report: String?) { self.report = report }

    /// - Parameter read: the bytes of a file, or of standard input for `-`.
    /// - Throws: `CommandFailure` of usage for what cannot be, or cannot be combined; what `read` throws.
    func request(_ read: (String) throws -> [UInt8], exists: (String) throws -> Bool) throws -> ExportRequest {
        let name = report ?? Report.engagement.rawValue
        guard let report = Report(rawValue: name) else {
            throw refusal(
                "there is no report \"\(name)\"; choose \(Report.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        var request = ExportRequest(report, days: try days(), without: Set(without), generation: generation)
        var columnsOfTop: [String] = []
        for word in by {
            guard let period = CalendarPeriod(rawValue: word.lowercased()) else {
                columnsOfTop.append(word)
                continue
            }
            if request.period != nil { throw refusal("--by takes one of day, week and month, not two") }
            request.period = period
        }
        request.query = try query(columnsOfTop, read, exists)
        return request
    }

    /// The spreadsheet program that CSV is for, and what stands between the fields; nil for plain files.
    func sheet(_ format: ExportFormat) throws -> (SheetProgram, Delimiter)? {
        guard let program else {
            if delimiter != nil { throw refusal("--delimiter goes with --for; plain CSV has commas, TSV has tabs") }
            return nil
        }
        guard let known = SheetProgram(rawValue: program.lowercased()) else {
            let names = SheetProgram.allCases.map(\.rawValue).joined(separator: ", ")
            throw refusal("--for takes one of \(names), not \"\(program)\"")
        }
        if format != .table(.csv) { throw refusal("--for \(known.rawValue) is a kind of CSV, not of \(format.name)") }
        guard let delimiter else { return (known, .comma) }
        guard let chosen = Delimiter(delimiter) else {
            let names = Delimiter.allCases.map(\.rawValue).joined(separator: ", ")
            throw refusal("--delimiter takes one of \(names), not \"\(delimiter)\"")
        }
        return (known, chosen)
    }

    /// Whether all reports are wanted in one file: a workbook, when no report is named.
    ///
    /// - Throws: `CommandFailure` when it is, and what it is to hold are rows of one report.
    func isWhole(_ format: ExportFormat) throws -> Bool {
        guard format == .workbook, report == nil else { return false }
        let ofOneReport: [(String, Bool)] = [
            ("--contracts", contracts != nil), ("--category", !categories.isEmpty),
            ("--min-seconds", minSeconds != nil), ("--top", top != nil), ("--by", !by.isEmpty),
            ("--sort", !sort.isEmpty), ("--columns", !columns.isEmpty),
            ("--limit", limit != nil),
        ]
        if let option = ofOneReport.first(where: \.1)?.0 {
            throw refusal(
                "\(option) is about one report, and a workbook has them all; name one: "
                    + "watchfold export profile \(option) …")
        }
        return true
    }

    private func days() throws -> DayRange {
        guard let month else {
            let days = DayRange(first: try Session.day(from, "--from"), last: try Session.day(lastDay(), "--to"))
            if let first = days.first, let last = days.last, last < first {
                throw refusal("--from \(first) is after --to \(last)")
            }
            return days
        }
        if try from != nil || lastDay() != nil { throw refusal("--month cannot be combined with --from and --to") }
        let parts = month.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            let first = CalendarDay("\(month)-01")
        else { throw refusal("--month takes a month such as 2022-04, not \"\(month)\"") }
        let length = CalendarDay.daysIn(month: first.month, year: first.year)
        return DayRange(first: first, last: CalendarDay(year: first.year, month: first.month, day: length))
    }

    private func query(
        _ columnsOfTop: [String], _ read: (String) throws -> [UInt8], _ exists: (String) throws -> Bool
    ) throws -> RowQuery {
        var query = RowQuery()
        query.categories = categories
        query.minSeconds = minSeconds
        if let contracts { query.contracts = try filter(contracts, read, exists) }
        if !columns.isEmpty {
            query.columns = columns.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map(
                String.init)
        }
        if let unit {
            guard let known = DurationUnit(rawValue: unit.lowercased()) else {
                let names = DurationUnit.allCases.map(\.rawValue).joined(separator: ", ")
                throw refusal("--unit takes one of \(names), not \"\(unit)\"")
            }
            query.unit = known
        }
        if let top {
            if !sort.isEmpty || limit != nil {
                throw refusal("--top sorts and limits by itself; leave --sort and --limit out, or --top")
            }
            if top < 1 { throw refusal("--top takes a number from 1 on, not \(top)") }
            if columnsOfTop.count > 1 { throw refusal("--top goes by one column, not \(columnsOfTop.count)") }
            query.limit = top
            query.order = [RowOrder(columnsOfTop.first ?? "TotalDuration", isDescending: true)]
            return query
        }
        if let column = columnsOfTop.first {
            throw refusal("--by \(column): it takes day, week or month, or with --top the column to go by")
        }
        if let limit, limit < 0 { throw refusal("--limit takes a number from 0 on, not \(limit)") }
        query.limit = limit
        query.order = try sort.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map { word in
            let parts = word.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            switch (parts.count, parts.last?.lowercased()) {
            case (1, _), (2, "asc"): return RowOrder(parts[0])
            case (2, "desc"): return RowOrder(parts[0], isDescending: true)
            default: throw refusal("--sort takes a column, or a column and :desc, not \"\(word)\"")
            }
        }
        return query
    }

    /// A list when there is such a file, else a pattern.
    private func filter(
        _ text: String, _ read: (String) throws -> [UInt8], _ exists: (String) throws -> Bool
    ) throws -> ContractFilter {
        if try exists(text) { return ContractFilter(listing: try read(text)) }
        guard GlobPattern.isPattern(text) else {
            throw refusal(
                "--contracts \(Show.name(text)): there is no such file, and a pattern has *, ? or [ in it")
        }
        return .pattern(GlobPattern(text))
    }

    func refusal(_ message: String) -> CommandFailure { CommandFailure(.usage, message) }
}
