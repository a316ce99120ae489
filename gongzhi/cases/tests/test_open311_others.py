"""Open311 as other people's programs see it: published schemas, a client from PyPI, and input from anywhere."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.cases.open311.xml import to_json, to_xml
from gongzhi.cases.tests import geo, small
from gongzhi.cases.tests.geo import V2, key, rows, sent

SCHEMAS = Path(__file__).resolve().parents[4] / "shared/standards/georeport-schemas"
FORMATS = ("xml", "json")


@pytest.fixture
def county(db: None, tmp_path: Any, settings: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINTED_DIR = tmp_path / "printed"
    geo.load()


# Schemas -----------------------------------------------------------------------------------------------------
def valid(name: str, data: Any) -> None:
    """Refuses data that the published schema of GeoReport does not describe."""
    jsonschema = pytest.importorskip("jsonschema")
    if not SCHEMAS.is_dir():
        pytest.skip("the schemas of GeoReport are not beside this checkout")
    registry = pytest.importorskip("referencing")
    read = {path.name: json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")}
    known = registry.Registry().with_resources(
        (each, registry.Resource(contents, registry.jsonschema.DRAFT7)) for each, contents in read.items()
    )
    jsonschema.Draft7Validator(read[name], registry=known).validate(data)


def test_services_and_definitions_fit_the_published_schemas(county: None, client: Client) -> None:
    services = rows(client.get(f"{V2}/services.json"))
    valid("services.json", services)
    for row in services:
        valid("service.json", row)
        valid("service-definition.json", json.loads(client.get(f"{V2}/services/{row['service_code']}.json").content))


def test_requests_fit_the_published_schemas(county: None, client: Client) -> None:
    small.closed(small.voice())
    sent(client, key()[1])
    for extensions in ("", "true"):
        told = rows(client.get(f"{V2}/requests.json", {"extensions": extensions, "start_date": "2026-11-01"}))
        valid("requests.json", told)
        for row in told:
            valid("request.json", row)


def test_a_schema_would_notice(county: None) -> None:
    """The check itself is checked: a status that GeoReport does not know is no request."""
    jsonschema = pytest.importorskip("jsonschema")
    wrong = {"service_request_id": "1", "status": "pending", "service_code": "x", "requested_datetime": "2026-11-21"}
    with pytest.raises(jsonschema.ValidationError):
        valid("request.json", wrong)


# Another program ---------------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("format", FORMATS)
def test_the_georeport_client_reads_services_and_requests(
    live_server: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    georeport = pytest.importorskip("georeport", reason="the client package georeport is not installed")
    settings.ALLOWED_HOSTS = ["*"]
    monkeypatch.setattr("gongzhi.cases.open311.requests.now", lambda: small.AT + timedelta(hours=1))
    geo.load()
    first, second = small.voice().case, small.voice("路面有坑").case
    other = georeport.GeoReport(f"{live_server.url}{V2}", jurisdiction="990101", output_format=format)
    assert {row["service_code"] for row in other.get_service_list()} == {"lamps", "holes", "conduct", "other"}
    assert other.get_service_definition("lamps")["service_code"] == "lamps"
    told = other.get_service_requests(start_date="2026-11-01T00:00:00Z", status="open")
    assert {row["service_request_id"] for row in told} == {first.number, second.number}
    assert other.get_service_request(first.number)["service_code"] == "lamps"


# Anything ----------------------------------------------------------------------------------------------------
words = st.text(max_size=60) | st.sampled_from(
    ["", "nan", "-0", "1e999", "\x00", "\u202e", "2026-11-21", "2026-11-21T00:00:00Z", "2026-02-30", "9" * 400, "a,,b",
     "lamps", "holes", "990101", "true", "1,2,3,4", "-180,-90,180,90", "'; DROP TABLE cases_case; --", "<b>", "]]>"]
)  # fmt: skip
QUERIES = ("jurisdiction_id", "service_request_id", "service_code", "start_date", "end_date", "status", "page",
           "page_size", "updated_after", "updated_before", "bbox", "extensions", "api_key")  # fmt: skip
FIELDS = ("jurisdiction_id", "service_code", "lat", "long", "address_string", "address_id", "email", "phone",
          "description", "media_url", "attribute[lamps]", "attribute[pole]", "attribute[count]", "attribute[since]",
          "attribute[signs][]", "attribute[", "attribute[x]", "device_id")  # fmt: skip
fuzz = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


def whole(response: Any, format: str) -> None:
    """Never our fault, and always readable by a parser of its format."""
    assert response.status_code < 500, response.content
    if format == "json":
        json.loads(response.content)
    else:
        ET.fromstring(response.content)


@fuzz
@given(query=st.dictionaries(st.sampled_from(QUERIES), words, max_size=6), format=st.sampled_from(FORMATS))
def test_any_query_is_answered_or_refused(county: None, client: Client, query: dict[str, str], format: str) -> None:
    whole(client.get(f"{V2}/requests.{format}", query), format)


@pytest.fixture
def text(county: None) -> str:
    """A key that is never used up."""
    return key(per_hour=100_000)[1]


@fuzz
@given(fields=st.dictionaries(st.sampled_from(FIELDS), words, max_size=10), format=st.sampled_from(FORMATS))
def test_any_body_is_received_or_refused(client: Client, text: str, fields: dict[str, str], format: str) -> None:
    named = {"service_code": "lamps", "address_id": small.GRID, "attribute[lamps]": "one"} | fields
    response = client.post(f"{V2}/requests.{format}", named | {"api_key": text})
    whole(response, format)
    assert response.status_code in (200, 400, 404)
    if format == "json" and response.status_code == 200:
        number = rows(response)[0]["service_request_id"]
        whole(client.get(f"{V2}/requests/{number}.xml", {"extensions": "true"}), "xml")


@fuzz
@given(raw=st.binary(max_size=200), kind=st.sampled_from(["application/x-www-form-urlencoded", "text/xml",
       "application/json", "multipart/form-data; boundary=x"]))  # fmt: skip
def test_any_bytes_are_refused_without_a_key(county: None, client: Client, raw: bytes, kind: str) -> None:
    response = client.post(f"{V2}/requests.xml", raw, content_type=kind)
    whole(response, "xml")
    assert response.status_code in (400, 403, 404)


@fuzz
@given(path=st.text(max_size=40))
def test_any_address_beneath_is_answered(county: None, client: Client, path: str) -> None:
    response = client.get(f"{V2}/{'tokens' if len(path) % 2 else 'requests'}/{path}.json")
    assert response.status_code < 500


@given(notes=st.lists(st.dictionaries(st.sampled_from(["datetime", "type", "summary"]), st.text() | st.none())))
def test_any_text_makes_well_formed_xml_that_says_what_the_json_says(notes: list[dict[str, Any]]) -> None:
    told = ET.fromstring(to_xml("notes", notes))
    assert json.loads(to_json(notes)) == notes
    assert len(told.findall("note")) == len(notes)
    for element, note in zip(told, notes, strict=True):
        assert [child.tag for child in element] == list(note)
