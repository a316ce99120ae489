"""Each voice gets its own answer and its own rating: one work, many people."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from gongzhi.cases import closing, course, dispatch, handling, intake, lists, numbers, rating, rules, undoing
from gongzhi.cases.cards import Contact
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Case, Entry, Rating
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import do, signed_in, text, url
from gongzhi.cases.tests.test_api_desk import Program
from gongzhi.channels.models import Message
from gongzhi.kit import moments
from gongzhi.kit.refusal import Refusal

pytestmark = pytest.mark.usefixtures("county")
ALL, OWN = "井盖已经换好。", "您家门口的那一个下周三来换，师傅会先敲门。"


@pytest.fixture
def two() -> tuple[Received, Received]:
    """A case with two voices, both by e-mail, in hand."""
    first = cast.say()
    second = intake.join(
        by=rules.NEW_VOICE,
        at=cast.AT,
        case=first.case.id,
        words="我家门口的井盖也松了",
        contact=Contact("email", "chen@example.org"),
    )
    dispatch.accept(**cast.turn("roads-1", first.case))
    return first, second


def closed(two: tuple[Received, Received], **more: Any) -> Case:
    own = {two[1].voice.id: OWN}
    turn = cast.turn("roads-1", two[0].case)
    return closing.answer_and_close(**turn, **({"public_text": ALL, "outcome": "fixed", "own": own} | more))


def answer_of(received: Received) -> str:
    told = course.by_token(received.link_token, cast.AT).answer
    return told.text if told else ""


def test_each_page_shows_the_answer_that_is_hers(two: tuple[Received, Received]) -> None:
    closed(two)
    assert [answer_of(each) for each in two] == [ALL, OWN]
    hers = [entry.text for entry in course.by_token(two[1].link_token, cast.AT).entries]
    assert ALL not in hers, "her own answer stands in place of the common one"
    others = [entry.text for entry in course.by_token(two[0].link_token, cast.AT).entries]
    assert OWN not in others


def test_each_letter_carries_the_answer_that_is_hers(two: tuple[Received, Received]) -> None:
    closed(two)
    letters = {message.key.split(".")[2]: message for message in Message.objects.filter(template__endswith="answered")}
    told = {voice.id.hex: letters[voice.id.hex].context["answer"] for voice in (two[0].voice, two[1].voice)}
    assert told == {two[0].voice.id.hex: ALL, two[1].voice.id.hex: OWN}


def test_the_public_the_lists_and_the_figures_know_the_common_answer_alone(two: tuple[Received, Received]) -> None:
    case = closed(two)
    public = course.public_case(case.number, cast.AT)
    assert public.answer is not None
    assert public.answer.text == ALL
    assert OWN not in [entry.text for entry in public.entries]
    (row,) = lists.public_list(cast.AT).rows
    assert row.answer == ALL
    assert numbers.week(cast.AT).answered == 1, "one case was answered, however many people were told"


def test_the_receipt_page_and_the_json_door_show_her_own(two: tuple[Received, Received], settings: Any) -> None:
    closed(two)
    page = Client().get(f"/zh/v/{two[1].link_token}/").content.decode()
    assert OWN in page
    assert ALL not in page
    told = [Client().get(f"/api/v1/voices/{each.link_token}").json()["answer"] for each in two]
    assert told == [ALL, OWN]
    assert Client().get(f"/api/v1/cases/{two[0].case.number}").json()["answer"] == ALL


def test_rating_and_reopening_stay_her_own(two: tuple[Received, Received]) -> None:
    case = closed(two)
    first, second = (each.voice for each in two)
    happy = rating.rate(by=first.ref, at=cast.AT, voice=first.id, solved=True, grade=5)
    unhappy = rating.rate(by=second.ref, at=cast.AT, voice=second.id, solved=False, grade=1, words="师傅没有来")
    assert (happy.reopened, unhappy.reopened) == (False, True)
    case.refresh_from_db()
    assert (case.state, case.round) == ("received", 2)
    assert course.by_token(two[0].link_token, cast.AT).ratings[0].grade == 5
    assert [row.words for row in course.by_token(two[0].link_token, cast.AT).ratings] == [""]
    assert course.by_token(two[1].link_token, cast.AT).ratings[0].reopened
    dispatch.accept(**cast.turn("roads-1", case))
    closed(two, public_text="全部换好。", own={})
    assert [answer_of(each) for each in two] == ["全部换好。", "全部换好。"], "a new round, a new answer"
    again = [course.by_token(each.link_token, cast.AT).can.rate for each in two]
    assert again == [True, True], "each rates the second answer too"
    assert Rating.objects.filter(case=case).count() == 2


def test_an_answer_that_stays_open_may_carry_own_ones_too(two: tuple[Received, Received]) -> None:
    handling.answer(**cast.turn("roads-1", two[0].case), public_text=ALL, own={two[1].voice.id: OWN})
    assert [answer_of(each) for each in two] == [ALL, OWN]


def test_own_answers_are_masked_like_every_public_text(two: tuple[Received, Received]) -> None:
    closed(two, own={two[1].voice.id: "请打13800138000找王师傅"})
    assert "13800138000" not in answer_of(two[1])
    assert not Entry.objects.filter(public_text__contains="13800138000").exists()


def test_an_undo_takes_own_answers_and_their_letters_back(two: tuple[Received, Received]) -> None:
    case = closed(two)
    post = cast.post("roads-1")
    undoing.undo(by=post.doer, at=cast.AT, post=post, case=case.id)
    assert [answer_of(each) for each in two] == ["", ""]
    assert not Message.objects.filter(template__endswith="answered", cancelled_at=None).exists()


@pytest.mark.parametrize("whose", ["stranger", "withdrawn"])
def test_an_own_answer_for_a_voice_that_is_not_there_refuses_the_whole(
    two: tuple[Received, Received], whose: str
) -> None:
    voice = uuid4()
    if whose == "withdrawn":
        voice = two[1].voice.id
        intake.withdraw(by=two[1].voice.ref, at=cast.AT, voice=voice)
    with pytest.raises(Refusal) as refused:
        closed(two, own={voice: OWN})
    assert refused.value.code == "voice_not_here"
    assert Case.objects.get(id=two[0].case.id).state == "in_hand"


def test_an_empty_own_answer_is_none(two: tuple[Received, Received]) -> None:
    closed(two, own={two[1].voice.id: "  \n"})
    assert [answer_of(each) for each in two] == [ALL, ALL]
    assert not Entry.objects.filter(kind="answered_own").exists()


def test_the_desk_writes_own_answers_on_the_page_of_the_answer(two: tuple[Received, Received]) -> None:
    client, case = signed_in("roads-1"), two[0].case
    page = text(client.get(url("answer", case)))
    fields = [f"own_{each.voice.id.hex}" for each in two]
    assert all(f'name="{name}"' in page for name in fields)
    assert do(client, "answer", case, public_text=ALL, outcome="fixed", **{fields[1]: OWN}).status_code == 302
    at = moments.now()
    told = [course.by_token(each.link_token, at).answer for each in two]
    assert [entry.text for entry in told if entry] == [ALL, OWN]
    assert OWN in text(client.get(url("case", case))), "colleagues read what each was told"


def test_a_case_of_one_voice_asks_for_no_own_answer() -> None:
    case = dispatch.accept(**cast.turn("roads-1", cast.say().case))
    assert "own_" not in text(signed_in("roads-1").get(url("answer", case)))


def test_a_program_of_the_staff_gives_own_answers_too(two: tuple[Received, Received]) -> None:
    roads, voice = Program("roads-1"), two[1].voice
    told = roads.move("answer", two[0].case, public_text=ALL, outcome="fixed", own={str(voice.id): OWN})
    assert told.status_code == 200
    assert told.json()["answer"] == ALL, "the desk reads the common one first"
    assert OWN in [step["text"] for step in told.json()["steps"]]
    at = moments.now()
    answers = [course.by_token(each.link_token, at).answer for each in two]
    assert [entry.text for entry in answers if entry] == [ALL, OWN]


def test_a_program_that_names_a_stranger_is_refused(two: tuple[Received, Received]) -> None:
    refused = Program("roads-1").move("answer", two[0].case, public_text=ALL, own={str(uuid4()): OWN})
    assert (refused.status_code, refused.json()["code"]) == (409, "voice_not_here")
