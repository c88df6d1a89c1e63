//  The report as one page of HTML: for somebody who opens it, reads it, prints it and sends it on.
//
//      head        title, headline numbers, what to know before reading on
//      charts      categories · most watched · tastes · active days · seconds by day
//      tables      top contracts · files, rejections, apps in no category, missing days
//      foot        what the words mean, and what the page was made from
//
//  The page needs nothing but itself: no script, no font, no image, no address to call; its content security policy
//  (Content Security Policy Level 3, 6.1) forbids a browser to fetch anything, whatever a text in it might say. It is a
//  function of its facts, so the same generation gives the same bytes.

import Records
import Wording

/// A page of HTML.
struct ReportPage {
    private let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    private var summary: ReportSummary { facts.summary }

    /// The bytes of the file, UTF-8.
    var bytes: [UInt8] {
        var page = PageText()
        writeHead(&page)
        page.line("<body>")
        page.line("<main>")
        writeHeader(&page)
        PageCharts(facts).write(to: &page)
        PageTables(facts: facts).write(to: &page)
        writeFoot(&page)
        page.line("</main>")
        page.line("</body>")
        page.line("</html>")
        return Array(page.markup.utf8)
    }

    private func writeHead(_ page: inout PageText) {
        page.line("<!DOCTYPE html>")
        page.line("<html lang=\"en\">")
        page.line("<head>")
        page.line("<meta charset=\"utf-8\"/>")
        page.line(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; "
                + "base-uri &#39;none&#39;; form-action &#39;none&#39;\"/>")
        page.line("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
        page.line("<meta name=\"color-scheme\" content=\"light dark\"/>")
        page.line("<meta name=\"generator\" content=\"\(PageText.escaped(summary.receipt.tool))\"/>")
        page.line(PageText.element("title", "", facts.title))
        page.line("<style>")
        page.raw(PageStyle.sheet)
        page.line("</style>")
        page.line("</head>")
    }

    // MARK: Head

    private func writeHeader(_ page: inout PageText) {
        page.line("<header>")
        page.line(PageText.element("h1", "", facts.title))
        page.line(PageText.element("p", "class=\"made\"", facts.origin))
        page.line("<dl class=\"tiles\">")
        for tile in facts.headline {
            page.line(
                "<div>\(PageText.element("dt", "", tile.label))<dd><strong><data value=\"\(tile.exactly)\">"
                    + "\(PageText.escaped(tile.shown))</data></strong>\(PageText.element("small", "", tile.note))</dd></div>"
            )
        }
        page.line("</dl>")
        page.line("<ul class=\"notes\">")
        for note in facts.notes {
            page.line("<li\(note.isGood ? " class=\"good\"" : "")>\(PageText.escaped(note.text))</li>")
        }
        page.line("</ul>")
        page.line("</header>")
    }

    // MARK: Foot

    private func writeFoot(_ page: inout PageText) {
        page.line("<footer>")
        page.line("<h2>What the words mean</h2>")
        page.line("<dl class=\"words\">")
        for (word, meaning) in [
            ("Hours", "seconds of watch time as the files tell them, added up and divided by 3,600."),
            (
                "Contract",
                "counted once, however many devices, files and days it has; only with a record in an app of some category."
            ),
            ("Watched most", "the category with most hours over all these days; of equals the first of the list."),
            ("Taste", "all categories in which a contract has any watch time."),
            ("Active days", "days on which a contract has a record. Files without a date give hours, but no days."),
        ] {
            page.line("<div>\(PageText.element("dt", "", word))\(PageText.element("dd", "", meaning))</div>")
        }
        for category in summary.receipt.reports.groups {
            let apps = Show.list(category.members.map { Readable.cut($0, to: PageText.longest) }, most: 12)
            page.line(
                "<div><dt>\(PageText.name(category.name))</dt><dd>apps: <bdi>\(PageText.escaped(apps))</bdi></dd></div>"
            )
        }
        page.line("</dl>")
        page.line(
            PageText.element(
                "p", "class=\"made\"",
                "Made by \(summary.receipt.tool) from generation \(summary.receipt.generation) of the checkpoints; contents \(summary.receipt.inputsDigest)."
            ))
        page.line("</footer>")
    }
}
