"""When a router goes to work: evidence that may be looked at after every case, intervals, and what is due."""

from __future__ import annotations

import random
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.insight.routing import rules
from gongzhi.insight.routing.rules import Duel


def bet(wins: int, losses: int) -> Fraction:
    n = wins + losses
    return Fraction(sum(comb(n + 1, k) for k in range(wins + 1)), (n + 1) * comb(n, wins))


@given(st.integers(0, 60), st.integers(0, 60))
def test_the_evidence_is_a_fair_bet_against_a_coin(wins: int, losses: int) -> None:
    assert rules.evidence(wins, losses) == pytest.approx(float(bet(wins, losses)))
    assert (bet(wins + 1, losses) + bet(wins, losses + 1)) / 2 == bet(wins, losses)


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_further_win_speaks_for_it_and_a_further_loss_against(wins: int, losses: int) -> None:
    here = rules.evidence(wins, losses)
    assert rules.evidence(wins + 1, losses) > here > rules.evidence(wins, losses + 1) > 0


def test_routers_that_are_equal_hardly_ever_change_places_however_often_one_looks() -> None:
    rng, fooled = random.Random(7), 0
    for _county in range(400):
        wins = losses = 0
        for _case in range(150):
            wins, losses = (wins + 1, losses) if rng.random() < 0.5 else (wins, losses + 1)
            if rules.evidence(wins, losses) >= rules.EVIDENCE:
                fooled += 1
                break
    assert fooled <= 400 / rules.EVIDENCE + 3 * (400 / rules.EVIDENCE) ** 0.5


@pytest.mark.parametrize(
    ("duel", "at_work", "said"),
    [
        (Duel(40, 12, 0, 5), False, "better"),
        (Duel(40, 0, 12, 5), False, ""),
        (Duel(40, 0, 12, 5), True, "worse"),
        (Duel(40, 12, 0, 5), True, ""),
        (Duel(40, 12, 10, 5), False, ""),
        (Duel(0, 8, 0, 0), False, ""),
    ],
)
def test_only_clear_evidence_moves_anything(duel: Duel, at_work: bool, said: str) -> None:
    assert rules.decide(duel, at_work=at_work) == said


@given(st.integers(0, 300), st.integers(0, 300))
def test_intervals_hold_the_share_they_are_of(right: int, wrong: int) -> None:
    low, high = rules.interval(right, right + wrong)
    share = right / (right + wrong) if right + wrong else 0.5
    assert 0 <= low <= share <= high <= 1
    wide_low, wide_high = rules.interval(right // 2, (right + wrong) // 2)
    assert wide_high - wide_low >= high - low - 0.02


@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 80), st.integers(0, 80))
def test_the_difference_lies_in_its_interval_and_turns_with_its_sides(both: int, a: int, b: int, none: int) -> None:
    middle, low, high = rules.difference(Duel(both, a, b, none))
    other, other_low, other_high = rules.difference(Duel(both, b, a, none))
    assert -1 <= low <= high <= 1
    assert (other, other_low, other_high) == (
        pytest.approx(-middle), pytest.approx(-high), pytest.approx(-low)
    ) or not both + a + b + none  # fmt: skip


@pytest.mark.parametrize(
    ("learnt", "examples", "fresh", "days", "tree", "due"),
    [
        (0, 500, 500, 0, False, True),
        (0, 100, 100, 0, False, False),
        (500, 510, 10, 1, False, False),
        (500, 530, 30, 1, False, True),
        (500, 510, 10, 8, False, True),
        (500, 500, 0, 8, False, False),
        (500, 500, 0, 1, True, True),
        (12_000, 12_000, 700, 1, False, True),
        (12_000, 12_000, 90, 1, False, False),
    ],
)
def test_it_is_learnt_anew_when_enough_came_in(
    learnt: int, examples: int, fresh: int, days: float, tree: bool, due: bool
) -> None:
    assert rules.is_due(learnt=learnt, examples=examples, fresh=fresh, days=days, tree_changed=tree) is due
