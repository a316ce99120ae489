"""`kill -9` of every process while people speak, at random moments, on both databases: what was acknowledged stays.

Each trial speaks two hundred voices by the JSON door from four senders at once, kills one process at a random moment
among them (front, worker, clockwork and supervisor in turn), lets the county stand up again, and asks for every
receipt as its owner would: is it there, is it the same, does it prove inclusion under a head the county signed.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tests import cluster
from tests.faults.house import House, new_database, prove
from tests.faults.test_kills import Speakers, kill

TRIALS = 52  # a database; thirteen of each part
VOICES = 200
PARTS = ("front", "worker", "clockwork", "supervisor")
SEED = 20261121


def measure() -> list[dict[str, Any]]:
    """Lost and unprovable receipts after kills, on SQLite and PostgreSQL."""
    rows: list[dict[str, Any]] = []
    for database in ("sqlite", "postgres"):
        folder = Path(tempfile.mkdtemp(prefix="gongzhi-kills-"))
        url = new_database(cluster.start(folder), "kills") if database == "postgres" else ""
        house = House(folder / "county", url)
        try:
            house.build(folder / "files")
            house.start()
            rows += _rows(database, _trials(house, random.Random(f"{SEED} {database}")))
        finally:
            house.wipe()
            if url:
                cluster.stop(folder)
            shutil.rmtree(folder, ignore_errors=True)
    return rows


def _trials(house: House, chance: random.Random) -> dict[str, Any]:
    told = {
        "trials": 0,
        "acknowledged": 0,
        "unanswered": 0,
        "lost": 0,
        "unprovable": 0,
        "killed": dict.fromkeys(PARTS, 0),
    }
    for trial in range(TRIALS):
        part = PARTS[trial % len(PARTS)]
        with Speakers(house) as speakers:
            speakers.reach(chance.randint(1, VOICES - 20), within=300)
            kill(house, part)
            house.wait(120)
            speakers.reach(VOICES, within=300)
        proved = prove(house, speakers.acknowledged, within=120)
        told["trials"] += 1
        told["killed"][part] += 1
        told["acknowledged"] += len(speakers.acknowledged)
        told["unanswered"] += speakers.refused
        told["lost"] += len(proved.lost)
        told["unprovable"] += len(proved.unprovable)
    return told


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
