"""The weekly worlds are what the recipe says, and the same for the same seed."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from gongzhi.methods.simulator.weekly import EVALUATED, WEEKS, scenarios, simulate

TABLE = Path(__file__).parents[4] / "shared" / "reference" / "warning" / "sim" / "scenarios42.csv"


def test_the_scenarios_are_those_of_the_table():
    if not TABLE.exists():
        pytest.skip("../shared is absent")
    with TABLE.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 42
    for row, scenario in zip(rows, scenarios(), strict=True):
        assert scenario.theta == float(row["theta"])
        assert scenario.beta == pytest.approx(float(row["beta"]))
        assert scenario.harmonics == int(row["m"])
        assert scenario.phi == float(row["phi"])


@pytest.mark.parametrize("number", [1, 8, 15, 24, 40])
def test_counts_have_the_stated_mean_and_variance(number):
    scenario = scenarios()[number - 1]
    world = simulate(scenario, replicates=4000, seed=3, past=False, now=False)
    mean = world.counts[:, :100].mean(axis=0)
    variance = world.counts[:, :100].var(axis=0)
    assert np.allclose(mean.mean(), world.baseline[:100].mean(), rtol=0.02)
    assert np.allclose((variance / mean).mean(), scenario.phi, rtol=0.05)


def test_the_same_seed_is_the_same_world_and_another_is_not():
    scenario = scenarios()[4]
    one = simulate(scenario, replicates=5, seed=9)
    same = simulate(scenario, replicates=5, seed=9)
    other = simulate(scenario, replicates=5, seed=10)
    assert np.array_equal(one.counts, same.counts)
    assert not np.array_equal(one.counts, other.counts)


def test_outbreaks_lie_where_they_are_said_to():
    world = simulate(scenarios()[30], replicates=300, seed=4)
    planted = world.starts >= 0
    assert planted.mean() > 0.9
    assert (world.starts[planted] >= WEEKS - EVALUATED).all()
    assert (world.ends >= world.starts).all()
    inside = np.array(
        [row[s : e + 1].sum() for row, s, e in zip(world.outbreak, world.starts, world.ends, strict=True)]
    )
    now = world.outbreak[:, WEEKS - EVALUATED :].sum(axis=1)
    assert np.array_equal(inside[planted], now[planted])
    assert np.array_equal(world.counts - world.outbreak >= 0, np.ones_like(world.counts, dtype=bool))
