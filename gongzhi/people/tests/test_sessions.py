"""Sessions are those of Django's own table, signed as Django signs them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from gongzhi.kit import moments
from gongzhi.people.sessions import SessionStore

pytestmark = pytest.mark.django_db


def test_a_session_of_djangos_own_store_is_read_and_the_other_way_round(django_assert_num_queries: Any) -> None:
    old = db.SessionStore()
    old["acting_post"] = "a" * 32
    old.save()
    with django_assert_num_queries(1):
        assert SessionStore(old.session_key)["acting_post"] == "a" * 32
    new = SessionStore()
    new["acting_post"] = "b" * 32
    new.save()
    assert db.SessionStore(new.session_key)["acting_post"] == "b" * 32


def test_an_expired_session_an_unknown_and_a_missing_one_hold_nothing() -> None:
    store = SessionStore()
    store["acting_post"] = "a" * 32
    store.save()
    Session.objects.update(expire_date=moments.now() - timedelta(seconds=1))
    for key in (store.session_key, "x" * 32, "", None):
        found = SessionStore(key)
        assert found.get("acting_post") is None
        assert found.session_key is None
