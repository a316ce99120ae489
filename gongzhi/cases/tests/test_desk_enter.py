"""Counter and hotline: words written down once, read back, kept; a lost link found again."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from gongzhi.cases.models import Case, Voice
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in, text, url

pytestmark = pytest.mark.usefixtures("county")


def told(**more: Any) -> dict[str, Any]:
    """What an operator fills in for a caller."""
    return {
        "form_key": str(uuid4()),
        "source": "phone",
        "kind": "report",
        "words": "东街路口的路灯不亮，晚上看不清。",
        "place_text": "东街村",
        "place": cast.VILLAGE,
        "contact_kind": "phone",
        "contact": "13800138000",
    } | more


def test_read_back_before_anything_is_kept() -> None:
    page = text(signed_in("counter-1").post(url("enter"), told(look="1")))
    assert "请念给对方听" in page
    assert "东街路口的路灯不亮" in page
    assert not Voice.objects.exists()


def test_keep_makes_one_voice_and_offers_the_slip() -> None:
    page = text(signed_in("counter-1").post(url("enter"), told(keep="1")))
    voice = Voice.objects.get()
    assert (voice.source, voice.contact_kind) == ("phone", "phone")
    assert voice.number in page
    assert "/slip" in page
    assert Case.objects.get().matter_id == "lamp"


def test_the_same_form_twice_is_one_voice() -> None:
    form = told(keep="1")
    clerk = signed_in("counter-1")
    clerk.post(url("enter"), form)
    page = text(clerk.post(url("enter"), form))
    assert Voice.objects.count() == 1
    assert "已经记过" in page


def test_a_misread_contact_keeps_everything_typed() -> None:
    response = signed_in("counter-1").post(url("enter"), told(keep="1", contact="12"))
    assert response.status_code == 400
    assert "东街路口的路灯不亮" in text(response)
    assert not Voice.objects.exists()


def test_words_of_danger_bring_the_number_to_call() -> None:
    page = text(signed_in("counter-1").post(url("enter"), told(look="1", words="楼上着火了，里面还有人！")))
    assert "tel:119" in page


def test_places_are_offered_while_typing() -> None:
    page = text(signed_in("counter-1").get(url("places"), {"place_text": "东街"}))
    assert cast.VILLAGE in page


def test_the_read_back_part_follows_the_typing() -> None:
    page = text(signed_in("counter-1").post(url("read_back"), told(words="路灯不亮")))
    assert "<html" not in page
    assert "建议：" in page


def test_a_letter_keeps_its_own_date() -> None:
    signed_in("counter-1").post(url("enter"), told(keep="1", source="paper", said_on="2026-11-02"))
    assert Voice.objects.get().said_at.date().isoformat() == "2026-11-02"


def test_handlers_do_not_enter_for_others() -> None:
    assert signed_in("roads-1").get(url("enter")).status_code == 403


def test_a_lost_link_is_found_by_number_and_own_words() -> None:
    received = cast.say()
    form = {"number": received.voice.number.lower(), "words": "东街的井盖坏了，老人差点摔倒"}
    asked = text(signed_in("counter-1").post(url("recover"), form))
    assert "大家都能看到" in asked, "words that everybody may read prove nothing"
    page = text(signed_in("counter-1").post(url("recover"), form | {"proof": "lin@example.org"}))
    assert "/slip" in page
    assert received.link_token not in page


def test_a_lost_link_stays_lost_when_the_words_do_not_agree() -> None:
    received = cast.say()
    form = {"number": received.voice.number, "words": "我家停水三天了没人管"}
    response = signed_in("counter-1").post(url("recover"), form)
    assert response.status_code >= 400
    assert "/slip" not in text(response)
