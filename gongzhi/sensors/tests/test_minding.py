"""Health: silence and impossible readings are told to the owner once, and taken back on return."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gongzhi.cases import dispatch
from gongzhi.cases.models import Case, Voice
from gongzhi.cases.tests import cast
from gongzhi.ledger.models import Fact
from gongzhi.sensors import loading, minding, thinning
from gongzhi.sensors.models import Hour, Notice, Reading
from gongzhi.sensors.tests.instruments import AT, SENSORS, load, minutes, play, send, sensor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _county() -> None:
    load()


def listen(at: float) -> int:
    return minding.listen_for_silence(at=minutes(at))


def test_a_sensor_that_never_spoke_is_not_missed() -> None:
    assert listen(100_000) == 0
    assert sensor().health == "unheard"


def test_silence_is_told_to_the_owner_once() -> None:
    play("smoke-1", [1.0])
    assert listen(120) == 0
    assert [listen(at) for at in (121, 122, 500)] == [1, 0, 0]
    case = Case.objects.get()
    assert (case.organ, case.matter_id, case.public) == ("roads", "lamp", False)
    assert "没有发来读数" in Voice.objects.get().words
    assert sensor("smoke-1").health == "silent"
    assert Notice.objects.get().number == case.number


def test_a_return_clears_it_and_an_untouched_case_takes_itself_back() -> None:
    play("smoke-1", [1.0])
    listen(121)
    play("smoke-1", [1.2], begin=130)
    assert sensor("smoke-1").health == "ok"
    assert Notice.objects.get().cleared_at == minutes(130)
    case = Case.objects.get()
    assert (case.state, case.outcome) == ("closed", "withdrawn")
    kinds = Fact.objects.filter(about="sensor:smoke-1").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["sensor.silent", "sensor.returned"]
    listen(260)
    assert Case.objects.count() == 2  # a new silence is a new notice


def test_a_return_leaves_the_case_to_whoever_has_it_in_hand() -> None:
    play("smoke-1", [1.0])
    listen(121)
    case = Case.objects.get()
    dispatch.accept(**cast.turn("roads-1", case, at=minutes(125)))
    play("smoke-1", [1.2], begin=130)
    case.refresh_from_db()
    assert case.state == "in_hand"
    assert Notice.objects.get().cleared_at is not None


def test_three_of_one_owner_silent_at_once_are_one_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongzhi.sensors.rules.TOGETHER", 2)
    loading.load_sensors(by=cast.BY, at=AT, rows=[{**SENSORS[0], "upkeep": "lamp"}, *SENSORS[1:]])
    play("gauge-1", [1.0])
    play("smoke-1", [1.0])
    assert send("noise-1", 0, 40.0, organ="water") == ""
    assert listen(500) == 3
    assert Case.objects.count() == 2  # one for roads, one for water
    play("gauge-1", [1.0], begin=510)
    together = Notice.objects.get(sensor="smoke-1")
    assert Case.objects.get(id=together.case).state == "received"  # the other one is still silent
    play("smoke-1", [1.0], begin=520)
    assert Case.objects.get(id=together.case).outcome == "withdrawn"


def test_impossible_readings_in_a_row_make_it_faulty_and_a_good_one_well() -> None:
    play("gauge-1", [1.0])
    assert [send("gauge-1", 10 + n, 500.0) for n in range(2)] == ["value_impossible"] * 2
    assert sensor().health == "ok"
    send("gauge-1", 13, 500.0)
    assert sensor().health == "faulty"
    send("gauge-1", 14, 500.0)
    assert Case.objects.count() == 1
    assert "不可能是真的" in Voice.objects.get().words
    assert listen(5_000) == 0  # told already
    play("gauge-1", [1.0], begin=20)
    assert sensor().health == "ok"
    assert Case.objects.get().outcome == "withdrawn"


def test_readings_too_late_or_twice_do_not_make_it_faulty() -> None:
    play("gauge-1", [1.0])
    for _again in range(5):
        assert send("gauge-1", 0, 1.0, now=5) == "reading_twice"
    assert sensor().health == "ok"


def test_old_readings_become_hours_and_young_ones_stay() -> None:
    play("gauge-1", [1.0, 1.5, 2.0, 1.5, 1.0, 0.5, 0.0], every=10)
    now = AT + timedelta(days=30, minutes=70)
    assert thinning.thin(at=now, days=30) == 6
    hour = Hour.objects.get()
    assert (hour.at, hour.count, hour.low, hour.high) == (AT, 6, 0.5, 2.0)
    assert hour.mean == pytest.approx(1.25)
    assert Reading.objects.count() == 1
    assert thinning.thin(at=now, days=30) == 0
