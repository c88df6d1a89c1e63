//  From the words of a configured output to what is to be exported.

import Configuration
import Reports
import RunSettings
import Tables
import Wording

/// One file that is kept as new as the published reports.
package struct KeptOutput: Sendable {
    package var path: String
    package var request: ExportRequest
    package var format: ExportFormat
    /// Whether it is a workbook of all reports.
    package var isWhole: Bool
    /// Whether the file is compressed as a whole.
    package var isGzipped: Bool { FileEnding(path).isGzipped }
    /// For CSV that a spreadsheet program opens.
    package var sheet: SheetRules?
    package var every: TimeSpan
    /// As the configuration has it: an output with other words is another one.
    package var text: String

    /// Works out all files that are kept beside the published reports.
    ///
    /// - Throws: `ConfigurationError` with everything that is wrong with them.
    package static func all(_ settings: Settings) throws(ConfigurationError) -> [KeptOutput] {
        var mistakes: [Mistake] = []
        let outputs = settings.configuration.outputs.map { KeptOutput($0, settings.reports, &mistakes) }
        if !mistakes.isEmpty { throw ConfigurationError(mistakes) }
        return outputs
    }

    private init(_ rule: OutputRule, _ reports: any PlanReports, _ mistakes: inout [Mistake]) {
        let form = ExportForm(
            rule.words.mapValues(\.value), file: rule.file, plan: reports.plan,
            option: OutputRule.Word.format.rawValue
        ) { mistakes.append($1.mistake(rule, $0)) }
        request = ExportRequest(form.report ?? reports.plan.mainReport)
        request.query.unit = form.unit
        path = rule.file
        format = form.format
        isWhole = form.isWhole
        sheet = form.sheet
        every = rule.every
        text = rule.text
        do throws(QueryError) {
            for report in isWhole ? reports.plan.reports : [request.report] {
                _ = try reports.encoder(request.query, report, by: nil, inner: TableFormat.csv.encoder { _ in })
            }
        } catch {
            mistakes.append(Mistake(origin: rule.words[.file]!.origin, text: "outputs: \(error)"))
        }
    }
}

extension ExportForm.Problem {
    /// As a mistake in the configuration.
    fileprivate func mistake(_ rule: OutputRule, _ word: OutputRule.Word) -> Mistake {
        let given = rule.words[word]!
        let text =
            switch self {
            case .isNone(let names):
                "\(word.rawValue): expected one of \(names.joined(separator: ", ")), \(found(given))"
            case .isForText:
                "\(word.rawValue): expected seconds, since Parquet keeps whole seconds, \(found(given))"
            case .lacksProgram: "\(word.rawValue) needs `for`; remove it, or name a program"
            case .isForCSV(_, let format): "\(word.rawValue) applies to CSV, but the file is \(format.name); remove it"
            case .format(let refused): refused.words
            }
        return Mistake(origin: given.origin, text: "outputs: " + text)
    }

    private func found(_ given: Given<String>) -> String { "found \"\(Show.name(given.value))\"" }
}
