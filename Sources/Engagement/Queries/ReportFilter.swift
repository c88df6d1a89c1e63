//  Which rows of a report are wanted: those of some contracts, of some categories, with so many seconds.

import Records
import Reports
import Tables

/// Filters the rows of a report. A row is kept when it passes all that is asked.
struct ReportFilter: RowFilter {
    /// Of the first column.
    let contracts: KeyFilter?
    /// Of the apps report: where the name of an app's category stands, and which ones are chosen.
    let appCategories: (column: Int, names: Set<[UInt8]>)?
    /// Columns of the chosen categories' seconds; empty when none is chosen, and in the apps report.
    let chosenSeconds: [Int]
    /// Columns that add up to all seconds of a row.
    let allSeconds: [Int]
    /// In the chosen categories, or in all.
    let minSeconds: Int64?

    /// The names of a list are to be met, also by rows past the limit.
    var seesAllRows: Bool {
        if case .list = contracts { true } else { false }
    }

    func rows(of block: RowBlock) -> [Int] {
        var rows = Array(0..<block.count)
        if let contracts {
            let names = block.texts(0)
            rows = rows.filter { contracts.matches(names[$0]) }
        }
        if let appCategories {
            // An app is in one category at most, which its row names.
            let names = block.texts(appCategories.column)
            rows = rows.filter { appCategories.names.contains(Array(names[$0].buffer)) }
        }
        if !chosenSeconds.isEmpty {
            let columns = chosenSeconds.map { block.numbers($0) }
            rows = rows.filter { row in columns.contains { $0[row] > 0 } }
        }
        if let minSeconds {
            let columns = (chosenSeconds.isEmpty ? allSeconds : chosenSeconds).map { block.numbers($0) }
            rows = rows.filter { row in columns.reduce(Int128(0)) { $0 + Int128($1[row]) } >= Int128(minSeconds) }
        }
        return rows
    }
}
