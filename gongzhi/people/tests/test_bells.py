"""Staff are told of bells as they chose; nothing personal stands in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongzhi.channels.models import Message
from gongzhi.channels.outbox import address_of
from gongzhi.channels.rendering import render
from gongzhi.kit.refusal import Refusal
from gongzhi.people import bells
from gongzhi.people.bells import Ring
from gongzhi.people.cards import PostCard
from gongzhi.people.own import AccessToken, Notice, Told
from gongzhi.people.tests.cast import AT, account, fill

pytestmark = pytest.mark.usefixtures("people")


@pytest.fixture
def anna() -> PostCard:
    return fill("water-1", account("anna", email="anna@example.org"))


def ring(post: PostCard, bell: str = "overdue", nth: int = 1) -> Ring:
    return Ring(post, bell, f"case:{nth:032x}", f"990101-26-{nth}", AT + timedelta(days=2), f"desk/cases/{nth}/")


def choose(post: PostCard, **more: str) -> None:
    told: dict[str, Any] = {"near": "page", "overdue": "page", "ladder": "page", "language": "zh-hans"} | more
    assert post.account is not None
    bells.choose(by=post.doer, at=AT, account=post.account, **told)


def test_without_a_choice_it_stands_on_the_own_page(anna: PostCard) -> None:
    assert bells.tell([ring(anna)], at=AT) == 1
    assert Message.objects.get().adapter == "page"
    assert Notice.objects.get().number == "990101-26-1"


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "超期"), ("en", "is late")])
def test_a_letter_says_number_limit_and_way_and_nothing_else(anna: PostCard, language: str, words: str) -> None:
    choose(anna, overdue="email", language=language)
    bells.tell([ring(anna)], at=AT)
    message = Message.objects.get()
    letter = render(message)
    assert (message.adapter, address_of(message)) == ("email", "anna@example.org")
    assert words in letter.subject + letter.text
    assert f"/{'en' if language == 'en' else 'zh'}/desk/cases/1/" in letter.text
    assert set(message.context) == {"bell", "what", "number", "due", "path"}


def test_a_letter_about_an_appeal_says_that_it_is_one(anna: PostCard) -> None:
    choose(anna, overdue="email", language="en")
    bells.tell([replace(ring(anna), what="appeal")], at=AT)
    letter = render(Message.objects.get())
    assert "The appeal in" in letter.subject
    assert "A resident appealed" in letter.text


def test_each_bell_has_its_own_way_and_only_what_is_near_may_be_silent(anna: PostCard) -> None:
    choose(anna, near="none", ladder="email")
    assert bells.tell([ring(anna, bell, n) for n, bell in enumerate(("near", "overdue", "ladder"))], at=AT) == 2
    assert sorted(Message.objects.values_list("adapter", flat=True)) == ["email", "page"]
    for name in ("overdue", "ladder"):
        with pytest.raises(Refusal) as refusal:
            choose(anna, **{name: "none"})
        assert refusal.value.field == name


def test_one_bell_is_told_once_and_a_vacant_post_is_told_nothing(anna: PostCard) -> None:
    for _ in range(2):
        bells.tell([ring(anna)], at=AT)
    assert (Message.objects.count(), Notice.objects.count()) == (1, 1)
    assert bells.tell([ring(fill("water-2", None))], at=AT) == 0


def test_who_has_no_address_is_told_on_the_page() -> None:
    post = fill("water-2", account("ben"))
    choose(post, overdue="email")
    bells.tell([ring(post)], at=AT)
    assert Message.objects.get().adapter == "page"


def test_the_own_page_keeps_the_choice_and_shows_a_token_once(anna: PostCard) -> None:
    client = Client()
    client.login(username="anna", password="lantern-bridge")
    page = "/zh/desk/people/mine/"
    form = {"do": "told", "near": "none", "overdue": "email", "ladder": "email", "language": "en"}
    assert client.post(page, form).status_code == 302
    assert Told.objects.get().overdue == "email"
    shown = client.post(page, {"do": "token", "label": "表格", "post": str(anna.id), "days": "90"}).content.decode()
    text = shown.split("<code>")[1].split("</code>")[0]
    assert text.startswith("gz_")
    assert text not in client.get(page).content.decode()
    assert client.post(page, {"do": "close", "token": str(AccessToken.objects.get().id)}).status_code == 302
    assert AccessToken.objects.get().closed_at is not None
    assert client.post(page, {"do": "close", "token": "x"}).status_code == 404
    assert client.post(page, {"do": "token", "label": "", "post": str(anna.id), "days": "90"}).status_code == 422
