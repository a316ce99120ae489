"""From the outbox to a real mail server on loopback, with everything that can go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.channels import delivering, outbox, reads, rules
from gongzhi.channels.delivering import Delivered
from gongzhi.channels.models import Message
from gongzhi.channels.tests.letters import AT, put
from gongzhi.channels.tests.mailserver import MailServer
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(settings: Any) -> Iterator[MailServer]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "county@lanting.example"
    with MailServer() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


def state(key: str = "k1") -> Message:
    return Message.objects.get(key=key)


def test_a_due_message_arrives_in_its_language_with_its_link(server: MailServer) -> None:
    message = put()
    assert delivering.deliver_due(at=AT) == Delivered(sent=1)
    letter = server.letters[0]
    assert letter["To"] == "lin@example.org"
    assert letter["Subject"] == "Lanting: choose a new password"
    assert letter["Message-ID"] == f"<{message.id.hex}@lanting.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    text = letter.get_content()
    assert "Ms <Lin> & Co" in text
    assert "https://lanting.example/secret" in text


def test_a_sent_message_forgets_its_link_and_is_a_fact(server: MailServer) -> None:
    message = put()
    delivering.deliver_due(at=AT)
    assert (state().sent_at, state().secrets_sealed, state().leased_until) == (AT, None, None)
    fact = Fact.objects.get(kind="message.sent")
    assert fact.about == message.about
    assert fact.details == {"message": message.id.hex, "adapter": "email", "tries": 1}


def test_nothing_leaves_twice_or_early_or_after_it_was_taken_back(server: MailServer) -> None:
    put()
    put(key="later", not_before=AT + timedelta(seconds=10))
    put(key="gone")
    outbox.cancel(at=AT, keys=["gone"])
    for _ in range(2):
        delivering.deliver_due(at=AT)
    assert len(server.letters) == 1
    assert delivering.deliver_due(at=AT + timedelta(seconds=10)).sent == 1
    assert not delivering.deliver_due(at=AT + timedelta(days=1))


def test_an_address_the_server_never_takes_is_given_up_at_once_and_stays_visible(server: MailServer) -> None:
    put()
    server.rcpt = "550 no such mailbox lin@example.org"
    assert delivering.deliver_due(at=AT) == Delivered(failed=1)
    failed = reads.failed()
    assert [(row.last_error, row.tries, row.text, row.address) for row in failed] == [("SMTP 550", 1, "", "")]
    assert Fact.objects.filter(kind="message.failed").count() == 1


@pytest.mark.parametrize("answer", ["451 come again", "421 closing"])
def test_a_server_that_asks_to_come_again_is_tried_later_and_later(server: MailServer, answer: str) -> None:
    put()
    server.data = answer
    at, waits = AT, []
    while delivering.deliver_due(at=at).put_off:
        waits.append(state().due_at - at)
        assert not delivering.deliver_due(at=state().due_at - timedelta(seconds=1))
        at = state().due_at
    assert tuple(waits) == rules.WAITS
    assert (state().failed_at, state().tries) == (at, len(rules.WAITS) + 1)


def test_a_server_that_is_down_puts_off_and_recovers(server: MailServer, settings: Any) -> None:
    put()
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert delivering.deliver_due(at=AT) == Delivered(put_off=1)
    assert state().last_error == "ConnectionRefusedError"
    settings.EMAIL_PORT = port
    assert delivering.deliver_due(at=AT + timedelta(minutes=1)).sent == 1


def test_without_a_mail_server_a_message_stays_in_the_letterbox(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    put()
    assert delivering.deliver_due(at=AT) == Delivered(failed=1)
    shown = reads.letterbox()[0]
    assert (shown.state, shown.address) == ("kept", "lin@example.org")
    assert "https://lanting.example/secret" in shown.text


def test_a_message_that_cannot_be_written_does_not_stop_those_behind_it(server: MailServer) -> None:
    put(key="broken", template="people/messages/nothing")
    put()
    assert delivering.deliver_due(at=AT) == Delivered(sent=1, failed=1)
    assert "TemplateDoesNotExist" in state("broken").last_error


def test_a_deliverer_that_died_loses_its_message_after_the_lease(server: MailServer) -> None:
    message = put()
    Message.objects.filter(id=message.id).update(leased_until=AT + rules.LEASE, tries=1)
    assert not delivering.deliver_due(at=AT + timedelta(minutes=1))
    assert delivering.deliver_due(at=AT + rules.LEASE).sent == 1
    assert state().tries == 2


def test_a_deliverer_that_lost_its_lease_notes_nothing(server: MailServer) -> None:
    put()
    mine = delivering.claim(delivering._waiting(AT, "email"), AT, 1, rules.LEASE)[0]
    Message.objects.update(leased_until=AT + 2 * rules.LEASE)
    delivering._deliver(mine, AT)
    assert state().sent_at is None
    assert not Fact.objects.exists()


def pages(count: int, **change: Any) -> list[Message]:
    return [put(key=f"p{nth}", adapter="page", address=f"voice:{nth}", **change) for nth in range(count)]


def test_what_stays_in_the_house_is_noted_by_as_many_statements_for_one_as_for_many() -> None:
    pages(1)
    with CaptureQueriesContext(connection) as one:
        delivering.deliver_due(at=AT)
    rows = [put(key=f"q{nth}", adapter="page", address=f"voice:{nth}") for nth in range(40)]
    with CaptureQueriesContext(connection) as many:
        assert delivering.deliver_due(at=AT) == Delivered(sent=40)
    assert len(many) == len(one)
    assert not Message.objects.exclude(sent_at=AT, leased_until=None, secrets_sealed=None, context={}, tries=1)
    told = Fact.objects.filter(kind="message.sent", about=rows[0].about).values_list("details", flat=True)
    assert {row.id.hex for row in rows} < {details["message"] for details in told}


def test_of_many_in_the_house_one_that_cannot_be_written_fails_alone_and_a_lost_one_is_not_noted() -> None:
    pages(3)
    put(key="broken", adapter="page", address="voice:9", template="people/messages/nothing")
    assert delivering.deliver_due(at=AT, limit=4) == Delivered(sent=3, failed=1)
    held = delivering.claim(delivering._waiting(AT, "page"), AT, 9, rules.LEASE)
    assert held == []
    late = put(key="late", adapter="page", address="voice:10")
    mine = delivering.claim(delivering._waiting(AT, "page"), AT, 9, rules.LEASE)
    Message.objects.filter(id=late.id).update(leased_until=AT + 2 * rules.LEASE)
    assert delivering._note_sent(mine, AT, keep=False) == 0
    assert state("late").sent_at is None
    assert Fact.objects.filter(kind="message.sent").count() == 3


def test_a_failed_message_can_be_tried_again_and_forgets_its_link_after_a_week(server: MailServer) -> None:
    server.rcpt = "550 no"
    put()
    delivering.deliver_due(at=AT)
    delivering.try_again(by="post:1", at=AT, message=state())
    server.rcpt = "250 ok"
    assert delivering.deliver_due(at=AT).sent == 1
    server.rcpt = "550 no"
    put(key="k2")
    delivering.deliver_due(at=AT)
    assert delivering.forget(at=AT + timedelta(days=6)) == 0
    assert delivering.forget(at=AT + timedelta(days=7)) == 1
    assert state("k2").secrets_sealed is None


def test_the_letterbox_pages_without_counting(django_assert_num_queries: Any) -> None:
    for number in range(5):
        put(key=f"m{number}", at=AT + timedelta(seconds=number))
    with django_assert_num_queries(1):
        first = reads.letterbox(limit=3)
    rest = reads.letterbox(limit=3, before=first[-1].id)
    moments = [row.put_at for row in (*first, *rest)]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) == 5


@given(st.integers(min_value=-3, max_value=40))
def test_waits_never_shrink_and_end(tries: int) -> None:
    now, following = rules.wait_after(tries), rules.wait_after(tries + 1)
    if now is not None and following is not None:
        assert following >= now
    assert (now is None) == (not 1 <= tries <= len(rules.WAITS))
