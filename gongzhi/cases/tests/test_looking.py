"""Opening the original, and recovering a lost link."""

from __future__ import annotations

import pytest

from gongzhi.cases import closing, course, dispatch, looking, rating, recovering
from gongzhi.cases.cards import Contact, Officer, Where
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Rating, Voice
from gongzhi.cases.tests import cast
from gongzhi.channels.models import Message
from gongzhi.kit.refusal import NotAllowed, NotFound, Refusal
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.usefixtures("county")
WORDS = "我叫林小梅，东街8号的井盖坏了，电话13912345678"


@pytest.fixture
def received() -> Received:
    """A voice with personal words."""
    return cast.say(WORDS, officer=Officer(text="三号窗口"))


def look(received: Received, code: str = "desk-1", **more: object) -> object:
    card = cast.post(code)
    given = {"at": cast.AT, "purpose": "understand"} | more
    return looking.original(by=card.doer, post=card, voice=received.voice.id, **given)


def test_a_look_opens_words_and_contact_and_is_a_fact(received: Received) -> None:
    told = look(received, "watch-1")  # told in words only, it lies with the supervisor
    assert (told.words, told.contact, told.officer_text) == (WORDS, "lin@example.org", "三号窗口")
    fact = Fact.objects.get(kind="person.looked")
    assert (fact.about, fact.details["purpose"], fact.details["case"]) == (
        received.voice.ref,
        "understand",
        received.case.ref,
    )


