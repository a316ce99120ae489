"""The plan of the minute where somebody enters in piles: higher limits there, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

from gongzhi.insight import watching
from gongzhi.insight.charts import Chart
from gongzhi.insight.judging import World
from gongzhi.insight.tests.test_entering import Timed, entries, spread_out, timed
from gongzhi.insight.tests.test_judging import ABOVE, DAYS, FIRST, RESTING, VILLAGES
from gongzhi.methods.stream import budget

ZONE = ZoneInfo("Asia/Shanghai")
BEGUN = int(datetime.combine(FIRST, time(0), ZONE).timestamp())
DAY = FIRST + timedelta(days=DAYS - 1)
PILED, PLAIN = ("hole", VILLAGES[0]), ("water", VILLAGES[0])


def known(rows: list[Timed]) -> World:
    """A world whose seconds are those of its days."""
    held = entries([(BEGUN + row[0], *row[1:]) for row in sorted(rows) if row[1] < DAYS - 1])
    return World.of(held.counts, ABOVE, RESTING[:DAYS], held)


def spread_of(rows: list[Timed]) -> dict[tuple[str, str], float]:
    world = known(rows)
    keys = [key[:2] for key in world.series.keys if not key[2]]
    return dict(zip(keys, watching.dispersed(world, DAY, keys, ZONE).tolist(), strict=True))


def test_what_is_entered_in_piles_is_known_to_spread_and_the_same_over_the_day_is_not() -> None:
    piled = spread_of(spread_out(41) + timed("paper", at_once=True))
    over_day = spread_of(spread_out(41) + timed("paper", at_once=False))

    assert piled[PILED] > 2.0
    assert piled[PLAIN] == 1.0
    assert set(over_day.values()) == {1.0}


def alarms(times: list[float], rate: float, limit: float) -> int:
    """Alarms of one chart fed at these days."""
    chart, count = Chart(0.0, 0.0), 0
    for at in times:
        second = 86400 * at
        if chart.step(rate * (second - chart.last) / 86400, second) >= limit and chart.observed >= 3:
            count += 1
            chart.reset()
    return count


@pytest.mark.parametrize("seed", [51, 52])
def test_usual_piles_raise_no_alarm_and_twelve_neighbours_elsewhere_do(seed: int) -> None:
    chance = np.random.default_rng(seed)
    spread = spread_of(spread_out(41) + timed("paper", at_once=True))
    rate = 0.5
    plain, raised = budget.limits(
        np.full(2, rate / 1440), false_a_month=0.01, least=3, dispersed=[spread[PLAIN], spread[PILED]]
    )
    piles = [day + n / 1440 for day in np.sort(chance.uniform(0, 480, 60)) for n in range(4)]

    assert alarms(piles, rate, plain) > 10
    assert alarms(piles, rate, raised) <= 3
    assert alarms([100 + n / 1440 for n in range(12)], rate, plain) >= 1


def test_without_single_entries_or_before_eight_weeks_of_them_every_limit_is_as_it_was() -> None:
    rows = spread_out(41) + timed("paper", at_once=True)
    bare = World.of(known(rows).counts, ABOVE, RESTING[:DAYS])
    keys = [PILED, PLAIN]

    assert watching.dispersed(bare, DAY, keys, ZONE).tolist() == [1.0, 1.0]
    assert watching.dispersed(known(rows), FIRST + timedelta(days=40), keys, ZONE).tolist() == [1.0, 1.0]
    assert datetime.fromtimestamp(BEGUN, UTC).astimezone(ZONE).date() == FIRST


def test_a_county_whose_last_case_is_years_old_gets_a_plan_without_charts() -> None:
    world = World.of(entries([]).counts, ABOVE, RESTING[:DAYS], None)
    keys, rates = watching._rates(world, DAYS - 1)
    assert (keys, rates.shape) == ([], (0,))
