//  Columns as SVG: along the calendar, or over the number of active days.
//
//      hours  │
//      20,000 ┼─────────────────────────     the scale: an image of fixed width, for the eye alone
//      10,000 ┼── █ ── █ ── ░ ── █ ────       the field: as wide as there is room, an image with title and description
//           0 ┴── █ ── █ ── ░ ── █ ────
//               1 Apr       3 Apr             ░ no file
//
//  Places along the field are percentages, so the chart takes any width while its letters keep their size; heights are
//  pixels. Numbers in the markup are made by whole-number arithmetic. The columns of a chart stand in a table too, which
//  is what a reader gets who does not see: the chart itself says in its description what it comes to.

/// A chart of columns.
struct ColumnChart {
    struct Column {
        /// Nil: there is not a number, which is another thing than zero.
        var value: Int128?
        /// What is said when a pointer rests on it.
        var tip: String
        /// Below it; nil for most of them when there are many.
        var label: String?
        /// Whether the label is left out where there is little room.
        var isMinor = false
    }

    /// Makes the identifiers of the chart.
    var id: String
    var title: String
    /// What a look at the chart tells.
    var description: String
    /// What is counted, at the head of the scale.
    var unit: String
    var columns: [Column]
    var scale: ChartScale
    var tick: (Int128) -> String

    /// Pixels: the top line, the ground line, all.
    private static let (top, ground, height) = (26, 206, 232)
    /// Few columns are not drawn wider than this part of the field.
    private static let leastSlots = 7

    func write(to page: inout PageText) {
        let labels = scale.ticks.map(tick)
        // A figure of the fonts in question is at most 7.5 pixels wide at this size.
        let width = (labels + [unit]).map { $0.unicodeScalars.count }.max()! * 15 / 2 + 10
        page.line("<div class=\"plot\">")
        page.line(
            "<svg class=\"scale\" width=\"\(width)\" height=\"\(Self.height)\" aria-hidden=\"true\" focusable=\"false\">"
        )
        page.line("<text x=\"\(width - 8)\" y=\"12\">\(PageText.escaped(unit))</text>")
        for (value, label) in zip(scale.ticks, labels) {
            page.line("<text x=\"\(width - 8)\" y=\"\(y(value, extra: 40))\">\(PageText.escaped(label))</text>")
        }
        page.line("</svg>")
        page.line(
            "<svg class=\"field\" width=\"100%\" height=\"\(Self.height)\" role=\"img\" "
                + "aria-labelledby=\"\(id)-title \(id)-desc\">")
        page.line(PageText.element("title", "id=\"\(id)-title\"", title))
        page.line(PageText.element("desc", "id=\"\(id)-desc\"", description))
        for value in scale.ticks {
            let kind = value == 0 ? "ground" : "grid"
            page.line("<line class=\"\(kind)\" x1=\"0\" x2=\"100%\" y1=\"\(y(value))\" y2=\"\(y(value))\"/>")
        }
        let slots = Int128(max(columns.count, Self.leastSlots))
        for (index, column) in columns.enumerated() { write(column, Int128(index), slots, &page) }
        page.line("</svg>")
        page.line("</div>")
    }

    private func write(_ column: Column, _ index: Int128, _ slots: Int128, _ page: inout PageText) {
        let tip = PageText.element("title", "", column.tip)
        // A column takes four fifths of its place.
        let (x, width) = (percent(index * 10 + 1, slots * 10), percent(8, slots * 10))
        if let value = column.value {
            let top = y(max(value, 0))
            page.line(
                "<rect class=\"column\" x=\"\(x)\" y=\"\(top)\" width=\"\(width)\" height=\"\(below(max(value, 0)))\">\(tip)</rect>"
            )
        } else {
            page.line(
                "<rect class=\"gap\" x=\"\(x)\" y=\"\(Self.top)\" width=\"\(width)\" height=\"\(Self.ground - Self.top)\">\(tip)</rect>"
            )
        }
        if let label = column.label {
            page.line(
                "<text\(column.isMinor ? " class=\"minor\"" : "") x=\"\(percent(index * 2 + 1, slots * 2))\" "
                    + "y=\"\(Self.height - 8)\">\(PageText.escaped(label))</text>")
        }
    }

    /// Pixels from above, in tenths; `extra` tenths further down.
    private func y(_ value: Int128, extra: Int128 = 0) -> String {
        tenths(Int128(Self.ground) * 10 - high(value) + extra)
    }

    private func below(_ value: Int128) -> String { tenths(high(value)) }

    /// Tenths of pixels above the ground. What is more than nothing can be seen.
    private func high(_ value: Int128) -> Int128 {
        let full = Int128(Self.ground - Self.top) * 10
        // Sums of Int64 values times a few thousand fit well.
        let high = (min(value, scale.top) * full + scale.top / 2) / scale.top
        return value > 0 ? max(high, 10) : 0
    }

    private func tenths(_ value: Int128) -> String { value % 10 == 0 ? "\(value / 10)" : "\(value / 10).\(value % 10)" }

    private func percent(_ part: Int128, _ whole: Int128) -> String { PagePercent.text(part, of: whole) }
}

/// A share as an SVG length: `12.35%`.
enum PagePercent {
    static func text(_ part: Int128, of whole: Int128) -> String {
        guard whole > 0, part > 0 else { return "0" }
        let hundredths = (min(part, whole) * 10_000 + whole / 2) / whole
        let rest = hundredths % 100
        return "\(hundredths / 100)\(rest == 0 ? "" : rest < 10 ? ".0\(rest)" : ".\(rest)")%"
    }
}
