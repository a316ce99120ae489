"""The phone to play with: speaks, asks, is told, rates; only in a practice county, read by its own browser alone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from gongzhi.cases import closing, dispatch
from gongzhi.cases.models import Case, Rating, Voice
from gongzhi.cases.tests import cast
from gongzhi.kit import moments
from gongzhi.places import keeping
from gongzhi.places.models import County

pytestmark = pytest.mark.django_db
PATH = "/zh/practice/phone/"


@pytest.fixture(autouse=True)
def county(settings: Any, tmp_path: Any) -> None:
    settings.PRINTED_DIR = tmp_path / "printed"
    keeping.forget()
    cast.load_county()


def talk(client: Client, text: str = "") -> str:
    """Send a text, and the talk as the page shows it."""
    if text:
        assert client.post(PATH, {"text": text}).status_code == 302
    page = client.get(PATH).content.decode()
    return page[page.index("<main") : page.index("</main>")]


def test_a_newcomer_speaks_asks_by_number_and_rates(settings: Any) -> None:
    client = Client()
    told = talk(client, "东街村的井盖坏了，晚上有老人差点摔倒")
    number = Voice.objects.get().number
    assert number in told
    assert Voice.objects.get().source == "sms"
    assert "东街村的井盖坏了" in told
    assert number[-9:] in talk(client, number[-9:])
    at = moments.now()
    case = dispatch.accept(**cast.turn("roads-1", Case.objects.get(), at=at))
    closing.answer_and_close(**cast.turn("roads-1", case, at=at), public_text="换了新井盖", outcome="fixed")
    assert "换了新井盖" in talk(client)
    talk(client, "评 5")
    assert Rating.objects.get().grade == 5


def test_another_browser_has_another_number_and_reads_nothing_of_it() -> None:
    mine, other = Client(), Client()
    told = talk(mine, "东街村的井盖坏了")
    digits = re.search(r"0990\d{8}", told)
    assert digits
    assert digits[0] not in talk(other)
    assert "井盖" not in talk(other)
    other.cookies["practice_phone"] = mine.cookies["practice_phone"].value + "x"
    assert digits[0] not in talk(other), "a changed cookie is none"


def test_words_of_danger_get_the_numbers_at_once() -> None:
    assert "119" in talk(Client(), "东街村有房子着火了")


def test_the_browser_remembers_a_few_texts_and_the_cookie_stays_small() -> None:
    client = Client()
    for n in range(7):
        talk(client, f"第{n}句" + "字" * 200)
    assert len(client.cookies["practice_phone"].value) < 4000
    assert "第6句" in talk(client)


def test_a_real_county_has_no_such_page() -> None:
    County.objects.update(practice=False)
    keeping.forget()
    assert Client().get(PATH).status_code == 404
    assert Client().post(PATH, {"text": "井盖坏了"}).status_code == 404
    assert not Voice.objects.exists()


def test_a_foreign_page_sends_nothing_and_nothing_said_is_nothing_sent() -> None:
    assert Client().post(PATH, {"text": "井盖坏了"}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert Client().post(PATH, {"text": "  "}).status_code == 302
    assert not Voice.objects.exists()
