//  What a check found, for a person and for programs.
//
//      20220405.json  held  1,500 records = 1,380 good + 2 ignored + 118 rejected  JSON Lines, gzip, 262 kB
//        118 of 1500 records were rejected (bad-duration 118); max_reject_ratio allows 5%
//        bad-duration 118, first at line 3
//          {"_index":"history", …

import Admission
import JSONRecords
import Operations
import Records
import SmallJSON
import Wording

extension CheckResult {
    /// - Parameter columns: of the terminal; nil when there is none.
    func text(_ style: Style, columns: Int?) -> String {
        var lines: [String] = []
        for file in files {
            lines.append(Self.line(file, style))
            if !file.reason.isEmpty { lines.append("  " + Show.name(file.reason)) }
            guard let findings = file.reading?.findings else { continue }
            lines += FindingsText(files: [(nil, findings)], plan: plan, columns: columns).lines().map { "  " + $0 }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func line(_ file: CheckedFile, _ style: Style) -> String {
        let color: Style.Color =
            switch file.state {
            case .ok: .green
            case .waiting: .yellow
            case .held, .failed: .red
            }
        var line = "\(Show.name(file.name))  \(style.paint(file.state.rawValue, color))"
        guard let reading = file.reading else { return line }
        let counts = reading.counts
        line += "  \(Show.count(counts.read, "record")) = \(Show.number(counts.folded)) good"
        line += " + \(Show.number(counts.ignored)) ignored + \(Show.number(counts.rejectedTotal)) rejected"
        line += "  \(layout(reading.container)), "
        if reading.compression != .none { line += "\(reading.compression.rawValue), " }
        return line + Show.bytes(reading.size)
    }

    private static func layout(_ container: Container) -> String {
        switch container {
        case .lines: "JSON Lines"
        case .values: "JSON values"
        case .responses: "Elasticsearch answers"
        case .wrapped: "records within objects"
        }
    }

    /// One line about all files, with the time that it took.
    var conclusion: String {
        let states = CheckedFile.State.allCases.compactMap { state in
            let count = files.count { $0.state == state }
            return count > 0 ? "\(Show.number(count)) \(state.rawValue)" : nil
        }
        let bytes = files.reduce(0) { $0 + ($1.reading?.size ?? 0) }
        return "\(Show.count(files.count, "file")): \(states.joined(separator: ", ")); \(Show.bytes(bytes)) in "
            + "\(Show.duration(seconds)): \(Show.rate(bytes, seconds))"
    }

    /// The same as JSON, members in the order of their names.
    func json() -> [UInt8] {
        TerminalJSON.object { text in
            text.array("files") { text in
                for file in files { text.object { file.write(to: &$0, plan) } }
            }
            text.member("ok", isWell)
        }
    }
}

extension CheckedFile {
    fileprivate func write(to text: inout JSONText, _ plan: PlanSettings) {
        let findings = reading?.findings
        text.memberIfAny("bytes", reading?.size)
        text.memberIfAny("compression", reading?.compression.rawValue)
        if let fields = findings?.fields {
            text.array("fields") { text in
                for path in fields.paths {
                    text.object { text in
                        text.array("kinds", fields.kinds[path]!.names)
                        text.member("path", path.string)
                    }
                }
            }
        }
        if let findings { text.object("findings", findings.write) }
        text.memberIfAny("layout", reading?.container.rawValue)
        text.member("name", name)
        if !reason.isEmpty { text.member("reason", reason) }
        if let counts = reading?.counts {
            text.records(
                read: counts.read, folded: counts.folded, ignored: counts.ignored, rejected: counts.rejectedTotal,
                coerced: counts.coerced)
        }
        if let ungrouped = findings?.ungrouped {
            text.array("unmapped_\(plan.fold.labelWords.plural)") { text in
                for row in ungrouped.sorted {
                    text.object { text in
                        text.member(plan.fold.labelWords.noun, row.label)
                        text.member("records", row.records)
                    }
                }
            }
        }
        text.member("verdict", state.rawValue)
    }
}
