//  What a decision changed, as a small table.
//
//      20220401.json is retracted
//                       before          after         change
//      users           1,036,142        998,101        -38,041
//      News plays 26,137,796,909 20,011,200,118 -6,126,596,791

import Operations
import Wording

extension DecisionResult {
    /// The lines for a person.
    package var text: [String] {
        var lines = ["\(Show.name(name)) is \(state.rawValue)" + (reason.isEmpty ? "" : ": \(Show.name(reason))")]
        for other in others {
            lines.append("\(Show.name(other.name)) is \(other.state.rawValue): \(Show.name(other.reason))")
        }
        var table = TextTable([
            .init(title: ""), .init(title: "before", isNumber: true), .init(title: "after", isNumber: true),
            .init(title: "change", isNumber: true),
        ])
        table.rows.append(Self.row(plan.fold.keyWords[0].plural, Int128(before.keys), Int128(after.keys)))
        for (old, new) in zip(before.groups, after.groups) {
            table.rows.append(Self.row("\(old.name) \(plan.fold.unit)", old.sum, new.sum))
        }
        lines += table.lines(.plain, width: .max)
        lines += notes.map { Show.name($0) }
        lines += outputs.filter { $0.problem == nil }.map { Show.name($0.text) }
        return lines
    }

    private static func row(_ name: String, _ old: Int128, _ new: Int128) -> TextTable.Row {
        let change = new - old
        let texts = [name, Show.number(old), Show.number(new), (change > 0 ? "+" : "") + Show.number(change)]
        return TextTable.Row(cells: texts.map { .init($0) })
    }
}
