//  The end of a run in a few plain lines.

import Ledgers
import Operations
import Records
import Wording

extension RunResult {
    /// Most files that are named in one line.
    private static let namedFiles = 3

    /// The summary's lines.
    ///
    /// - Parameters:
    ///   - path: where the main report went, for the line about keys.
    ///   - columns: of the terminal; nil when there is none.
    func summary(_ path: String, _ plan: PlanSettings, columns: Int? = nil) -> [String] {
        var lines: [String] = []
        var states: [FileState: Int] = [:]
        for file in files where !file.isUnchanged { states[file.state, default: 0] += 1 }
        let alreadyKnown = unchanged + files.count { $0.isUnchanged }
        var parts = FileState.allCases.compactMap { state in
            states[state].map { "\(Show.number($0)) \(state.rawValue)" }
        }
        if alreadyKnown > 0 { parts.append("\(Show.number(alreadyKnown)) unchanged") }
        let count = files.count + unchanged
        lines.append("\(Show.count(count, "file"))" + (parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")))
        let unusual = files.filter { $0.isUnusual && !$0.isUnchanged }
        if !unusual.isEmpty {
            lines.append(
                "\(Show.count(unusual.count, "file")) unusual: "
                    + unusual.prefix(Self.namedFiles).map { Show.name($0.name) }.joined(separator: ", ")
                    + (unusual.count > Self.namedFiles ? ", …" : ""))
        }
        for file in stillOpen {
            lines.append("  \(Show.name(file.name)) is still \(file.state.rawValue): \(Show.name(file.reason))")
        }
        if let text = unread.text { lines.append(text) }
        if let undated, undated.count > 0 { lines.append(undated.text) }
        let counts = counts
        if counts.read > 0 {
            var line = "\(Show.count(counts.read, "record")) read = \(Show.number(counts.folded)) folded"
            line += " + \(Show.number(counts.ignored)) ignored + \(Show.number(counts.rejectedTotal)) rejected"
            if counts.rejectedTotal > 0 {
                line +=
                    " ("
                    + counts.rejected.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                    .map { "\($0.key.rawValue) \(Show.number($0.value))" }.joined(separator: ", ") + ")"
            }
            lines.append(line)
        }
        let told = files.compactMap { file in
            file.isUnchanged ? nil : file.findings.map { (name: String?(file.name), findings: $0) }
        }
        lines += FindingsText(files: told, plan: plan, columns: columns).lines().map { "  " + $0 }
        if foldedFromRows > 0 {
            lines.append("\(Show.count(foldedFromRows, "file")) folded from kept rows, as the plan says now")
        }
        switch publication {
        case .written(_, let keys): lines.append("\(Show.count(keys, plan.fold.keyWords[0])) in \(path)")
        case .current: lines.append("\(path) is up to date")
        case .nothing: lines.append("nothing counts yet, so there is no report")
        // The command ends with a message about it.
        case .withheld: break
        }
        for table in tables {
            lines.append(
                table.problem.map { "\(Show.name(table.name)) stays as it was: \(Show.name($0))" }
                    ?? "\(Show.count(table.rows, "row")) in \(Show.name(table.name))")
        }
        lines += outputs.filter { $0.problem == nil }.map { Show.name($0.text) }
        var line = "\(Show.duration(seconds))"
        if bytes > 0 { line = "\(Show.bytes(bytes)) in \(line): \(Show.rate(bytes, seconds))" }
        lines.append(line)
        return lines
    }
}
