"""The pages of posts, accounts, looks and messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongzhi.channels import delivering, outbox
from gongzhi.channels.models import Message
from gongzhi.kit import moments
from gongzhi.people import purposes, reads
from gongzhi.people.models import Account, Post
from gongzhi.people.tests import cast
from gongzhi.places import loading as places

pytestmark = pytest.mark.django_db

PEOPLE = "/zh/desk/people/"


@pytest.fixture
def admin(client: Client) -> Client:
    """A browser in which the administrator is signed in."""
    cast.load()
    account = cast.account("admin")
    cast.fill("admin", account)
    client.force_login(account)
    return client


def signed_in(code: str) -> Client:
    account = cast.account(code)
    cast.fill(code, account)
    client = Client()
    client.force_login(account)
    return client


def card(code: str) -> Any:
    return reads.post_by_code(code)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_opens_in_both_languages_with_one_heading(admin: Client, lang: str) -> None:
    account = Account.objects.get()
    pages = ["", "new/", "accounts/", f"accounts/{account.id}/", f"{card('water-1').id}/"]
    for page in [f"/{lang}/desk/people/{page}" for page in pages] + [f"/{lang}/desk/letterbox/"]:
        answer = admin.get(page)
        assert answer.status_code == 200, page
        assert answer.content.decode().count("<h1") == 1, page
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("page", ["", "new/", "accounts/", "looks/"])
def test_a_handler_is_refused_and_a_stranger_led_to_sign_in(admin: Client, page: str) -> None:
    assert signed_in("water-1").get(PEOPLE + page).status_code == 403
    assert "/accounts/login/" in Client().get(PEOPLE + page)["Location"]


def test_posts_are_found_by_holder(admin: Client) -> None:
    cast.fill("water-1", cast.account("lin", display_name="林霞"))
    page = admin.get(PEOPLE, {"q": "林霞"}).content.decode()
    assert "水务一岗" in page
    assert "水务二岗" not in page


def test_a_post_is_given_by_sign_in_name_and_made_vacant_again(admin: Client) -> None:
    lin = cast.account("lin")
    seat = f"{PEOPLE}{card('water-1').id}/"
    assert admin.post(seat, {"do": "fill", "account": "LIN"}).status_code == 302
    assert card("water-1").account == lin.id
    admin.post(seat, {"do": "fill", "account": ""})
    assert card("water-1").account is None


def test_a_refusal_stands_at_its_field(admin: Client) -> None:
    answer = admin.post(f"{PEOPLE}{card('water-1').id}/", {"do": "fill", "account": "nobody"})
    assert answer.status_code == 400
    assert "error-summary" in answer.content.decode()
    assert "nobody" in answer.content.decode()


def test_a_leave_runs_from_midnight_to_midnight_of_the_county(admin: Client) -> None:
    cast.fill("water-1", cast.account("lin"))
    cover = cast.fill("water-2", cast.account("wu"))
    today = reads.day_of(moments.now())
    words = {"do": "leave", "first": today, "last": today + timedelta(days=2), "cover": cover.id.hex}
    seat = f"{PEOPLE}{card('water-1').id}/"
    assert admin.post(seat, words).status_code == 302
    row = Post.objects.get(code="water-1")
    assert row.away_from is not None
    assert row.away_to is not None
    assert row.away_to - row.away_from == timedelta(days=3)
    assert row.away_from.astimezone(reads.zone()).hour == 0
    admin.post(seat, {"do": "back"})
    assert Post.objects.get(code="water-1").cover_id is None


def test_a_post_is_opened_and_closed(admin: Client) -> None:
    words = {"organ": "water", "role": "handler", "title_zh": "防汛岗", "title_en": "Floods"}
    answer = admin.post(PEOPLE + "new/", words)
    assert answer.status_code == 302
    assert "防汛岗" in admin.get(answer["Location"]).content.decode()
    assert admin.post(answer["Location"], {"do": "close"}).status_code == 302
    assert not Post.objects.filter(title_zh="防汛岗", valid_to=None).exists()


def test_an_account_is_made_and_its_link_is_shown_once(admin: Client) -> None:
    answer = admin.post(PEOPLE + "accounts/", {"username": "wu", "display_name": "吴小山"})
    page = admin.post(answer["Location"], {"do": "link"}).content.decode()
    assert "/zh/accounts/password/reset/key/" in page
    assert "/password/reset/key/" not in admin.get(answer["Location"]).content.decode()


def test_only_the_security_administrator_removes_lost_keys(admin: Client) -> None:
    lin = cast.account("lin")
    page = f"{PEOPLE}accounts/{lin.id}/"
    refused = admin.post(page, {"do": "reset"}, follow=True)
    assert "notice-error" in refused.content.decode()
    Post.objects.filter(code="audit").update(role="security_administrator")
    guard = signed_in("audit")
    assert guard.post(page, {"do": "reset"}).status_code == 200
    assert "notice-error" in guard.post(page, {"do": "close"}, follow=True).content.decode()
    assert Account.objects.get(id=lin.id).is_active


def test_the_auditor_sees_looks_by_post_and_purpose(admin: Client) -> None:
    post = card("water-1")
    words = {"subject": "voice:1", "fields": ["original"], "case": "case:1", "live": True}
    purposes.look(by=post.ref, at=cast.AT, purpose="contact", **words)
    page = signed_in("audit").get(PEOPLE + "looks/").content.decode()
    assert "水务一岗" in page
    assert "case:1" in page


def test_who_holds_two_posts_is_offered_the_other_one(admin: Client) -> None:
    other = cast.fill("water-1", Account.objects.get())
    page = admin.get(PEOPLE).content.decode()
    assert f'action="{PEOPLE}act/{other.id}/"' in page
    assert f'action="{PEOPLE}act/{card("admin").id}/"' not in page


def test_switching_goes_to_ones_own_post_and_back_within_the_site(admin: Client) -> None:
    other = cast.fill("water-1", Account.objects.get())
    answer = admin.post(f"{PEOPLE}act/{other.id}/", {"next": "/zh/desk/people/"})
    assert answer["Location"] == "/zh/desk/people/"
    assert admin.get(PEOPLE).status_code == 403
    away = admin.post(f"{PEOPLE}act/{other.id}/", {"next": "//evil.example/"})
    assert away["Location"] == "/zh/desk/"
    assert admin.get(f"{PEOPLE}act/{other.id}/").status_code == 405


def put(key: str = "k1") -> None:
    outbox.put(
        at=cast.AT,
        adapter="email",
        address="lin@example.org",
        about="account:1",
        template="people/messages/password_reset",
        context={"name": "林霞", "county": "兰亭县"},
        language="zh-hans",
        key=key,
        sealed={"link": "http://testserver/secret"},
    )


def test_the_letterbox_of_a_practice_county_shows_what_would_have_been_sent(admin: Client) -> None:
    put()
    real = admin.get("/zh/desk/letterbox/").content.decode()
    assert "lin@example.org" not in real
    places.set_county(by=cast.BY, at=cast.AT, card=county())
    page = admin.get("/zh/desk/letterbox/").content.decode()
    assert "lin@example.org" in page
    assert "http://testserver/secret" in page


def test_a_real_county_sees_failures_without_their_text_and_tries_again(admin: Client, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    put()
    delivering.deliver_due(at=cast.AT)
    page = admin.get("/zh/desk/letterbox/").content.decode()
    assert "secret" not in page
    assert "GONGZHI_SMTP" in page
    message = Message.objects.get()
    admin.post("/zh/desk/letterbox/", {"again": message.id.hex})
    message.refresh_from_db()
    assert message.failed_at is None


def county() -> dict[str, Any]:
    return {
        "code": "990101",
        "name_zh": "兰亭县",
        "name_en": "Lanting County",
        "tz": "Asia/Shanghai",
        "practice": True,
    }
