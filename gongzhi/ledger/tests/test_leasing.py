from datetime import timedelta

import pytest

from gongzhi.ledger import leasing

from .conftest import AT

pytestmark = pytest.mark.django_db
LASTS = timedelta(seconds=30)


def take(holder, seconds):
    return leasing.take(name="job", holder=holder, at=AT + timedelta(seconds=seconds), lasts=LASTS)


def test_one_holds_it_and_another_does_not():
    assert take("one", 0)
    assert not take("two", 1)
    assert take("one", 2)


def test_a_dead_holder_is_replaced_when_its_time_is_up():
    take("one", 0)
    assert not take("two", 29)
    assert take("two", 30)
    assert not take("one", 31)


def test_a_holder_keeps_it_without_a_write_while_it_is_fresh(django_assert_num_queries):
    take("one", 0)
    with django_assert_num_queries(1):
        assert take("one", 10)
    assert take("one", 20)
    assert not take("two", 45)


def test_what_is_released_can_be_taken_at_once():
    take("one", 0)
    leasing.release(name="job", holder="two")
    assert not take("two", 1)
    leasing.release(name="job", holder="one")
    assert take("two", 1)


def test_confirm_knows_the_holder():
    take("one", 0)
    assert leasing.confirm(name="job", holder="one")
    assert not leasing.confirm(name="job", holder="two")
