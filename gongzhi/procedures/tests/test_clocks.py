"""Clocks: what was promised never comes nearer, pauses have a maximum, every bell rings once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gongzhi.kit.refusal import Refusal, Stale
from gongzhi.kit.worktime import Limit, Pause, State, Unit
from gongzhi.ledger.models import Fact
from gongzhi.places import keeping
from gongzhi.procedures import clocks, loading, reads
from gongzhi.procedures.clocks import Bell, NewClock
from gongzhi.procedures.models import Clock, DayOff
from gongzhi.procedures.rules import ClockAct, ClockEffect, PauseTerm
from gongzhi.procedures.tests.cast import AT, BY, DAY, a_county_at_work

pytestmark = pytest.mark.django_db
FIVE = Limit(5, Unit.working_days)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def clock() -> Clock:
    a_county_at_work()
    return clocks.start(by=BY, at=AT, about="case:1", limit=FIVE, clause="hotline-8")


def rung(at: datetime) -> list[str]:
    return [one.what.value for one in clocks.ring(at=at)]


def test_start_promises_close_of_business_and_tells_the_ledger(clock: Clock) -> None:
    assert clock.due_at == local("2026-11-23T18:00")
    assert not clock.provisional
    fact = Fact.objects.get(kind="clock.started")
    assert (fact.details["amount"], fact.details["clause"]) == (5, "hotline-8")
    assert fact.details["due"] == "2026-11-23T10:00:00.000000Z"


def test_start_is_one_insert(clock: Clock, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        clocks.start(by=BY, at=AT, about="case:2", limit=FIVE, clause="hotline-8", quiet=True)


def test_the_make_up_days_of_the_national_calendar_count(clock: Clock) -> None:
    """2026: 14 February is a working Saturday; 16 to 20 and 23 are off; 28 is a working Saturday."""
    spring = clocks.start(by=BY, at=local("2026-02-13T10:00"), about="case:2", limit=Limit(3, Unit.working_days))
    assert spring.due_at == local("2026-02-25T18:00")


def test_a_pause_moves_the_due_instant_away_and_resuming_tells_it(clock: Clock) -> None:
    clocks.pause(by=BY, at=AT, clock=clock, reason="waiting_resident")
    resumed = clocks.resume(by=BY, at=AT + 2 * DAY, clock=clock)
    assert resumed.due_at == local("2026-11-25T18:00")
    assert Fact.objects.get(kind="clock.resumed").details == {
        "due": "2026-11-25T10:00:00.000000Z",
        "at_maximum": False,
    }


def test_a_pause_has_the_maximum_of_its_reason(clock: Clock) -> None:
    paused = clocks.pause(by=BY, at=AT, clock=clock, reason="waiting_resident")
    assert paused.pause_until == local("2026-11-30T18:00")
    again = clocks.start(by=BY, at=AT, about="case:2", limit=FIVE)
    with pytest.raises(Refusal) as refusal:
        clocks.pause(by=BY, at=AT, clock=again, reason="waiting_resident", until=AT + 30 * DAY)
    assert refusal.value.code == "pause_too_long"


def test_time_after_the_maximum_counts_even_if_nobody_rang(clock: Clock) -> None:
    clocks.pause(by=BY, at=AT, clock=clock, reason="waiting_resident", until=AT + DAY)
    late = clocks.resume(by=BY, at=AT + 20 * DAY, clock=clock)
    assert late.pauses[0]["end"] == "2026-11-17T02:00:00.000000Z"
    assert late.due_at == local("2026-11-24T18:00")


def test_the_bell_resumes_a_pause_at_its_maximum(clock: Clock) -> None:
    clocks.pause(by=BY, at=AT, clock=clock, reason="waiting_resident", until=AT + DAY)
    assert rung(AT + DAY - timedelta(seconds=1)) == []
    assert rung(AT + DAY) == ["resumed"]
    assert rung(AT + DAY) == []
    assert Fact.objects.get(kind="clock.resumed").details["at_maximum"] is True


PAUSED = [
    ("pause", {"reason": "waiting_resident"}, "clock_paused"),
    ("pause", {"reason": "tired"}, "pause_reason"),
]


@pytest.mark.parametrize(("verb", "more", "code"), PAUSED)
def test_a_paused_clock_refuses(clock: Clock, verb: str, more: dict[str, Any], code: str) -> None:
    clocks.pause(by=BY, at=AT, clock=clock, reason="expert_opinion")
    with pytest.raises(Refusal) as refusal:
        getattr(clocks, verb)(by=BY, at=AT, clock=clock, **more)
    assert refusal.value.code == code


def test_a_running_clock_cannot_be_resumed_and_a_late_one_not_paused(clock: Clock) -> None:
    with pytest.raises(Stale, match="running already"):
        clocks.resume(by=BY, at=AT, clock=clock)
    with pytest.raises(Refusal) as refusal:
        clocks.pause(by=BY, at=AT + 30 * DAY, clock=clock, reason="waiting_resident")
    assert refusal.value.code == "pause_late"


def test_a_stopped_clock_refuses_everything(clock: Clock) -> None:
    clocks.stop(by=BY, at=AT + DAY, clock=clock)
    for call in (clocks.stop, clocks.resume):
        with pytest.raises(Stale) as refusal:
            call(by=BY, at=AT + DAY, clock=clock)
        assert refusal.value.code == "clock_stopped"
    assert Fact.objects.get(kind="clock.stopped").details == {"in_time": True}
    assert rung(AT + 60 * DAY) == []


def test_stopping_late_is_told_as_late(clock: Clock) -> None:
    clocks.stop(by=BY, at=AT + 30 * DAY, clock=clock)
    assert Fact.objects.get(kind="clock.stopped").details == {"in_time": False}


def test_a_limit_is_extended_once_with_a_reason(clock: Clock) -> None:
    extended = clocks.extend(by=BY, at=AT, clock=clock, limit=FIVE, reason="expert_needed")
    assert (extended.limit_amount, extended.due_at) == (10, local("2026-11-30T18:00"))
    with pytest.raises(Refusal) as refusal:
        clocks.extend(by=BY, at=AT, clock=clock, limit=FIVE, reason="again")
    assert refusal.value.code == "extended_already"


@pytest.mark.parametrize(
    ("limit", "reason", "days", "code"),
    [
        (FIVE, "", 0, "extend_reason"),
        (Limit(5, Unit.hours), "x", 0, "extend_unit"),
        (Limit(0, Unit.working_days), "x", 0, "extend_unit"),
        (FIVE, "x", 30, "extend_late"),
    ],
)
def test_a_wrong_extension_is_refused(clock: Clock, limit: Limit, reason: str, days: int, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        clocks.extend(by=BY, at=AT + days * DAY, clock=clock, limit=limit, reason=reason)
    assert refusal.value.code == code


def test_near_overdue_and_ladder_ring_once_each_in_their_order(clock: Clock) -> None:
    assert rung(AT) == []
    assert rung(clock.near_at) == ["near"]
    assert rung(clock.due_at) == []
    assert rung(clock.due_at + timedelta(seconds=1)) == ["overdue"]
    assert rung(clock.ladder_at + timedelta(seconds=1)) == ["ladder"]
    assert rung(AT + 90 * DAY) == []
    kinds = Fact.objects.filter(kind__in=["clock.near", "clock.overdue", "clock.ladder"])
    assert sorted(fact.kind for fact in kinds) == ["clock.ladder", "clock.near", "clock.overdue"]


def test_a_bell_overtaken_by_a_later_one_stays_silent(clock: Clock) -> None:
    assert rung(AT + 90 * DAY) == ["overdue", "ladder"]
    assert rung(AT + 90 * DAY) == []


def test_the_ladder_is_one_working_day_after_the_promise(clock: Clock) -> None:
    assert clock.ladder_at == local("2026-11-24T18:00")


def test_ring_keeps_to_its_limit_and_goes_on(clock: Clock) -> None:
    for number in range(4):
        clocks.start(by=BY, at=AT, about=f"case:x{number}", limit=FIVE, quiet=True)
    first = clocks.ring(at=clock.near_at, limit=3)
    rest = clocks.ring(at=clock.near_at, limit=3)
    assert (len(first), len(rest)) == (3, 2)
    assert {one.what for one in first + rest} == {Bell.NEAR}


def test_a_paused_clock_does_not_ring(clock: Clock) -> None:
    clocks.pause(by=BY, at=AT, clock=clock, reason="legal_proceedings")
    assert rung(clock.due_at + DAY) == []


def test_snapshot_and_put_back_undo_every_change(clock: Clock) -> None:
    clocks.pause(by=BY, at=AT, clock=clock, reason="waiting_resident")
    before, row = clocks.snapshot(clock.id), Clock.objects.get()
    clocks.resume(by=BY, at=AT + DAY, clock=clock)
    clocks.extend(by=BY, at=AT + DAY, clock=clock, limit=FIVE, reason="x")
    clocks.stop(by=BY, at=AT + DAY, clock=clock)
    clocks.put_back(by=BY, at=AT + DAY, clock=clock.id, snapshot=before)
    back = Clock.objects.get()
    assert all(getattr(back, f.name) == getattr(row, f.name) for f in Clock._meta.concrete_fields)
    assert Fact.objects.get(kind="clock.put_back").about == "case:1"


def test_obey_does_what_a_move_says(clock: Clock) -> None:
    pause = ClockEffect(ClockAct.PAUSE, (PauseTerm("waiting_resident", Limit(2, Unit.working_days)),))
    assert clocks.obey(by=BY, at=AT, clock=clock, effect=pause).pause_until == local("2026-11-18T18:00")
    assert clocks.obey(by=BY, at=AT, clock=clock, effect=ClockEffect(ClockAct.RESUME)).paused_at is None
    stop = ClockEffect(ClockAct.STOP)
    assert clocks.obey(by=BY, at=AT, clock=clock, effect=stop).stopped_at == AT
    assert clocks.obey(by=BY, at=AT, clock=clock, effect=stop) is None
    assert clocks.obey(by=BY, at=AT, clock=clock, effect=ClockEffect()) is None


def test_a_move_that_knows_several_pauses_is_told_which_and_knows_no_other(clock: Clock) -> None:
    terms = (
        PauseTerm("expert_opinion", Limit(3, Unit.working_days)),
        PauseTerm("force_majeure", Limit(9, Unit.calendar_days)),
    )
    effect = ClockEffect(ClockAct.PAUSE, terms)
    for reason in ("", "tired", "waiting_resident"):
        with pytest.raises(Refusal) as refusal:
            clocks.obey(by=BY, at=AT, clock=clock, effect=effect, reason=reason)
        assert refusal.value.code == "pause_reason"
    paused = clocks.obey(by=BY, at=AT, clock=clock, effect=effect, reason="force_majeure")
    assert paused is not None
    assert (paused.pause_reason, paused.pause_until) == ("force_majeure", local("2026-11-25T23:59:59.999999"))


def test_an_announcement_reckons_provisional_clocks_once_and_never_nearer() -> None:
    a_county_at_work()
    at = local("2026-12-28T10:00")
    clock = clocks.start(by=BY, at=at, about="case:1", limit=FIVE)
    sooner = clocks.start(by=BY, at=at, about="case:2", limit=Limit(3, Unit.working_days))
    assert (clock.provisional, clock.due_at) == (True, local("2027-01-05T18:00"))
    assert not sooner.provisional
    off = {"date": "2027-01-04", "working": "false", "announced": "true", "source": "announcement"}
    loading.load_days(by=BY, at=AT + DAY, rows=[off])
    known = Clock.objects.get(about="case:1")
    assert (known.provisional, known.due_at) == (False, local("2027-01-06T18:00"))
    loading.load_days(by=BY, at=AT + 2 * DAY, rows=[{**off, "working": "true"}])
    assert Clock.objects.get(about="case:1").due_at == local("2027-01-06T18:00")
    assert Fact.objects.filter(kind="clock.announced").count() == 1


def test_an_announcement_that_would_shorten_leaves_the_promise() -> None:
    a_county_at_work()
    clock = clocks.start(by=BY, at=local("2026-12-28T10:00"), about="case:1", limit=FIVE)
    make_up = {"date": "2027-01-02", "working": "true", "announced": "true", "source": "announcement"}
    loading.load_days(by=BY, at=AT + DAY, rows=[make_up])
    known = Clock.objects.get()
    assert (known.provisional, known.due_at) == (False, clock.due_at)
    assert reads.clock(clock.id).standing(clock.due_at).state is not State.overdue


def test_a_year_nobody_announced_cannot_be_announced(clock: Clock) -> None:
    with pytest.raises(Refusal) as refusal:
        clocks.announce(by=BY, at=AT, year=2031)
    assert refusal.value.code == "year_unknown"


def test_without_any_calendar_every_day_is_provisional() -> None:
    assert not DayOff.objects.exists()
    assert clocks.start(by=BY, at=AT, about="case:1", limit=FIVE).provisional


def test_start_many_leaves_the_rows_of_start(clock: Clock) -> None:
    (same,) = clocks.start_many([NewClock("case:1", FIVE, "hotline-8", AT, BY)], quiet=False)
    fields = [f.name for f in Clock._meta.concrete_fields if f.name != "id"]
    stored = Clock.objects.get(pk=same.id)
    assert [getattr(stored, name) for name in fields] == [getattr(clock, name) for name in fields]
    one, two = Fact.objects.filter(kind="clock.started")
    assert one.details == two.details


def test_start_many_takes_history_and_does_not_ring_it_again(clock: Clock) -> None:
    pause = Pause(AT, AT + 2 * DAY, "waiting_resident")
    rows = [
        NewClock("case:2", FIVE, "", AT, BY, pauses=(pause,), stopped_at=AT + 3 * DAY, rung_until=AT + 90 * DAY),
        NewClock("case:3", FIVE, "", AT, BY, rung_until=AT + 90 * DAY),
    ]
    stopped, late = clocks.start_many(rows)
    assert (stopped.due_at, stopped.rung_overdue_at) == (local("2026-11-25T18:00"), None)
    assert (late.rung_near_at, late.rung_ladder_at) == (late.near_at, late.ladder_at)
    assert {one.about for one in clocks.ring(at=AT + 90 * DAY)} == {"case:1"}


def test_a_card_tells_how_it_stands(clock: Clock) -> None:
    card = reads.clock(clock.id)
    assert (card.standing(AT).state, card.standing(AT).left_amount) == (State.in_time, 5)
    assert card.standing(clock.near_at).state is State.near
    assert card.standing(AT + 30 * DAY).state is State.overdue
    clocks.stop(by=BY, at=AT + DAY, clock=clock)
    assert reads.clock(clock.id).standing(AT + 30 * DAY).state is State.in_time
    assert reads.clocks([clock.id])[clock.id].stopped_at == AT + DAY


HOURS = st.integers(0, 24 * 40)
ACTS = st.lists(st.tuples(st.sampled_from(["pause", "resume", "extend", "ring"]), HOURS), max_size=8)
LIMITS = st.builds(Limit, st.integers(0, 30), st.sampled_from(list(Unit)))


class Promises(TestCase):
    """Property: whatever is done to a clock, its due instant never comes nearer."""

    @settings(max_examples=60, deadline=None)
    @given(LIMITS, HOURS, ACTS)
    def test_nothing_brings_the_due_instant_nearer(self, limit: Limit, start: int, acts: list[tuple[str, int]]) -> None:
        keeping.forget()
        a_county_at_work()
        at = AT + timedelta(hours=start)
        clock = clocks.start(by=BY, at=at, about="case:1", limit=limit, quiet=True)
        promised = clock.due_at
        for act, hours in acts:
            at += timedelta(hours=hours)
            try:
                if act == "ring":
                    clocks.ring(at=at)
                elif act == "extend":
                    clocks.extend(by=BY, at=at, clock=clock, limit=Limit(1, limit.unit), reason="x", quiet=True)
                elif act == "pause":
                    clocks.pause(by=BY, at=at, clock=clock, reason="waiting_resident", quiet=True)
                else:
                    clocks.resume(by=BY, at=at, clock=clock, quiet=True)
            except Refusal:
                continue
            clock.refresh_from_db()
            assert clock.due_at >= promised
            promised = clock.due_at
