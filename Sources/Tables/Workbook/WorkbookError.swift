/// Why a workbook could not be made.
package enum WorkbookError: Error, Equatable {
    /// libxlsxwriter refused; the text is its own.
    case library(String)
    /// What libxlsxwriter wrote is not what was expected.
    case archive(String)
    /// A sheet or the whole would have more than four gigabytes; `fewer` is what to choose fewer of.
    case tooLarge(fewer: String)
    /// A table has another number of rows than was counted before.
    case rowsChanged(table: String)
}

extension WorkbookError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .library(let problem): "the workbook cannot be made: \(problem)"
        case .archive(let problem): "the workbook's frame cannot be used: \(problem)"
        case .tooLarge(let fewer):
            "the workbook would have more than 4 GB, which no program opens; choose fewer \(fewer)"
        case .rowsChanged(let table): "the table \(table) has another number of rows than a moment ago"
        }
    }
}
