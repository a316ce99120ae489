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

BULK_SHARE, BULK_ODDS = 0.5, 1e-6  # of one source in the excess; chance that its usual share brings so many
BREAK = 3  # days off in a row after which a pile is looked for
QUIET = 7  # days without a case after which something that had many has ended
MANY = 8  # cases something had before, so that its end means anything


def named(world: World, one: Candidate, day: date, known: Known) -> Candidate:
    """The candidate with its kind: `rise`, or what it was recognised as, with the evidence."""
    for name in (_bulk, _holiday, _matter_changed, _place_changed):
        found = name(world, one, world.number(day), known)
        if found is not None:
            return found
    return one


def _bulk(world: World, one: Candidate, today: int, known: Known) -> Candidate | None:
    """One source, which usually brings little of it, alone makes the rise: old cases entered at once."""
    span = 7 if one.grain == "week" else 1
    mine = world.counts.inside((one.matter, one.place, ""), world.above)[world.counts.cell]
    now = mine & (world.counts.day <= today) & (world.counts.day > today - span)
    before = mine & (world.counts.day <= today - span) & (world.counts.day > today - 365)
    sources = np.asarray(world.counts.source, dtype=object)[world.counts.cell].astype(str)
    kinds = sorted(set(sources[now]))
    sizes = [int(world.counts.n[now & (sources == kind)].sum()) for kind in kinds]
    top = int(np.argmax(sizes))
    total = int(world.counts.n[now].sum())
    usual = _share(world.counts.n, before, sources == kinds[top])
    odds = float(binom.sf(sizes[top] - 1, total, usual))
    rest = total - sizes[top]
    still = expecting.tail(rest, one.expected * (1 - usual), one.spread) < LASTS if rest else False
    if not kinds[top] or sizes[top] < BULK_SHARE * total or odds >= BULK_ODDS or still or usual > BULK_SHARE:
        return None
    return replace(
        one, kind="bulk_entry", source=kinds[top], source_count=sizes[top], evidence={"usual": round(usual, 3)}
    )


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
    if not one.matter or one.kind != "rise":
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
    if len(one.place) <= 6:
        return None
    wider = one.place[: len(one.place) - 3]
    table, at = world.series.table, world.series.at
    for key in world.series.keys:
        _matter, place, channel = key
        sibling = not _matter and not channel and len(place) == len(one.place) and place.startswith(wider)
        if not sibling:
            continue
        row = table[at[key]][max(0, today - 2 * expecting.PAST) : today + 1]
        ended = place != one.place and row[:-QUIET].sum() >= MANY and not row[-QUIET:].any()
        begun = place == one.place and not table[at[key]][: max(0, today - 2 * expecting.PAST)].any()
        if (ended or (begun and not row[: expecting.PAST].any())) and _usual(
            world, (one.matter, wider, ""), today, known, one
        ):
            return replace(one, kind="place_changed", evidence={"place": place})
    return None


def _usual(world: World, key: tuple[str, str, str], today: int, known: Known, one: Candidate) -> bool:
    """Whether a wider series has brought no more than usual."""
    span = 7 if one.grain == "week" else 1
    row = world.series.table[world.series.at[key]]
    mean, spread = world.expected(key, today, known.of(key), span)
    return expecting.tail(int(row[today - span + 1 : today + 1].sum()), mean, spread) >= LASTS
