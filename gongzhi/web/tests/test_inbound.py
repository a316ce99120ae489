"""The door of the provider of text messages: who may call, what is taken, and that nothing is taken twice."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from gongzhi.cases.models import Voice
from gongzhi.cases.tests import cast
from gongzhi.channels import delivering
from gongzhi.channels.models import Message
from gongzhi.channels.tests.gateway import Gateway, profile_file
from gongzhi.kit import moments

pytestmark = pytest.mark.django_db
TEXT = {"mobile": "13800138000", "content": "东街村的井盖坏了", "smsId": "n1"}


@pytest.fixture
def gateway(settings: Any, tmp_path: Path) -> Any:
    cast.load_county()
    with Gateway() as running:
        settings.SMS_PROFILE, settings.SMS_SECRET = profile_file(tmp_path, running), "s3cret"
        yield running


def call(body: Any, path: str = "/inbound/sms", secret: str = "s3cret", kind: str = "application/json") -> Any:
    data = json.dumps(body) if kind == "application/json" and not isinstance(body, str) else body
    return Client(enforce_csrf_checks=True).post(path, data, content_type=kind, headers={"X-Gateway-Secret": secret})


def test_a_text_becomes_a_voice_once_however_often_it_is_handed_over(gateway: Gateway) -> None:
    answers = [call(TEXT) for _ in range(3)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(200, b"ok")] * 3
    assert Voice.objects.get().words == "东街村的井盖坏了"
    assert delivering.deliver_due(at=moments.now()).sent == 1
    assert "编号" in gateway.taken[0].body["content"]


def test_a_form_is_read_as_well(gateway: Gateway) -> None:
    from urllib.parse import urlencode

    assert call(urlencode(TEXT), kind="application/x-www-form-urlencoded").status_code == 200
    assert Voice.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "secret", "status"),
    [
        (TEXT, "", 403),
        (TEXT, "S3cret", 403),
        ({"mobile": "13800138000"}, "s3cret", 400),
        (TEXT | {"smsId": ""}, "s3cret", 400),
        ([], "s3cret", 400),
        ("{", "s3cret", 400),
        ("[" * 40_000, "s3cret", 400),
        ("x" * 70_000, "s3cret", 413),
    ],
)
def test_what_is_not_proven_or_not_readable_is_refused_and_changes_nothing(
    gateway: Gateway, body: Any, secret: str, status: int
) -> None:
    assert call(body, secret=secret).status_code == status
    assert not Voice.objects.exists()


def test_a_keyed_hash_of_the_body_proves_the_caller(gateway: Gateway, settings: Any, tmp_path: Path) -> None:
    settings.SMS_PROFILE = profile_file(
        tmp_path, gateway, ("[inbound]", '[proof]\nheader = "X-Sign"\nkind = "hmac-sha256"\n[inbound]')
    )
    body = json.dumps(TEXT)
    good = hmac.new(b"s3cret", body.encode(), hashlib.sha256).hexdigest()
    for sign, status in ((good, 200), ("0" * 64, 403)):
        answer = Client().post("/inbound/sms", body, content_type="application/json", headers={"X-Sign": sign})
        assert answer.status_code == status


def test_without_a_provider_there_is_no_door(settings: Any) -> None:
    settings.SMS_PROFILE = ""
    assert call(TEXT).status_code == 404
    assert call({}, "/inbound/sms/report").status_code == 404


def test_a_report_is_noted_for_the_message_it_names(gateway: Gateway) -> None:
    call(TEXT)
    delivering.deliver_due(at=moments.now())
    told = [
        {"msgId": "gw-1", "stat": "DELIVRD"},
        {"msgId": "gw-9", "stat": "DELIVRD"},
        {"msgId": "gw-1", "stat": "?"},
        7,
    ]
    assert call([*told, 7], "/inbound/sms/report").status_code == 200
    assert Message.objects.get().reported == "delivered"
    assert call(told, "/inbound/sms/report", secret="no").status_code == 403


def test_the_door_takes_nothing_by_an_address_which_logs_would_keep(gateway: Gateway) -> None:
    assert Client().get("/inbound/sms?mobile=13800138000&content=x&smsId=1").status_code == 405


def test_the_short_link_leads_to_the_page_in_the_language_of_the_voice(gateway: Gateway) -> None:
    received = cast.say(language="en")
    answer = Client().get(f"/v/{received.link_token}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/en/v/{received.link_token}/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert Client().get("/v/nothing").status_code == 404
