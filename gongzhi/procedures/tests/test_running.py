"""Runs: rows that follow the pure rules, and two people who move at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gongzhi.kit.refusal import NotFound, Refusal, Stale
from gongzhi.ledger.models import Fact
from gongzhi.places import keeping
from gongzhi.procedures import loading, reads, rules, running
from gongzhi.procedures.models import Run, Token
from gongzhi.procedures.tests.cast import AT, BY, DAY, VOICE, a_county_at_work, voice_net

pytestmark = pytest.mark.django_db
WATER, ANNA = "organ:water", "post:anna"


@pytest.fixture
def run() -> Run:
    a_county_at_work()
    return running.start(by=BY, at=AT, about="case:1", procedure="voice", holder=WATER)


def move(run: Run, name: str, holder: str, *to: str, **more: Any) -> Run:
    return running.move(by=ANNA, at=AT + DAY, run=run.id, move=name, holder=holder, to=to, **more)


def lying(run: Run) -> list[tuple[str, str]]:
    return [(live.stage, live.holder) for live in running.marking(run)]


def test_start_leaves_a_run_a_token_and_a_fact(run: Run) -> None:
    assert lying(run) == [("received", WATER)]
    fact = Fact.objects.get(kind="procedure.started")
    assert (fact.about, fact.by, fact.details) == ("case:1", BY, {"procedure": "voice", "version": 1})


def test_start_is_two_inserts_and_nothing_else_once_the_net_is_known(run: Run, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        running.start(by=BY, at=AT, about="case:2", procedure="voice", holder=WATER, quiet=True)


def test_start_refuses_an_unknown_procedure() -> None:
    a_county_at_work()
    with pytest.raises(NotFound) as refusal:
        running.start(by=BY, at=AT, about="case:1", procedure="walk", holder=WATER)
    assert refusal.value.code == "procedure_unknown"


def test_a_thing_follows_a_procedure_once(run: Run) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        running.start(by=BY, at=AT, about="case:1", procedure="voice", holder=WATER)


def test_move_takes_and_puts_rows_and_tells_the_ledger(run: Run) -> None:
    moved = move(run, "accept", WATER, ANNA)
    assert lying(run) == [("in_hand", ANNA)]
    assert (moved.version, moved.moved_by, moved.moved_at) == (2, ANNA, AT + DAY)
    fact = Fact.objects.get(kind="procedure.moved")
    assert fact.details == {"move": "accept", "took": ["received"], "put": ["in_hand"]}


def test_a_clock_that_steps_back_stops_nobody(run: Run) -> None:
    moved = running.move(by=ANNA, at=AT - timedelta(seconds=2), run=run, move="accept", holder=WATER, to=[ANNA])
    assert moved.moved_at == AT
    assert lying(run) == [("in_hand", ANNA)]


def test_a_token_that_stays_keeps_its_row_and_its_date(run: Run) -> None:
    move(run, "accept", WATER, ANNA)
    before = Token.objects.get(run=run)
    running.move(by=ANNA, at=AT + 2 * DAY, run=run, move="help", holder=ANNA, to=["organ:roads"])
    assert Token.objects.get(run=run, stage="in_hand") == before
    assert [live.since_at for live in running.marking(run)] == [AT + 2 * DAY, AT + DAY]


def test_who_is_second_is_told_who_was_first(run: Run) -> None:
    move(run, "accept", WATER, ANNA, expected_version=1)
    with pytest.raises(Stale) as refusal:
        move(run, "accept", WATER, "post:ben", expected_version=1)
    assert refusal.value.code == "moved_first"
    assert refusal.value.params == {"by": ANNA, "at": AT + DAY, "version": 2}


def test_a_refused_move_changes_nothing(run: Run) -> None:
    with pytest.raises(Refusal):
        move(run, "answer", WATER)
    with pytest.raises(Refusal):
        move(run, "hand_over", WATER, "organ:roads", fields={"reason": ""})
    run.refresh_from_db()
    assert (run.version, lying(run)) == (1, [("received", WATER)])
    assert not Fact.objects.filter(kind="procedure.moved").exists()


def test_moves_on_work_that_was_read_are_written_once_by_two_statements(
    run: Run, django_assert_num_queries: Any
) -> None:
    held = running.work(run.id)
    with django_assert_num_queries(0):
        running.move(by=ANNA, at=AT + DAY, run=held, move="accept", holder=WATER, to=[ANNA], quiet=True)
        running.move(by=ANNA, at=AT + DAY, run=held, move="hand_over", holder=ANNA, to=["post:ben"], quiet=True)
    assert lying(run) == [("received", WATER)]
    with django_assert_num_queries(2):  # the run's version, and the token that changed hands
        running.write(held)
        running.write(held)  # nothing is left to write
    assert held.marking() == running.marking(run)
    run.refresh_from_db()
    assert run.version == held.run.version == 3


def test_work_with_more_or_fewer_tokens_is_written_as_it_lies(run: Run) -> None:
    held = running.work(run.id)
    running.move(by=ANNA, at=AT + DAY, run=held, move="accept", holder=WATER, to=[ANNA], quiet=True)
    running.move(by=ANNA, at=AT + DAY, run=held, move="help", holder=ANNA, to=["organ:roads", "organ:town"], quiet=True)
    running.write(held)
    assert held.marking() == running.marking(run)
    assert len(lying(run)) == 3
    running.move(by=ANNA, at=AT + DAY, run=held, move="return_help", holder="organ:roads", quiet=True)
    running.move(by=ANNA, at=AT + DAY, run=held, move="return_help", holder="organ:town", quiet=True)
    for name in ("answer", "close"):
        running.move(by=ANNA, at=AT + DAY, run=held, move=name, holder=ANNA, quiet=True)
    running.write(held)
    assert held.marking() == running.marking(run)
    assert [stage for stage, _ in lying(run)] == ["closed"]


def test_work_that_moved_after_it_was_read_is_not_moved_again(run: Run) -> None:
    held = running.work(run.id)
    move(run, "accept", WATER, ANNA)
    running.move(by="post:ben", at=AT + DAY, run=held, move="accept", holder=WATER, to=["post:ben"], quiet=True)
    with pytest.raises(Stale), transaction.atomic():
        running.write(held)
    assert lying(run) == [("in_hand", ANNA)]


def test_there_is_no_work_without_a_run() -> None:
    with pytest.raises(NotFound):
        running.work(uuid4())


def test_quiet_moves_leave_the_fact_to_the_caller(run: Run) -> None:
    facts = Fact.objects.count()
    move(run, "accept", WATER, ANNA, quiet=True)
    assert Fact.objects.count() == facts


def test_put_back_restores_tokens_with_their_dates(run: Run) -> None:
    before = running.marking(run)
    moved = move(run, "accept", WATER, ANNA)
    undone = running.put_back(by=ANNA, at=AT + DAY, run=run, tokens=before, expected_version=moved.version)
    assert running.marking(run) == before
    assert undone.version == 3
    assert Fact.objects.get(kind="procedure.put_back").details == {"stages": ["received"]}


def test_put_back_refuses_when_somebody_moved_since(run: Run) -> None:
    before = running.marking(run)
    move(run, "accept", WATER, ANNA)
    with pytest.raises(Stale):
        running.put_back(by=ANNA, at=AT + DAY, run=run, tokens=before, expected_version=1)
    assert lying(run) == [("in_hand", ANNA)]


def test_end_closes_whatever_lies_anywhere(run: Run) -> None:
    move(run, "accept", WATER, ANNA)
    move(run, "help", ANNA, "organ:roads", "organ:power")
    running.end(by="voice:1", at=AT + DAY, run=run)
    assert [stage for stage, _ in lying(run)] == ["closed"]


def test_a_run_keeps_the_version_it_began_with(run: Run) -> None:
    changed = VOICE.replace("name_en: Accept", "name_en: Take it on")
    loading.load_procedures(by=BY, at=AT, texts=[changed])
    later = running.start(by=BY, at=AT, about="case:2", procedure="voice", holder=WATER)
    assert running.net_of(run).move("accept").name_en == "Accept"
    assert running.net_of(later).move("accept").name_en == "Take it on"
    assert reads.net("voice").version == 2
    assert reads.net("voice", 1).version == 1


def test_start_many_leaves_the_rows_and_facts_of_start(run: Run) -> None:
    new = running.NewRun("case:2", "voice", WATER, AT, BY)
    (second,) = running.start_many([new], quiet=False)
    same = ("procedure_id", "version", "started_at", "moved_at", "moved_by")
    assert [getattr(second, name) for name in same] == [getattr(run, name) for name in same]
    assert running.marking(second) == running.marking(run)
    one, two = Fact.objects.filter(kind="procedure.started").order_by("about")
    assert (one.by, one.details, one.noted_at) == (two.by, two.details, two.noted_at)


def test_start_many_can_begin_where_the_work_lies(run: Run) -> None:
    (old,) = running.start_many([running.NewRun("case:2", "voice", ANNA, AT, BY, stage="closed")])
    assert lying(old) == [("closed", ANNA)]


def test_reads_offer_the_moves_of_a_holder_and_what_lies_with_him(run: Run) -> None:
    assert [m.code for m in reads.moves(run, [WATER])] == ["accept", "send", "hand_over"]
    assert reads.moves(run, ["post:nobody"]) == ()
    (held,) = reads.held([WATER, ANNA], ["received"])
    assert (held.run, held.about, held.since_at) == (run.id, "case:1", AT)
    assert reads.held([ANNA]) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from([m.code for m in voice_net().moves]),
        st.sampled_from([WATER, ANNA, "organ:roads", "organ:power"]),
        st.lists(st.sampled_from([WATER, ANNA, "organ:roads", "organ:power"]), max_size=2),
    ),
    max_size=12,
)


class Rows(TestCase):
    """Property: token rows always equal the pure marking, whatever is tried."""

    @settings(max_examples=40, deadline=None)
    @given(STEPS)
    def test_rows_equal_the_pure_marking(self, steps: list[tuple[str, str, list[str]]]) -> None:
        keeping.forget()
        a_county_at_work()
        run = running.start(by=BY, at=AT, about="case:1", procedure="voice", holder=WATER, quiet=True)
        net, marking = running.net_of(run), rules.begin(voice_net(), WATER)
        for name, holder, to in steps:
            try:
                marking = rules.fire(net, marking, name, holder, to)
            except Refusal as refusal:
                with pytest.raises(type(refusal)):
                    move(run, name, holder, *to, quiet=True)
            else:
                move(run, name, holder, *to, quiet=True)
            assert tuple(lying(run)) == tuple((token.stage, token.holder) for token in marking)
