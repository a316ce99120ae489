"""From the outbox to a provider on loopback: taken, refused, hanging, dripping, repeating."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from hypothesis import given
from hypothesis import strategies as st

from gongzhi.channels import delivering, gateways, segments
from gongzhi.channels.adapters import AdapterError, Letter, adapter
from gongzhi.channels.delivering import Delivered
from gongzhi.channels.gateways import Limits
from gongzhi.channels.models import Message
from gongzhi.channels.tests.gateway import PROFILE, Gateway, profile_file
from gongzhi.channels.tests.letters import AT, put
from gongzhi.ledger.models import Fact

PHONE = "13800138000"


@pytest.fixture
def gateway(settings: Any, tmp_path: Path) -> Iterator[Gateway]:
    with Gateway() as running:
        settings.SMS_PROFILE, settings.SMS_SECRET = profile_file(tmp_path, running), "s3cret"
        yield running


def text(**change: Any) -> Message:
    return put(**({"adapter": "sms", "address": PHONE, "template": "cases/messages/texts/stopped"} | change))


def letter(words: str = "您好") -> Letter:
    return Letter("a" * 32, PHONE, "", words, "zh-hans")


def state(key: str = "k1") -> Message:
    return Message.objects.get(key=key)


# What leaves ---------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_text_arrives_once_with_its_key_and_the_providers_number_is_kept(gateway: Gateway) -> None:
    message = text()
    assert delivering.deliver_due(at=AT) == Delivered(sent=1)
    assert not delivering.deliver_due(at=AT)
    (taken,) = gateway.taken
    assert taken.body["mobile"] == PHONE
    assert taken.body["ext"] == [{"tag": message.id.hex}]
    assert taken.headers["Idempotency-Key"] == message.id.hex
    assert taken.headers["Authorization"] == "Bearer s3cret"
    assert (state().sent_at, state().remote_id, state().context) == (AT, "gw-1", {})


@pytest.mark.parametrize(
    ("format", "method"), [("json", "POST"), ("json", "PUT"), ("form", "POST"), ("query", "GET")]
)  # fmt: skip
def test_a_profile_says_how_the_provider_wants_to_be_asked(
    gateway: Gateway, settings: Any, tmp_path: Path, format: str, method: str
) -> None:
    told = f'timeout = 0.5\nformat = "{format}"\nmethod = "{method}"'
    flat = ('ext = [{ tag = "{id}" }]', 'ext = "{id}"')
    settings.SMS_PROFILE = profile_file(tmp_path, gateway, ("timeout = 0.5", told), flat)
    assert adapter("sms").deliver(letter("一 & 二 {secret} =")) == "gw-1"
    taken = gateway.taken[0]
    assert (taken.method, taken.body["content"], taken.body["ext"]) == (method, "一 & 二 {secret} =", "a" * 32)


@pytest.mark.parametrize(
    ("answer", "reason", "permanent"),
    [
        ((500, "oops 13800138000"), "HTTP 500", False),
        ((429, ""), "HTTP 429", False),
        ((401, ""), "HTTP 401", True),
        ((200, {"code": "busy"}), "code = busy", False),
        ((200, {"code": "bad_number"}), "code = bad_number", True),
        ((200, {"code": "no 13800138000"}), "code = ?", False),
        ((200, {"code": "13800138000"}), "code = ?", False),
        ((200, {}), "code = ?", False),
        ((200, "<html>"), "The provider's answer is not JSON.", False),
        ((302, ""), "HTTP 302", False),
    ],
)
def test_what_the_provider_answers_is_judged_by_its_profile_and_no_number_is_kept(
    gateway: Gateway, answer: Any, reason: str, permanent: bool
) -> None:
    gateway.answer = lambda taken: answer
    with pytest.raises(AdapterError) as failed:
        adapter("sms").deliver(letter())
    assert (failed.value.reason, failed.value.permanent) == (reason, permanent)
    assert len(gateway.taken) == 1, "a redirect is not followed"


def test_an_answer_that_is_no_json_is_read_by_a_pattern(gateway: Gateway, settings: Any, tmp_path: Path) -> None:
    head, _, rest = PROFILE.partition("[success]")
    pattern = "[success]\ntext = '^0,(?P<id>\\w+)'\n[report]" + rest.partition("[report]")[2]
    path = tmp_path / "plain.toml"
    path.write_text((head + pattern).format(url=gateway.url), encoding="utf-8")
    settings.SMS_PROFILE = str(path)
    gateway.answer = lambda taken: (200, "0,abc77")
    assert adapter("sms").deliver(letter()) == "abc77"
    gateway.answer = lambda taken: (200, "-1,abc77")
    with pytest.raises(AdapterError):
        adapter("sms").deliver(letter())


def test_a_signature_covers_what_the_profile_names(gateway: Gateway, settings: Any, tmp_path: Path) -> None:
    sign = ("[success]", 'sig = "{sign}"\n[sign]\nhash = "md5"\nover = "{phone}{secret}"\n[success]')
    settings.SMS_PROFILE = profile_file(tmp_path, gateway, sign)
    adapter("sms").deliver(letter())
    assert gateway.taken[0].body["sig"] == hashlib.md5(b"13800138000s3cret").hexdigest()


# What goes wrong -------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_gateway_that_fails_and_recovers_gets_the_same_key_again(gateway: Gateway) -> None:
    text()
    gateway.answer = lambda taken: (503, "")
    assert delivering.deliver_due(at=AT) == Delivered(put_off=1)
    gateway.answer = gateway.take
    assert delivering.deliver_due(at=AT + timedelta(minutes=1)) == Delivered(sent=1)
    assert len(gateway.taken) == 2
    assert len(gateway.numbers) == 1


@pytest.mark.django_db
def test_an_answer_lost_on_the_way_makes_no_second_message_at_the_provider(gateway: Gateway) -> None:
    text()
    gateway.stall = 5.0
    assert delivering.deliver_due(at=AT) == Delivered(put_off=1)
    assert state().last_error == "TimeoutError"
    gateway.stall = 0.0
    delivering.deliver_due(at=AT + timedelta(minutes=1))
    assert (state().remote_id, len(gateway.numbers)) == ("gw-1", 1)


@pytest.mark.parametrize(("stall", "drip"), [(5.0, 0.0), (0.0, 0.1)])
def test_a_try_ends_with_its_time_however_slowly_the_other_side_drips(
    gateway: Gateway, stall: float, drip: float
) -> None:
    gateway.stall, gateway.drip = stall, drip
    with pytest.raises(AdapterError) as failed:
        adapter("sms").deliver(letter())
    assert (failed.value.reason, failed.value.permanent, failed.value.down) == ("TimeoutError", False, True)


def test_a_gateway_that_is_gone_is_down_for_a_while(settings: Any, tmp_path: Path) -> None:
    with Gateway() as running:
        settings.SMS_PROFILE = profile_file(tmp_path, running)
    with pytest.raises(AdapterError) as failed:
        adapter("sms").deliver(letter())
    assert (failed.value.reason, failed.value.down) == ("ConnectionRefusedError", True)


@pytest.mark.django_db
def test_one_hanging_message_puts_off_those_behind_it_untried_and_other_channels_go_on(gateway: Gateway) -> None:
    gateway.stall = 5.0
    for number in range(12):
        text(key=f"t{number}")
    put(key="page", adapter="page", address="voice:1")
    assert delivering.deliver_due(at=AT) == Delivered(sent=1, put_off=1)
    assert len(gateway.taken) == 1
    waiting = Message.objects.filter(adapter="sms")
    assert set(waiting.values_list("tries", flat=True)) == {0, 1}
    assert {row.leased_until for row in waiting} == {None}
    assert not delivering.deliver_due(at=AT + timedelta(seconds=59))
    gateway.stall = 0.0
    assert delivering.deliver_due(at=AT + timedelta(minutes=1)).sent == 12


@pytest.mark.django_db
def test_without_a_provider_a_text_stays_in_the_letterbox(settings: Any) -> None:
    settings.SMS_PROFILE = ""
    text()
    assert delivering.deliver_due(at=AT) == Delivered(failed=1)
    assert "GONGZHI_SMS" in state().last_error


# Reports ---------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_report_of_the_provider_is_kept_once_and_the_last_word_stands(gateway: Gateway) -> None:
    text()
    delivering.deliver_due(at=AT)
    told = {"at": AT + timedelta(minutes=2), "remote_id": "gw-1"}
    assert [delivering.report(**told, reported=word) for word in ("undelivered", "undelivered", "delivered")] == [
        True
    ] * 3
    assert (state().reported, state().reported_at) == ("delivered", told["at"])
    assert Fact.objects.filter(kind="message.reported").count() == 2
    assert not delivering.report(at=AT, remote_id="gw-9", reported="delivered")
    assert not delivering.report(at=AT, remote_id="", reported="delivered")


# Profiles --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('url = "http://127', 'url = "http://sms.example', "not https"),
        ('url = "http://127', 'url = "ftp://127', "https://"),
        ("timeout = 0.5", "timeout = 300", "timeout"),
        ("timeout = 0.5", "timout = 5", "timout"),
        ('content = "', 'content = ', "line"),
        ("[success]", "[success]\ntext = '('", "success.text"),
    ],
)  # fmt: skip
def test_a_faulty_profile_names_its_fault(settings: Any, tmp_path: Path, old: str, new: str, fault: str) -> None:
    told = PROFILE.format(url="http://127.0.0.1:1/").replace(old, new)
    with pytest.raises(ValueError, match=fault):
        gateways.parse(told)
    path = tmp_path / "faulty.toml"
    path.write_text(told)
    settings.SMS_PROFILE = str(path)
    with pytest.raises(ImproperlyConfigured, match="GONGZHI_SMS"):
        gateways.profile()


def test_a_caller_proves_itself_by_the_secret_or_a_keyed_hash_and_never_without_one(settings: Any) -> None:
    plain = gateways.parse(PROFILE.format(url="http://127.0.0.1:1/"))
    keyed = gateways.parse(PROFILE.format(url="http://127.0.0.1:1/") + '[proof]\nkind = "hmac-sha256"')
    settings.SMS_SECRET = "k"
    assert gateways.proven(plain, "k", b"{}")
    assert not gateways.proven(plain, "K", b"{}")
    right = hmac.new(b"k", b"{}", hashlib.sha256).hexdigest()
    assert gateways.proven(keyed, right, b"{}")
    assert gateways.proven(keyed, f"sha256={right.upper()}", b"{}")
    assert not gateways.proven(keyed, right, b"{ }")
    settings.SMS_SECRET = ""
    assert not gateways.proven(plain, "", b"{}")


# Lengths (3GPP TS 23.040: 70 UCS-2 units alone, 67 with the header that joins parts) ------------------------------
@pytest.mark.parametrize(
    ("words", "units", "parts"),
    [("", 0, 1), ("字" * 70, 70, 1), ("字" * 71, 71, 2), ("字" * 134, 134, 2), ("字" * 135, 135, 3), ("😀" * 35, 70, 1),
     ("😀" * 36, 72, 2), ("a" * 70, 70, 1)],
)  # fmt: skip
def test_lengths_are_counted_as_phones_count_them(words: str, units: int, parts: int) -> None:
    assert (segments.units(words), segments.parts(words, Limits())) == (units, parts)


@given(st.text(st.sampled_from("字a😀 。"), max_size=900), st.integers(1, 6))
def test_a_text_is_cut_to_fit_and_never_inside_a_character(words: str, most: int) -> None:
    limits = Limits(parts=most)
    cut = segments.fit(words, limits)
    assert segments.parts(cut, limits) <= most
    assert words.startswith(cut.removesuffix("…").rstrip()) or cut == words
    if segments.parts(words, limits) <= most:
        assert cut == words


# A verb is not held up ----------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_verb_commits_while_the_gateway_hangs(gateway: Gateway) -> None:
    gateway.stall = 5.0
    text()
    carrier = threading.Thread(target=_deliver_and_close)
    carrier.start()
    while not gateway.taken:  # it hangs now
        carrier.join(0.01)
    put(key="another")
    assert Message.objects.filter(key="another").exists()
    assert carrier.is_alive() or state().tries == 1
    gateway.freed.set()
    carrier.join()


def _deliver_and_close() -> None:
    try:
        delivering.deliver_due(at=AT, adapters=["sms"])
    finally:
        connections.close_all()
