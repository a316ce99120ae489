"""Signing in at the desk, and cases as a clerk of the cast finds them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.test import Client
from django.urls import reverse
from django.utils import translation

from gongzhi.cases import dispatch
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.kit import moments
from gongzhi.people.models import Account

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(code: str) -> Client:
    """A browser in which the person of this post is signed in."""
    client = Client()
    client.force_login(Account.objects.get(username=code), backend=BACKEND)
    return client


def url(name: str, case: Case | None = None) -> str:
    """The Chinese address of a page of the desk, whatever language the test before spoke."""
    with translation.override("zh-hans"):
        return reverse(f"desk:{name}", args=[case.id] if case else [])


def fresh(words: str = cast.WORDS, **more: Any) -> Case:
    """A case said an hour ago, with the organ that answers for it."""
    return cast.say(words, **({"at": moments.now() - timedelta(hours=1)} | more)).case


def accepted(code: str = "roads-1", **more: Any) -> Case:
    """A case that a post took in hand half an hour ago."""
    case = fresh(**more)
    return dispatch.accept(**cast.turn(code, case, at=moments.now() - timedelta(minutes=30)))


def do(client: Client, move: str, case: Case, **fields: Any) -> Any:
    """Send the form of a move as drawn for the case as it stands."""
    case.refresh_from_db()
    return client.post(url(move, case), {"version": case.version, "queue": "", **fields})


def text(response: Any) -> str:
    """The page as text."""
    return str(response.content.decode())


def state(case: Case) -> str:
    """The state of the case as kept."""
    return Case.objects.values_list("state", flat=True).get(id=case.id)


def of(id: UUID) -> Case:
    """The case as kept."""
    return Case.objects.get(id=id)
