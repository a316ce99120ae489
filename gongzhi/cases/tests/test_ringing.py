"""Bells, questions nobody answered, and years that were announced."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gongzhi.cases import course, dispatch, handling, ringing, undoing
from gongzhi.cases.models import Case, Entry
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.procedures import loading as procedures_loading

pytestmark = pytest.mark.usefixtures("county")


def bells() -> list[str]:
    return list(Entry.objects.filter(by="clockwork").order_by("at", "kind").values_list("kind", flat=True))


def test_near_overdue_and_ladder_ring_once_each_and_only_the_desk_hears() -> None:
    received = cast.say()
    for day in (0, 7, 7.1, 8, 8.1, 9, 10):
        ringing.ring_due(at=cast.later(days=day))
    assert bells() == ["near", "overdue", "ladder"]
    told = course.by_token(received.link_token, cast.later(days=10))
    assert [line.kind for line in told.entries] == ["received"]


def test_a_question_nobody_answers_lets_the_work_go_on_after_ten_working_days() -> None:
    received = cast.say()
    dispatch.accept(**cast.turn("roads-1", received.case))
    before = handling.ask(**cast.turn("roads-1", received.case), question="几号？").due_at
    assert ringing.ring_due(at=cast.later(days=14)) == 0
    ringing.ring_due(at=cast.later(days=15))
    case = Case.objects.get()
    assert (case.state, bells()) == ("in_hand", ["resumed"])
    assert case.due_at > before
    assert Fact.objects.filter(kind="case.resumed").count() == 1


def test_after_the_longest_pause_her_answer_is_not_awaited_any_more() -> None:
    received = cast.say()
    dispatch.accept(**cast.turn("roads-1", received.case))
    handling.ask(**cast.turn("roads-1", received.case), question="几号？")
    ringing.ring_due(at=cast.later(days=15))
    assert not course.by_token(received.link_token, cast.later(days=15)).can.answer
    post = cast.post("roads-1")
    with pytest.raises(Refusal):
        undoing.undo(by=post.doer, at=cast.AT, post=post, case=received.case.id)


def test_limits_of_a_year_not_announced_follow_its_announcement_and_never_come_nearer() -> None:
    at = datetime(2027, 12, 27, 2, 0, tzinfo=UTC)
    case = cast.say(at=at).case
    assert case.provisional
    days = [{"date": "2028-01-03", "working": "no", "announced": "yes", "source": "test"}]
    days += [{"date": "2027-10-01", "working": "no", "announced": "yes", "source": "test"}]
    procedures_loading.load_days(by=cast.BY, at=at, rows=days)
    moved = ringing.follow_calendar()
    after = Case.objects.get()
    assert moved == 1
    assert not after.provisional
    assert after.due_at >= case.due_at
    assert after.near_at >= case.near_at
    assert ringing.follow_calendar() == 0
