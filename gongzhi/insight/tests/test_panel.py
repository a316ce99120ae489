"""The panel of methods: a planted rise is seen by nearly all, the same days shuffled by few, and who cannot judge says
why; what each alone would have raised is counted and raises nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

pytest.importorskip("numba", reason="the extra `analysis` is not installed")

from hypothesis import given, settings
from hypothesis import strategies as st

from gongzhi.cases.tests.deskcast import signed_in
from gongzhi.insight.counting import Counts
from gongzhi.insight.entering import Entries
from gongzhi.insight.judging import World
from gongzhi.insight.models import Finding, Looked
from gongzhi.insight.panel import crossing, reads, shown, sitting, things, ways, wording
from gongzhi.insight.panel.rules import CROSSED, WAYS
from gongzhi.insight.panel.tables import Alone, Opinion, Sitting
from gongzhi.insight.tests.test_judging import ABOVE, FIRST, RESTING, VILLAGES, Row, more, ordinary

ZONE = ZoneInfo("Asia/Shanghai")
AT = datetime(2026, 9, 1, 20, tzinfo=UTC)
SUNDAYS = 22 * 7  # days from FIRST, a Monday: the last one is a Sunday
ALPHA = 1e-4


def world(rows: list[Row], days: int = SUNDAYS) -> World:
    """A county of these cases, each entry at its own minute of a working day's hours."""
    counts = Counts.of(FIRST, days, rows)
    midnight = int(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=ZONE).timestamp())
    single = [(midnight + 86_400 * row[0] + 28_800 + (n * 7919) % 36_000, *row) for n, row in enumerate(rows)]
    return World.of(counts, ABOVE, RESTING[:days], Entries.of(counts, single))


def raised(first: date, last: date, *, matter: str = "lamp", place: str = VILLAGES[0], observed: int = 30) -> Finding:
    """A finding as the rule of the day raises it."""
    return Finding.objects.create(
        kind="rise", grain="day", matter=matter, place=place, first_day=first, last_day=last, observed=observed,
        expected=0.5, upper=2, p=1e-12, chance=1e-8, ways=["day"], found_at=AT, state_at=AT, state_by="clockwork",
    )  # fmt: skip


def judged(*days: date) -> None:
    for day in days:
        Looked.objects.create(day=day, at=AT, series=10, found=0, spent=0.1)


def answers(row: Finding) -> dict[str, str]:
    return {vote["way"]: vote["answer"] for vote in Opinion.objects.get(finding=row).votes}


def test_every_way_agrees_on_a_planted_rise_or_says_why_it_cannot_judge(county: None) -> None:
    last = FIRST + timedelta(days=SUNDAYS - 3)  # a Friday
    held = world(ordinary(3) + more(40, "lamp", [VILLAGES[0]], day=SUNDAYS - 3))
    row = raised(last, last, observed=41)
    judged(last, last + timedelta(days=1), last + timedelta(days=2))

    assert sitting.sit(at=AT, world=held, zone=ZONE) == 3

    opinion = Opinion.objects.get(finding=row)
    told = answers(row)
    assert opinion.agree >= 0.8 * opinion.able >= 10
    assert {told[way] for way in ("tail_day", "bayes_day", "glr_day", "cusum_day", "glr_minute", "glr_week")} == {"yes"}
    assert {told[way] for way in ("farrington", "farrington_1996", "cdc", "calibrated")} == {"unable"}
    needs = {
        vote["way"]: vote["needs"] for vote in opinion.votes if vote["answer"] == "unable" and vote["why"] == "short"
    }
    assert needs["farrington"] > 52


def test_a_finding_that_is_nothing_has_few_ways_for_it(county: None) -> None:
    last = FIRST + timedelta(days=SUNDAYS - 3)
    held = world(ordinary(3, rate=1.0))
    row = raised(last, last, observed=2)
    judged(last, last + timedelta(days=1), last + timedelta(days=2))

    sitting.sit(at=AT, world=held, zone=ZONE)

    opinion = Opinion.objects.get(finding=row)
    assert [way for way, answer in answers(row).items() if answer == "yes"] == ["tail_day"]  # whoever raised it
    assert opinion.agree == 1
    assert opinion.able >= 10


