"""Scan statistics against published runs, known answers with a perturbed twin, properties."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import space_runs
from gongzhi.methods.space import kernels, population, scan, zones
from gongzhi.methods.space.zones import SpaceError

needs_runs = pytest.mark.skipif(not space_runs.RUNS.is_dir(), reason="the reference runs are not beside the checkout")


@needs_runs
def test_poisson_finds_the_clusters_of_new_mexico():
    ids, result = space_runs.new_mexico()
    assert space_runs.agreement("NewMexicoSpaceTimePoisson", (ids, result))[:2] == (3, 3)
    assert [c.statistic for c in result.clusters[:3]] == pytest.approx([10.979758, 5.684828, 3.884186], abs=1e-6)
    assert {ids[a] for a in result.clusters[0].areas} == {
        "Torrance",
        "Bernalillo",
        "Valencia",
        "SantaFe",
        "Guadelupe",
        "Socorro",
        "Sandoval",
        "SanMiguel",
        "LosAlamos",
    }
    assert (result.clusters[0].first, result.clusters[0].last, result.clusters[0].observed) == (12, 16, 236)
    assert [ids[a] for a in result.clusters[2].areas] == ["Curry", "Roosevelt"]
    assert result.clusters[0].p < 0.05 < result.clusters[1].p


@needs_runs
def test_permutation_finds_the_fever_of_new_york():
    ids, result = space_runs.new_york()
    assert space_runs.agreement("NYCSpaceTimePermutation", (ids, result))[:2] == (3, 3)
    assert [c.statistic for c in result.clusters[:3]] == pytest.approx([3.845418, 3.164201, 2.137259], abs=1e-6)
    assert {ids[a] for a in result.clusters[0].areas} == {
        "11418",
        "11415",
        "11419",
        "11435",
        "11416",
        "11421",
        "11451",
        "11375",
        "11417",
    }
    assert [ids[a] for a in result.clusters[1].areas] == ["11372"]
    assert result.stopped
    assert abs(result.clusters[0].p - 0.242) < 0.1


def _county(seed=3, areas=40, periods=20):
    rng = np.random.default_rng(seed)
    x, y = rng.random((2, areas))
    return rng, x, y, rng.poisson(2.0, (areas, periods)).astype(float)


def _planted(counts, found, model, more):
    table = counts.copy()
    table[found.members(3)[:4], -3:] += more
    windows = scan.prospective(table.shape[1], 7)
    if model == "permutation":
        return scan.permutation(table, found, windows, replicas=199)
    means = np.full(table.shape, 2.0)
    return getattr(scan, model)(table, means, found, windows, replicas=199)


@pytest.mark.parametrize("model", ["poisson", "permutation", "expectation"])
def test_a_planted_cluster_is_found_and_without_it_nothing(model):
    _, x, y, counts = _county()
    found = zones.circles(x, y, weight=np.ones(40), share=0.2)
    with_it, without = _planted(counts, found, model, 8), _planted(counts, found, model, 0)
    assert set(with_it.clusters[0].areas) >= set(found.members(3)[:4].tolist())
    assert with_it.clusters[0].first == 17
    assert with_it.clusters[0].p < 0.01 < without.clusters[0].p


@pytest.mark.parametrize("kind", [kernels.CONDITIONAL, kernels.EXPECTED])
def test_integer_thresholds_agree_with_the_likelihood_ratio(kind):
    table = kernels.largest_means(kind, 3.0, 500.0, 80)
    mu = np.linspace(0.05, 40, 300)[None, :]
    bars = kernels.thresholds(mu, table, 1, 65535)[0]
    for m, bar in zip(mu[0], bars, strict=True):
        assert kernels.ratio(kind, bar, m, 500.0) >= 3.0 - 1e-6
        assert kernels.ratio(kind, bar - 1, m, 500.0) < 3.0


def test_replicas_are_the_maxima_of_plain_enumeration():
    _, x, y, counts = _county(areas=12, periods=6)
    found = zones.circles(x, y, weight=np.ones(12))
    windows = scan.prospective(6, 3)
    source = scan._Permutation(counts, windows)
    result = scan.permutation(counts, found, windows, replicas=20, stop=0)
    offsets = np.concatenate([[0], np.cumsum(source.each)]).astype(np.int32)
    events = np.zeros(int(offsets[-1]), np.int32)
    source.fill(1, 7, offsets, events)
    replica = np.zeros((12, 6))
    for d, day in enumerate(source.days):
        np.add.at(replica[:, day], events[offsets[d] : offsets[d + 1]], 1)
    walk = (found.area, found.depth, windows.first, windows.last)
    means = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    mu, seen = kernels.totals(means, *walk), kernels.totals(replica, *walk)
    best, _, _ = kernels.best_by_root(0, seen, mu, counts.sum(), 2, found.root, 12)
    assert result.maxima[7] == pytest.approx(best.max(), abs=1e-9)


def test_p_values_are_uniform_when_nothing_happens():
    rng, x, y, _ = _county(areas=15)
    found, windows = zones.circles(x, y, weight=np.ones(15)), scan.prospective(10, 3)
    ps = []
    for seed in range(120):
        counts = rng.poisson(1.0, (15, 10)).astype(float)
        result = scan.permutation(counts, found, windows, replicas=127, stop=0, seed=seed)
        ps.append(result.clusters[0].p if result.clusters else 1.0)
    assert 0.02 < np.mean(np.array(ps) <= 0.1) < 0.19


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_areas_does_not_matter(seed):
    rng, x, y, counts = _county(seed, areas=14, periods=8)
    turn = rng.permutation(14)
    windows = scan.prospective(8, 3)
    one = scan.permutation(counts, zones.circles(x, y, weight=np.ones(14)), windows, replicas=0)
    two = scan.permutation(counts[turn], zones.circles(x[turn], y[turn], weight=np.ones(14)), windows, replicas=0)
    assert one.clusters[0].statistic == pytest.approx(two.clusters[0].statistic)


def test_grown_and_flexible_shapes_are_connected_and_each_once():
    line = [[1], [0, 2], [1, 3], [2, 4], [3]]
    x = np.arange(5.0)
    shapes = zones.flexible(line, most=3)
    sets = [tuple(sorted(shapes.members(z).tolist())) for z in range(shapes.area.size)]
    assert sorted(sets) == sorted({(a, *range(a + 1, a + n)) for n in (1, 2, 3) for a in range(6 - n)})
    chains = zones.grown(x, x * 0, line, weight=np.ones(5), share=1.0)
    for z in range(chains.area.size):
        members = sorted(chains.members(z).tolist())
        assert members == list(range(members[0], members[-1] + 1))


def test_a_street_is_found_by_flexible_shapes_with_the_same_statistic_as_by_name():
    grid = [[j for j in (i - 1, i + 1, i - 5, i + 5) if 0 <= j < 25 and abs(i % 5 - j % 5) <= 1] for i in range(25)]
    counts = np.ones((25, 10))
    counts[[2, 7, 12], -1] += 9
    result = scan.permutation(counts, zones.flexible(grid, most=3), scan.prospective(10, 2), replicas=0)
    assert sorted(result.clusters[0].areas) == [2, 7, 12]


def test_person_time_integrates_between_censuses():
    got = population.person_time(np.array([0.0, 2.0]), np.array([[10.0, 30.0]]), np.array([-1.0, 0.0, 1.0, 3.0]))
    assert got[0] == pytest.approx([10.0, 15.0, 25.0 + 30.0])


@pytest.mark.parametrize("bad", [-1.0, 0.5, np.nan])
def test_a_count_that_is_none_is_named_by_row_and_column(bad):
    _, x, y, counts = _county(areas=5, periods=4)
    counts[2, 1] = bad
    with pytest.raises(SpaceError, match="Row 3, column 2"):
        scan.permutation(counts, zones.circles(x, y, weight=np.ones(5)), scan.prospective(4, 2))
