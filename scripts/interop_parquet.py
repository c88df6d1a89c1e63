"""Parquet files of every type: what ParquetSamples wrote, read by pyarrow, DuckDB, Polars and Spark.

Next to each file stands what is in it, written by the generator (see Tests/ParquetSamples). Every reader must find those
values, bit for bit. The bounds and null counts of each row group are checked against the values, and DuckDB, which passes
over row groups by their bounds, must find as many rows as there are on each side of a value.
"""

import datetime
import decimal
import json
import math
import os
import shutil
import struct
import subprocess
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

EPOCH = datetime.datetime(1970, 1, 1)
# Digits enough for every decimal, so that none is rounded on the way.
EXACT = decimal.Context(prec=80)
KINDS = ["no", "some", "many", "only"]


def kind_of(name):
    return name.split("_")[0]


def scale_of(name):
    return int(name.split("_")[1]) if name[0] == "d" and name[1].isdigit() else None


def expected_value(name, text):
    """What stands for a value in comparisons, from its text."""
    if text is None:
        return None
    kind = kind_of(name)
    if kind == "boolean":
        return text == "true"
    if kind == "double":
        return double_value(struct.unpack(">d", bytes.fromhex(text))[0])
    if kind == "utf8":
        return bytes.fromhex(text).decode()
    return int(text)


def double_value(value):
    """All NaNs are one, but 0 is not -0."""
    return "nan" if math.isnan(value) else struct.pack(">d", value).hex()


def found_value(name, value):
    """The same, from what a reader made of it."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, float):
        return double_value(value)
    if isinstance(value, decimal.Decimal):
        digits = EXACT.scaleb(value, scale_of(name))
        return int(digits) if digits == int(digits) else value
    if isinstance(value, datetime.datetime):
        return (value - EPOCH) // datetime.timedelta(microseconds=1)
    if isinstance(value, datetime.date):
        return (value - EPOCH.date()).days
    return value


def by_pyarrow(path):
    table = pq.ParquetFile(path, page_checksum_verification=True).read()
    columns = {}
    for name in table.column_names:
        column = table[name]
        # As numbers: Python's own dates end at the year 9999.
        if pa.types.is_date(column.type):
            column = column.cast(pa.int32())
        elif pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        columns[name] = column.to_pylist()
    return columns


def by_duckdb(path):
    found = duckdb.connect().execute("FROM read_parquet(?)", [str(path)])
    names = [column[0] for column in found.description]
    return dict(zip(names, zip(*found.fetchall())))


def by_polars(path):
    frame = pl.read_parquet(path)
    columns = {}
    for name in frame.columns:
        column = frame[name]
        if column.dtype == pl.Date:
            column = column.cast(pl.Int32)
        elif column.dtype == pl.Datetime:
            column = column.cast(pl.Int64)
        columns[name] = column.to_list()
    return columns


def by_spark(session, path):
    from pyspark.sql import functions as f
    frame = session.read.parquet(str(path))
    columns = []
    for name in frame.columns:
        kind = frame.schema[name].dataType.typeName()
        if kind == "date":
            columns.append(f.unix_date(f.col(name)).alias(name))
        elif kind == "timestamp_ntz":
            # Without a time zone; as a moment of UTC, it is a number.
            columns.append(f.unix_micros(f.col(name).cast("timestamp")).alias(name))
        else:
            columns.append(f.col(name))
    rows = frame.select(*columns).collect()
    return {name: [row[name] for row in rows] for name in frame.columns}


def check_values(check, reader, sample, wanted, columns):
    check(f"{sample}: {reader} finds the columns", list(columns) == list(wanted), str(list(columns)[:3]))
    for name, values in wanted.items():
        found = [found_value(name, value) for value in columns.get(name, [])]
        wrong = next((row for row in range(len(values)) if row >= len(found) or found[row] != values[row]), None)
        if wrong is not None or len(found) != len(values):
            detail = "nothing" if wrong is None or wrong >= len(found) else f"row {wrong} is {found[wrong]!r}, not {values[wrong]!r}"
            check(f"{sample}: {reader} reads {name}", False, detail)
            return
    check(f"{sample}: {reader} reads every value of {len(wanted)} columns", True)


def check_types(check, sample, path):
    """What the schema says, by pyarrow's reading of it."""
    schema = pq.ParquetFile(path).schema_arrow
    types = {
        "int64": pa.int64(), "utf8": pa.string(), "boolean": pa.bool_(), "double": pa.float64(), "date": pa.date32(),
        "timestamp": pa.timestamp("us")}
    for field in schema:
        kind = kind_of(field.name)
        wanted = types.get(kind) or pa.decimal128(int(kind[1:]), scale_of(field.name))
        if field.type != wanted or field.nullable != (not field.name.endswith("_no")):
            return check(f"{sample}: types", False, f"{field}")
    check(f"{sample}: types and nullability of {len(schema)} columns", True)


def bound(name, raw):
    """A bound as a value that can be compared."""
    if scale_of(name) is not None and isinstance(raw, bytes):
        return int.from_bytes(raw, "big", signed=True)
    return raw.decode() if isinstance(raw, bytes) else raw


