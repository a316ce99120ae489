"""Open311 updates (FixMyStreet's extension): what happened since, and what the program that sent a request adds."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from gongzhi.cases import erasing, intake, rating
from gongzhi.cases.cards import Officer
from gongzhi.cases.models import Case, Entry, SentBy, Voice
from gongzhi.cases.open311 import keys
from gongzhi.cases.tests import geo, small
from gongzhi.cases.tests.geo import V2, key, listed, root, rows, sent

pytestmark = pytest.mark.django_db
PATH = f"{V2}/servicerequestupdates"
NOW = small.AT + timedelta(hours=1)


class Watch:
    """The clock of the doors, set by hand."""

    at: datetime = NOW

    @classmethod
    def now(cls) -> datetime:
        return cls.at


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINTED_DIR = tmp_path / "printed"
    monkeypatch.setattr(Watch, "at", NOW)
    for name in ("requests", "updates"):
        monkeypatch.setattr(f"gongzhi.cases.open311.{name}.now", Watch.now)
    geo.load()


def told(client: Client, **query: Any) -> list[dict[str, Any]]:
    response = client.get(f"{PATH}.json", query)
    assert response.status_code == 200, response.content.decode()
    return rows(response)


def add(client: Client, text: str, number: str, **more: Any) -> Any:
    fields = {"api_key": text, "service_request_id": number, "description": "坑又大了，昨晚有人摔了。", **more}
    return client.post(f"{PATH}.json", fields)


# Reading -----------------------------------------------------------------------------------------------------
def test_the_course_of_public_cases_is_told_the_oldest_first_with_the_status_after_each_line(client: Client) -> None:
    case = small.closed(small.voice(), at=small.AT + timedelta(minutes=5))
    found = told(client)
    assert [(row["service_request_id"], row["status"]) for row in found] == [
        (case.number, "open"), (case.number, "open"), (case.number, "closed"),
    ]  # fmt: skip
    assert found[1]["description"] == "灯已修好，请晚上看看。"
    assert set(found[0]) == {
        "update_id", "service_request_id", "status", "updated_datetime", "description", "media_url"
    }  # fmt: skip
    assert len({row["update_id"] for row in found}) == 3
    assert datetime.fromisoformat(found[0]["updated_datetime"]) == small.AT + timedelta(minutes=5)


def test_the_same_in_xml_and_extended(client: Client) -> None:
    case = small.closed(small.voice())
    tree = root(client.get(f"{PATH}.xml", {"extensions": "true"}))
    assert tree.tag == "service_request_updates"
    assert [each.findtext("service_request_id") for each in tree.findall("request_update")] == [case.number] * 3
    last = tree.findall("request_update")[-1]
    assert last.findtext("extended_attributes/type") == "closed"
    assert last.findtext("extended_attributes/outcome") == "fixed"


def test_an_unhappy_rating_opens_it_again_for_programs_too(client: Client) -> None:
    said = small.voice()
    small.closed(said)
    rating.rate(by=said.voice.ref, at=small.AT + timedelta(minutes=40), voice=said.voice.id, solved=False, grade=1)
    found = told(client, start_date=(small.AT + timedelta(minutes=30)).isoformat())
    assert [(row["status"], row["service_request_id"]) for row in found] == [("open", said.case.number)]
    changed = listed(client, updated_after=(small.AT + timedelta(minutes=30)).isoformat())
    assert [row["status"] for row in changed] == ["open"]


def test_words_of_residents_notes_and_hidden_cases_are_left_out(client: Client) -> None:
    said = small.voice()
    small.asked(said, "是哪一根灯杆？")
    small.voice("窗口人员态度恶劣", officer=Officer(organ="roads"))
    small.closed(small.voice("不公开的灯", allows_public=False))
    assert {row["service_request_id"] for row in told(client)} == {said.case.number}
    assert all("灯杆" not in row["description"] for row in told(client)), "a question to one person is hers"
    intake.withdraw(by=said.voice.ref, at=NOW, voice=said.voice.id)
    assert told(client) == []


def test_without_dates_the_last_day_is_meant_and_a_week_at_most(client: Client) -> None:
    small.closed(small.voice())
    Watch.at = small.AT + timedelta(hours=25)
    assert told(client) == []
    assert len(told(client, start_date=small.AT.isoformat())) == 3
    wide = client.get(f"{PATH}.json", {"start_date": "2026-11-01", "end_date": "2026-11-23"})
    assert wide.status_code == 400
    assert "7" in rows(wide)[0]["description"]


def test_named_requests_are_told_whole_and_pages_follow_one_another(client: Client) -> None:
    case = small.closed(small.voice())
    Watch.at = small.AT + timedelta(days=300)
    whole = told(client, service_request_id=case.number)
    assert len(whole) == 3
    response = client.get(f"{PATH}.json", {"service_request_id": case.number, "page_size": 2})
    following = response["Link"].split(">")[0].removeprefix("<http://testserver")
    assert rows(response) + rows(client.get(following)) == whole


# Adding ------------------------------------------------------------------------------------------------------
def test_the_program_that_sent_it_adds_words_that_the_desk_reads_and_the_public_does_not(client: Client) -> None:
    _, text = key()
    number = sent(client, text)["service_request_id"]
    response = add(client, text, number)
    assert response.status_code == 200
    entry = Entry.objects.get(kind="resident_answered")
    assert rows(response) == [{"update_id": entry.id.hex}]
    assert entry.public_text == "坑又大了，昨晚有人摔了。"
    assert "昨晚" not in json.dumps(told(client), ensure_ascii=False)
    assert response["Cache-Control"] == "no-store"


def test_the_same_words_within_an_hour_are_one_update(client: Client) -> None:
    _, text = key()
    number = sent(client, text)["service_request_id"]
    first, again = rows(add(client, text, number)), rows(add(client, text, number))
    assert first == again
    assert rows(add(client, text, number, description="另外一句")) != first
    Watch.at = NOW + timedelta(hours=2)
    assert rows(add(client, text, number)) != first
    assert Entry.objects.filter(kind="resident_answered").count() == 3


def test_an_added_answer_lets_the_clock_run_again(client: Client) -> None:
    _, text = key()
    number = sent(client, text)["service_request_id"]
    voice = Voice.objects.select_related("case").get(number=number)
    small.asked(intake.Received(voice.case, voice, "", {}, None, first=False), at=NOW)
    assert Case.objects.get().state == "asked"
    assert add(client, text, number).status_code == 200
    assert Case.objects.get().state == "in_hand"


@pytest.mark.parametrize("whose", ["another key", "a page", "nobody"])
def test_what_this_key_did_not_send_is_not_there(client: Client, whose: str) -> None:
    _, text = key()
    number = {"another key": sent(client, key()[1])["service_request_id"], "a page": small.voice().case.number}.get(
        whose, "990101-26-0000-0000"
    )
    response = add(client, text, number)
    assert (response.status_code, rows(response)[0]["code"]) == (404, "404")
    assert not Entry.objects.filter(kind="resident_answered").exists()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"api_key": ""}, 403),
        ({"api_key": "wrong"}, 403),
        ({"service_request_id": ""}, 400),
        ({"description": "  "}, 400),
        ({"description": "长" * 10_001}, 400),
        ({"jurisdiction_id": "sfgov.org"}, 404),
    ],
)
def test_an_update_that_cannot_be_taken_is_refused_with_a_sentence(
    client: Client, change: dict[str, str], status: int
) -> None:
    _, text = key()
    number = sent(client, text)["service_request_id"]
    response = add(client, text, number, **change)
    assert response.status_code == status
    assert rows(response)[0]["description"]


def test_a_closed_request_says_so_and_a_status_told_by_the_sender_closes_nothing(client: Client) -> None:
    _, text = key()
    number = sent(client, text)["service_request_id"]
    assert add(client, text, number, status="CLOSED").status_code == 200
    assert Case.objects.get().state == "received"
    voice = Voice.objects.select_related("case").get(number=number)
    small.closed(intake.Received(voice.case, voice, "", {}, None, first=False), at=NOW)
    refused = add(client, text, number, description="还是坏的")
    assert refused.status_code == 400
    assert "办结" in rows(refused)[0]["description"] or "closed" in rows(refused)[0]["description"]


def test_words_of_danger_get_the_numbers_and_are_never_slowed(client: Client) -> None:
    _, text = key(per_hour=1)
    number = sent(client, text)["service_request_id"]
    assert add(client, text, number).status_code == 429
    response = add(client, text, number, description="坑里着火了，快来人")
    assert "119" in rows(response)[0]["service_notice"]


def test_an_erased_voice_is_nobody_s_to_add_to(client: Client) -> None:
    row, text = key()
    number = sent(client, text)["service_request_id"]
    voice = Voice.objects.get(number=number)
    assert SentBy.objects.get().key_id == row.id
    erasing.erase(by=voice.ref, at=NOW, voice=voice.id)
    assert not SentBy.objects.exists()
    assert add(client, text, number).status_code == 404


def test_a_closed_key_adds_nothing(client: Client) -> None:
    row, text = key()
    number = sent(client, text)["service_request_id"]
    keys.close(by="account:setup", at=NOW, key=row.id)
    assert add(client, text, number).status_code == 403
