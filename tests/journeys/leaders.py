"""What a served practice county is too young to have: `python -m tests.journeys.leaders` plants a finding of today.

Prints its address. The fact goes through the ledger, so that open pages hear of it. With the word `filled` it plants
something of each kind that insight shows, and prints the addresses as a JSON line.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timedelta
from typing import Any

import django


def _finding(at: datetime) -> Any:
    from gongzhi.cases.models import Case
    from gongzhi.insight.models import Finding
    from gongzhi.ledger import writing
    from gongzhi.look.dates import local_day

    day = local_day(at)
    # Another case for each, so that no finding is planted twice.
    cases = Case.objects.filter(public=True, state="in_hand").order_by("-received_at", "id")
    case = cases[Finding.objects.count() % cases.count()]
    curve = [[str(day - timedelta(days=n)), (n * 7) % 3, 1.1, 4.0] for n in range(28, 0, -1)]
    row = Finding.objects.create(
        kind="rise",
        matter=case.matter_id,
        place=case.division[:12],
        first_day=local_day(case.received_at),
        last_day=day,
        observed=17,
        expected=1.1,
        upper=4.0,
        p=1e-9,
        curve=[*curve, [str(day), 17, 1.1, 4.0]],
        found_at=at,
        state_at=at,
        state_by="clockwork",
    )
    writing.write(
        kind="finding.raised",
        about=row.ref,
        by="clockwork",
        at=at,
        details={"kind": "rise", "grain": "day", "matter": row.matter, "place": row.place, "day": str(day),
                 "observed": "17", "expected": "1.1"},
    )  # fmt: skip
    return row


def _explain(row: Any, at: datetime) -> None:
    """Where the rise comes from, what moves with it, and a measure with what came of it."""
    from gongzhi.insight.standing_tables import Measure, MeasureEffect
    from gongzhi.insight.why.tables import Explained

    parts = [
        ["village", row.place, 0.6, 14, 13.4, 9.1, 18.4, 1.0, 9.1, True],
        ["hours", "3", 0.5, 3, 2.5, -1.0, 8.0, 0.1, 1.1, False],
        ["channel", "phone", 0.8, 12, 11.2, 6.0, 17.0, 0.7, 3.1, True],
    ]
    links = [
        ["matter", row.matter, "990101", 2, 0.41, 0.3, 0.52, True],
        ["weather", "rain", "", 0, -0.3, -0.4, -0.1, False],
    ]
    Explained.objects.create(
        finding=row, before=1.1, now=17, until=row.last_day, parts=parts, links=links, tried=40, days=365, made_at=at
    )
    since = row.last_day - timedelta(weeks=60)
    measure = Measure.objects.create(
        finding=row, what="换新水管并疏通雨水口", matter=row.matter, place=row.place, since=since, entered_at=at,
        entered_by="clockwork", looked_at=at, verdict="worked",
    )  # fmt: skip
    line = [[(since + timedelta(weeks=n)).isoformat(), 10 + n % 3, 11.0] for n in range(30)]
    checks = [
        ["pre-trend", 0.6, True, 0, 0],
        ["placebo in time", 0.1, True, 0, 12],
        ["placebo in space", 0.4, False, 4, 9],
    ]
    MeasureEffect.objects.create(
        measure=measure, design="its", leads=True, verdict="worked", change=-0.3, low=-0.45, high=-0.1, p=0.002,
        checks=checks, line=line, weeks=10, at=at,
    )  # fmt: skip


def _spoken(at: datetime) -> dict[str, str]:
    """A hot issue, a topic no matter covers, and a heap that may be one hand's, of voices the county has."""
    from gongzhi.cases.models import Voice
    from gongzhi.insight.hot.tables import HotIssue, Topic
    from gongzhi.insight.why.tables import Flood
    from gongzhi.look.dates import local_day

    voices = list(
        Voice.objects.filter(withdrawn_at=None, allows_public=True).select_related("case").order_by("id")[:12]
    )
    members, first = [voice.id.hex for voice in voices], at - timedelta(days=20)
    case = voices[0].case
    keywords = [["汽车站", 11, members[:3]], ["坑洼不平", 10, members[:2]]]
    told = {"people": 12, "voices": 14, "covered": 0.4, "first_at": first, "last_at": at, "members": members}
    issue = HotIssue.objects.create(
        **told, position=1, heat=31.5, parts={"people": 12.0, "growth": 4.0, "places": 3.0}, places=3, late=9, early=3,
        unanswered=0.5, matters=[[case.matter_id, 12]], towns=[[case.division[:9], 12]], keywords=keywords,
        since=local_day(first), until=local_day(at),
    )  # fmt: skip
    topic = Topic.objects.create(**told | {"covered": 0.1}, keywords=keywords, proposed_at=at)
    Flood.objects.create(
        sign="like", matter=case.matter_id, place=case.division[:9], since_at=at, until_at=at, voices=12, chance=0.01,
        evidence={"minute": 5, "contacts": 1, "nameless": 2}, found_at=at,
        cases=[voice.case_id.hex for voice in voices],
    )  # fmt: skip
    return {"hot": f"desk/hot/{issue.pk}/", "topic": f"desk/topics/{topic.pk}/"}


