//  What a decision changed, as a small table.
//
//      20220401.json is retracted
//                       before          after         change
//      users           1,036,142        998,101        -38,041
//      News plays 26,137,796,909 20,011,200,118 -6,126,596,791

import Operations
import Wording

extension DecisionReport {
    /// The lines for a person.
    package var text: [String] {
        var lines = ["\(Show.name(name)) is \(state.rawValue)" + (reason.isEmpty ? "" : ": \(Show.name(reason))")]
        for other in others {
            lines.append("\(Show.name(other.name)) is \(other.state.rawValue): \(Show.name(other.reason))")
        }
        var rows = [["", "before", "after", "change"]]
        rows.append(row(words.keys, Int128(before.keys), Int128(after.keys)))
        for (old, new) in zip(before.groups, after.groups) {
            rows.append(row("\(old.name) \(words.unit)", old.sum, new.sum))
        }
        let widths = (0..<4).map { column in rows.map { $0[column].count }.max()! }
        for row in rows {
            var line = row[0] + String(repeating: " ", count: widths[0] - row[0].count)
            for column in 1..<4 {
                line += "  " + String(repeating: " ", count: widths[column] - row[column].count) + row[column]
            }
            lines.append(line)
        }
        lines += notes.map { Show.name($0) }
        lines += outputs.filter { $0.problem == nil }.map { Show.name($0.text) }
        return lines
    }

    private func row(_ name: String, _ old: Int128, _ new: Int128) -> [String] {
        let change = new - old
        return [name, Show.number(old), Show.number(new), (change > 0 ? "+" : "") + Show.number(change)]
    }
}
