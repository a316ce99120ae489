"""Joining findings: two that turn out to be one thing stand as one.

A week's look may reach from one finding to another, and a finding that lasts grows until it meets the next. The
earliest goes on for all of them; the others are kept as explained, say into which one they went, and keep what was
asked, said and done about them.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from gongzhi.insight import rules
from gongzhi.insight.models import Finding
from gongzhi.ledger import writing

if TYPE_CHECKING:
    from gongzhi.insight.raising import Seen

STANDS = ("open", "watched")


def join(row: Finding, *, first: date, last: date, by: str, at: datetime) -> Finding:
    """Join what stands of the very same matter and place near `row`, or near the days `first` to `last` that it was
    just seen in; returns the finding that speaks on. The caller holds the transaction."""
    while row.state in STANDS:
        others = [one for one in _alike(row, first, last) if _meets(row, one, first, last)]
        if not others:
            return row
        row = _into_one(row, others[0], by=by, at=at)
        first, last = min(first, row.first_day), max(last, row.last_day)
    return row


def views(one: Finding | Seen) -> list[tuple[str, str]]:
    """(matter, place) of what it speaks of; neighbours found by the scan are their villages, not all around them."""
    if one.grain == "scan" and one.parts:
        return [(str(part[0]), str(part[1])) for part in one.parts]
    return [(one.matter, one.place)]


def same(one: Finding | Seen, other: Finding | Seen) -> bool:
    """Whether both speak of the very same matter and place; two circles of neighbours need a village in common."""
    if one.grain == other.grain == "scan" and not set(views(one)) & set(views(other)):
        return False
    return (one.matter, one.place) == (other.matter, other.place)


def begun(one: Finding | Seen, day: date) -> Finding | None:
    """The other finding of this matter, place and channel that is written down as begun on this day: there can be one
    (`finding_once`). Of one that was joined, the one that speaks for it."""
    same = Finding.objects.filter(kind=one.kind, subject=one.subject, matter=one.matter, place=one.place)
    same = same.filter(channel=one.channel, first_day=day)
    found = (same.exclude(pk=one.pk) if isinstance(one, Finding) else same).first()
    return (into(found) or found) if found is not None else None


def into(row: Finding) -> Finding | None:
    """The finding that speaks for one that was joined into it; None for any other."""
    if row.reason != rules.JOINED:
        return None
    return Finding.objects.filter(pk=row.evidence.get("into")).first()


def _alike(row: Finding, first: date, last: date) -> list[Finding]:
    near = Finding.objects.select_for_update().filter(
        kind=row.kind, subject=row.subject, matter=row.matter, place=row.place, state__in=STANDS,
        last_day__gte=min(first, row.first_day) - timedelta(days=rules.WEEK),
        first_day__lte=max(last, row.last_day) + timedelta(days=rules.WEEK),
    )  # fmt: skip
    return list(near.exclude(pk=row.pk).order_by("first_day", "id"))


def _meets(row: Finding, other: Finding, first: date, last: date) -> bool:
    theirs = (other.first_day, other.last_day)
    reach = rules.reach(row.grain, other.grain)
    return same(row, other) and (
        rules.apart((row.first_day, row.last_day), theirs) <= reach
        or rules.apart((first, last), theirs) <= rules.CONTINUES
    )


def _into_one(one: Finding, other: Finding, *, by: str, at: datetime) -> Finding:
    """The later of two goes into the earlier."""
    kept, gone = sorted((one, other), key=lambda row: (row.first_day, row.found_at, row.pk))
    lasts = gone.last_day > kept.last_day
    if lasts and gone.curve and (kept.grain == "week") == (gone.grain == "week"):
        kept.curve = gone.curve
    if gone.chance < kept.chance:
        if kept.grain == gone.grain:
            kept.observed, kept.expected, kept.upper = gone.observed, gone.expected, gone.upper
        kept.p, kept.chance = gone.p, gone.chance
    kept.last_day = max(kept.last_day, gone.last_day)
    kept.ways = [*kept.ways, *(way for way in gone.ways if way not in kept.ways)]
    told = [part[:2] for part in kept.parts]
    kept.parts = [*kept.parts, *(part for part in gone.parts if part[:2] not in told)][: rules.PARTS]
    kept.first_word_at = min((word for word in (kept.first_word_at, gone.first_word_at) if word), default=None)
    if gone.state == "watched":  # somebody decided on it already
        kept.state, kept.state_at, kept.state_by = gone.state, gone.state_at, gone.state_by
    kept.save()
    gone.state, gone.reason, gone.state_at, gone.state_by = "explained", rules.JOINED, at, by
    gone.evidence = {**gone.evidence, "into": kept.id.hex}
    gone.save()
    writing.write(kind="finding.joined", about=gone.ref, by=by, at=at, details={"into": kept.ref})
    if lasts:
        more = {"day": kept.last_day.isoformat(), "observed": str(kept.observed)}
        writing.write(kind="finding.continued", about=kept.ref, by=by, at=at, details=more)
    return kept
