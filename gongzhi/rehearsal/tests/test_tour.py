"""The tour: ten tasks done with the verbs the pages call, each seen in facts and rows, none by word of mouth."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from gongzhi.cases import casefile, closing, dispatch, handling, intake, looking, reads
from gongzhi.kit.refusal import NotFound, Refusal
from gongzhi.people import accounts, posting
from gongzhi.people import reads as people
from gongzhi.people.cards import Actor
from gongzhi.people.permits import Permit
from gongzhi.places.models import County as CountyRow
from gongzhi.rehearsal import tour
from gongzhi.rehearsal.lessons import LESSONS
from gongzhi.rehearsal.models import Task
from gongzhi.rehearsal.tests.conftest import AT

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def clerk(lanting: Any) -> Actor:
    post = people.post_by_code("transport-handler-1", AT)
    assert post is not None
    account = accounts.make(by="account:test", at=AT, username="new", display_name="新人", password="lake-pine-tea")
    posting.fill(by="account:test", at=AT, post=post.id, account=account.id)
    begun = again(account.id)
    tour.begin(by=tour.BY, at=AT, actor=begun)
    return again(account.id)


def again(account: UUID) -> Actor:
    posts = people.posts_of(account, LATER)
    return Actor(account, posts, posts[0])


def do(clerk: Actor, code: str, verb: Any, **fields: Any) -> None:
    """Do a task as the page does: the clerk's post acts on the version it shows."""
    task = Task.objects.get(account=clerk.account_id, code=code)
    post = next(card for card in clerk.posts if card.code == "transport-handler-1")
    course = casefile.desk_case(reads.acting(post), task.case, LATER).course
    verb(by=post.doer, at=LATER, post=post, case=task.case, version=course.version, **fields)


def done(clerk: Actor) -> set[str]:
    return {step.lesson.code for step in tour.steps(at=LATER, actor=clerk) if step.done}


def test_begin_makes_ten_tasks_and_a_counter_post_and_none_is_done(clerk: Actor) -> None:
    shown = tour.steps(at=LATER, actor=clerk)
    assert [step.lesson.code for step in shown] == [lesson.code for lesson in LESSONS]
    assert len(shown) == 10
    assert done(clerk) == set()
    assert [step.lesson.code for step in shown if step.now] == ["accept"]
    assert any(post.can(Permit.VOICE_ENTER) for post in clerk.posts)


@pytest.mark.parametrize(
    ("code", "verb", "fields"),
    [
        ("accept", dispatch.accept, {}),
        ("ask", handling.ask, {"question": "请问在哪个路口？"}),
        ("rematter", dispatch.rematter, {"matter": "road-damage"}),
        ("help", dispatch.help, {"organs": ["urban"], "text": "请协助"}),
        ("hand_over", dispatch.hand_over, {"reason": "needs_other", "to_organ": "urban"}),
        ("answer", handling.answer, {"public_text": "已经补好，请放心通行。"}),
        ("close", closing.close, {"outcome": "fixed"}),
    ],
)
def test_a_task_is_done_when_its_fact_is_there(clerk: Actor, code: str, verb: Any, fields: dict[str, Any]) -> None:
    do(clerk, code, verb, **fields)
    assert done(clerk) == {code}


def test_answering_and_closing_at_once_counts_as_an_answer(clerk: Actor) -> None:
    do(clerk, "answer", closing.answer_and_close, public_text="已经补好。", outcome="fixed")
    assert done(clerk) == {"answer"}


def test_the_day_of_the_limit_is_compared_with_the_clock(clerk: Actor) -> None:
    task = Task.objects.get(account=clerk.account_id, code="clock")
    course = casefile.desk_case(tour._handling(clerk), task.case, LATER).course
    with pytest.raises(Refusal) as refusal:
        tour.tell(at=LATER, actor=clerk, code="clock", words="2026-01-01")
    assert refusal.value.code == "day_wrong"
    assert course.clock is not None
    day = course.clock.due_at.astimezone(ZoneInfo("Asia/Shanghai")).date()
    tour.tell(at=LATER, actor=clerk, code="clock", words=day.isoformat())
    assert done(clerk) == {"clock"}


def test_a_look_at_the_original_counts_only_with_its_purpose_kept(clerk: Actor) -> None:
    task = Task.objects.get(account=clerk.account_id, code="original")
    post = tour._handling(clerk).acting
    looking.original(by=post.doer, at=LATER, post=post, voice=task.voice, purpose="understand")
    assert done(clerk) == {"original"}


def test_only_a_call_written_down_by_the_clerk_counts(clerk: Actor) -> None:
    counter = next(post for post in clerk.posts if post.can(Permit.VOICE_ENTER))
    said = {"words": "菜市场边上的路灯黑了一个星期。", "at": LATER}
    other = intake.receive(by="voice:new", source="phone", **said)
    with pytest.raises(Refusal) as refusal:
        tour.tell(at=LATER, actor=clerk, code="enter", words=other.case.number)
    assert refusal.value.code in ("number_unknown", "not_your_call")
    own = intake.receive(by=counter.doer, source="phone", **said)
    tour.tell(at=LATER, actor=clerk, code="enter", words=own.case.number)
    assert done(clerk) == {"enter"}


def test_begin_again_withdraws_the_old_cases(clerk: Actor) -> None:
    before = Task.objects.get(account=clerk.account_id, code="accept")
    do(clerk, "accept", dispatch.accept)
    tour.begin(by=tour.BY, at=LATER, actor=clerk)
    assert done(clerk) == set()
    assert casefile.desk_case(tour._handling(clerk), before.case, LATER).course.outcome == "withdrawn"


def test_when_all_is_done_the_practice_counter_is_closed(clerk: Actor) -> None:
    Task.objects.filter(account=clerk.account_id).update(done_at=LATER)
    tour.steps(at=LATER, actor=clerk)
    assert [post.code for post in people.posts_of(clerk.account_id, LATER)] == ["transport-handler-1"]


def test_there_is_no_tour_in_a_real_county(clerk: Actor) -> None:
    CountyRow.objects.update(practice=False, version=99)
    from gongzhi.places import keeping

    keeping.forget()
    with pytest.raises(NotFound):
        tour.steps(at=LATER, actor=clerk)


@pytest.mark.parametrize(("path", "word"), [("/zh/desk/tour/", "接下一件诉求"), ("/en/desk/tour/", "Accept a case")])
def test_the_page_shows_the_next_task(clerk: Actor, path: str, word: str) -> None:
    client = Client()
    from gongzhi.people.models import Account

    client.force_login(Account.objects.get(id=clerk.account_id))
    page = client.get(path)
    assert page.status_code == 200
    assert word in page.content.decode()
    assert page.content.decode().count("<h1") == 1


def test_a_practice_post_never_takes_the_place_of_the_daily_one_at_sign_in(lanting: Any) -> None:
    post = people.post_by_code("transport-handler-1", AT)
    assert post is not None
    account = accounts.make(by="account:test", at=AT, username="new", display_name="新人", password="lake-pine-tea")
    posting.fill(by="account:test", at=AT, post=post.id, account=account.id)
    later = AT + timedelta(days=2)
    tour.begin(by=tour.BY, at=later, actor=again(account.id))
    posts = people.posts_of(account.id, later)
    assert posts[0].code == "transport-handler-1"
    assert len(posts) == 2
