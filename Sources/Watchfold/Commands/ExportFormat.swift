//  The formats that an export can have: rows of one report, or a workbook.

import Reports

/// What an export writes.
enum ExportFormat: Equatable {
    case table(TableFormat)
    /// Office Open XML, for spreadsheet programs.
    case workbook

    private static let workbookName = "xlsx"

    var name: String {
        switch self {
        case .table(let format): format.rawValue
        case .workbook: Self.workbookName
        }
    }

    /// Whether a terminal or a mail can show it.
    var isText: Bool {
        switch self {
        case .table(let format): format.isText
        case .workbook: false
        }
    }

    static var names: [String] { TableFormat.allCases.map(\.rawValue) + [workbookName] }

    /// The format that was asked for, or that the file's name asks for, or CSV.
    ///
    /// - Throws: `CommandFailure` for a name that is none.
    init(_ name: String?, file: String?) throws(CommandFailure) {
        if let name {
            guard let format = Self(name: name.lowercased()) else {
                throw CommandFailure(
                    .usage, "--format takes one of \(Self.names.joined(separator: ", ")), not \"\(name)\"")
            }
            self = format
        } else {
            let file = file?.lowercased() ?? ""
            let ending = file.lastIndex(of: ".").map { String(file[file.index(after: $0)...]) } ?? ""
            self = ending == "ndjson" ? .table(.jsonl) : Self(name: ending) ?? .table(.csv)
        }
    }

    private init?(name: String) {
        if name == Self.workbookName {
            self = .workbook
        } else if let format = TableFormat(rawValue: name) {
            self = .table(format)
        } else {
            return nil
        }
    }
}