def test_the_panel_raises_nothing_and_the_same_night_again_changes_nothing(county: None) -> None:
    last = FIRST + timedelta(days=SUNDAYS - 1)
    held = world(ordinary(4) + more(40, "lamp", [VILLAGES[0]], day=SUNDAYS - 1))
    judged(last)

    sitting.sit(at=AT, world=held, zone=ZONE)
    before = list(Alone.objects.order_by("id").values())
    again = sitting.sit(at=AT, world=held, zone=ZONE)

    assert Finding.objects.count() == 0
    assert again == 0
    assert list(Alone.objects.order_by("id").values()) == before
    assert Alone.objects.get(way="glr_day").raised >= 1
    assert {row.way for row in Alone.objects.all()} <= set(WAYS)


def test_what_lasts_is_news_once(county: None) -> None:
    days = [SUNDAYS - 5, SUNDAYS - 4, SUNDAYS - 3]
    rows = ordinary(5)
    for day in days:
        rows += more(40, "lamp", [VILLAGES[0]], day=day)
    judged(*(FIRST + timedelta(days=day) for day in days))

    sitting.sit(at=AT, world=world(rows), zone=ZONE)

    told = {row.day: (row.raised, row.going) for row in Alone.objects.filter(way="bayes_day")}
    assert told[FIRST + timedelta(days=days[0])][0] == 1
    assert told[FIRST + timedelta(days=days[1])][0] == 0
    assert sum(raised for raised, _going in told.values()) == 1


def test_a_finding_of_the_week_is_asked_about_on_its_earlier_days(county: None) -> None:
    sunday = FIRST + timedelta(days=SUNDAYS - 1)
    friday = sunday - timedelta(days=2)
    held = world(ordinary(6) + more(40, "lamp", [VILLAGES[0]], day=SUNDAYS - 3))
    judged(friday, sunday - timedelta(days=1))
    sitting.sit(at=AT, world=held, zone=ZONE)  # nobody had raised it then
    row = raised(friday, friday)
    judged(sunday)

    sitting.sit(at=AT, world=held, zone=ZONE)

    said = {vote["way"]: vote for vote in Opinion.objects.get(finding=row).votes}
    assert said["glr_day"]["answer"] == "yes"
    assert said["glr_day"]["day"] == friday.isoformat()
    assert said["glr_week"]["day"] == sunday.isoformat()


def test_channels_in_places_are_looked_at_where_there_is_enough_and_counted_where_not(county: None) -> None:
    busy = [(day, "lamp", VILLAGES[0], "phone") for day in range(SUNDAYS - 40, SUNDAYS)]
    held = world([*busy, (SUNDAYS - 3, "hole", VILLAGES[1], "web")])

    found = crossing.crossed(held.counts, held.above, [SUNDAYS - 1])

    assert len(busy) >= CROSSED
    assert ("lamp", VILLAGES[0], "phone") in found.keys
    assert ("streets", VILLAGES[0][:9], "phone") in found.keys
    assert not [key for key in found.keys if key[2] == "web" or not key[0] or len(key[1]) == 6]
    enough, sparse = found.figures[0]
    assert enough == len(found.keys) == 4  # lamp and streets, in the village and its town
    assert sparse == 4  # hole and streets, in the other village and its town
    assert int(found.table[list(found.keys).index(("lamp", VILLAGES[0], "phone"))].sum()) == len(busy)


