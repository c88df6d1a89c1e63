//  The page, read by the XML parser of Foundation: it must be well formed whatever the data says, name nothing outside of
//  itself, and carry every number of the summary.

import Engagement
import Foundation
import FoundationXML
import Records
import Reports
import Testing
import Wording

@testable import Engagement

/// A page as its parser sees it.
private final class ReadPage: NSObject, XMLParserDelegate {
    struct Element {
        var name: String
        var attributes: [String: String]
        /// All text inside.
        var text = ""
    }

    private(set) var elements: [Element] = []
    private var open: [Int] = []
    private(set) var problem: String?

    init(_ bytes: [UInt8]) {
        super.init()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = self
        if !parser.parse() { problem = "line \(parser.lineNumber): \(String(describing: parser.parserError))" }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        open.append(elements.count)
        elements.append(Element(name: name, attributes: attributes))
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        for index in open { elements[index].text += text }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        open.removeLast()
    }

    func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

    /// The texts of the cells of a table's body, and the exact numbers in them.
    func table(_ id: String) -> [[String]] {
        guard let start = elements.firstIndex(where: { $0.name == "table" && $0.attributes["id"] == id }) else {
            return []
        }
        var rows: [[String]] = []
        for element in elements[(start + 1)...] {
            switch element.name {
            case "table": return rows
            case "tr": rows.append([])
            case "th", "td": rows[rows.count - 1].append(element.text)
            case "data": rows[rows.count - 1][rows[rows.count - 1].count - 1] = element.attributes["value"]!
            case "section", "footer", "div", "h2", "h3": return rows
            default: break
            }
        }
        return rows
    }
}

