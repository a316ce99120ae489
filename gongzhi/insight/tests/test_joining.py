"""Joining: windows of one matter and place that touch never stand as two findings; those far apart stay two."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongzhi.cases.tests import cast
from gongzhi.cases.tests.deskcast import signed_in
from gongzhi.insight import deciding, joining, raising, rules
from gongzhi.insight.models import Finding
from gongzhi.insight.raising import Seen
from gongzhi.kit.refusal import Refusal
from gongzhi.ledger.models import Fact

pytestmark = pytest.mark.usefixtures("county")
AT = datetime(2026, 11, 16, 1, tzinfo=UTC)
SIXTH = date(2026, 11, 6)  # a Friday
ONE = Seen("water", cast.VILLAGE, "day", SIXTH, SIXTH, 9, 0.5, 2.0, 1e-9, 1e-6)


def seen(first: int, last: int | None = None, grain: str = "day", **other: Any) -> Seen:
    """A look at the days so many after the sixth of November."""
    begin = SIXTH + timedelta(days=first)
    end = SIXTH + timedelta(days=first if last is None else last)
    return replace(ONE, grain=grain, first=begin, last=end, **other)


def keep(one: Seen, **asked: Any) -> Finding:
    row = raising.keep(one, by="t", at=AT, above={"water": ""}, **asked)
    assert row is not None
    return row


def standing() -> list[Finding]:
    return list(Finding.objects.filter(state__in=joining.STANDS).order_by("first_day"))


def test_a_day_in_the_week_after_a_weeks_finding_goes_on_in_it_and_weeks_later_is_new() -> None:
    week = keep(seen(0, 2, grain="week"))

    same = keep(seen(8))
    later = keep(seen(30))

    assert same.pk == week.pk
    assert (same.first_day, same.last_day, same.ways) == (SIXTH, SIXTH + timedelta(days=8), ["week", "day"])
    assert later.pk != week.pk
    assert len(standing()) == 2


def test_two_days_four_days_apart_are_two_findings_until_something_lies_between() -> None:
    first, second = keep(seen(0)), keep(seen(6))
    apart = len(standing())

    between = keep(seen(3))

    assert (apart, first.pk != second.pk) == (2, True)
    assert [row.pk for row in standing()] == [first.pk] == [between.pk]
    assert standing()[0].last_day == SIXTH + timedelta(days=6)


def test_what_was_joined_says_into_which_keeps_what_was_decided_and_is_decided_no_more() -> None:
    first, second = keep(seen(0)), keep(seen(6))
    deciding.watch(by="t", at=AT, finding=second)

    keep(seen(2, 4, grain="week"))

    first.refresh_from_db()
    second.refresh_from_db()
    assert (second.state, second.reason, joining.into(second)) == ("explained", rules.JOINED, first)
    assert first.state == "watched"
    assert joining.into(first) is None
    fact = Fact.objects.get(kind="finding.joined")
    assert (fact.about, fact.details) == (second.ref, {"into": first.ref})
    with pytest.raises(Refusal) as refused:
        deciding.reopen(by="t", at=AT, finding=second)
    assert refused.value.code == "finding_joined"
    keep(seen(7))
    assert [row.pk for row in standing()] == [first.pk]


def test_what_people_explained_swallows_nothing_of_the_next_week_and_its_twin_does() -> None:
    week = keep(seen(0, 2, grain="week"))
    deciding.explain(by="t", at=AT, finding=week, reason="weather")

    fresh = keep(seen(8))
    deciding.reopen(by="t", at=AT, finding=week)
    twin = keep(seen(8))

    assert fresh.pk != week.pk
    assert twin.pk == week.pk
    assert len(standing()) == 1


@pytest.mark.parametrize(
    "other",
    [{"matter": "roads"}, {"place": cast.OTHER_VILLAGE}, {"kind": "searched", "subject": "停水", "grain": "signal"}],
)
def test_another_matter_place_or_kind_stays_its_own(other: dict[str, Any]) -> None:
    keep(seen(0, 2, grain="week"))

    keep(replace(seen(3), **other))

    assert len(standing()) == 2


def test_neighbours_found_in_other_villages_are_not_one_thing_for_lying_in_one_town() -> None:
    town = cast.VILLAGE[:9]
    parts = [(("water", f"{town}{n}", 5, 0.5),) for n in (201, 202)]
    keep(seen(0, grain="scan", place=town, parts=parts[0]))
    keep(seen(1, grain="scan", place=town, parts=parts[1]))
    two = len(standing())

    keep(seen(3, grain="scan", place=town, parts=parts[1]))

    assert two == 2
    assert len(standing()) == 2


def test_two_circles_of_other_villages_that_begin_the_same_day_are_kept_as_one() -> None:
    town = cast.VILLAGE[:9]
    parts = [(("water", f"{town}{n}", 5, 0.5),) for n in (201, 202)]
    first = keep(seen(0, 1, grain="scan", place=town, parts=parts[0]))

    second = keep(seen(0, 2, grain="scan", place=town, parts=parts[1]))

    assert second.pk == first.pk
    assert len(second.parts) == 2


def test_a_day_judged_late_begins_the_finding_that_was_raised_after_it() -> None:
    raised = keep(seen(8, grain="minute"))

    late = keep(seen(6))

    assert late.pk == raised.pk
    assert (late.first_day, late.last_day) == (SIXTH + timedelta(days=6), SIXTH + timedelta(days=8))


WINDOWS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 6), st.sampled_from(["day", "week", "minute"])), min_size=1, max_size=8
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(windows=WINDOWS)
def test_whatever_is_seen_in_whatever_order_no_two_that_touch_stand(windows: list[tuple[int, int, str]]) -> None:
    Finding.objects.all().delete()

    for first, days, grain in windows:
        keep(seen(first, first + days, grain=grain))

    rows = standing()
    for one, other in combinations(rows, 2):
        apart = rules.apart((one.first_day, one.last_day), (other.first_day, other.last_day))
        assert apart > rules.reach(one.grain, other.grain)
    for first, days, _grain in windows:  # every day seen lies in a finding that stands, or near one
        ends = (SIXTH + timedelta(days=first), SIXTH + timedelta(days=first + days))
        assert min(rules.apart(ends, (row.first_day, row.last_day)) for row in rows) <= rules.WEEK


def test_the_page_of_one_that_was_joined_leads_to_the_one_that_speaks_on() -> None:
    first, second = keep(seen(0)), keep(seen(6))
    keep(seen(3))

    page = signed_in("desk-1").get(f"/en/desk/findings/{second.pk}/").content.decode()
    twin = signed_in("desk-1").get(f"/en/desk/findings/{first.pk}/").content.decode()

    assert f"/en/desk/findings/{first.pk}/" in page
    assert "Joined with another finding of the same thing" in page
    assert "It is the same thing as" not in twin