def test_an_empty_county_has_no_panel(county: None) -> None:
    held = World.of(Counts.of(FIRST, 30, []), ABOVE, RESTING[:30])
    judged(FIRST + timedelta(days=29))

    sitting.sit(at=AT, world=held, zone=ZONE)

    assert not Opinion.objects.exists()
    assert Sitting.objects.get().crossed == 0


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), grain=st.sampled_from(["day", "week"]), mean=st.sampled_from([2.0, 8.0, 30.0]))
def test_an_alarm_is_a_count_above_the_bound_and_a_chance_below_the_limit(seed: int, grain: str, mean: float) -> None:
    counts = np.random.default_rng(seed).poisson(mean, (40, 64 if grain == "day" else 130)).astype(np.float64)
    counts[::2, -1] += np.arange(20) * 3
    past = ways.Past(counts, ALPHA, np.ones(40), grain)

    for way, told in ways.look(past).items():
        seen = counts[:, -1] if told.seen is None else told.seen
        if way.startswith("rki"):
            continue
        assert (told.alarm == (told.able & (told.p <= ALPHA))).all(), way
        known = told.able & np.isfinite(told.bound)
        assert (told.alarm[known] == (seen > told.bound)[known]).all(), way


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), row=st.integers(0, 19))
def test_more_cases_are_never_less_of_an_alarm(seed: int, row: int) -> None:
    counts = np.random.default_rng(seed).poisson(4.0, (20, 130)).astype(np.float64)
    higher = counts.copy()
    higher[row, -1] += 6

    for grain in ("day", "week"):
        low = ways.look(ways.Past(counts, ALPHA, np.ones(20), grain))
        high = ways.look(ways.Past(higher, ALPHA, np.ones(20), grain))
        for way in low:
            if low[way].able[row] and np.isfinite(low[way].p[row]):
                assert high[way].p[row] <= low[way].p[row] + 1e-12, way


def test_ways_that_suppose_nothing_else_keep_their_chance_on_plain_counts() -> None:
    """Poisson counts and the four ways whose limits are exact or careful there: at most a quarter more than asked."""
    counts = np.random.default_rng(11).poisson(5.0, (20_000, 40)).astype(np.float64)

    told = ways.look(ways.Past(counts, 5e-3, np.ones(20_000), "day"))

    for way in ("bayes_day", "glr_day", "outbreak_day", "cusum_day"):
        assert told[way].alarm.mean() <= 1.25 * 5e-3, way


def test_shuffled_days_have_no_rise_under_way() -> None:
    """The sums over time see a rise that has lasted; the same counts in another order bring them nothing."""
    chance = np.random.default_rng(12)
    rising = np.concatenate([chance.poisson(4.0, (300, 58)), chance.poisson(11.0, (300, 6))], axis=1)
    shuffled = chance.permuted(rising, axis=1)

    def alarms(counts: np.ndarray) -> dict[str, float]:
        told = ways.look(ways.Past(counts.astype(np.float64), ALPHA, np.ones(300), "day"))
        return {way: float(told[way].alarm.mean()) for way in ("glr_day", "cusum_day", "outbreak_day")}

    assert min(alarms(rising).values()) > 0.75
    assert max(alarms(shuffled).values()) < 0.05


def test_a_short_past_is_named_with_what_is_needed() -> None:
    told = ways.look(ways.Past(np.ones((3, 20)), ALPHA, np.ones(3), "week"))

    assert not told["farrington"].able.any()
    assert told["farrington"].needs == 56
    assert told["outbreak_week"].able.all()


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_one_rise_seen_in_nested_series_is_one_thing(data: st.DataObject) -> None:
    village = data.draw(st.sampled_from(VILLAGES))
    places = data.draw(st.sets(st.sampled_from([village, village[:9], village[:6]]), min_size=1))
    matters = data.draw(st.sets(st.sampled_from(["lamp", "streets", ""]), min_size=1))
    keys = [(matter, place, "") for matter in matters for place in places]

    assert len(things.leads(keys, ABOVE)) == 1
    assert len(things.leads([*keys, ("water", VILLAGES[-1], "")], ABOVE)) == (1 if _holds(keys) else 2)


def _holds(keys: list[tuple[str, str, str]]) -> bool:
    """Whether the county's all matters are among them, which hold everything, and nothing closer is."""
    return all(_wide(key) for key in keys)


def _wide(key: tuple[str, str, str]) -> bool:
    return key[0] == "" and VILLAGES[-1].startswith(key[1])


