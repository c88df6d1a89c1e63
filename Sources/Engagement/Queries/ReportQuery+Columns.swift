//  What the names of a query mean in the reports of engagement.
//
//      report ─▶ contracts? category? seconds? ─▶ order, limit ─▶ columns, unit ─▶ encoder
//
//  A row is kept when it passes every filter (ReportFilter.swift). The rest is what can be asked of any table
//  (TableQuery.swift); here are the names that it is asked with.

import Records
import Reports
import Tables

extension ReportQuery {
    /// The report's own columns, and after the first one that of the period, if there is one.
    static func columns(_ report: Report, _ map: CategoryMap, _ period: CalendarPeriod?) -> [TableColumn] {
        var columns = map.columns(report)
        if let period {
            columns.insert(TableColumn(period.rawValue.capitalizedFirst, .text, isDate: period == .day), at: 1)
        }
        return columns
    }

    /// The query as it is asked of the report's table, and the filter of its rows.
    ///
    /// - Throws: `QueryError` for a name that the report does not have, and for what makes no sense with it.
    func resolved(
        _ report: Report, _ map: CategoryMap, _ period: CalendarPeriod?
    ) throws(QueryError) -> (table: TableQuery, filter: ReportFilter?) {
        try check(report, period)
        let columns = Self.columns(report, map, period)
        let chosen = try positions(map)
        let first = columns.firstIndex { $0.name == map.columnNames[0] }
        let categoryColumns = report == .apps ? nil : first.map { $0..<$0 + map.categories.count }
        let names = ColumnNames(
            "the \(report.name) report", columns,
            aliases: zip(map.categories, map.columnNames).map { ($0.name, $1) })
        var table = TableQuery(
            names, total: report == .engagement ? categoryColumns.map { ("TotalDuration", $0) } : nil)
        if period != nil { table.dates.insert(1) }
        table.limit = limit
        table.isTop = isTop
        try table.sort(by: order)
        if let named = self.columns { try table.choose(named) }
        try table.show(in: unit.rawValue, unit.scale) { unit.column($0) }
        guard keys != nil || !groups.isEmpty || minSum != nil else { return (table, nil) }
        let all = names.index(of: "TotalDuration").map { [$0] } ?? Array(categoryColumns!)
        let filter = ReportFilter(
            contracts: keys,
            appCategories: report == .apps && !chosen.isEmpty
                ? (column: period == nil ? 1 : 2, names: Set(chosen.map { Array(map.categories[$0].name.utf8) })) : nil,
            chosenSeconds: categoryColumns.map { columns in chosen.map { columns.lowerBound + $0 } } ?? [],
            allSeconds: all, minSeconds: minSum)
        return (table, filter)
    }

    private func check(_ report: Report, _ period: CalendarPeriod?) throws(QueryError) {
        if report == .daily, period != nil {
            throw QueryError(
                "the daily report has a row for each day already; engagement, profile and apps are available by \(CalendarPeriod.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        if !report.isByKey, keys != nil {
            throw QueryError(
                "the \(report.name) report does not list contracts; choose engagement or profile, with --by day if you like"
            )
        }
        if report == .daily, !groups.isEmpty {
            throw QueryError("the daily report has a column for each category; choose with --columns Date,…")
        }
    }

    /// Positions in the map of the chosen categories.
    private func positions(_ map: CategoryMap) throws(QueryError) -> [Int] {
        let names = map.categories.map(\.name)
        var positions: [Int] = []
        for name in groups {
            guard let index = ColumnNames.index(of: name, in: names) else {
                throw QueryError(
                    "there is no category \"\(name)\"; \(ColumnNames.meant(name, names))there are "
                        + names.joined(separator: ", "))
            }
            positions.append(index)
        }
        return positions
    }
}

extension String {
    /// With its first letter in upper case.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
