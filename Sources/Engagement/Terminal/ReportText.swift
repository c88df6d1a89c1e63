//  The report for a terminal: the numbers of the page, with bars made of letters.
//
//      Watched most
//        TV     ██████████████████████████████▌  1,214,001  63.2%
//        Movie  ████▏                              165,120   8.6%
//
//  A bar's last letter is an eighth, a quarter … of a block wide. Lines are as wide as the terminal, up to a width that an
//  eye can follow.

import Records
import Wording

extension ReportFacts {
    /// Lines for a person.
    ///
    /// - Parameter columns: of the terminal; nil when there is none.
    func text(_ style: Style, columns: Int?) -> String {
        var text = ReportText(facts: self, style: style, width: min(max(columns ?? 80, 40), 110))
        text.write()
        return text.lines.joined(separator: "\n") + "\n"
    }
}

private struct ReportText {
    /// Most columns of the calendar, and rows of a list.
    private static let (mostDays, mostRows) = (62, 10)

    let facts: ReportFacts
    let style: Style
    let width: Int
    private(set) var lines: [String] = []

    private var summary: ReportSummary { facts.summary }

    init(facts: ReportFacts, style: Style, width: Int) {
        self.facts = facts
        self.style = style
        self.width = width
    }

    mutating func write() {
        lines.append(style.paint(facts.title, .bold))
        wrap(facts.origin, indent: "")
        lines.append("")
        writeHeadline()
        for note in facts.notes { wrap(note.text, indent: "  ", note.isGood ? .green : .yellow) }
        writeCategories()
        writeMostWatched()
        writeTastes()
        writeActiveDays()
        writeDays()
        writeTop()
        writeQuality()
    }

    private mutating func heading(_ text: String) { lines += ["", style.paint(text, .bold)] }

    /// Breaks a text between words.
    private mutating func wrap(_ text: String, indent: String, _ color: Style.Color? = nil) {
        lines += TextTable.wrapped(Show.name(text), to: width - indent.count).map { line in
            indent + (color.map { style.paint(line, $0) } ?? line)
        }
    }

    private mutating func writeHeadline() {
        let labels = facts.headline.map(\.label.count).max() ?? 0
        let numbers = facts.headline.map(\.shown.count).max() ?? 0
        for number in facts.headline {
            let line =
                "  \(Self.left(number.label, labels))  \(style.paint(Self.right(number.shown, numbers), .bold))  "
            let room = width - 6 - labels - numbers
            lines.append(line + style.paint(Show.cut(number.note, to: room), .dim))
        }
    }

    // MARK: Bars

    /// A line of a chart.
    private struct Bar {
        var label: String
        /// Nil: there is not a number.
        var value: Int128?
        /// What stands behind the bar, in columns.
        var cells: [String]
    }

    /// - Parameter numbered: whether the labels are numbers, which stand to the right.
    private mutating func write(_ bars: [Bar], numbered: Bool = false) {
        let longest = bars.compactMap(\.value).max() ?? 0
        let labels = bars.map { Show.cut(Show.name($0.label), to: width / 3) }
        let labelWidth = labels.map(\.count).max() ?? 0
        let cellWidths = (bars.first?.cells.indices ?? 0..<0).map { cell in bars.map { $0.cells[cell].count }.max()! }
        let room = max(width - 2 - labelWidth - 2 - cellWidths.reduce(0) { $0 + 2 + $1 }, 4)
        for (bar, label) in zip(bars, labels) {
            let letters = bar.value.map { Self.bar($0, longest, room) } ?? "no file"
            var line = "  " + (numbered ? Self.right(label, labelWidth) : Self.left(label, labelWidth)) + "  "
            line += style.paint(letters, bar.value == nil ? .yellow : .blue)
            line += String(repeating: " ", count: max(room - letters.count, 0))
            for (cell, cellWidth) in zip(bar.cells, cellWidths) { line += "  " + Self.right(cell, cellWidth) }
            while line.hasSuffix(" ") { line.removeLast() }
            lines.append(line)
        }
    }

    /// Blocks, the last one an eighth of one or more; nothing for nothing.
    static func bar(_ value: Int128, _ longest: Int128, _ room: Int) -> String {
        guard value > 0, longest > 0 else { return "" }
        let eighths = max(Int((value * Int128(room) * 8 + longest / 2) / longest), 1)
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }

