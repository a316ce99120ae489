"""True numbers, and cells that are withheld."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from gongzhi.cases import closing, course, dispatch, handling, intake, many, numbers, rating
from gongzhi.cases.cards import Where
from gongzhi.cases.intake import Received
from gongzhi.cases.many import Ended, NewVoice, Story
from gongzhi.cases.models import Case, Entry
from gongzhi.cases.tests import cast
from gongzhi.kit.refusal import NotFound

pytestmark = pytest.mark.usefixtures("county")


def done(days: float, **said: object) -> Received:
    """A voice of Monday that was answered so many days later, and rated when told so."""
    received = cast.say()
    turn = cast.turn("roads-1", received.case, at=cast.later(days=days))
    dispatch.accept(**turn)
    closing.answer_and_close(
        **cast.turn("roads-1", received.case, at=cast.later(days=days)), public_text="好了", outcome="fixed"
    )
    if said:
        rating.rate(by=received.voice.ref, at=cast.later(days=days), voice=received.voice.id, **said)
    return received


def test_the_week_counts_what_was_promised_and_kept() -> None:
    done(1)
    done(3, solved=True, grade=5)
    cast.say()
    week = numbers.week(cast.later(days=4))
    assert (week.monday, week.sunday) == (date(2026, 11, 16), date(2026, 11, 22))
    assert (week.received, week.due, week.in_time, week.answered) == (3, 2, 2, 2)
    assert (week.median_days, week.rated, week.unhappy) == (2.0, 1, 0)
    assert [day.received for day in week.days] == [3, 0, 0, 0, 0, 0, 0]
    assert week.weeks[-1] == (date(2026, 11, 16), 3)


def test_a_promise_counts_as_broken_in_the_week_it_ended() -> None:
    cast.say()
    done(8)
    early, late = numbers.week(cast.later(days=7)), numbers.week(cast.later(days=9))
    assert (early.due, early.in_time) == (0, 0) or early.answered == 1
    assert (late.due, late.in_time) == (2, 0)
    assert (late.received, late.received_before) == (0, 2)


def test_waiting_for_the_resident_is_no_broken_promise() -> None:
    case = cast.say().case
    dispatch.accept(**cast.turn("roads-1", case))
    handling.ask(**cast.turn("roads-1", case), question="几号？")
    assert numbers.week(cast.later(days=9)).due == 0


def test_an_opened_round_keeps_the_figure_of_the_first_answer() -> None:
    done(1, solved=False, grade=1)
    week = numbers.week(cast.later(days=2))
    assert (week.answered, week.in_time, week.rated, week.unhappy, week.reopened) == (1, 1, 1, 1, 1)


def test_a_week_in_which_nothing_was_answered_has_no_median() -> None:
    assert numbers.week(cast.AT).median_days is None


def test_cells_of_one_to_nine_people_are_withheld_and_ten_are_shown() -> None:
    for _ in range(9):
        cast.say()
    few = numbers.place_numbers(cast.GRID, cast.later(days=1))
    assert few.received is None
    assert few.matters[0].count is None
    assert few.weeks[-1][1] is None
    cast.say()
    assert numbers.place_numbers(cast.GRID, cast.later(days=1)).received == 10
    assert numbers.place_numbers(cast.OTHER_GRID, cast.later(days=1)).received == 0


def test_people_are_counted_not_cases() -> None:
    case = cast.say().case
    for _ in range(9):
        intake.join(by="voice:new", at=cast.AT, case=case.id, words="我家门口也是")
    assert numbers.place_numbers(cast.TOWN, cast.later(days=1)).received == 10


def test_a_place_holds_what_lies_under_it_and_an_unknown_one_is_refused() -> None:
    for _ in range(10):
        cast.say(place=Where(code=cast.OTHER_VILLAGE))
    counts = [numbers.place_numbers(code, cast.later(days=1)).received for code in (cast.OTHER_TOWN, cast.TOWN)]
    assert counts == [10, 0]
    with pytest.raises(NotFound):
        numbers.place_numbers("990101999", cast.AT)


def test_an_old_county_is_shown_in_its_last_week_with_cases_and_whole() -> None:
    done(1)
    years_later = cast.later(days=900)
    at = numbers.week_shown(years_later)
    week = numbers.week(at, running=False)
    assert (week.monday, week.received, week.answered) == (cast.AT.date(), 1, 1)
    assert numbers.place_numbers(cast.GRID, numbers.place_shown(cast.GRID, years_later)).until == cast.AT.date()


def test_a_living_county_is_shown_as_it_stands() -> None:
    done(1)
    now = cast.later(days=3)
    assert numbers.week_shown(now) == now
    assert numbers.place_shown(cast.GRID, now) == now
    assert numbers.week_shown(cast.later(days=10)) == cast.later(days=10), "a quiet week is told as quiet"


def test_a_chosen_day_shows_its_week_but_never_the_future() -> None:
    done(1)
    now = cast.later(days=30)
    chosen = numbers.week(numbers.week_shown(now, cast.later(days=2).date()), running=False)
    assert (chosen.monday, chosen.received) == (cast.AT.date(), 1)
    assert numbers.week_shown(now, cast.later(days=300).date()) == now


def test_what_came_after_the_chosen_day_is_not_counted_in_its_ninety() -> None:
    for _voice in range(10):
        cast.say()
    before = numbers.place_shown(cast.GRID, cast.later(days=30), cast.later(days=-1).date())
    assert numbers.place_numbers(cast.GRID, before).received == 0
    assert numbers.place_numbers(cast.GRID, cast.later(days=30)).received == 10


def ended(**told: object) -> Case:
    """A case that another system ended on the day after, as it told."""
    end = Ended(cast.later(days=1), "answered", "好了", **told)  # type: ignore[arg-type]
    voice = NewVoice(by=cast.BY, at=cast.AT, words=cast.WORDS, place=cast.PIN, allows_public=True)
    (kept,) = many.receive_many([Story(voice, (end,))])
    return Case.objects.get(id=kept.case)


def figures(at: datetime) -> tuple[object, ...]:
    week, place = numbers.week(at), numbers.place_numbers(cast.GRID, at)
    return week.due, week.in_time, week.unknown, week.answered, week.median_days, place.unknown


def test_what_nobody_can_judge_is_neither_in_time_nor_due() -> None:
    done(1)
    counted = figures(cast.later(days=2))
    assert counted == (1, 1, 0, 1, 1.0, 0)
    for _each in range(11):
        ended(timed=False)
    assert figures(cast.later(days=2)) == (1, 1, 11, 12, 1.0, 11)


def test_the_same_end_with_its_moment_is_judged_by_the_limit() -> None:
    assert [ended(timed=True).in_time, ended(timed=False).in_time] == [True, None]
    assert figures(cast.later(days=2)) == (1, 1, 1, 2, 1.0, None)


def test_another_systems_own_verdict_counts_and_its_missing_moment_does_not() -> None:
    for in_time in (True, True, False):
        ended(timed=False, in_time=in_time)
    assert figures(cast.later(days=2)) == (3, 2, 0, 3, None, 0)
    assert Case.objects.filter(in_time=False).count() == 1


@pytest.mark.parametrize(
    ("told", "state", "sentence"),
    [
        ({"timed": True}, "stopped_in_time", "已按时答复"),
        ({"timed": False}, "stopped_unknown", "没有留下答复的时间"),
        ({"timed": False, "in_time": False}, "stopped_told_late", "原系统记为逾期"),
        ({"timed": False, "in_time": True}, "stopped_in_time", "已按时答复"),
    ],
)
def test_a_page_says_what_is_known_of_the_end(client: Client, told: dict[str, bool], state: str, sentence: str) -> None:
    case = ended(**told)
    clock = course.public_case(case.number, cast.later(days=2)).clock
    assert clock is not None
    assert clock.state == state
    assert sentence in client.get(f"/zh/cases/{case.number}/").content.decode()


def test_the_week_tells_how_many_nobody_can_judge(client: Client) -> None:
    week = f"/en/week/?week={cast.AT.date()}"
    ended(timed=True)
    assert "nobody knows" not in client.get(week).content.decode()
    ended(timed=False)
    assert "Of 1 more nobody knows" in client.get(week).content.decode()


def test_what_was_imported_before_is_judged_no_more() -> None:
    """A verdict that a made-up evening had given is taken back; one by a known moment stays."""
    known = ended()
    unknown = ended()
    migration = import_module("gongzhi.cases.migrations.0010_in_time_unknown")
    told = "原系统没有留下答复的内容和办结的时间，这里记在收到的当天。"
    Entry.objects.filter(case=unknown, kind="answered").update(public_text=told, by="import:old")
    with connection.cursor() as cursor:
        for statement in migration.TAKE_BACK:
            cursor.execute(statement)
    verdicts = Entry.objects.filter(kind="answered").values_list("case__in_time", "reason")
    assert dict(verdicts) == {True: "in_time", None: "unknown"}
    assert Case.objects.get(id=known.id).in_time


def test_a_county_without_any_case_is_shown_this_week() -> None:
    assert numbers.week_shown(cast.AT) == cast.AT
    assert numbers.place_shown(cast.GRID, cast.AT) == cast.AT


def test_the_week_is_counted_by_few_statements_and_as_one_would_by_hand(django_assert_max_num_queries: Any) -> None:
    for day in (0, 0, 1, 5, 9):
        cast.say(at=cast.AT - timedelta(days=day))
    with django_assert_max_num_queries(5):
        week = numbers.week(cast.AT)
    mondays = [cast.AT.date() - timedelta(weeks=back) for back in (1, 0)]
    assert list(week.weeks[-2:]) == [(mondays[0], 2), (mondays[1], 2)]
    assert (week.received, week.received_before, sum(count for _day, count in week.weeks)) == (2, 2, 5)
    assert [day.received for day in week.days] == [2, 0, 0, 0, 0, 0, 0]
