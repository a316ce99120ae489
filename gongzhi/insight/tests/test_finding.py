"""Findings from voices to decision: raised once, continued, explained, shown to whom they concern."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

from django.test import Client
from django.utils import translation

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in
from gongzhi.insight import deciding, finding, jobs, redrawing, rules, telling
from gongzhi.insight.judging import Known
from gongzhi.insight.models import Finding, Looked
from gongzhi.insight.tests import life
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.usefixtures("county")
BY = "clockwork"


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[datetime]:
    """Seven weeks with a voice a day, then a day with nine about water in one village; yields the morning after."""
    with translation.override("en"):
        for n in range(49):
            life.voice(cast.later(days=n))
        for n in range(9):
            life.voice(cast.later(days=49, minutes=5 * n), words="停水三天了", code=cast.OTHER_GRID)
        at = cast.later(days=50)
        life.refresh(tmp_path, at)
        yield at


def catch_up(folder: Path, at: datetime) -> int:
    return finding.catch_up(by=BY, at=at, folder=folder, zone=life.ZONE, tell=lambda day: None)


def test_a_rise_is_raised_with_a_fact_and_said_in_a_sentence(storm: datetime, tmp_path: Path) -> None:
    catch_up(tmp_path, storm)

    row = Finding.objects.get()
    assert (row.matter, row.place, row.observed, row.state) == ("water", cast.OTHER_VILLAGE, 9, "open")
    assert Fact.objects.get(about=row.ref).kind == "finding.raised"
    told = telling.tell(row)
    assert "9 cases came in. Usually there is hardly any" in told.sentence
    assert "Chance alone does not do this." in told.sure


def test_every_ended_day_is_looked_at_once(storm: datetime, tmp_path: Path) -> None:
    assert catch_up(tmp_path, storm) == 1
    days = Looked.objects.count()

    assert catch_up(tmp_path, storm + timedelta(minutes=10)) == 0
    assert Looked.objects.count() == days
    assert Finding.objects.count() == 1


def test_the_clockwork_has_nothing_to_do_once_yesterday_was_judged(storm: datetime, tmp_path: Path) -> None:
    before = jobs.judged(storm)
    catch_up(tmp_path, storm)

    assert (before, jobs.judged(storm), jobs.judged(storm + timedelta(days=1))) == (False, True, False)


def test_the_same_thing_the_day_after_continues_and_much_later_is_new(storm: datetime, tmp_path: Path) -> None:
    catch_up(tmp_path, storm)
    for day in (50, 58):
        for n in range(9):
            life.voice(cast.later(days=day, minutes=5 * n), words="停水三天了", code=cast.OTHER_GRID)
    life.refresh(tmp_path, cast.later(days=59))

    catch_up(tmp_path, cast.later(days=59))

    first, second = Finding.objects.order_by("first_day")
    assert (first.last_day - first.first_day).days == 1
    assert (second.first_day - first.first_day).days == 9


def test_the_curve_of_a_finding_reaches_the_day_it_lasts_until(storm: datetime, tmp_path: Path) -> None:
    catch_up(tmp_path, storm)
    row = Finding.objects.get()
    whole, until = row.curve, telling.drawn_until(row)
    row.curve = row.curve[:-1]  # continued by a look that is not its own, the curve stays behind
    row.save()
    behind = telling.drawn_until(row)
    world = finding.world_of(tmp_path, row.last_day)
    known = Known(world.counts.first, world.counts.days, world.above)

    done = redrawing.redraw(world, known, row.last_day)

    row.refresh_from_db()
    assert (done, until, telling.drawn_until(row)) == (1, "", "")
    assert behind.startswith("The curve ends with")
    assert [point[:2] for point in row.curve] == [point[:2] for point in whole]
    assert redrawing.redraw(world, known, row.last_day) == 0


def test_an_explanation_needs_a_coded_reason_and_can_be_taken_back(storm: datetime, tmp_path: Path) -> None:
    catch_up(tmp_path, storm)
    row = Finding.objects.get()

    with pytest.raises(Refusal) as refused:
        deciding.explain(by=BY, at=storm, finding=row, reason="because")
    assert refused.value.field == "reason"
    assert deciding.explain(by=BY, at=storm, finding=row, reason="weather").state == "explained"
    assert deciding.reopen(by=BY, at=storm, finding=row).reason == ""
    kinds = list(Fact.objects.filter(about=row.ref).order_by("id").values_list("kind", flat=True))
    assert sorted(kinds) == ["finding.explained", "finding.raised", "finding.reopened"]


@pytest.mark.parametrize(("reason", "found"), [("weather", 2), ("chance", 1)])
def test_what_was_chance_is_ordinary_next_time_and_what_was_weather_is_not(
    reason: str, found: int, storm: datetime, tmp_path: Path
) -> None:
    catch_up(tmp_path, storm)
    deciding.explain(by=BY, at=storm, finding=Finding.objects.get(), reason=reason)
    for n in range(9):
        life.voice(cast.later(days=58, minutes=50 * n), words="停水三天了", code=cast.OTHER_GRID)
    life.refresh(tmp_path, cast.later(days=59))

    catch_up(tmp_path, cast.later(days=59))

    assert Finding.objects.count() == found


def test_the_first_public_answer_is_noted(storm: datetime, tmp_path: Path) -> None:
    catch_up(tmp_path, storm)
    said = life.voice(cast.later(days=49, hours=3), words="停水三天了", code=cast.OTHER_GRID)
    life.finish(said, storm, post="water-1")
    life.refresh(tmp_path, storm + timedelta(hours=1))

    catch_up(tmp_path, storm + timedelta(hours=1))

    assert Finding.objects.get().first_word_at == storm + timedelta(minutes=1)


def test_a_leader_sees_decides_and_a_handler_may_not(storm: datetime, tmp_path: Path, client: Client) -> None:
    catch_up(tmp_path, storm)
    row = Finding.objects.get()
    Finding.objects.update(first_day=now().date(), last_day=now().date())
    leader = signed_in("mayor")

    page = leader.get("/en/desk/findings/")
    shown = leader.get(f"/en/desk/findings/{row.pk}/")
    done = leader.post(f"/en/desk/findings/{row.pk}/decide/", {"do": "explain", "reason": "weather"})

    assert "9 cases came in" in page.content.decode()
    assert "<svg" in shown.content.decode()
    assert done.status_code == 302
    assert Finding.objects.get().reason == "weather"
    assert signed_in("roads-1").get("/en/desk/findings/").status_code == 403
    assert signed_in("counter-1").post(f"/en/desk/findings/{row.pk}/decide/", {"do": "watch"}).status_code == 403


def test_explaining_without_a_reason_is_said_beside_the_field(storm: datetime, tmp_path: Path) -> None:
    catch_up(tmp_path, storm)

    answer = signed_in("mayor").post(f"/en/desk/findings/{Finding.objects.get().pk}/decide/", {"do": "explain"})

    assert answer.status_code == 400
    assert "Choose one of the reasons." in answer.content.decode()
    assert Finding.objects.get().state == "open"


def test_what_nobody_decided_passes_after_two_weeks(storm: datetime, tmp_path: Path) -> None:
    catch_up(tmp_path, storm)
    Finding.objects.update(first_day=now().date() - timedelta(days=30), last_day=now().date() - timedelta(days=20))

    page = signed_in("mayor").get("/en/desk/findings/").content.decode()

    assert "Nothing unusual" in page
    assert "Passed without a decision" in page


def test_an_empty_county_says_that_there_is_nothing(tmp_path: Path) -> None:
    assert catch_up(tmp_path, cast.AT) == 0

    page = signed_in("mayor").get("/en/desk/findings/").content.decode()
    assert "Nothing is judged yet" in page
    assert "Nothing unusual" not in page
    assert f"About {rules.BUDGET:.0f} findings a month" in page
