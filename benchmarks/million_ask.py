"""Told from inside a county, in GONGZHI_DIR: cases to look at with their links, words of one case only, and how many
statements each page asks. Prints JSON."""

from __future__ import annotations

import json
import os
import random
import re
import sys
from pathlib import Path
from typing import Any

import django

CASES = 240


def known() -> dict[str, Any]:
    """Cases spread over all years, newest and oldest among them; others in each run, since a page asked before is
    printed."""
    from gongzhi.cases import sealing
    from gongzhi.cases.models import Case, Entry, Voice
    from gongzhi.ledger.models import Leaf

    first, last = (Case.objects.order_by(order).values_list("seek", flat=True)[0] for order in ("seek", "-seek"))
    chance = random.Random()
    cases, rare = [], []
    while len(cases) < CASES:
        case = Case.objects.filter(seek__gte=chance.randint(first, last)).order_by("seek")[0]
        voice = Voice.objects.get(case=case, lead=True)
        if voice.withdrawn_at is not None or case.about_officer:
            continue
        token = sealing.set_link(voice)
        known = {"case": str(case.id), "number": case.number, "token": token, "public": case.public}
        cases.append(known)
        rare += re.findall(r"\bD\d+$", voice.words)[:1]
    counts = {"cases": Case.objects.count(), "entries": Entry.objects.count(), "sealed facts": Leaf.objects.count()}
    return {"cases": cases, "rare": rare[:8], "counts": counts}


def statements(told: dict[str, Any], workers: dict[str, Any]) -> dict[str, int]:
    """The most statements any page of a kind asks, signed in by a kept session.

    One of each kind before: what a county's files say is read once in a process's life."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from benchmarks import million

    settings.ALLOWED_HOSTS = ["testserver"]
    most: dict[str, int] = {}

    class Counting(million.Door):
        def get(self, what: str, path: str, session: str = "") -> str:
            client = Client()
            if session:
                client.cookies["sessionid"] = session
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(path)
            if answer.status_code == 200:
                most[what] = max(most.get(what, 0), len(asked))
            return answer.content.decode()

    door = Counting("http://127.0.0.1:1")
    for path in ("/zh/desk/", "/zh/desk/list/"):
        door.get("first", path, workers["clerks"][0]["session"])
    million.pages(door)
    most.clear()
    for session in [workers["clerks"][0]["session"], *workers["roles"].values()]:
        for queue in ("", *million.QUEUES):
            door.get("inbox", f"/zh/desk/?queue={queue}", session)
        for query in million.searches(1, told["rare"])[:25]:
            door.get("staff list", f"/zh/desk/list/?{query}", session)
    for query in million.searches(1, told["rare"]):
        door.get("public search", f"/zh/cases/?{query}&counted=1")
    million.look(door, told | {"cases": told["cases"][:10]})
    million.pages(door)
    return most


def main() -> int:
    """As JSON on one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    django.setup()
    told = known()
    workers = json.loads(Path(os.environ["GONGZHI_DIR"], "workers.json").read_text())
    told["session"] = workers["roles"]["supervisor"]
    told["statements"] = statements(told, workers) if "count" in sys.argv[1:] else {}
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