@pytest.mark.parametrize("code", ["counter-1", "mayor", "audit", "water-1"])
def test_who_has_no_permit_or_does_not_see_the_case_opens_nothing(received: Received, code: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        look(received, code)
    assert not Fact.objects.filter(kind="person.looked").exists()


def test_a_look_needs_a_known_purpose_and_a_live_case_or_a_clause() -> None:
    received = cast.say(WORDS)
    with pytest.raises(Refusal):
        look(received, "roads-1", purpose="curious")
    dispatch.accept(**cast.turn("roads-1", received.case))
    closing.answer_and_close(**cast.turn("roads-1", received.case), public_text="好了", outcome="fixed")
    assert look(received, "roads-1", at=cast.later(days=15))
    with pytest.raises(NotAllowed):
        look(received, "roads-1", at=cast.later(days=16))
    assert look(received, "roads-1", at=cast.later(days=16), purpose="law", clause="pipl-13")


def test_a_link_is_sent_to_its_contact_and_stays_the_same(received: Received) -> None:
    recovering.by_contact(at=cast.AT, kind="email", address=" LIN@example.org")
    assert Message.objects.filter(template="cases/messages/link").count() == 1
    assert course.by_token(received.link_token, cast.AT)


def test_an_unknown_contact_is_answered_by_the_same_silence(received: Received) -> None:
    assert recovering.by_contact(at=cast.AT, kind="email", address="nobody@example.org") is None
    assert recovering.by_contact(at=cast.AT, kind="phone", address="09908123456") is None
    assert not Message.objects.filter(template="cases/messages/link").exists()


def test_a_contact_is_written_to_once_an_hour(received: Received) -> None:
    for minute in (0, 5, 59):
        recovering.by_contact(at=cast.later(minutes=minute), kind="email", address="lin@example.org")
    recovering.by_contact(at=cast.later(minutes=61), kind="email", address="lin@example.org")
    assert Message.objects.filter(template="cases/messages/link").count() == 2


def recover(received: Received, code: str = "counter-1", **more: str) -> str:
    card = cast.post(code)
    told = {"number": received.voice.number, "words": "东街8号井盖坏了", "proof": "尾号5678"} | more
    return recovering.at_counter(by=card.doer, at=cast.AT, post=card, **told).link_token


def test_the_counter_hands_out_a_new_link_and_the_old_one_dies(received: Received) -> None:
    token = recover(received)
    assert course.by_token(token, cast.AT).number == received.case.number
    with pytest.raises(NotFound):
        course.by_token(received.link_token, cast.AT)
    assert Fact.objects.get(kind="voice.recovered").details == {"way": "counter"}
    assert Message.objects.filter(template="cases/messages/link_counter").count() == 1


def test_wrong_words_and_a_wrong_number_are_one_refusal(received: Received) -> None:
    other = cast.say("停水三天", contact=Contact("phone", "09908123456"))
    for told in ({"words": "路灯三个月没人修了"}, {"number": other.voice.number}):
        with pytest.raises(Refusal) as refused:
            recover(received, **told)
        assert refused.value.code == "words_differ"
    assert Voice.objects.filter(link_round=0).count() == 2


def test_only_who_may_recover_does(received: Received) -> None:
    with pytest.raises(NotAllowed):
        recover(received, "roads-1")


@pytest.mark.parametrize(
    "proof", ["5678", "尾号是5678", "13912345678", "我叫林小梅", "lin@example.org", "LIN@Example.org 那个邮箱"]
)
def test_something_only_she_knows_opens_a_public_case(received: Received, proof: str) -> None:
    public = cast.say(WORDS)
    assert recover(public, proof=proof)
    look = Fact.objects.get(kind="person.looked", about=public.voice.ref)
    assert look.details["purpose"] == "recover"
    assert course.by_token(recover(public, proof=proof), cast.AT).looks, "she reads on her page that it was compared"


@pytest.mark.parametrize(
    "proof", ["", "  ", "1234", "东街8号", "井盖坏了", "我叫", "电话", "0000", "13900000000", "兰亭镇"]
)
def test_what_everybody_can_read_or_guess_proves_nothing(proof: str) -> None:
    public = cast.say(WORDS, contact=None)
    with pytest.raises(Refusal) as refused:
        recover(public, proof=proof)
    assert refused.value.code == ("proof_differs" if proof.strip() else "proof_missing")
    assert Voice.objects.get().link_round == 0
    assert Fact.objects.filter(kind="person.looked").count() == bool(proof.strip()), "a failed try stays noted"


def test_the_place_as_typed_is_a_proof_where_the_public_one_says_less() -> None:
    public = cast.say("井盖坏了", contact=None, place=Where(lon=120.05, lat=30.05, text="东街铁匠铺后门水井边"))
    told = {"words": "井盖坏了"}
    with pytest.raises(Refusal):
        recover(public, proof="东街村", **told)
    assert recover(public, proof="铁匠铺后门水井边那里", **told)


def test_words_nobody_else_can_read_are_proof_enough() -> None:
    for more in ({"allows_public": False}, {"officer": Officer(text="三号窗口")}):
        hidden = cast.say(WORDS, **({"allows_public": False} | more))
        assert recover(hidden, proof="")


def test_the_words_of_a_rating_lie_sealed_and_open_with_the_original() -> None:
    received = cast.say()
    dispatch.accept(**cast.turn("roads-1", received.case))
    closing.answer_and_close(**cast.turn("roads-1", received.case), public_text="好了", outcome="fixed")
    said = "谢谢王师傅，电话13912345678"
    rating.rate(by=received.voice.ref, at=cast.AT, voice=received.voice.id, solved=True, grade=5, words=said)
    row = Rating.objects.get()
    assert "13912345678" not in row.words
    assert said.encode() not in bytes(row.original_sealed or b"")
    told = look(received, "roads-1")
    assert told.ratings == (said,)
    assert "ratings" in Fact.objects.get(kind="person.looked").details["fields"]


def test_an_empty_rating_keeps_nothing_sealed() -> None:
    received = cast.say()
    dispatch.accept(**cast.turn("roads-1", received.case))
    closing.answer_and_close(**cast.turn("roads-1", received.case), public_text="好了", outcome="fixed")
    rating.rate(by=received.voice.ref, at=cast.AT, voice=received.voice.id, solved=True, grade=5)
    assert Rating.objects.get().key_wrapped is None
    assert look(received, "roads-1").ratings == ()
