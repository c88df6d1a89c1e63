"""What spreadsheet programs make of the CSV that is written for them; called by interop.py.

    contracts that look like numbers, dates, formulas … ──▶ watchfold export --for … ──▶ LibreOffice, Gnumeric
                              the same texts and numbers in the cells? ◀── openpyxl ◀── workbook

Both programs run without a window and read the files as they are opened by hand: numbers are recognised, formulas are
calculated.
"""

import datetime
import json
import os
import shutil
import subprocess
import warnings

import openpyxl

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


def libreoffice(source, separator=","):
    """Opens CSV as UTF-8 with the default settings of the import dialog and saves a workbook."""
    subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{os.getcwd()}/profile",
         f"--infilter=Text - txt - csv (StarCalc):{ord(separator)},34,76", "--convert-to",
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
    shutil.rmtree("profile", ignore_errors=True)
