"""Raising: what was judged unusual becomes a row and a fact, or continues the row that already speaks of it.

One thing is one row across places, matters, channels and grains: what the charts of the minute began, the day and the
week that hold it carry on. What was recognised as something else than a rise never swallows a rise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from gongzhi.cases import matters
from gongzhi.insight import joining, rules
from gongzhi.insight.charts import poisson_tail
from gongzhi.insight.models import Finding
from gongzhi.ledger import writing


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look tells of one thing. `first`, `last` its days; the rest as in models.Finding."""

    matter: str
    place: str
    grain: str
    first: date
    last: date
    observed: int
    expected: float
    upper: float
    p: float
    chance: float
    channel: str = ""
    subject: str = ""
    kind: str = "rise"
    since_at: datetime | None = None
    curve: tuple[tuple[str, int, float, float], ...] = ()
    parts: tuple[tuple[str, str, int, float], ...] = ()
    source: str = ""
    source_count: int = 0
    evidence: Mapping[str, str | int | float] | None = None


def tree() -> dict[str, str]:
    """matter → the one above it, of the tree in force."""
    return {card.code: card.parent for card in matters.cards()}


def keep(seen: Seen, *, by: str, at: datetime, above: dict[str, str], only_going_on: bool = False) -> Finding | None:
    """Raise it, or continue what already speaks of the same thing; the same again changes nothing.

    `only_going_on`: it is not unusual enough to be raised; None when nothing goes on that it belongs to. Its `chance`
    is of its own look alone; with the share that look has of the one budget it becomes that of all looks together."""
    seen = replace(seen, chance=seen.chance / rules.SHARES[seen.grain])
    with transaction.atomic():
        row = _belongs_to(seen, above, only_going_on=only_going_on)
        if row is None and not only_going_on:
            row = joining.begun(seen, seen.first)
        if row is not None:
            row = _continue(row, seen, by=by, at=at)
        elif only_going_on:
            return None
        else:
            row = _raise(seen, by=by, at=at)
        return joining.join(row, first=seen.first, last=seen.last, by=by, at=at)


def _belongs_to(seen: Seen, above: dict[str, str], *, only_going_on: bool) -> Finding | None:
    """The finding it continues: one of the very matter and place before one that is near, the latest first."""
    rows = _going_on(seen)
    for row in rows:
        if joining.same(row, seen):
            return row
    if only_going_on:
        return None
    close = [row for row in rows if rules.apart(_days(row), (seen.first, seen.last)) <= rules.CONTINUES]
    close = [row for row in close if row.first_day <= seen.last]  # what began later is nothing this could go on in
    return next((row for row in close if _one_thing(joining.views(row), joining.views(seen), above)), None)


def _one_thing(some: list[tuple[str, str]], others: list[tuple[str, str]], above: dict[str, str]) -> bool:
    """Whether any view of the one is near one of the other."""
    return any(rules.near(one, other, above) for one in some for other in others)


def _going_on(seen: Seen) -> list[Finding]:
    """Findings of the same kind and subject near these days, the latest first. A named kind goes with its own. How
    near: `rules.reach`, and no more than three days of what was decided."""
    near = Finding.objects.select_for_update().filter(
        kind=seen.kind,
        subject=seen.subject,
        last_day__gte=seen.first - timedelta(days=rules.WEEK),
        first_day__lte=seen.last + timedelta(days=rules.WEEK),
    )
    near = near.exclude(reason="chance", last_day__lt=seen.first)  # it was said to be nothing, and here it is again
    near = near.exclude(reason=rules.JOINED)
    return [row for row in near.order_by("-last_day", "id") if _within_reach(row, seen)]


def _within_reach(row: Finding, seen: Seen) -> bool:
    reach = rules.reach(row.grain, seen.grain) if row.state != "explained" else rules.CONTINUES
    return rules.apart(_days(row), (seen.first, seen.last)) <= reach


