"""What two parsers that others wrote, and a second count over the reports, make of the page of `watchfold report`.

    output/*.csv ──▶ counted by hand ──▶ equal? ◀── tables ◀── html.parser, expat ◀── report.html ◀── watchfold report

The page is read as HTML and as XML, and both must see the same texts. Nothing in it may lead elsewhere, every number in
its tables must be the one that the reports give, and its colours must differ enough (WCAG 2.2). No browser is needed.
Called by interop.py.
"""

import csv
import re
import subprocess
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree

VOID = {"meta", "br", "img", "input", "link", "hr"}
# What makes a browser fetch or run something.
FORBIDDEN_ELEMENTS = {"script", "img", "link", "iframe", "object", "embed", "base", "form", "a", "use", "image", "video"}
FORBIDDEN_ATTRIBUTES = re.compile(r"^(on.*|src|srcset|href|xlink:href|action|style|background|poster|data)$")


class Page(HTMLParser):
    """Elements in order, each with its attributes and all text inside; and what is wrong with their nesting."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements, self.stack, self.problems = [], [], []
        self.feed(text)
        self.close()
        self.problems += [f"{element[0]} is never closed" for element in self.stack]

    def handle_starttag(self, tag, attributes):
        element = [tag, dict(attributes), ""]
        self.elements.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_startendtag(self, tag, attributes):
        self.elements.append([tag, dict(attributes), ""])

    def handle_endtag(self, tag):
        if not self.stack or self.stack[-1][0] != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")
        else:
            self.stack.pop()

    def handle_data(self, data):
        for element in self.stack:
            element[2] += data

    def table(self, identifier):
        """Rows of a table; a number stands as the exact one that its cell carries."""
        rows, inside = [], False
        for tag, attributes, text in self.elements:
            if tag == "table":
                inside = attributes.get("id") == identifier
            elif inside and tag == "tr":
                rows.append([])
            elif inside and tag in ("th", "td"):
                rows[-1].append(text)
            elif inside and tag == "data":
                rows[-1][-1] = int(attributes["value"])
            elif tag in ("section", "footer", "h2", "h3"):
                inside = False
        return rows[1:]


def as_xml(text):
    """The same elements from expat."""
    return [
        [element.tag, dict(element.attrib), "".join(element.itertext())] for element in ElementTree.fromstring(text).iter()
    ]


def read(name):
    with open(f"output/{name}.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def shown(text):
    """A name as the page shows it: cut, and with what is no character of a document written out."""
    def visible(character):
        code = ord(character)
        control = code < 0x20 or 0x7F <= code < 0xA0 or 0x2028 <= code <= 0x202E or 0x2066 <= code <= 0x2069
        if control or code in (0x200E, 0x200F, 0x061C) or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
            return f"\\u{{{code:x}}}"
        return character
    return "".join(map(visible, text if len(text) <= 40 else text[:39] + "…"))


# MARK: The checks


def check_markup(page, text, check):
    check("the page nests as HTML", not page.problems, repr(page.problems[:3]))
    xml = as_xml(text)
    differing = [(a, b) for a, b in zip(page.elements, xml) if a != b]
    check("HTML and XML see the same page", not differing and len(xml) == len(page.elements), repr(differing[:1]))
    names = {tag for tag, _, _ in page.elements}
    check("no element of the page leads elsewhere", not names & FORBIDDEN_ELEMENTS, repr(names & FORBIDDEN_ELEMENTS))
    attributes = {name for _, all_, _ in page.elements for name in all_ if FORBIDDEN_ATTRIBUTES.match(name)}
    check("no attribute of the page leads elsewhere", not attributes, repr(attributes))
    [style] = [text for tag, _, text in page.elements if tag == "style"]
    leading = re.findall(r"https?:|url\(|@import|src\s*=|javascript:", style + str([a for _, a, _ in page.elements]))
    check("no address is in the page", not leading, repr(leading))
    policies = [a["content"] for tag, a, _ in page.elements if a.get("http-equiv") == "Content-Security-Policy"]
    check(
        "the page forbids to fetch anything",
        len(policies) == 1 and policies[0].startswith("default-src 'none'; style-src 'unsafe-inline';"), repr(policies))
    check("the page is small", len(text.encode()) < 200_000, f"{len(text.encode())} bytes")
    ids = Counter(a["id"] for _, a, _ in page.elements if "id" in a)
    wanted = [name for _, a, _ in page.elements for name in a.get("aria-labelledby", "").split()]
    charts = [a for tag, a, _ in page.elements if tag == "svg" and a.get("role") == "img"]
    check(
        "every chart has a title and a description", len(charts) >= 2 and len(wanted) == 2 * len(charts)
        and all(ids[name] == 1 for name in wanted) and max(ids.values()) == 1, repr(wanted))
    return style


def check_colors(style, check):
    """Contrast as WCAG 2.2 defines it: 7 for text, 4.5 for quiet text, 3 for bars."""
    def luminance(color):
        digits = color[1:] if len(color) == 7 else "".join(2 * digit for digit in color[1:])
        parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    sets = re.findall(r":root\{(.*?)\}", style, re.DOTALL)
    check("there are colours for light, dark and paper", len(sets) == 3, repr(sets))
    for name, colors in zip(["light", "dark", "paper"], sets):
        colors = dict(re.findall(r"--(\w+):(#[0-9a-f]+)", colors))
        ground = luminance(colors.pop("ground"))
        least = {"text": 7, "soft": 4.5, "note": 3, "good": 3, **{f"c{number}": 3 for number in range(9)}}
        low = {}
        for color, contrast in least.items():
            light, dark = sorted([ground, luminance(colors[color])], reverse=True)
            if (light + 0.05) / (dark + 0.05) < contrast:
                low[color] = (light + 0.05) / (dark + 0.05)
        check(f"the colours of {name} differ enough from the ground", not low, repr(low))


def check_numbers(page, check, top):
    """Every number of the charts and of the top contracts, counted from the reports by hand."""
    header, engagement = read("engagement")
    categories = [column.removesuffix("Duration") for column in header[1:]]
    _, profile = read("profile")
    _, daily = read("daily")
    _, apps = read("apps")
    seconds = [[int(value) for value in row[1:]] for row in engagement]
    sums = [sum(column) for column in zip(*seconds)]
    check(
        "hours by category are those of engagement.csv",
        [[row[0], row[2], row[4]] for row in page.table("categories")] == [
            [name, total, sum(row[index] > 0 for row in seconds)]
            for index, (name, total) in enumerate(zip(categories, sums))
        ], repr(page.table("categories")))

    # The first of equals: `index` finds it.
    most = Counter(categories[row.index(max(row))] if max(row) > 0 else "none" for row in seconds)
    found = {row[0]: row[2] for row in page.table("most-watched")}
    check("most watched is what engagement.csv makes it", found == {name: most[name] for name in [*categories, "none"]
                                                                    if name != "none" or most["none"]}, repr(found))
    tastes = Counter("-".join(name for name, value in zip(categories, row) if value > 0) or "none" for row in seconds)
    ranked = sorted(tastes.items(), key=lambda item: (-item[1], "" if item[0] == "none" else item[0]))
    wanted = [list(item) for item in ranked[:12]]
    if ranked[12:]:
        wanted.append([f"{len(ranked) - 12} others", sum(count for _, count in ranked[12:])])
    check("tastes are what engagement.csv makes them", [[r[0], r[2]] for r in page.table("tastes")] == wanted,
          repr(page.table("tastes")))
    active = Counter(int(row[-1]) for row in profile)
    check(
        "active days are those of profile.csv",
        [(int(row[0]), row[1]) for row in page.table("active-days")]
        == [(days, active[days]) for days in range(0 if active[0] else 1, max(active) + 1)],
        repr(page.table("active-days")))

    by_day = {row[0] or "no date": (int(row[-1]), int(row[1])) for row in daily}
    found = {row[0]: (row[1], row[2]) for row in page.table("days")}
    check(
        "hours and contracts by day are those of daily.csv",
        {day: numbers for day, numbers in found.items() if numbers[0] != "no file"} == by_day, repr(found))
    check("days without a file are not in daily.csv", "no file" in {numbers[0] for numbers in found.values()})

    best = sorted(profile, key=lambda row: (-int(row[len(categories) + 1]), row[0].encode()))[:top]
    check(
        "top contracts are those of profile.csv",
        page.table("top") == [
            [shown(row[0]), int(row[len(categories) + 1]), *map(int, row[1:len(categories) + 1]), row[-3], int(row[-1])]
            for row in best
        ], repr(page.table("top")[:3]))
    unmapped = sorted((row for row in apps if not row[1]), key=lambda row: (-int(row[4]), row[0].encode()))
    check(
        "apps in no category are those of apps.csv",
        page.table("unmapped") == [[shown(row[0]), int(row[4]), int(row[2]), int(row[3])] for row in unmapped[:25]],
        repr(page.table("unmapped")[:3]))
    headline = [int(a["value"]) for tag, a, _ in page.elements if tag == "data"][:4]
    check(
        "the headline is the sum of it all",
        headline == [sum(sums), len(engagement), sum(sums) // len(engagement), len(by_day) - ("no date" in by_day)],
        repr(headline))
    wrong = [
        (attributes["value"], text) for tag, attributes, text in page.elements[:]
        if tag == "data" and not text.startswith("<") and "." in text
        and abs(float(text.replace(",", "").replace("−", "-")) * 3600 - int(attributes["value"])) > 181
    ]
    check("hours with a point are seconds by 3,600", not wrong, repr(wrong[:3]))


def check_outcomes(page, counting, check):
    rejected = Counter()
    for version in counting:
        rejected.update(version["rejections"])
    check(
        "rejections by reason are those of the ledger",
        {row[0]: row[2] for row in page.table("rejections")} == {k: v for k, v in rejected.items() if v},
        repr(page.table("rejections")))
    check("files by state are those of the ledger", ["folded", len(counting)] in [r[:2] for r in page.table("states")])


def check_all(program, counting, check):
    top = 1000
    subprocess.run([program, "report", "--quiet", "--top", "20", "-o", "report.html"], check=True)
    with open("report.html", encoding="utf-8", newline="") as file:
        text = file.read()
    page = Page(text)
    style = check_markup(page, text, check)
    check_colors(style, check)
    check_numbers(page, check, 20)
    check_outcomes(page, counting, check)
    longer = subprocess.run(
        [program, "report", "--quiet", "--top", str(top), "--format", "html"], check=True, stdout=subprocess.PIPE).stdout
    check_numbers(Page(longer.decode()), check, top)
    again = subprocess.run([program, "report", "--format", "html", "--jobs", "1"], check=True, stdout=subprocess.PIPE).stdout
    check("one thread writes the same page", again == text.encode())
