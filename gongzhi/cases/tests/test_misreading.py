"""A program that sends what cannot be read hears why in the language it asks for, and nothing is dropped in silence."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from gongzhi.cases import misreading
from gongzhi.cases.models import Voice
from gongzhi.cases.schemas import VoiceIn
from gongzhi.cases.tests import small

pytestmark = pytest.mark.django_db
VOICES = "/api/v1/voices"


@pytest.fixture(autouse=True)
def county(tmp_path: Path, settings: Any) -> None:
    settings.FILES_DIR, settings.PRINTED_DIR = tmp_path / "files", tmp_path / "printed"
    small.load()


def post(client: Client, path: str, body: Any, language: str = "zh") -> Any:
    return client.post(path, json.dumps(body), content_type="application/json", headers={"Accept-Language": language})


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({}, "words", "必须有"),
        ({"words": 12}, "words", "必须是文字"),
        ({"words": "路灯坏了", "kind": "shout"}, "kind", "只能是"),
        ({"words": "路灯坏了", "surprise": 1}, "surprise", "没有这一项"),
        ({"words": "路灯坏了", "place": {"lon": 999, "lat": 1}}, "place.lon", "最大是 180"),
        ({"words": "路灯坏了", "place": {"lon": 1, "lat": -91}}, "place.lat", "最小是 -90"),
        ({"words": "路灯坏了", "place": "here"}, "place", "名称和值"),
        ({"words": "路灯坏了", "allows_public": "perhaps"}, "allows_public", "true 或 false"),
        ({"words": "路灯坏了", "photos": "x"}, "photos", "列表"),
        ([], "body", "名称和值"),
    ],
)
def test_why_a_body_cannot_be_read_is_said_in_chinese(client: Client, body: Any, field: str, said: str) -> None:
    answer = post(client, VOICES, body)
    told = answer.json()
    assert answer.status_code == 422
    assert (told["field"] or "body") == field
    assert said in told["sentence"]
    assert "Input should" not in told["sentence"]
    assert not Voice.objects.exists()


@trials(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(VoiceIn.model_fields)),
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=3,
    ),
)
def test_no_english_of_the_schemas_stands_in_a_chinese_sentence(client: Client, name: str, value: Any) -> None:
    answer = post(client, VOICES, {"words": "路灯坏了", name: value})
    if answer.status_code == 422:
        reason = answer.json()["sentence"].partition("”")[2]
        assert not re.search(r"[A-Za-z]{3,} [a-z]{2,} [a-z]{2,}", reason), reason


def test_a_kind_of_error_nobody_foresaw_has_a_sentence_too() -> None:
    with translation.override("en"):
        assert misreading.reason({"type": "weather"}) == "it is not what the description of this address says"
        assert misreading.reason({"type": "less_than_equal", "ctx": {}}) == misreading.reason({"type": "weather"})


@pytest.mark.parametrize("place", [{"lon": 120.05}, {"lat": 30.05}, {"lon": 120.05, "text": "东街"}])
def test_half_a_point_is_told_and_never_dropped_in_silence(client: Client, place: dict[str, Any]) -> None:
    answer = post(client, VOICES, {"words": "路灯坏了", "place": place})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "pin_half", "place")
    assert post(client, VOICES, {"words": "有人掉进河里了，快来救人", "place": place}).status_code == 201


def test_a_withdrawn_voice_can_still_be_erased_by_its_link_and_once(client: Client) -> None:
    received = small.voice()
    path = f"{VOICES}/{received.link_token}"
    assert post(client, f"{path}/withdraw", None).status_code == 204
    assert post(client, f"{path}/erase", None).status_code == 204
    assert Voice.objects.get(id=received.voice.id).erased_at is not None
    again = post(client, f"{path}/erase", None)
    assert (again.status_code, again.json()["code"]) == (410, "voice_erased")