def _days(row: Finding) -> tuple[date, date]:
    return row.first_day, row.last_day


def _raise(seen: Seen, *, by: str, at: datetime) -> Finding:
    reason = rules.NAMED.get(seen.kind, "")
    finding = Finding.objects.create(
        state="explained" if reason else "open",
        reason=reason,
        first_day=seen.first,
        last_day=seen.last,
        found_at=at,
        state_at=at,
        state_by=by,
        since_at=seen.since_at,
        evidence=dict(seen.evidence or {}),
        ways=[seen.grain],
        curve=[list(point) for point in seen.curve],
        parts=[list(part) for part in seen.parts],
        **{name: getattr(seen, name) for name in (*_NAMES, *_FIGURES)},
    )
    told = {"kind": seen.kind, "grain": seen.grain, "matter": seen.matter, "place": seen.place}
    told |= {"day": seen.first.isoformat(), "observed": str(seen.observed), "expected": f"{seen.expected:.1f}"}
    writing.write(kind="finding.raised", about=finding.ref, by=by, at=at, details=told)
    return finding


_NAMES = ("kind", "grain", "matter", "place", "channel", "subject", "source", "source_count")
_FIGURES = ("observed", "expected", "upper", "p", "chance")


def _continue(row: Finding, seen: Seen, *, by: str, at: datetime) -> Finding:
    """The same thing later, wider or by another grain: it lasts; the surest day speaks for it."""
    before = {name: getattr(row, name) for name in _CHANGES}
    lasts = seen.last > row.last_day
    row.last_day = max(row.last_day, seen.last)
    if (
        seen.last < row.first_day and joining.begun(row, seen.first) is None
    ):  # judged late: it began before it was raised
        row.first_day = seen.first
    if (row.matter, row.place) == (seen.matter, seen.place):
        (_add if seen.grain == row.grain == "minute" else _speak)(row, seen)
        row.parts = _more(row, seen.parts)
    else:
        row.parts = _more(row, [(seen.matter, seen.place, seen.observed, round(seen.expected, 2)), *seen.parts])
    if seen.grain not in row.ways:
        row.ways = [*row.ways, seen.grain]
    changed = [name for name, old in before.items() if getattr(row, name) != old]
    if changed:
        row.save(update_fields=changed)
    if lasts:
        told: dict[str, Any] = {"day": seen.last.isoformat(), "observed": str(seen.observed)}
        writing.write(kind="finding.continued", about=row.ref, by=by, at=at, details=told)
    return row


def _more(row: Finding, parts: Sequence[tuple[str, str, int, float]]) -> list[list[object]]:
    """The parts of a finding with those that are new; the same matter and place is told once."""
    told = [part[:2] for part in row.parts]
    fresh = [list(part) for part in parts if [part[0], part[1]] not in told]
    return [*row.parts, *fresh][: rules.PARTS]


_CHANGES = ("first_day", "last_day", "curve", "parts", "ways", *_FIGURES)


def _speak(row: Finding, seen: Seen) -> None:
    """The same series seen again: its curve goes on, and the surer look gives the figures. A day's or week's look is
    compared only with its own grain; the figures of a minute's finding, which tell of all since it began, stay."""
    if seen.curve and (row.grain != "week" or seen.grain == "week"):
        row.curve = [list(point) for point in seen.curve]
    if seen.grain == row.grain and seen.p < row.p:
        row.observed, row.expected, row.upper = seen.observed, seen.expected, seen.upper
    if seen.chance < row.chance:
        row.p, row.chance = seen.p, seen.chance


def _add(row: Finding, seen: Seen) -> None:
    """A chart that began anew after its alarm has alarmed again: what came since belongs to the same thing."""
    row.observed, row.expected = row.observed + seen.observed, row.expected + seen.expected
    p = poisson_tail(row.observed, row.expected)
    if seen.p > 0 and p < row.p:
        row.p, row.chance = p, min(row.chance, p * seen.chance / seen.p)
