import Records
import Reports

/// What is wrong with a total.
package enum TotalFault: Error {
    /// The total has not the columns of a total; the text says which.
    case schema(String)
    /// The rows do not ascend by contract and app.
    case outOfOrder(contract: String, app: String)
    /// A row stands for at least one record; this one does not.
    case badRecordCount(contract: String, app: String, records: Int64)
    /// A sum is not an Int64.
    case overflow(OverflowPlace)
    /// A day set names a day that its month does not have.
    case impossibleDay(column: String, bit: Int)
    /// Records of a date that no counted file has; nil is "no date".
    case unexpectedDate(CalendarDay?)
    /// The sums by date and the total speak of different records.
    case disagreement(app: String)
}

extension ReportError {
    /// For those who throw it.
    static func fault(_ fault: TotalFault) -> ReportError { .total(fault) }
}

/// Which sum overflowed.
package enum OverflowPlace: Sendable, Equatable {
    /// `column` is the column of the report.
    case contract(String, column: String)
    /// Nil is "no date".
    case date(CalendarDay?, column: String)
    case app(String, column: String)
}

extension TotalFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .schema(let problem): "the total cannot be pivoted: \(problem)"
        case .outOfOrder(let contract, let app):
            "the total is not sorted: contract \"\(contract)\", app \"\(app)\" is out of order or there twice"
        case .badRecordCount(let contract, let app, let records):
            "the total is damaged: contract \"\(contract)\", app \"\(app)\" has \(records) records"
        case .overflow(let place): "\(place) does not fit in 64 bits"
        case .impossibleDay(let column, let bit):
            "the total is damaged: bit \(bit) of \(column) is set, which is no day of it"
        case .unexpectedDate(let day):
            "the total has records \(day.map { "of \($0)" } ?? "without a date"), but no counted file has"
        case .disagreement(let app):
            "the sums by date of app \"\(app)\" do not add up to its total; they come from different files"
        }
    }
}

extension OverflowPlace: CustomStringConvertible {
    package var description: String {
        switch self {
        case .contract(let contract, let column): "\(column) of contract \"\(contract)\""
        case .date(let day, let column): "\(column) \(day.map { "of \($0)" } ?? "of what has no date")"
        case .app(let app, let column): "\(column) of app \"\(app)\""
        }
    }
}
