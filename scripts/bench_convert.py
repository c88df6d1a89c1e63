"""Files of records as Parquet, made by other programs; run by scripts/bench, in an environment that has them.

    narrow    viewing records: six fields, one of them a number within a nested object
    wide      thirty fields of all types, nested and often null (written by `make`)

Every program is told the columns and writes one Parquet file of the same rows; none is given fewer threads than it takes
by itself. `digest` prints the number of rows of a file, and a sum over all its values that does not depend on their order.

Usage: bench_convert.py PROGRAM KIND INPUT OUTPUT; bench_convert.py make wide ROWS OUTPUT;
       bench_convert.py digest KIND FILE -
"""

import json
import random
import sys

# Name, path and type of each column; types are those of `watchfold convert`.
NARROW = [
    ("id", "_id", "string"), ("score", "_score", "integer"), ("contract", "_source.Contract", "string"),
    ("mac", "_source.Mac", "string"), ("app", "_source.AppName", "string"),
    ("seconds", "_source.TotalDuration", "integer")]
WIDE = (
    [(f"s{i}", f"s{i}", "string") for i in range(6)] + [(f"i{i}", f"i{i}", "integer") for i in range(6)]
    + [(f"x{i}", f"x{i}", "double") for i in range(4)] + [(f"b{i}", f"b{i}", "boolean") for i in range(3)]
    + [(f"at{i}", f"at{i}", "timestamp") for i in range(3)] + [(f"day{i}", f"day{i}", "date") for i in range(2)]
    + [(f"user_{i}", f"user.u{i}", "string") for i in range(3)]
    + [(f"place_{i}", f"user.place.p{i}", "double") for i in range(3)])
KINDS = {"narrow": NARROW, "wide": WIDE}
SQL = {
    "string": "VARCHAR", "integer": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN", "timestamp": "TIMESTAMP",
    "date": "DATE"}


def declaration(kind):
    """The file for --fields."""
    lines = [
        f"  {name}: {{path: {path}, type: {type}, required: no}}" for name, path, type in KINDS[kind]]
    return "fields:\n" + "\n".join(lines) + "\n"


def tree(columns):
    """Names of one level, each with a type or the names below."""
    root = {}
    for _, path, type in columns:
        node = root
        *above, last = path.split(".")
        for key in above:
            node = node.setdefault(key, {})
        node[last] = type
    return root


def sql_type(node):
    if isinstance(node, str):
        return SQL[node]
    return "STRUCT(" + ", ".join(f'"{key}" {sql_type(value)}' for key, value in node.items()) + ")"


def duckdb(kind, source, output):
    import duckdb
    columns = ", ".join(f"'{key}': '{sql_type(node)}'" for key, node in tree(KINDS[kind]).items())
    chosen = ", ".join(
        ".".join(f'"{key}"' for key in path.split(".")) + f' AS "{name}"' for name, path, _ in KINDS[kind])
    duckdb.connect().execute(f"""
        COPY (SELECT {chosen} FROM read_json('{source}', format = 'newline_delimited', columns = {{{columns}}}))
        TO '{output}' (FORMAT parquet, COMPRESSION lz4_raw)""")


def polars(kind, source, output):
    import polars as pl
    # Polars reads no dates and times from JSON; they are strings first.
    types = {
        "string": pl.String, "integer": pl.Int64, "double": pl.Float64, "boolean": pl.Boolean, "timestamp": pl.String,
        "date": pl.String}

    def of(node):
        return types[node] if isinstance(node, str) else pl.Struct({key: of(value) for key, value in node.items()})

    def column(name, path, type):
        first, *rest = path.split(".")
        value = pl.col(first)
        for key in rest:
            value = value.struct.field(key)
        if type == "timestamp":
            value = value.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us")
        if type == "date":
            value = value.str.to_date("%Y-%m-%d")
        return value.alias(name)

    schema = {key: of(node) for key, node in tree(KINDS[kind]).items()}
    pl.scan_ndjson(source, schema=schema).select(column(*field) for field in KINDS[kind]).sink_parquet(
        output, compression="lz4")


def pyarrow(kind, source, output):
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.json as pj
    import pyarrow.parquet as pq
    types = {
        "string": pa.string(), "integer": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(),
        "timestamp": pa.timestamp("us"), "date": pa.string()}

    def of(node):
        if isinstance(node, str):
            return types[node]
        return pa.struct([(key, of(value)) for key, value in node.items()])

    schema = pa.schema([(key, of(node)) for key, node in tree(KINDS[kind]).items()])
    table = pj.read_json(
        source, parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore"))
    arrays = {}
    for name, path, type in KINDS[kind]:
        first, *rest = path.split(".")
        array = table[first]
        for key in rest:
            array = pc.struct_field(array, key)
        arrays[name] = array.cast(pa.date32()) if type == "date" else array
    pq.write_table(pa.table(arrays), output, compression="lz4")


def digest(kind, source, _):
    import duckdb
    texts = ", ".join(f"coalesce(\"{name}\"::{SQL[type]}::VARCHAR, '∅')" for name, _, type in KINDS[kind])
    print(*duckdb.connect().execute(
        f"SELECT count(*), sum(hash(concat_ws('|', {texts}))::HUGEINT) FROM '{source}'").fetchone())


def wide_record(dice):
    record = {}
    for name, path, type in WIDE:
        chance = dice.random()
        if chance < 0.1:
            continue
        if chance < 0.2:
            value = None
        elif type == "string":
            value = dice.choice(["watch", "pause", "seek", "a longer text of some words"]) + str(dice.randrange(1000))
        elif type == "integer":
            value = dice.randrange(-(10**9), 10**12)
        elif type == "double":
            value = round(dice.uniform(-1000, 1000), dice.randrange(1, 9))
        elif type == "boolean":
            value = dice.random() < 0.5
        else:
            day = f"20{dice.randrange(10, 30)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
            time = f"T{dice.randrange(24):02}:{dice.randrange(60):02}:{dice.randrange(60):02}.{dice.randrange(1000):03}Z"
            value = day + time if type == "timestamp" else day
        node = record
        *above, last = path.split(".")
        for key in above:
            node = node.setdefault(key, {})
        node[last] = value
    return record


def make(kind, rows, output):
    dice = random.Random(3)
    # Of many different records the same ones come again and again, in another order each time.
    lines = [json.dumps(wide_record(dice), separators=(",", ":"), ensure_ascii=False) + "\n" for _ in range(20_000)]
    with open(output, "w") as file:
        for _ in range(int(rows) // len(lines)):
            dice.shuffle(lines)
            file.writelines(lines)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
