"""No two workers hold the same row."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from gongzhi.channels.claiming import claim
from gongzhi.channels.models import Message
from gongzhi.channels.tests.letters import AT, put

LEASE = timedelta(minutes=5)


@pytest.mark.django_db
def test_claim_takes_free_rows_in_order_and_counts_the_try() -> None:
    for number in range(3):
        put(key=f"m{number}")
    rows = claim(Message.objects.order_by("key"), AT, 2, LEASE)
    assert [(row.key, row.tries, row.leased_until) for row in rows] == [("m0", 1, AT + LEASE), ("m1", 1, AT + LEASE)]
    assert [row.key for row in claim(Message.objects.order_by("key"), AT, 5, LEASE)] == ["m2"]
    assert claim(Message.objects.order_by("key"), AT, 5, LEASE) == []


@pytest.mark.django_db
def test_a_lease_that_ended_frees_the_row() -> None:
    put()
    claim(Message.objects.all(), AT, 1, LEASE)
    assert claim(Message.objects.all(), AT + LEASE - timedelta(seconds=1), 1, LEASE) == []
    assert claim(Message.objects.all(), AT + LEASE, 1, LEASE)[0].tries == 2


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_share_the_rows_without_overlap() -> None:
    for number in range(20):
        put(key=f"m{number}")

    def work(_: int) -> list[str]:
        try:
            return [row.key for _ in range(10) for row in claim(Message.objects.order_by("due_at"), AT, 2, LEASE)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        taken = [key for keys in pool.map(work, range(4)) for key in keys]
    assert sorted(taken) == sorted(f"m{number}" for number in range(20))
