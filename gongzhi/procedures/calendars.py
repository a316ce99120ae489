"""The county's working calendar: weekends, the national announcement, and the county's own days.

The State Council announces each year's days off and make-up days in the autumn before (国务院办公厅关于部分节假日
安排的通知). They come with the package `holidays`, are written into `DayOff` when the county is loaded, and the
county's `calendar.csv` overrides them: serving never imports the package (19 MB a process). A year without an
announcement is provisional: statutory days (全国年节及纪念日放假办法) are known, bridges are not. A county made
from another country's records names that country's days in `county.toml`, or none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial

from gongzhi.kit.worktime import Calendar
from gongzhi.places import keeping, reads
from gongzhi.procedures.models import DayOff

FALLBACK_ZONE = "Asia/Shanghai"
CHINA, NO_HOLIDAYS = "CN", "none"


@dataclass(frozen=True, slots=True)
class Day:
    """A day that differs from its weekday, and where that is said."""

    date: date
    working: bool
    announced: bool
    source: str


def _build() -> Calendar:
    rows = DayOff.objects.values_list("date", "working", "announced")
    county = reads.county_or_none()
    return Calendar(
        county.tz if county else FALLBACK_ZONE,
        rest=frozenset(day for day, working, _ in rows if not working),
        work=frozenset(day for day, working, _ in rows if working),
        known_years=frozenset(day.year for day, _, announced in rows if announced),
    )


calendar = keeping.Kept(_build)


def national(years: Iterable[int], country: str = CHINA) -> list[Day]:
    """Days off and make-up days in these years, from the package `holidays` with its version.

    `country`: `CN`, another code of ISO 3166 with or without its part (`US`, `US-MA`), or `none` for weekends alone.
    Only China announces its days year by year; elsewhere a law tells them, so that every year is known."""
    if country == CHINA:
        return _of_china(years)
    wanted = sorted(set(years))
    if country == NO_HOLIDAYS:
        return [Day(one, one.weekday() < 5, announced=True, source=NO_HOLIDAYS) for one in map(_new_year, wanted)]
    from holidays import country_holidays

    code, _dash, part = country.partition("-")
    book = country_holidays(code, subdiv=part or None, years=wanted)
    return [Day(one, working=False, announced=True, source=_source()) for one in sorted(book) if one.year in wanted]


def is_country(code: str) -> bool:
    """Whether days off are known by this code: `CN`, `US`, `US-MA`, or `none`."""
    if code in (CHINA, NO_HOLIDAYS):
        return True
    from holidays import list_supported_countries

    country, dash, part = code.partition("-")
    known = list_supported_countries()
    return country in known and (not dash or part in known[country])


def _new_year(year: int) -> date:
    return date(year, 1, 1)


def _source() -> str:
    from importlib.metadata import version

    return f"holidays {version('holidays')}"


def _of_china(years: Iterable[int]) -> list[Day]:
    from holidays.countries.china import China, ChinaStaticHolidays

    announced = set(ChinaStaticHolidays.special_public_holidays) | set(
        ChinaStaticHolidays.special_public_holidays_observed
    )
    source = _source()
    days: list[Day] = []
    for year in sorted(set(years)):
        book = China(years=[year])  # type: ignore[no-untyped-call]
        day = partial(Day, announced=year in announced, source=source)
        days += [day(date=one, working=False) for one in sorted(book) if one.year == year]
        days += [day(date=one, working=True) for one in sorted(book.weekend_workdays) if one.year == year]
    return days
