"""Open311 in bulk and the filters of others: the same fields as CSV, XML, JSON and as a Data Package."""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.cases import intake
from gongzhi.cases.open311 import bulk, params
from gongzhi.cases.open311.telling import mercator
from gongzhi.cases.tests import geo, small
from gongzhi.cases.tests.geo import V2, key, listed, root, rows, sent
from gongzhi.places import reads as places

pytestmark = pytest.mark.django_db
NOW = small.AT + timedelta(hours=1)
PATH = f"{V2}/bulk/requests"


@pytest.fixture(autouse=True)
def county(tmp_path: Any, settings: Any, monkeypatch: Any) -> None:
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINTED_DIR = tmp_path / "printed"
    for name in ("requests", "bulk"):
        monkeypatch.setattr(f"gongzhi.cases.open311.{name}.now", lambda: NOW)
    geo.load()


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_every_format_has_the_same_rows_with_the_names_of_the_specification(client: Client) -> None:
    small.closed(small.voice())
    small.voice("路面有坑，=SUM(A1)", at=small.AT + timedelta(minutes=1))
    plain = rows(client.get(f"{PATH}.json"))
    assert plain == listed(client)
    lines = table(client.get(f"{PATH}.csv").content)
    assert list(lines[0]) == list(plain[0]) == list(bulk.REQUEST)
    for line, row in zip(lines, plain, strict=True):
        assert line == {name: "" if value is None else str(value) for name, value in row.items()}
    tree = root(client.get(f"{PATH}.xml"))
    assert [each.findtext("service_request_id") for each in tree] == [row["service_request_id"] for row in plain]
    assert client.get(f"{PATH}.csv")["Content-Type"] == "text/csv; charset=utf-8"


def test_a_data_package_describes_every_column_it_holds(client: Client) -> None:
    case = small.voice().case
    response = client.get(f"{PATH}.zip")
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as package:
        told = json.loads(package.read("datapackage.json"))
        assert told["profile"] == "tabular-data-package"
        for resource in told["resources"]:
            lines = table(package.read(resource["path"]))
            assert [field["name"] for field in resource["schema"]["fields"]] == list(lines[0])
            assert all(line[resource["schema"]["primaryKey"]] for line in lines)
        assert case.number in package.read("requests.csv").decode()
        assert {line["metadata"] for line in table(package.read("services.csv"))} == {"true", "false"}


def test_a_cell_that_a_spreadsheet_would_run_is_only_words(client: Client) -> None:
    small.voice("=cmd|' /C calc'!A0 路灯坏了")
    assert table(client.get(f"{PATH}.csv").content)[0]["description"].startswith("'=cmd")


def test_a_year_may_be_asked_for_and_what_was_withdrawn_is_in_no_file(client: Client) -> None:
    old = small.voice(at=small.AT - timedelta(days=300))
    day = (small.AT - timedelta(days=301)).date().isoformat()
    query = {"start_date": day, "end_date": small.AT.date().isoformat()}
    assert [line["service_request_id"] for line in table(client.get(f"{PATH}.csv", query).content)] == [old.case.number]
    assert client.get(f"{V2}/requests.json", query).status_code == 400, "the plain list has 90 days at most"
    intake.withdraw(by=old.voice.ref, at=NOW, voice=old.voice.id)
    assert table(client.get(f"{PATH}.csv", query).content) == []


def test_files_are_paged_and_an_unknown_format_is_an_error_body(client: Client) -> None:
    for minute in range(3):
        small.voice(at=small.AT + timedelta(minutes=minute))
    first = client.get(f"{PATH}.csv", {"page_size": 2})
    following = first["Link"].split(">")[0].removeprefix("<http://testserver")
    assert len(table(first.content) + table(client.get(following).content)) == 3
    assert client.get(f"{PATH}.json", {"page_size": 10_001}).status_code == 400
    assert client.get(f"{PATH}.yaml").status_code == 404
    assert client.get(f"{V2}/services.csv").status_code == 404


def test_statements_do_not_grow_with_the_file(client: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as context:
            client.get(f"{PATH}.csv")
        return len(context)

    small.closed(small.voice())
    asked()
    few = asked()
    for _ in range(8):
        small.closed(small.voice())
    client.get(f"{PATH}.csv")
    assert asked() == few


# Filters of FixMyStreet, and of uReport ------------------------------------------------------------------------
def test_an_office_may_be_asked_for_by_code_or_name_and_several_with_a_bar(client: Client) -> None:
    case = small.voice().case
    for told in ("roads", "公路局", "roads office", "watch|Roads Office"):
        assert [row["service_request_id"] for row in listed(client, agency_responsible=told)] == [case.number], told
    assert listed(client, agency_responsible="watch") == []
    assert client.get(f"{V2}/requests.json", {"agency_responsible": "moon"}).status_code == 404


def test_only_as_many_as_wanted_and_only_with_photos(client: Client) -> None:
    media = SimpleUploadedFile("hole.jpg", small.photo(), "image/jpeg")
    shown = sent(client, key()[1], media=media)["service_request_id"]
    plain = small.voice("路面有坑", at=NOW).case.number
    assert len(listed(client, max_requests=1)) == 1
    assert len(listed(client, max_requests=5, page_size=1)) == 1
    assert [row["service_request_id"] for row in listed(client, has_photo="true")] == [shown]
    assert [row["service_request_id"] for row in listed(client, has_photo="false")] == [plain]
    assert client.get(f"{V2}/requests.json", {"max_requests": "0"}).status_code == 400


def test_extensions_tell_ward_and_metres_of_the_grid_s_middle(client: Client) -> None:
    small.voice()
    row = listed(client, extensions="true")[0]
    told = row["extended_attributes"]
    assert told["ward"] == "桥头村"
    assert told["police_district"] is None
    lon = math.degrees(told["x"] / 6_378_137.0)
    lat = math.degrees(2 * math.atan(math.exp(told["y"] / 6_378_137.0)) - math.pi / 2)
    assert (lon, lat) == (pytest.approx(row["long"], abs=1e-7), pytest.approx(row["lat"], abs=1e-7))


def test_web_mercator_has_its_known_edge() -> None:
    place = places.place(small.GRID)
    object.__setattr__(place, "lon", 180.0)
    object.__setattr__(place, "lat", 85.05112877980659)
    assert mercator(place) == (20037508.34, 20037508.34)  # EPSG:3857's own bounds


# JSONP -----------------------------------------------------------------------------------------------------
def test_json_may_come_as_a_call_of_a_plainly_named_function(client: Client) -> None:
    small.voice()
    response = client.get(f"{V2}/requests.json", {"callback": "map.show_1"})
    assert response["Content-Type"] == "application/javascript; charset=utf-8"
    body = response.content.decode()
    assert body.startswith("/**/map.show_1(")
    assert json.loads(body.removeprefix("/**/map.show_1(").removesuffix(");")) == listed(client)
    assert client.get(f"{V2}/requests.xml", {"callback": "show"})["Content-Type"].startswith("text/xml")


@pytest.mark.parametrize("odd", ["alert(1)", "a;b", "1x", "a..b", "x" * 81, "é", "</script>"])
def test_a_callback_that_could_be_a_script_is_refused(client: Client, odd: str) -> None:
    response = client.get(f"{V2}/services.json", {"callback": odd})
    assert response.status_code == 400
    assert odd not in response.content.decode()


def test_the_widest_span_is_a_year(client: Client) -> None:
    assert timedelta(days=366) == bulk.WIDEST > params.SPAN
