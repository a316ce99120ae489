"""The command `gongzhi`: finds the room that answers a word and loads only that room.

File commands (`verify`, later `detect`, `scan`, …) never start Django.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

# word → (module:function, needs Django, one line of help)
COMMANDS: dict[str, tuple[str, bool, str]] = {
    "run": ("gongzhi.web.supervision:run", False, "serve the county of a folder"),
    "reload": ("gongzhi.web.supervision:reload", False, "replace the workers, no request refused"),
    "stop": ("gongzhi.web.supervision:stop", False, "finish requests in hand and stop"),
    "county": ("gongzhi.web.county_commands:county", True, "new, check or load a county's files"),
    "people": ("gongzhi.people.commands:people", True, "people first: the first administrator"),
    "cases": ("gongzhi.cases.commands:cases", True, "cases key new|list|close: keys for other people's programs"),
    "sensors": ("gongzhi.sensors.commands:sensors", True, "sensors key new|list|close, listen: instruments that speak"),
    "import": ("gongzhi.web.importing.commands:import_", True, "cases from a file of another system; draft a profile"),
    "demo": ("gongzhi.rehearsal.commands:demo", True, "build and serve the practice county"),
    "doctor": ("gongzhi.web.doctor:doctor", True, "check ledger, printed pages, clockwork; say what to do"),
    "detect": ("gongzhi.methods.commands:detect", False, "find unusual counts in a CSV file"),
    "route": ("gongzhi.methods.text_commands:route", False, "route texts of a file to labels"),
    "hot": ("gongzhi.methods.hot_commands:hot", False, "fuse messages of a file into issues, hottest first"),
    "scan": ("gongzhi.methods.space_commands:run", False, "find clusters of events in place and time"),
    "backup": ("gongzhi.web.keeping.commands:backup", True, "one file with everything, also while serving"),
    "restore": ("gongzhi.web.keeping.commands:restore", False, "a backup into an empty folder; or --check it"),
    "insight": ("gongzhi.insight.commands:insight", True, "look for what is unusual in the days that have ended"),
    "procedures": ("gongzhi.insight.process.commands:procedures", True, "replay a changed procedure on past cases"),
    "router": ("gongzhi.insight.routing.commands:router", True, "show, learn, check the router that suggests matters"),
    "warehouse": ("gongzhi.insight.commands:warehouse", True, "the county's Parquet, tables of users in it"),
    "effect": ("gongzhi.methods.effect_commands:run", False, "did a measure change the counts of a series?"),
    "explain": ("gongzhi.methods.explain_commands:run", False, "what explains a rise, moves together, is handed on"),
    "forecast": ("gongzhi.methods.forecast_commands:run", False, "forecast the counts of a CSV file as distributions"),
    "verify": ("gongzhi.ledger.commands:verify", False, "check a receipt offline"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the process's exit code (0 done, 1 refused, 2 wrong words)."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in ("-h", "--help", "help"):
        print("gongzhi COMMAND …\n")
        for word, (_, _, line) in sorted(COMMANDS.items()):
            print(f"  {word:<12} {line}")
        return 0 if words else 2
    if words[0] not in COMMANDS:
        print(f"gongzhi: there is no command “{words[0]}”; `gongzhi help` lists them.", file=sys.stderr)
        return 2
    target, needs_django, _ = COMMANDS[words[0]]
    module, _, function = target.partition(":")
    if words[0] != "verify":
        _take_dir(words)
    if needs_django:
        return _with_django(module, function, words[1:])
    return int(getattr(importlib.import_module(module), function)(words[1:]) or 0)


def _with_django(module: str, function: str, words: list[str]) -> int:
    """Run a command on a county's database; one that is not there, or older than this version, is said in a line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        return int(getattr(importlib.import_module(module), function)(words) or 0)
    except DatabaseError as fault:
        try:
            executor = MigrationExecutor(connection)
            ready = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            print(f"gongzhi: the database does not answer ({fault}).", file=sys.stderr)
            return 1
        if ready:
            raise
        folder = settings.GONGZHI_DIR
        print(f"gongzhi: {folder} holds no county of this version; `gongzhi run` makes it ready.", file=sys.stderr)
        return 1


def _take_dir(words: list[str]) -> None:
    """`--dir D` names the folder of the county before settings are read."""
    for at, word in enumerate(words):
        if word == "--dir" and at + 1 < len(words):
            os.environ["GONGZHI_DIR"] = words[at + 1]
            del words[at : at + 2]
            return
        if word.startswith("--dir="):
            os.environ["GONGZHI_DIR"] = word.removeprefix("--dir=")
            del words[at]
            return


if __name__ == "__main__":
    raise SystemExit(main())
