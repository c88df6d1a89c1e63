"""What other implementations make of Watchfold's files; run by scripts/interop, in an empty folder.

    inbox ──▶ watchfold run ──▶ checkpoints ──▶ pyarrow, DuckDB and sqlite3 read them
      │                    └──▶ output ◀── equal, byte for byte? ──┐
      └────▶ DuckDB reads the generated days, Python the nasty file ──▶ SQL

DuckDB reads plain and gzip files itself; it knows no LZ4 frames, so Python's lz4 unpacks those.

Usage: interop.py WATCHFOLD PARQUETSAMPLES
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

import interop_convert
import interop_page
import interop_parquet
import interop_postgres
import interop_sheets
import nasty_records

WATCHFOLD = sys.argv[1]
# The standard categories, written down a second time on purpose.
CATEGORIES = {
    "TV": ["CHANNEL", "DSHD", "KPLUS", "KPlus"],
    "Movie": ["VOD", "FIMS", "FIMS_RES", "BHD", "BHD_RES", "VOD_RES", "DANET"],
    "Child": ["CHILD"],
    "Relax": ["RELAX"],
    "Sport": ["SPORT"],
}
REPORTS = ["engagement", "profile", "daily", "apps"]
# Folder, first day, days, records a day, compression, seed. Two files share 2 April; May has its own column in the
# total.
DAYS = [
    ("inbox", "2022-04-01", 1, 200_000, "none", 1),
    ("inbox", "2022-04-02", 1, 200_000, "gzip", 1),
    ("inbox", "2022-04-03", 1, 200_000, "lz4", 1),
    ("inbox/second", "2022-04-02", 1, 20_000, "none", 2),
    ("inbox", "2022-04-30", 2, 20_000, "gzip", 3),
]

results = Counter()


def check(name, passed, detail=""):
    """Counts and prints one check; `detail` says what was found instead."""
    results["passed" if passed else "failed"] += 1
    print(f"{'ok    ' if passed else 'FAILED'}  {name}" + (f": {detail}" if detail and not passed else ""), flush=True)


def check_equal(name, found, wanted):
    """Compares two texts or byte strings and shows the first line in which they differ."""
    if found == wanted:
        return check(name, True)
    pairs = zip(found.splitlines() + [None], wanted.splitlines() + [None])
    number, (a, b) = next(((i, pair) for i, pair in enumerate(pairs, 1) if pair[0] != pair[1]), (0, ("", "")))
    check(name, False, f"line {number} is {str(a)[:200]!r}, not {str(b)[:200]!r}")


def watchfold(*arguments, **options):
    """Runs Watchfold and returns what it wrote to standard output; without it nothing else can be checked."""
    done = subprocess.run([WATCHFOLD, *arguments], capture_output=True, **options)
    if done.returncode != 0:
        sys.exit(f"watchfold {' '.join(arguments)} ended with code {done.returncode}:\n{done.stderr.decode()}")
    return done.stdout


def exit_code(*arguments):
    return subprocess.run([WATCHFOLD, *arguments], capture_output=True).returncode


def rows(db, query, parameters=()):
    """Executes a query and returns all its rows: DuckDB wants a result fetched before the next query."""
    return db.execute(query, parameters).fetchall()


# MARK: The input, and what DuckDB and Python make of it


def make_input():
    for folder, first, days, records, compression, seed in DAYS:
        watchfold(
            "generate", "--days", str(days), "--records", str(records), "--contracts", "60000", "--from", first,
            "--compress", compression, "--seed", str(seed), folder)
    nasty_records.write("inbox/nasty.jsonl")


def logical_name(path):
    return str(path.relative_to("inbox")).removesuffix(".gz").removesuffix(".lz4")


def date_of(name):
    digits = Path(name).stem
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}" if digits.isdigit() else None


def read_raw(db):
    """Fills the table `raw` with every folded record.

    Returns, by logical name, how many records of a file ended how, and how many were coerced.
    """
    rows(db, "CREATE TABLE raw (file VARCHAR, day DATE, contract VARCHAR, app VARCHAR, seconds BIGINT)")
    outcomes, coerced = {}, Counter()
    for path in sorted(p for p in Path("inbox").rglob("*") if p.is_file()):
        name = logical_name(path)
        if name == "nasty.jsonl":
            folded, outcomes[name], coerced[name] = nasty_records.fold(path)
            columns = list(zip(*folded))
            db.register("nasty", pa.table(dict(zip(["contract", "app", "seconds"], columns))))
            rows(db, "INSERT INTO raw SELECT ?, NULL, contract, app, seconds FROM nasty", [name])
            continue
        if path.suffix == ".lz4":
            unpacked = Path("unpacked.json")
            with lz4.frame.open(path) as packed, open(unpacked, "wb") as plain:
                shutil.copyfileobj(packed, plain)
            path = unpacked
        source = "STRUCT(Contract VARCHAR, AppName VARCHAR, TotalDuration BIGINT)"
        rows(
            db, "CREATE OR REPLACE TEMP TABLE records AS SELECT _source.Contract AS contract, _source.AppName AS app, "
            "_source.TotalDuration AS seconds, coalesce(contract, '') IN ('', '0') AS ignored "
            f"FROM read_json(?, format = 'newline_delimited', columns = {{_source: '{source}'}})", [str(path)])
        rows(
            db, "INSERT INTO raw SELECT ?, ?, contract, app, seconds FROM records WHERE NOT ignored AND seconds >= 0",
            [name, date_of(name)])
        [(read, ignored, negative)] = rows(db, """
            SELECT count(*), count(*) FILTER (ignored), count(*) FILTER (NOT ignored AND seconds < 0) FROM records
            """)
        outcomes[name] = +Counter(
            {"folded": read - ignored - negative, "ignored": ignored, "negative-duration": negative})
    rows(db, "CREATE TABLE categories (app VARCHAR, category VARCHAR)")
    for category, apps in CATEGORIES.items():
        rows(db, "INSERT INTO categories SELECT unnest(?), ?", [apps, category])
    return outcomes, coerced


# MARK: The reports in SQL


def report(db, name, source="raw", undated=True):
    """A report as CSV, from a table or query with the columns day, contract, app, seconds and, perhaps, records."""
    sums = [f"coalesce(sum(seconds) FILTER (category = '{category}'), 0)::BIGINT" for category in CATEGORIES]
    columns = [f"{category}Duration" for category in CATEGORIES]
    named = ", ".join(f"{value} AS {column}" for value, column in zip(sums, columns))
    total = " + ".join(columns)
    mapped = f"(SELECT * FROM {source} JOIN categories USING (app))"
    header, query = {
        "engagement": (
            ["Contract", *columns],
            f"SELECT contract, {named} FROM {mapped} GROUP BY contract ORDER BY contract"),
        "profile": (
            ["Contract", *columns, "TotalDuration", "MostWatch", "Taste", "ActiveDays"],
            f"""
            SELECT contract, {", ".join(columns)}, {total},
                CASE {" ".join(f"WHEN {c}Duration > 0 AND {c}Duration = greatest({', '.join(columns)}) THEN '{c}'"
                               for c in CATEGORIES)} ELSE '' END,
                concat_ws('-', {", ".join(f"CASE WHEN {c}Duration > 0 THEN '{c}' END" for c in CATEGORIES)}), active
            FROM (SELECT contract, {named}, count(DISTINCT day) AS active FROM {mapped} GROUP BY contract)
            ORDER BY contract
            """),
        "daily": (
            ["Date", "Contracts", *columns, "TotalDuration"],
            f"""
            SELECT coalesce(day::VARCHAR, ''), contracts, {", ".join(columns)}, {total}
            FROM (SELECT day, count(DISTINCT contract) AS contracts, {named} FROM {mapped} GROUP BY day)
            ORDER BY day NULLS LAST
            """),
        "apps": (
            ["AppName", "Category", "Records", "Contracts", "TotalDuration"],
            f"""
            SELECT app, coalesce(category, ''), count(*), count(DISTINCT contract), sum(seconds)::BIGINT
            FROM {source} LEFT JOIN categories USING (app) GROUP BY app, category ORDER BY app
            """),
    }[name]
    return "".join(",".join(map(field, row)) + "\n" for row in [header, *rows(db, query)]).encode()


def field(value):
    """RFC 4180: quotes only where needed."""
    text = str(value)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\r\n') else text


# MARK: The checks


def check_partials(counting, outcomes, coerced):
    """pyarrow reads every partial; it is what the ledger says, and what was counted in the raw file."""
    check("the ledger counts every file of the inbox", sorted(v["name"] for v in counting) == sorted(outcomes))
    for version in counting:
        name = version["name"]
        path = Path("checkpoints", version["partial"])
        check(
            f"{name}: size and XXH3-128 of its partial are those in the ledger",
            path.stat().st_size == version["partial_size"]
            and xxhash.xxh3_128_hexdigest(path.read_bytes()) == version["partial_digest"])
        table = read_keyed_table(path)
        seconds, records = sum(table["TotalDuration"].to_pylist()), sum(table["Records"].to_pylist())
        check(
            f"{name}: rows, seconds and records of its partial are those in the ledger",
            (table.num_rows, seconds, records) == (version["rows"], version["seconds"], version["records_folded"]),
            f"{table.num_rows} rows, {seconds} seconds, {records} records")
        metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
        wanted = {
            "watchfold.format": "1", "watchfold.kind": "partial",
            "watchfold.measures": "TotalDuration:sum,Records:sum", "watchfold.source": name,
            "watchfold.digest": version["digest"], "watchfold.date": date_of(name) or "",
            "watchfold.compression": version["compression"], "watchfold.rows": str(version["rows"]),
            "watchfold.seconds": str(version["seconds"]), "watchfold.folded": str(version["records_folded"]),
            "watchfold.ignored": str(version["records_ignored"]), "watchfold.size": str(version["size"]),
            "watchfold.stored_size": str(version["stored_size"]), "watchfold.coerced": str(version["records_coerced"]),
        }
        found = {key: metadata.get(key) for key in wanted}
        check(f"{name}: metadata of its partial", found == wanted, f"{found}")
        reasons = {key.removeprefix("watchfold.rejected."): int(value)
                   for key, value in metadata.items() if key.startswith("watchfold.rejected.")}
        check(f"{name}: reasons in metadata and ledger", reasons == version["rejections"], f"{reasons}")
        ended = +Counter({"folded": version["records_folded"], "ignored": version["records_ignored"], **reasons})
        check(
            f"{name}: every record ended as in the raw file", ended == outcomes[name],
            f"{dict(ended - outcomes[name])} too many, {dict(outcomes[name] - ended)} too few")
        check(
            f"{name}: records read and coerced",
            (version["records_read"], version["records_coerced"]) == (sum(outcomes[name].values()), coerced[name]),
            f"{version['records_read']} and {version['records_coerced']}")


def read_keyed_table(path):
    """Reads a partial or the total with every page checksum verified, and checks what both have in common."""
    file = pq.ParquetFile(path, page_checksum_verification=True)
    table = file.read()
    keys = list(zip(*(map(str.encode, table[name].to_pylist()) for name in ("Contract", "AppName"))))
    groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
    check(f"{path}: sorted by bytes, each key once", all(a < b for a, b in zip(keys, keys[1:])))
    check(
        f"{path}: says that it is sorted",
        all([(c.column_index, c.descending) for c in group.sorting_columns] == [(0, False), (1, False)]
            for group in groups))
    names = ["Contract", "AppName", "TotalDuration", "Records"]
    types = [pa.string(), pa.string()] + [pa.int64()] * (len(table.schema) - 2)
    check(
        f"{path}: schema", table.schema.names[:4] == names and table.schema.types == types
        and not any(field.nullable for field in table.schema), str(table.schema))
    return table


def check_total(db, generation):
    table = read_keyed_table(Path("checkpoints/total.parquet"))
    metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    check(
        "total: kind and generation",
        (metadata.get("watchfold.kind"), metadata.get("watchfold.generation")) == ("total", str(generation)))
    days = ["Days202204", "Days202205", "DaysUndated"]
    measures = "TotalDuration:sum,Records:sum," + ",".join(f"{day}:union" for day in days)
    check(
        "total: a column for each month, and for no date",
        table.schema.names[4:] == days and metadata.get("watchfold.measures") == measures, str(table.schema.names))
    [(difference,)] = rows(db, """
        WITH total AS (SELECT Contract, AppName, TotalDuration, Records, Days202204, Days202205, DaysUndated
                       FROM 'checkpoints/total.parquet'),
        merged AS (
            SELECT Contract, AppName, sum(TotalDuration)::BIGINT, sum(Records)::BIGINT,
                coalesce(bit_or(1::BIGINT << (day(dt) - 1)) FILTER (month(dt) = 4), 0),
                coalesce(bit_or(1::BIGINT << (day(dt) - 1)) FILTER (month(dt) = 5), 0),
                coalesce(bit_or(1::BIGINT) FILTER (dt IS NULL), 0)
            FROM partials GROUP BY ALL)
        SELECT count(*) FROM ((FROM total EXCEPT ALL FROM merged) UNION ALL (FROM merged EXCEPT ALL FROM total))
        """)
    check(
        "total: DuckDB's merge of the partials gives the same rows, with the same days", difference == 0,
        f"{difference} rows differ")


def check_partition_table(db, counting):
    """DuckDB reads all partials as one table with the date as a column."""
    rows(db, """
        CREATE TABLE partials AS SELECT Contract, AppName, TotalDuration, Records, dt::DATE AS dt, filename
        FROM read_parquet('checkpoints/partials/**/*.parquet', hive_partitioning = true, filename = true)
        """)
    found = rows(db, """
        SELECT dt::VARCHAR, count(*), sum(TotalDuration)::BIGINT, sum(Records)::BIGINT
        FROM partials GROUP BY filename, dt
        """)
    wanted = [(v["date"], v["rows"], v["seconds"], v["records_folded"]) for v in counting]
    check(
        "DuckDB reads the partials as one table; date, rows, seconds and records are those in the ledger",
        sorted(found, key=str) == sorted(wanted, key=str), f"{found}")
    [(difference,)] = rows(db, """
        WITH folded AS (SELECT day, contract, app, sum(seconds)::BIGINT, count(*) FROM raw GROUP BY ALL),
        partial AS (SELECT dt, Contract, AppName, sum(TotalDuration)::BIGINT, sum(Records)::BIGINT
                    FROM partials GROUP BY ALL)
        SELECT count(*) FROM ((FROM folded EXCEPT ALL FROM partial) UNION ALL (FROM partial EXCEPT ALL FROM folded))
        """)
    check(
        "the partials hold what DuckDB and Python fold from the raw files", difference == 0,
        f"{difference} rows differ")


def check_reports(db):
    receipt = json.loads(Path("output/receipt.json").read_bytes())
    digests = {item["name"]: item["digest"] for item in receipt["reports"]}
    for name in REPORTS:
        found = Path("output", f"{name}.csv").read_bytes()
        check_equal(f"{name}.csv is what DuckDB makes of the raw files", found, report(db, name))
        check(f"{name}.csv has the digest in the receipt", xxhash.xxh3_128_hexdigest(found) == digests[f"{name}.csv"])
        check(f"watchfold export {name} is the same", watchfold("export", name) == found)
    from_partials = "(SELECT dt AS day, Contract AS contract, AppName AS app, TotalDuration AS seconds FROM partials)"
    for name in ["engagement", "profile", "daily"]:
        check_equal(
            f"{name}.csv is what DuckDB makes of the partials",
            report(db, name, from_partials), Path("output", f"{name}.csv").read_bytes())


def check_ranges(db):
    ranges = [
        ("2022-04-02", "2022-05-01"), ("2022-04-02", "2022-04-02"), ("2022-05-01", None), (None, "2022-04-03"),
    ]
    for first, last in ranges:
        options = (["--from", first] if first else []) + (["--to", last] if last else [])
        source = f"(SELECT * FROM raw WHERE day BETWEEN '{first or '0001-01-01'}' AND '{last or '9999-12-31'}')"
        for name in REPORTS:
            check_equal(
                f"watchfold export {name} {' '.join(options)}", watchfold("export", name, *options),
                report(db, name, source))


def check_one_shot(db):
    """`watchfold fold`, from a pipe and of the nasty file alone."""
    name = "20220402.json"
    with subprocess.Popen(["zcat", f"inbox/{name}.gz"], stdout=subprocess.PIPE) as zcat:
        found = watchfold("fold", "-", stdin=zcat.stdout)
    check_equal(f"zcat {name}.gz | watchfold fold -", found, report(db, "engagement", only_file(name)))
    name = "nasty.jsonl"
    check_equal(
        f"watchfold fold {name}", watchfold("fold", f"inbox/{name}"), report(db, "engagement", only_file(name)))


def only_file(name):
    return f"(SELECT * FROM raw WHERE file = '{name}')"


def check_nothing_new():
    def outputs():
        return {path: path.read_bytes() for path in Path("output").rglob("*") if path.is_file()}

    before = outputs()
    watchfold("run")
    check("a second run changes no report", before == outputs())
    check("a second run reads nothing", ledger("SELECT bytes FROM runs ORDER BY id DESC LIMIT 1") == [{"bytes": 0}])
    check("watchfold verify ends with code 0", exit_code("verify") == 0)


def check_damage(counting):
    """A changed byte in a page is noticed by pyarrow too: the checksums are there, and where others look for them."""
    path = Path("checkpoints", counting[0]["partial"])
    whole = path.read_bytes()
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    position = column.data_page_offset + column.total_compressed_size // 2
    path.write_bytes(whole[:position] + bytes([whole[position] ^ 1]) + whole[position + 1:])
    try:
        pq.ParquetFile(path, page_checksum_verification=True).read()
        found = "it read the file"
    except OSError as error:
        found = str(error)
    check("pyarrow notices a changed byte by the page's checksum", "crc checksum" in found.lower(), found)
    check("watchfold verify ends with code 4 then", exit_code("verify") == 4)
    path.write_bytes(whole)


def ledger(query):
    """Rows of the ledger, read by Python's SQLite without a chance to write."""
    connection = sqlite3.connect("file:checkpoints/ledger.sqlite?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(query)]
    finally:
        connection.close()


def main():
    for name in [name for name in os.environ if name.startswith("WATCHFOLD_")]:
        del os.environ[name]
    make_input()
    db = duckdb.connect()
    outcomes, coerced = read_raw(db)
    watchfold("run")

    check("SQLite finds the ledger sound", ledger("PRAGMA integrity_check") == [{"integrity_check": "ok"}])
    counting = ledger("""
        SELECT v.*, s.sum AS seconds FROM versions v JOIN counting c ON c.version = v.id
            JOIN sums s ON s.version = v.id AND s.measure = 1
        WHERE c.to_generation IS NULL ORDER BY v.name
        """)
    for version in counting:
        rejections = ledger(f"SELECT reason, records FROM rejections WHERE version = {version['id']}")
        version["rejections"] = {row["reason"]: row["records"] for row in rejections}
    generation = ledger("SELECT value FROM meta WHERE key = 'generation'")[0]["value"]

    check_partials(counting, outcomes, coerced)
    check_partition_table(db, counting)
    check_total(db, generation)
    check_reports(db)
    check_ranges(db)
    check_one_shot(db)
    check_nothing_new()
    interop_page.check_all(WATCHFOLD, counting, check)
    check_damage(counting)
    interop_parquet.check_all(sys.argv[2], check)
    interop_convert.check_all(WATCHFOLD, check)
    interop_sheets.check_all(WATCHFOLD, check)
    interop_postgres.check_all(WATCHFOLD, check)
    print(f"{results['passed']} passed, {results['failed']} failed")
    sys.exit(1 if results["failed"] else 0)


main()