def _wandering(day: Any) -> dict[str, str]:
    """Offices that hand cases round among themselves."""
    from gongzhi.insight.why.tables import Passage, Station
    from gongzhi.people.models import Organ

    Passage.objects.all().delete()
    Station.objects.all().delete()
    one, other, third = Organ.objects.filter(valid_to=None).order_by("code").values_list("code", flat=True)[:3]
    for organ, came, went, returns in ((one, 40, 30, 6), (other, 30, 20, 6), (third, 5, 1, 0)):
        Station.objects.create(organ=organ, until=day, days=180, came=came, went=went, kept=0.3, through=0.25,
                               circle=1 if returns else 0, returns=returns, held=2.5, stuck=1)  # fmt: skip
    Passage.objects.create(giver=one, taker=other, cases=20, returned=6)
    Passage.objects.create(giver=other, taker=one, cases=12, returned=2)
    Passage.objects.create(giver=one, taker=third, cases=5)
    return {"station": f"desk/cockpit/handovers/{one}/"}


def _portraits(row: Any, organ: str, day: Any, at: datetime) -> dict[str, str]:
    """A matter, a place and an office as the night draws them, with what is expected of the office."""
    from gongzhi.insight.standing_tables import Outlook, Portrait

    rank = {"what": "per_thousand", "value": 12.4, "low": 11.0, "high": 14.2, "rank": 4, "rank_low": 2, "rank_high": 9,
            "of": 12}  # fmt: skip
    figures = {
        "weeks": [[str(day - timedelta(weeks=n)), n * 7 % 23] for n in range(52, -1, -1)],
        "days": [[str(day - timedelta(days=n)), n % 4] for n in range(90, -1, -1)],
        "cases": 40, "open": 5, "promised": 38, "kept": 21, "waits": {"0": 20, "2": 15, "4": 7}, "rank": rank,
        "hours": {str(hour): hour * 5 % 17 for hour in range(24)}, "channels": {"web": 33, "chat": 15, "phone": 7},
    }  # fmt: skip
    subjects = {"matter": row.matter, "place": row.place, "organ": organ}
    for kind, code in subjects.items():
        Portrait.objects.update_or_create(
            kind=kind, code=code, defaults={"until": day, "figures": figures, "voices": 60, "made_at": at}
        )
    curve = {"mean": [5.0 + n % 3 for n in range(14)], "low": [2.0] * 14, "high": [9.0] * 14}
    Outlook.objects.update_or_create(
        kind="organ", code=organ, first=day,
        defaults=curve
        | {"total": 84.0, "total_low": 65.0, "total_high": 98.0, "handled": 60, "over": 0.95, "made_at": at},
    )  # fmt: skip
    return {kind: f"desk/standing/{kind}/{code}/" for kind, code in subjects.items()}


def _main(words: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongzhi.web.settings")
    django.setup()
    from gongzhi.kit.moments import now
    from gongzhi.look.dates import local_day

    at = now()
    row = _finding(at)
    found = {"finding": f"desk/findings/{row.pk}/"}
    if words != ["filled"]:
        print(found["finding"])
        return
    _explain(row, at)
    found |= _spoken(at) | _wandering(local_day(at))
    organ = found["station"].rstrip("/").rpartition("/")[2]
    print(json.dumps(found | _portraits(row, organ, local_day(at), at)))


if __name__ == "__main__":
    _main(sys.argv[1:])
