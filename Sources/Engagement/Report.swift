import Tables

/// The reports that a total is turned into.
package enum Report: String, Sendable, CaseIterable {
    case engagement, profile, daily, apps

    /// The report's columns, in order.
    package func columns(_ map: CategoryMap) -> [TableColumn] {
        let categories = map.columnNames.map { TableColumn($0, .integer, hasUnit: true) }
        let total = TableColumn("TotalDuration", .integer, hasUnit: true)
        switch self {
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
        }
    }

    /// Whether it has a row for each contract.
    var isOfContracts: Bool { self == .engagement || self == .profile }
}

/// A report that is asked for, and where it goes.
package struct ReportOutput {
    package let report: Report
    package let encoder: any TableEncoder

    package init(_ report: Report, encoder: any TableEncoder) {
        self.report = report
        self.encoder = encoder
    }

    package init(_ report: Report, format: TableFormat, isGzipped: Bool = false, sink: @escaping TableSink) {
        self.init(report, encoder: format.encoder(sink, isGzipped: isGzipped))
    }
}
