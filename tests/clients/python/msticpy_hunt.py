"""Hunts through MSTICPy's providers for Defender. Reads questions as lines of JSON, answers each with one.

A question has `provider`, and either `query`, or `built_in` with `arguments`, and then `instance` when other settings than the
usual ones are meant; or it has `render` with values of parameters, and asks for the texts of all built-in queries. Everything else
is in the file that MSTICPYCONFIG names. The answer is the data frame, `types` and `rows`, or the `error`; or the `texts`.
"""

import functools
import json
import logging
import sys

import pandas as pd
from msticpy.data import QueryProvider


class Warnings(logging.Handler):
    """What MSTICPy tells its user beside the exception."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def hunted(asked: dict, warnings: Warnings) -> dict:
    warnings.texts.clear()
    try:
        provider = provider_named(asked["provider"])
        provider.connect(instance=asked.get("instance"))
        if "built_in" in asked:
            found = built_in(provider, asked["built_in"])(**asked["arguments"])
        else:
            found = provider.exec_query(asked["query"])
    except Exception as error:
        return {"error": {"type": type(error).__name__, "message": str(error), "warnings": warnings.texts}}
    return {
        "types": [[name, str(kind)] for name, kind in found.dtypes.items()],
        "rows": [{name: plain(value) for name, value in row.items()} for row in found.to_dict("records")],
    }


@functools.cache
def provider_named(name: str) -> QueryProvider:
    return QueryProvider(name)


def built_in(provider: QueryProvider, name: str):
    return functools.reduce(getattr, name.split("."), provider)


def plain(value: object) -> object:
    if isinstance(value, pd.Timestamp):
        return {"datetime": value.isoformat()}
    missing = value is pd.NaT or isinstance(value, float) and pd.isna(value)
    return None if missing else value


def rendered(asked: dict) -> dict:
    """The texts that would be sent. Values are found by a parameter with its type, as in `path: str`, or by the type alone."""
    provider = provider_named(asked["provider"])
    values = asked["render"]
    texts = {}
    for name in provider.list_queries():
        declared = provider.query_store.get_query(query_name=name).params
        arguments = {"start": values["start"], "end": values["end"]}
        for parameter, settings in declared.items():
            if parameter not in arguments and settings.get("default") is None:
                kind = settings["type"]
                arguments[parameter] = values.get(f"{parameter}: {kind}", values[kind])
        texts[name] = built_in(provider, name)("print", **arguments)
    return {"texts": texts}


def main() -> None:
    # MSTICPy prints, too.
    answers, sys.stdout = sys.stdout, sys.stderr
    warnings = Warnings()
    logging.getLogger("msticpy.data.drivers.odata_driver").addHandler(warnings)
    for line in sys.stdin:
        asked = json.loads(line)
        answer = rendered(asked) if "render" in asked else hunted(asked, warnings)
        print(json.dumps(answer), file=answers, flush=True)


main()
