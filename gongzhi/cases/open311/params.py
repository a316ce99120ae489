"""Reading what a program asks: an empty parameter is as good as none, and a wrong one is told, never guessed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest, QueryDict

from gongzhi.cases import rules
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.places import reads as places

SPAN = timedelta(days=90)
PAGE_SIZE = 1000
DEEPEST = 100_000  # rows a page may lie behind; whoever wants more asks by dates
VALUE_MAX = 20_000
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SPACED = re.compile(r"(?<=\d) (?=\d{2}:?\d{2}$)")  # "+08:00" whose plus was not escaped arrives as a space


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment to another, both counted in; UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """What GET requests asks for. `numbers` overrides all else; `requested` and `updated` are None when not bound."""

    numbers: tuple[str, ...]
    services: tuple[str, ...]
    statuses: frozenset[str]
    requested: Span | None
    updated: Span | None
    box: tuple[float, float, float, float] | None
    offset: int
    limit: int
    extensions: bool
    agencies: tuple[str, ...] = ()
    photo: bool | None = None


def text(data: QueryDict, name: str) -> str:
    """A parameter, cleaned of marks that nobody sees; empty when it is absent."""
    return rules.clean(data.get(name, "")[:VALUE_MAX])


def listed(data: QueryDict, name: str) -> tuple[str, ...]:
    """A comma list, also when the parameter is declared several times."""
    every = ",".join(value[:VALUE_MAX] for value in data.getlist(name)[:100])
    return tuple(dict.fromkeys(word for part in every.split(",") if (word := rules.clean(part))))


def check_jurisdiction(request: HttpRequest) -> None:
    """One endpoint, one county: jurisdiction_id may be left out, be the county's code, or the host (404 otherwise)."""
    told = text(request.GET, "jurisdiction_id")
    if not told and request.method == "POST":
        told = text(request.POST, "jurisdiction_id")
    if told and told.lower().removeprefix("www.") not in _own_names(request):
        raise NotFound(
            "jurisdiction_unknown",
            N_("This endpoint serves %(county)s only; jurisdiction_id may be left out."),
            field="jurisdiction_id",
            county=places.county().code,
        )


def _own_names(request: HttpRequest) -> set[str]:
    host = request.get_host().lower()
    code = places.county().code
    return {code, code.ljust(12, "0"), host.removeprefix("www."), host.rpartition(":")[0].removeprefix("www.")} - {""}


def wanted(data: QueryDict, at: datetime, *, most: int = PAGE_SIZE, widest: timedelta = SPAN) -> Wanted:
    """The filters of GET requests; refuses (400) what cannot be read and spans over `widest`.

    Without dates the requests of the last 90 days are meant, or those changed in them when a change is asked for."""
    updated = span(data, "updated_after", "updated_before", at, widest=widest)
    requested = span(data, "start_date", "end_date", at, widest=widest)
    if requested is None and updated is None:
        requested = Span(at - SPAN, at)
    offset, limit = window(data, most=most)
    statuses = listed(data, "status")
    for status in statuses:
        rules.check_code(status, ("open", "closed"), field="status")
    return Wanted(
        numbers=listed(data, "service_request_id"),
        services=listed(data, "service_code"),
        statuses=frozenset(statuses),
        requested=requested,
        updated=updated,
        box=_box(data),
        offset=offset,
        limit=limit,
        extensions=flag(data, "extensions") or False,
        agencies=tuple(filter(None, map(rules.clean, text(data, "agency_responsible").split("|")))),
        photo=flag(data, "has_photo"),
    )


def window(data: QueryDict, *, most: int = PAGE_SIZE) -> tuple[int, int]:
    """Which rows a page holds: how many lie before it and how many it has; `max_requests` makes it smaller."""
    page = _whole(data, "page", default=1, least=0, most=DEEPEST)
    limit = _whole(data, "page_size", default=most, least=1, most=most)
    limit = min(limit, _whole(data, "max_requests", default=limit, least=1, most=DEEPEST))
    offset = (max(page, 1) - 1) * limit
    if offset > DEEPEST:
        raise Refusal("page_deep", N_("No page lies this deep. Please ask for a shorter span of time."), field="page")
    return offset, limit


def flag(data: QueryDict, name: str) -> bool | None:
    """A parameter that is true or false; None when it is absent or neither."""
    return {"true": True, "1": True, "false": False, "0": False}.get(text(data, name).lower())


def span(data: QueryDict, first: str, last: str, at: datetime, *, widest: timedelta = SPAN) -> Span | None:
    """The span of two parameters; with one of them it is the 90 days (or `widest`) after or before."""
    start, end, reach = moment(data, first), moment(data, last, ends=True), min(SPAN, widest)
    if start is None and end is None:
        return None
    if start is None:
        assert end is not None
        start = end - reach if end > _EARLIEST + reach else _EARLIEST
    if end is None:
        end = max(start, min(start + reach, at)) if start < _LATEST - reach else start
    if end < start:
        raise Refusal("span_reversed", N_("%(first)s lies after %(last)s."), field=first, first=first, last=last)
    if end - start > widest:
        raise Refusal(
            "span_long",
            N_("From %(first)s to %(last)s may be %(days)s days at most."),
            field=first,
            first=first,
            last=last,
            days=widest.days,
        )
    return Span(start, end)


_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2900, 1, 1, tzinfo=UTC)


def moment(data: QueryDict, name: str, *, ends: bool = False) -> datetime | None:
    """A date and time (W3C subset of ISO 8601), in UTC; without a zone it is the county's.

    A date alone is its first instant, or its last when `ends`."""
    said = text(data, name)
    if not said:
        return None
    try:
        if _DATE.fullmatch(said):
            found = datetime.combine(date.fromisoformat(said), time.max if ends else time.min)
        else:
            found = datetime.fromisoformat(_SPACED.sub("+", said))
        if found.tzinfo is None:
            found = found.replace(tzinfo=places.county().zone)
        found = found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _odd_moment(name) from error
    if not _EARLIEST <= found <= _LATEST:
        raise _odd_moment(name)
    return found


def _odd_moment(name: str) -> Refusal:
    return Refusal(
        "moment_misread",
        N_("%(name)s is no date and time like 2026-11-21T08:00:00+08:00."),
        field=name,
        name=name,
    )


def _whole(data: QueryDict, name: str, *, default: int, least: int, most: int) -> int:
    said = text(data, name)
    if not said:
        return default
    if not re.fullmatch(r"[0-9]{1,9}", said) or not least <= int(said) <= most:
        raise Refusal(
            "number_odd",
            N_("%(name)s must be a whole number from %(least)s to %(most)s."),
            field=name,
            name=name,
            least=least,
            most=most,
        )
    return int(said)


def _box(data: QueryDict) -> tuple[float, float, float, float] | None:
    said = text(data, "bbox")
    if not said:
        return None
    edges = [degrees(part, "bbox", 180.0) for part in said.split(",")]
    if len(edges) != 4 or edges[0] > edges[2] or edges[1] > edges[3]:
        raise Refusal("box_odd", N_("bbox must be west,south,east,north in degrees."), field="bbox")
    return edges[0], edges[1], edges[2], edges[3]


def degrees(said: str, name: str, most: float) -> float:
    """A number of degrees from -`most` to `most`; refuses anything else."""
    try:
        value = float(said)
    except ValueError:
        value = math.nan
    if not -most <= value <= most:  # also not a number
        raise Refusal("degrees_odd", N_("%(name)s is no number of degrees."), field=name, name=name)
    return value
