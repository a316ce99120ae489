"""Taking readings: what is kept, what is refused and counted, and how a reading becomes a case in the right inbox."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gongzhi.cases.models import Case, Voice
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.sensors import loading, reading, rules
from gongzhi.sensors.models import Exceedance, Reading, Refused, Rule
from gongzhi.sensors.tests.instruments import AT, RULES, SENSORS, load, minutes, play, send, sensor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _county() -> None:
    load()


def refused() -> dict[tuple[str, str], int]:
    return {(row.sensor, row.reason): row.count for row in Refused.objects.all()}


def test_an_exceedance_becomes_one_case_with_the_organ_of_its_matter_and_place() -> None:
    play("gauge-1", [2.6, 3.1, 3.4, 3.3, 3.6, 3.2])
    case = Case.objects.get()
    voice = Voice.objects.get()
    assert (case.matter_id, case.organ, case.grid, case.public) == ("manhole", "roads", cast.GRID, True)
    assert case.holder == "organ:roads"
    assert (voice.source, voice.kind, voice.said_at) == ("sensor", "report", minutes(30))
    assert voice.words.startswith("东街桥水位计：水位达到 3.4 m，高于警戒值 3 m，已持续 20 分钟（11月16日10:10起）。")
    assert "East Bridge gauge: water level reached 3.4 m, above the limit of 3 m, for 20 minutes" in voice.words
    exceedance = Exceedance.objects.get()
    assert (exceedance.begun_at, exceedance.told_at, exceedance.case) == (minutes(10), minutes(30), case.id)
    assert exceedance.ended_at is None


def test_the_matter_decides_who_has_it_also_elsewhere() -> None:
    loading.load_sensors(by=cast.BY, at=AT, rows=[{**SENSORS[0], "lon": 120.25}, *SENSORS[1:]])
    play("gauge-1", [3.1, 3.4, 3.3])
    assert Case.objects.get().organ == "water"  # manholes of the other town are the water bureau's


def test_it_does_not_speak_again_until_it_fell_back() -> None:
    play("gauge-1", [3.1, 3.4, 3.3, 2.8, 3.5, 3.6, 3.7])
    assert Case.objects.count() == 1
    play("gauge-1", [2.4], begin=70)
    exceedance = Exceedance.objects.get()
    assert (exceedance.ended_at, exceedance.peak) == (minutes(70), 3.7)
    play("gauge-1", [3.1, 3.4, 3.3], begin=80)
    assert Case.objects.count() == 2
    kinds = Fact.objects.filter(about="sensor:gauge-1").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["sensor.exceeded", "sensor.fell_back", "sensor.exceeded"]


def test_a_rise_speaks_by_its_rate() -> None:
    play("gauge-1", [0.0, 0.5, 1.5])
    assert Case.objects.get().matter_id == "water"
    assert "每小时上升 6 m" in Voice.objects.get().words


def test_a_sensor_that_is_not_public_raises_a_case_nobody_else_reads() -> None:
    play("smoke-1", [40.0])
    case = Case.objects.get()
    assert not case.public
    assert case.urgent
    assert "Reported" not in Voice.objects.get().words


def test_readings_in_one_batch_tell_the_same_story_as_one_by_one() -> None:
    values = [2.6, 3.1, 3.4, 3.3, 3.6, 2.45, 3.2, 3.2, 3.2]
    many = [rules.Reading("gauge-1", minutes(10 * n), value) for n, value in enumerate(values)]
    assert reading.take(by="test:1", at=minutes(90), readings=many, organ="roads") == [None] * len(values)
    together = list(Exceedance.objects.order_by("begun_at").values_list("begun_at", "told_at", "ended_at", "peak"))
    assert together == [
        (minutes(10), minutes(30), minutes(50), 3.6),
        (minutes(60), minutes(80), None, 3.2),
    ]
    assert Case.objects.count() == 2


@pytest.mark.parametrize(
    ("at", "value", "unit", "now", "code"),
    [
        (25, 1.0, "", 25, "out_of_order"),
        (30, 1.0, "", 40, "reading_twice"),
        (50, 1.0, "", 40, "date_future"),
        (-20_000, 1.0, "", 40, "date_old"),
        (40, 99.0, "", 40, "value_impossible"),
        (40, 1.0, "cm", 40, "unit_wrong"),
    ],
)
def test_what_cannot_be_believed_is_refused_counted_and_changes_nothing(
    at: float, value: float, unit: str, now: float, code: str
) -> None:
    play("gauge-1", [1.0, 1.1], begin=20)
    assert send("gauge-1", at, value, unit, now=now) == code
    assert refused() == {("gauge-1", code): 1}
    assert send("gauge-1", at, value, unit, now=now) == code
    assert refused() == {("gauge-1", code): 2}
    row = sensor()
    assert (row.passed, row.refused, row.last_at, row.last_value) == (2, 2, minutes(30), 1.1)
    assert Reading.objects.count() == 2


@pytest.mark.parametrize(
    ("code", "organ"), [("moon-1", "roads"), ("gauge-1", "water"), ("x\0y", "roads"), ("", "roads")]
)
def test_a_sensor_that_is_unknown_or_not_theirs_is_refused_alike(code: str, organ: str) -> None:
    assert send(code, 0, 1.0, organ=organ) == "sensor_unknown"
    assert refused() == {("", "sensor_unknown"): 1}
    assert sensor().passed == 0


def test_a_batch_keeps_what_is_good_and_answers_the_rest_in_place() -> None:
    many = [
        rules.Reading("gauge-1", minutes(0), 1.0),
        rules.Reading("gauge-1", minutes(0), 1.0),
        reading.Misread("gauge-1", rules.refuse("value_no_number", value="NaN")),
        rules.Reading("moon-1", minutes(0), 1.0),
        rules.Reading("gauge-1", minutes(10), 1.2),
    ]
    answers = reading.take(by="test:1", at=minutes(20), readings=many, organ="roads")
    codes = [answer.code if isinstance(answer, Refusal) else "" for answer in answers]
    assert codes == ["", "reading_twice", "value_no_number", "sensor_unknown", ""]
    assert Reading.objects.count() == 2


def test_the_same_batch_again_is_refused_as_there_whatever_came_since() -> None:
    many = [rules.Reading("gauge-1", minutes(10 * n), 1.0) for n in range(4)]
    reading.take(by="test:1", at=minutes(60), readings=many, organ="roads")
    send("gauge-1", 70, 1.0)
    again = reading.take(by="test:1", at=minutes(80), readings=many, organ="roads")
    assert {answer.code for answer in again if answer} == {"reading_twice"}
    assert len(again) == 4
    assert Reading.objects.count() == 5


def test_a_case_and_its_reading_are_kept_together_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("power")

    monkeypatch.setattr(reading, "insert_many", fail)
    with pytest.raises(RuntimeError):
        play("smoke-1", [40.0])
    assert not Case.objects.exists()
    assert not Exceedance.objects.exists()
    assert sensor("smoke-1").passed == 0


def test_a_changed_rule_ends_what_the_old_one_told() -> None:
    play("gauge-1", [3.1, 3.4, 3.3])
    loading.load_rules(by=cast.BY, at=minutes(60), rows=[{**RULES[0], "threshold": 3.2}, *RULES[1:]])
    assert Exceedance.objects.get().ended_at == minutes(60)
    play("gauge-1", [3.5, 3.5, 3.5], begin=70)
    assert Case.objects.count() == 2


def test_loading_twice_changes_nothing_and_what_is_gone_is_closed() -> None:
    again = loading.load_sensors(by=cast.BY, at=minutes(5), rows=SENSORS)
    rows = loading.load_rules(by=cast.BY, at=minutes(5), rows=RULES)
    assert (again.written, again.closed, rows.written, rows.closed) == (0, 0, 0, 0)
    fewer = loading.load_sensors(by=cast.BY, at=minutes(6), rows=SENSORS[1:])
    assert (fewer.written, fewer.closed) == (0, 1)
    assert send("gauge-1", 7, 1.0) == "sensor_unknown"
    loading.load_sensors(by=cast.BY, at=minutes(8), rows=SENSORS)
    assert send("gauge-1", 9, 1.0) == ""


def test_a_pin_finds_its_grid_and_a_sensor_keeps_its_readings_when_its_row_changes() -> None:
    assert (sensor().grid, sensor().division) == (cast.GRID, cast.VILLAGE)
    play("gauge-1", [1.0])
    loading.load_sensors(by=cast.BY, at=minutes(5), rows=[{**SENSORS[0], "name_zh": "新名"}, *SENSORS[1:]])
    assert (sensor().name_zh, sensor().last_value, sensor().health) == ("新名", 1.0, "ok")


def test_rules_without_an_end_of_their_own_end_at_the_threshold() -> None:
    assert Rule.objects.get(code="surge").back == 5.0
    assert timedelta(seconds=Rule.objects.get(code="flood").seconds) == timedelta(minutes=20)
