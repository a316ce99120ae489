"""Lanting's sensors speak: two days of readings, a few things that happen, nothing twice."""

from __future__ import annotations

import pytest

from gongzhi.cases.models import Case, Voice
from gongzhi.rehearsal import readings
from gongzhi.rehearsal.tests.conftest import AT
from gongzhi.sensors.models import Exceedance, Reading, Refused, Sensor
from gongzhi.web.county_folder import County


@pytest.mark.usefixtures("lanting")
def test_two_days_are_played_once_and_what_happens_becomes_cases_of_those_responsible(lanting: County) -> None:
    kept = readings.play(at=AT)
    assert kept == Reading.objects.count() == 20 * 289
    assert not Refused.objects.exists()
    assert set(Sensor.objects.values_list("health", flat=True)) == {"ok"}
    told = set(Exceedance.objects.values_list("rule__sensor", flat=True))
    assert {name for name, *_rest in readings.EVENTS} <= told
    assert len(told) <= len(readings.EVENTS) + 1
    assert Voice.objects.filter(source="sensor").count() == Case.objects.count() == Exceedance.objects.count()
    assert not Case.objects.filter(organ="").exists()
    assert readings.play(at=AT) == 0
    assert Reading.objects.count() == kept


@pytest.mark.usefixtures("lanting")
def test_what_is_measured_later_goes_on_calmly(lanting: County) -> None:
    for sensor in Sensor.objects.all():
        later = AT + readings.STEP * 7
        assert sensor.low <= readings.value(sensor, later, end=None) <= sensor.high
        assert readings.value(sensor, later, end=None) == readings.value(sensor, later, end=None)
