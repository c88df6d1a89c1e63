//  From the words of a configured output to what is to be exported.

import Configuration
import Reports
import RunSettings
import Tables
import Wording

/// One file that is kept as new as the published reports.
package struct OutputPlan: Sendable {
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
    package static func plans(_ settings: Settings) throws(ConfigurationError) -> [OutputPlan] {
        var reader = Reader()
        let plans = settings.configuration.outputs.map { reader.plan($0, settings.reports) }
        if !reader.mistakes.isEmpty { throw ConfigurationError(reader.mistakes) }
        return plans
    }
}

/// Reads rules and collects what is wrong with them.
private struct Reader {
    var mistakes: [Mistake] = []

    mutating func plan(_ rule: OutputRule, _ reports: any PlanReports) -> OutputPlan {
        let report = choice(rule, .report, reports.plan.reports, name: \.name)
        var format = ExportFormat.table(.csv)
        do throws(Refused) {
            format = try ExportFormat(
                rule.words[.format]?.value, file: rule.file, option: OutputRule.Word.format.rawValue)
        } catch {
            if let name = rule.words[.format]?.value, !ExportFormat.names.contains(name.lowercased()) {
                note(rule, .format, "one of \(ExportFormat.names.joined(separator: ", "))")
            } else {
                mistakes.append(
                    Mistake(origin: rule.words[.file]!.origin, text: "outputs: \(error.words)"))
            }
        }
        var request = ExportRequest(report ?? reports.plan.mainReport)
        if let unit: DurationUnit = choice(rule, .unit) { request.query.unit = unit }
        if format == .table(.parquet), request.query.unit != .seconds {
            note(rule, .unit, "seconds, since Parquet keeps whole seconds")
        }
        let plan = OutputPlan(
            path: rule.file, request: request, format: format, isWhole: format == .workbook && report == nil,
            sheet: sheet(rule, format), every: rule.every, text: rule.text)
        do throws(QueryError) {
            for report in plan.isWhole ? reports.plan.reports : [request.report] {
                _ = try reports.encoder(request.query, report, by: nil, inner: TableFormat.csv.encoder { _ in })
            }
        } catch {
            mistakes.append(Mistake(origin: rule.words[.file]!.origin, text: "outputs: \(error)"))
        }
        return plan
    }

    private mutating func sheet(_ rule: OutputRule, _ format: ExportFormat) -> SheetRules? {
        guard let program: SheetProgram = choice(rule, .program) else {
            for word in [OutputRule.Word.delimiter, .decimal] where rule.words[.program] == nil {
                refuse(rule, word, "goes with for; take it away, or name a program")
            }
            return nil
        }
        if format != .table(.csv) {
            refuse(rule, .program, "is about CSV, and the file is \(format.name); take it away")
        }
        var rules = SheetRules(program: program, decimal: choice(rule, .decimal))
        guard let word = rule.words[.delimiter]?.value else { return rules }
        guard let delimiter = Delimiter(word) else {
            note(rule, .delimiter, "one of \(Delimiter.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        rules.delimiter = delimiter
        return rules
    }

    /// The value of a word that is one of several; nil when it is not given.
    private mutating func choice<Words: RawRepresentable<String> & CaseIterable>(
        _ rule: OutputRule, _ word: OutputRule.Word
    ) -> Words? {
        choice(rule, word, Array(Words.allCases), name: \.rawValue)
    }

    private mutating func choice<Value>(
        _ rule: OutputRule, _ word: OutputRule.Word, _ values: [Value], name: (Value) -> String
    ) -> Value? {
        guard let text = rule.words[word]?.value else { return nil }
        if let value = values.first(where: { name($0) == text.lowercased() }) { return value }
        note(rule, word, "one of \(values.map(name).joined(separator: ", "))")
        return nil
    }

    private mutating func note(_ rule: OutputRule, _ word: OutputRule.Word, _ expected: String) {
        refuse(rule, word, "expected \(expected), found \"\(Show.name(rule.words[word]?.value ?? ""))\"", after: ": ")
    }

    private mutating func refuse(
        _ rule: OutputRule, _ word: OutputRule.Word, _ problem: String, after separator: String = " "
    ) {
        guard let given = rule.words[word] else { return }
        mistakes.append(Mistake(origin: given.origin, text: "outputs: \(word.rawValue)\(separator)\(problem)"))
    }
}
