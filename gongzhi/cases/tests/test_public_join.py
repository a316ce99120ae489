"""The same trouble: another voice, one work, an answer each."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from gongzhi.cases.models import Case, Voice
from gongzhi.cases.tests import small

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINTED_DIR = tmp_path / "printed"
    small.stop_clocks(monkeypatch)
    small.load()


def address(received: Any) -> str:
    return f"/zh/cases/{received.case.number}/join/"


def test_a_neighbour_joins_and_gets_a_receipt_of_her_own(client: Client) -> None:
    first = small.voice()
    response = client.post(address(first), {"words": "我家门口也看不见", "key": str(uuid4())})
    assert response.status_code == 303
    page = client.get(response["Location"]).content.decode()
    assert Case.objects.get().voices == 2
    assert Voice.objects.exclude(id=first.voice.id).get().number in page


def test_the_same_form_twice_joins_once(client: Client) -> None:
    first, body = small.voice(), {"words": "我家也是", "key": str(uuid4())}
    links = {client.post(address(first), body)["Location"] for _ in range(2)}
    assert len(links) == 1
    assert Voice.objects.count() == 2


def test_empty_words_and_a_misread_contact_are_named(client: Client) -> None:
    first = small.voice()
    response = client.post(address(first), {"words": " ", "contact": "abc"})
    assert response.status_code == 400
    assert "请简单说说" in response.content.decode()
    assert Voice.objects.count() == 1


def test_a_closed_case_says_to_speak_anew_and_offers_no_joining(client: Client) -> None:
    first = small.voice()
    small.closed(first)
    assert "/join/" not in client.get(f"/zh/cases/{first.case.number}/").content.decode()
    response = client.post(address(first), {"words": "又坏了"})
    assert response.status_code == 400
    assert "error-summary" in response.content.decode()


def test_a_private_case_cannot_be_joined(client: Client) -> None:
    first = small.voice(allows_public=False)
    assert client.get(address(first)).status_code == 404
    assert client.post(address(first), {"words": "我家也是"}).status_code == 404


def test_a_form_of_another_site_is_refused(client: Client) -> None:
    first = small.voice()
    response = client.post(address(first), {"words": "x"}, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
