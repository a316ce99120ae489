"""Erasing: after it nothing tells what was said or by whom, and everything that must stay true stays true."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gongzhi.cases import (
    closing,
    course,
    dispatch,
    erasing,
    handling,
    intake,
    lists,
    looking,
    rating,
    recovering,
    rules,
)
from gongzhi.cases import photos as photo_store
from gongzhi.cases.cards import Contact, Where
from gongzhi.cases.commands import cases
from gongzhi.cases.intake import Received
from gongzhi.cases.models import Case, Entry, Photo, Rating, Voice
from gongzhi.cases.tests import cast, small
from gongzhi.cases.tests.deskcast import signed_in, text, url
from gongzhi.channels import delivering
from gongzhi.channels.models import Message, Talk
from gongzhi.kit.refusal import Gone, NotAllowed, NotFound, Refusal
from gongzhi.ledger import checking, sealing
from gongzhi.ledger.models import Fact

TOLD = "我叫林小梅，东街八号的井盖坏了，电话13912345678"
SECRETS = ("林小梅", "东街八号", "13912345678", "lin@example.org", "铁门旁", "第二个井盖", "谢谢师傅老赵")


@pytest.fixture(autouse=True)
def county(db: None, settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR, settings.PRINTED_DIR = tmp_path / "files", tmp_path / "printed"
    cast.load_county()


def lived() -> Received:
    """A whole life: photo, question and answer, closing, rating."""
    place = Where(lon=120.05, lat=30.05, text="东街八号铁门旁")
    received = cast.say(TOLD, photos=[photo_store.keep(small.photo())], place=place)
    voice = received.voice
    dispatch.accept(**cast.turn("roads-1", received.case))
    handling.ask(**cast.turn("roads-1", received.case), question="是哪一个？")
    handling.answer_question(by=voice.ref, at=cast.AT, voice=voice.id, words="东街八号门前第二个井盖")
    closing.answer_and_close(**cast.turn("roads-1", received.case), public_text="修好了", outcome="fixed")
    rating.rate(by=voice.ref, at=cast.AT, voice=voice.id, solved=True, grade=5, words="谢谢师傅老赵13912345678")
    return received


def erase(received: Received, **more: Any) -> None:
    erasing.erase(**({"by": received.voice.ref, "at": cast.later(days=1), "voice": received.voice.id} | more))


def everything_kept() -> str:
    kept = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            kept += [str(bytes(v) if isinstance(v, memoryview) else v) for row in cursor.fetchall() for v in row]
    return "\n".join(kept)


def test_no_word_no_contact_and_no_way_back_is_left_in_any_table() -> None:
    received = lived()
    before = everything_kept()
    erase(received)
    kept = everything_kept()
    assert "井盖坏了" in before
    assert [word for word in (*SECRETS, "井盖坏了") if word in kept] == []
    row = Voice.objects.get(id=received.voice.id)
    assert (row.key_wrapped, row.contact_key_wrapped, row.contact_index, row.form_key) == (None, None, None, None)
    assert bytes(row.original_sealed) == b""
    assert Rating.objects.get().key_wrapped is None
    assert not Message.objects.filter(key__contains=row.id.hex).exists()


def test_a_phone_that_was_asked_by_text_is_not_tied_to_it_any_more() -> None:
    received = cast.say(TOLD, contact=Contact("phone", "13912345678"))
    dispatch.accept(**cast.turn("roads-1", received.case))
    handling.ask(**cast.turn("roads-1", received.case), question="是哪一个？")
    erase(received)
    assert not Talk.objects.filter(about=received.voice.ref).exists()


def test_the_files_of_its_photos_are_gone_and_those_of_others_stay(django_capture_on_commit_callbacks: Any) -> None:
    received, other = lived(), cast.say(photos=[photo_store.keep(small.photo((50, 30)))])
    mine, theirs = (Photo.objects.get(voice=each.voice).sha256 for each in (received, other))
    with django_capture_on_commit_callbacks(execute=True):
        erase(received)
    assert not photo_store._store().has(mine)
    assert photo_store._store().has(theirs)


def test_facts_and_proofs_stay_whole_and_the_doctor_finds_nothing() -> None:
    received = lived()
    before = set(Fact.objects.values_list("id", flat=True))
    erase(received)
    fact = Fact.objects.get(kind="voice.erased")
    assert fact.details == {"ground": "consent_withdrawn", "clause": "pipl-47"}
    assert before < set(Fact.objects.values_list("id", flat=True))
    at = cast.later(days=2)
    sealing.seal_once(at=at, holder="test")
    assert list(checking.check(at)) == []
    assert intake.receipt_of(received.voice)["proof"]


def test_the_secret_link_the_public_page_and_the_desk_say_so() -> None:
    received = lived()
    erase(received)
    client = Client()
    link = client.get(f"/zh/v/{received.link_token}/")
    assert link.status_code == 410
    assert "已经彻底删除" in text(link)
    page = client.get(f"/zh/cases/{received.case.number}/")
    assert page.status_code == 410
    assert "删除" in text(page)
    assert client.get(f"/api/v1/voices/{received.link_token}").json()["code"] == "voice_erased"
    desk = text(signed_in("roads-1").get(url("case", received.case)))
    assert "删除" in desk
    assert lists.public_list(cast.later(days=1)).rows == ()


def test_the_holder_erases_on_her_page_at_once_or_after_a_withdrawal() -> None:
    at_once, later = lived(), cast.say("停水三天了")
    client = Client()
    assert "彻底删除" in text(client.get(f"/zh/v/{at_once.link_token}/withdraw"))
    assert client.post(f"/zh/v/{at_once.link_token}/erase").status_code == 200
    client.post(f"/zh/v/{later.link_token}/withdraw")
    assert "彻底删除" in text(client.get(f"/zh/v/{later.link_token}/"))
    assert client.post(f"/zh/v/{later.link_token}/erase").status_code == 200
    assert Voice.objects.filter(erased_at=None).count() == 0
    assert client.post(f"/zh/v/{later.link_token}/erase").status_code == 410


def test_another_site_cannot_erase_through_a_visitor() -> None:
    received = lived()
    refused = Client().post(f"/zh/v/{received.link_token}/erase", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert Voice.objects.get(id=received.voice.id).erased_at is None


def test_by_the_json_door() -> None:
    received = lived()
    assert Client().post(f"/api/v1/voices/{received.link_token}/erase").status_code == 204
    assert Voice.objects.get(id=received.voice.id).erased_at is not None


def test_nobody_opens_recovers_or_receives_letters_of_it() -> None:
    received = lived()
    erase(received)
    post = cast.post("roads-1")
    with pytest.raises(Gone):
        looking.original(by=post.doer, at=cast.AT, post=post, voice=received.voice.id, purpose="law", clause="pipl-13")
    assert not Fact.objects.filter(kind="person.looked").exists(), "there is nothing to look at"
    recovering.by_contact(at=cast.later(days=2), kind="email", address="lin@example.org")
    delivering.deliver_due(at=cast.later(days=2))
    assert not Message.objects.filter(key__contains=received.voice.id.hex).exists()
    counter = cast.post("counter-1")
    with pytest.raises(Refusal):
        recovering.at_counter(
            by=counter.doer, at=cast.AT, post=counter, number=received.voice.number, words=TOLD, proof="5678"
        )


def test_a_case_goes_on_for_the_others_under_their_words() -> None:
    first = cast.say(TOLD)
    second = intake.join(
        by=rules.NEW_VOICE, at=cast.AT, case=first.case.id, words="我家门口也看不见", contact=Contact("email", "b@c.de")
    )
    erase(first)
    case = Case.objects.get(id=first.case.id)
    assert (case.state, case.voices, case.title, case.place_text) == ("received", 1, "我家门口也看不见", "")
    assert course.by_token(second.link_token, cast.later(days=1)).voice is not None
    assert Voice.objects.get(id=second.voice.id).words == "我家门口也看不见"


def test_a_joined_duplicate_leaves_no_title_behind() -> None:
    first, twin = cast.say("井盖坏了很久"), cast.say("林家祠堂门前井盖坏了")
    dispatch.accept(**cast.turn("roads-1", twin.case))
    closing.close(**cast.turn("roads-1", twin.case), outcome="duplicate", duplicate_of=first.case.number)
    erase(twin)
    assert "林家祠堂" not in everything_kept()
    assert Case.objects.get(id=first.case.id).voices == 1


def test_twice_an_unknown_voice_and_an_unknown_ground_are_refused() -> None:
    received = lived()
    with pytest.raises(Refusal):
        erase(received, ground="curious")
    assert Voice.objects.get().withdrawn_at is None, "a refusal changes nothing"
    erase(received)
    with pytest.raises(Gone):
        erase(received)
    with pytest.raises(NotFound):
        erase(received, voice=received.case.id)


def test_the_command_erases_by_number_on_a_named_ground(capsys: Any) -> None:
    received = lived()
    assert cases(["erase", received.voice.number.lower(), "--ground", "unlawful"]) == 0
    assert "docs/operating.md" in capsys.readouterr().out
    assert Fact.objects.get(kind="voice.erased").details["ground"] == "unlawful"
    assert cases(["erase", received.voice.number]) == 1
    assert cases(["erase", "990101-26-0000-0000"]) == 1
    capsys.readouterr()
    assert cases(["erased"]) == 0
    assert capsys.readouterr().out.split()[0] == received.voice.number


def test_a_stranger_with_the_same_photo_keeps_it() -> None:
    picture = small.photo()
    received, other = (cast.say(words, photos=[photo_store.keep(picture)]) for words in ("井盖坏了", "另一个"))
    digest = Photo.objects.get(voice=received.voice).sha256
    erase(received)
    photo_store.drop_unused([digest])
    assert hashlib.sha256(photo_store._store().get(digest)).hexdigest() == digest
    assert Photo.objects.get().voice_id == other.voice.id


def at_counter(received: Received, code: str = "counter-1", **more: Any) -> str:
    card = cast.post(code)
    told = {"words": TOLD[:14], "proof": "13912345678", "ground": "consent_withdrawn"}
    return erasing.at_counter(
        by=card.doer, at=cast.later(days=1), post=card, number=received.voice.number, **(told | more)
    )


def test_the_counter_erases_for_whoever_shows_that_she_spoke() -> None:
    received = lived()
    assert at_counter(received, ground="unlawful") == received.voice.number
    assert [word for word in SECRETS if word in everything_kept()] == []
    fact = Fact.objects.get(kind="voice.erased")
    assert (fact.by, fact.details["ground"]) == (cast.post("counter-1").doer, "unlawful")
    line = Entry.objects.get(kind="erased")
    assert (line.organ, line.post) == ("dispatch", cast.post("counter-1").id.hex)
    assert Fact.objects.filter(kind="person.looked").count() == 1, "comparing the proof is a look"


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"words": "完全不同的一段话，说的是别的事情"}, "words_differ"),
        ({"proof": ""}, "proof_missing"),
        ({"proof": "13800000000"}, "proof_differs"),
        ({"ground": "curious"}, "code_unknown"),
    ],
)
def test_the_counter_erases_nothing_without_proof(more: dict[str, str], code: str) -> None:
    received = lived()
    with pytest.raises(Refusal) as refusal:
        at_counter(received, **more)
    assert refusal.value.code == code
    assert Voice.objects.get(id=received.voice.id).erased_at is None


def test_what_was_withdrawn_before_is_erased_at_the_counter_too_and_only_once() -> None:
    received = lived()
    intake.withdraw(by=received.voice.ref, at=cast.AT, voice=received.voice.id)
    at_counter(received)
    with pytest.raises(Refusal):
        at_counter(received)


@pytest.mark.parametrize("code", ["roads-1", "roads-head", "watch-1", "desk-1", "mayor", "audit", "admin"])
def test_no_other_post_erases(code: str) -> None:
    received = lived()
    with pytest.raises(NotAllowed):
        at_counter(received, code)
    assert signed_in(code).get(url("erase")).status_code == 403


def test_the_page_explains_asks_and_hands_out_a_paper() -> None:
    received = lived()
    client = signed_in("counter-1")
    assert "身份证" in text(client.get(url("erase")))
    assert url("erase") in text(client.get(url("recover")))
    form = {"number": received.voice.number, "words": TOLD[:14], "proof": "5678", "ground": "consent_withdrawn"}
    unread = client.post(url("erase"), form)
    assert unread.status_code == 422
    assert Voice.objects.get(id=received.voice.id).erased_at is None
    done = client.post(url("erase"), form | {"explained": "on"})
    assert received.voice.number in text(done)
    assert "data-print" in text(done)
    assert Voice.objects.get(id=received.voice.id).erased_at is not None
    assert "林小梅" not in text(done)
