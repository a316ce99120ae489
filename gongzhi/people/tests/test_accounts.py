"""Making, linking, resetting and closing accounts; the first administrator."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.people import accounts, reads
from gongzhi.people.commands import people
from gongzhi.people.models import Account
from gongzhi.people.permits import Permit
from gongzhi.people.tests import cast

pytestmark = pytest.mark.django_db


def make(**change: Any) -> Account:
    words = {"username": "Lin.Xia", "display_name": "林霞", "email": "Lin@Example.org"} | change
    return accounts.make(by=cast.BY, at=cast.AT, **words)


def test_make_keeps_names_small_and_sets_no_password() -> None:
    account = make()
    assert (account.username, account.email) == ("lin.xia", "lin@example.org")
    assert not account.has_usable_password()
    assert Fact.objects.get(kind="account.made").about == f"account:{account.id.hex}"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"username": "LIN.xia", "email": ""}, "username_taken"),
        ({"username": "other", "email": "LIN@example.org"}, "email_taken"),
        ({"username": "林"}, "username_misread"),
        ({"username": "a b c"}, "username_misread"),
        ({"username": "other", "email": "", "password": "chosen-for-you"}, "password_by_other"),
    ],
)
def test_make_refuses(change: dict[str, str], code: str) -> None:
    make()
    with pytest.raises(Refusal) as refused:
        make(**change)
    assert refused.value.code == code
    assert Account.objects.count() == 1


def test_the_one_time_link_sets_a_password_once(client: Client) -> None:
    account = make()
    link = accounts.set_up_link(by=cast.BY, at=cast.AT, account=account.id)
    form = client.get(link, follow=True)
    assert form.status_code == 200
    words = {"password1": "lantern-bridge-9", "password2": "lantern-bridge-9"}
    done = client.post(form.redirect_chain[-1][0], words, follow=True)
    assert done.status_code == 200
    account.refresh_from_db()
    assert account.check_password("lantern-bridge-9")
    again = Client().get(link, follow=True)
    assert "password1" not in again.content.decode()


def test_close_signs_out_and_makes_posts_vacant(client: Client) -> None:
    cast.load()
    cast.fill("admin", cast.account("admin"))
    lin = cast.account("lin")
    cast.fill("water-1", lin)
    client.force_login(lin)
    accounts.close(by=cast.BY, at=cast.AT, account=lin.id)
    assert reads.held(lin.id) == ()
    assert client.get("/zh/accounts/2fa/").status_code == 302
    assert Fact.objects.filter(kind="account.closed").count() == 1


def test_close_refuses_the_last_account_that_manages_posts() -> None:
    cast.load()
    admin = cast.account("admin")
    cast.fill("admin", admin)
    with pytest.raises(Refusal) as refused:
        accounts.close(by=cast.BY, at=cast.AT, account=admin.id)
    assert refused.value.code == "last_manager"
    assert reads.has_holder(Permit.POST_MANAGE, cast.AT)


def test_reset_removes_every_key_and_is_a_fact() -> None:
    lin = cast.account("lin")
    Authenticator.objects.create(user=lin, type="totp", data={"secret": "x"})
    assert accounts.reset(by=cast.BY, at=cast.AT, account=lin.id) == 1
    assert not Authenticator.objects.exists()
    assert Fact.objects.filter(kind="account.reset").count() == 1


def test_people_first_prints_a_link_and_refuses_a_second_time(capsys: pytest.CaptureFixture[str]) -> None:
    cast.load()
    assert people(["first", "--username", "chief", "--name", "陈主任"]) == 0
    assert "/zh/accounts/password/reset/key/" in capsys.readouterr().out
    chief = Account.objects.get(username="chief")
    assert [card.can(Permit.POST_MANAGE) for card in reads.held(chief.id)] == [True]
    assert people(["first"]) == 1
    assert "already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:80", True),
        ("https://gongzhi.example.gov.cn", False),
    ],
)
def test_people_first_says_that_the_served_address_must_be_set(
    origin: str, told: bool, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    cast.load()
    settings.ORIGIN = origin
    assert people(["first"]) == 0
    said = capsys.readouterr().out
    assert ("GONGZHI_ORIGIN=https://" in said) is told
    assert f"{origin}/zh/accounts/" in said


def test_people_first_needs_a_loaded_county(capsys: pytest.CaptureFixture[str]) -> None:
    assert people(["first"]) == 1
    assert "gongzhi county load" in capsys.readouterr().err
    assert not Account.objects.exists()


def test_people_link_makes_a_new_link_for_a_known_name(capsys: pytest.CaptureFixture[str]) -> None:
    make()
    assert people(["link", "LIN.XIA", "--lang", "en"]) == 0
    assert "/en/accounts/password/reset/key/" in capsys.readouterr().out
    assert people(["link", "nobody"]) == 1
