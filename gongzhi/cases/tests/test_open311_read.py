"""Open311, reading: discovery, services, definitions, and requests with every filter."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.cases import detailing, intake, loading
from gongzhi.cases.cards import Officer, Where
from gongzhi.cases.models import Case
from gongzhi.cases.tests import geo, small
from gongzhi.cases.tests.geo import V2, listed, root, rows
from gongzhi.places import keeping

pytestmark = pytest.mark.django_db
NOW = small.AT + timedelta(hours=1)
TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINTED_DIR = tmp_path / "printed"
    for name in ("discovery", "requests"):
        monkeypatch.setattr(f"gongzhi.cases.open311.{name}.now", lambda: NOW)
    geo.load()


# Discovery -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("format", TYPES)
def test_discovery_has_the_exact_content_type(client: Client, format: str) -> None:
    response = client.get(f"/open311/discovery.{format}")
    assert response.status_code == 200
    assert response["Content-Type"] == TYPES[format]
    assert response.content


def test_discovery_says_the_same_in_both_formats(client: Client) -> None:
    plain = json.loads(client.get("/open311/discovery.json").content)
    told = root(client.get("/open311/discovery.xml"))
    assert told.tag == "discovery"
    for name in ("changeset", "contact", "key_service"):
        assert plain[name]
        assert told.findtext(name) == plain[name]


def test_discovery_names_complete_endpoints_and_a_changeset_in_the_past(client: Client) -> None:
    plain = json.loads(client.get("/open311/discovery.json").content)
    assert datetime.fromisoformat(plain["changeset"]) < NOW
    assert len(plain["endpoints"]) >= 1
    for endpoint in plain["endpoints"]:
        assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
        assert "text/xml" in endpoint["formats"]
        assert endpoint["type"] == "test"  # a practice county
        assert datetime.fromisoformat(endpoint["changeset"]) < NOW
        assert client.get(endpoint["url"].removeprefix("http://testserver") + "/services.xml").status_code == 200


# Services --------------------------------------------------------------------------------------------------
def test_services_are_the_leaf_matters_grouped_by_their_top_class(client: Client) -> None:
    listing = {row["service_code"]: row for row in rows(client.get(f"{V2}/services.json"))}
    assert set(listing) == {"lamps", "holes", "conduct", "other"}
    assert listing["lamps"]["group"] == "道路设施"
    assert listing["lamps"]["type"] == "realtime"
    assert (listing["lamps"]["metadata"], listing["holes"]["metadata"]) == (True, False)
    assert listing["lamps"]["keywords"] == "路灯,lamp"


def test_the_practice_county_offers_at_least_80_services_in_12_groups(client: Client) -> None:
    lanting = Path(__file__).resolve().parents[3] / "counties/lanting"
    told: dict[str, list[dict[str, Any]]] = {}
    for name in ("matters", "details"):
        with (lanting / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            told[name] = [_row(row) for row in csv.DictReader(file)]
    loading.load_matters(by=small.BY, at=small.AT, rows=told["matters"])
    detailing.load_details(by=small.BY, at=small.AT, rows=told["details"])
    keeping.forget()
    listing = rows(client.get(f"{V2}/services.json"))
    assert len(listing) >= 80
    assert len({row["group"] for row in listing}) == 12
    assert {row["service_code"] for row in listing if row["metadata"]} >= {"street-light", "manhole"}


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a county's file as its loader takes it."""
    return {name: {"true": True, "false": False}.get(value, value) for name, value in row.items() if value}


def test_services_in_xml_have_a_declaration_and_no_namespace(client: Client) -> None:
    response = client.get(f"{V2}/services.xml")
    assert response["Content-Type"] == TYPES["xml"]
    assert response.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    told = root(response)
    assert told.tag == "services"
    assert all(not element.attrib and "}" not in element.tag for element in told.iter())
    assert [each.findtext("service_code") for each in told.findall("service")]
    assert told.find("service[service_code='lamps']/metadata").text == "true"  # type: ignore[union-attr]


def test_services_speak_the_language_asked_for(client: Client) -> None:
    response = client.get(f"{V2}/services.json", headers={"Accept-Language": "en"})
    assert "Street lamps" in {row["service_name"] for row in rows(response)}
    assert "Accept-Language" in response["Vary"]


def test_every_service_with_metadata_has_attributes(client: Client) -> None:
    for row in rows(client.get(f"{V2}/services.json")):
        definition = json.loads(client.get(f"{V2}/services/{row['service_code']}.json").content)
        assert definition["service_code"] == row["service_code"]
        assert bool(definition["attributes"]) == row["metadata"]


def test_a_definition_tells_type_order_and_choices(client: Client) -> None:
    told = {a["code"]: a for a in json.loads(client.get(f"{V2}/services/lamps.json").content)["attributes"]}
    assert [each["order"] for each in told.values()] == [1, 2, 3, 4, 5, 6]
    assert told["lamps"]["required"] is True
    assert told["lamps"]["values"] == [{"key": "one", "name": "一盏"}, {"key": "many", "name": "多盏"}]
    assert told["note"]["variable"] is False
    values = root(client.get(f"{V2}/services/lamps.xml")).findall("attributes/attribute/values/value")
    assert [value.findtext("key") for value in values] == ["one", "many", "off", "flash"]


