//  The formats that an export can have: rows of one report, or a workbook; and what a file's name says of it.
//
//      profile.csv        CSV                    profile.csv.gz     CSV, compressed
//      profile.JSON       JSON Lines             profile            what is usual: CSV
//      profile.xls        refused: .xls is none of ours, and a program that goes by the name would be misled
//
//  What is asked for by --format holds whatever the name says, but for .gz, which compresses in any case.

import DurableIO
import Tables
import Wording

/// What an export writes.
package enum ExportFormat: Equatable {
    case table(TableFormat)
    /// Office Open XML, for spreadsheet programs.
    case workbook

    private static let workbookName = "xlsx"
    /// Other endings that files of a format have.
    private static let otherEndings = ["ndjson": "jsonl", "json": "jsonl", "markdown": "md", "tab": "tsv"]

    package var name: String {
        switch self {
        case .table(let format): format.rawValue
        case .workbook: Self.workbookName
        }
    }

    /// Whether a terminal or a mail can show it.
    package var isText: Bool {
        switch self {
        case .table(let format): format.isText
        case .workbook: false
        }
    }

    package static var names: [String] { TableFormat.allCases.map(\.rawValue) + [workbookName] }

    /// The format that was asked for, or that the file's name asks for, or CSV.
    ///
    /// - Parameters:
    ///   - file: nil for a stream.
    ///   - option: where a format is asked for.
    /// - Throws: `Refused` for a name or an ending that is none.
    package init(_ name: String?, file: String?, option: String = "--format") throws(Refused) {
        let ending = FileEnding(file ?? "")
        if let name {
            guard let format = Self(name: name.lowercased()) else {
                throw Refused(
                    .request, "\(option) takes one of \(Self.names.joined(separator: ", ")), not \"\(name)\"")
            }
            self = format
        } else if ending.text.isEmpty {
            self = .table(.csv)
        } else if let format = Self(name: Self.otherEndings[ending.text] ?? ending.text) {
            self = format
        } else {
            throw Refused(
                .request,
                "\(Show.name(file ?? "")): no format has the ending .\(Show.name(ending.text)); "
                    + Self.advice(ending.text, option))
        }
        if ending.isGzipped, !isText {
            throw Refused(
                .request, "\(Show.name(file ?? "")): \(self.name) is already compressed; remove .gz")
        }
    }

    private static func advice(_ ending: String, _ option: String) -> String {
        switch ending {
        case "xls", "xlsm", "ods": "a workbook ends in .xlsx"
        case "html", "htm": "`watchfold report -o FILE.html` writes a page"
        case "lz4", "zst", "zip", "bz2", "xz": "text can be compressed as .gz"
        default:
            "the endings are .\(names.joined(separator: ", .")), and .gz after those of text; "
                + "or name the format with \(option)"
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

/// What the end of a file's name says.
package struct FileEnding {
    /// In small letters, without the dot and without `.gz`; empty when there is none.
    package let text: String
    package let isGzipped: Bool
    /// The name before the ending and `.gz`, and these two.
    let stem: Substring
    package let all: Substring

    /// - Parameter path: of a file. A name that begins with a dot has no ending there.
    package init(_ path: String) {
        let name = Path.name(path)
        var stem = name[...]
        func last() -> Substring? {
            guard let dot = stem.lastIndex(of: "."), dot != stem.startIndex else { return nil }
            return stem[stem.index(after: dot)...]
        }
        isGzipped = last()?.lowercased() == "gz"
        if isGzipped { stem = stem.dropLast(3) }
        let ending = last()
        if let ending { stem = stem.dropLast(ending.count + 1) }
        text = ending?.lowercased() ?? ""
        self.stem = Substring(stem)
        all = Substring(name.dropFirst(stem.count))
    }
}
