//  The queries of a fold, as text and as JSON.

import DuckDB
import FoldSQL
import SmallJSON

/// A fold's queries, for people and for programs.
struct FoldText {
    private let fold: CompiledFold

    init(_ fold: CompiledFold) { self.fold = fold }

    func text(isDirect: Bool) -> String {
        let source = SQLText.identifier(fold.checked.source.name)
        if isDirect { return fold.direct(over: source) + "\n" + fold.order + ";\n" }
        var parts: [String] = []
        for table in fold.tables {
            parts.append("-- \(table.name): of one file's rows\n" + table.partial(over: source) + ";\n")
            parts.append(
                "-- \(table.name): of several partials\n"
                    + table.merge(over: SQLText.identifier(table.name + " partials")) + ";\n")
        }
        let merged = fold.tables.map { SQLText.identifier($0.name + " merged") }
        parts.append("-- \(fold.checked.name): the answer\n" + fold.finish(over: merged) + "\n" + fold.order + ";\n")
        return parts.joined(separator: "\n")
    }

    /// `{{rows}}` stands for what follows FROM; `{{0}}`, `{{1}}` … for the merged tables, in their order.
    var json: [UInt8] {
        let rows = "{{rows}}"
        var text = JSONText()
        text.object { text in
            text.array("mistakes") { _ in }
            text.member("types", fold.checked.typesQuery(over: rows))
            text.array("binds") { text in
                for bind in fold.checked.rowBinds(over: rows).each + fold.finishBinds(over: rows).each {
                    text.object { text in
                        text.member("line", bind.place.line)
                        text.member("column", bind.place.column)
                        text.member("sql", bind.sql)
                    }
                }
            }
            text.array("names", fold.checked.columnNames)
            text.array("keys", fold.checked.keyNames)
            text.array("tables") { text in
                for table in fold.tables {
                    text.object { text in
                        text.member("name", table.name)
                        text.array("keys", table.keyColumns)
                        text.array("columns", table.columns)
                        text.member("partial", table.partial(over: rows))
                        text.member("merge", table.merge(over: rows))
                    }
                }
            }
            text.member("finish", fold.finish(over: fold.tables.indices.map { "{{\($0)}}" }))
            text.member("direct", fold.direct(over: rows))
        }
        return text.finished()
    }
}
