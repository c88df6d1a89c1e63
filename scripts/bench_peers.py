"""The engagement report as other programs make it; run by scripts/bench, in an environment that has them.

Every function reads the files and writes one CSV with the columns of `engagement.csv`, sorted by contract. Each peer is
asked in its own way for the same: known categories, contracts that are null, empty or "0" left out, no negative
durations. None is given fewer threads than it takes by itself.

Usage: bench_peers.py PEER OUTPUT FILE…
"""

import glob
import os
import sys

# The standard categories, written down once more on purpose.
CATEGORIES = {
    "TV": ["CHANNEL", "DSHD", "KPLUS", "KPlus"],
    "Movie": ["VOD", "FIMS", "FIMS_RES", "BHD", "BHD_RES", "VOD_RES", "DANET"],
    "Child": ["CHILD"],
    "Relax": ["RELAX"],
    "Sport": ["SPORT"],
}


def quoted(texts):
    return ", ".join(f"'{text}'" for text in texts)


def sums(app, seconds):
    """The five columns in SQL."""
    return ", ".join(
        f"sum(CASE WHEN {app} IN ({quoted(apps)}) THEN {seconds} ELSE 0 END) AS {name}Duration"
        for name, apps in CATEGORIES.items())


def duckdb(output, files):
    import duckdb
    source = "STRUCT(Contract VARCHAR, AppName VARCHAR, TotalDuration BIGINT)"
    duckdb.connect().execute(f"""
        COPY (
            SELECT s.Contract AS Contract, {sums("s.AppName", "s.TotalDuration")}
            FROM (
                SELECT _source AS s
                FROM read_json([{quoted(files)}], format = 'newline_delimited', columns = {{_source: '{source}'}}))
            WHERE s.Contract NOT IN ('', '0') AND s.TotalDuration >= 0
            GROUP BY 1 ORDER BY 1
        ) TO '{output}' (HEADER, DELIMITER ',')
        """)


def duckdb_partials(output, files):
    """DuckDB on Watchfold's partials instead of the raw files."""
    import duckdb
    duckdb.connect().execute(f"""
        COPY (
            SELECT Contract, {sums("AppName", "TotalDuration")} FROM read_parquet([{quoted(files)}])
            GROUP BY 1 ORDER BY 1
        ) TO '{output}' (HEADER, DELIMITER ',')
        """)


def polars(output, files):
    import polars as pl
    fields = pl.Struct({"Contract": pl.String, "AppName": pl.String, "TotalDuration": pl.Int64})
    app, seconds = pl.col("AppName"), pl.col("TotalDuration")
    (
        pl.scan_ndjson(files, schema={"_source": fields})
        .select(pl.col("_source").struct.unnest())
        .filter(pl.col("Contract").is_in(["", "0"]).not_() & (seconds >= 0))
        .group_by("Contract")
        .agg(seconds.filter(app.is_in(apps)).sum().alias(f"{name}Duration") for name, apps in CATEGORIES.items())
        .sort("Contract")
        .sink_csv(output, engine="streaming")
    )


def clickhouse(output, files):
    import chdb
    structure = "_source Tuple(Contract Nullable(String), AppName Nullable(String), TotalDuration Int64)"
    # A pattern may have alternatives behind its folder only.
    folder = os.path.dirname(files[0])
    names = folder + "/{" + ",".join(os.path.basename(file) for file in files) + "}"
    chdb.query(f"""
        SELECT _source.Contract AS Contract, {sums("_source.AppName", "_source.TotalDuration")}
        FROM file('{names}', JSONEachRow, '{structure}')
        WHERE Contract NOT IN ('', '0') AND _source.TotalDuration >= 0
        GROUP BY 1 ORDER BY 1
        INTO OUTFILE '{output}' TRUNCATE FORMAT CSVWithNames
        """)


def spark(output, files):
    from pyspark.sql import SparkSession, functions as f
    session = SparkSession.builder.master("local[*]").config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    contract, app, seconds = f.col("_source.Contract"), f.col("_source.AppName"), f.col("_source.TotalDuration")
    columns = [
        f.sum(f.when(app.isin(apps), seconds).otherwise(0)).alias(f"{name}Duration")
        for name, apps in CATEGORIES.items()]
    (
        session.read.schema("_source STRUCT<Contract: STRING, AppName: STRING, TotalDuration: BIGINT>").json(files)
        .where(~contract.isin("", "0") & (seconds >= 0))
        .groupBy(contract.alias("Contract")).agg(*columns).orderBy("Contract")
        .write.mode("overwrite").csv(output + ".parts")
    )
    # A folder of sorted parts, one behind the other.
    with open(output, "wb") as joined:
        joined.write(b",".join([b"Contract"] + [f"{name}Duration".encode() for name in CATEGORIES]) + b"\n")
        for part in sorted(glob.glob(os.path.join(output + ".parts", "part-*"))):
            with open(part, "rb") as rows:
                joined.write(rows.read())
    session.stop()


PEERS = {
    "duckdb": duckdb, "duckdb-partials": duckdb_partials, "polars": polars, "clickhouse": clickhouse, "spark": spark}

if __name__ == "__main__":
    PEERS[sys.argv[1]](sys.argv[2], sys.argv[3:])
