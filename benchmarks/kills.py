"""`kill -9` of every process while people speak, at random moments, on both databases: what was acknowledged stays.

Each trial speaks two hundred voices by the JSON door from four senders at once, kills one process at a random moment
among them (front, worker, clockwork and supervisor in turn) and lets the county stand up again. Then every receipt of
that trial is asked for as its owner would: is it there, is it the same? When all trials are over every receipt of all
of them is asked for once more: does it prove inclusion under a head the county signed?

Both databases are tried at the same time, since most of it is waiting. `GONGZHI_BENCH_KILLS` asks for fewer kills a
database than 52; the figure then says how many there were, and counts as missed below 50.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests import cluster
from tests.faults.house import House, new_database, prove
from tests.faults.test_kills import Speakers, kill

TRIALS = 52  # a database; thirteen of each part
VOICES = 200
PARTS = ("front", "worker", "clockwork", "supervisor")
SEED = 20261121
DATABASES = ("sqlite", "postgres")


def measure() -> list[dict[str, Any]]:
    """Lost and unprovable receipts after kills, on SQLite and PostgreSQL."""
    with ThreadPoolExecutor(len(DATABASES)) as both:
        return [row for rows in both.map(_tried, DATABASES) for row in rows]


def _tried(database: str) -> list[dict[str, Any]]:
    folder = Path(tempfile.mkdtemp(prefix=f"gongzhi-kills-{database}-"))
    url = new_database(cluster.start(folder), "kills") if database == "postgres" else ""
    house = House(folder / "county", url)
    try:
        house.build(folder / "files")
        house.start()
        return _rows(database, _trials(house, random.Random(f"{SEED} {database}")))
    finally:
        house.wipe()
        if url:
            cluster.stop(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _trials(house: House, chance: random.Random) -> dict[str, Any]:
    trials = int(os.environ.get("GONGZHI_BENCH_KILLS") or TRIALS)
    told: dict[str, Any] = {"trials": trials, "acknowledged": 0, "unanswered": 0, "lost": 0, "unprovable": 0}
    told["killed"] = dict.fromkeys(PARTS, 0)
    acknowledged: list[dict[str, Any]] = []
    for trial in range(trials):
        part = PARTS[trial % len(PARTS)]
        with Speakers(house) as speakers:
            speakers.reach(chance.randint(1, VOICES - 20), within=300)
            kill(house, part)
            house.wait(120)
            speakers.reach(VOICES, within=300)
        told["killed"][part] += 1
        told["unanswered"] += speakers.refused
        told["lost"] += len(_gone(house, speakers.acknowledged))
        acknowledged += speakers.acknowledged
        if trial % 10 == 9:
            print(f"   {trial + 1} kills, {len(acknowledged)} receipts, {told['lost']} lost", flush=True)
    proved = prove(house, acknowledged, within=600)
    told["lost"] += len(proved.lost)
    told["unprovable"] += len(proved.unprovable)
    return told | {"acknowledged": len(acknowledged)}


def _gone(house: House, acknowledged: list[dict[str, Any]]) -> list[str]:
    """The numbers of voices whose receipt is not there or not the same, straight after a kill."""
    found = ((told, house.receipt(told["token"])) for told in acknowledged)
    return [told["number"] for told, now in found if now is None or now["leaf"] != told["receipt"]["leaf"]]


def _rows(database: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    enough = told["trials"] >= 50
    return [
        {
            "figure": f"acknowledged voices whose receipt is gone after {told['trials']} kills ({database})",
            "asked": "0 of ≥ 50 kills",
            "value": told["lost"],
            "met": enough and told["lost"] == 0,
            "detail": told,
        },
        {
            "figure": f"acknowledged voices whose receipt cannot be proved after {told['trials']} kills ({database})",
            "asked": "0 of ≥ 50 kills",
            "value": told["unprovable"],
            "met": enough and told["unprovable"] == 0,
            "detail": {"acknowledged": told["acknowledged"], "unanswered": told["unanswered"]},
        },
    ]
