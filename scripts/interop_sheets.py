"""What spreadsheet programs make of the CSV and the workbooks that are written for them; called by interop.py.

    contracts that look like numbers, dates, formulas … ──▶ watchfold export --for … ──▶ LibreOffice, Gnumeric
                              the same texts and numbers in the cells? ◀── openpyxl ◀── workbook

    the same contracts ──▶ watchfold export -o book.xlsx ──▶ openpyxl; LibreOffice, Gnumeric ──▶ openpyxl
                              the same cells as in the CSV? the charts, their ranges, the properties?

Both programs run without a window and read the files as they are opened by hand: numbers are recognised, formulas are
calculated.
"""

import csv
import datetime
import io
import json
import os
import shutil
import subprocess
import warnings

import openpyxl
from openpyxl.utils.datetime import to_excel
from openpyxl.utils.escape import unescape

CONTRACTS = [
    "SGH597377", "0012", "=1+1", "=HYPERLINK(\"http://localhost\")", "1E5", "113.182.209.48", "2022-04-01", "+84", "-5",
    "@x", "a\"b", "two\nlines", "é😀", "'q", "\tx", "12345678901234567890", "MAR5", "DEC 2022", "dec-31", "TRUE", "false",
    "a,b", "a;b", " lead", "trail ", "=1\"2", "x" * 300, "0" * 300, "😀" * 200, "=" + "y" * 600, "mars-2022", "QAD014541",
    "＝1", "#N/A", "$5", "5%", "1/2", "(5)", ".5", "A1B2", "R1C1", "10:30", "1,000", "\u00a05", "Contract",
]
# Gnumeric reads a doubled quote inside a formula as two, and takes a no-break space for nothing.
NOT_FOR_GNUMERIC = {text for text in CONTRACTS if text.startswith("=") and "\"" in text}


