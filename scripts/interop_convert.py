"""`watchfold convert` against DuckDB, Python's csv and the generator's own idea of what it wrote; run by scripts/interop.

    generator ──▶ records.json ──▶ watchfold convert ──▶ Parquet ──▶ pyarrow: the values that the generator meant
        │                                             └──▶ DuckDB: equal to read_json with the same columns?
        ├──▶ records.csv ──▶ watchfold convert ──▶ the same, and read_csv
        └──▶ broken.json ──▶ as many rejections for each reason as there are broken records

The generator writes every type near its limits, nulls, missing fields, nested objects, and keys in any order.
CONVERT_RECORDS sets how many records there are (100,000 when it is not set).
"""

import csv
import datetime
import decimal
import json
import os
import random
import subprocess
from collections import Counter

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

FIELDS = """\
fields:
  i: {type: integer, required: no}
  d: {type: "decimal(18,3)", required: no}
  w: {type: "decimal(38,10)", required: no}
  x: {type: double, required: no}
  b: {type: boolean, required: no}
  day: {type: date, required: no}
  seen: {type: timestamp, required: no}
  ms: {type: timestamp, unit: milliseconds, required: no}
  s: {type: string, required: no}
  n: {path: o.p.n, type: integer, required: no}
"""
# For DuckDB: the same columns; moments that are numbers are read as numbers.
COLUMNS = {
    "i": "BIGINT", "d": "DECIMAL(18,3)", "w": "DECIMAL(38,10)", "x": "DOUBLE", "b": "BOOLEAN", "day": "DATE",
    "seen": "TIMESTAMP", "ms": "BIGINT", "s": "VARCHAR"}
EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
WORDS = ["", "a", "Zoë", "日本語", "a \"quoted\" word", "tab\tand\\slash", "x" * 300, "line\nbreak", "😀", "'", ",", ";"]
LIMITS = [0, 1, -1, 2**63 - 1, -(2**63), 10**18, 999_999_999_999_999_999, 123_456_789_012_345_678]


def moment(dice):
    seconds = dice.randrange(-2_000_000_000, 4_000_000_000)
    return EPOCH + datetime.timedelta(seconds=seconds, microseconds=dice.choice([0, 0, 500_000, dice.randrange(10**6)]))


def decimal_text(dice, digits, scale):
    number = decimal.Decimal(dice.randrange(10 ** dice.randrange(1, digits + 1)) * dice.choice([1, -1]))
    return format(decimal.Context(prec=60).scaleb(number, -scale), "f")


def value(dice, field):
    """A value, and the text of JSON for it."""
    if field in ["i", "n"]:
        number = dice.choice(LIMITS) if dice.random() < 0.1 else dice.randrange(-(10**12), 10**12)
        return number, str(number)
    if field in ["d", "w"]:
        text = decimal_text(dice, 18, 3) if field == "d" else decimal_text(dice, 38, 10)
        return decimal.Decimal(text), text
    if field == "x":
        number = dice.choice([
            0.0, 1e308, 5e-324, 1.7976931348623157e308, dice.random(), dice.uniform(-1e20, 1e20),
            dice.random() * 10 ** dice.randrange(-300, 300)])
        return number, repr(number)
    if field == "b":
        number = dice.random() < 0.5
        return number, json.dumps(number)
    if field == "day":
        day = datetime.date(1, 1, 1) + datetime.timedelta(days=dice.randrange(3_652_058))
        return day, f'"{day.isoformat()}"'
    if field == "seen":
        at = moment(dice)
        text = at.isoformat(sep=dice.choice(["T", " "]))
        return at, f'"{text}{dice.choice(["", "Z"])}"'
    if field == "ms":
        at = moment(dice)
        at -= datetime.timedelta(microseconds=at.microsecond % 1000)
        return at, str((at - EPOCH) // datetime.timedelta(milliseconds=1))
    text = dice.choice(WORDS) if dice.random() < 0.3 else f"user-{dice.randrange(100_000)}"
    return text, json.dumps(text, ensure_ascii=dice.random() < 0.5)


NAMES = [*COLUMNS, "n"]


def record(dice, shuffled):
    """The values of a record, and its line."""
    values, members = {}, []
    for field in NAMES:
        chance = dice.random()
        if chance < 0.05:
            continue
        values[field], text = (None, "null") if chance < 0.1 else value(dice, field)
        if field == "n":
            members.append(f'"o":{{"p":{{"n":{text},"other":[1,{{"n":5}}]}}}}')
        else:
            members.append(f'"{field}":{text}')
    if dice.random() < 0.1:
        members.append('"more":{"i":7,"list":[true,null]}')
    if shuffled:
        dice.shuffle(members)
    return [values.get(field) for field in NAMES], "{" + ",".join(members) + "}"


def rows_of(path):
    """The rows of a Parquet file, as Python's values."""
    table = pq.ParquetFile(path, page_checksum_verification=True).read()
    return list(zip(*(table[name].to_pylist() for name in NAMES), strict=True))


def literal(columns):
    return "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items()) + "}"


