"""The JSON door: the same verbs, problems instead of pages, answers as described."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from gongzhi.cases import schemas
from gongzhi.cases.api import api
from gongzhi.cases.models import Strain, Voice
from gongzhi.cases.tests import small
from gongzhi.places import keeping
from gongzhi.places.models import Division

pytestmark = pytest.mark.django_db
API = "/api/v1"


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINTED_DIR = tmp_path / "printed"
    small.stop_clocks(monkeypatch)
    small.load()


def post(client: Client, path: str, body: Any = None, **headers: str) -> Any:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(f"{API}{path}", data, content_type="application/json", headers=headers)


def said(**more: Any) -> dict[str, Any]:
    return {"words": "西河桥头的路灯坏了。", "place": {"code": small.GRID}, "form_key": str(uuid4()), **more}


def test_a_voice_gets_number_link_date_and_receipt(client: Client) -> None:
    response = post(client, "/voices", said(contact={"kind": "email", "address": "li@example.org"}))
    assert response.status_code == 201
    data = response.json()
    schemas.VoiceReceived.model_validate(data)
    assert data["number"] == Voice.objects.get().number
    assert data["link"].endswith(f"/v/{data['token']}/")
    assert response["Cache-Control"] == "no-store"
    assert client.get(data["link"].removeprefix("http://testserver")).status_code == 200


def test_the_same_form_key_gives_the_same_voice(client: Client) -> None:
    body = said()
    first, second = post(client, "/voices", body), post(client, "/voices", body)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["token"] == second.json()["token"]
    assert second.json()["first"] is False
    assert Voice.objects.count() == 1


def test_danger_is_named_with_its_numbers(client: Client) -> None:
    data = post(client, "/voices", said(words="隔壁楼着火了")).json()
    assert "119" in data["danger"]["numbers"]


def test_a_refusal_is_a_problem_in_the_language_asked_for(client: Client) -> None:
    response = post(client, "/voices", said(words="  "), **{"Accept-Language": "en"})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    data = response.json()
    schemas.Problem.model_validate(data)
    assert (data["code"], data["field"]) == ("words_missing", "words")
    assert data["sentence"] == "Please say in a few words what this is about."
    assert "简单" in post(client, "/voices", said(words=" ")).json()["sentence"]


def test_a_place_outside_the_county_is_refused_by_its_field(client: Client) -> None:
    lon, lat = small.OUTSIDE
    data = post(client, "/voices", said(place={"lon": lon, "lat": lat})).json()
    assert data["field"] == "place"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b'{"words": 5}', b'{"words": null}', b'{"wrods": "x"}',
        b'{"words": "x", "place": {"lon": NaN, "lat": 1}}', b'{"words": "x", "place": {"lon": 1e400, "lat": 1}}',
        b'{"words": "x", "place": {"code": "\\u0000"}}', b'{"words": "\\ud800 x"}', b'{"words": "a\\u0000b"}',
        b'{"words": "x", "kind": "war"}', b'{"words": "x", "contact": {"kind": "email", "address": "\\u0000"}}',
        b'{"words": "x", "form_key": "no"}', b'{"words": "x", "matter": "nope"}',
        b'{"words": "x", "officer": "\\u0000"}',
        b'{"words": "x", "place": {"text": "\\u0000\\u202e"}}', b"[" * 5000,
    ],
)  # fmt: skip
def test_no_body_breaks_it(client: Client, body: bytes) -> None:
    response = post(client, "/voices", body)
    assert response.status_code < 500, response.content[:300]
    if response.status_code >= 400:
        schemas.Problem.model_validate(response.json())


def test_a_crowd_waits_with_a_sentence(client: Client) -> None:
    post(client, "/voices", said())
    Strain.objects.update(count=100_000)
    response = post(client, "/voices", said())
    assert response.status_code == 429
    assert response.json()["code"] == "too_many"


def test_the_course_is_as_described(client: Client) -> None:
    received = small.voice()
    small.asked(received)
    data = client.get(f"{API}/voices/{received.link_token}").json()
    schemas.VoiceOut.model_validate(data)
    assert data["question"] == "是哪一根灯杆？"
    assert data["can"]["answer"] is True


def test_a_question_is_answered(client: Client) -> None:
    received = small.voice()
    small.asked(received)
    data = post(client, f"/voices/{received.link_token}/answer", {"words": "第二根"}).json()
    assert data["state"] == "in_hand"
    assert data["question"] == ""


def test_an_unhappy_rating_reopens(client: Client) -> None:
    received = small.voice()
    small.closed(received)
    data = post(client, f"/voices/{received.link_token}/rating", {"solved": False, "grade": 1}).json()
    assert data["state"] != "closed"
    assert data["ratings"][0]["reopened"] is True


@pytest.mark.parametrize("body", [{"solved": True}, {"solved": True, "grade": 9}, {"solved": "maybe", "grade": 3}, {}])
def test_a_misread_rating_names_its_field(client: Client, body: dict[str, Any]) -> None:
    received = small.voice()
    small.closed(received)
    response = post(client, f"/voices/{received.link_token}/rating", body)
    assert response.status_code == 422
    assert response.json()["field"] in ("grade", "solved", "body")


def test_withdrawn_is_gone_everywhere(client: Client) -> None:
    received = small.voice()
    assert post(client, f"/voices/{received.link_token}/withdraw").status_code == 204
    assert client.get(f"{API}/voices/{received.link_token}").status_code == 410
    assert client.get(f"{API}/cases/{received.case.number}").status_code in (404, 410)
    assert client.get(f"{API}/cases").json()["cases"] == []


def test_a_case_is_joined_with_a_receipt_of_its_own(client: Client) -> None:
    received = small.voice()
    data = post(client, f"/cases/{received.case.number}/voices", {"words": "我家也是"})
    assert data.status_code == 201
    schemas.VoiceReceived.model_validate(data.json())
    assert client.get(f"{API}/cases/{received.case.number}").json()["voices"] == 2


def test_an_unknown_token_is_a_problem(client: Client) -> None:
    for path in ("voices/x", "receipts/x", "voices/%00", "receipts/%F0%9F"):
        response = client.get(f"{API}/{path}")
        assert response.status_code == 404
        assert response.json()["code"]


def test_the_public_list_pages_and_searches(client: Client) -> None:
    for number in range(5):
        small.voice(f"第{number}盏路灯坏了", at=small.AT + timedelta(minutes=number))
    first = client.get(f"{API}/cases", {"limit": 3, "q": "路灯"}).json()
    schemas.CasePage.model_validate(first)
    second = client.get(f"{API}/cases", {"limit": 3, "q": "路灯", "after": first["next"]}).json()
    numbers = [row["number"] for row in first["cases"] + second["cases"]]
    assert len(set(numbers)) == len(numbers) == 5
    assert second["next"] == ""


def test_a_public_case_is_as_described_and_names_no_post(client: Client) -> None:
    received = small.voice()
    small.closed(received)
    response = client.get(f"{API}/cases/{received.case.number.lower()}")
    schemas.CourseOut.model_validate(response.json())
    assert "一岗" not in response.content.decode()


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "after=%00", "state=war", "q=" + "x" * 200])
def test_no_query_breaks_the_list(client: Client, query: str) -> None:
    assert client.get(f"{API}/cases?{query}").status_code < 500


def test_places_are_found_by_name_and_described(client: Client) -> None:
    found = client.get(f"{API}/places/find", {"q": "西河桥"}).json()
    schemas.Found.model_validate(found[0])
    assert found[0]["grid"] == small.GRID
    data = client.get(f"{API}/places/{small.VILLAGE}").json()
    schemas.PlaceOut.model_validate(data)
    assert [row["code"] for row in data["inside"]] == [small.GRID, small.OTHER_GRID]
    assert data["received"] == 0, "nobody is nobody's secret"
    small.voice()
    assert client.get(f"{API}/places/{small.VILLAGE}").json()["received"] is None, "below ten people"


def test_a_place_counts_the_same_ninety_days_as_its_page(client: Client, monkeypatch: Any) -> None:
    said = [small.voice() for _each in range(10)]
    small.stop_clocks(monkeypatch, small.AT + timedelta(days=400))
    data = client.get(f"{API}/places/{small.VILLAGE}").json()
    page = client.get(f"/zh/places/{small.VILLAGE}/").content.decode()
    assert (data["received"], data["until"]) == (len(said), "2026-11-23")
    assert '<span class="figure-number">10</span>' in page
    assert client.get(f"{API}/places/{small.VILLAGE}", {"until": "2027-12-20"}).json()["received"] == 0
    week = client.get(f"{API}/week").json()
    assert (week["monday"], week["received"], week["running"]) == ("2026-11-23", 10, False)
    assert client.get(f"{API}/week", {"week": "2027-12-20"}).json()["received"] == 0


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "9999-12-31"])
def test_a_day_beyond_all_calendars_is_answered_with_what_can_be_counted(client: Client, day: str) -> None:
    small.voice()
    for path in (f"{API}/places/{small.VILLAGE}?until={day}", f"/zh/places/{small.VILLAGE}/?until={day}"):
        assert client.get(path).status_code == 200
    assert client.get(f"/zh/week/?week={day}").status_code == 200
    assert client.get(f"{API}/places/{small.VILLAGE}?until=soon").status_code == 422


def test_grids_are_geojson_longitude_first(client: Client) -> None:
    data = client.get(f"{API}/places/990101000000/grids").json()
    assert data["type"] == "FeatureCollection"
    assert len(data["features"]) == 4
    assert data["features"][0]["geometry"]["coordinates"][0][0] == [118.3, 36.2]


def test_a_town_without_a_point_of_its_own_is_named_amid_its_grids(client: Client) -> None:
    Division.objects.filter(code__endswith="000").update(lon=None, lat=None)
    keeping.forget()
    labels = client.get(f"{API}/places/990101000000/grids").json()["labels"]
    assert labels
    for label in labels:
        assert 118.0 < label["lon"] < 119.0
        assert 36.0 < label["lat"] < 37.0


def test_matters_county_and_week_are_as_described(client: Client) -> None:
    rows = client.get(f"{API}/matters").json()
    assert [schemas.MatterOut.model_validate(row).code for row in rows[:1]] == ["roads"]
    assert schemas.CountyOut.model_validate(client.get(f"{API}/county").json()).practice is True
    schemas.WeekOut.model_validate(client.get(f"{API}/week").json())


def test_a_receipt_is_served_again(client: Client) -> None:
    received = small.voice()
    assert client.get(f"{API}/receipts/{received.link_token}").status_code == 200


def test_every_operation_is_described_with_summary_text_and_refusals(client: Client) -> None:
    paths = client.get(f"{API}/openapi.json").json()["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            assert operation["summary"], (path, method)
            assert operation["description"], (path, method)
            assert operation["responses"], (path, method)


def test_the_description_reads_as_a_page_without_script(client: Client) -> None:
    page = client.get(f"{API}/docs").content.decode()
    assert "/api/v1/voices" in page
    assert "cdn" not in page


def test_every_operation_has_a_permit_or_is_public() -> None:
    for _prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                assert getattr(operation.view_func, "permit", ""), (operation.methods, path)
