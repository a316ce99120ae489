"""Many writers, two sealers and a follower that fails and starts again, at once, on a real database."""

import random
import threading
import time
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from gongzhi.kit import now
from gongzhi.ledger import checking, following, guards, sealing, writing
from gongzhi.ledger.models import Fact, Leaf, Lease, Unsealed

WRITERS, EACH = 5, 40


def in_threads(*jobs):
    """Run jobs at once, each with a connection of its own; what one raises is raised here."""
    wrong = []

    def run(job):
        try:
            job()
        except Exception as error:  # noqa: BLE001 - raised again in the main thread
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


def write_slowly(writer):
    """Each fact is noted some milliseconds before it is committed, so that later ones overtake it."""
    chance = random.Random(writer)
    for step in range(EACH):
        with transaction.atomic():
            writing.write(kind="test.noted", about=f"case:{writer}-{step}", by="post:7", at=now())
            time.sleep(chance.random() * 0.004)


def seal_until(done, holder):
    """A sealer whose lease is always about to run out, so that the two keep overtaking each other."""
    while not done.is_set() or Unsealed.objects.exists():
        try:
            sealing.seal_once(at=now() + timedelta(seconds=random.choice((0, 31))), holder=holder, limit=7)
        except OperationalError:  # SQLite: two who both want to write; the loser tries again
            continue
        time.sleep(0.001)


def follow_until(done, seen):
    """A follower that falls over in one call of four and starts again."""

    def handle(facts):
        batch = [(fact.index, fact.about) for fact in facts]
        for index, about in batch:
            Lease.objects.create(name=f"seen-{index}", holder=about, until=now())
        if random.random() < 0.25:
            raise ZeroDivisionError
        seen.extend(batch)

    while not done.is_set() or following.place("me") < WRITERS * EACH - 1:
        try:
            following.follow(follower="me", handle=handle, limit=5)
        except (ZeroDivisionError, OperationalError):
            continue
        time.sleep(0.001)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_one_order_and_a_follower_neither_misses_nor_repeats():
    done, seen = threading.Event(), []
    writers = [
        threading.Thread(target=in_threads, args=(lambda writer=writer: write_slowly(writer),))
        for writer in range(WRITERS)
    ]

    def write_all():
        for thread in writers:
            thread.start()
        for thread in writers:
            thread.join()
        done.set()

    in_threads(
        write_all, lambda: seal_until(done, "one"), lambda: seal_until(done, "two"), lambda: follow_until(done, seen)
    )
    total = WRITERS * EACH
    assert Fact.objects.count() == total
    assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(range(total))
    assert [index for index, _ in seen] == list(range(total))
    assert len({about for _, about in seen}) == total
    assert Lease.objects.filter(name__startswith="seen-").count() == total
    assert checking.check(now()) == []


@pytest.mark.django_db(transaction=True)
def test_a_fact_whose_transaction_is_still_open_is_sealed_after_it_commits():
    """On PostgreSQL others write and are sealed meanwhile; SQLite lets them wait. Both lose nothing."""
    written, go_on = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            writing.write(kind="test.noted", about="case:slow", by="post:7", at=now())
            written.set()
            go_on.wait(5)

    def fast():
        written.wait(5)
        if connection.vendor == "sqlite":
            go_on.set()
        writing.write(kind="test.noted", about="case:fast", by="post:7", at=now())
        sealing.seal_once(at=now(), holder="me")
        go_on.set()

    in_threads(slow, fast)
    sealing.seal_once(at=now(), holder="me")
    seen = []
    following.follow(follower="me", handle=seen.extend)
    order = ["case:slow", "case:fast"] if connection.vendor == "sqlite" else ["case:fast", "case:slow"]
    assert [fact.about for fact in seen] == order


@pytest.mark.django_db(transaction=True)
def test_emptying_the_test_database_leaves_the_guards_on():
    with guards.lifted():
        Fact.objects.all().delete()
    writing.write(kind="test.noted", about="case:1", by="post:7", at=now())
    assert Unsealed.objects.count() == 1