def test_the_page_of_a_finding_says_how_many_ways_agree(county: None) -> None:
    last = FIRST + timedelta(days=SUNDAYS - 3)
    row = raised(last, last, observed=41)
    judged(last)
    sitting.sit(at=AT, world=world(ordinary(3) + more(40, "lamp", [VILLAGES[0]], day=SUNDAYS - 3)), zone=ZONE)

    page = signed_in("mayor").get(f"/en/desk/findings/{row.pk}/").content.decode()

    held = Opinion.objects.get(finding=row)
    assert f"{held.agree} of the {held.able} ways of looking that could judge would have raised it." in page
    assert "Against its own days and weeks before" in page
    assert "(Bayes)" in page
    assert 'id="panel"' in signed_in("mayor").get(f"/zh/desk/findings/{row.pk}/").content.decode()


def test_a_finding_of_before_the_first_night_has_no_such_part(county: None) -> None:
    row = raised(FIRST, FIRST)

    assert 'id="panel"' not in signed_in("mayor").get(f"/en/desk/findings/{row.pk}/").content.decode()


def test_the_ways_are_shown_with_what_each_alone_would_have_raised(county: None) -> None:
    last = FIRST + timedelta(days=SUNDAYS - 3)
    raised(last, last, observed=41)
    judged(last)
    sitting.sit(at=AT, world=world(ordinary(3) + more(40, "lamp", [VILLAGES[0]], day=SUNDAYS - 3)), zone=ZONE)

    price = reads.prices(ABOVE)[0]
    page = signed_in("mayor").get("/en/desk/findings/ways/").content.decode()

    assert price["glr_day"].findings == 1 <= price["glr_day"].raised
    assert price["tail_day"] == reads.Price(1, 1)
    assert "series of matter, place and channel" in page
    assert "Nobody has watched a finding" in page
    assert [line for line in shown.printed() if "(Bayes)" in line]


def test_a_thing_far_from_every_finding_is_no_finding(county: None) -> None:
    last = FIRST + timedelta(days=SUNDAYS - 3)
    raised(last, last, matter="water", place=VILLAGES[-1])
    judged(last)
    sitting.sit(at=AT, world=world(ordinary(3) + more(40, "lamp", [VILLAGES[0]], day=SUNDAYS - 3)), zone=ZONE)

    price = reads.prices(ABOVE)[0]["glr_day"]

    assert price.raised >= 1
    assert price.findings == 0


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [("watched", "", "watched"), ("explained", "known_event", "event"), ("explained", "chance", "chance")],
)
def test_what_people_say_of_a_finding_is_the_record_of_every_way(
    county: None, state: str, reason: str, said: str
) -> None:
    row = raised(FIRST, FIRST)
    votes = [
        {"way": "glr_day", "answer": "yes"},
        {"way": "bayes_day", "answer": "no"},
        {"way": "cdc", "answer": "unable"},
    ]
    Opinion.objects.create(finding=row, until=FIRST, votes=votes, agree=1, able=2, made_at=AT)
    nobody = reads.records()

    Finding.objects.filter(pk=row.pk).update(state=state, reason=reason)

    assert nobody == {}
    assert reads.records() == {"glr_day": reads.Record({said: 1}, {}), "bayes_day": reads.Record({}, {said: 1})}


def test_every_way_has_a_name_a_kind_and_a_grain() -> None:
    assert set(wording.NAMES) == set(WAYS)
    assert {way.kind for way in WAYS.values()} == set(wording.KINDS)
    assert {*ways.DAY, *ways.WEEK} < set(WAYS)
    assert all(WAYS[way].grain == "day" for way in ways.DAY)
    assert all(WAYS[way].grain == "week" for way in ways.WEEK)


@pytest.mark.parametrize("chance", [0.0, 1e-9, 0.0009, 0.01, 0.0999, 0.5, 0.75, 0.76, 3.0, 29.0, 500.0])
def test_a_chance_is_said_in_words(chance: float) -> None:
    told = wording.chance(chance)

    assert told
    assert "0" not in told.split()[0]
