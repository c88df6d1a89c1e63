//  Which rows and columns of a report are wanted, in which order, and in which unit.
//
//      report ─▶ contracts? category? seconds? ─▶ order, limit ─▶ columns, unit ─▶ encoder
//
//  A row is kept when it passes every filter. Rows keep the report's own order, or are sorted; rows that are equal then
//  stay in the report's order, so that the answer is always the same. The limit comes last.

import Records

/// The unit of the columns that are in seconds.
package enum DurationUnit: String, Sendable, CaseIterable {
    case seconds
    /// With two places behind the point, rounded half away from zero; `TVDuration` becomes `TVMinutes`.
    case minutes
    /// With two places behind the point, rounded half away from zero; `TVDuration` becomes `TVHours`.
    case hours
    /// Hours, minutes and seconds: `27:46:40`.
    case hms

    static let places = 2

    func column(_ column: ReportColumn) -> ReportColumn {
        guard column.isSeconds, self != .seconds else { return column }
        func renamed(_ unit: String) -> String {
            column.name.hasSuffix(Self.suffix) ? column.name.dropLast(Self.suffix.count) + unit : column.name + unit
        }
        switch self {
        case .seconds: return column
        case .minutes: return ReportColumn(renamed("Minutes"), .decimal(places: Self.places))
        case .hours: return ReportColumn(renamed("Hours"), .decimal(places: Self.places))
        case .hms: return ReportColumn(column.name, .duration)
        }
    }

    private static let suffix = "Duration"

    /// Seconds in the unit of the column: hundredths of a minute or an hour, else seconds.
    ///
    ///     minutes: 90 seconds are 150 hundredths, 1 second is 2 (0.0166… rounded)
    func value(_ seconds: Int64) -> Int64 {
        let unit: Int64
        switch self {
        case .seconds, .hms: return seconds
        case .minutes: unit = 60
        case .hours: unit = 3600
        }
        // 100 / unit is 5 / 3 or 1 / 36; the sum of the rounded rest and the whole fits, being smaller or not much larger.
        let scaled = Int128(seconds) * 100
        let half = Int128(unit / 2)
        let rounded = (scaled + (scaled < 0 ? -half : half)) / Int128(unit)
        return Int64(clamping: rounded)
    }
}

/// How rows are sorted.
package struct RowOrder: Sendable, Equatable {
    package var column: String
    package var isDescending: Bool

    package init(_ column: String, isDescending: Bool = false) {
        self.column = column
        self.isDescending = isDescending
    }
}

/// What is asked of a report. The default is the report as it is.
package struct RowQuery: Sendable {
    package var contracts: ContractFilter?
    /// Rows with seconds in one of these categories; for apps, the apps of one of them. Names of categories.
    package var categories: [String] = []
    /// Rows with at least so many seconds: in the chosen categories, or in all.
    package var minSeconds: Int64?
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
        contracts == nil && categories.isEmpty && minSeconds == nil && order.isEmpty && limit == nil && columns == nil
            && unit == .seconds
    }
}

/// Why a query cannot be answered. The text is for the person who asked.
package struct QueryError: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    init(_ description: String) { self.description = description }
}

/// A query with its names looked up.
struct ResolvedQuery {
    /// A value of a row.
    enum Value: Equatable {
        case column(Int)
        /// The sum of the columns of all categories.
        case total
    }

    let query: RowQuery
    /// Where the report's columns of seconds by category begin, if it has them.
    let firstCategory: Int?
    let categoryCount: Int
    /// Positions in the map of the chosen categories.
    let categories: [Int]
    let order: [(value: Value, isDescending: Bool)]
    /// Positions in the report of the columns that are wanted.
    let columns: [Int]
    /// What the reader gets.
    let outputColumns: [ReportColumn]
    /// The value to be compared with the least number of seconds, when no category is chosen.
    let seconds: Value

    /// The report's own columns, and behind the first one that of the period, if there is one.
    static func columns(_ report: Report, _ map: CategoryMap, _ period: CalendarPeriod?) -> [ReportColumn] {
        var columns = report.columns(map)
        if let period {
            columns.insert(ReportColumn(period.rawValue.capitalizedFirst, .text, isDate: period == .day), at: 1)
        }
        return columns
    }

