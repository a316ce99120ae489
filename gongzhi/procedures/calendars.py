"""The county's working calendar: weekends, the national announcement, and the county's own days.

The State Council announces each year's days off and make-up days in the autumn before (国务院办公厅关于部分节假日
安排的通知). They come with the package `holidays`, are written into `DayOff` when the county is loaded, and the
county's `calendar.csv` overrides them: serving never imports the package (19 MB a process). A year without an
announcement is provisional: statutory days (全国年节及纪念日放假办法) are known, bridges are not.
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


def national(years: Iterable[int]) -> list[Day]:
    """Days off and make-up days of China in these years, from the package `holidays` with its version."""
    from importlib.metadata import version

    from holidays.countries.china import China, ChinaStaticHolidays

    announced = set(ChinaStaticHolidays.special_public_holidays) | set(
        ChinaStaticHolidays.special_public_holidays_observed
    )
    source = f"holidays {version('holidays')}"
    days: list[Day] = []
    for year in sorted(set(years)):
        book = China(years=[year])  # type: ignore[no-untyped-call]
        day = partial(Day, announced=year in announced, source=source)
        days += [day(date=one, working=False) for one in sorted(book) if one.year == year]
        days += [day(date=one, working=True) for one in sorted(book.weekend_workdays) if one.year == year]
    return days
