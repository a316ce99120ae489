"""Is a receipt with its proof, and is each page of a case, as fast among a million cases as among ten thousand?

Both counties are served at once and asked in turn, a case of the one and then a case of the other, so that whatever
else the machine does meets both. Cases are drawn at random over all years by the same rule; each is asked for once,
its receipt before its pages, after ten others, since a program's first answers are slow. So only the row that holds the
link (it is set anew to be known here) was touched before.

What the system's file cache holds is the same share of both, in two states. *Read*: both databases were read from end
to end, as by a day's service on a machine with the memory that docs/operating.md asks for; the bound is held here.
*Emptied*: neither has a page in the cache but those its programs use, as on the morning after a restart. This tells
what a disk costs: the pages of a small county are soon all read, those of a large one lie apart.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from benchmarks import district, million, served

FIRST, EMPTIED = 10, 90  # cases before the count begins; then those in the emptied state; the rest in the read one
PAGES = ("receipt with proof", "page of the secret link", "public case", "case on the desk")
SIDES = ("ten", "million")


def rows(database: str) -> list[dict[str, Any]]:
    """A row for each page; of the receipt also in the emptied state."""
    told = _beside(database)
    found = []
    for what in PAGES:
        ten, large = (told["read"][size][what] for size in SIDES)
        grown = round(large["p50_ms"] / ten["p50_ms"], 2)
        cold_ten, cold = (told["emptied"][size][what] for size in SIDES)
        detail = {"ten thousand": ten, "million": large, "file cache": "both databases read through before"}
        detail |= {"file cache emptied": {"ten thousand": cold_ten, "million": cold}, "bytes": told["bytes"]}
        found.append(
            {
                "figure": f"{what}: p50 at a million over p50 at ten thousand ({database})",
                "asked": f"flat (≤ {million.FLAT})",
                "value": grown,
                "met": grown <= million.FLAT,
                "detail": detail,
            }
        )
    cold_ten, cold = (told["emptied"][size][PAGES[0]] for size in SIDES)
    found.append(
        {
            "figure": f"{PAGES[0]}: the same, file cache of both emptied before ({database})",
            "asked": "told: reads of the disk",
            "value": round(cold["p50_ms"] / cold_ten["p50_ms"], 2),
            "met": True,
            "detail": {"ten thousand": cold_ten, "million": cold},
        }
    )
    return found


def _beside(database: str) -> dict[str, Any]:
    """By state and size what each page took."""
    with ExitStack() as stack:
        counties = {size: stack.enter_context(district.county(database, size)) for size in SIDES}
        known = {size: million.known(one.folder, database, "ten") for size, one in counties.items()}
        _ask(counties, known, slice(0, FIRST))
        for one in counties.values():
            district.forget(one.folder)
        told = {"emptied": _ask(counties, known, slice(FIRST, EMPTIED))}
        for one in counties.values():
            district.read_through(one.folder)
        told["read"] = _ask(counties, known, slice(EMPTIED, None))
        return told | {"bytes": {size: district.weight(one.folder) for size, one in counties.items()}}


def _ask(counties: dict[str, served.Served], known: dict[str, Any], part: slice) -> dict[str, Any]:
    """In turn, a case of each county; by size what each page took."""
    doors = {size: million.Door(one.url) for size, one in counties.items()}
    for cases in zip(*(known[size]["cases"][part] for size in SIDES), strict=True):
        for size, case in zip(SIDES, cases, strict=True):
            million.look(doors[size], known[size] | {"cases": [case]})
    return {size: {what: million.spread(ms) for what, ms in door.ms.items()} for size, door in doors.items()}
