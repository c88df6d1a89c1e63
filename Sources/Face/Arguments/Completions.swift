//  Words that a shell may offer. What is known when the program is built goes into the shell's script; names of files and
//  groups are asked for when somebody presses the key, of the checkpoints and the configuration that the line so far
//  names. A line that is not complete is not a mistake: then there is nothing to offer.

import Checkpoints
import Configuration
import Conversion
import DurableIO
import Ledgers
import Publishing
import Records
import Reports
import RunSettings
import SampleData
import Tables
import Wording

package enum Completions {
    package static let reports = builtInPlan.reports.map(\.name)
    package static let formats = ExportFormat.names
    package static let units = DurationUnit.allCases.map(\.rawValue)
    package static let programs = SheetProgram.allCases.map(\.rawValue)
    package static let delimiters = Delimiter.allCases.map(\.rawValue)
    package static let decimals = DecimalSign.allCases.map(\.rawValue)
    package static let periods = CalendarPeriod.allCases.map(\.rawValue)
    package static let compressions = SampleCompression.allCases.map(\.rawValue)
    package static let logLevels = LogLevel.allCases.map(\.rawValue)
    package static let logFormats = LogFormat.allCases.map(\.rawValue)
    package static let conversionFormats = ConversionFormat.allCases.map(\.rawValue)

    /// Names of the files that the checkpoints know.
    package static func files(_ words: [String]) -> [String] {
        // A name with a line end would be offered as two.
        (try? knownFiles(settings(words)).filter { !$0.contains(where: \.isNewline) }) ?? []
    }

    package static func groups(_ words: [String]) -> [String] {
        (try? settings(words))?.reports.groups.map(\.name) ?? []
    }

    /// Columns of the report that the line names.
    package static func columns(_ words: [String]) -> [String] {
        let report = words.compactMap { builtInPlan.report(named: $0) }.first ?? builtInPlan.mainReport
        return (try? settings(words))?.reports.columns(report).map(\.name) ?? []
    }

    private static func knownFiles(_ settings: Settings) throws -> [String] {
        try CheckpointFolder.openForReading(
            settings.configuration.checkpoints, plan: settings.configuration.plan, in: .real
        ).ledger.files().map(\.name)
    }

    /// Those of the configuration that the line so far names.
    private static func settings(_ words: [String]) throws -> Settings {
        var flags: [Setting: String?] = [:]
        for setting in [Setting.inbox, .checkpoints, .output, .config] {
            for (word, next) in zip(words, words.dropFirst() + [""]) {
                if word == setting.flag { flags[setting] = unquoted(next) }
                if word.hasPrefix(setting.flag + "=") {
                    flags[setting] = unquoted(String(word.dropFirst(setting.flag.count + 1)))
                }
            }
        }
        return try Session(flags: flags).settings
    }

    /// A word as the shell would hand it on, where that is simple: shells give words as they were typed.
    private static func unquoted(_ word: String) -> String {
        for quote in ["'", "\""] where word.count > 1 && word.hasPrefix(quote) && word.hasSuffix(quote) {
            return String(word.dropFirst().dropLast())
        }
        return word.replacing("\\ ", with: " ")
    }
}
