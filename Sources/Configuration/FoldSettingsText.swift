//  The settings that change what a fold yields, as one canonical text. It is stored with each partial, so that a
//  partial folded under other settings is noticed. The defaults of a plan
//  that sums plays by user and show may give:
//
//      watchfold fold settings 1
//      plan "plays"
//      key "User" at ["_source" "User"] ["User"]
//      key "Show" at ["_source" "Show"] ["Show"]
//      value "Plays" at ["_source" "Plays"] ["Plays"]
//      ignore "0"
//      negative_durations reject
//      max_record_bytes 16000000
//
//  A setting that came later has a line only when it is not the default, so the text of settings that were there before never
//  changes: these behind negative_durations and in this order, and the others at the end:
//
//      duration_unit milliseconds
//      duration_format padded HH:MM:SS
//      rounding nearest
//
//      encoding latin1
//      json lenient
//      records at ["data" "items"]
//
//  A plan of SQL has the lines of its sources behind them (PlanIdentity.swift); the text of a file has those of its own source,
//  so that what is changed about one source is nothing to the files of others.
//
//  Each line ends in LF. The ignored keys stand in ascending byte order, each once, separated by blanks. Between
//  quotes, a backslash stands before a quote and a backslash, and a control character below U+0020 is `\x` and two
//  hexadecimal digits, so that different settings never give one text. Groups, jobs, memory and the like are not
//  in it: they change how fast a partial is made and what is made of it, not the partial. Patterns of dates are not in it
//  either: the date of a file stands beside its partial, and a file that gets another one is folded again by itself.

import Records

extension Configuration {
    /// See the head of the file. Equal for two configurations exactly if every file folds alike under both.
    package var foldSettingsText: String { foldSettingsText(plan.details) }

    /// The same of one file.
    ///
    /// - Parameter name: its logical name.
    package func foldSettingsText(of name: String) -> String {
        foldSettingsText(plan.details.filter { $0.isAbout(name) })
    }

    private func foldSettingsText(_ details: [FoldDetail]) -> String {
        var lines = ["watchfold fold settings 1", "plan \(literal(plan.name))"]
        for (name, path) in zip(plan.keys, plan.keyPaths) { lines.append("key \(literal(name)) at \(text(path))") }
        lines.append("value \(literal(plan.value)) at \(text(plan.valuePath))")
        lines.append((["ignore"] + sortedByBytes(plan.ignoredKeys).map(literal)).joined(separator: " "))
        lines.append("negative_durations \(plan.keepsNegativeValues ? "keep" : "reject")")
        let durations = plan.durations
        if durations.unit != .seconds { lines.append("duration_unit \(durations.unit.rawValue)") }
        if !durations.forms.isEmpty {
            lines.append(
                (["duration_format"] + durations.forms.sorted().map(\.rawValue)).joined(separator: " "))
        }
        if durations.rounding != .reject { lines.append("rounding \(durations.rounding.rawValue)") }
        lines.append("max_record_bytes \(maxRecordBytes.bytes)")
        if encoding != .utf8 { lines.append("encoding \(encoding.rawValue)") }
        if plan.isLenient { lines.append("json lenient") }
        if !plan.recordPaths.isEmpty { lines.append("records at \(text(FieldPath(plan.recordPaths)))") }
        return (lines + details.flatMap(\.lines)).map { $0 + "\n" }.joined()
    }

    private func text(_ path: FieldPath) -> String {
        path.alternatives.map { "[" + $0.map(literal).joined(separator: " ") + "]" }.joined(separator: " ")
    }

    private func literal(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                result += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
