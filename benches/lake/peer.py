"""Events in another engine: `peer.py COLUMNS load|freshness duckdb|clickhouse SOURCE DATABASE`.

`load` stores a file of JSON lines, or the files of a folder one after the other, each durably. `freshness` stores the files of a folder, and
counts the rows after each. Prints one JSON object.
"""

import json
import os
import resource
import sys
import time
from pathlib import Path

DUCKDB_TYPES = {"datetime": "TIMESTAMPTZ", "long": "BIGINT", "int": "INTEGER", "real": "DOUBLE", "bool": "BOOLEAN"}
CLICKHOUSE_TYPES = {
    "datetime": "Nullable(DateTime64(7, 'UTC'))",
    "long": "Nullable(Int64)",
    "int": "Nullable(Int32)",
    "real": "Nullable(Float64)",
    "bool": "Nullable(Bool)",
}


class DuckDb:
    """A database file; each statement is a transaction, synced when it returns."""

    def __init__(self, columns, database):
        import duckdb

        types = [(name, DUCKDB_TYPES.get(kind, "VARCHAR")) for name, kind in columns]
        self.path = f"{database}.duckdb"
        self.connection = duckdb.connect(self.path)
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute(f"CREATE TABLE events ({', '.join(f'{name} {kind}' for name, kind in types)})")
        struct = ", ".join(f"{name} {kind}" for name, kind in types)
        self.columns = f"{{properties: 'STRUCT({struct})'}}"

    def insert(self, path):
        self.connection.execute(
            f"INSERT INTO events SELECT properties.* FROM read_json('{path}', format = 'newline_delimited', columns = {self.columns})"
        )

    def settle(self):
        self.connection.execute("CHECKPOINT")

    def count(self):
        return self.connection.execute("SELECT count(*) FROM events").fetchone()[0]

    def bytes(self):
        return os.path.getsize(self.path)


class ClickHouse:
    """A MergeTree on the disk that is synced after each insert."""

    def __init__(self, columns, database):
        from chdb import session

        types = [(name, CLICKHOUSE_TYPES.get(kind, "String")) for name, kind in columns]
        own = [(name, "DateTime64(7, 'UTC')" if name == "Timestamp" else kind) for name, kind in types]
        self.session = session.Session(f"{database}.clickhouse")
        self.session.query("CREATE DATABASE hunting ENGINE = Atomic")
        self.session.query("USE hunting")
        self.session.query(
            f"CREATE TABLE events ({', '.join(f'{name} {kind}' for name, kind in own)}) ENGINE = MergeTree ORDER BY Timestamp "
            "SETTINGS fsync_after_insert = 1, fsync_part_directory = 1"
        )
        self.struct = f"properties Tuple({', '.join(f'{name} {kind}' for name, kind in own)})".replace("'", "\\'")

    def insert(self, path):
        self.session.query(
            f"INSERT INTO events SELECT untuple(properties) FROM file('{path}', JSONEachRow, '{self.struct}') "
            "SETTINGS date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1, "
            "input_format_json_ignore_unknown_keys_in_named_tuple = 1, input_format_null_as_default = 1"
        )

    def settle(self):
        self.session.query("OPTIMIZE TABLE events FINAL")

    def count(self):
        return int(str(self.session.query("SELECT count() FROM events", "TSV")))

    def bytes(self):
        text = "SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'events' AND active"
        return int(str(self.session.query(text, "TSV")))


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def load(engine, files):
    start, cpu_start = time.perf_counter(), cpu()
    for path in files:
        engine.insert(path)
    answer = {"seconds": time.perf_counter() - start, "cpu_seconds": cpu() - cpu_start}
    engine.settle()
    answer |= {"settled_seconds": time.perf_counter() - start, "settled_cpu_seconds": cpu() - cpu_start}
    return answer | {"bytes": engine.bytes(), "rows": engine.count()}


def freshness(engine, files):
    stored, counted, rows = [], [], 0
    for path in files:
        with open(path, "rb") as file:
            rows += sum(1 for _ in file)
        start = time.perf_counter()
        engine.insert(path)
        acknowledged = time.perf_counter()
        assert engine.count() == rows
        stored.append(acknowledged - start)
        counted.append(time.perf_counter() - acknowledged)
    return {"stored": stored, "counted": counted}


def main():
    columns, what, engine, source, database = sys.argv[1:6]
    columns = json.loads(Path(columns).read_text())
    source = Path(source)
    files = sorted(str(path) for path in source.iterdir()) if source.is_dir() else [str(source)]
    engine = {"duckdb": DuckDb, "clickhouse": ClickHouse}[engine](columns, database)
    print(json.dumps({"load": load, "freshness": freshness}[what](engine, files)), flush=True)
    # Without the tidying up that some engines do at the end.
    os._exit(0)


if __name__ == "__main__":
    main()