def order(name, value):
    """What values of a column are compared by."""
    kind = kind_of(name)
    if kind == "double":
        return struct.unpack(">d", bytes.fromhex(value))[0] if isinstance(value, str) else value
    return value.encode() if isinstance(value, str) else value


def check_statistics(check, sample, path, wanted):
    """Null counts are exact, and so are bounds, except for those of long text and of a column with a NaN."""
    metadata = pq.ParquetFile(path).metadata
    first, checked = 0, 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        for index, name in enumerate(wanted):
            statistics = metadata.row_group(group).column(index).statistics
            values = [value for value in wanted[name][first:first + rows] if value is not None]
            place = f"{sample}: row group {group}, {name}"
            if statistics.null_count != rows - len(values):
                return check(f"{place}: null count", False, str(statistics.null_count))
            if not values or "nan" in values:
                if statistics.has_min_max:
                    return check(f"{place}: bounds where there can be none", False, str(statistics))
                continue
            if not statistics.has_min_max:
                # A maximum of text that no longer text is greater than.
                if kind_of(name) == "utf8":
                    continue
                return check(f"{place}: bounds", False, "there are none")
            low, high = bound(name, statistics.min_raw), bound(name, statistics.max_raw)
            least = min(values, key=lambda value: order(name, value))
            most = max(values, key=lambda value: order(name, value))
            low, high, least, most = (order(name, value) for value in (low, high, least, most))
            is_text = kind_of(name) == "utf8"
            if not (low <= least and most <= high) or (not is_text and (low, high) != (least, most)):
                return check(f"{place}: bounds", False, f"{low!r} to {high!r} for {least!r} to {most!r}")
            checked += 1
        first += rows
    check(f"{sample}: {checked} pairs of bounds and all null counts are those of the values", checked > 50)


def check_filters(check, sample, path, wanted):
    """Row groups that are passed over by their bounds have none of the rows."""
    db = duckdb.connect()
    for name, values in wanted.items():
        kind = kind_of(name)
        if kind not in ("int64", "date") and scale_of(name) is None or name.endswith("_only"):
            continue
        present = sorted(value for value in values if value is not None)
        for value in {present[0], present[len(present) // 3], present[-1]}:
            literal = f"'{value}'::BIGINT"
            if kind == "date":
                literal = f"DATE '{EPOCH.date() + datetime.timedelta(days=value)}'"
            elif scale_of(name) is not None:
                number = EXACT.scaleb(decimal.Decimal(value), -scale_of(name))
                literal = f"'{number:f}'::DECIMAL({kind[1:]}, {scale_of(name)})"
            for operator, count in [
                ("=", sum(v == value for v in present)), ("<", sum(v < value for v in present)),
                (">", sum(v > value for v in present)),
            ]:
                query = f"SELECT count(*) FROM read_parquet(?) WHERE {name} {operator} {literal}"
                [(found,)] = db.execute(query, [str(path)]).fetchall()
                if found != count:
                    return check(f"{sample}: {name} {operator} {value}", False, f"{found} rows, not {count}")
    check(f"{sample}: DuckDB finds as many rows by conditions as there are", True)


def spark_session():
    """A session, or None, with the reason, when Spark cannot be had here."""
    if not shutil.which("java"):
        return None, "there is no java here"
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        return None, "pyspark is not installed"
    # Its driver listens for executors; on loopback alone.
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").config(
        "spark.sql.session.timeZone", "UTC").config("spark.driver.bindAddress", "127.0.0.1").config(
        "spark.driver.host", "127.0.0.1").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session, None


def check_all(program, check):
    folder = Path("parquet-samples")
    folder.mkdir()
    subprocess.run([program, str(folder)], check=True)
    files = sorted(folder.glob("*.parquet"))
    check("there are Parquet files of every type", len(files) >= 6, str(files))
    session, reason = spark_session()
    if session is None:
        print(f"skipped  Spark does not read the Parquet files: {reason}", flush=True)
    for path in files:
        sample = path.stem
        lines = [json.loads(line) for line in open(path.with_suffix(".jsonl"), encoding="utf-8")]
        wanted = {name: [expected_value(name, line[name]) for line in lines] for name in lines[0]}
        metadata = pq.ParquetFile(path).metadata
        check(
            f"{sample}: several row groups, metadata, writer",
            metadata.num_row_groups > 1 and (metadata.metadata or {}).get(b"sample") == sample.encode()
            and metadata.created_by == "watchfold version 1", str(metadata))
        check_types(check, sample, path)
        check_values(check, "pyarrow", sample, wanted, by_pyarrow(path))
        check_values(check, "Polars", sample, wanted, by_polars(path))
        check_statistics(check, sample, path, wanted)
        # Neither has dates and times to the ends of 32 and 64 bits.
        if sample == "limits":
            continue
        check_values(check, "DuckDB", sample, wanted, by_duckdb(path))
        check_filters(check, sample, path, wanted)
        if session is not None:
            check_values(check, "Spark", sample, wanted, by_spark(session, path))
    if session is not None:
        session.stop()
