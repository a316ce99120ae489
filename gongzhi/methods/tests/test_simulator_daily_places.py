"""Daily syndromes and bursts in place and time are what they say, and the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest

from gongzhi.methods.simulator import daily, places
from gongzhi.methods.space import scan, zones


@pytest.mark.parametrize("number", [0, 1, 2])
def test_days_have_the_stated_mean_and_variance(number):
    syndrome = daily.syndromes()[number]
    world = daily.simulate(syndrome, replicates=300, seed=2, past=False, now=False)
    open_ = world.baseline > 0
    assert world.counts[:, open_].mean() == pytest.approx(world.baseline[open_].mean(), rel=0.02)
    spread = ((world.counts - world.baseline)[:, open_] ** 2 / world.baseline[open_]).mean()
    assert spread == pytest.approx(syndrome.phi, rel=0.05)
    assert world.counts[:, ~open_].sum() == 0


def test_holidays_are_empty_and_the_day_after_is_fuller():
    syndrome = daily.syndromes()[0]
    mean = daily.simulate(syndrome, replicates=1, seed=1).baseline
    off = daily.holidays()
    assert (mean[off] == 0).all()
    assert mean[off[2] + 1] == pytest.approx(1.5 * syndrome.mean()[off[2] + 1])


def test_an_outbreak_lies_between_its_days_and_on_open_ones():
    world = daily.simulate(daily.syndromes()[2], replicates=40, seed=3, past=False)
    assert (world.outbreak.sum(axis=1) >= daily.LEAST).all()
    for row, first, last in zip(world.outbreak, world.starts, world.ends, strict=True):
        assert row[first : last + 1].sum() == row.sum()
    assert world.outbreak[:, world.baseline == 0].sum() == 0


def test_the_same_seed_is_the_same_county_and_another_is_not():
    one, same, other = (places.simulate(seed=s) for s in (4, 4, 5))
    np.testing.assert_array_equal(one.counts, same.counts)
    assert not np.array_equal(one.counts, other.counts)
    assert one.bursts == same.bursts


def test_a_scan_finds_the_burst_that_is_under_way_and_nothing_in_a_calm_county():
    county = places.simulate(seed=6, rise=6.0)
    found = zones.circles(county.x, county.y, weight=county.people, share=0.1)
    result = scan.expectation(county.counts, county.expected, found, scan.prospective(120, 7), replicas=99)
    burst = county.bursts[-1]
    assert set(result.clusters[0].areas) & set(burst.places)
    assert result.clusters[0].p <= 0.05
    calm = places.simulate(seed=6, rise=1.0)
    quiet = scan.expectation(calm.counts, calm.expected, found, scan.prospective(120, 7), replicas=99)
    assert quiet.clusters[0].p > 0.01


def test_a_stream_has_its_rate_and_its_rise():
    events = places.minutes(0.2, 30, begins=20_000, ends=30_000, rise=3.0, seed=7)
    inside = ((events >= 20_000) & (events < 30_000)).sum()
    assert inside == pytest.approx(6000, rel=0.06)
    assert len(events) - inside == pytest.approx(0.2 * (43_200 - 10_000), rel=0.06)
