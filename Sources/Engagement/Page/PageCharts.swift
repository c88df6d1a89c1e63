//  The charts of the page, each with the numbers that it is drawn from.

import Records

/// Writes the charts.
struct PageCharts {
    /// Most columns of the chart along the calendar.
    private static let mostDays = 100

    private let facts: ReportFacts
    private let hours: HourFormat

    init(_ facts: ReportFacts) {
        self.facts = facts
        hours = HourFormat(facts.summary.categories.map(\.seconds))
    }

    private var summary: ReportSummary { facts.summary }

    func write(to page: inout PageText) {
        page.line("<div class=\"pair\">")
        writeCategories(&page)
        writeMostWatched(&page)
        page.line("</div>")
        page.line("<div class=\"pair\">")
        writeTastes(&page)
        writeActiveDays(&page)
        page.line("</div>")
        writeDays(&page)
    }

    private func begin(_ title: String, _ lead: String, _ page: inout PageText) {
        page.line("<section>")
        page.line(PageText.element("h2", "", title))
        page.line(PageText.element("p", "class=\"lead\"", lead))
    }

    /// Categories have a colour each, the same everywhere; there are eight.
    private func color(_ category: Int) -> Int { category % 8 + 1 }

    // MARK: Bars

    private func writeCategories(_ page: inout PageText) {
        let longest = summary.categories.map(\.seconds).max() ?? 0
        var lead = "No watch time."
        if let first = summary.categories.max(by: { $0.seconds < $1.seconds }), first.seconds > 0 {
            lead = "\(Readable.cut(first.name, to: PageText.longest)) has "
            lead += "\(Readable.share(first.seconds, of: summary.seconds)) of all hours."
        }
        begin("Watch time by category", lead, &page)
        PageTable(
            caption: "Hours by category", id: "categories",
            columns: [
                .init(title: "Category", isNumber: false), .init(title: "", isNumber: false), .init(title: "Hours"),
                .init(title: "Share"), .init(title: "Contracts"),
            ],
            rows: summary.categories.enumerated().map { index, category in
                [
                    .name(category.name), .bar(category.seconds, longest: longest, color: color(index)),
                    .hours(category.seconds, hours), .share(Readable.share(category.seconds, of: summary.seconds)),
                    .count(category.contracts),
                ]
            }
        ).write(to: &page)
        page.line("</section>")
    }

    private func writeMostWatched(_ page: inout PageText) {
        let longest = Int128(summary.categories.map(\.mostWatched).max() ?? 0)
        let whole = Int128(summary.contracts)
        begin("Watched most", "Contracts by the category that they watch most.", &page)
        var rows: [[PageTable.Cell]] = summary.categories.enumerated().map { index, category in
            let count = Int128(category.mostWatched)
            return [
                .name(category.name), .bar(count, longest: longest, color: color(index)), .count(count),
                .share(Readable.share(count, of: whole)),
            ]
        }
        if summary.withoutSeconds > 0 {
            let count = Int128(summary.withoutSeconds)
            rows.append([
                .text("none"), .bar(count, longest: max(longest, count), color: 0), .count(count),
                .share(Readable.share(count, of: whole)),
            ])
        }
        writeContractBars("Contracts by the category that they watch most", "Category", "most-watched", rows, &page)
    }

    private func writeTastes(_ page: inout PageText) {
        let whole = Int128(summary.contracts)
        let longest = Int128(summary.tastes.first?.contracts ?? 0)
        let shown = summary.tastes.prefix(12)
        begin("Tastes", "Contracts by all the categories that they watch.", &page)
        var rows: [[PageTable.Cell]] = shown.map { taste in
            let count = Int128(taste.contracts)
            return [
                taste.name.isEmpty ? .text("none") : .name(taste.name), .bar(count, longest: longest, color: 0),
                .count(count), .share(Readable.share(count, of: whole)),
            ]
        }
        let rest = summary.tastes.dropFirst(shown.count)
        if !rest.isEmpty {
            let count = rest.reduce(Int128(0)) { $0 + Int128($1.contracts) }
            rows.append([
                .text("\(Readable.number(rest.count)) others"), .bar(count, longest: max(longest, count), color: 0),
                .count(count), .share(Readable.share(count, of: whole)),
            ])
        }
        writeContractBars("Contracts by all the categories that they watch", "Taste", "tastes", rows, &page)
    }

    private func writeContractBars(
        _ caption: String, _ first: String, _ id: String, _ rows: [[PageTable.Cell]], _ page: inout PageText
    ) {
        PageTable(
            caption: caption, id: id,
            columns: [
                .init(title: first, isNumber: false), .init(title: "", isNumber: false), .init(title: "Contracts"),
                .init(title: "Share"),
            ], rows: rows
        ).write(to: &page)
        page.line("</section>")
    }

    // MARK: Columns

    /// The chart's numbers, folded away until somebody wants them.
    private func writeNumbers(_ table: PageTable, _ page: inout PageText) {
        page.line("<details><summary>\(PageText.escaped(table.caption)), in numbers</summary>")
        table.write(to: &page)
        page.line("</details>")
    }

