"""A net as a file: what is read, what is refused, and that a sound net always comes to an end."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gongzhi.kit.refusal import Refusal
from gongzhi.kit.worktime import Limit, Unit
from gongzhi.procedures import netfile, rules
from gongzhi.procedures.rules import ClockAct, Giving, Marking, Move, Net, Stage, Taking
from gongzhi.procedures.tests.cast import VOICE, voice_net


def small(**changes: Any) -> dict[str, Any]:
    """A sound net of three stages, as data."""
    return {
        "code": "small",
        "name_zh": "小",
        "name_en": "Small",
        "start": "open",
        "stages": {
            "open": {"name_zh": "开", "name_en": "Open"},
            "work": {"name_zh": "办", "name_en": "Work"},
            "done": {"name_zh": "完", "name_en": "Done", "ends": True},
        },
        "moves": {
            "take": {"name_zh": "接", "name_en": "Take", "take": {"open": "own"}, "put": {"work": "to"}},
            "end": {"name_zh": "结", "name_en": "End", "take": {"work": "own"}, "put": {"done": "keep"}},
        },
    } | changes


def net_of(data: dict[str, Any]) -> Net:
    return netfile.build(netfile.read(yaml.safe_dump(data, allow_unicode=True)), 1)


def test_the_procedure_of_the_county_is_sound() -> None:
    net = voice_net()
    netfile.check(net)
    assert [stage.code for stage in net.stages if stage.ends] == ["closed"]
    ten_days = rules.PauseTerm("waiting_resident", Limit(10, Unit.working_days), "hotline-12")
    assert net.move("ask").clock == rules.ClockEffect(ClockAct.PAUSE, (ten_days,))
    assert [term.reason for term in net.move("pause").clock.pauses] == [
        *("expert_opinion", "force_majeure", "legal_proceedings")
    ]


def test_every_pause_in_the_county_file_has_a_known_reason_and_no_longer_maximum() -> None:
    for move in voice_net().moves:
        assert bool(move.clock.pauses) is (move.clock.act is ClockAct.PAUSE)
        for term in move.clock.pauses:
            rules.check_term(term.reason, term.at_most)
            assert term.clause


def with_move(name: str, **changes: Any) -> dict[str, Any]:
    data = small()
    data["moves"] = data["moves"] | {name: data["moves"].get(name, data["moves"]["end"]) | changes}
    return data


def pause(reason: str, amount: int, unit: str = "calendar_days") -> dict[str, Any]:
    return {"reason": reason, "amount": amount, "unit": unit}


UNREADABLE = [
    ("stages: [", "line 1, column 10"),
    (yaml.safe_dump(small(start="nowhere")), "there is no stage “nowhere”"),
    (yaml.safe_dump(with_move("end", put={"nowhere": "to"})), "moves.end.put.nowhere"),
    (yaml.safe_dump(with_move("end", take={"work": "some"})), "moves.end.take"),
    (yaml.safe_dump(with_move("end", unless=["nowhere"])), "moves.end.unless.nowhere"),
    (yaml.safe_dump(with_move("end", colour="red")), "moves.end.colour"),
    (yaml.safe_dump(with_move("end", take=[{"work": "own"}, {}])), "takes nothing"),
    (yaml.safe_dump(with_move("end", put={"done": "each", "work": "each"})), "only one stage"),
    (yaml.safe_dump(with_move("end", clock={"pause": {"reason": "x"}})), "amount"),
    (yaml.safe_dump(with_move("end", clock={"pause": pause("tired", 1)})), "a reason the law knows"),
    (yaml.safe_dump(with_move("end", clock={"pause": [pause("force_majeure", 5, "working_days")]})), "that long"),
    (yaml.safe_dump(with_move("end", clock={"pause": [pause("waiting_resident", 11, "working_days")]})), "that long"),
    (yaml.safe_dump(with_move("end", clock={"pause": []})), "at least 1 item"),
    (yaml.safe_dump(small(code="Small Net")), "code"),
    ("", "valid"),
]


@pytest.mark.parametrize(("text", "told"), UNREADABLE)
def test_an_error_tells_where_it_stands(text: str, told: str) -> None:
    with pytest.raises(Refusal) as refusal:
        netfile.read(text)
    assert refusal.value.code == "net_unreadable"
    assert told in str(refusal.value)


def test_what_is_no_yaml_is_told_by_line_and_column_in_no_programmers_words() -> None:
    text = yaml.safe_dump(small())
    lines = text.splitlines()
    broken = "\n".join([*lines[:2], "name_en: a: b", *lines[2:]])

    with pytest.raises(Refusal) as refusal:
        netfile.read(broken)
    with pytest.raises(Refusal) as sign:
        netfile.read("code: a\x00b")

    assert (refusal.value.params["line"], refusal.value.params["column"]) == (3, 11)
    assert "mapping" not in str(refusal.value)
    assert "holds a sign" in str(sign.value)
    assert netfile.read(text).code == small()["code"]


def test_a_stage_that_is_never_reached_is_found() -> None:
    data = small()
    data["stages"] = data["stages"] | {"island": {"name_zh": "岛", "name_en": "Island"}}
    with pytest.raises(Refusal, match="“island” is never reached"):
        netfile.check(net_of(data))


def test_a_move_that_is_never_possible_is_found() -> None:
    with pytest.raises(Refusal, match="“both” is never possible"):
        netfile.check(net_of(with_move("both", take={"open": "own", "work": "own"})))


def test_a_way_without_an_end_is_found() -> None:
    data = with_move("split", take={"work": "own"}, put={"done": "keep", "lost": "keep"})
    data["stages"] = data["stages"] | {"lost": {"name_zh": "失", "name_en": "Lost"}}
    with pytest.raises(Refusal, match=r"From done \+ lost no end"):
        netfile.check(net_of(data))


def test_all_faults_are_told_at_once() -> None:
    data = with_move("both", take={"open": "own", "work": "own"})
    data["stages"] = data["stages"] | {"island": {"name_zh": "岛", "name_en": "Island"}}
    assert [fault.code for fault in netfile.faults(net_of(data))] == ["stage_unreached", "move_dead"]


def test_a_net_too_large_to_understand_is_refused() -> None:
    stages = {f"s{number}": {"name_zh": "段", "name_en": "Stage"} for number in range(8)}
    data = small()
    data["stages"] = data["stages"] | stages
    for code in stages:
        data["moves"][f"go_{code}"] = data["moves"]["take"] | {"put": {"open": "keep", code: "keep"}}
    assert [fault.code for fault in netfile.faults(net_of(data))] == ["net_large"]


def test_a_deadlock_of_two_waiting_for_each_other_is_found() -> None:
    data = with_move("split", take={"open": "own"}, put={"work": "keep", "open": "keep"})
    data["moves"]["take"] = data["moves"]["take"] | {"unless": ["work"]}
    data["moves"]["end"] = data["moves"]["end"] | {"unless": ["open"]}
    with pytest.raises(Refusal, match="no end can be reached"):
        netfile.check(net_of(data))


def test_build_keeps_everything_the_file_says() -> None:
    net = voice_net()
    close = net.move("close")
    assert close.take == (
        (("answered", Taking.OWN), ("helped", Taking.ALL)),
        (("in_hand", Taking.OWN), ("helped", Taking.ALL)),
    )
    assert (close.unless, close.permit, close.clause, close.undo) == (("helping",), "case_close", "hotline-8", True)
    assert "hotline-12" in VOICE


# --- property: a net that passes the check can always reach an end, with real tokens and holders ---------

CODES = "abcd"


@st.composite
def nets(draw: st.DrawFn) -> Net:
    """A plain way from a to d, and up to three moves across it that may break it."""
    stages = tuple(Stage(code, code, code, ends=code == "d") for code in CODES)
    takes = st.dictionaries(st.sampled_from(CODES), st.sampled_from(list(Taking)), min_size=1, max_size=2)
    puts = st.dictionaries(st.sampled_from(CODES), st.sampled_from(["keep", "each"]), min_size=1, max_size=2)
    way = pairwise(CODES)
    moves = [Move(f"{a}{b}", "m", "m", (((a, Taking.ONE),),), ((b, "keep"),)) for a, b in way]
    for number in range(draw(st.integers(0, 3))):
        put = draw(puts)
        if list(put.values()).count("each") > 1:
            put = dict.fromkeys(put, "keep")
        take = tuple(tuple(choice.items()) for choice in draw(st.lists(takes, min_size=1, max_size=2)))
        unless = tuple(draw(st.lists(st.sampled_from(CODES), max_size=1)))
        moves.append(Move(f"m{number}", "m", "m", take, tuple(put.items()), unless))
    return Net("n", 1, "n", "n", stages, "a", tuple(moves))


def steps(net: Net, marking: Marking) -> list[Marking]:
    """Every marking one move further, by every holder, with one receiver."""
    found = []
    for move in net.moves:
        each = any(giving == Giving.EACH for _, giving in move.put)
        for holder in {token.holder for token in marking}:
            if rules.can_fire(net, marking, move.code, [holder]):
                found.append(rules.fire(net, marking, move.code, holder, ["post:2"] if each else []))
    return found


def can_end(net: Net, marking: Marking) -> bool:
    seen, queue = {marking}, deque([marking])
    while queue and len(seen) < 3000:
        now = queue.popleft()
        if rules.ended(net, now):
            return True
        for after in steps(net, now):
            if after not in seen and len(after) <= len(marking) + 4:
                seen.add(after)
                queue.append(after)
    return len(seen) >= 3000  # too large to judge


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(nets(), st.lists(st.integers(0, 20), max_size=3))
def test_a_net_that_passes_the_check_can_always_reach_an_end(net: Net, walk: list[int]) -> None:
    try:
        netfile.check(net)
    except Refusal:
        assume(False)
    marking = rules.begin(net, "post:1")
    for turn in walk:
        further = steps(net, marking)
        marking = further[turn % len(further)] if further else marking
    assert can_end(net, marking)
