"""What only looks like a rise, from voices kept in the database to the finding's name; its twin stays a rise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ibis", reason="the extra `analysis` is not installed")

from django.utils import translation

from gongzhi.cases import many
from gongzhi.cases.cards import Where
from gongzhi.cases.many import NewVoice, Story
from gongzhi.cases.tests import cast
from gongzhi.insight import finding, telling
from gongzhi.insight.models import Finding
from gongzhi.insight.tests import life
from gongzhi.places import loading as places_loading

pytestmark = pytest.mark.usefixtures("county")
DAYS = 70
NEIGHBOUR = cast.VILLAGE[:9] + "202"
Voices = Counter[tuple[date, str, str]]  # how many a day, of which matter, in which village
chance = np.random.default_rng


def found(folder: Path, day: date, voices: Voices) -> list[Finding]:
    """What the day is found to be after these voices were kept, sealed and taken into the warehouse."""
    stories = []
    for (at, matter, place), count in sorted(voices.items()):
        morning = datetime.combine(at, time(8), life.ZONE)
        for n in range(count):  # over ten hours: what is written at one moment was entered by one hand
            moment = morning + timedelta(minutes=600 * n // count, seconds=n)
            told = {"words": "又来反映", "place": Where(code=place), "matter": matter, "source": "phone"}
            stories.append(Story(NewVoice(by=cast.BY, at=moment, **told)))
    many.receive_many(stories)
    at = datetime.combine(day + timedelta(days=1), time(8), life.ZONE)
    life.refresh(folder, at)
    return finding.look(by="clockwork", at=at, world=finding.world_of(folder, day), day=day)


def past(day: date, rate: Callable[[date], float], matter: str, place: str, seed: int) -> Voices:
    """Ordinary life up to a day, the day included."""
    dice, days = chance(seed), [day - timedelta(days=back) for back in range(DAYS, -1, -1)]
    return Counter({(at, matter, place): int(dice.poisson(rate(at))) for at in days})


def of(rows: list[Finding], **like: str) -> set[str]:
    return {row.kind for row in rows if all(getattr(row, name) == value for name, value in like.items())}


@pytest.mark.parametrize(("pile", "kind"), [(25, "holiday"), (160, "rise")])
def test_what_the_national_holiday_held_back_is_named_and_far_more_is_a_rise(
    tmp_path: Path, pile: int, kind: str
) -> None:
    day, off = date(2026, 10, 8), (date(2026, 10, 1), date(2026, 10, 7))
    voices = past(day, lambda at: 0 if off[0] <= at <= day else 4, "water", cast.VILLAGE, 1)
    voices[day, "water", cast.VILLAGE] = pile

    rows = found(tmp_path, day, voices)

    assert of(rows, matter="water") == {kind}
    if kind == "holiday":
        assert {row.state for row in rows} == {"explained"}
        with translation.override("en"):
            assert "days off" in telling.tell(rows[0]).sentence


@pytest.mark.parametrize(("more", "kind"), [(0, "matter_changed"), (60, "rise")])
def test_a_matter_split_off_is_named_and_one_that_really_rises_is_not(tmp_path: Path, more: int, kind: str) -> None:
    day = date(2026, 11, 12)
    split = day - timedelta(days=1)  # the new matter is two days old
    voices = past(day, lambda at: 10 if at < split else 4, "lamp", cast.VILLAGE, 2)
    voices += past(day, lambda at: 0 if at < split else 6, "manhole", cast.VILLAGE, 3)
    voices[day, "manhole", cast.VILLAGE] += more

    rows = found(tmp_path, day, voices)

    assert kind in of(rows)
    assert (of(rows, matter="manhole") <= {"matter_changed"}) == (more == 0)


@pytest.mark.parametrize(("more", "kind"), [(0, "place_changed"), (70, "rise")])
def test_a_village_merged_into_its_neighbour_is_named_and_a_rise_there_is_not(
    tmp_path: Path, more: int, kind: str
) -> None:
    codes = (cast.COUNTY + "000000", cast.TOWN, cast.OTHER_TOWN, cast.VILLAGE, cast.OTHER_VILLAGE, NEIGHBOUR)
    rows = [{"code": code, "name_zh": code, "name_en": ""} for code in codes]
    places_loading.load_divisions(by=cast.BY, at=cast.AT, rows=rows)
    day = date(2026, 11, 12)
    merged = day - timedelta(days=9)
    voices = past(day, lambda at: 0 if at >= merged else 9, "lamp", cast.VILLAGE, 4)
    voices += past(day, lambda at: 11 if at >= merged else 2, "lamp", NEIGHBOUR, 5)
    voices[day, "lamp", NEIGHBOUR] += 6 + more

    told = found(tmp_path, day, voices)

    assert kind in of(told)
    assert (of(told, place=NEIGHBOUR) <= {"place_changed"}) == (more == 0)
