"""Channels that hang, against a real gateway and a real mail server: sealing, verbs and the other channels go on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gongzhi.cases.cards import Contact
from gongzhi.cases.models import Voice
from gongzhi.cases.tests import cast
from gongzhi.channels.models import Message
from gongzhi.channels.tests.gateway import Gateway, profile_file
from gongzhi.channels.tests.mailserver import MailServer
from gongzhi.kit import moments
from gongzhi.ledger.models import Unsealed
from gongzhi.web import carrying, clockwork
from gongzhi.web.clockwork import Clockwork

pytestmark = pytest.mark.django_db(transaction=True)
JOBS = tuple(job for job in clockwork.TIMETABLE if job.name in ("seal", "deliver", "collect"))


@pytest.fixture
def gateway(settings: Any, tmp_path: Path) -> Iterator[Gateway]:
    cast.load_county()
    settings.RUN_DIR = tmp_path
    settings.MAILBOX = ""
    with Gateway() as running:
        slow = ("timeout = 0.5", "timeout = 20")
        settings.SMS_PROFILE, settings.SMS_SECRET = profile_file(tmp_path, running, slow), "s3cret"
        running.stall = 20.0
        yield running
        running.freed.set()
        carrying.finish()


def until(true: Callable[[], bool], work: Clockwork) -> None:
    """Turn the clockwork until something is so; a test that waits for ever fails by the runner's own limit."""
    while not true():
        time.sleep(min(work.turn(), 0.02))


def say(contact: Contact) -> Voice:
    return cast.say(at=moments.now(), contact=contact).voice


def test_while_the_gateway_hangs_voices_are_kept_facts_sealed_and_e_mail_leaves(
    gateway: Gateway, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    work = Clockwork(JOBS)
    say(Contact("phone", "13800138000"))
    until(lambda: bool(gateway.taken), work)
    with MailServer() as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        voice = say(Contact("email", "lin@example.org"))
        work.due = dict.fromkeys(work.due, 0.0)
        until(lambda: bool(server.letters), work)
    assert voice.number in str(server.letters[0]["Subject"])
    until(lambda: not Unsealed.objects.exists(), work)
    hanging = Message.objects.get(adapter="sms")
    assert (hanging.sent_at, len(gateway.taken)) == (None, 1), "one try hangs, and nobody waited for it"
    gateway.freed.set()
    carrying.finish()
    hanging.refresh_from_db()
    assert hanging.sent_at is not None


def test_one_carrier_a_channel_however_often_the_clockwork_turns(gateway: Gateway) -> None:
    for _ in range(3):
        say(Contact("phone", "13800138000"))
    work = Clockwork(JOBS)
    until(lambda: bool(gateway.taken), work)
    for _ in range(5):
        clockwork.deliver(moments.now())
    assert len(gateway.taken) == 1


def test_a_mailbox_that_breaks_stops_nothing(gateway: Gateway, settings: Any, caplog: Any) -> None:
    settings.MAILBOX = "pop3://nobody"
    clockwork.collect(moments.now())
    carrying.finish()
    assert "collect failed and will be tried again" in caplog.text
