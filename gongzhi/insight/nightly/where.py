"""Where a matter is said most: villages by cases for each thousand residents, corrected for silence, ranked.

A village where few speak brings little of everything; ranked by what it says it always looks well. Where it is clearly
quiet its residents count only as far as they speak (their number times the village's factor), with the doubt in the
factor drawn along, so that rate and rank get wider, not only higher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gongzhi.insight.nightly import ranking
from gongzhi.insight.nightly.counts import Counts
from gongzhi.insight.standing_rules import WINDOW
from gongzhi.insight.standing_tables import Portrait

SHOWN = 12  # villages of one matter
LEAST = 20  # cases of a matter below which its villages are not compared
VILLAGES = 3  # with residents below which there is nothing to rank

Factor = tuple[float, float, float]


def make(*, cells: Counts, above: Mapping[str, str], people: Mapping[str, int], factors: Mapping[str, Factor]) -> int:
    """Add to every matter's portrait where it is said most; how many got it. `cells`: cases by (matter, division,
    organ); `people`: residents by village; `factors` as standings.factors."""
    villages = sorted(code for code, count in people.items() if count > 0)
    if len(villages) < VILLAGES:
        return 0
    at = {code: n for n, code in enumerate(villages)}
    counts: dict[str, np.ndarray[Any, np.dtype[np.float64]]] = {}
    for key, row in zip(cells.keys, cells.rows, strict=True):
        matter, division = key[0], key[1]
        if division in at:
            for code in _chain(matter, above):
                counts.setdefault(code, np.zeros(len(villages)))[at[division]] += row[-WINDOW:].sum()
    bases = np.array([people[code] / 1000 for code in villages])
    done = 0
    for portrait in Portrait.objects.filter(kind="matter", code__in=list(counts)):
        mine = counts[portrait.code]
        if mine.sum() < LEAST:
            continue
        portrait.figures["places"] = ranked(villages, mine, bases, factors)
        portrait.save(update_fields=["figures"])
        done += 1
    return done


def ranked(villages: list[str], counts: Any, bases: Any, factors: Mapping[str, Factor]) -> list[dict[str, Any]]:
    """The villages that say most of it, corrected; each with its plain rank beside the corrected one."""
    quiet = [code in factors and factors[code][2] < 1 for code in villages]
    heard = np.array(
        [factors[code] if silent else (1.0, 1.0, 1.0) for code, silent in zip(villages, quiet, strict=True)]
    )
    plain, told = ranking.rates(counts, bases), ranking.corrected(counts, bases, heard)
    order = sorted(range(len(villages)), key=lambda n: (told[n].rank, -told[n].rate))[:SHOWN]
    return [
        {
            "place": villages[n],
            "cases": int(counts[n]),
            "quiet": quiet[n],
            "plain": round(plain[n].rate, 3),
            "plain_rank": plain[n].rank,
            "rate": round(told[n].rate, 3),
            "low": round(told[n].low, 3),
            "high": round(told[n].high, 3),
            "rank": told[n].rank,
            "rank_low": told[n].rank_low,
            "rank_high": told[n].rank_high,
            "of": told[n].of,
        }
        for n in order
        if counts[n] or quiet[n]
    ]


def _chain(matter: str, above: Mapping[str, str]) -> list[str]:
    """A matter and those it belongs to."""
    found: list[str] = []
    while matter and matter not in found:
        found.append(matter)
        matter = above.get(matter, "")
    return found