def test_an_unknown_service_is_404_with_an_error_body(client: Client) -> None:
    response = client.get(f"{V2}/services/nothing.xml")
    assert response.status_code == 404
    error = root(response).find("error")
    assert error is not None
    assert error.findtext("code") == "404"
    assert error.findtext("description")
    plain = client.get(f"{V2}/services/nothing.json")
    assert [error["code"] for error in rows(plain)] == ["404"]


# Jurisdiction, formats, methods ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("told", "status"),
    [("", 200), ("990101", 200), ("testserver", 200), ("www.testserver", 200), ("sfgov.org", 404)],
)
def test_jurisdiction_may_be_left_out_or_be_ours(client: Client, told: str, status: int) -> None:
    assert client.get(f"{V2}/services.json", {"jurisdiction_id": told}).status_code == status


@pytest.mark.parametrize("path", ["services.yaml", "nothing.json", "", "requests", "tokens/x.json"])
def test_what_is_not_there_is_an_error_body_too(client: Client, path: str) -> None:
    response = client.get(f"{V2}/{path}")
    assert response.status_code == 404
    assert response["Content-Type"] == TYPES["json" if path.endswith(".json") else "xml"]


def test_another_method_is_told_which_are_meant(client: Client) -> None:
    response = client.delete(f"{V2}/requests.json")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
    assert client.head(f"{V2}/requests.xml").status_code == 200


# Requests --------------------------------------------------------------------------------------------------
def test_a_request_tells_every_field_of_the_specification(client: Client) -> None:
    case = small.voice("西河桥头的路灯坏了，我叫王建国，电话13800138000。").case
    row = listed(client)[0]
    assert row["service_request_id"] == case.number
    assert (row["status"], row["service_code"]) == ("open", "lamps")
    assert "13800138000" not in row["description"]
    assert "王建国" not in row["description"]
    assert row["address_id"] == small.GRID
    assert row["address"].split(", ")[0] == "桥头第一网格"
    assert row["address"].split(", ")[-1] == "兰亭县"
    assert datetime.fromisoformat(row["requested_datetime"]) == small.AT
    assert datetime.fromisoformat(row["expected_datetime"]) > small.AT
    assert row["agency_responsible"] == "公路局"
    assert "attributes" not in row


def test_the_same_request_in_xml(client: Client) -> None:
    case = small.voice("路灯坏了 <script>&").case
    told = root(client.get(f"{V2}/requests/{case.number}.xml"))
    assert told.tag == "service_requests"
    assert told.findtext("request/service_request_id") == case.number
    assert told.findtext("request/description") == "路灯坏了 <script>&"
    assert float(told.findtext("request/lat") or "")


def test_closed_is_closed_and_says_how(client: Client) -> None:
    small.closed(small.voice())
    row = listed(client)[0]
    assert row["status"] == "closed"
    assert "灯已修好" in row["status_notes"]
    assert row["updated_datetime"] == row["requested_datetime"]
    assert (len(listed(client, status="closed")), len(listed(client, status="open"))) == (1, 0)
    assert len(listed(client, status="open,closed")) == 1


def test_a_pin_is_told_as_the_middle_of_its_grid_only(client: Client) -> None:
    lon, lat = small.PIN[0] + 0.003, small.PIN[1] - 0.003
    small.voice(place=Where(lon=lon, lat=lat))
    row = listed(client, extensions="true")[0]
    assert row["long"] != pytest.approx(lon, abs=1e-6)
    assert row["extended_attributes"]["position"] == "grid"
    near = f"{lon - 0.0005},{lat - 0.0005},{lon + 0.0005},{lat + 0.0005}"
    assert listed(client, bbox=near) == []  # a small box must not find the pin
    assert len(listed(client, bbox=f"{row['long']},{row['lat']},{row['long']},{row['lat']}")) == 1


def test_only_public_cases_are_listed_and_nothing_about_officers(client: Client) -> None:
    hidden = [
        small.voice(allows_public=False),
        small.voice("窗口人员态度恶劣", matter="conduct"),
        small.voice("路灯坏了，电工骂人", officer=Officer(text="电工")),
    ]
    assert listed(client) == []
    numbers = ",".join(each.case.number for each in hidden)
    assert listed(client, service_request_id=numbers) == []
    assert client.get(f"{V2}/requests/{hidden[1].case.number}.json").status_code == 404


def test_a_withdrawn_request_is_gone_at_once(client: Client) -> None:
    said = small.voice()
    intake.withdraw(by=said.voice.ref, at=small.AT, voice=said.voice.id)
    assert listed(client) == []
    assert client.get(f"{V2}/requests/{said.case.number}.json").status_code == 404


