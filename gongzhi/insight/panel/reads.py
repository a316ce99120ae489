"""What pages and the command show of the panel: votes on a finding, what each way alone costs, its record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Max

from gongzhi.insight import rules
from gongzhi.insight.incident_tables import Incident
from gongzhi.insight.models import Finding
from gongzhi.insight.panel.rules import DAYS, MAIN, WAYS
from gongzhi.insight.panel.tables import Alone, Opinion, Sitting

REAL = ("known_event", "weather", "holiday", "campaign")  # reasons that say something did happen
JUDGED = ("watched", "incident", "event", "chance")


@dataclass(frozen=True, slots=True)
class Price:
    """What one way alone would have raised in the days looked at: new things, how many of them are findings of the
    county, how many series it judged and could not judge."""

    raised: int = 0
    findings: int = 0
    series: int = 0
    unable: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """How a way's word stands to what people said of findings: by what they said, how often it would have raised it
    (`yes`) and not (`no`)."""

    yes: Mapping[str, int] = field(default_factory=dict)
    no: Mapping[str, int] = field(default_factory=dict)


def opinion(finding: Finding) -> Opinion | None:
    """What the panel says of a finding; None before its first night."""
    return Opinion.objects.filter(finding=finding).first()


def newest() -> Sitting | None:
    """The last day the panel sat on."""
    return Sitting.objects.order_by("-day").first()


def prices(above: dict[str, str]) -> tuple[dict[str, Price], int]:
    """way → its price in the last `DAYS` days, and how many of them the panel sat on.

    The price of a look that raises findings is what it raised."""
    last = Sitting.objects.aggregate(last=Max("day"))["last"]
    if last is None:
        return {}, 0
    since = last - timedelta(days=DAYS - 1)
    rises = list(Finding.objects.filter(kind="rise", subject="", last_day__gte=since - timedelta(days=7)))
    rises = [row for row in rises if row.reason != rules.JOINED]
    found: dict[str, Price] = {}
    for row in Alone.objects.filter(day__gte=since, day__lte=last):
        sum_ = found.get(row.way, Price())
        hits = sum(1 for one in row.things if one[-1] and _is_finding(one, row, rises, above))
        found[row.way] = Price(
            sum_.raised + row.raised, sum_.findings + hits, sum_.series + row.series, sum_.unable + row.unable
        )
    for way, grain in MAIN.items():
        mine = sum(1 for row in rises if row.grain == grain and since <= row.first_day <= last)
        found[way] = Price(mine, mine)
    return found, Sitting.objects.filter(day__gte=since).count()


def _is_finding(thing: Sequence[Any], row: Alone, rises: Sequence[Finding], above: dict[str, str]) -> bool:
    """Whether a thing is one of the county's findings: near in matter, place and days."""
    first = row.day - timedelta(days=6 if row.grain == "week" else rules.CONTINUES)
    return any(
        one.first_day <= row.day + timedelta(days=rules.CONTINUES)
        and one.last_day >= first
        and rules.near((str(thing[0]), str(thing[1])), (one.matter, one.place), above)
        for one in rises
    )


def records() -> dict[str, Record]:
    """way → its record, over all findings people said something of."""
    incidents = set(Incident.objects.values_list("finding_id", flat=True))
    yes: dict[str, Counter[str]] = {way: Counter() for way in WAYS}
    no: dict[str, Counter[str]] = {way: Counter() for way in WAYS}
    for held in Opinion.objects.select_related("finding").iterator():
        said = _said(held.finding, incidents)
        for vote in held.votes if said else ():
            kept = {"yes": yes, "no": no}.get(str(vote["answer"]))
            if kept is not None and vote["way"] in kept:
                kept[str(vote["way"])][said] += 1
    return {way: Record(dict(yes[way]), dict(no[way])) for way in WAYS if yes[way] or no[way]}


def _said(row: Finding, incidents: set[Any]) -> str:
    """What people said of a finding; empty while nobody said anything that tells whether something happened."""
    if row.pk in incidents:
        return "incident"
    if row.state == "watched":
        return "watched"
    if row.state == "explained":
        return "event" if row.reason in REAL else "chance" if row.reason == "chance" else ""
    return ""
