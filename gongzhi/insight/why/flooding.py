"""Suggesting to a human that one hand may have written many voices; judging it, for a coded reason.

Two signs: a heap of nearly the same long texts within a day on one matter in one town or about one officer, and one in
which far more contacts than usual had never said anything. Both share `rules.FLOOD_BUDGET` suggestions a month that
ordinary life may make. A suggestion changes nothing, and neither does the decision: voices keep every right they have,
are answered and counted as before, and no contact, account or address is kept, shown or compared across days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from gongzhi.cases import heaps as said_heaps
from gongzhi.cases.heaps import Said
from gongzhi.insight.why import heaps, rules
from gongzhi.insight.why.heaps import Ordinary
from gongzhi.insight.why.tables import Flood
from gongzhi.ledger import writing

PAST = 56  # days of ordinary life compared with
YOUNG = 21  # days of past below which nothing is suggested
FRESH_LEAST = 10  # voices with a contact a heap needs before their newness means anything
STRENGTH = 20.0  # how firmly the usual share of first-time contacts is believed
BEHIND = 60  # cases kept
AGAIN = 3  # days within which the same thing is not suggested twice


@dataclass(frozen=True, slots=True)
class Suspect:
    """What would be suggested."""

    sign: str
    matter: str
    place: str
    officer: bool
    voices: Sequence[Said]
    chance: float
    evidence: Mapping[str, int | float] = field(default_factory=dict)


def look(*, by: str, at: datetime, day: date, zone: ZoneInfo, above: Mapping[str, str]) -> list[Flood]:
    """Look at one ended day; what was suggested. The same day again suggests nothing twice, and a county younger than
    three weeks of voices gets no suggestion."""
    begin = datetime.combine(day, time(), zone)
    today = said_heaps.said_between(begin, begin + timedelta(days=1))
    groups = grouped(today, above)
    if not any(len(group) >= min(heaps.LEAST, FRESH_LEAST) for group in groups.values()):
        return []
    past = _past(begin, above)
    return [row for one in suspects(groups, past) if (row := _suggest(one, by=by, at=at))]


@dataclass(frozen=True, slots=True)
class Past:
    """Ordinary life before a day: heaps of like words, the share of first-time contacts, groups a day, and days."""

    heaps: Ordinary
    fresh: float
    groups: float

    @property
    def young(self) -> bool:
        """Whether there is too little of it."""
        return self.heaps.days < YOUNG


def _past(begin: datetime, above: Mapping[str, str]) -> Past:
    """The 56 days before, without what people called floods."""
    called = {case for cases in Flood.objects.filter(state="flood").values_list("cases", flat=True) for case in cases}
    sizes: list[int] = []
    days = fresh = with_contact = groups = 0
    for back in range(PAST, 0, -1):
        start = begin - timedelta(days=back)
        rows = [row for row in said_heaps.said_between(start, start + timedelta(days=1)) if row.case.hex not in called]
        days += bool(rows) or days > 0  # a county's past begins with its first voice
        fresh += sum(row.fresh for row in rows)
        with_contact += sum(row.hand > 0 for row in rows)
        for group in grouped(rows, above).values():
            sizes += [len(heap) for heap in heaps.heaps([row.words for row in group])]
            groups += sum(row.hand > 0 for row in group) >= FRESH_LEAST
    return Past(Ordinary(sizes, days), (fresh + 1) / (with_contact + 2), groups / max(1, days))


def grouped(rows: Iterable[Said], above: Mapping[str, str]) -> dict[tuple[str, str, int], list[Said]]:
    """Voices by top matter and town, those about an officer by the officer alone."""
    found: dict[tuple[str, str, int], list[Said]] = {}
    for row in rows:
        key = ("", "", row.officer) if row.officer else (_top(row.matter, above), row.place[:9], 0)
        found.setdefault(key, []).append(row)
    return found


def _top(matter: str, above: Mapping[str, str]) -> str:
    seen = {matter}
    while (parent := above.get(matter, "")) and parent not in seen:
        matter = parent
        seen.add(matter)
    return matter


def suspects(groups: Mapping[tuple[str, str, int], Sequence[Said]], past: Past) -> list[Suspect]:
    """What ordinary life makes seldom enough, half of the budget for each sign; at most one for a group."""
    if past.young:
        return []
    each, found = rules.FLOOD_BUDGET / 2, []
    for (matter, place, officer), rows in groups.items():
        tried = [_like(rows, past), _fresh(rows, past)]
        told = [one for one in tried if one is not None and one[2] <= each]
        if told:
            sign, voices, chance = min(told, key=lambda one: one[2])
            found.append(Suspect(sign, matter, place, officer > 0, voices, chance, evidence(voices, past)))
    return found


def _like(rows: Sequence[Said], past: Past) -> tuple[str, Sequence[Said], float] | None:
    for heap in heaps.heaps([row.words for row in rows])[:1]:
        if len(heap) >= heaps.LEAST:
            return "like", [rows[at] for at in heap], past.heaps.chance(len(heap))
    return None


def _fresh(rows: Sequence[Said], past: Past) -> tuple[str, Sequence[Said], float] | None:
    known = [row for row in rows if row.hand]
    count = sum(row.fresh for row in known)
    if len(known) < FRESH_LEAST:
        return None
    tail = heaps.beta_binomial_tail(count, len(known), past.fresh, STRENGTH)
    return "fresh", known, tail * 30 * max(past.groups, 1 / max(1, past.heaps.days))


def evidence(rows: Sequence[Said], past: Past) -> dict[str, int | float]:
    """What a person sees of it: how many in the busiest minute, from how many contacts, how many of them new."""
    minutes = Counter(row.at.replace(second=0, microsecond=0) for row in rows)
    hands = {row.hand for row in rows if row.hand}
    return {
        "minute": max(minutes.values()), "contacts": len(hands), "nameless": sum(not row.hand for row in rows),
        "fresh": sum(row.fresh for row in rows if row.hand), "with_contact": sum(row.hand > 0 for row in rows),
        "usual_fresh": round(past.fresh, 3), "days": past.heaps.days,
    }  # fmt: skip


def _suggest(one: Suspect, *, by: str, at: datetime) -> Flood | None:
    """Keep a suggestion and tell the ledger; None when it was made already."""
    since, until = min(row.at for row in one.voices), max(row.at for row in one.voices)
    cases = list(dict.fromkeys(row.case.hex for row in one.voices))[-BEHIND:]
    about = "officer" if one.officer else "place"
    subject = ("", "") if one.officer else (one.matter, one.place)
    with transaction.atomic():
        near = Flood.objects.select_for_update().filter(about=about, matter=subject[0], place=subject[1],
                                                        until_at__gte=since - timedelta(days=AGAIN))  # fmt: skip
        if any(not one.officer or set(row.cases) & set(cases) for row in near):
            return None
        row = Flood.objects.create(
            sign=one.sign, about=about, matter=subject[0], place=subject[1], since_at=since, until_at=until,
            voices=len(one.voices), chance=one.chance, evidence=dict(one.evidence), cases=cases, found_at=at,
        )  # fmt: skip
        told = {"sign": row.sign, "voices": str(row.voices), "chance": f"{row.chance:.4f}"}
        writing.write(kind="flood.suggested", about=row.ref, by=by, at=at, details=told)
    return row


def judge(*, by: str, at: datetime, flood: UUID, reason: str) -> Flood:
    """Judge a suggestion for a coded reason, which says whether it was one. No voice is touched, whatever is said.

    Refuses an unknown reason; the same judgement again changes nothing."""
    verdict = rules.verdict_of(reason)
    with transaction.atomic():
        row = Flood.objects.select_for_update().get(pk=flood)
        if row.reason == reason:
            return row
        row.state, row.reason, row.judged_at, row.judged_by = verdict, reason, at, by
        row.save(update_fields=["state", "reason", "judged_at", "judged_by"])
        writing.write(kind="flood.judged", about=row.ref, by=by, at=at, details={"verdict": verdict, "reason": reason})
    return row


def reopen(*, by: str, at: datetime, flood: UUID) -> Flood:
    """Open a judged suggestion again; an open one stays as it is."""
    with transaction.atomic():
        row = Flood.objects.select_for_update().get(pk=flood)
        if row.state == "open":
            return row
        row.state, row.reason, row.judged_at, row.judged_by = "open", "", at, by
        row.save(update_fields=["state", "reason", "judged_at", "judged_by"])
        writing.write(kind="flood.reopened", about=row.ref, by=by, at=at, details={})
    return row


def record() -> tuple[int, int]:
    """How many suggestions people judged, and how many of them they called floods."""
    states = Counter(Flood.objects.exclude(state="open").values_list("state", flat=True))
    return sum(states.values()), states["flood"]
