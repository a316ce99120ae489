"""Firing moves: what is taken, what is put, who may, and what is refused."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.kit.refusal import NotAllowed, NotFound, Refusal, Stale
from gongzhi.procedures import rules
from gongzhi.procedures.rules import Giving, Marking, Move, Net, Stage, Taking, Token
from gongzhi.procedures.tests.cast import voice_net

NET = voice_net()
WATER, ANNA, ROADS, POWER = "organ:water", "post:anna", "organ:roads", "organ:power"
IN_HAND = (Token("in_hand", ANNA),)


def test_a_run_begins_with_one_token_in_the_start_stage() -> None:
    assert rules.begin(NET, WATER) == (Token("received", WATER),)


def test_the_whole_way_of_a_voice() -> None:
    marking = rules.begin(NET, "desk:dispatch")
    marking = rules.fire(NET, marking, "send", "desk:dispatch", [WATER])
    marking = rules.fire(NET, marking, "accept", WATER, [ANNA])
    marking = rules.fire(NET, marking, "ask", ANNA)
    assert marking == (Token("asked", ANNA),)
    marking = rules.fire(NET, marking, "resume", "resident")
    marking = rules.fire(NET, marking, "answer", ANNA)
    marking = rules.fire(NET, marking, "close", ANNA)
    assert marking == (Token("closed", ANNA),)
    assert rules.ended(NET, marking)
    assert rules.fire(NET, marking, "reopen", "resident", [WATER]) == rules.begin(NET, WATER)


def test_closing_waits_until_every_helper_has_returned() -> None:
    marking = rules.fire(NET, IN_HAND, "help", ANNA, [ROADS, POWER])
    assert Counter(token.stage for token in marking) == {"in_hand": 1, "helping": 2}
    marking = rules.fire(NET, marking, "return_help", ROADS)
    with pytest.raises(Stale) as refusal:
        rules.fire(NET, marking, "close", ANNA)
    assert refusal.value.code == "move_waits"
    marking = rules.fire(NET, marking, "return_help", POWER)
    assert rules.fire(NET, marking, "close", ANNA) == (Token("closed", ANNA),)


def test_a_second_alternative_is_taken_when_the_first_is_empty() -> None:
    assert rules.fire(NET, rules.begin(NET, WATER), "hand_over", WATER, [ROADS]) == (Token("received", ROADS),)
    assert rules.fire(NET, IN_HAND, "hand_over", ANNA, [ROADS]) == (Token("received", ROADS),)


def test_a_named_receiver_may_take_over_what_would_be_kept() -> None:
    assert rules.fire(NET, (Token("asked", ANNA),), "resume", "resident", ["post:ben"]) == (
        Token("in_hand", "post:ben"),
    )


@pytest.mark.parametrize(
    ("marking", "move", "holder", "to", "kind", "code"),
    [
        (IN_HAND, "fly", ANNA, [], NotFound, "move_unknown"),
        (IN_HAND, "accept", ANNA, [], Stale, "move_not_now"),
        (IN_HAND, "answer", "post:ben", [], NotAllowed, "move_not_yours"),
        (IN_HAND, "hand_over", ANNA, [], Refusal, "receiver_missing"),
        (IN_HAND, "help", ANNA, [], Refusal, "receiver_missing"),
        (IN_HAND, "hand_over", ANNA, [ROADS, POWER], Refusal, "receivers_many"),
        (IN_HAND, "answer", ANNA, [ROADS, POWER], Refusal, "receivers_many"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    marking: Marking, move: str, holder: str, to: list[str], kind: type[Refusal], code: str
) -> None:
    with pytest.raises(kind) as refusal:
        rules.fire(NET, marking, move, holder, to)
    assert refusal.value.code == code


def test_a_receiver_named_twice_gets_one_token() -> None:
    marking = rules.fire(NET, IN_HAND, "help", ANNA, [ROADS, ROADS])
    assert marking.count(Token("helping", ROADS)) == 1


def test_can_fire_offers_exactly_what_could_be_made() -> None:
    mine = [move.code for move in NET.moves if rules.can_fire(NET, IN_HAND, move.code, [WATER, ANNA])]
    assert mine == ["hand_over", "ask", "pause", "help", "answer", "close"]
    assert not any(rules.can_fire(NET, IN_HAND, move, ["post:ben"]) for move in mine)
    helping = (*IN_HAND, Token("helping", ROADS))
    assert not rules.can_fire(NET, helping, "close", [ANNA])


def test_needed_fields_are_asked_for() -> None:
    rules.check_fields(NET, "answer", {"public_text": "Done."})
    for fields in ({}, {"public_text": ""}, {"public_text": None}):
        with pytest.raises(Refusal) as refusal:
            rules.check_fields(NET, "answer", fields)
        assert (refusal.value.code, refusal.value.field) == ("field_needed", "public_text")


def test_a_limit_stands_still_only_for_a_coded_reason() -> None:
    assert rules.check_pause("waiting_resident").amount == 10
    with pytest.raises(Refusal) as refusal:
        rules.check_pause("holiday")
    assert refusal.value.code == "pause_reason"


def test_difference_leaves_out_what_stayed() -> None:
    before = (Token("a", "x"), Token("a", "x"), Token("b", "y"))
    after = (Token("a", "x"), Token("c", "z"))
    assert rules.difference(before, after) == ((Token("a", "x"), Token("b", "y")), (Token("c", "z"),))


# --- properties: nets and markings nobody would draw ---------------------------------------------------

STAGES = tuple(Stage(code, code, code, ends=code == "e") for code in "abcde")
HOLDERS = ("post:1", "post:2", "organ:1")
choices = st.dictionaries(st.sampled_from("abcde"), st.sampled_from(list(Taking)), min_size=1, max_size=3)


@st.composite
def moves(draw: st.DrawFn) -> Move:
    givings = st.sampled_from(["to", "keep", "desk:1"])
    put = draw(st.dictionaries(st.sampled_from("abcde"), givings, min_size=1, max_size=3))
    if draw(st.booleans()):
        put = {stage: "keep" if giving == "to" else giving for stage, giving in put.items()}
        put[draw(st.sampled_from("abcde"))] = "each"
    take = tuple(tuple(choice.items()) for choice in draw(st.lists(choices, min_size=1, max_size=2)))
    unless = tuple(draw(st.lists(st.sampled_from("abcde"), max_size=1)))
    return Move("m", "m", "m", take, tuple(put.items()), unless)


tokens = st.builds(Token, st.sampled_from("abcde"), st.sampled_from(HOLDERS))
markings = st.lists(tokens, min_size=1, max_size=6).map(lambda found: tuple(sorted(found)))
receivers = st.lists(st.sampled_from(["organ:2", "organ:3", "organ:4"]), unique=True, max_size=3)


def counts_after(
    move: Move, here: Counter[str], choice: tuple[tuple[str, Taking], ...], receivers: int
) -> Counter[str]:
    """Tokens in each stage by the definition of the move alone."""
    taken = {stage: here[stage] if taking is Taking.ALL else 1 for stage, taking in choice}
    put = {stage: receivers if giving == Giving.EACH else 1 for stage, giving in move.put}
    return Counter({stage: here[stage] - taken.get(stage, 0) + put.get(stage, 0) for stage in "abcde"})


@given(moves(), markings, st.sampled_from(HOLDERS), receivers)
def test_firing_never_loses_or_invents_tokens(move: Move, marking: Marking, holder: str, to: list[str]) -> None:
    net = Net("n", 1, "n", "n", STAGES, "a", (move,))
    try:
        after = rules.fire(net, marking, "m", holder, to)
    except Refusal:
        return
    here = Counter(token.stage for token in marking)
    counts = Counter(token.stage for token in after)
    assert any(counts == counts_after(move, here, choice, len(to)) for choice in move.take)


@given(moves(), markings, st.sampled_from(HOLDERS), receivers)
def test_untouched_stages_keep_their_very_tokens(move: Move, marking: Marking, holder: str, to: list[str]) -> None:
    net = Net("n", 1, "n", "n", STAGES, "a", (move,))
    try:
        after = rules.fire(net, marking, "m", holder, to)
    except Refusal:
        return
    touched = {*move.takes_from, *move.puts_in}
    assert [t for t in marking if t.stage not in touched] == [t for t in after if t.stage not in touched]


@given(moves(), markings, st.sampled_from(HOLDERS))
def test_what_is_offered_fires_once_its_receivers_are_named(move: Move, marking: Marking, holder: str) -> None:
    net = Net("n", 1, "n", "n", STAGES, "a", (move,))
    wanted = sum(giving in (Giving.TO, Giving.EACH) for _, giving in move.put)
    to = [f"organ:{number}" for number in range(wanted)]
    if rules.can_fire(net, marking, "m", [holder]):
        assert rules.fire(net, marking, "m", holder, to)
    else:
        with pytest.raises(Refusal):
            rules.fire(net, marking, "m", holder, to)