    private static func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(width - text.count, 0)) + text
    }

    private mutating func writeCategories() {
        let hours = HourFormat(summary.categories.map(\.seconds))
        heading("Watch time by category, hours")
        write(
            summary.categories.map {
                Bar(
                    label: $0.name, value: $0.seconds,
                    cells: [hours.text($0.seconds), Readable.share($0.seconds, of: summary.seconds)])
            })
    }

    private func contractBar(_ label: String, _ contracts: Int) -> Bar {
        Bar(
            label: label, value: Int128(contracts),
            cells: [Readable.number(contracts), Readable.share(Int128(contracts), of: Int128(summary.contracts))])
    }

    private mutating func writeMostWatched() {
        heading("Watched most, contracts")
        var bars = summary.categories.map { contractBar($0.name, $0.mostWatched) }
        if summary.withoutSeconds > 0 { bars.append(contractBar("none", summary.withoutSeconds)) }
        write(bars)
    }

    private mutating func writeTastes() {
        guard !summary.tastes.isEmpty else { return }
        heading("Tastes, contracts")
        let shown = summary.tastes.prefix(Self.mostRows)
        var bars = shown.map { contractBar($0.name.isEmpty ? "none" : $0.name, $0.contracts) }
        let rest = summary.tastes.dropFirst(shown.count)
        if !rest.isEmpty {
            bars.append(contractBar("\(Readable.number(rest.count)) others", rest.reduce(0) { $0 + $1.contracts }))
        }
        write(bars)
    }

    private mutating func writeActiveDays() {
        let bins = ActiveDayBins(summary.activeDays).bins
        guard !bins.isEmpty else { return }
        heading("Active days, contracts")
        write(bins.map { contractBar($0.label, $0.contracts) }, numbered: true)
    }

    private mutating func writeDays() {
        let series = DaySeries(summary.days, over: facts.period, limit: Self.mostDays)
        guard !series.columns.isEmpty else { return }
        let hours = HourFormat(series.columns.compactMap(\.seconds))
        heading("Watch time by \(series.unit.rawValue), hours")
        write(
            series.columns.map {
                Bar(label: series.name($0), value: $0.seconds, cells: [$0.seconds.map { hours.text($0) } ?? ""])
            })
    }

    // MARK: Lists

    /// Columns of text; those with numbers stand to the right. What does not fit is cut.
    private mutating func write(_ rows: [[String]], numbers: Set<Int>) {
        guard let count = rows.first?.count else { return }
        var table = TextTable((0..<count).map { .init(title: "", isNumber: numbers.contains($0)) })
        table.rows = rows.map { TextTable.Row(cells: $0.map { .init($0) }) }
        lines += table.lines(.plain, width: .max).map { Show.cut("  " + $0, to: width) }
    }

    private mutating func writeTop() {
        guard !summary.top.isEmpty else { return }
        heading("Top contracts, hours")
        let hours = HourFormat(summary.top.map { Int128($0.total) })
        write(
            summary.top.map { contract in
                [
                    Show.cut(Show.name(contract.name), to: width / 3), hours.text(Int128(contract.total)),
                    Show.name(contract.mostWatch), Readable.count(contract.activeDays, "day"),
                ]
            }, numbers: [1, 3])
    }

    private mutating func writeQuality() {
        heading("Data quality")
        wrap(facts.conservation, indent: "  ")
        write(facts.rejections.map { rejected($0.reason.rawValue, $0.records) }, numbers: [1, 2])
        if let states = facts.files.states, !states.isEmpty {
            wrap(
                "files: " + states.map { "\(Readable.number($0.files)) \($0.name)" }.joined(separator: ", "),
                indent: "  ")
        }
        for file in facts.files.attention.prefix(Self.mostRows) {
            lines.append(
                Show.cut("  \(Show.name(file.name))  \(file.state)  \(Show.name(file.reason))", to: width))
        }
        more(facts.files.attention.count, "files")
        let apps = facts.unmappedApps
        if apps.isEmpty { return }
        lines.append("  apps in no category:")
        let hours = HourFormat(apps.map { Int128($0.seconds) })
        write(
            apps.prefix(Self.mostRows).map { app in
                [
                    "  " + Show.cut(Show.name(app.name), to: width / 3), "\(hours.text(Int128(app.seconds))) hours",
                    Readable.count(app.records, "record"),
                ]
            }, numbers: [1, 2])
        more(apps.count, "apps")
    }

    private func rejected(_ label: String, _ records: Int) -> [String] {
        [
            "  " + label, Readable.number(records),
            Readable.share(Int128(records), of: Int128(summary.outcomes.read)),
        ]
    }

    /// Says that a list does not show all.
    private mutating func more(_ count: Int, _ noun: String) {
        if count > Self.mostRows { lines.append("  and \(Readable.number(count - Self.mostRows)) more \(noun)") }
    }
}
