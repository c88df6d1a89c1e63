//  What an export into a database did, in words.
//
//      schema "watchfold" of "sales" at db.example is of generation 7
//      plays  1,920,546 rows  12,034 added, 534,120 changed, 0 removed
//      daily         30 rows  1 added, 0 changed, 0 removed
//      14.2 s

import Publishing
import Wording

extension DatabaseReport {
    /// The lines for a person.
    func lines(seconds: Double) -> [String] {
        let names = tables.map(\.report.name)
        let counts = tables.map { Show.number($0.rows) }
        let width = (names.map(\.count).max() ?? 0, counts.map(\.count).max() ?? 0)
        var lines = ["schema \"\(Show.name(schema))\" of \(Show.name(place)) is of generation \(generation)"]
        for (table, (name, count)) in zip(tables, zip(names, counts)) {
            let change = table.change
            lines.append(
                name + String(repeating: " ", count: width.0 - name.count + 2)
                    + String(repeating: " ", count: width.1 - count.count)
                    + "\(count) row\(table.rows == 1 ? " " : "s")"
                    + "  \(Show.number(change.added)) added, \(Show.number(change.changed)) changed, "
                    + "\(Show.number(change.removed)) removed")
        }
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