@Suite struct PageTests {
    private static let nasty = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</title></style><b>", "&amp;", "a'b\"c", "]]>",
        "<!--", "\u{0}\u{1}\u{8}\u{1B}[31m", "\u{FFFE}\u{FFFF}", "\u{202E}reversed", "😀é", "two\nlines", "",
        String(repeating: "<", count: 5000), "http-equiv=refresh", "{}</style>",
    ]

    private static func facts(categories: Int = 5, text: (Int) -> String = { "C\($0)" }) throws -> ReportFacts {
        let map = try CategoryMap(
            (0..<categories).map { .init("N\($0)\(text($0))", apps: ["APP\($0)\(text($0))"]) })
        var counts = OutcomeCounts()
        counts.folded = 12_345
        counts.ignored = 2
        counts.rejected = [.truncated: 1, .negativeDuration: 70]
        let days = [1, 2, 3, 6].map { CalendarDay(year: 2022, month: 4, day: $0)! }
        let receipt = Receipt(
            tool: "watchfold 1.0", generation: 12, inputsDigest: "cd34", days: Set(days),
            reports: EngagementReports(map), mapDigest: "ab",
            totals: .init(keys: 40, groupedKeys: 30, records: 12_345, sum: 400_000),
            files: [
                .init(name: "a.json", digest: "00", day: days[0], state: "folded", counts: counts, sum: 400_000)
            ], outputs: [])
        let seconds = (0..<categories).map { Int64(1_000_000 / (1 << min($0 * 3, 30))) }
        let summary = ReportSummary(
            receipt: receipt,
            categories: map.categories.enumerated().map { index, category in
                var all = ReportSummary.Category(category.name)
                (all.seconds, all.contracts, all.mostWatched) = (
                    Int128(seconds[index]), 20 - index % 20, 10 - index % 10
                )
                return all
            },
            withoutSeconds: 3,
            tastes: (0..<15).map { .init(name: text($0), contracts: 100 - $0, seconds: 5) },
            activeDays: [2, 10, 0, 18],
            days: days.enumerated().map {
                .init(day: $1, contracts: Int64($0) + 5, seconds: seconds, total: Int64($0) * 36_000)
            } + [.init(day: nil, contracts: 1, seconds: seconds, total: 7)],
            apps: (0..<30).map { .init(name: text($0), category: "", records: 1, contracts: 1, seconds: Int64($0)) },
            top: (0..<20).map {
                .init(
                    name: text($0), seconds: seconds, total: 5_000_000 - Int64($0), mostWatch: text($0), taste: "x",
                    activeDays: 4)
            })
        return ReportFacts(
            summary,
            FileFacts(
                committed: "2022-05-01T06:12:09Z",
                states: [.init(name: "folded", files: 1), .init(name: "held", files: 30)],
                attention: (0..<30).map { .init(name: text($0), state: "held", date: nil, reason: text($0 + 1)) }))
    }

    @Test func whateverTheDataSaysIsTextAndNothingElse() throws {
        let facts = try Self.facts { Self.nasty[$0 % Self.nasty.count] }
        let bytes = ReportPage(facts).bytes
        let page = ReadPage(bytes)
        #expect(page.problem == nil)
        #expect(page.all("script").isEmpty && page.all("img").isEmpty && page.all("b").isEmpty)
        #expect(page.all("title").first?.text == "Watch time, 1–6 April 2022" && page.all("style").count == 1)
        // The same elements as with harmless texts, one for one.
        let harmless = ReadPage(ReportPage(try Self.facts()).bytes)
        #expect(page.elements.map(\.name) == harmless.elements.map(\.name))
        #expect(
            page.elements.map { Set($0.attributes.keys) } == harmless.elements.map { Set($0.attributes.keys) })
        // And the texts arrive.
        #expect(page.table("top").map { $0.first ?? "" }.contains("<script>alert(1)</script>"))
        #expect(page.table("top").map { $0.first ?? "" }.contains("two\\u{a}lines"))
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || $0.value == 0x202E })
    }

    @Test func namesNothingOutsideOfItself() throws {
        let text = String(decoding: ReportPage(try Self.facts()).bytes, as: UTF8.self)
        for word in ["http:", "https:", "url(", "src=", "href", "@import", "<script", "<link", "javascript", "onload"] {
            #expect(!text.lowercased().contains(word), "\(word)")
        }
        let page = ReadPage(Array(text.utf8))
        let policy = page.all("meta").first { $0.attributes["http-equiv"] == "Content-Security-Policy" }
        #expect(policy?.attributes["content"]?.hasPrefix("default-src 'none'; style-src 'unsafe-inline';") == true)
        // Nothing that could be fetched comes before the policy.
        #expect(page.elements.prefix(4).map(\.name) == ["html", "head", "meta", "meta"])
    }

    @Test func everyChartSaysWhatItShowsAndEveryReferenceIsThere() throws {
        let page = ReadPage(ReportPage(try Self.facts()).bytes)
        let ids = page.elements.compactMap { $0.attributes["id"] }
        #expect(Set(ids).count == ids.count, "an identifier twice")
        let images = page.all("svg").filter { $0.attributes["role"] == "img" }
        #expect(images.count == 2)
        for image in images {
            let named = image.attributes["aria-labelledby"]!.split(separator: " ").map(String.init)
            #expect(named.count == 2 && named.allSatisfy(ids.contains))
        }
        for svg in page.all("svg") {
            #expect(svg.attributes["role"] == "img" || svg.attributes["aria-hidden"] == "true")
        }
        #expect(!page.all("th").isEmpty)
        for header in page.all("th") { #expect(["row", "col"].contains(header.attributes["scope"])) }
        #expect(page.all("caption").count == page.all("table").count)
        #expect(page.all("h1").count == 1 && page.all("html").first?.attributes["lang"] == "en")
    }

    @Test func theTablesCarryTheNumbersExactly() throws {
        let facts = try Self.facts()
        let page = ReadPage(ReportPage(facts).bytes)
        let summary = facts.summary
        #expect(
            page.table("categories").dropFirst().map { [$0[0], $0[2], $0[4]] }
                == summary.categories.map { [$0.name, "\($0.seconds)", "\($0.contracts)"] })
        #expect(
            page.table("most-watched").dropFirst().map { [$0[0], $0[2]] }
                == summary.categories.map { [$0.name, "\($0.mostWatched)"] } + [["none", "3"]])
        #expect(page.table("tastes").dropFirst().map { $0[2] } == (0..<12).map { "\(100 - $0)" } + ["\(88 + 87 + 86)"])
        #expect(page.table("active-days").dropFirst().map { $0[1] } == ["2", "10", "0", "18"])
        #expect(
            page.table("days").dropFirst().map { [$0[0], $0[1]] } == [
                ["2022-04-01", "0"], ["2022-04-02", "36000"], ["2022-04-03", "72000"], ["2022-04-04", "no file"],
                ["2022-04-05", "no file"], ["2022-04-06", "108000"], ["no date", "7"],
            ])
        #expect(
            page.table("top").dropFirst().map { [$0[0], $0[1]] } == summary.top.map { [$0.name, "\($0.total)"] })
        #expect(
            page.table("rejections").dropFirst().map { [$0[0], $0[2]] } == [
                ["negative-duration", "70"], ["truncated", "1"],
            ])
        #expect(page.table("states").dropFirst().map { [$0[0], $0[1]] } == [["folded", "1"], ["held", "30"]])
        #expect(page.table("missing").dropFirst().map { $0[1] } == ["2"])
        #expect(page.table("attention").count == 26 && page.table("unmapped").count == 26)
        #expect(page.table("unmapped").dropFirst().map { $0[1] } == (5..<30).reversed().map(String.init))
    }

    @Test func staysAPageWhateverThereIs() throws {
        for categories in [1, 2, 9, 64] {
            let bytes = ReportPage(try Self.facts(categories: categories)).bytes
            #expect(ReadPage(bytes).problem == nil && bytes.count < 100_000, "\(bytes.count)")
        }
        let facts = try Self.facts { Self.nasty[13] + "\($0)" }
        #expect(ReportPage(facts).bytes.count < 200_000)
        #expect(ReportPage(facts).bytes == ReportPage(facts).bytes)
    }

    @Test func nothingIsAReportToo() throws {
        var facts = try Self.facts()
        facts.summary.receipt.files = []
        facts.summary.receipt.days = []
        facts.summary.receipt.totals = .init(keys: 0, groupedKeys: 0, records: 0, sum: 0)
        facts.summary.categories = facts.summary.categories.map { .init($0.name) }
        (facts.summary.tastes, facts.summary.activeDays, facts.summary.days) = ([], [], [])
        (facts.summary.apps, facts.summary.top, facts.summary.withoutSeconds) = ([], [], 0)
        (facts.files.states, facts.files.attention, facts.files.committed) = ([], [], nil)
        let page = ReadPage(ReportPage(facts).bytes)
        #expect(page.problem == nil && page.all("li").map(\.text) == ["No file counts, so there is nothing to show."])
        #expect(page.all("h1").first?.text == "Watch time")
    }

    @Test func daysThatWereAskedForAreMissedAtTheEndsToo() throws {
        var facts = try Self.facts()
        #expect(facts.missingDays.map(DateText.range) == ["4–5 April 2022"])
        facts.files.firstAsked = CalendarDay("2022-03-30")
        facts.files.lastAsked = CalendarDay("2022-04-06")
        #expect(facts.missingDays.map(DateText.range) == ["30–31 March 2022", "4–5 April 2022"])
        facts.files.lastAsked = CalendarDay("9999-12-31")
        #expect(
            facts.missingDays.last?.length == CalendarDay.latest.daysSinceEpoch
                - CalendarDay("2022-04-06")!.daysSinceEpoch)
        #expect(ReadPage(ReportPage(facts).bytes).problem == nil)
    }
}
