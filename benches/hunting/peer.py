"""Runs the queries in another engine: `peer.py ENGINE DATA QUERIES RUNS`.

Prints a JSON line for each query: its name, the seconds of each run, and the rows; at last the peak memory.
Times are microseconds since 1970, so that all engines' rows compare.
"""

import datetime
import json
import sys
import time
import tomllib
from decimal import Decimal
from pathlib import Path

TABLES = ["DeviceProcessEvents", "DeviceNetworkEvents", "CloudAppEvents"]


def tables(data):
    """What to read for each table that is there: a file, or the files of a lake's days."""
    found = {}
    for table in TABLES:
        if Path(f"{data}/{table}.parquet").exists():
            found[table] = f"{data}/{table}.parquet"
        elif Path(f"{data}/{table}").exists():
            found[table] = f"{data}/{table}/*/*.parquet"
    return found


def duckdb_runner(data):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for table, files in tables(data).items():
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM read_parquet('{files}')")
    return lambda query: connection.execute(query["duckdb"]).fetchall()


def clickhouse_runner(data):
    from chdb import session

    connection = session.Session()
    connection.query("CREATE DATABASE hunting ENGINE = Atomic")
    connection.query("USE hunting")
    for table, files in tables(data).items():
        connection.query(f"CREATE VIEW {table} AS SELECT * FROM file('{files}', Parquet)")

    def run(query):
        settings = "SETTINGS date_time_output_format = 'iso', session_timezone = 'UTC', output_format_json_quote_64bit_integers = 0"
        text = str(connection.query(f"{query['clickhouse']} {settings}", "JSONCompact"))
        answer = json.loads(text)
        return [[clickhouse_cell(cell, column["type"]) for cell, column in zip(row, answer["meta"])] for row in answer["data"]]

    return run


def clickhouse_cell(cell, column_type):
    if "DateTime" in column_type and cell is not None:
        return datetime.datetime.fromisoformat(cell.replace("Z", "+00:00"))
    return cell


def polars_runner(data):
    import polars

    names = {table: polars.scan_parquet(files) for table, files in tables(data).items()}
    names["pl"] = polars

    def run(query):
        frame = eval(query["polars"], dict(names))
        return frame.collect(engine="streaming").rows()

    return run


def cell(value):
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            value = value.replace(tzinfo=datetime.timezone.utc)
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        return (value - epoch) // datetime.timedelta(microseconds=1)
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def main():
    engine, data, queries, runs = sys.argv[1:5]
    run = {"duckdb": duckdb_runner, "clickhouse": clickhouse_runner, "polars": polars_runner}[engine](data)
    for query in tomllib.loads(Path(queries).read_text())["query"]:
        answer = {"name": query["name"]}
        try:
            seconds = []
            for _ in range(int(runs)):
                start = time.perf_counter()
                rows = run(query)
                seconds.append(time.perf_counter() - start)
            answer |= {"seconds": seconds, "rows": [[cell(value) for value in row] for row in rows]}
        except Exception as failure:  # whatever an engine throws: the table says that it failed
            answer |= {"failure": str(failure).splitlines()[0][:200]}
        print(json.dumps(answer), flush=True)
    # What `getrusage` says begins with what the process had that started this one.
    status = Path("/proc/self/status").read_text()
    kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    print(json.dumps({"peak_bytes": int(kibibytes) * 1024}), flush=True)


if __name__ == "__main__":
    main()
