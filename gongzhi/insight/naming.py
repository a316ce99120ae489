"""What only looks like a rise, recognised by evidence and named: bulk entry, a holiday's pile, changed trees.

A candidate is named when the evidence explains the whole of it; what is left over stays a rise.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from gongzhi.insight import expecting
from gongzhi.insight.counting import chain
from gongzhi.insight.judging import Candidate, Known, World
from gongzhi.insight.rules import LASTS

BULK_SHARE, BULK_ODDS = 0.5, 1e-6  # of one source in the whole; chance that its usual share brings so many
BULK_USUAL = 0.2  # share above which a source is no unusual one
BREAK = 3  # days off in a row after which a pile is looked for
QUIET = 7  # days without a case after which something that had many has ended
MANY = 8  # cases something had before, so that its beginning means anything
MISSED = 12.0  # cases missed since something's last one, so that its end is no quiet spell


def named(world: World, one: Candidate, day: date, known: Known) -> Candidate:
    """The candidate with its kind: `rise`, or what it was recognised as, with the evidence."""
    for name in (_bulk, _holiday, _matter_changed, _place_changed):
        found = name(world, one, world.number(day), known)
        if found is not None:
            return found
    return one


def _bulk(world: World, one: Candidate, today: int, known: Known) -> Candidate | None:
    """One source, which usually brings little of it, alone makes the rise: old cases entered at once."""
    span = _span(world, one, today)
    mine = world.counts.inside((one.matter, one.place, ""), world.above)[world.counts.cell]
    now = mine & (world.counts.day <= today) & (world.counts.day > today - span)
    before = mine & (world.counts.day <= today - span) & (world.counts.day > today - 365)
    sources = np.asarray(world.counts.source, dtype=object)[world.counts.cell].astype(str)
    kinds = sorted(set(sources[now]))
    if not kinds:
        return None
    sizes = {kind: int(world.counts.n[now & (sources == kind)].sum()) for kind in kinds}
    top = one.channel or max(kinds, key=lambda kind: sizes[kind])
    total, count = int(world.counts.n[now].sum()), sizes.get(top, 0)
    usual = _share(world.counts.n, before, sources == top)
    strange = usual <= BULK_USUAL and float(binom.sf(count - 1, total, usual)) < BULK_ODDS
    if not top or not strange or (not one.channel and count < BULK_SHARE * total):
        return None
    mean, spread = (one.expected, one.spread) if not one.channel else _wide(world, one, today, known)
    if total > count and expecting.tail(total - count, mean * (1 - usual), spread) < LASTS:
        return None
    evidence = {"usual": round(usual, 3)}
    return replace(one, kind="bulk_entry", source=top, source_count=count, evidence=evidence)


def _wide(world: World, one: Candidate, today: int, known: Known) -> tuple[float, float]:
    """What all sources together let expect where the candidate is one source's."""
    key = (one.matter, one.place, "")
    return world.expected(key, today, known.of(key), 7 if one.grain == "week" else 1)


def _share(n: NDArray[np.int64], among: NDArray[np.bool_], these: NDArray[np.bool_]) -> float:
    """The share some entries have among others, a little above nothing where they never came."""
    return (float(n[among & these].sum()) + 0.5) / (float(n[among].sum()) + 1.0)


def _holiday(world: World, one: Candidate, today: int, known: Known) -> Candidate | None:
    """The first working days after a break bring what the break held back: over both together nothing is unusual."""
    resting = world.days.resting
    off = today
    while off > 0 and today - off < QUIET and not resting[off - 1] and not resting[off]:
        off -= 1
    begin = off
    while begin > 0 and resting[begin - 1]:
        begin -= 1
    if one.grain != "day" or resting[today] or off - begin < BREAK or today - off > 1:
        return None
    marked = known.of(one.key)
    row = world.series.table[world.series.at[one.key]]
    told = [world.expected(one.key, at, marked) for at in range(begin, today + 1)]
    mean = sum(mean for mean, _spread in told)
    spread = sum(mean * spread for mean, spread in told) / mean
    if expecting.tail(int(row[begin : today + 1].sum()), mean, spread) < LASTS:
        return None
    return replace(one, kind="holiday", evidence={"days_off": off - begin})


def _matter_changed(world: World, one: Candidate, today: int, known: Known) -> Candidate | None:
    """A matter that began lately, while the one above it brings what it always did: the tree was changed."""
    if not one.matter or one.grain == "scan":
        return None
    all_days = world.series.table[world.series.at[one.matter, one.place[:6], ""]]
    begun = int(np.argmax(all_days > 0))
    if begun <= expecting.PAST or today - begun >= 2 * expecting.PAST:
        return None
    for wider in chain(one.matter, world.above)[1:]:
        old = world.series.table[world.series.at[wider, one.place, ""]]
        if old[begun - expecting.PAST : begun].sum() >= MANY:
            usual = _usual(world, (wider, one.place, ""), today, known, one)
            return replace(one, kind="matter_changed", evidence={"under": wider}) if usual else None
    return None


def _place_changed(world: World, one: Candidate, today: int, known: Known) -> Candidate | None:
    """A village that rises while its town is as usual and a neighbour has ended or it has just begun: places merged,
    split or named anew."""
    if len(one.place) <= 6 or one.grain == "scan":
        return None
    wider = one.place[: len(one.place) - 3]
    table, at = world.series.table, world.series.at
    own = table[at["", one.place, ""]]
    begun = int(np.argmax(own > 0))
    fresh = begun > expecting.PAST and today - begun < 2 * expecting.PAST
    over = (one.observed - one.expected) / _span(world, one, today)
    for matter, place, channel in world.series.keys:
        sibling = not matter and not channel and len(place) == len(one.place) and place.startswith(wider)
        if not sibling or place == one.place:
            continue
        if (fresh or _ended(table[at[matter, place, ""]][: today + 1], over)) and _usual(
            world, (one.matter, wider, ""), today, known, one
        ):
            return replace(one, kind="place_changed", evidence={"place": place})
    return None


def _ended(row: NDArray[np.int32], over: float) -> bool:
    """Whether a place has fallen silent for good lately, having brought about as much as is over elsewhere."""
    seen = np.flatnonzero(row)
    if not seen.size:
        return False
    last = int(seen[-1])
    rate = float(row[max(0, last - expecting.PAST) : last + 1].mean())
    quiet = row.size - 1 - last
    return QUIET <= quiet <= 2 * expecting.PAST and rate * quiet >= MISSED and over <= 2 * rate + 1


def _span(world: World, one: Candidate, today: int) -> int:
    """How many days up to today the candidate tells of."""
    since = today if one.since is None else world.number(one.since)
    return {"day": 1, "week": 7}.get(one.grain, today - since + 1)


def _usual(world: World, key: tuple[str, str, str], today: int, known: Known, one: Candidate) -> bool:
    """Whether a wider series has brought no more than usual."""
    span = _span(world, one, today)
    row = world.series.table[world.series.at[key]]
    mean, spread = world.expected(key, today, known.of(key), span)
    return expecting.tail(int(row[today - span + 1 : today + 1].sum()), mean, spread) >= LASTS