def test_ids_override_every_other_filter(client: Client) -> None:
    first, second = small.voice().case, small.voice("路面有坑").case
    both = f"{first.number},{second.number}"
    told = listed(client, service_request_id=both, status="closed", start_date="2026-11-23")
    assert {row["service_request_id"] for row in told} == {first.number, second.number}
    typed = listed(client, service_request_id=first.number.lower().replace("-", ""))
    assert [row["service_request_id"] for row in typed] == [first.number]


def test_services_filter_by_comma_and_an_unknown_one_is_404(client: Client) -> None:
    small.voice()
    small.voice("路面有坑")
    assert [row["service_code"] for row in listed(client, service_code="lamps")] == ["lamps"]
    assert len(listed(client, service_code="lamps,holes")) == 2
    assert client.get(f"{V2}/requests.json", {"service_code": "nothing"}).status_code == 404


def test_without_dates_the_last_90_days_are_meant(client: Client) -> None:
    small.voice(at=small.AT - timedelta(days=89))
    old = small.voice(at=small.AT - timedelta(days=91))
    assert len(listed(client)) == 1
    day = (small.AT - timedelta(days=91)).date().isoformat()
    assert [row["service_request_id"] for row in listed(client, start_date=day, end_date=day)] == [old.case.number]


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        {"start_date": "2026-11-02T00:00:00Z", "end_date": "2026-11-01T00:00:00Z"},
        {"start_date": "yesterday"},
        {"end_date": "0001-01-01T00:00:00+14:00"},
        {"updated_after": "9999-12-31T23:59:59-12:00"},
        {"status": "pending"},
        {"bbox": "1,2,3"},
        {"bbox": "nan,0,1,1"},
        {"page": "-1"},
        {"page_size": "0"},
        {"page_size": "1001"},
        {"page": "90000", "page_size": "1000"},
    ],
)
def test_what_cannot_be_read_is_400_with_a_sentence(client: Client, query: dict[str, str]) -> None:
    response = client.get(f"{V2}/requests.json", query)
    assert response.status_code == 400
    assert rows(response)[0]["description"]


def test_a_span_of_90_days_is_fine_and_empty_is_absent(client: Client) -> None:
    small.voice()
    start = (small.AT - timedelta(days=89)).isoformat()
    assert len(listed(client, start_date=start, end_date=NOW.isoformat(), status="", page="", bbox="")) == 1
    assert len(listed(client, start_date=start.replace("+00:00", " 00:00"))) == 1  # a plus that was not escaped


def test_pages_follow_one_another_without_repeating(client: Client) -> None:
    numbers = [small.voice(at=small.AT + timedelta(minutes=minute)).case.number for minute in range(5)]
    pages = [listed(client, page=page, page_size=2) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert [row["service_request_id"] for page in pages for row in page] == numbers[::-1]
    assert listed(client, page=0, page_size=2) == pages[0]
    response = client.get(f"{V2}/requests.json", {"page_size": 2, "status": "open"})
    following = response["Link"].split(">")[0].removeprefix("<http://testserver")
    assert rows(client.get(following)) == pages[1]


def test_updated_after_finds_what_changed_latest_first(client: Client) -> None:
    first = small.voice(at=small.AT - timedelta(days=100))
    second = small.voice("路面有坑")
    small.closed(first, at=small.AT + timedelta(minutes=30))
    told = listed(client, updated_after=(small.AT - timedelta(hours=1)).isoformat())
    assert [row["service_request_id"] for row in told] == [first.case.number, second.case.number]
    later = listed(client, updated_after=(small.AT + timedelta(minutes=10)).isoformat())
    assert [row["service_request_id"] for row in later] == [first.case.number]
    before = listed(client, updated_before=(small.AT + timedelta(minutes=10)).isoformat())
    assert [row["service_request_id"] for row in before] == [second.case.number]


def test_extensions_add_notes_channel_and_photos_but_no_words_of_the_resident(client: Client) -> None:
    said = small.voice(kind="report")
    small.closed(said)
    row = listed(client, extensions="true")[0]
    assert row["extended_attributes"]["channel"] == "web"
    assert row["extended_attributes"]["state"] == "closed"
    assert [note["type"] for note in row["notes"]] == ["accepted", "answered", "closed"]
    assert root(client.get(f"{V2}/requests.xml", {"extensions": "true"})).findtext("request/notes/note/type")


def test_the_number_of_queries_does_not_grow_with_the_page(client: Client) -> None:
    small.voice()
    listed(client, extensions="true")
    with CaptureQueriesContext(
        connection,
    ) as few:
        listed(client, extensions="true")
    for _ in range(10):
        small.closed(small.voice())
    keeping.version()
    with CaptureQueriesContext(connection) as many:
        listed(client, extensions="true")
    assert len(many) <= len(few) + 1  # answers are asked for only when something is closed
    assert not any("COUNT(" in query["sql"] for query in many)
    assert Case.objects.count() == 11
