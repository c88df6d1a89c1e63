//  The options of `report`, from the words of the command line to a request.

import Publishing
import Wording

/// How a report to look at is written.
package enum ReportForm: String, Sendable, CaseIterable {
    /// Lines for a terminal.
    case text
    /// A page.
    case html
}

/// What was written on the command line.
package struct ReportOptions {
    /// More keys than this are a report for `export`.
    static let mostTop = 1000

    package var out: String?
    package var format: String?
    package var from: String?
    package var to: String?
    package var month: String?
    package var generation: Int?
    package var top = 20

    package init() {}

    /// What the report is about.
    ///
    /// - Throws: `CommandFailure` of usage.
    func request() throws -> ExportRequest {
        guard (1...Self.mostTop).contains(top) else {
            throw CommandFailure(
                .usage,
                "--top takes a number from 1 to \(Self.mostTop), not \(top); `watchfold export --top` has no limit")
        }
        var days = ExportOptions(builtInPlan, report: builtInPlan.profile.name)
        days.from = from
        days.to = to.map { [$0] } ?? []
        if days.isForDatabase {
            throw CommandFailure(.usage, "--to takes a date; `watchfold export --to` writes into a database")
        }
        days.month = month
        days.generation = generation
        return try days.request(days.form(file: nil)) { _ in nil }
    }

    /// The form that was asked for, or that the file's name asks for.
    func form() throws -> ReportForm {
        guard let format else {
            guard let out, out != "-" else { return .text }
            switch FileEnding(out).text {
            case "html", "htm": return .html
            case "", "txt", "text": return .text
            case let ending:
                throw CommandFailure(
                    .usage,
                    "\(Show.name(out)): a report ends in .html or .txt, not in .\(Show.name(ending)); "
                        + "`watchfold export -o FILE` writes tables and workbooks, and --format says what a file is")
            }
        }
        guard let form = ReportForm(rawValue: format.lowercased()) else {
            let names = ReportForm.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(.usage, "--format takes one of \(names), not \"\(format)\"")
        }
        return form
    }
}
