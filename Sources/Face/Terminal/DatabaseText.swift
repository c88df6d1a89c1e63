//  What an export into a database did, in words.
//
//      schema "watchfold" of "sales" at db.example is of generation 7
//      plays  1,920,546 rows  12,034 added, 534,120 changed, 0 removed
//      daily         30 rows  1 added, 0 changed, 0 removed
//      14.2 s

import Publishing
import Wording

extension DatabaseResult {
    /// The lines for a person.
    func lines(seconds: Double) -> [String] {
        var lines = ["schema \"\(Show.name(schema))\" of \(Show.name(place)) is of generation \(generation)"]
        var rows = TextTable([.init(title: ""), .init(title: "", isNumber: true), .init(title: "")])
        rows.rows = tables.map { table in
            let change = table.change
            return TextTable.Row(cells: [
                .init(table.report.name), .init("\(Show.number(table.rows)) row\(table.rows == 1 ? " " : "s")"),
                .init(
                    "\(Show.number(change.added)) added, \(Show.number(change.changed)) changed, "
                        + "\(Show.number(change.removed)) removed"),
            ])
        }
        lines += rows.lines(.plain, width: .max)
        lines.append(Show.duration(seconds))
        return lines
    }

    /// What was not taken as it is; nil when all was.
    var warning: String? {
        guard let first = zeros.first else { return nil }
        let name = Show.name(String(decoding: first, as: UTF8.self))
        return "text in PostgreSQL cannot hold the character U+0000: it is written as \u{2400} in "
            + "\(Show.count(zeros.count, "name")), the first one is \"\(name)\""
    }
}
