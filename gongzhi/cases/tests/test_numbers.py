"""True numbers, and cells that are withheld."""

from __future__ import annotations

from datetime import date

import pytest

from gongzhi.cases import closing, dispatch, handling, intake, numbers, rating
from gongzhi.cases.cards import Where
from gongzhi.cases.intake import Received
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


def test_a_county_without_any_case_is_shown_this_week() -> None:
    assert numbers.week_shown(cast.AT) == cast.AT
    assert numbers.place_shown(cast.GRID, cast.AT) == cast.AT
