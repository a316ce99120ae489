"""$select and $expand: the documented subset, and a sentence for the rest."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongzhi.cases.tests import cast
from gongzhi.sensors import keys
from gongzhi.sensors.tests.instruments import AT, load, play

pytestmark = pytest.mark.django_db
ROOT = "/sensorthings/v1.1"


@pytest.fixture(autouse=True)
def _county() -> None:
    load()
    play("gauge-1", [1.0, 1.1, 1.2, 1.3])


def get(path: str, key: str = "", **query: str) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return Client().get(f"{ROOT}{path}", {f"${name}": value for name, value in query.items()}, headers=headers)


def test_only_the_named_properties_are_told() -> None:
    rows = get("/Observations", select="result,phenomenonTime").json()["value"]
    assert [set(row) for row in rows] == [{"result", "phenomenonTime"}] * 4
    assert set(get("/Things('gauge-1')", select="name,id").json()) == {"name", "@iot.id"}
    assert set(get("/Things('gauge-1')", select="Datastreams").json()) == {"Datastreams@iot.navigationLink"}


def test_a_thing_with_its_last_reading_is_one_question() -> None:
    told = get("/Things('gauge-1')", expand="Datastreams/Observations").json()
    assert [row["result"] for row in told["Datastreams"][0]["Observations"]] == [1.0, 1.1, 1.2, 1.3]
    assert "Datastreams@iot.navigationLink" not in told
    last = "Observations($orderby=phenomenonTime desc;$top=1;$select=result,phenomenonTime)"
    stream = get("/Datastreams('gauge-1')", expand=f"{last},ObservedProperty,Thing($expand=Locations)").json()
    assert stream["Observations"] == [{"result": 1.3, "phenomenonTime": "2026-11-16T02:30:00.000Z"}]
    assert stream["ObservedProperty"]["@iot.id"] == "water_level"
    assert stream["Thing"]["Locations"][0]["location"]["coordinates"] == [120.05, 30.05]


def test_more_inside_has_an_address_that_goes_on_in_the_same_order() -> None:
    stream = get("/Datastreams('gauge-1')", expand="Observations($orderby=result desc;$top=2)").json()
    assert [row["result"] for row in stream["Observations"]] == [1.3, 1.2]
    link = stream["Observations@iot.nextLink"].removeprefix("http://testserver")
    assert [row["result"] for row in Client().get(link).json()["value"]] == [1.1, 1.0]


def test_readings_with_their_stream_need_no_statement_each() -> None:
    def asked(top: str) -> int:
        with CaptureQueriesContext(connection) as context:
            rows = get("/Observations", expand="Datastream", top=top).json()["value"]
        assert all(row["Datastream"]["@iot.id"] == "gauge-1" for row in rows)
        return len(context)

    asked("1")  # what the county's memory holds is read once
    assert asked("1") == asked("4")


def test_nothing_hidden_is_put_inside() -> None:
    play("smoke-1", [1.0])
    key = keys.make(by=cast.BY, at=AT, organ="roads", label="Gateway")[1]
    hidden = get("/ObservedProperties('water_level')", expand="Datastreams").json()
    assert [each["@iot.id"] for each in hidden["Datastreams"]] == ["gauge-1"]
    assert get("/ObservedProperties('smoke')", expand="Datastreams").json()["Datastreams"] == []
    assert len(get("/ObservedProperties('smoke')", key, expand="Datastreams").json()["Datastreams"]) == 1


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/Things", {"select": "colour"}, 400),
        ("/Things", {"expand": "Observations"}, 400),
        ("/Things", {"expand": "Datastreams,Datastreams"}, 400),
        ("/Things", {"expand": "Datastreams("}, 400),
        ("/Things", {"expand": "Datastreams(top=1)"}, 400),
        ("/Things", {"expand": "Datastreams($top=x)"}, 400),
        ("/Things", {"expand": "Datastreams($apply=x)"}, 501),
        ("/Datastreams", {"expand": "Thing($top=1)"}, 501),
        ("/Things", {"expand": "Datastreams/Thing/Datastreams/Thing"}, 400),
        ("/Things('gauge-1')", {"top": "1"}, 501),
        ("/Things", {"expand": "(" * 3000}, 400),
        ("/Things", {"apply": "x"}, 501),
    ],
)
def test_what_is_not_offered_is_refused_with_a_sentence(path: str, query: dict[str, str], status: int) -> None:
    answer = get(path, **query)
    assert answer.status_code == status, answer.content
    assert answer.json()["message"]


def test_an_answer_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongzhi.sensors.sensorthings.shaping.INSIDE_ALL", 3)
    assert get("/Things('gauge-1')", expand="Datastreams/Observations").status_code == 400
    assert get("/Things('gauge-1')", expand="Datastreams").status_code == 200
