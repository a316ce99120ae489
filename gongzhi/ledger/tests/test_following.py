from datetime import timedelta

import pytest

from gongzhi.ledger import following, sealing
from gongzhi.ledger.models import Lease

from .conftest import AT

pytestmark = pytest.mark.django_db


def test_a_follower_sees_every_fact_once_in_order(note):
    facts = note(7, seal=True)
    seen = []
    counts = [following.follow(follower="me", handle=seen.extend, limit=3) for _ in range(4)]
    assert counts == [3, 3, 1, 0]
    assert [fact.id for fact in seen] == [fact.pk for fact in facts]
    assert [fact.index for fact in seen] == list(range(7))


def test_what_a_failing_handler_did_is_undone_and_the_facts_come_again(note):
    note(2, seal=True)

    def fails(facts):
        Lease.objects.create(name="effect", holder="x", until=AT)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        following.follow(follower="me", handle=fails)
    assert not Lease.objects.filter(name="effect").exists()
    assert following.place("me") == -1
    seen = []
    assert following.follow(follower="me", handle=seen.extend) == 2


def test_followers_do_not_disturb_each_other(note):
    note(2, seal=True)
    one, two = [], []
    following.follow(follower="one", handle=one.extend)
    note(1, seal=True)
    following.follow(follower="two", handle=two.extend)
    assert (len(one), len(two)) == (2, 3)
    assert (following.place("one"), following.place("two")) == (1, 2)


def test_a_fact_committed_late_is_not_missed(note):
    note(3, seal=True)
    seen = []
    following.follow(follower="me", handle=seen.extend)
    late = note(at=AT - timedelta(days=1))[0]
    sealing.seal_once(at=AT, holder="test")
    following.follow(follower="me", handle=seen.extend)
    assert seen[-1].id == late.pk


def test_unsealed_facts_are_not_followed_and_an_idle_call_takes_no_lock(note, django_assert_num_queries):
    note(2)
    with django_assert_num_queries(2):
        assert following.follow(follower="me", handle=lambda facts: None) == 0
