"""Putting and taking back messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from gongzhi.channels import outbox
from gongzhi.channels.models import Message
from gongzhi.channels.outbox import NewMessage
from gongzhi.channels.tests.letters import AT, put
from gongzhi.kit.refusal import Refusal
from gongzhi.kit.sealing import Unreadable

pytestmark = pytest.mark.django_db


def test_put_keeps_address_and_link_sealed_for_its_own_row() -> None:
    message = put()
    other = put(key="k2")
    row = str(Message.objects.filter(key="k1").values().get())
    assert "lin@" not in row
    assert "secret" not in bytes(message.secrets_sealed or b"").decode("latin-1")
    assert outbox.address_of(message) == "lin@example.org"
    assert outbox.secrets_of(message) == {"link": "https://lanting.example/secret"}
    other.address_sealed = message.address_sealed
    with pytest.raises(Unreadable):
        outbox.address_of(other)


def test_the_same_key_twice_is_one_message_the_first(django_assert_num_queries: Any) -> None:
    first = put()
    with django_assert_num_queries(1):
        outbox.put_many([NewMessage(**{**FIELDS, "address": "other@example.org"})], at=AT)
    assert Message.objects.get().id == first.id
    assert outbox.address_of(Message.objects.get()) == "lin@example.org"


FIELDS: dict[str, Any] = {
    "adapter": "email",
    "address": "lin@example.org",
    "about": "account:1",
    "template": "people/messages/secured",
    "context": {},
    "language": "en",
    "key": "k1",
}


def test_put_many_writes_the_rows_that_put_writes(django_assert_num_queries: Any) -> None:
    hidden = {"id", "key", "address_sealed", "secrets_sealed"}
    outbox.put(at=AT, **FIELDS)
    with django_assert_num_queries(1):
        outbox.put_many([NewMessage(**{**FIELDS, "key": f"m{n}"}) for n in range(3)], at=AT)
    rows = [{k: v for k, v in row.items() if k not in hidden} for row in Message.objects.values()]
    assert len(rows) == 4
    assert all(row == rows[0] for row in rows)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"adapter": "pigeon"}, "channel_unknown"),
        ({"language": "zh"}, "language_unknown"),
        ({"context": {"when": AT}}, "context_not_plain"),
        ({"context": {"rate": 0.5}}, "context_not_plain"),
    ],
)
def test_put_refuses(change: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        put(**change)
    assert refused.value.code == code
    assert not Message.objects.exists()


def test_not_before_holds_a_message_back_and_never_lets_it_go_early() -> None:
    assert put(not_before=AT + timedelta(seconds=10)).due_at == AT + timedelta(seconds=10)
    assert put(key="k2", not_before=AT - timedelta(days=1)).due_at == AT


def test_cancel_takes_back_what_waits_and_drops_its_link() -> None:
    put()
    sent = put(key="k2")
    Message.objects.filter(id=sent.id).update(sent_at=AT)
    assert outbox.cancel(at=AT, keys=["k1", "k2", "nothing"]) == 1
    message = Message.objects.get(key="k1")
    assert (message.cancelled_at, message.secrets_sealed) == (AT, None)


def test_cancel_leaves_what_a_deliverer_holds() -> None:
    message = put()
    Message.objects.filter(id=message.id).update(leased_until=AT + timedelta(minutes=5))
    assert outbox.cancel(at=AT, keys=["k1"]) == 0
    assert outbox.cancel(at=AT + timedelta(minutes=6), keys=["k1"]) == 1


def test_a_message_of_a_verb_that_fails_was_never_put() -> None:
    @transaction.atomic
    def verb() -> None:
        put()
        raise RuntimeError("the verb failed")

    with pytest.raises(RuntimeError):
        verb()
    assert not Message.objects.exists()


def test_a_message_has_one_end() -> None:
    message = put()
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(id=message.id).update(sent_at=AT, cancelled_at=AT)
