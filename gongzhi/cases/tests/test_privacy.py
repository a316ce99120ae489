"""Personal data stays where it was told: in what the desk writes, in other voices' pages, in figures."""

from __future__ import annotations

from typing import Any

import pytest

from gongzhi.cases import closing, course, dispatch, handling, intake, looking, numbers, reads
from gongzhi.cases.cards import Officer, Where
from gongzhi.cases.models import Case, Entry
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import NotAllowed, Refusal

pytestmark = pytest.mark.usefixtures("county")
PHONE = "13800138000"
TOLD = f"请联系住户，电话{PHONE}。"


@pytest.fixture
def taken() -> Case:
    return dispatch.accept(**cast.turn("roads-1", cast.say().case))


def _closed(case: Case) -> Case:
    return closing.answer_and_close(**cast.turn("roads-1", case), public_text="修好了", outcome="fixed")


PUBLIC_TEXTS: dict[str, Any] = {
    "hand_over": lambda case: dispatch.hand_over(
        **cast.turn("roads-1", case), reason="needs_other", to_organ="water", text=TOLD
    ),
    "ask": lambda case: handling.ask(**cast.turn("roads-1", case), question=TOLD),
    "answer": lambda case: handling.answer(**cast.turn("roads-1", case), public_text=TOLD),
    "extend": lambda case: handling.extend(**cast.turn("roads-head", case), reason_text=TOLD),
    "reopen": lambda case: closing.reopen(**cast.turn("roads-1", _closed(case)), reason_text=TOLD),
}


@pytest.mark.parametrize("move", PUBLIC_TEXTS)
def test_whatever_the_desk_tells_the_public_is_masked(taken: Case, move: str) -> None:
    PUBLIC_TEXTS[move](taken)
    texts = Entry.objects.filter(case=taken).values_list("public_text", flat=True)
    assert any("请联系住户" in text for text in texts)
    assert not any(PHONE in text for text in texts)


def test_the_reason_of_a_sending_is_masked() -> None:
    case = cast.say("一件说不清的事情").case
    dispatch.send(**cast.turn("desk-1", case), organ="water", reason_text=TOLD)
    assert PHONE not in Entry.objects.get(case=case, kind="sent").public_text


def test_a_neighbour_who_joined_does_not_read_the_door_the_first_one_typed() -> None:
    first = cast.say(place=Where(code=cast.GRID, text="三单元五楼东户"))
    joined = intake.join(by="voice:new", at=cast.AT, case=first.case.id, words="我家门口也是这样")
    assert course.by_token(first.link_token, cast.AT).place_text == "三单元五楼东户"
    assert course.by_token(joined.link_token, cast.AT).place_text == ""


def test_after_the_first_voice_is_withdrawn_the_others_read_nothing_of_its_words() -> None:
    first = cast.say("东街井盖坏了。老太太昨天摔倒了")
    joined = intake.join(by="voice:new", at=cast.AT, case=first.case.id, words="学校门口的井盖松动")
    intake.withdraw(by=first.voice.ref, at=cast.AT, voice=first.voice.id)
    told = course.by_token(joined.link_token, cast.AT)
    assert (told.title, told.words) == ("学校门口的井盖松动", "学校门口的井盖松动")
    assert not told.public


def test_the_original_of_a_withdrawn_voice_needs_a_clause_though_its_case_goes_on() -> None:
    first = cast.say()
    intake.join(by="voice:new", at=cast.AT, case=first.case.id, words="我家门口也是这样")
    intake.withdraw(by=first.voice.ref, at=cast.AT, voice=first.voice.id)
    post = cast.post("roads-1")
    look: dict[str, Any] = {"by": post.doer, "at": cast.AT, "post": post, "voice": first.voice.id, "purpose": "contact"}
    with pytest.raises(Refusal):
        looking.original(**look)
    assert looking.original(**look, clause="law-1").words == cast.WORDS


def test_a_complaint_about_an_officer_is_in_no_figure_of_the_week() -> None:
    before = numbers.week(cast.AT)
    received = cast.say(officer=Officer(organ="roads"))
    case = dispatch.accept(**cast.turn("watch-1", received.case))
    closing.answer_and_close(**cast.turn("watch-1", case), public_text="已处理", outcome="answered")
    assert numbers.week(cast.AT) == before


@pytest.mark.parametrize("code", ["town-1", "desk-1", "water-1"])
def test_only_the_leading_organ_opens_a_closed_case_again(taken: Case, code: str) -> None:
    dispatch.help(**cast.turn("roads-1", taken), organs=["town", "water"])
    for organ in ("town-1", "water-1"):
        dispatch.return_help(**cast.turn(organ, taken), text="做完了")
    _closed(taken)
    assert Case.objects.filter(reads.visible(cast.actor(code)), id=taken.id).exists()
    with pytest.raises(NotAllowed):
        closing.reopen(**cast.turn(code, taken), reason_text="再看看")
