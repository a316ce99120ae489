"""How the columns of a user's file are read: given by hand, and drafted where nothing was given."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from gongzhi.kit.refusal import N_, Refusal

HOW = ("sum", "mean")
LOOKED_AT = 500  # rows a draft is made from
MOSTLY = 0.8  # share of values that must be readable for a column to be taken for times or places
FEW = 60  # different values a category has at most
NOTHING = "-"  # said by hand: no such column
_TIME = r"^(date|day|time|datetime|timestamp|at|when|日期|时间|发生时间|日)$|(date|time|日期|时间)"
_PLACE = r"^(place|division|grid|town|street|area|地点|区划|网格)$|village|community|村|社区|街道"
_LON, _LAT = r"^(lon|lng|long|longitude|经度)$", r"^(lat|latitude|纬度)$"
_COUNT = r"^(n|count|counts|number|total|cases|件数|数量|次数|人数|总数)$"
_FORMS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "%Y-%m-%d %H时")
Rows = Sequence[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Mapping:
    """`time`: the column of days or moments. `place`: none, one column of codes or names, or longitude and latitude.
    `series`: a column of categories, or empty. `values`: columns of numbers; without one each row is one event.
    `how`: whether the values of a day are added up ("sum") or averaged ("mean")."""

    time: str
    place: tuple[str, ...] = ()
    series: str = ""
    values: tuple[str, ...] = ()
    how: str = "sum"

    @classmethod
    def kept(cls, told: dict[str, Any]) -> Mapping:
        """From what `as_kept` gave."""
        return cls(told["time"], tuple(told["place"]), told["series"], tuple(told["values"]), told["how"])

    def as_kept(self) -> dict[str, Any]:
        """As it is written down."""
        return asdict(self)

    def columns(self) -> list[str]:
        """Every column it reads."""
        return list(dict.fromkeys([self.time, *self.place, *([self.series] if self.series else []), *self.values]))


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said by hand: None for what shall be drafted, `-` for no such column."""

    time: str | None = None
    place: tuple[str, ...] | None = None
    series: str | None = None
    values: tuple[str, ...] | None = None
    how: str | None = None


def day_of(text: str) -> date | datetime | None:
    """A day or a moment as people write them; None for anything else. A moment may lack its zone."""
    text = text.strip()
    if not text or (text.isdigit() and len(text) != 8):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            told = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
        return told if "%H" in form else told.date()
    return None


def number_of(text: str) -> float | None:
    """A number as people write it, also 1,234.5; None for anything else, for infinity and for no number."""
    text = text.strip()
    if re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None  # false for nan, too


def draft(columns: Sequence[str], rows: Rows, asked: Asked, *, is_place: Callable[[str], bool]) -> Mapping:
    """The mapping of a file from what was said by hand and, for the rest, its columns and first rows.

    Refuses `column_unknown` for a column the file has not, `no_time` where no column holds times."""
    given = [asked.time, asked.series, *(asked.place or ()), *(asked.values or ())]
    for name in given:
        if name and name != NOTHING and name not in columns:
            there = ", ".join(columns)
            raise Refusal(
                "column_unknown", N_("The file has no column %(column)s; it has %(there)s."), column=name, there=there
            )
    time = asked.time or _usual(columns, _TIME, lambda name: _share(rows, name, lambda text: day_of(text) is not None))
    if not time:
        raise Refusal("no_time", N_("No column of the file holds times; name it with --time."))
    found = Mapping(time, _place(columns, rows, asked, is_place))
    values = _given(asked.values)
    found = replace(found, values=_values(columns, rows, found) if values is None else values)
    series = "" if asked.series == NOTHING else asked.series
    found = replace(found, series=_series(columns, rows, found) if series is None else series)
    return replace(found, how=asked.how or _how(rows, found.values))


def _given(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return () if names == (NOTHING,) else names


def _place(columns: Sequence[str], rows: Rows, asked: Asked, is_place: Callable[[str], bool]) -> tuple[str, ...]:
    given = _given(asked.place)
    if given is not None:
        return given
    named = _usual(columns, _PLACE, lambda name: _share(rows, name, is_place))
    if named:
        return (named,)
    lon, lat = (
        _usual(columns, form, lambda name: _share(rows, name, lambda text: number_of(text) is not None), by_name=True)
        for form in (_LON, _LAT)
    )
    return (lon, lat) if lon and lat else ()


def _usual(columns: Sequence[str], form: str, fits: Callable[[str], bool], *, by_name: bool = False) -> str:
    """The first column that is called as usual and holds what it should; else the first that does."""
    named = [name for name in columns if re.search(form, name, re.IGNORECASE)]
    rest = [] if by_name else [name for name in columns if name not in named]
    return next((name for name in [*named, *rest] if fits(name)), "")


def _share(rows: Rows, name: str, reads: Callable[[str], bool]) -> bool:
    values = [row[name] for row in rows if row.get(name, "").strip()]
    return bool(values) and sum(map(reads, values)) >= MOSTLY * len(values)


def _values(columns: Sequence[str], rows: Rows, found: Mapping) -> tuple[str, ...]:
    """Columns of numbers that are no keys: a count when one is called so, else all of them."""
    free = [name for name in columns if name not in found.columns() and not re.search(f"{_LON}|{_LAT}", name, re.I)]
    numbers = [name for name in free if _share(rows, name, lambda text: number_of(text) is not None)]
    numbers = [name for name in numbers if not _keys(rows, name)]
    counts = [name for name in numbers if re.search(_COUNT, name, re.IGNORECASE)]
    return tuple(counts[:1] or numbers)


def _keys(rows: Rows, name: str) -> bool:
    """Whether a column of whole numbers names its rows: its name says so, or each is one above the last."""
    if re.search(r"(^|_)(id|no|key|code)$|编号|编码|代码|序号", name, re.IGNORECASE):
        return True
    values = [number_of(row[name]) for row in rows]
    return len(values) > 5 and all(a is not None and b is not None and b == a + 1 for a, b in pairwise(values))


def _series(columns: Sequence[str], rows: Rows, found: Mapping) -> str:
    """The first column of texts with few different values, each there more than once on the whole."""
    for name in columns:
        values = [row[name].strip() for row in rows]
        few = 1 < len(set(values)) <= min(FEW, len(rows) / 2)
        if few and name not in found.columns() and not _share(rows, name, _says_more):
            return name
    return ""


def _says_more(text: str) -> bool:
    """Whether a text is a number or a time, so no category."""
    return number_of(text) is not None or day_of(text) is not None


def _how(rows: Rows, values: Sequence[str]) -> str:
    """Whole numbers from 0 are counts; others are levels."""
    told = [number_of(row[name]) for name in values for row in rows if row[name].strip()]
    known = [value for value in told if value is not None]
    return "sum" if all(value >= 0 and value == int(value) for value in known) else "mean"
