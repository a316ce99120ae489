"""Did it help: measures that worked, did nothing and did harm are told apart; too little is said to be too little."""

from __future__ import annotations

import pytest

pytest.importorskip("scipy", reason="the extra `analysis` is not installed")

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from gongzhi.insight import measuring, standing_rules, wording
from gongzhi.insight.models import Finding
from gongzhi.insight.nightly import effects
from gongzhi.insight.nightly.counts import Counts, Span
from gongzhi.insight.standing_tables import Measure, MeasureEffect
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.usefixtures("county")
ZONE = ZoneInfo("Asia/Shanghai")
VILLAGES = [f"9901010012{n:02d}" for n in range(1, 13)]


def finding(at: datetime) -> Finding:
    known = Finding.objects.first()
    return known or Finding.objects.create(
        kind="rise", matter="water", place=VILLAGES[0], first_day=at.date(), last_day=at.date(), observed=20,
        expected=4.0, upper=8.0, p=1e-9, found_at=at, state_at=at, state_by="clockwork",
    )  # fmt: skip


def measure(weeks: int = 20, wanted: str = "fewer") -> Measure:
    at = now()
    since = at.astimezone(ZONE).date() - timedelta(weeks=weeks)
    return measuring.enter(by="post:" + "0" * 32, at=at, finding=finding(at), what="新水管", since=since, wanted=wanted)


def lived(entered: Measure, factor: float, seed: int = 3, rate: float = 3.0) -> tuple[Span, Counts]:
    """A year and a half of daily cases in twelve villages; the first one's change by `factor` under the measure."""
    last = now().astimezone(ZONE).date() - timedelta(days=1)
    span = Span(last - timedelta(days=560), last, ZONE)
    rows = np.full((len(VILLAGES), span.days), rate)
    rows[0, (entered.since - span.first).days :] *= factor
    counts = np.random.default_rng(seed).poisson(rows).astype(float)
    return span, Counts([("water", village) for village in VILLAGES], counts)


def judged(entered: Measure, factor: float, **more: float) -> str:
    span, cells = lived(entered, factor, **more)  # type: ignore[arg-type]
    return effects.judge(entered, at=now(), span=span, cells=cells, above={})


def test_a_measure_that_halves_the_cases_worked_by_every_design() -> None:
    entered = measure()

    assert judged(entered, 0.45) == "worked"

    told = {row.design: row for row in MeasureEffect.objects.all()}
    assert set(told) == {"its", "did", "synthetic"}
    assert [row.design for row in told.values() if row.leads] == ["synthetic"]
    for row in told.values():
        assert row.low < -0.3 < row.high or row.high < -0.3
        assert row.low <= row.change <= row.high < 0
        assert len(row.line) - row.weeks > 50
    assert Fact.objects.get(kind="measure.judged").details["verdict"] == "worked"


def test_one_that_doubles_them_did_harm_and_more_is_better_when_more_was_wanted() -> None:
    assert judged(measure(), 2.2) == "harmed"
    assert judged(measure(wanted="more", weeks=21), 2.2) == "worked"


def test_one_that_changes_nothing_leaves_no_evidence() -> None:
    entered = measure()

    words = [judged(entered, 1.0, seed=seed) for seed in (4, 5, 6)]

    assert words == ["no evidence"] * 3


def test_what_is_too_young_or_too_short_says_so_and_is_tried_again() -> None:
    young = measure(weeks=5)
    assert judged(young, 0.4) == ""
    young.refresh_from_db()
    assert (young.why, wording.verdict(young)) == ("too_early", wording.verdict(young))

    old = measure(weeks=30)
    span, cells = lived(old, 0.4)
    short = Span(old.since - timedelta(days=20), span.last, ZONE)
    assert effects.in_weeks(short, old.since) == "too_short"
    assert effects.judge(old, at=now(), span=span, cells=Counts(cells.keys, cells.rows * 0), above={}) == ""
    old.refresh_from_db()
    assert old.why == "too_few"


def test_weeks_are_whole_and_meet_at_the_measures_first_day() -> None:
    span = Span(date(2026, 1, 1), date(2026, 6, 30), ZONE)
    found = effects.in_weeks(span, date(2026, 3, 20))
    assert not isinstance(found, str)
    start, edges = found

    assert span.day(edges[start]) == date(2026, 3, 20)
    assert {b - a for a, b in itertools.pairwise(edges)} == {7}
    assert edges[0] >= 0
    assert edges[-1] <= span.days


def test_places_under_a_measure_of_the_same_matter_compare_with_nobody() -> None:
    entered = measure()
    at = now()
    Measure.objects.create(
        finding=entered.finding, what="x", matter="water", place=VILLAGES[3], since=entered.since,
        entered_at=at, entered_by="clockwork",
    )  # fmt: skip
    _span, cells = lived(entered, 1.0)

    assert effects.untreated(cells, entered) == [v for v in VILLAGES if v not in (VILLAGES[0], VILLAGES[3])]
    entered.place = "990101"
    assert effects.untreated(cells, entered) == []


@pytest.mark.parametrize(
    ("verdicts", "told"),
    [
        ({"synthetic": "worked", "did": "no evidence", "its": "worked"}, "worked"),
        ({"synthetic": "worked", "did": "harmed"}, "no evidence"),
        ({"synthetic": "no evidence", "did": "worked"}, "no evidence"),
        ({"synthetic": "harmed"}, "harmed"),
    ],
)
def test_a_verdict_another_design_contradicts_is_none(verdicts: dict[str, str], told: str) -> None:
    assert standing_rules.weighed(verdicts, "synthetic") == told


def test_the_design_with_most_to_compare_leads() -> None:
    assert standing_rules.leading({"its": 0, "did": 9, "synthetic": 9}) == "synthetic"
    assert standing_rules.leading({"its": 0, "did": 3, "synthetic": 3}) == "did"
    assert standing_rules.leading({"its": 0}) == "its"


def test_a_measure_is_refused_with_the_field_at_fault() -> None:
    at = now()
    row = finding(at)
    told = {"by": "clockwork", "at": at, "finding": row, "what": "新水管", "since": at.astimezone(ZONE).date()}

    for field, wrong in (
        ("what", {"what": "  "}),
        ("since", {"since": at.date() + timedelta(days=3)}),
        ("since", {"since": at.date() - timedelta(days=900)}),
        ("wanted", {"wanted": "none"}),
        ("matter", {"matter": "nothing"}),
        ("place", {"place": "990109999999"}),
    ):
        with pytest.raises(Refusal) as refused:
            measuring.enter(**(told | wrong))
        assert refused.value.field == field
    measuring.enter(**told)
    with pytest.raises(Refusal, match="entered already"):
        measuring.enter(**told)
    assert Measure.objects.count() == 1
    assert Fact.objects.filter(kind="measure.entered").count() == 1


@pytest.mark.parametrize("hour", [3, 15, 16, 23])
def test_today_is_the_day_on_the_county_s_wall_also_outside_a_page(hour: int) -> None:
    at = datetime(2026, 11, 21, hour, 30, tzinfo=UTC)
    row = finding(at)
    today = at.astimezone(ZONE).date()
    with pytest.raises(Refusal) as refused:
        measuring.enter(by="clockwork", at=at, finding=row, what="新水管", since=today + timedelta(days=1))
    assert refused.value.field == "since"
    assert measuring.enter(by="clockwork", at=at, finding=row, what="新水管", since=today).since == today
