"""The cache that every process shares: sign-in limits and used codes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connections

from gongzhi.people.models import Strain
from gongzhi.people.strain import SharedCache


@pytest.mark.django_db
def test_it_is_the_default_cache_and_keeps_what_it_is_given() -> None:
    cache.set("history", [3.5, 2.0], 60)
    assert SharedCache("", {}).get("history") == [3.5, 2.0]
    assert cache.get("nothing", "fallback") == "fallback"


@pytest.mark.django_db
def test_add_stores_only_what_is_not_there() -> None:
    assert cache.add("lock", True, 10)
    assert not cache.add("lock", False, 10)
    assert cache.get("lock") is True
    assert cache.delete("lock")
    assert not cache.delete("lock")


@pytest.mark.django_db
def test_what_is_over_is_gone_and_its_rows_too() -> None:
    cache.set("old", 1, -1)
    assert cache.get("old") is None
    assert not cache.touch("old", 60)
    assert cache.add("old", 2, 60)
    cache.set("other", 1, -1)
    cache.add("third", 1, 60)
    assert Strain.objects.count() == 2


@pytest.mark.django_db
def test_rows_do_not_show_whose_they_are() -> None:
    cache.set("allauth:rl:login:192.0.2.7", [1.0], 60)
    assert "192.0.2.7" not in Strain.objects.get().key


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_exactly_one_adds() -> None:
    def add(_: int) -> bool:
        try:
            return cache.add("used-code", "y", 60)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(4))) == [False, False, False, True]
