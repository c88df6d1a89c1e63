//  Tables, with and without bars.
//
//  A cell with a number carries it exactly, for programs: `<data value="123456">34.3</data>` is 123,456 seconds, shown as
//  hours. A bar is an image for the eye alone; what it shows stands beside it, so that the table is the chart.

/// A table of the page.
struct PageTable {
    enum Cell {
        /// Text of the program.
        case text(String)
        /// Text of the data.
        case name(String, longest: Int = PageText.longest)
        case number(shown: String, exactly: Int128)
        /// A part of a whole, not meant for programs.
        case share(String)
        /// As long as the part of the longest; colours are numbered from 1, 0 is the one for all that is not a category.
        case bar(Int128, longest: Int128, color: Int)

        static func count(_ value: some BinaryInteger) -> Cell {
            .number(shown: Readable.number(value), exactly: Int128(value))
        }

        static func hours(_ seconds: Int128, _ format: HourFormat) -> Cell {
            .number(shown: format.text(seconds), exactly: seconds)
        }

        var isNumber: Bool {
            switch self {
            case .number, .share: true
            case .text, .name, .bar: false
            }
        }
    }

    struct Column {
        var title: String
        /// Whether it may go where there is little room.
        var isMinor = false
        var isNumber = true
    }

    /// For programs and people who cannot see the heading above.
    var caption: String
    var id: String
    /// The first one names the row.
    var columns: [Column]
    var rows: [[Cell]]
    /// Whether it may be wider than the page; then it can be moved sideways, by keys as well.
    var isWide = false

    func write(to page: inout PageText) {
        if isWide {
            page.line(
                "<div class=\"scroll\" role=\"region\" aria-label=\"\(PageText.escaped(caption))\" tabindex=\"0\">")
        }
        page.line("<table id=\"\(id)\">")
        page.line(PageText.element("caption", "", caption))
        page.raw("<thead><tr>")
        for column in columns {
            let kinds = [column.isNumber ? "n" : "", column.isMinor ? "minor" : ""].filter { !$0.isEmpty }
            let attribute = kinds.isEmpty ? "" : " class=\"\(kinds.joined(separator: " "))\""
            // A column of bars has no heading, and what has no heading is not a header.
            page.raw(
                column.title.isEmpty
                    ? "<td\(attribute)></td>" : "<th scope=\"col\"\(attribute)>\(PageText.escaped(column.title))</th>")
        }
        page.line("</tr></thead>")
        page.line("<tbody>")
        for row in rows { write(row, &page) }
        page.line("</tbody></table>" + (isWide ? "</div>" : ""))
    }

    private func write(_ row: [Cell], _ page: inout PageText) {
        precondition(row.count == columns.count, "a row of \(row.count) cells in a table of \(columns.count) columns")
        page.raw("<tr>")
        for (index, (cell, column)) in zip(row, columns).enumerated() {
            var kinds: [String] = []
            if cell.isNumber { kinds.append("n") }
            if case .bar = cell { kinds.append("bar") }
            if column.isMinor { kinds.append("minor") }
            let attribute = kinds.isEmpty ? "" : " class=\"\(kinds.joined(separator: " "))\""
            let name = index == 0 ? "th scope=\"row\"" : "td"
            page.raw("<\(name)\(attribute)>\(Self.markup(cell))</\(index == 0 ? "th" : "td")>")
        }
        page.line("</tr>")
    }

    private static func markup(_ cell: Cell) -> String {
        switch cell {
        case .text(let text), .share(let text): return PageText.escaped(text)
        case .name(let text, let longest): return PageText.name(text, longest: longest)
        case .number(let shown, let exactly): return "<data value=\"\(exactly)\">\(PageText.escaped(shown))</data>"
        case .bar(let part, let longest, let color):
            // What is more than nothing can be seen.
            let part = part > 0 ? max(part, longest / 120) : 0
            return "<svg aria-hidden=\"true\" focusable=\"false\" width=\"100%\" height=\"14\">"
                + "<rect class=\"c\(color)\" width=\"\(PagePercent.text(part, of: longest))\" height=\"14\" rx=\"2\"/></svg>"
        }
    }
}