    private func writeActiveDays(_ page: inout PageText) {
        let bins = ActiveDayBins(summary.activeDays)
        guard !bins.bins.isEmpty else { return }
        let whole = Int128(summary.contracts)
        let common = bins.bins.max { $0.contracts < $1.contracts }!
        let lead =
            "Contracts by the number of days on which they watched. Most often it is \(common.name)"
            + " (\(Readable.share(Int128(common.contracts), of: whole)))."
        begin("Active days", lead, &page)
        let step = labelStep(bins.bins.count)
        let chart = ColumnChart(
            id: "active-chart", title: "Contracts by active days", description: lead, unit: "contracts",
            columns: bins.bins.enumerated().map { index, bin in
                let isLabelled = bins.bins.count <= 16 || index % step == 0
                return .init(
                    value: Int128(bin.contracts), tip: "\(bin.name): \(Readable.count(bin.contracts, "contract"))",
                    label: isLabelled ? bin.label : nil,
                    isMinor: bins.bins.count <= 16 ? bins.bins.count > 8 && index % 2 == 1 : index / step % 2 == 1)
            },
            scale: ChartScale(largest: Int128(common.contracts), unit: 1), tick: { Readable.number($0) })
        chart.write(to: &page)
        writeNumbers(
            PageTable(
                caption: "Contracts by active days", id: "active-days",
                columns: [.init(title: "Days", isNumber: false), .init(title: "Contracts"), .init(title: "Share")],
                rows: bins.bins.map { bin in
                    [
                        .text(bin.label), .count(bin.contracts),
                        .share(Readable.share(Int128(bin.contracts), of: whole)),
                    ]
                }), &page)
        page.line("</section>")
    }

    /// From one label below a chart to the next: ten of them at most.
    private func labelStep(_ count: Int) -> Int {
        [1, 2, 5, 7, 14].first { (count + $0 - 1) / $0 <= 10 } ?? (count + 9) / 10
    }

    private func writeDays(_ page: inout PageText) {
        let series = DaySeries(summary.days, over: facts.period, limit: Self.mostDays)
        guard !series.columns.isEmpty else { return }
        let values = series.columns.compactMap(\.seconds)
        let format = HourFormat(values)
        let missing = series.columns.count { $0.seconds == nil }
        let highest = series.columns.max { ($0.seconds ?? .min) < ($1.seconds ?? .min) }!
        let unit = series.unit.rawValue
        var lead = "Hours watched, \(unit) by \(unit)"
        let preposition = series.unit == .day ? "on" : "in"
        lead += highest.seconds.map { "; most \(preposition) \(series.words(highest)): \(format.text($0))." } ?? "."
        if series.isBroken { lead += " Years without files are left out." }
        if missing > 0 { lead += " \(Readable.count(missing, unit)) without a file, shaded." }
        if summary.days.contains(where: { $0.day == nil }) { lead += " Files without a date are not in this chart." }
        begin("Watch time by \(unit)", lead, &page)
        let scale = ChartScale(largest: max(values.max() ?? 0, 0), unit: 36)
        let ticks = HourFormat(places: scale.step % 100 == 0 ? 0 : scale.step % 10 == 0 ? 1 : 2)
        let step = labelStep(series.columns.count)
        ColumnChart(
            id: "days-chart", title: "Hours watched by \(unit)", description: lead, unit: "hours",
            columns: series.columns.enumerated().map { index, column in
                .init(
                    value: column.seconds,
                    tip: "\(series.name(column)): \(column.seconds.map { "\(format.text($0)) hours" } ?? "no file")",
                    label: index % step == 0 ? series.label(column) : nil, isMinor: index / step % 2 == 1)
            }, scale: scale, tick: { ticks.text($0) }
        ).write(to: &page)
        writeNumbers(dayTable(series, format), &page)
        page.line("</section>")
    }

    private func dayTable(_ series: DaySeries, _ format: HourFormat) -> PageTable {
        let isDaily = series.unit == .day
        var rows: [[PageTable.Cell]] = series.columns.map { column in
            var row = [PageTable.Cell.text(series.name(column))]
            if let seconds = column.seconds {
                row += [.hours(seconds, format), .count(isDaily ? Int(column.contracts ?? 0) : column.filled)]
            } else {
                row += [.share("no file"), .share("")]
            }
            return row
        }
        if let row = summary.days.first(where: { $0.day == nil }) {
            rows.append([
                .text("no date"), .hours(Int128(row.total), format), isDaily ? .count(row.contracts) : .share(""),
            ])
        }
        let heading: String
        switch series.unit {
        case .day: heading = "Day"
        case .week: heading = "Week"
        case .month: heading = "Month"
        case .year: heading = "Year"
        }
        return PageTable(
            caption: "Hours watched by \(series.unit.rawValue)", id: "days",
            columns: [
                .init(title: heading, isNumber: false), .init(title: "Hours"),
                .init(title: isDaily ? "Contracts" : "Days with files"),
            ], rows: rows)
    }
}

/// The histogram of active days: a bin a day, or wider ones when there are many days.
package struct ActiveDayBins: Sendable, Equatable {
    package struct Bin: Sendable, Equatable {
        /// Of days.
        package var range: ClosedRange<Int>
        package var contracts: Int

        /// `7`, `8–14`
        package var label: String {
            range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound)–\(range.upperBound)"
        }
        /// `1 day`, `7 days`, `8–14 days`
        var name: String { range == 1...1 ? "1 day" : "\(label) days" }
    }

    package let bins: [Bin]

    /// - Parameter counts: of contracts, by the number of days.
    package init(_ counts: [Int]) {
        // Up to six weeks a bin each, then weeks, then months of thirty days …
        var width = [1, 7, 30, 90, 365].first { (counts.count + $0 - 1) / $0 <= 42 } ?? 365
        while (counts.count + width - 1) / width > 42 { width *= 10 }
        var bins: [Bin] = []
        if let none = counts.first, none > 0 { bins.append(Bin(range: 0...0, contracts: none)) }
        for start in stride(from: 1, to: counts.count, by: width) {
            let range = start...start + width - 1
            bins.append(Bin(range: range, contracts: counts[start..<min(start + width, counts.count)].reduce(0, +)))
        }
        self.bins = bins
    }
}
