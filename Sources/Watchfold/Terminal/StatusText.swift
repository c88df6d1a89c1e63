//  The status for people and for programs.

import Foundation
import Ledgers
import Records

extension StatusReport {
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
            lines.append(style.paint("wrong in the inbox:", isOpen ? .red : .yellow))
            lines += problems.map { "  " + Show.name("\($0)") }
        }
        if let gate { lines.append(Self.line(gate)) }
        if !missingDays.isEmpty {
            let ranges = missingDays.map {
                $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)"
            }
            lines.append(style.paint("missing days: ", .yellow) + ranges.joined(separator: ", "))
        }
        let told = files.filter { $0.state != .duplicate && $0.state != .retracted }.compactMap { file in
            file.findings.map { (name: String?(file.name), findings: $0) }
        }
        let findings = FindingsText(files: told, columns: columns).lines()
        if !findings.isEmpty {
            lines.append(style.paint("found in these files:", .yellow))
            lines += findings.map { "  " + $0 }
        }
        if !unmappedApps.isEmpty {
            lines.append(style.paint("apps in no category:", .yellow))
            for app in unmappedApps.prefix(20) {
                lines.append(
                    "  \(Show.name(app.name))  \(Show.number(app.seconds)) seconds, \(Show.count(app.records, "record"))"
                )
            }
            if unmappedApps.count > 20 {
                lines.append("  and \(Show.count(unmappedApps.count - 20, "app")) more; see apps.csv")
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
    private static func line(_ gate: GateStatus) -> String {
        let text = "gate \(gate.rules.mode.rawValue): "
        let series = Show.name(UnusualFile.shortened(gate.series))
        if gate.days < ArrivalGate.leastDays {
            return text
                + "\(Show.count(gate.days, "day")) of \(series) known, too few to judge by; it takes \(ArrivalGate.leastDays)"
        }
        var line = text + "the next \(series) is compared with \(Show.count(gate.days, "day"))"
        if gate.sketchedDays < ArrivalGate.leastDays {
            line += "; but for its contracts, which are known of \(gate.sketchedDays)"
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
    func json() throws -> [UInt8] {
        let value = StatusJSON(
            generation: generation,
            files: files.map { file in
                StatusJSON.File(
                    name: file.name, state: file.state.rawValue, counted: file.isCounted, gone: file.isGone,
                    unusual: file.isUnusual, date: file.date,
                    digest: file.digest, reason: file.reason.isEmpty ? nil : file.reason,
                    records: file.counts.map {
                        .init(
                            read: $0.read, folded: $0.folded, ignored: $0.ignored, rejected: $0.rejected,
                            coerced: $0.coerced)
                    },
                    rejections: Dictionary(uniqueKeysWithValues: file.rejections.map { ($0.key.rawValue, $0.value) }),
                    findings: file.findings.map { FindingsJSON($0) }, seconds: file.seconds)
            },
            firstDay: days.map { "\($0.lowerBound)" }, lastDay: days.map { "\($0.upperBound)" },
            missingDays: missingDays.map { .init(first: "\($0.lowerBound)", last: "\($0.upperBound)") },
            unmappedApps: unmappedApps.map { .init(app: $0.name, records: $0.records, seconds: $0.seconds) },
            gate: gate.map {
                .init(
                    mode: $0.rules.mode.rawValue, days: $0.rules.days, threshold: $0.rules.threshold, series: $0.series,
                    knownDays: $0.days, sketchedDays: $0.sketchedDays)
            },
            undated: .init(files: undated.count, records: undated.records, seconds: Int64(clamping: undated.seconds)),
            unread: .init(files: unread.count, examples: unread.examples),
            inboxProblems: problems.map { .init(path: $0.path, problem: "\($0)", leavesOut: $0.leavesOut) },
            runs: runs.map { run in
                StatusJSON.Run(
                    started: Timestamp.text(milliseconds: run.startedAt),
                    ended: run.endedAt.map { Timestamp.text(milliseconds: $0) }, command: run.command, tool: run.tool,
                    process: run.pid, outcome: run.summary?.outcome.rawValue, records: run.summary?.tally.read,
                    bytes: run.summary?.bytes, publishedGeneration: run.summary?.published)
            })
        return try FindingsJSON.encode(value)
    }
}

/// The members of `status --json`, where they are written in snake case.
private struct StatusJSON: Encodable {
    struct File: Encodable {
        var name: String
        var state: String
        var counted: Bool
        var gone: Bool
        var unusual: Bool
        var date: String?
        var digest: String?
        var reason: String?
        var records: RecordsJSON?
        var rejections: [String: Int]
        var findings: FindingsJSON?
        var seconds: Int64?
    }

    struct Days: Encodable { var first, last: String }

    struct App: Encodable {
        var app: String
        var records: Int
        var seconds: Int64
    }

    struct Gate: Encodable {
        var mode: String
        var days, threshold: Int
        var series: String
        var knownDays, sketchedDays: Int
    }

    struct Run: Encodable {
        var started: String
        var ended: String?
        var command, tool: String
        var process: Int
        var outcome: String?
        var records, bytes, publishedGeneration: Int?
    }

    struct Undated: Encodable {
        var files, records: Int
        var seconds: Int64
    }

    struct InboxProblem: Encodable {
        var path, problem: String
        /// Whether something is not read for it; then the command ends with code 2.
        var leavesOut: Bool
    }

    struct Unread: Encodable {
        var files: Int
        var examples: [String]
    }

    var generation: Int
    var files: [File]
    var firstDay, lastDay: String?
    var missingDays: [Days]
    var unmappedApps: [App]
    var gate: Gate?
    var undated: Undated
    var unread: Unread
    var inboxProblems: [InboxProblem]
    var runs: [Run]
}
