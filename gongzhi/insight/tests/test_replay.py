"""Held against its procedure: what fits is told as fitting, one slip as one deviation, and tokens add up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.insight.process import replay, traces
from gongzhi.insight.process.replay import Step
from gongzhi.insight.process.traces import Told
from gongzhi.procedures import netfile

ROOT = Path(__file__).resolve().parents[3]
NET = netfile.build(netfile.read((ROOT / "counties/lanting/procedures/voice.yaml").read_text()), 1)
MOVES = [move.code for move in NET.moves]


def steps(*moves: str) -> list[Step]:
    return [Step(move) for move in moves]


def deviations(*moves: str) -> list[tuple[str, str]]:
    return [(one.kind, one.code) for one in replay.replay(NET, steps(*moves)).deviations]


@pytest.mark.parametrize(
    "moves",
    [
        ("accept", "answer", "close"),
        ("hand_over", "accept", "ask", "resume", "answer", "close", "reopen", "accept", "answer", "close"),
        ("send", "accept", "help", "return_help", "pause", "resume", "answer", "close"),
        ("accept", "close"),
    ],
)
def test_what_the_procedure_allows_fits_wholly(moves: tuple[str, ...]) -> None:
    told = replay.replay(NET, steps(*moves))

    assert told.fits
    assert replay.fitness([(told, 1)]) == 1.0


@pytest.mark.parametrize(
    ("moves", "found"),
    [
        (("answer", "close"), [("skipped", "accept>answer")]),
        (("close",), [("skipped", "accept>close")]),
        (("answer", "accept", "close"), [("out_of_order", "accept>answer")]),
        (("accept", "help", "answer", "close"), [("skipped", "return_help>close")]),
        (("accept", "bless", "answer", "close"), [("foreign", "bless")]),
        (("accept", "answer", "close", "ask", "close"), [("forced", "ask"), ("skipped", "resume>close")]),
    ],
)
def test_one_slip_is_one_deviation_by_its_name(moves: tuple[str, ...], found: list[tuple[str, str]]) -> None:
    assert deviations(*moves) == found
    assert replay.fitness([(replay.replay(NET, steps(*moves)), 1)]) < 1.0


def test_work_that_goes_on_lacks_nothing_yet() -> None:
    told = replay.replay(NET, steps("accept", "ask"))

    assert (told.ended, told.deviations, told.missing, told.remaining) == (False, (), 0, 0)
    assert replay.fitness([(told, 3)]) is None


def test_a_step_that_is_one_only_where_it_can_be_is_none_elsewhere() -> None:
    told = replay.replay(NET, [Step("accept"), Step("resume", maybe=True), Step("answer"), Step("close")])

    assert told.fits
    assert [move for _at, move in told.moves] == ["accept", "answer", "close"]


def test_stays_tell_from_which_step_to_which_a_stage_held_the_work() -> None:
    told = replay.replay(
        NET, [Step("accept"), Step("help", 2), Step("return_help"), Step("return_help"), Step("close")]
    )

    assert {(stay.stage, stay.entered, stay.left) for stay in told.stays} >= {
        ("received", 0, 1), ("in_hand", 1, 5), ("helping", 2, 4), ("helped", 3, 5), ("closed", 5, None)
    }  # fmt: skip


ANY = st.lists(
    st.builds(
        Step,
        st.sampled_from([*MOVES, "bless"]),
        st.integers(1, 3),
        st.booleans(),
        st.sampled_from([False] * 9 + [True]),
    ),
    max_size=14,
)


@given(ANY)
def test_tokens_add_up_and_fitness_lies_between_nothing_and_one(trace: list[Step]) -> None:
    told = replay.replay(NET, trace)

    if told.ended:
        assert told.produced + told.missing == told.consumed + told.remaining
        assert told.missing <= told.consumed
        assert told.remaining <= told.produced
        assert 0 <= replay.fitness([(told, 1)]) <= 1
    assert told.fits == (told.ended and not told.deviations and not told.missing and not told.remaining)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=25))
def test_any_walk_the_net_allows_has_no_deviation(choices: list[int]) -> None:
    trace: list[Step] = []
    for choice in choices:
        held = replay.replay(NET, trace)
        live = [stay.stage for stay in held.stays if stay.left is None]
        fit = [code for code in MOVES if not replay.replay(NET, [*trace, Step(code)]).deviations]
        assert live
        trace.append(Step(fit[choice % len(fit)]))

    told = replay.replay(NET, trace)

    assert told.deviations == ()
    assert told.missing == 0


@given(ANY)
def test_leaving_one_step_out_never_raises_fitness_of_what_fits(trace: list[Step]) -> None:
    told = replay.replay(NET, trace)
    if not told.fits or not trace:
        return
    for at in range(len(trace)):
        short = replay.replay(NET, trace[:at] + trace[at + 1 :])
        value = replay.fitness([(short, 1)])
        assert value is None or value <= 1.0


def test_fitness_weighs_cases_by_how_often_they_occur() -> None:
    good, bad = replay.replay(NET, steps("accept", "close")), replay.replay(NET, steps("close"))

    alone, mixed = replay.fitness([(bad, 1)]), replay.fitness([(good, 99), (bad, 1)])

    # by hand: the start, what closing puts, and that nobody helps; missing is "in hand", "received" remains
    assert (bad.produced, bad.consumed, bad.missing, bad.remaining) == (3, 3, 1, 1)
    assert alone == pytest.approx(2 / 3)
    assert mixed == pytest.approx(1 - 1 / (99 * 4 + 3))


def fact(kind: str, at: float = 0.0, reason: str = "", organ: str = "") -> Told:
    return Told(f"case.{kind}", reason, organ, at)


def test_facts_become_steps_and_what_moves_nothing_becomes_none() -> None:
    told = traces.trace(
        [
            fact("received", 0, organ="roads"), fact("rematter", 1), fact("accepted", 2), fact("asked", 3),
            fact("asked", 4, "waiting_resident"), fact("replied", 5), fact("helping", 6, organ="water town"),
            fact("closed", 9), fact("rated", 10, "unhappy"), fact("handed_over", 11, "not_our_duty", "water"),
        ]
    )  # fmt: skip

    assert [(one.move, one.many) for one in told.steps] == [
        ("accept", 1), ("ask", 1), ("resume", 1), ("help", 2), ("answer", 1), ("close", 1), ("reopen", 1),
        ("hand_over", 1),
    ]  # fmt: skip
    assert told.times == (0, 2, 4, 5, 6, 9, 9, 10, 11)
    assert (told.organs[0], told.organs[-1]) == ("roads", "water")


def test_a_step_taken_back_leaves_no_trace_and_is_counted() -> None:
    told = traces.trace(
        [fact("received"), fact("accepted", 1), fact("undone", 2), fact("accepted", 9), fact("answered")]
    )

    assert ([one.move for one in told.steps], told.undone, told.times[1]) == (["accept", "answer"], 1, 9)


def test_what_goes_round_is_named() -> None:
    moves = (
        "hand_over",
        "accept",
        "hand_over",
        "accept",
        "ask",
        "resume",
        "ask",
        "resume",
        "close",
        "reopen",
        "accept",
    )
    told = replay.replay(NET, steps(*moves))

    found = traces.loops(NET, told, ["a", "b", "b", "a", "a", "a"])

    assert found == {
        ("repeated", "hand_over"): 1, ("repeated", "ask"): 1, ("reopened", "reopen"): 1, ("returned", "a"): 1
    }  # fmt: skip
    assert traces.straight(NET) >= {"accept", "answer", "close"}
    assert not traces.straight(NET) & {"hand_over", "send", "ask", "pause", "resume", "reopen"}
