"""Contribution, association and hand-over networks: known answers with a perturbed twin, properties, error rates."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from gongzhi.methods import association, graph
from gongzhi.methods.explain import ExplainError, contributions, dispersion, yekutieli

NAMES = [("matter", ["road", "noise", "water"]), ("place", [f"p{i}" for i in range(8)]), ("channel", ["phone", "app"])]


def _tables(rng, extra=None, size=12.0):
    base = rng.gamma(4, size / 4, (3, 8, 2))
    before, now = rng.poisson(4 * base), rng.poisson(base)
    if extra:
        now[extra[0]] += extra[1]
    return before.astype(float), now.astype(float)


def test_the_part_that_rose_is_found_first_and_its_twin_without_a_rise_finds_nothing():
    rng = np.random.default_rng(1)
    before, now = _tables(rng, ((0, 3, slice(None)), 40))
    rows = contributions(before, now, NAMES, scale=0.25)
    assert rows[0].found
    assert (rows[0].dimensions, rows[0].values) == (("matter", "place"), ("road", "p3"))
    assert rows[0].rise_low < 80 < rows[0].rise_high
    assert rows[0].ratio_low > 1.5
    assert not any(row.found for row in contributions(*_tables(np.random.default_rng(2)), NAMES, scale=0.25))


def test_everything_doubling_is_a_rise_of_all_and_the_fault_of_none():
    before, _ = _tables(np.random.default_rng(3))
    rows = contributions(before, 2 * before, NAMES)
    assert not any(row.found for row in rows)
    assert all(row.ratio == pytest.approx(1, abs=0.25) for row in rows if row.before > 100)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 9999))
def test_rises_of_a_dimension_add_up_to_the_whole(seed):
    before, now = _tables(np.random.default_rng(seed), size=3)
    whole = now.sum() - 0.25 * before.sum()
    rows = contributions(before, now, NAMES, scale=0.25)
    for dimensions in [("matter",), ("place",), ("channel",), ("matter", "place")]:
        parts = [row for row in rows if row.dimensions == dimensions]
        assert sum(row.rise for row in parts) == pytest.approx(whole)
        assert sum(row.share for row in parts) == pytest.approx(1)


def test_false_findings_stay_rare_also_with_overdispersed_counts():
    worlds = wrong = plain = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        mean = rng.gamma(4, 5, (3, 8, 2))
        weeks = rng.negative_binomial(mean / 2, 1 / 3, (5, 3, 8, 2)).astype(float)  # variance three times the mean
        phi = dispersion(weeks[:4].reshape(4, -1))
        told = (weeks[:4].sum(0), weeks[4], NAMES)
        worlds += 1
        wrong += any(row.found for row in contributions(*told, scale=0.25, phi=phi))
        plain += any(row.found for row in contributions(*told, scale=0.25))
    assert wrong / worlds <= 0.15
    assert plain > wrong


def test_intervals_of_a_rise_hold_the_truth():
    held = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        before, now = rng.poisson([80.0, 40, 40]), rng.poisson([30.0, 10, 10])
        row = next(r for r in contributions(before, now, [("m", "abc")], scale=0.25) if r.values == ("a",))
        held += row.rise_low <= 10 <= row.rise_high
    assert 0.91 <= held / 200 <= 0.99


@pytest.mark.parametrize(
    ("before", "now", "sentence"),
    [
        (np.ones(3), np.ones(2), "same axes"),
        (np.ones(2), -np.ones(2), "below 0"),
        (np.zeros(2), np.zeros(2), "no rise"),
    ],
)
def test_counts_that_cannot_be_compared_are_refused(before, now, sentence):
    with pytest.raises(ExplainError, match=sentence):
        contributions(before, now, [("m", "ab")])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.01, 0.3))
def test_the_cut_is_the_definition_of_benjamini_and_yekutieli(p, rate):
    p = np.array(p)
    count = len(p)
    constant = sum(1 / k for k in range(1, count + 1))
    limits = [k for k in range(1, count + 1) if np.sort(p)[k - 1] <= rate * k / (count * constant)]
    assert yekutieli(p, rate).sum() >= (max(limits) if limits else 0)
    assert not limits or p[yekutieli(p, rate)].max() == np.sort(p)[max(limits) - 1]


def _series(seed, n=6, length=500, link=0.0):
    """Counts with weekday, drift and memory of their own; the second follows the first three days later."""
    rng = np.random.default_rng(seed)
    t = np.arange(length)
    own = np.zeros((n, length))
    noise = rng.normal(0, 0.25, (n, length))
    for day in range(1, length):
        own[:, day] = 0.6 * own[:, day - 1] + noise[:, day]
    own[1, 3:] += link * noise[0, :-3]
    return rng.poisson(30 * np.exp(own + 0.3 * np.cos(2 * np.pi * t / 7) + 0.4 * np.cos(2 * np.pi * t / 400)))


def test_a_lagged_link_is_found_at_its_lag_and_called_an_association():
    found = [link for link in association.lagged(association.whitened(_series(1, link=1.0))) if link.found]
    assert (found[0].first, found[0].second, found[0].lag) == (0, 1, 3)
    assert found[0].low > 0
    assert {link.kind for link in found} == {"association"}


def test_series_that_share_only_week_and_drift_are_not_linked():
    worlds = [association.lagged(association.whitened(_series(seed))) for seed in range(30)]
    assert sum(any(link.found for link in links) for links in worlds) <= 6
    raw = _series(3).astype(float)
    raw = (raw - raw.mean(1, keepdims=True)) / raw.std(1, keepdims=True)
    assert sum(link.found for link in association.lagged(raw)) > 50


def test_a_link_by_way_of_a_third_disappears_when_it_is_held_fixed():
    rng = np.random.default_rng(4)
    middle = rng.normal(size=600)
    errors = np.array([middle + rng.normal(size=600), middle, middle + rng.normal(size=600), rng.normal(size=600)])
    errors = (errors - errors.mean(1, keepdims=True)) / errors.std(1, keepdims=True)
    together = {(k.first, k.second): k.found for k in association.lagged(errors, lags=0)}
    held = {(k.first, k.second): k.found for k in association.partial(errors)}
    assert together[0, 2]
    assert not held[0, 2]
    assert held[0, 1]
    assert held[1, 2]


def test_blocks_agree_with_the_normal_p_value_and_spare_the_unrelated():
    errors = association.whitened(_series(1, link=1.0, length=700))
    assert association.block_p(errors, 0, 1, 3, moves=499) <= 0.01
    assert association.block_p(errors, 2, 4, 1, moves=499) > 0.02


def test_short_or_broken_series_are_refused():
    with pytest.raises(ExplainError, match="too few"):
        association.whitened(np.ones((2, 30)))
    with pytest.raises(ExplainError, match="none missing"):
        association.whitened(np.full((2, 300), np.nan))


def _random(seed, n=9, density=0.3):
    rng = np.random.default_rng(seed)
    table = rng.integers(1, 9, (n, n)) * (rng.random((n, n)) < density)
    np.fill_diagonal(table, 0)
    return sparse.csr_array(table.astype(float))


def _slow_betweenness(net, weighted):
    """All simple ways, enumerated."""
    n = net.shape[0]
    table = net.toarray()
    cost = np.where(table > 0, 1 / np.maximum(table, 1e-12) if weighted else 1.0, np.inf)
    out = np.zeros(n)
    for a, b in itertools.permutations(range(n), 2):
        best, ways = np.inf, []
        inner = [k for k in range(n) if k not in (a, b)]
        for size in range(n - 1):
            for middle in itertools.permutations(inner, size):
                way = (a, *middle, b)
                length = sum(cost[x, y] for x, y in itertools.pairwise(way))
                if not np.isfinite(length):
                    continue
                if length < best - 1e-9:
                    best, ways = length, [way]
                elif abs(length - best) <= 1e-9:
                    ways.append(way)
        for way in ways:
            out[list(way[1:-1])] += 1 / len(ways)
    return out / ((n - 1) * (n - 2))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_betweenness_is_that_of_all_ways_enumerated(seed, weighted):
    net = _random(seed, n=6, density=0.45)
    assert graph.betweenness(net, weighted=weighted) == pytest.approx(_slow_betweenness(net, weighted), abs=1e-9)


def test_a_broker_between_two_groups_is_found_and_a_shortcut_takes_its_place():
    edges = [(0, 1), (1, 0), (1, 2), (2, 3), (3, 4), (4, 3), (0, 2), (2, 4)]
    net = graph.network(*map(np.array, zip(*edges, strict=True)), 5)
    assert np.argmax(graph.betweenness(net)) == 2
    wide = graph.network(*map(np.array, zip(*edges, (0, 3), (1, 3), (0, 4), (1, 4), strict=True)), 5)
    assert graph.betweenness(wide)[2] < graph.betweenness(net)[2]


@given(st.integers(0, 9999))
def test_what_goes_out_comes_in(seed):
    told = graph.flow(_random(seed))
    assert told.net.sum() == pytest.approx(0)
    assert told.came.sum() == told.went.sum()


def test_a_sink_keeps_what_it_gets_until_it_hands_on():
    giver, taker = np.array([0] * 20 + [1] * 15), np.array([2] * 20 + [2] * 15)
    assert list(graph.sinks(graph.network(giver, taker, 4))) == [2]
    more = graph.network(np.append(giver, [2] * 20), np.append(taker, [3] * 20), 4)
    assert list(graph.sinks(more)) == [3]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 9999))
def test_every_case_ends_somewhere(seed):
    net = _random(seed)
    closed = np.random.default_rng(seed).integers(0, 3, 9).astype(float)
    visits, ends = graph.absorbed(net, closed)
    assert ends.sum() == pytest.approx(1)
    assert (ends >= -1e-9).all()
    assert (visits >= ends - 1e-9).all()


def test_visits_count_coming_back():
    net = graph.network(np.array([0, 1]), np.array([1, 0]), 2)
    visits, ends = graph.absorbed(net, np.array([1.0, 0.0]))
    # node 1 always gives back, node 0 closes every second time: two visits there, one on the way
    assert visits[0] == pytest.approx(2)
    assert ends == pytest.approx([1, 0])


def test_circles_are_groups_that_hand_round_and_break_with_one_missing_link():
    net = graph.network(np.array([0, 1, 2, 3]), np.array([1, 2, 0, 0]), 5)
    assert [list(group) for group in graph.circles(net)] == [[0, 1, 2]]
    assert graph.circles(net, least=2) == []
    assert graph.circles(graph.network(np.array([0, 1, 3]), np.array([1, 2, 0]), 5)) == []
    assert graph.circulation(net)[:4] == pytest.approx([1, 1, 1, 0])


def test_ping_pong_counts_returns_in_order_and_within_the_time_asked():
    case, when = np.array([1, 1, 1, 2, 2, 3, 3]), np.array([1.0, 2, 3, 1, 9, 1, 2])
    giver, taker = np.array([0, 1, 0, 0, 1, 0, 2]), np.array([1, 0, 1, 1, 0, 2, 1])
    got = graph.ping_pong(case, when, giver, taker)
    assert (list(got.one), list(got.other), list(got.returns), list(got.cases)) == ([0], [1], [3], [2])
    assert list(graph.ping_pong(case, when, giver, taker, within=2).returns) == [2]
    assert len(graph.ping_pong(case, when, giver, np.array([1, 2, 1, 1, 2, 2, 1])).returns) == 0


@pytest.mark.parametrize(
    ("work", "sentence"),
    [
        (lambda: graph.network(np.array([0]), np.array([5]), 3), "outside 0 to 2"),
        (lambda: graph.network(np.array([0, 1]), np.array([1]), 3), "2 givers for 1"),
        (lambda: graph.absorbed(_random(1), np.ones(2)), "closed needs one count"),
        (lambda: graph.ping_pong(np.ones(2), np.ones(2), np.ones(1), np.ones(2)), "one entry for every hand-over"),
    ],
)
def test_what_is_no_network_is_refused(work, sentence):
    with pytest.raises(graph.GraphError, match=sentence):
        work()
