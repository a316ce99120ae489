"""The door for programs: shapes of OGC SensorThings 1.1, keys, limits, and an answer for every kind of bad reading."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.sensors import keys
from gongzhi.sensors.models import Reading, Refused, SensorKey
from gongzhi.sensors.tests.instruments import AT, load, minutes, play, sensor

pytestmark = pytest.mark.django_db
ROOT = "/sensorthings/v1.1"


@pytest.fixture(autouse=True)
def _county(monkeypatch: pytest.MonkeyPatch) -> None:
    load()
    monkeypatch.setattr("gongzhi.sensors.sensorthings.views.now", lambda: minutes(60))


@pytest.fixture
def key() -> str:
    return keys.make(by=cast.BY, at=AT, organ="roads", label="Gateway")[1]


def get(path: str, key: str = "", **query: str) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Client().get(f"{ROOT}{path}", query, headers=headers)


def post(path: str, body: object, key: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Client().post(f"{ROOT}{path}", text, content_type="application/json", headers=headers)


def told(value: object, at: str = "2026-11-16T02:50:00Z", **more: Any) -> dict[str, Any]:
    return {"result": value, "phenomenonTime": at, "Datastream": {"@iot.id": "gauge-1"}, **more}


def test_the_root_names_the_entity_sets() -> None:
    root = get("").json()
    assert [each["name"] for each in root["value"]] == [
        *("Things", "Locations", "Datastreams", "Sensors", "ObservedProperties", "Observations")
    ]
    assert all(each["url"].startswith("http://testserver/sensorthings/v1.1/") for each in root["value"])
    assert root["serverSettings"]["conformance"]


def test_every_entity_has_an_id_its_address_and_the_fields_of_the_standard() -> None:
    play("gauge-1", [1.0])
    needed = {
        "Things": {"name", "description", "properties"},
        "Locations": {"name", "description", "encodingType", "location"},
        "Datastreams": {"name", "description", "observationType", "unitOfMeasurement"},
        "Sensors": {"name", "description", "encodingType", "metadata"},
        "ObservedProperties": {"name", "definition", "description"},
        "Observations": {"phenomenonTime", "resultTime", "result"},
    }
    for kind, names in needed.items():
        (entity,) = get(f"/{kind}").json()["value"]
        assert names <= set(entity), kind
        path = entity["@iot.selfLink"].removeprefix("http://testserver")
        assert Client().get(path).json() == entity
        for name, link in entity.items():
            if name.endswith("@iot.navigationLink"):
                assert Client().get(link.removeprefix("http://testserver")).status_code == 200, link


def test_links_lead_from_the_thing_to_its_readings() -> None:
    play("gauge-1", [1.0, 1.5])
    stream = get("/Things('gauge-1')/Datastreams").json()["value"][0]
    assert stream["unitOfMeasurement"]["symbol"] == "m"
    rows = Client().get(stream["Observations@iot.navigationLink"].removeprefix("http://testserver")).json()["value"]
    assert [row["result"] for row in rows] == [1.0, 1.5]
    assert rows[0]["phenomenonTime"] == "2026-11-16T02:00:00.000Z"
    assert get("/Locations('gauge-1')").json()["location"] == {"type": "Point", "coordinates": [120.05, 30.05]}


def test_what_is_not_public_is_seen_by_its_owner_alone(key: str) -> None:
    other = keys.make(by=cast.BY, at=AT, organ="water", label="Other")[1]
    assert [each["@iot.id"] for each in get("/Things").json()["value"]] == ["gauge-1"]
    assert [each["@iot.id"] for each in get("/Things", key).json()["value"]] == ["gauge-1", "smoke-1"]
    assert get("/Things('smoke-1')").status_code == 404
    assert get("/Things('smoke-1')", other).status_code == 404
    assert get("/Things('smoke-1')", key).status_code == 200
    play("smoke-1", [1.0])
    (row,) = Reading.objects.all()
    assert get(f"/Observations({row.pk})").status_code == 404
    assert get(f"/Observations({row.pk})", key).json()["result"] == 1.0


def test_a_window_is_paged_filtered_counted_and_ordered() -> None:
    play("gauge-1", [1.0, 1.1, 1.2, 1.3, 1.4])
    first = get("/Observations", **{"$top": "2", "$count": "true"}).json()
    assert (first["@iot.count"], [row["result"] for row in first["value"]]) == (5, [1.0, 1.1])
    second = Client().get(first["@iot.nextLink"].removeprefix("http://testserver")).json()
    assert [row["result"] for row in second["value"]] == [1.2, 1.3]
    asked = "phenomenonTime ge 2026-11-16T02:10:00Z and phenomenonTime lt 2026-11-16T02:40:00Z and result gt 1.1"
    found = get("/Datastreams('gauge-1')/Observations", **{"$filter": asked, "$orderby": "phenomenonTime desc"}).json()
    assert [row["result"] for row in found["value"]] == [1.3, 1.2]
    assert "@iot.nextLink" not in found


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"$filter": "result like 3"}, 400),
        ({"$filter": "phenomenonTime ge yesterday"}, 400),
        ({"$filter": "result gt 'x'"}, 400),
        ({"$filter": "1 eq 1 or 2 eq 2"}, 400),
        ({"$top": "-1"}, 400),
        ({"$top": "9999999"}, 400),
        ({"$orderby": "moon"}, 400),
        ({"$apply": "x"}, 501),
    ],
)
def test_what_is_not_offered_is_refused_and_never_ignored(query: dict[str, str], status: int) -> None:
    answer = get("/Observations", **query)
    assert (answer.status_code, answer.json()["type"]) == (status, "error")


@pytest.mark.parametrize(
    "path",
    ["/Moons", "/Things('moon')", "/Things('%00')", "/Things(7)", "/Observations('x')", "/Observations(99)",
     "/Datastreams('gauge-1')/Moons", "/ObservedProperties('moon')", "/Things('gauge-1", "/Things('gauge-1')/Thing"],
)  # fmt: skip
def test_addresses_of_nothing_are_not_found(path: str) -> None:
    answer = get(path)
    assert (answer.status_code, answer.json()["reason"]) == (404, "entity_unknown")


def test_an_observation_is_created_with_its_address(key: str) -> None:
    answer = post("/Observations", told(1.25), key)
    entity = answer.json()
    assert (answer.status_code, entity["result"]) == (201, 1.25)
    assert answer.headers["Location"] == entity["@iot.selfLink"]
    assert get(f"/Observations({entity['@iot.id']})").json() == entity
    below = post("/Datastreams('gauge-1')/Observations", {"result": 1.5, "phenomenonTime": "2026-11-16T02:55:00Z"}, key)
    assert below.status_code == 201
    assert sensor().last_value == 1.5


def test_without_a_moment_a_reading_is_of_now(key: str) -> None:
    answer = post("/Datastreams('gauge-1')/Observations", {"result": 1.5}, key)
    assert answer.json()["phenomenonTime"] == "2026-11-16T03:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (told(1.0, "2026-11-16T03:02:00Z"), 400, "date_future"),
        (told(1.0, "2026-10-01T00:00:00Z"), 400, "date_old"),
        (told(1.0, "2026-11-16T02:50:00"), 400, "date_misread"),
        (told(1.0, "2026-11-16T02:30:00Z"), 409, "reading_twice"),
        (told(1.0, "2026-11-16T02:10:00Z"), 409, "out_of_order"),
        (told(99.0), 400, "value_impossible"),
        (told("1.0"), 400, "value_no_number"),
        (told(None), 400, "value_no_number"),
        (told(1.0, parameters={"unit": "cm"}), 400, "unit_wrong"),
        (told(1.0, Datastream={"@iot.id": "moon-1"}), 404, "sensor_unknown"),
        (told(1.0, Datastream={"@iot.id": "noise-1"}), 404, "sensor_unknown"),
        (told(1.0, Datastream=7), 404, "sensor_unknown"),
        ({"phenomenonTime": "2026-11-16T02:50:00Z", "Datastream": {"@iot.id": "gauge-1"}}, 400, "reading_misread"),
        ([1, 2], 400, "reading_misread"),
        ('{"result": NaN, "Datastream": {"@iot.id": "gauge-1"}}', 400, "value_no_number"),
        ('{"result": 1e999, "Datastream": {"@iot.id": "gauge-1"}}', 400, "value_no_number"),
    ],
)
def test_a_bad_reading_is_refused_with_its_reason_and_counted(key: str, body: object, status: int, reason: str) -> None:
    play("gauge-1", [1.0], begin=30)
    answer = post("/Observations", body, key)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.json()["message"]
    assert Refused.objects.get().reason == reason
    assert Reading.objects.count() == 1


def test_a_body_that_is_no_json_is_refused(key: str) -> None:
    assert post("/Observations", "{", key).json()["reason"] == "json_misread"
    assert post("/Things", "{}", key).status_code == 405
    assert Client().put(f"{ROOT}/Observations").status_code == 405


def test_without_a_key_or_with_a_wrong_or_closed_one_nothing_is_taken(key: str) -> None:
    assert post("/Observations", told(1.0), "").status_code == 401
    assert post("/Observations", told(1.0), "wrong").status_code == 403
    row = SensorKey.objects.get()
    keys.close(by=cast.BY, at=minutes(1), key=row.id)
    assert post("/Observations", told(1.0), key).status_code == 403
    with pytest.raises(Refusal):
        keys.close(by=cast.BY, at=AT, key=row.id)
    facts = Fact.objects.filter(about=row.ref).order_by("id").values_list("kind", flat=True)
    assert list(facts) == ["sensor_key.made", "sensor_key.closed"]
    assert not Reading.objects.exists()


def test_a_key_is_limited_by_the_hour() -> None:
    key = keys.make(by=cast.BY, at=AT, organ="roads", label="Gateway", per_hour=3)[1]
    codes = [post("/Observations", told(1.0, f"2026-11-16T02:5{n}:00Z"), key).status_code for n in range(4)]
    assert codes == [201, 201, 201, 429]
    answer = post("/Observations", told(1.0), key)
    assert 0 < int(answer.headers["Retry-After"]) <= 3600


@pytest.mark.parametrize(("organ", "per_hour"), [("moon", 1), ("roads", 0), ("roads", 10**9)])
def test_a_key_needs_an_owner_and_a_limit(organ: str, per_hour: int) -> None:
    with pytest.raises(Refusal):
        keys.make(by=cast.BY, at=AT, organ=organ, label="x", per_hour=per_hour)


def test_data_arrays_are_taken_row_by_row_and_answered_in_place(key: str) -> None:
    body = [
        {
            "Datastream": {"@iot.id": "gauge-1"},
            "components": ["phenomenonTime", "result"],
            "dataArray@iot.count": 4,
            "dataArray": [
                ["2026-11-16T02:10:00Z", 2.6],
                ["2026-11-16T02:20:00Z", 3.1],
                ["2026-11-16T02:20:00Z", 3.1],
                ["2026-11-16T02:40:00Z", 3.2],
                ["short"],
            ],
        },
        {"Datastream": {"@iot.id": "smoke-1"}, "components": ["result"], "dataArray": [[1.0]]},
        {"Datastream": {"@iot.id": "smoke-1"}, "components": "result", "dataArray": [[1.0]]},
    ]
    answer = post("/CreateObservations", body, key)
    assert answer.status_code == 201
    rows = answer.json()
    assert [row.split(":")[0] if row.startswith("error") else "kept" for row in rows] == [
        *("kept", "kept", "error", "kept", "error", "kept", "error")
    ]
    assert "reading_twice" in rows[2]
    assert Client().get(rows[3].removeprefix("http://testserver")).json()["result"] == 3.2
    assert Case.objects.count() == 1
    assert SensorKey.objects.get().used == 7


@pytest.mark.parametrize("body", [{}, 7, [7], [{"components": [1], "dataArray": []}]])
def test_a_data_array_of_another_shape_is_refused(key: str, body: object) -> None:
    answer = post("/CreateObservations", body, key)
    assert answer.status_code in (201, 400)
    assert "reading_misread" in answer.content.decode()
    assert not Reading.objects.exists()


def test_more_than_a_transaction_should_hold_is_refused(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongzhi.sensors.rules.READINGS_MOST", 2)
    body = [{"Datastream": {"@iot.id": "gauge-1"}, "components": ["result"], "dataArray": [[1.0]] * 3}]
    assert post("/CreateObservations", body, key).status_code == 413