    /// - Throws: `QueryError` for a name that the report does not have, and for what makes no sense with it.
    init(_ query: RowQuery, _ report: Report, _ map: CategoryMap, _ period: CalendarPeriod?) throws(QueryError) {
        if report == .daily, period != nil {
            throw QueryError(
                "the daily report has a row for each day already; engagement, profile and apps can be had by \(CalendarPeriod.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        let columns = Self.columns(report, map, period)
        self.query = query
        categoryCount = map.categories.count
        let first = columns.firstIndex { $0.name == map.columnNames[0] }
        firstCategory = report == .apps ? nil : first
        if !report.isOfContracts, query.contracts != nil {
            throw QueryError(
                "the \(report.rawValue) report is not of single contracts; choose engagement or profile, by day if you like"
            )
        }
        if report == .daily, !query.categories.isEmpty {
            throw QueryError("the daily report has a column for each category; choose with --columns Date,…")
        }
        var categories: [Int] = []
        for name in query.categories {
            guard let index = Self.index(of: name, in: map.categories.map(\.name)) else {
                let names = map.categories.map(\.name)
                throw QueryError(
                    "there is no category \"\(name)\"; \(Self.meant(name, names))there are "
                        + names.joined(separator: ", "))
            }
            categories.append(index)
        }
        self.categories = categories
        func value(_ name: String) throws(QueryError) -> Value {
            if let index = Self.column(name, columns, map) { return .column(index) }
            if Self.isSame(name, "TotalDuration"), report == .engagement { return .total }
            throw Self.unknown(name, report, columns, map)
        }
        var order: [(Value, Bool)] = []
        for each in query.order { order.append((try value(each.column), each.isDescending)) }
        self.order = order
        seconds = try value("TotalDuration")
        var chosen: [Int] = []
        for name in query.columns ?? [] {
            guard let index = Self.column(name, columns, map) else {
                throw Self.unknown(name, report, columns, map)
            }
            if chosen.contains(index) { throw QueryError("column \(columns[index].name) is named twice") }
            chosen.append(index)
        }
        self.columns = query.columns == nil ? Array(columns.indices) : chosen
        if self.columns.isEmpty { throw QueryError("no column is named") }
        outputColumns = self.columns.map { query.unit.column(columns[$0]) }
        // A category that is named like another's unit: "X" and "XMinutes" do not meet, but who knows what else.
        if Set(outputColumns.map { $0.name.lowercased() }).count < outputColumns.count {
            throw QueryError("two columns would have the same name in \(query.unit.rawValue)")
        }
    }

    private static func isSame(_ a: String, _ b: String) -> Bool { a.lowercased() == b.lowercased() }

    private static func index(of name: String, in names: [String]) -> Int? {
        names.firstIndex(of: name) ?? names.firstIndex { isSame($0, name) }
    }

    /// A column by its name, or by the name of its category.
    private static func column(_ name: String, _ columns: [ReportColumn], _ map: CategoryMap) -> Int? {
        if let index = index(of: name, in: columns.map(\.name)) { return index }
        guard let category = index(of: name, in: map.categories.map(\.name)) else { return nil }
        return columns.firstIndex { $0.name == map.columnNames[category] }
    }

    private static func unknown(
        _ name: String, _ report: Report, _ columns: [ReportColumn], _ map: CategoryMap
    ) -> QueryError {
        let names = columns.map(\.name)
        let comma = names.first { $0.contains(",") }.map { "; a name with a comma takes quotes: '\"\($0)\"'" } ?? ""
        return QueryError(
            "the \(report.rawValue) report has no column \"\(name)\"; "
                + meant(name, names + map.categories.map(\.name)) + "it has " + names.joined(separator: ", ") + comma)
    }

    /// `did you mean Contract? `
    private static func meant(_ name: String, _ names: [String]) -> String {
        nearest(to: name, among: names).map { "did you mean \($0)? " } ?? ""
    }
}

extension String {
    /// With its first letter in upper case.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
