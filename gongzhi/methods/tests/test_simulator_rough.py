"""The second world is what it says: holidays that move, levels that shift, seasons that are no sine."""

from __future__ import annotations

import numpy as np
import pytest

from gongzhi.methods.simulator import rough
from gongzhi.methods.simulator.weekly import EVALUATED, WEEKS


def test_there_are_24_scenarios_and_the_holiday_moves():
    assert len(rough.scenarios()) == 24
    weeks = rough.holiday_weeks()
    assert len(set(weeks % 52)) > 2
    assert weeks.max() < WEEKS
    assert weeks[-1] >= WEEKS - EVALUATED


@pytest.mark.parametrize("number", [1, 10, 20, 23])
def test_counts_have_the_stated_mean_and_variance(number):
    world = rough.simulate(rough.scenarios()[number - 1], replicates=1500, seed=5, past=False, now=False)
    assert world.counts.mean() == pytest.approx(world.baseline.mean(), rel=0.01)
    squares = (world.counts - world.baseline) ** 2 / world.variance
    assert squares.mean() == pytest.approx(1, rel=0.03)


def test_only_shifting_scenarios_shift():
    still, moving = rough.scenarios()[0], rough.scenarios()[1]
    flat = rough.simulate(still, replicates=20, seed=6).baseline
    assert np.ptp(flat, axis=0).max() < 1e-12
    shifted = rough.simulate(moving, replicates=20, seed=6).baseline
    ratio = shifted[:, 600] / flat[0, 600]
    assert set(np.round(ratio, 6)) <= set(rough.SHIFTS)
    assert len(set(np.round(ratio, 6))) > 1
    world = rough.simulate(moving, replicates=20, seed=6)
    assert (rough.simulate(still, replicates=20, seed=6).shifts == -1).all()
    for row, week in zip(world.baseline, world.shifts, strict=True):
        assert row[week] / flat[0, week] == pytest.approx(row[623] / flat[0, 623])
        assert row[week - 1] == pytest.approx(flat[0, week - 1])


def test_the_same_seed_is_the_same_world_and_another_is_not():
    one, same, other = (rough.simulate(rough.scenarios()[7], replicates=3, seed=s) for s in (1, 1, 2))
    assert np.array_equal(one.counts, same.counts)
    assert not np.array_equal(one.counts, other.counts)


def test_outbreaks_lie_where_they_are_said_to():
    world = rough.simulate(rough.scenarios()[12], replicates=100, seed=4)
    planted = world.starts >= 0
    assert planted.mean() > 0.8
    now = world.outbreak[:, WEEKS - EVALUATED :].sum(axis=1)
    inside = np.array([r[s : e + 1].sum() for r, s, e in zip(world.outbreak, world.starts, world.ends, strict=True)])
    assert np.array_equal(inside[planted], now[planted])
