"""What another system left open: nobody's promise until it is taken over, said again, or closed for a reason."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from gongzhi.cases import (
    casefile,
    closing,
    course,
    dispatch,
    earlier,
    inbox,
    intake,
    left_reads,
    lists,
    many,
    numbers,
    ringing,
    sealing,
    undoing,
)
from gongzhi.cases.left_reads import Wanted
from gongzhi.cases.many import Left, NewVoice, Story
from gongzhi.cases.models import Case, Decision, Entry, Voice
from gongzhi.cases.public import telling
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import fresh, signed_in, text
from gongzhi.kit import moments
from gongzhi.kit.refusal import NotAllowed, Refusal, Stale
from gongzhi.ledger.models import Fact
from gongzhi.procedures.models import Clock

pytestmark = pytest.mark.usefixtures("county")

LONG_AGO = cast.AT - timedelta(days=700)
LIST = "/zh/desk/left/"


def left(words: str = cast.WORDS, *, at: Any = LONG_AGO, **more: Any) -> Case:
    """A case as an import leaves it."""
    voice = NewVoice(by="import:test", at=at, words=words, place=cast.PIN, allows_public=True, **more)
    (kept,) = many.receive_many([Story(voice, (Left(at + timedelta(milliseconds=1)),), rung_until=cast.AT)])
    return Case.objects.get(id=kept.case)


def taken(case: Case, code: str = "roads-1", **more: Any) -> Case:
    return earlier.take_over(**cast.turn(code, case, **more))


def test_it_is_in_no_queue_and_no_figure_of_what_is_due() -> None:
    case = left()
    queues = inbox.queues(cast.actor("roads-head"), cast.AT)
    assert sum(queue.count for queue in queues.counts) == 0
    assert queues.left_open.count == 1
    week = numbers.week(numbers.week_shown(cast.AT, case.due_at.date()))
    assert (week.due, week.left_open) == (0, 1)
    place = numbers.place_numbers(cast.GRID, LONG_AGO + timedelta(days=1))
    assert (place.open, place.due) == (0, 0)
    assert lists.public_list(cast.AT, state="open").rows == ()
    assert [row.number for row in lists.public_list(cast.AT, state="left_open").rows] == [case.number]


def test_the_same_case_as_live_work_is_overdue() -> None:
    """The perturbed twin: without the mark everything above is there."""
    voice = NewVoice(by="import:test", at=LONG_AGO, words=cast.WORDS, place=cast.PIN, allows_public=True)
    (kept,) = many.receive_many([Story(voice, (), rung_until=cast.AT)])
    due = Case.objects.get(id=kept.case).due_at
    assert inbox.queues(cast.actor("roads-head"), cast.AT)["overdue"].count == 1
    assert numbers.week(numbers.week_shown(cast.AT, due.date())).due == 1


def test_no_bell_rings_for_it() -> None:
    case = left()
    ringing.ring_due(at=cast.AT)
    assert not Entry.objects.filter(case=case, kind__in=("near", "overdue", "ladder")).exists()


def test_its_page_says_it_plainly_and_promises_nothing() -> None:
    case = left()
    told = course.public_case(case.number, cast.AT)
    assert (told.state, told.holder.kind, told.clock) == ("left_open", "left_open", None)
    page = text(Client().get(f"/zh/cases/{case.number}/"))
    assert "还没有人接手" in page
    assert "再说一次" in page


def test_taking_over_begins_its_limit_now() -> None:
    case = left()
    after = taken(case)
    assert (after.state, after.round) == ("received", 1)
    assert after.due_at > cast.AT
    assert Clock.objects.get(id=after.clock).started_at == cast.AT
    assert inbox.queues(cast.actor("roads-1"), cast.AT)["new"].count == 1
    fact = Fact.objects.get(kind="case.taken_over")
    assert (fact.details["why"], fact.details["organ"]) == ("taken", after.organ)
    assert dispatch.accept(**cast.turn("roads-1", after)).state == "in_hand"


def test_a_case_taken_over_is_answered_and_judged_like_any_other() -> None:
    held = dispatch.accept(**cast.turn("roads-1", taken(left())))
    done = closing.answer_and_close(**cast.turn("roads-1", held), public_text="修好了。", outcome="fixed")
    assert (done.state, done.in_time) == ("closed", True)


def test_another_office_cannot_take_it_over() -> None:
    case = left()
    with pytest.raises((NotAllowed, Refusal)):
        taken(case, "water-1")
    assert Case.objects.get(id=case.id).state == "left_open"


def test_what_is_not_left_open_cannot_be_taken_over() -> None:
    case = cast.say().case
    with pytest.raises(Refusal, match="as the case stands"):
        taken(case)


def test_taking_over_is_taken_back_within_ten_seconds() -> None:
    case = left()
    taken(case)
    post = cast.post("roads-1")
    back = undoing.undo(by=post.doer, at=cast.AT + timedelta(seconds=5), post=post, case=case.id)
    assert (back.state, back.clock, back.due_at) == ("left_open", case.clock, case.due_at)
    assert taken(Case.objects.get(id=case.id)).state == "received"


def test_closing_without_taking_over_is_a_refusal_with_a_reason() -> None:
    case = left()
    closed = earlier.close_untaken(**cast.turn("roads-1", case), reason="too_old", public_text="电话13812345678")
    assert (closed.state, closed.outcome, closed.answered_at, closed.in_time) == ("closed", "not_taken", None, None)
    entry = Entry.objects.get(case=case, kind="closed")
    assert entry.reason == "too_old"
    assert "13812345678" not in entry.public_text
    assert Decision.objects.get(case=case).what == "refused"
    assert course.public_case(case.number, cast.AT).clock is None
    page = text(Client().get(f"/zh/cases/{case.number}/"))
    assert "时间太久" in page


def test_it_opens_again_with_a_whole_limit() -> None:
    closed = earlier.close_untaken(**cast.turn("roads-1", left()), reason="no_case")
    again = closing.reopen(**cast.turn("roads-1", closed), reason_text="还在。")
    assert (again.state, again.round) == ("received", 2)
    assert again.due_at > cast.AT


def test_closing_needs_one_of_the_reasons() -> None:
    case = left()
    with pytest.raises(Refusal):
        earlier.close_untaken(**cast.turn("roads-1", case), reason="because")
    with pytest.raises(Refusal):
        earlier.close_untaken(**cast.turn("roads-1", cast.say().case), reason="settled")
    assert not Decision.objects.exists()


def test_nobody_closes_ordinary_work_as_not_taken_over() -> None:
    held = dispatch.accept(**cast.turn("roads-1", cast.say().case))
    with pytest.raises(Refusal):
        closing.answer_and_close(**cast.turn("roads-1", held), public_text="不办", outcome="not_taken")


def test_whoever_says_it_again_is_owed_an_answer() -> None:
    case = left()
    joined = intake.join(by="voice:new", at=cast.AT, case=case.id, words="我家门口也是")
    after = Case.objects.get(id=case.id)
    assert (after.state, after.voices) == ("received", 2)
    assert after.due_at > cast.AT
    kinds = Fact.objects.filter(about=case.ref).order_by("noted_at").values_list("kind", flat=True)
    assert "case.taken_over" in list(kinds)
    told = course.by_token(joined.link_token, cast.AT)
    assert told.clock is not None
    with translation.override("en"):
        lines = [line.title for line in telling.timeline(told, photo_base="/")]
    assert lines[0] == "Received.", "the first words were not hers"
    assert lines[-1] == "We received your words."


def test_a_duplicate_joined_to_it_takes_it_over() -> None:
    first = left()
    held = dispatch.accept(**cast.turn("roads-1", cast.say().case))
    closing.close(**cast.turn("roads-1", held), outcome="duplicate", duplicate_of=first.number)
    after = Case.objects.get(id=first.id)
    assert (after.state, after.voices) == ("received", 2)


def test_withdrawing_it_closes_it() -> None:
    case = left()
    voice = case.voice_set.get()
    intake.withdraw(by=voice.ref, at=cast.AT, voice=voice.id)
    assert Case.objects.get(id=case.id).outcome == "withdrawn"


def test_the_desk_offers_the_two_moves_and_no_other_that_works_on_it() -> None:
    moves = casefile.desk_case(cast.actor("roads-1"), left().id, cast.AT).moves
    assert set(moves) >= {"take_over", "close_untaken"}
    assert not set(moves) & {"accept", "answer", "ask", "hand_over", "extend", "pause", "close"}


@pytest.mark.parametrize("act", ["take", "close"])
def test_many_are_done_as_one_is(act: str) -> None:
    one, two = left(), left("另一个井盖坏了，请来修。")
    post = cast.post("roads-1")
    given = {"by": post.doer, "at": cast.AT, "post": post, "cases": [(two.id, two.version)]}
    if act == "take":
        taken(one)
        done = earlier.take_over_many(**given)
    else:
        earlier.close_untaken(**cast.turn("roads-1", one), reason="settled")
        done = earlier.close_untaken_many(**given, reason="settled")
    assert (done.done, done.moved) == (1, 0)
    names = ("state", "outcome", "due_at", "holder", "version", "closed_at")
    assert [getattr(Case.objects.get(id=one.id), n) for n in names] == [
        getattr(Case.objects.get(id=two.id), n) for n in names
    ]
    told = [
        [(fact.kind, {k: v for k, v in fact.details.items() if k != "organ"}) for fact in _facts(case)[2:]]
        for case in (one, two)
    ]
    assert told[0] == told[1]


def _facts(case: Case) -> list[Fact]:
    return list(Fact.objects.filter(about=case.ref).order_by("noted_at", "id"))


def test_what_somebody_moved_meanwhile_is_left_and_counted() -> None:
    one, two = left(), left("另一个井盖坏了。")
    post = cast.post("roads-1")
    versions = [(case.id, case.version) for case in (one, two)]
    taken(one)
    done = earlier.take_over_many(by=post.doer, at=cast.AT, post=post, cases=versions)
    assert (done.done, done.moved) == (1, 1)
    with pytest.raises(Stale):
        earlier.take_over(by=post.doer, at=cast.AT, post=post, case=one.id, version=versions[0][1])


def test_the_list_narrows_by_place_matter_and_day() -> None:
    old, new = left(), left("另一个井盖坏了。", at=LONG_AGO + timedelta(days=30))
    actor = cast.actor("roads-1")

    def shown(**wanted: Any) -> list[str]:
        return [row.number for row in left_reads.page(actor, cast.AT, Wanted(**wanted)).rows]

    assert shown() == [old.number, new.number]
    assert shown(until=LONG_AGO.date()) == [old.number]
    assert shown(since=LONG_AGO.date() + timedelta(days=1)) == [new.number]
    assert shown(place=cast.OTHER_TOWN) == []
    assert shown(matter=old.matter_id) == [old.number, new.number]
    assert shown(since=date(2030, 1, 1)) == []
    assert left_reads.count(cast.actor("water-1"), Wanted()) == 0
    assert left_reads.count(cast.actor("mayor"), Wanted()) == 0


def test_the_page_takes_over_all_that_fit() -> None:
    old, new = left(), left("另一个井盖坏了。", at=LONG_AGO + timedelta(days=30))
    client = signed_in("roads-1")
    assert "2 件" in text(client.get(LIST)).replace("\u2009", " ").replace("\u202f", " ")
    answer = client.post(f"{LIST}?until={LONG_AGO.date()}", {"act": "take_over"})
    assert answer.status_code == 302
    assert [Case.objects.get(id=case.id).state for case in (old, new)] == ["received", "left_open"]
    assert client.post(LIST, {"act": "close"}).status_code == 422
    assert client.post(LIST, {"act": "close", "reason": "settled"}).status_code == 302
    assert Case.objects.get(id=new.id).outcome == "not_taken"
    assert "没有遗留案件" in text(client.get(LIST))


def test_the_inbox_leads_there_only_while_something_is_left_open() -> None:
    client = signed_in("roads-1")
    assert LIST not in text(client.get("/zh/desk/"))
    left(at=moments.now() - timedelta(days=700))
    fresh()
    page = text(client.get("/zh/desk/?queue=new"))
    assert LIST in page
    assert page.count("data-row") == 1
    assert 'class="inbox-due"><time' not in page, "ordinary work shows when it is due"


def test_the_list_is_a_file_too() -> None:
    case = left()
    answer = signed_in("roads-1").get(f"{LIST}?as=csv")
    assert case.number in answer.content.decode("utf-8-sig")
    assert "不计时限" in answer.content.decode("utf-8-sig")


def test_no_file_names_a_limit_that_never_ran() -> None:
    case, live = left(), fresh()
    desk = signed_in("roads-1").get(f"{LIST}?as=csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(desk))
    assert row["时限"] == ""
    Case.objects.filter(id=live.id).update(public=True)
    _practice, _end, public = Client().get("/zh/cases/list.csv").content.decode("utf-8-sig").partition("\n")
    due = {row["number"]: row["due"] for row in csv.DictReader(io.StringIO(public))}
    assert due[case.number] == ""
    assert due[live.number]


def test_nobody_is_asked_whether_it_is_solved_when_nothing_was_answered() -> None:
    case = left()
    voice = Voice.objects.get(case=case)
    told = cast.turn("roads-1", case) | {"reason": "too_old"}
    earlier.close_untaken(**told)
    assert course.by_token(sealing.link_token(voice), cast.AT).can.rate
    closed = Case.objects.get(id=case.id)
    closing.reopen(**cast.turn("roads-1", closed), reason_text="请再看一次")
    assert not course.by_token(sealing.link_token(voice), cast.AT).can.rate


def _json(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/desk{path}", json.dumps(body), content_type="application/json")


@pytest.mark.parametrize(
    ("path", "body", "state"),
    [("/left/take-over", {}, "received"), ("/left/close", {"reason": "settled"}, "closed")],
)
def test_the_json_door_does_the_same(path: str, body: dict[str, Any], state: str) -> None:
    case = left()
    client = signed_in("roads-1")
    listed = client.get("/api/v1/desk/left").json()
    assert (listed["count"], listed["cases"][0]["clock"]) == (1, "none")
    answer = _json(client, path, body)
    assert answer.json() == {"done": 1, "moved": 0, "left": 0}
    assert Case.objects.get(id=case.id).state == state
    assert signed_in("mayor").get("/api/v1/desk/left").status_code == 403


def test_the_filter_offers_only_matters_of_which_something_is_left() -> None:
    case = left()

    offered = re.search(r"<datalist.*?</datalist>", text(signed_in("roads-1").get(LIST)), re.S)
    assert offered is not None
    assert offered[0].count("<option") == 1
    assert left_reads.matters(cast.actor("roads-1")) == {case.matter_id}
    taken(case)
    assert left_reads.matters(cast.actor("roads-1")) == set()