def differences(db, ours, theirs):
    """Rows that one of two queries has more often than the other."""
    return sum(
        db.execute(f"SELECT count(*) FROM (({one}) EXCEPT ALL ({other}))").fetchone()[0]
        for one, other in [(ours, theirs), (theirs, ours)])


def check_all(program, check):
    os.mkdir("convert")
    os.chdir("convert")
    try:
        count = int(os.environ.get("CONVERT_RECORDS", "100000"))
        with open("fields.yaml", "w") as file:
            file.write(FIELDS)
        for shuffled in [False, True]:
            check_json(program, check, count, shuffled)
        check_csv(program, check, count)
        check_broken(program, check)
    finally:
        os.chdir("..")


def convert(program, *arguments):
    return subprocess.run([program, "convert", *arguments], capture_output=True, text=True)


def check_json(program, check, count, shuffled):
    dice = random.Random(7)
    kind = "shuffled" if shuffled else "ordered"
    expected = []
    with open(f"{kind}.json", "w") as file:
        for _ in range(count):
            values, line = record(dice, shuffled)
            expected.append(tuple(values))
            file.write(line + "\n")
    done = convert(program, f"{kind}.json", "--fields", "fields.yaml", "-o", f"{kind}.parquet")
    check(f"convert takes every {kind} record", done.returncode == 0 and "rejected" not in done.stderr, done.stderr)
    found = rows_of(f"{kind}.parquet")
    wrong = next((pair for pair in zip(found, expected) if pair[0] != pair[1]), None)
    check(f"pyarrow finds the values of {kind} records", found == expected, str(wrong))
    db = duckdb.connect()
    columns = literal({**COLUMNS, "o": "STRUCT(p STRUCT(n BIGINT))"})
    # Decimals are left out: DuckDB reads every number of JSON as a double, so of 18 digits some are others.
    others = "i, x, b, day, seen"
    theirs = (
        f"SELECT {others}, make_timestamp(ms * 1000) AS ms, s, o.p.n AS n "
        f"FROM read_json('{kind}.json', format = 'newline_delimited', columns = {columns})")
    ours = f"SELECT {others}, ms, s, n FROM '{kind}.parquet'"
    found = differences(db, ours, theirs)
    check(f"DuckDB's read_json finds the same {kind} rows", found == 0, f"{found} rows differ")
    # Without declarations: types that fit, and the same values.
    done = convert(program, f"{kind}.json", "-o", "inferred.parquet")
    schema = pq.read_schema("inferred.parquet")
    check(
        f"types of {kind} records are found", done.returncode == 0 and schema.field("i").type == pa.int64()
        and schema.field("day").type == pa.date32() and schema.field("o.p.n").type == pa.int64()
        and schema.field("seen").type == pa.timestamp("us"), f"{done.stderr}{schema}")
    found = differences(
        db, "SELECT i, b, day, seen, ms, s, \"o.p.n\" AS n FROM 'inferred.parquet'",
        f"SELECT i, b, day, seen, epoch_ms(ms) AS ms, s, n FROM '{kind}.parquet'")
    check(f"and {kind} rows are the same", found == 0, f"{found} rows differ")


