//  The status for people and for programs.

import Admission
import Checkpoints
import JSONRecords
import Ledgers
import Operations
import SmallJSON
import Wording

extension CheckpointsStatus {
    /// Lines for a person.
    ///
    /// - Parameter columns: of the terminal; nil when there is none.
    func text(_ style: Style, columns: Int? = nil) -> String {
        var lines: [String] = []
        if let columns, !files.isEmpty { lines += fileTable(style, columns: columns) }
        let width = files.map { Show.name($0.name).count }.max() ?? 0
        for file in files where columns == nil {
            let name = Show.name(file.name)
            var line = name + String(repeating: " ", count: width - name.count)
            let state = file.state.rawValue + String(repeating: " ", count: max(0, 9 - file.state.rawValue.count))
            line += "  " + style.paint(state, Self.color(file.state))
            line += "  " + (file.date ?? "no date   ")
            if let counts = file.counts {
                line += "  \(Show.number(counts.folded)) folded, \(Show.number(counts.ignored)) ignored, "
                line += "\(Show.number(counts.rejected)) rejected"
            }
            if !file.rejections.isEmpty { line += " (\(Self.rejections(file)))" }
            if !file.reason.isEmpty {
                line += "  " + style.paint(Show.name(file.reason), file.isUnusual ? .yellow : .dim)
            }
            if file.isGone { line += "  (no longer in the inbox)" }
            if file.isCounted && file.state != .folded { line += "  (its last good content counts)" }
            lines.append(line)
        }
        lines.append("")
        let counted = files.count { $0.isCounted }
        lines.append(
            "\(Show.count(counted, "file")) counted, \(Show.count(files.count, "file")) known; generation \(generation)"
        )
        if let days {
            lines.append(
                "days \(days.lowerBound) to \(days.upperBound)" + (missingDays.isEmpty ? ", none missing" : ""))
        }
        if undated.count > 0 { lines.append(undated.text) }
        if let text = unread.text { lines.append(text) }
        if !problems.isEmpty {
            let isOpen = problems.contains(where: \.leavesOut)
            lines.append(style.paint("problems in the inbox:", isOpen ? .red : .yellow))
            lines += problems.map { "  " + Show.name("\($0)") }
        }
        if let gate { lines.append(line(gate)) }
        if !missingDays.isEmpty {
            let ranges = missingDays.map {
                $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
            }
            lines.append(style.paint("missing days: ", .yellow) + ranges.joined(separator: ", "))
        }
        let told = files.filter { $0.state != .duplicate && $0.state != .retracted }.compactMap { file in
            file.findings.map { (name: String?(file.name), findings: $0) }
        }
        let findings = FindingsText(files: told, plan: plan, columns: columns).lines()
        if !findings.isEmpty {
            lines.append(style.paint("found in these files:", .yellow))
            lines += findings.map { "  " + $0 }
        }
        if !ungrouped.isEmpty {
            let words = plan.fold.labelWords
            lines.append(style.paint("\(words.plural) in no \(plan.grouping.noun):", .yellow))
            for row in ungrouped.prefix(20) {
                lines.append(
                    "  \(Show.name(row.label))  \(Show.number(row.sum)) \(plan.fold.unit), "
                        + Show.count(row.records, "record"))
            }
            if ungrouped.count > 20 {
                lines.append(
                    "  and \(Show.count(ungrouped.count - 20, words)) more; see \(plan.grouping.ungroupedReport)")
            }
        }
        if let columns, !runs.isEmpty {
            lines += [""] + runTable(style, columns: columns)
        } else if !runs.isEmpty {
            lines.append("last runs:")
        }
        for run in runs where columns == nil {
            var line = "  \(Timestamp.text(milliseconds: run.startedAt))  \(run.command)  "
            line += run.summary.map { $0.outcome.rawValue } ?? "running, process \(run.pid)"
            if let summary = run.summary, summary.tally.read > 0 {
                line += "  \(Show.count(summary.tally.read, "record")), \(Show.bytes(summary.bytes))"
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `gate flag: the next YYYYMMDD.json is compared with 28 days`
    private func line(_ gate: GateStatus) -> String {
        let text = "gate \(gate.rules.mode.rawValue): "
        let series = Show.name(UnusualFile.shortened(gate.series))
        if gate.days < ArrivalGate.leastDays {
            return text
                + "\(Show.count(gate.days, "day")) of \(series) known; the comparison needs \(ArrivalGate.leastDays)"
        }
        var line = text + "the next \(series) is compared with \(Show.count(gate.days, "day"))"
        if gate.sketchedDays < ArrivalGate.leastDays {
            line += "; but for its \(plan.fold.keyWords[0].plural), which are known for only \(gate.sketchedDays)"
        }
        return line
    }

    /// `negative-duration 9, bad-duration 1`
    static func rejections(_ file: File) -> String {
        file.rejections.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key.rawValue) \(Show.number($0.value))" }.joined(separator: ", ")
    }

    static func color(_ state: FileState) -> Style.Color {
        switch state {
        case .folded: .green
        case .held, .failed: .red
        default: .yellow
        }
    }

    /// The same as JSON, members in the order of their names.
    func json() -> [UInt8] {
        TerminalJSON.object { text in
            text.array("files") { text in
                for file in files { text.object { file.write(to: &$0) } }
            }
            text.memberIfAny("first_day", days.map { "\($0.lowerBound)" })
            if let gate { text.object("gate", gate.write) }
            text.member("generation", generation)
            text.array("inbox_problems") { text in
                for problem in problems {
                    text.object { text in
                        // Whether something is not read for it; then the command ends with code 2.
                        text.member("leaves_out", problem.leavesOut)
                        text.member("path", problem.path)
                        text.member("problem", "\(problem)")
                    }
                }
            }
            text.memberIfAny("last_day", days.map { "\($0.upperBound)" })
            text.array("missing_days") { text in
                for gap in missingDays {
                    text.object { text in
                        text.member("first", "\(gap.lowerBound)")
                        text.member("last", "\(gap.upperBound)")
                    }
                }
            }
            text.array("runs") { text in
                for run in runs { text.object { run.write(to: &$0) } }
            }
            text.object("undated") { text in
                text.member("files", undated.count)
                text.member("records", undated.records)
                text.member(plan.fold.unit, Int64(clamping: undated.sum))
            }
            text.array("unmapped_\(plan.fold.labelWords.plural)") { text in
                for row in ungrouped {
                    text.object { text in
                        text.member(plan.fold.labelWords.noun, row.label)
                        text.member("records", row.records)
                        text.member(plan.fold.unit, row.sum)
                    }
                }
            }
            text.object("unread") { text in
                text.array("examples", unread.examples)
                text.member("files", unread.count)
            }
        }
    }
}

extension CheckpointsStatus.File {
    fileprivate func write(to text: inout JSONText) {
        text.member("counted", isCounted)
        text.memberIfAny("date", date)
        text.memberIfAny("digest", digest)
        if let findings { text.object("findings", findings.write) }
        text.member("gone", isGone)
        text.member("name", name)
        if !reason.isEmpty { text.member("reason", reason) }
        if let counts {
            text.records(
                read: counts.read, folded: counts.folded, ignored: counts.ignored, rejected: counts.rejected,
                coerced: counts.coerced)
        }
        text.object("rejections") { text in
            for (reason, records) in rejections.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                text.member(reason.rawValue, records)
            }
        }
        text.memberIfAny("seconds", seconds)
        text.member("state", state.rawValue)
        text.member("unusual", isUnusual)
    }
}

extension GateStatus {
    fileprivate func write(to text: inout JSONText) {
        text.member("days", rules.days)
        text.member("known_days", days)
        text.member("mode", rules.mode.rawValue)
        text.member("series", series)
        text.member("sketched_days", sketchedDays)
        text.member("threshold", rules.threshold)
    }
}

extension RunRecord {
    fileprivate func write(to text: inout JSONText) {
        text.memberIfAny("bytes", summary?.bytes)
        text.member("command", command)
        text.memberIfAny("ended", endedAt.map { Timestamp.text(milliseconds: $0) })
        text.memberIfAny("outcome", summary?.outcome.rawValue)
        text.member("process", pid)
        text.memberIfAny("published_generation", summary?.published)
        text.memberIfAny("records", summary?.tally.read)
        text.member("started", Timestamp.text(milliseconds: startedAt))
        text.member("tool", tool)
    }
}
