"""Drawing the curves of findings that go on: a curve reaches the last ended day its finding lasts until.

A finding that is continued by a wider or closer look, or was begun by the minute, has been seen in its own series by
nobody that day; its curve is drawn on from the counts all the same. Weeks are drawn by the looks at weeks, and
neighbours found together have no series of their own.
"""

from __future__ import annotations

from datetime import date, timedelta

from gongzhi.insight import judging, rules
from gongzhi.insight.judging import Candidate, Known, World
from gongzhi.insight.models import Finding


def redraw(world: World, known: Known, day: date) -> int:
    """Draw on the curves that end before the last day of their finding, up to the ended `day`; how many."""
    rows = Finding.objects.filter(
        kind="rise",
        grain__in=("minute", "day"),
        last_day__gte=day - timedelta(days=rules.CONTINUES),
        first_day__lte=day,
    )
    done = 0
    for row in rows.exclude(reason=rules.JOINED):
        last = min(row.last_day, day)
        if (row.matter, row.place, row.channel) not in world.series.at or _ends(row) >= last:
            continue
        one = Candidate(row.matter, row.place, 0, 0.0, 0.0, 1.0, channel=row.channel)
        row.curve = [list(point) for point in judging.curve(world, one, world.number(last), known)]
        row.save(update_fields=["curve"])
        done += 1
    return done


def _ends(row: Finding) -> date:
    return date.fromisoformat(str(row.curve[-1][0])) if row.curve else date.min
