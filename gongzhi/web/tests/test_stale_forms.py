"""A form without the mark of its session: who was signed in hears so, who never was hears what to do."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("cookies", "said"),
    [({}, "允许使用 Cookie"), ({settings.SESSION_COOKIE_NAME: "ended"}, "重新登录")],
)
@pytest.mark.parametrize("path", ["/zh/accounts/login/", "/zh/cases/"])
def test_a_form_without_its_mark_says_why_nothing_was_sent(path: str, cookies: dict[str, str], said: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies.load(cookies)
    answer = client.post(path, {"login": "x", "password": "y"})
    assert answer.status_code == 403
    assert said in answer.content.decode()