def cells(path):
    """The cells of the first sheet, row by row."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sheet = openpyxl.load_workbook(path, data_only=True).active
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


GERMAN = 1031


def libreoffice(source, separator=",", language=""):
    """Opens CSV as UTF-8 with the default settings of the import dialog, in a language, and saves a workbook."""
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{os.getcwd()}/profile",
         f"--infilter=Text - txt - csv (StarCalc):{ord(separator)},34,76,1,,{language},false,true", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", "opened", source],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
    return cells(os.path.join("opened", os.path.splitext(source)[0] + ".xlsx"))


def gnumeric(source):
    target = f"gnumeric-{source}.xlsx"
    subprocess.run(
        ["ssconvert", "--import-type=Gnumeric_stf:stf_csvtab", source, target], check=True, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, timeout=300)
    return cells(target)


def check_all(program, check):
    folder = os.path.join(os.getcwd(), "sheets")
    os.makedirs(os.path.join(folder, "inbox"))
    before = os.getcwd()
    os.chdir(folder)
    try:
        check_cells(program, check)
        check_workbook(program, check)
        shutil.rmtree("profile", ignore_errors=True)
    finally:
        os.chdir(before)


def check_cells(program, check):
    with open("inbox/20220401.json", "w", encoding="utf-8") as file:
        for seconds, contract in enumerate(CONTRACTS, 1):
            file.write(json.dumps({"Contract": contract, "AppName": "VOD", "TotalDuration": seconds}) + "\n")
    subprocess.run([program, "run", "--quiet"], check=True)

    def export(*arguments):
        subprocess.run([program, "export", "--quiet", *arguments], check=True)

    wanted = {contract: seconds for seconds, contract in enumerate(CONTRACTS, 1)}

    def compare(name, table, but=frozenset()):
        found = {row[0]: row[2] for row in table[1:]}
        wrong = [text for text in wanted if text not in but and found.get(text) != wanted[text]]
        check(name, not wrong and len(table) == len(wanted) + 1, f"{wrong!r} in {list(found)!r}")

    for preset in ["excel", "sheets", "libreoffice"]:
        export("--for", preset, "-o", f"{preset}.csv")
        compare(f"LibreOffice keeps every contract of --for {preset}", libreoffice(f"{preset}.csv"))
        compare(f"Gnumeric keeps every contract of --for {preset}", gnumeric(f"{preset}.csv"), NOT_FOR_GNUMERIC)
    export("--for", "excel", "--delimiter", "semicolon", "-o", "semicolon.csv")
    compare("LibreOffice keeps every contract behind semicolons", libreoffice("semicolon.csv", ";"))
    # What plain CSV is for programs that guess: the reason for the presets.
    export("-o", "plain.csv")
    found = [row[0] for row in libreoffice("plain.csv")]
    check("plain CSV is read by guessing", 12 in found and 2 in found, repr(found))
    export("daily", "--for", "excel", "-o", "daily.csv")
    day = libreoffice("daily.csv")[1][0]
    check("a date is a date", day == datetime.datetime(2022, 4, 1), repr(day))
    export("profile", "--unit", "hours", "--for", "excel", "-o", "hours.csv")
    hours = {row[0]: row[2] for row in libreoffice("hours.csv")[1:]}
    check("hours are numbers", hours["QAD014541"] == round(wanted["QAD014541"] / 36) / 100, repr(hours))
    # Where the comma is the decimal sign: hours and minutes are numbers, and with points they would be none.
    for unit, seconds in [("hours", 36), ("minutes", 0.6)]:
        for sign, is_number in [("comma", True), ("point", False)]:
            name = f"german-{unit}-{sign}.csv"
            export("profile", "--unit", unit, "--for", "excel", "--delimiter", "semicolon",
                   *([] if is_number else ["--decimal", sign]), "-o", name)
            found = {row[0]: row[2] for row in libreoffice(name, ";", GERMAN)[1:]}
            rounded = {contract: int(value / seconds + 0.5) / 100 for contract, value in wanted.items()}
            same = sum(found.get(contract) == value for contract, value in rounded.items())
            check(f"LibreOffice in German reads {unit} with a decimal {sign} as {'numbers' if is_number else 'text'}",
                  same == (len(rounded) if is_number else 0), repr(found))


# MARK: Workbooks

SHEETS = ["Summary", "Engagement", "Profile", "Daily", "Apps", "Files"]
CHARTS = {
    "Hours by category", "Most watched: contracts by category", "Taste combinations: contracts",
    "Active days: contracts", "Hours by day",
}
# Only a workbook can hold these: control characters, and texts that look like their escapes.
ODD_CONTRACTS = ["c\rd", "c\x01d", "_x0041_", "a\x1f", "tab\there", "\uffff"]


def load(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(path)


def convert(command, source, target):
    """Has a program open a workbook and write another one."""
    subprocess.run(
        command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
    return load(target)


def rows_of(book, name, is_escaped=False):
    """The rows of a sheet as texts and numbers; empty cells are None."""
    def value(cell):
        if isinstance(cell.value, str) and is_escaped:
            return unescape(cell.value)
        return cell.value

    return [[value(cell) for cell in row] for row in book[name].iter_rows()]


def is_same(found, wanted):
    """Whether a cell that another program saved is what it was. Some do not escape what they save, or escape it twice."""
    forms = {found}
    if isinstance(found, str):
        forms |= {unescape(found), unescape(unescape(found))}
    return wanted in forms


def check_workbook(program, check):
    with open("inbox/20220403.json", "w", encoding="utf-8") as file:
        for seconds, contract in enumerate(ODD_CONTRACTS, 1000):
            file.write(json.dumps({"Contract": contract, "AppName": "=1+1", "TotalDuration": seconds}) + "\n")
            file.write(json.dumps({"Contract": contract, "AppName": "SPORT", "TotalDuration": seconds}) + "\n")
        # Programs keep 15 digits of a number when they save it.
        file.write(json.dumps({"Contract": "huge", "AppName": "VOD", "TotalDuration": 10 ** 15 - 10 ** 6}) + "\n")
    subprocess.run([program, "run", "--quiet"], check=True)

    def export(*arguments):
        return subprocess.run([program, "export", "--quiet", *arguments], check=True, stdout=subprocess.PIPE).stdout

    def wanted(report):
        """The rows of the CSV, with numbers and dates as such."""
        table = list(csv.reader(io.StringIO(export(report).decode(), newline="")))
        header = table[0]

        def value(column, text):
            if header[column] == "Date":
                return datetime.datetime.fromisoformat(text)
            if header[column] in ("Contract", "MostWatch", "Taste", "AppName", "Category"):
                return text or None
            return int(text)

        return [header] + [[value(i, text) for i, text in enumerate(row)] for row in table[1:]]

    export("-o", "book.xlsx")
    first = open("book.xlsx", "rb").read()
    check("a workbook to a pipe is the same", export("--format", "xlsx") == first)
    export("-o", "again.xlsx")
    check("a workbook made again has the same bytes", open("again.xlsx", "rb").read() == first)

    book = load("book.xlsx")
    check("openpyxl: the sheets of the workbook", book.sheetnames == SHEETS, repr(book.sheetnames))
    tables = {name: wanted(name.lower()) for name in SHEETS[1:5]}
    for name, table in tables.items():
        found = rows_of(book, name, is_escaped=True)
        wrong = [pair for pair in zip(found, table) if pair[0] != pair[1]]
        check(f"openpyxl: {name} has the cells of the CSV", not wrong and len(found) == len(table), repr(wrong[:3]))
        sheet = book[name]
        check(
            f"openpyxl: {name} has a frozen header, a filter, and no formula",
            sheet.freeze_panes == "A2" and sheet.auto_filter.ref == sheet.dimensions
            and all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row),
            f"{sheet.freeze_panes} {sheet.auto_filter.ref} {sheet.dimensions}")
    formats = {cell.number_format for row in book["Engagement"].iter_rows(min_row=2) for cell in row}
    check("openpyxl: contracts are text, seconds are numbers", formats == {"@", "#,##0"}, repr(formats))

    charts = book["Summary"]._charts
    titles = {"".join(run.t for p in chart.title.tx.rich.p for run in p.r) for chart in charts}
    check("openpyxl: the charts of the summary", titles == CHARTS, repr(titles))
    for chart in charts:
        series = chart.series[0]
        ranges = [series.cat.strRef.f if series.cat.strRef else series.cat.numRef.f, series.val.numRef.f]
        cached = [point.v for point in series.val.numRef.numCache.pt]
        cells_of = [cell[0].value for cell in book["Summary"][ranges[1].split("!")[1].replace("$", "")]]
        check(f"openpyxl: a chart shows its cells: {ranges[1]}",
              len(cells_of) == len(cached) > 0 and all(abs(float(a) - b) <= 1e-9 * max(1, abs(b))
                                                      for a, b in zip(cached, cells_of)), repr(cached))

    receipt = json.load(open("output/receipt.json", encoding="utf-8"))
    files = rows_of(book, "Files", is_escaped=True)
    check(
        "openpyxl: the files are those of the receipt",
        sorted((row[0], row[2], row[3], row[7], row[9]) for row in files[1:])
        == sorted((f["name"], f["read"], f["folded"], f["seconds"], f["digest"]) for f in receipt["files"]), repr(files))
    properties = book.properties
    check(
        "openpyxl: the properties are those of the receipt",
        properties.creator == receipt["tool"] and properties.created == datetime.datetime(2022, 4, 3)
        and {p.name: p.value for p in book.custom_doc_props.props} == {
            "Generation": receipt["generation"], "Inputs digest": receipt["inputs"],
            "Category map digest": receipt["map"]["digest"]},
        f"{properties.creator} {properties.created}")

    profile = f"-env:UserInstallation=file://{os.getcwd()}/profile"
    others = {
        "LibreOffice": convert(
            ["soffice", "--headless", profile, "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", "opened",
             "book.xlsx"], "book.xlsx", "opened/book.xlsx"),
        "Gnumeric": convert(["ssconvert", "book.xlsx", "gnumeric-book.xlsx"], "book.xlsx", "gnumeric-book.xlsx"),
    }
    for other, opened in others.items():
        check(f"{other} opens the workbook and has its sheets", opened.sheetnames == SHEETS, repr(opened.sheetnames))
        for name in SHEETS[1:]:
            table = tables.get(name) or files
            found = rows_of(opened, name)
            if other == "Gnumeric":
                # It saves dates as plain numbers.
                table = [[to_excel(v) if isinstance(v, datetime.datetime) else v for v in row] for row in table]
            wrong = [pair for pair in zip(found, table) if not all(map(is_same, *pair))]
            check(f"{other} gives back the cells of {name}", not wrong and len(found) == len(table), repr(wrong[:5]))
        check(f"{other} keeps the charts", len(opened["Summary"]._charts) == len(CHARTS))

    export("profile", "--top", "3", "--by", "Sport", "--unit", "hms", "-o", "top.xlsx")
    top = load("top.xlsx")
    check("openpyxl: a workbook of one report", top.sheetnames == ["Profile", "Files"], repr(top.sheetnames))
    time = top["Profile"]["F2"].value
    check("openpyxl: a duration is one", time == datetime.timedelta(seconds=1005) or time == datetime.time(0, 16, 45),
          repr(time))
