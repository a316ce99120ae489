"""Pages of sensors: who sees which, what they say, and that a list is a file too."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gongzhi.cases.tests.deskcast import signed_in
from gongzhi.kit import moments
from gongzhi.sensors import minding
from gongzhi.sensors.models import Sensor
from gongzhi.sensors.tests.instruments import load, minutes, play, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _county(settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PRINTED_DIR = tmp_path / "printed"
    load()
    monkeypatch.setattr("gongzhi.sensors.pages.now", lambda: minutes(90))


def shown(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_a_handler_sees_the_sensors_of_her_office_and_public_ones() -> None:
    page = shown(signed_in("roads-1"), "/zh/desk/sensors/")
    assert "东街桥水位计" in page
    assert "老街烟感" in page
    assert "南山噪声仪" not in page
    water = signed_in("water-1")
    assert "东街桥水位计" in shown(water, "/zh/desk/sensors/")
    assert water.get("/zh/desk/sensors/smoke-1/").status_code == 404
    assert "老街烟感" in shown(signed_in("desk-1"), "/zh/desk/sensors/")


def test_a_post_without_cases_has_no_sensors() -> None:
    assert signed_in("admin").get("/zh/desk/sensors/").status_code == 403
    assert Client().get("/zh/desk/sensors/").status_code == 302


def test_a_sensor_shows_what_it_measured_its_rules_its_cases_and_what_was_refused() -> None:
    play("gauge-1", [2.6, 3.1, 3.4, 3.3])
    assert send("gauge-1", 35, 99.0) == "value_impossible"
    page = shown(signed_in("roads-1"), "/en/desk/sensors/gauge-1/")
    assert 'class="plot"' in page
    assert "beyond the limit in 3 stretches" in page
    assert "above 3 m for 20 minutes" in page
    assert "990101-26-" in page
    assert "1 were outside what it can measure" in page
    page = shown(signed_in("roads-1"), "/zh/desk/sensors/gauge-1/?span=week")
    assert "持续" in page


def test_what_needs_somebody_stands_first() -> None:
    play("smoke-1", [1.0])
    minding.listen_for_silence(at=minutes(500))
    page = shown(signed_in("roads-1"), "/zh/desk/sensors/")
    assert page.index("老街烟感") < page.index("东街桥水位计")
    assert "没有声音" in page


def test_values_below_zero_are_told_in_a_table() -> None:
    play("gauge-1", [-1.0, -0.5], every=20)
    page = shown(signed_in("roads-1"), "/zh/desk/sensors/gauge-1/")
    assert 'class="plot"' not in page
    assert "-1.00" in page


def test_lists_and_series_are_files_too() -> None:
    play("gauge-1", [1.0, 1.5], every=20)
    client = signed_in("roads-1")
    rows = client.get("/en/desk/sensors/?as=csv").content.decode("utf-8-sig").splitlines()
    assert rows[1].startswith("gauge-1,East Bridge gauge,")
    series = client.get("/en/desk/sensors/gauge-1/?as=csv").content.decode("utf-8-sig").splitlines()
    assert [row.split(",")[1] for row in series[1:]] == ["1", "1.5"]


def test_everybody_sees_public_sensors_and_no_others() -> None:
    play("gauge-1", [2.6, 3.1, 3.4, 3.3])
    page = shown(Client(), "/zh/sensors/")
    assert "东街桥水位计" in page
    assert "老街烟感" not in page
    one = shown(Client(), "/en/sensors/gauge-1/")
    assert "East Bridge gauge" in one
    assert "/en/cases/990101-26-" in one
    assert Client().get("/zh/sensors/smoke-1/").status_code == 404
    assert Client().get("/zh/sensors/moon/").status_code == 404


def test_a_county_without_sensors_says_so() -> None:
    Sensor.objects.update(valid_to=moments.now())
    assert "sensors.csv" in shown(signed_in("roads-1"), "/zh/desk/sensors/")
    assert shown(Client(), "/zh/sensors/")
