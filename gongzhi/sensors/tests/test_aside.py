"""Set aside by hand: in repair or retired a sensor rings nobody; taken back it is listened for again."""

from __future__ import annotations

from typing import Any

import pytest

from gongzhi.cases import dispatch
from gongzhi.cases.models import Case
from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact
from gongzhi.sensors import aside, loading, minding
from gongzhi.sensors.models import Exceedance, Notice, Reading
from gongzhi.sensors.tests.instruments import AT, SENSORS, load, minutes, play, send, sensor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _county(settings: Any, tmp_path: Any) -> None:
    settings.PRINTED_DIR = tmp_path / "printed"
    load()


def set_aside(
    code: str = "smoke-1", state: str = "repair", reason: str = "power", at: float = 20, by: str = "roads-1"
) -> None:
    post = cast.post(by)
    aside.set_aside(by=post.doer, at=minutes(at), post=post, sensor=code, state=state, reason=reason)


def take_back(code: str = "smoke-1", at: float = 300, by: str = "roads-1") -> None:
    post = cast.post(by)
    aside.take_back(by=post.doer, at=minutes(at), post=post, sensor=code)


@pytest.mark.parametrize(("state", "reason"), [("repair", "power"), ("retired", "removed")])
def test_silence_of_a_sensor_set_aside_rings_nobody_and_of_its_twin_does(state: str, reason: str) -> None:
    play("smoke-1", [1.0])
    play("gauge-1", [1.0])
    set_aside(state=state, reason=reason)
    assert minding.listen_for_silence(at=minutes(5_000)) == 1
    assert Notice.objects.get().sensor_id == "gauge-1"


def test_taken_back_it_is_missed_again_from_that_moment() -> None:
    play("smoke-1", [1.0])
    set_aside()
    take_back(at=300)
    assert sensor("smoke-1").health == "unheard"
    assert minding.listen_for_silence(at=minutes(420)) == 0
    assert minding.listen_for_silence(at=minutes(421)) == 1
    kinds = Fact.objects.filter(about="sensor:smoke-1").order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["sensor.set_aside", "sensor.taken_back", "sensor.silent"]


def test_in_repair_readings_are_kept_and_no_rule_and_no_odd_value_speaks() -> None:
    play("smoke-1", [1.0])
    set_aside(at=5)
    play("smoke-1", [50.0], begin=10)
    assert [send("smoke-1", 11 + n, 500.0) for n in range(4)] == ["value_impossible"] * 4
    assert (Case.objects.count(), Reading.objects.count(), Exceedance.objects.count()) == (0, 2, 0)
    take_back(at=30)
    play("smoke-1", [50.0], begin=40)
    assert Exceedance.objects.count() == 1


def test_a_retired_sensor_is_not_listened_to() -> None:
    play("smoke-1", [50.0])
    assert Exceedance.objects.get().ended_at is None
    set_aside(state="retired", reason="replaced", at=5)
    assert Exceedance.objects.get().ended_at == minutes(5)
    assert send("smoke-1", 10, 1.0) == "sensor_retired"
    assert Reading.objects.count() == 1


def test_the_case_about_its_silence_stays_in_hand_and_an_untouched_one_of_a_retired_goes() -> None:
    play("smoke-1", [1.0])
    minding.listen_for_silence(at=minutes(121))
    set_aside(at=130)
    assert Case.objects.get().state == "received"
    set_aside(state="retired", reason="no_need", at=140)
    assert Case.objects.get().outcome == "withdrawn"
    assert Notice.objects.get().cleared_at == minutes(140)


def test_a_case_somebody_has_in_hand_is_hers_to_end() -> None:
    play("smoke-1", [1.0])
    minding.listen_for_silence(at=minutes(121))
    dispatch.accept(**cast.turn("roads-1", Case.objects.get(), at=minutes(125)))
    set_aside(state="retired", reason="no_need", at=140)
    assert Case.objects.get().state == "in_hand"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"by": "water-1"}, "not_your_sensor"),
        ({"by": "desk-1"}, "not_your_sensor"),
        ({"state": "broken"}, "reason_missing"),
        ({"reason": "replaced"}, "reason_missing"),
        ({"reason": ""}, "reason_missing"),
        ({"code": "moon"}, "sensor_unknown"),
    ],
)
def test_who_may_not_and_what_has_no_reason_is_refused(change: dict[str, str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        set_aside(**change)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert sensor("smoke-1").aside == ""


def test_twice_is_told_and_loading_the_files_again_leaves_it_aside() -> None:
    set_aside()
    with pytest.raises(Refusal, match="already"):
        set_aside()
    loading.load_sensors(by=cast.BY, at=AT, rows=SENSORS)
    assert sensor("smoke-1").aside == "repair"
    take_back()
    with pytest.raises(Refusal, match="already"):
        take_back()


def test_the_owner_s_page_offers_it_and_another_office_s_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongzhi.sensors.pages.now", lambda: minutes(90))
    owner, other = signed_in("roads-1"), signed_in("water-1")
    path = "/zh/desk/sensors/gauge-1/"
    assert 'name="why"' in owner.get(path).content.decode()
    assert 'name="why"' not in other.get(path).content.decode()
    assert owner.post(f"{path}aside/", {"why": "repair:line"}, follow=True).status_code == 200
    assert sensor().aside == "repair"
    page = owner.get(path).content.decode()
    assert "维修中" in page
    assert 'value="back"' in page
    other.post(f"{path}aside/", {"why": "back"})
    assert sensor().aside == "repair", "not hers to take back"
    owner.post(f"{path}aside/", {"why": "back"})
    assert sensor().aside == ""
    assert signed_in("desk-1").post(f"{path}aside/", {"why": "back"}).status_code == 403


def test_what_is_retired_is_no_public_measurement_any_more() -> None:
    from django.test import Client

    assert "东街桥水位计" in Client().get("/zh/sensors/").content.decode()
    set_aside("gauge-1", state="retired", reason="removed")
    assert Client().get("/zh/sensors/gauge-1/").status_code == 404
