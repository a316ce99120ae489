"""Signing in through the real pages: password, one-time code, recovery code, throttle, reset, no sign-up."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from gongzhi.channels.models import Message
from gongzhi.channels.rendering import render
from gongzhi.ledger.models import Fact
from gongzhi.people.models import Account, Strain
from gongzhi.people.tests import cast

pytestmark = pytest.mark.django_db

LOGIN = "/zh/accounts/login/"


@pytest.fixture
def lin() -> Account:
    return cast.account("lin", email="lin@example.org", display_name="林霞")


def sign_in(client: Client, login: str = "lin", password: str = "lantern-bridge", **more: str) -> Any:
    return client.post(LOGIN, {"login": login, "password": password, **more})


def sign_in_surely(client: Client) -> None:
    """Sign in and show once more that it is oneself, as changes of sign-in demand."""
    sign_in(client)
    client.post("/zh/accounts/reauthenticate/", {"password": "lantern-bridge"})


def facts(kind: str) -> list[dict[str, Any]]:
    return [dict(fact.details) for fact in Fact.objects.filter(kind=kind)]


def code_of(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    counters = list(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counters[len(counters) // 2]))


def set_up_app(client: Client) -> str:
    """Sets up an authenticator app on the real pages; gives its secret."""
    page = client.get("/zh/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'<code class="number">([A-Z2-7]{32})</code>', page)
    assert found
    done = client.post("/zh/accounts/2fa/totp/activate/", {"code": code_of(found[1])})
    assert done.status_code == 302, done.content.decode()
    return found[1]


@pytest.mark.parametrize("login", ["lin", "LIN", "lin@example.org", "Lin@Example.org"])
def test_name_or_address_and_password_sign_in(client: Client, lin: Account, login: str) -> None:
    answer = sign_in(client, login)
    assert (answer.status_code, answer["Location"]) == (302, "/zh/desk/")
    assert client.session["_auth_user_id"] == str(lin.id)
    assert facts("account.signed_in") == [{"method": "password"}]


def test_the_language_of_the_page_stays_after_sign_in(client: Client, lin: Account) -> None:
    answer = client.post("/en/accounts/login/", {"login": "lin", "password": "lantern-bridge"})
    assert answer["Location"] == "/en/desk/"


@pytest.mark.parametrize(
    ("post", "page"),
    [("water-1", "/zh/desk/"), ("admin", "/zh/desk/people/"), ("audit", "/zh/desk/")],
)
def test_everybody_begins_where_their_work_is(client: Client, lin: Account, post: str, page: str) -> None:
    cast.load()
    cast.fill(post, lin)
    assert sign_in(client)["Location"] == page


def test_signing_in_changes_the_session_key(client: Client, lin: Account) -> None:
    session = client.session
    session["before"] = 1
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_a_foreign_next_address_is_not_followed(client: Client, lin: Account) -> None:
    assert sign_in(client, next="https://evil.example/")["Location"] == "/zh/desk/"
    assert sign_in(Client(), next="/zh/desk/people/")["Location"] == "/zh/desk/people/"


def test_a_wrong_password_is_told_in_words_and_is_a_fact(client: Client, lin: Account) -> None:
    answer = sign_in(client, password="wrong")
    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()
    assert facts("account.sign_in_failed") == [{}]


def test_a_name_nobody_has_gets_the_same_answer_and_leaves_no_trace(client: Client, lin: Account) -> None:
    def shown(answer: Any) -> str:
        found = re.search(r'role="alert".*?</div>', answer.content.decode(), re.DOTALL)
        assert found
        return found[0]

    assert shown(sign_in(client, "nobody", "wrong")) == shown(sign_in(client, "lin", "wrong"))
    assert len(facts("account.sign_in_failed")) == 1


def test_five_wrong_passwords_stop_the_sixth_try_even_with_the_right_one(lin: Account) -> None:
    for _ in range(5):
        sign_in(Client(), password="wrong")
    answer = sign_in(Client())
    assert answer.status_code == 200
    assert "_auth_user_id" not in answer.client.session
    Strain.objects.update(until=cast.AT - timedelta(days=9))
    assert sign_in(Client()).status_code == 302


def test_a_closed_account_does_not_sign_in(client: Client, lin: Account) -> None:
    Account.objects.update(is_active=False, closed_at=cast.AT)
    sign_in(client)
    assert "_auth_user_id" not in client.session


def test_an_authenticator_app_is_asked_for_and_takes_each_code_once(client: Client, lin: Account) -> None:
    sign_in_surely(client)
    secret = set_up_app(client)
    other = Client()
    assert sign_in(other)["Location"] == "/zh/accounts/2fa/authenticate/"
    assert "_auth_user_id" not in other.session
    Strain.objects.all().delete()  # as if the half minute in which the app was set up were over
    code = code_of(secret)
    assert other.post("/zh/accounts/2fa/authenticate/", {"code": code})["Location"] == "/zh/desk/"
    third = Client()
    sign_in(third)
    assert third.post("/zh/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert "_auth_user_id" not in third.session


def test_the_secret_of_the_app_is_sealed_in_its_row(client: Client, lin: Account) -> None:
    sign_in_surely(client)
    secret = set_up_app(client)
    assert secret not in str(Authenticator.objects.get(type="totp").data)


def test_a_recovery_code_works_once(client: Client, lin: Account) -> None:
    sign_in_surely(client)
    set_up_app(client)
    shown = client.get("/zh/accounts/2fa/recovery-codes/").content.decode()
    codes = re.findall(r'<code class="number">(\w+)</code>', shown)
    assert len(codes) == 10
    for expected in (302, 200):
        other = Client()
        sign_in(other)
        answer = other.post("/zh/accounts/2fa/authenticate/", {"code": codes[0]})
        assert answer.status_code == expected


def test_a_change_of_sign_in_asks_once_more_who_it_is(client: Client, lin: Account) -> None:
    sign_in(client)
    for address in ("totp/activate/", "webauthn/add/"):
        assert "/reauthenticate/" in client.get(f"/zh/accounts/2fa/{address}")["Location"]


def test_setting_up_and_switching_off_are_facts(
    client: Client, lin: Account, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        sign_in_surely(client)
        set_up_app(client)
        client.post("/zh/accounts/2fa/totp/deactivate/")
    changes = {details["change"] for details in facts("account.secured")}
    assert {"totp_activated", "totp_deactivated"} <= changes
    assert not Authenticator.objects.exists()


def test_a_forgotten_password_goes_through_the_outbox_with_its_link_sealed(client: Client, lin: Account) -> None:
    client.post("/zh/accounts/password/reset/", {"email": "LIN@example.org"})
    message = Message.objects.get(template="people/messages/password_reset")
    assert "http" not in str(message.context)
    letter = render(message)
    assert letter.address == "lin@example.org"
    link = re.search(r"http://testserver(/zh/accounts/password/reset/key/\S+)", letter.text)
    assert link
    form = client.get(link[1], follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": "river-lantern-3", "password2": "river-lantern-3"})
    lin.refresh_from_db()
    assert lin.check_password("river-lantern-3")
    assert {"change": "password_reset"} in facts("account.secured")


def test_a_reset_for_an_address_nobody_has_looks_the_same_and_sends_nothing(client: Client, lin: Account) -> None:
    unknown = client.post("/zh/accounts/password/reset/", {"email": "nobody@example.org"})
    known = client.post("/zh/accounts/password/reset/", {"email": "lin@example.org"})
    assert unknown["Location"] == known["Location"]
    assert Message.objects.count() == 1


def test_a_weak_password_is_refused(client: Client, lin: Account) -> None:
    sign_in(client)
    words = {"oldpassword": "lantern-bridge", "password1": "password", "password2": "password"}
    assert client.post("/zh/accounts/password/change/", words).status_code == 200
    lin.refresh_from_db()
    assert lin.check_password("lantern-bridge")


@pytest.mark.parametrize("address", ["signup/", "email/", "confirm-email/", "confirm-email/key/"])
def test_nobody_makes_an_account_or_adds_an_address(client: Client, address: str) -> None:
    words = {"username": "evil", "password1": "long-enough-1", "password2": "long-enough-1"}
    assert client.get(f"/zh/accounts/{address}").status_code == 403
    assert client.post(f"/zh/accounts/{address}", words).status_code == 403
    assert not Account.objects.exists()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "address",
    [
        "2fa/",
        "2fa/totp/activate/",
        "2fa/webauthn/",
        "2fa/webauthn/add/",
        "password/change/",
        "logout/",
    ],
)
def test_every_page_of_ones_own_sign_in_opens_with_one_heading(
    client: Client, lin: Account, lang: str, address: str
) -> None:
    sign_in_surely(client)
    page = client.get(f"/{lang}/accounts/{address}")
    assert page.status_code == 200
    assert page.content.decode().count("<h1") == 1


@pytest.mark.parametrize("address", ["login/", "password/reset/", "password/reset/done/", "inactive/"])
def test_every_page_of_sign_in_opens_with_one_heading_and_no_inline_script(client: Client, address: str) -> None:
    page = client.get(f"/en/accounts/{address}").content.decode()
    assert page.count("<h1") == 1
    scripts = re.findall(r"<script([^>]*)>", page)
    assert all("src=" in words or "application/json" in words for words in scripts)
    assert "style=" not in page


def test_signing_out_needs_a_post(client: Client, lin: Account) -> None:
    sign_in(client)
    client.get("/zh/accounts/logout/")
    assert "_auth_user_id" in client.session
    assert client.post("/zh/accounts/logout/")["Location"] == "/zh/"
    assert "_auth_user_id" not in client.session
