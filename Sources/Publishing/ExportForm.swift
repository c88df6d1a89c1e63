//  What an export is written as, from the words of a command line or of the configuration.
//
//      report ─┐
//      format, the file's name ─┤
//      unit ─┼─▶ ExportForm, or all that is wrong
//      for, delimiter, decimal ─┘
//
//  Which words there are, and which go together, is known here. How a mistake is told depends on where it was written:
//  behind an option, or in a line of a file.

import Configuration
import Reports
import Tables
import Wording

/// A report and the form that it is written in.
package struct ExportForm: Sendable {
    /// What can be wrong with a word.
    package enum Problem {
        /// The word is none of these.
        case isNone(of: [String])
        /// It goes with a spreadsheet program, and none is named.
        case lacksProgram
        /// A spreadsheet program is named, and the format is another one than CSV.
        case isForCSV(SheetProgram, ExportFormat)
        /// Parquet keeps whole seconds.
        case isForText
        /// The format, or the file's name, in words.
        case format(Refused)
    }

    package typealias Word = OutputRule.Word

    /// Nil when none is named.
    package private(set) var report: Report?
    package private(set) var format = ExportFormat.table(.csv)
    package private(set) var unit = DurationUnit.seconds
    /// For CSV that a spreadsheet program opens.
    package private(set) var sheet: SheetRules?

    /// Whether it is a workbook of all reports.
    package var isWhole: Bool { format == .workbook && report == nil }

    /// - Parameters:
    ///   - words: as they were written.
    ///   - file: what the file's name says; nil for a stream.
    ///   - option: what asks for a format, in messages about the file's name.
    ///   - note: told what is wrong; the form is of no use then.
    package init(
        _ words: [Word: String], file: String?, plan: any Plan, option: String,
        note: (Word, Problem) -> Void
    ) {
        func choice<Value>(_ word: Word, of names: [String], _ read: (String) -> Value?) -> Value? {
            guard let text = words[word] else { return nil }
            if let value = read(text) { return value }
            note(word, .isNone(of: names))
            return nil
        }
        func choice<Value: RawRepresentable<String> & CaseIterable>(_ word: Word) -> Value? {
            choice(word, of: Value.allCases.map(\.rawValue)) { Value(rawValue: $0.lowercased()) }
        }
        report = choice(.report, of: plan.reports.map(\.name), plan.report)
        do throws(Refused) {
            format = try ExportFormat(words[.format], file: file, option: option)
        } catch {
            if let name = words[.format], !ExportFormat.names.contains(name.lowercased()) {
                note(.format, .isNone(of: ExportFormat.names))
            } else {
                note(.file, .format(error))
            }
        }
        unit = choice(.unit) ?? .seconds
        if format == .table(.parquet), unit != .seconds { note(.unit, .isForText) }
        guard words[.program] != nil else {
            for word in [Word.delimiter, .decimal] where words[word] != nil { note(word, .lacksProgram) }
            return
        }
        let program: SheetProgram? = choice(.program)
        let delimiter = choice(.delimiter, of: Delimiter.allCases.map(\.rawValue)) { Delimiter($0) }
        let decimal: DecimalSign? = choice(.decimal)
        guard let program else { return }
        if format != .table(.csv) { note(.program, .isForCSV(program, format)) }
        sheet = SheetRules(program: program, delimiter: delimiter ?? .comma, decimal: decimal)
    }
}