def csv_text(field):
    if field is None:
        return None
    if isinstance(field, bool):
        return "true" if field else "false"
    if isinstance(field, float):
        return repr(field)
    if isinstance(field, decimal.Decimal):
        return format(field, "f")
    return field.isoformat() if isinstance(field, (datetime.date, datetime.datetime)) else str(field)


def quoted(text):
    """A field; NULL is an empty one without quotes."""
    if text is None:
        return ""
    special = text == "" or any(character in text for character in ';"\n\r')
    return '"' + text.replace('"', '""') + '"' if special else text


def check_csv(program, check, count):
    dice = random.Random(8)
    expected = []
    texts = [[{"n": "o.p.n"}.get(name, name) for name in NAMES]]
    for _ in range(count):
        values = record(dice, False)[0]
        expected.append(tuple(values))
        row = [csv_text(field) for field in values]
        if values[7] is not None:
            row[7] = str((values[7] - EPOCH) // datetime.timedelta(milliseconds=1))
        texts.append(row)
    with open("records.csv", "w", newline="") as file:
        for row in texts:
            file.write(";".join(map(quoted, row)) + "\r\n")
    with open("records.csv", newline="") as file:
        read = [[text or "" for text in row] for row in texts] == list(csv.reader(file, delimiter=";"))
        check("Python's csv reads the texts that were written", read)
    done = convert(program, "records.csv", "--fields", "fields.yaml", "-o", "csv.parquet")
    check("convert takes every record of CSV", done.returncode == 0 and "rejected" not in done.stderr, done.stderr)
    found = rows_of("csv.parquet")
    wrong = next((pair for pair in zip(found, expected) if pair[0] != pair[1]), None)
    check("pyarrow finds the values of CSV", found == expected, str(wrong))
    db = duckdb.connect()
    columns = literal({**COLUMNS, "n": "BIGINT"})
    theirs = (
        "SELECT i, d, w, x, b, day, seen, make_timestamp(ms * 1000) AS ms, s, n FROM read_csv('records.csv', "
        f"delim = ';', header = true, quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, "
        f"columns = {columns})")
    found = differences(db, "SELECT * FROM 'csv.parquet'", theirs)
    check("DuckDB's read_csv finds the same rows", found == 0, f"{found} rows differ")


BROKEN = {
    "bad-i": '{"i":9223372036854775808}', "bad-d": '{"d":0.0001}', "bad-x": '{"x":1e999}', "bad-b": '{"b":1}',
    "bad-day": '{"day":"2022-02-30"}', "bad-seen": '{"seen":"2022-04-01T25:00:00"}', "bad-n": '{"o":{"p":{"n":[1]}}}',
    "malformed-json": '{"i":1,}', "not-an-object": "[1]"}


def check_broken(program, check):
    dice = random.Random(9)
    wanted = Counter()
    lines = []
    for _ in range(20_000):
        if dice.random() < 0.03:
            reason = dice.choice(sorted(BROKEN))
            wanted[reason] += 1
            lines.append(BROKEN[reason])
        else:
            lines.append(record(dice, True)[1])
    # An array in a file of lines is one more place for records; alone on a line it holds values that are none.
    with open("broken.json", "w") as file:
        file.write("\n".join(lines) + "\n")
    done = convert(
        program, "broken.json", "--fields", "fields.yaml", "-o", "broken.parquet", "--rejects", "rejects.jsonl")
    found = Counter()
    with open("rejects.jsonl") as file:
        for line in file:
            letter = json.loads(line)
            if "reason" in letter:
                found[letter["reason"]] += 1
                shown = lines[letter["line"] - 1]
                if letter["raw"] not in shown:
                    check("a rejected record is shown as it stands", False, line)
    rows = pq.read_metadata("broken.parquet").num_rows
    check(
        "broken records are rejected for their reasons, and nothing else is",
        done.returncode == 0 and found == wanted and rows == len(lines) - sum(wanted.values()),
        f"{done.stderr} {found} {wanted} {rows}")
