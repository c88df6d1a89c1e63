//  Columns of text for a terminal: names to the left, numbers to the right, as wide as what is in them.
//
//      FILE           STATE   DAY         RECORDS  REJECTED
//      20220401.json  folded  2022-04-01      508         6
//        negative-duration 4, bad-duration 1, malformed-json 1
//      20220402.json  held    2022-04-02    1,500       118
//        118 of 1500 records were rejected …
//
//  A row may have notes, which stand below it. Where the terminal is too narrow, columns that can be done without go
//  first, and then names are cut.

/// A table of rows with notes.
package struct TextTable {
    package struct Column {
        package var title: String
        package var isNumber = false
        /// The higher, the earlier it is left out; nil: never.
        package var dispensable: Int?
        /// Whether its texts may be cut.
        package var isCut = false

        package init(title: String, isNumber: Bool = false, dispensable: Int? = nil, isCut: Bool = false) {
            self.title = title
            self.isNumber = isNumber
            self.dispensable = dispensable
            self.isCut = isCut
        }
    }

    package struct Cell {
        package var text: String
        package var color: Style.Color?

        package init(_ text: String, _ color: Style.Color? = nil) {
            self.text = text
            self.color = color
        }
    }

    package struct Row {
        /// One for each column.
        package var cells: [Cell]
        package var notes: [Cell]

        package init(cells: [Cell], notes: [Cell] = []) {
            self.cells = cells
            self.notes = notes
        }
    }

    package static let gap = 2
    private static let leastName = 8

    package let columns: [Column]
    package var rows: [Row] = []

    package init(_ columns: [Column]) { self.columns = columns }

    /// The lines, with the titles first, if there are any.
    ///
    /// - Parameter width: columns of the terminal.
    package func lines(_ style: Style, width: Int) -> [String] {
        var shown = Array(columns.indices)
        var widths = columns.indices.map { column in
            (rows.map { Self.width($0.cells[column].text) } + [columns[column].title.count]).max()!
        }
        func needed() -> Int { shown.reduce(-Self.gap) { $0 + widths[$1] + Self.gap } }
        while needed() > width,
            let first = shown.filter({ columns[$0].dispensable != nil }).max(by: { a, b in
                columns[a].dispensable! < columns[b].dispensable!
            })
        {
            shown.removeAll { $0 == first }
        }
        if needed() > width, let cut = shown.first(where: { columns[$0].isCut }) {
            widths[cut] = max(Self.leastName, widths[cut] - (needed() - width))
        }
        func line(_ cells: [Cell]) -> String {
            var line = ""
            for column in shown {
                let text = columns[column].isCut ? Show.cut(cells[column].text, to: widths[column]) : cells[column].text
                let padding = String(repeating: " ", count: max(0, widths[column] - Self.width(text)))
                let painted = cells[column].color.map { style.paint(text, $0) } ?? text
                let isLast = column == shown.last
                line += columns[column].isNumber ? padding + painted : painted + (isLast ? "" : padding)
                if !isLast { line += String(repeating: " ", count: Self.gap) }
            }
            return line
        }
        var lines = columns.allSatisfy(\.title.isEmpty) ? [] : [line(columns.map { Cell($0.title, .bold) })]
        for row in rows {
            lines.append(line(row.cells))
            for note in row.notes {
                lines += Self.wrapped(note.text, to: width - Self.gap).map { text in
                    "  " + (note.color.map { style.paint(text, $0) } ?? text)
                }
            }
        }
        return lines
    }

    private static func width(_ text: String) -> Int { text.count }

    /// A text on lines of so many columns, cut between words where that can be.
    package static func wrapped(_ text: String, to columns: Int) -> [String] {
        guard columns > leastName else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > columns {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
