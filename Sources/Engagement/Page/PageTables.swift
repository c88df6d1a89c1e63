//  The tables of the page: the contracts with most hours, and what to think of the files.

import Records
import Wording

/// Writes the tables.
struct PageTables {
    /// Most rows of a table of the data, so that a page stays a page.
    private static let mostRows = 25

    let facts: ReportFacts

    private var summary: ReportSummary { facts.summary }

    func write(to page: inout PageText) {
        writeTopContracts(&page)
        writeQuality(&page)
    }

    private func writeTopContracts(_ page: inout PageText) {
        guard !summary.top.isEmpty else { return }
        let format = HourFormat(summary.top.map { Int128($0.total) })
        page.line("<section>")
        page.line("<h2>Top contracts</h2>")
        page.line(PageText.element("p", "class=\"lead\"", "The \(Readable.number(summary.top.count)) with most hours."))
        // A column for each category is readable as long as there are few.
        let categories = summary.categories.count <= 8 ? Array(summary.categories.indices) : []
        var columns = [
            PageTable.Column(title: "Contract", isNumber: false), PageTable.Column(title: "Hours"),
        ]
        columns += categories.map { .init(title: Readable.cut(summary.categories[$0].name, to: 20), isMinor: true) }
        columns += [
            .init(title: "Watched most", isMinor: true, isNumber: false), .init(title: "Active days"),
        ]
        PageTable(
            caption: "Contracts with most hours", id: "top", columns: columns,
            rows: summary.top.map { contract in
                [.name(contract.name, longest: 40), .hours(Int128(contract.total), format)]
                    + categories.map { .hours(Int128(contract.seconds[$0]), format) }
                    + [.name(contract.mostWatch, longest: 40), .count(contract.activeDays)]
            }, isWide: true
        ).write(to: &page)
        page.line("</section>")
    }

    private func writeQuality(_ page: inout PageText) {
        page.line("<section>")
        page.line("<h2>Data quality</h2>")
        page.line(PageText.element("p", "class=\"lead\"", facts.conservation))
        page.line("<div class=\"pair\">")
        writeStates(&page)
        writeRejections(&page)
        page.line("</div>")
        writeAttention(&page)
        page.line("<div class=\"pair\">")
        writeUnmapped(&page)
        writeMissing(&page)
        page.line("</div>")
        page.line("</section>")
    }

    private func begin(_ title: String, _ page: inout PageText) {
        page.line("<div>")
        page.line(PageText.element("h3", "", title))
    }

    private func none(_ text: String, _ page: inout PageText) {
        page.line(PageText.element("p", "class=\"none\"", text))
    }

    private func writeStates(_ page: inout PageText) {
        begin("Files by state", &page)
        if let states = facts.files.states, !states.isEmpty {
            PageTable(
                caption: "Files by state", id: "states",
                columns: [
                    .init(title: "State", isNumber: false), .init(title: "Files"),
                    .init(title: "Means", isNumber: false),
                ],
                rows: states.map { [.text($0.name), .count($0.files), .text(Self.meaning(state: $0.name))] }
            ).write(to: &page)
        } else {
            none("\(Readable.count(summary.receipt.files.count, "file")) counted.", &page)
        }
        page.line("</div>")
    }

    private static func meaning(state: String) -> String {
        switch state {
        case "new": "seen, not read yet"
        case "waiting": "empty, or ends in the middle"
        case "folded": "read and counted"
        case "duplicate": "the same content counts under another name"
        case "held": "too much was rejected, or it is unlike the days before"
        case "failed": "could not be read"
        case "retracted": "taken out by hand"
        default: ""
        }
    }

    private func writeRejections(_ page: inout PageText) {
        begin("Rejected records", &page)
        let rejections = facts.rejections
        let longest = Int128(rejections.first?.records ?? 0)
        if rejections.isEmpty {
            none("None.", &page)
        } else {
            PageTable(
                caption: "Rejected records by reason", id: "rejections",
                columns: [
                    .init(title: "Reason", isNumber: false), .init(title: "", isNumber: false),
                    .init(title: "Records"), .init(title: "Of all read"),
                ],
                rows: rejections.map { reason, records in
                    [
                        .text(reason.rawValue), .bar(Int128(records), longest: longest, color: 0), .count(records),
                        .share(Readable.share(Int128(records), of: Int128(summary.outcomes.read))),
                    ]
                }
            ).write(to: &page)
        }
        page.line("</div>")
    }

    /// Says that a table does not show all.
    private func more(_ count: Int, _ noun: String, _ page: inout PageText) {
        if count > Self.mostRows { none("And \(Readable.number(count - Self.mostRows)) more \(noun).", &page) }
    }

    private func writeAttention(_ page: inout PageText) {
        guard facts.files.states != nil else {
            none("Files that did not count at this generation are not part of the report.", &page)
            return
        }
        begin("Files that need a look", &page)
        if facts.files.attention.isEmpty {
            none("None: no file is held back, unreadable, unfinished or unusual.", &page)
        } else {
            PageTable(
                caption: "Files that need a look", id: "attention",
                columns: [
                    .init(title: "File", isNumber: false), .init(title: "State", isNumber: false),
                    .init(title: "Day", isMinor: true, isNumber: false), .init(title: "Why", isNumber: false),
                ],
                rows: facts.files.attention.prefix(Self.mostRows).map { file in
                    [
                        .name(file.name), .text(file.state), .text(file.date ?? "none"),
                        .name(file.reason, longest: 300),
                    ]
                }, isWide: true
            ).write(to: &page)
            more(facts.files.attention.count, "files", &page)
        }
        page.line("</div>")
    }

    private func writeUnmapped(_ page: inout PageText) {
        begin("Apps in no category", &page)
        let apps = facts.unmappedApps
        let format = HourFormat(apps.map { Int128($0.seconds) })
        if apps.isEmpty {
            none("None.", &page)
        } else {
            PageTable(
                caption: "Apps in no category", id: "unmapped",
                columns: [
                    .init(title: "App", isNumber: false), .init(title: "Hours"), .init(title: "Records"),
                    .init(title: "Contracts"),
                ],
                rows: apps.prefix(Self.mostRows).map { app in
                    [
                        .name(app.name, longest: 40), .hours(Int128(app.seconds), format), .count(app.records),
                        .count(app.contracts),
                    ]
                }
            ).write(to: &page)
            more(apps.count, "apps", &page)
        }
        page.line("</div>")
    }

    private func writeMissing(_ page: inout PageText) {
        begin("Days without a file", &page)
        let gaps = facts.missingDays
        if gaps.isEmpty {
            none(facts.period == nil ? "No file has a date." : "None.", &page)
        } else {
            PageTable(
                caption: "Days without a file", id: "missing",
                columns: [.init(title: "Days", isNumber: false), .init(title: "How many")],
                rows: gaps.prefix(Self.mostRows).map { [.text(DateText.range($0)), .count($0.length)] }
            ).write(to: &page)
            more(gaps.count, "gaps", &page)
        }
        page.line("</div>")
    }
}
