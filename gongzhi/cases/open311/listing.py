"""Which public cases a program asked for: ranges of an index, never a count.

The public sees where a case lies by its grid, never by its pin; so `bbox` too is judged by the middle of the grid,
otherwise many small boxes would find the pin.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q

from gongzhi.cases import matters, noting
from gongzhi.cases.models import Case, Photo, Voice
from gongzhi.cases.open311.params import Span, Wanted
from gongzhi.kit.ids import parse_number
from gongzhi.kit.refusal import N_, NotFound, Refusal
from gongzhi.people import reads as people
from gongzhi.places import reads as places
from gongzhi.places.keeping import Kept

_MOMENT = timedelta(milliseconds=1)
_BATCH = 5_000  # places read at a time


def _centres() -> list[tuple[str, float, float]]:
    found: list[tuple[str, float, float]] = []
    after = ""
    while page := places.batch(after, _BATCH):
        found += [(each.code, each.lon, each.lat) for each in page if each.lon is not None and each.lat is not None]
        after = page[-1].code
    return found


centres = Kept(_centres)


def find(wanted: Wanted) -> tuple[list[Case], bool]:
    """The cases of one page, newest (or latest changed) first, and whether another page follows.

    Numbers override every other filter. Refuses (404) a service_code that never was."""
    if wanted.numbers:
        return numbered(wanted.numbers), False
    found = Case.objects.filter(_filters(wanted), public=True)
    order = ("-moved_at", "-seek") if wanted.updated else ("-seek",)
    page = list(found.order_by(*order)[wanted.offset : wanted.offset + wanted.limit + 1])
    return page[: wanted.limit], len(page) > wanted.limit


def one(number: str) -> Case:
    """The public case of a number, typed any way, also by the number of a voice that joined it; refuses 404."""
    found = numbered((number,))
    if not found:
        raise NotFound("request_unknown", N_("There is no service request with this id, or it is not public."))
    return found[0]


def numbered(numbers: tuple[str, ...]) -> list[Case]:
    """The public cases of numbers typed any way, at most 1,000, each once; a number nobody may see is left out."""
    read = [number for text in numbers[:1000] if (number := _read(text))]
    found = {case.number: case for case in Case.objects.filter(number__in=read, public=True)}
    joined = Voice.objects.filter(
        number__in=set(read) - set(found), lead=False, withdrawn_at__isnull=True, case__public=True
    ).select_related("case")
    found |= {voice.number: voice.case for voice in joined}
    return list({found[number].id: found[number] for number in read if number in found}.values())


def _read(text: str) -> str:
    try:
        return parse_number(text[:60])
    except Refusal:
        return ""


def _filters(wanted: Wanted) -> Q:
    asked = Q()
    if wanted.services:
        known = matters.tags()
        for code in wanted.services:
            if code not in known:
                raise NotFound("service_unknown", N_("There is no service “%(service)s”."), service=code[:40])
        asked &= Q(matter__in=wanted.services)
    if len(wanted.statuses) == 1:
        closed = Q(state="closed")
        asked &= closed if "closed" in wanted.statuses else ~closed
    if wanted.agencies:
        asked &= Q(organ__in=_organs(wanted.agencies))
    if wanted.photo is not None:
        shown = Q(Exists(Photo.objects.filter(voice__case=OuterRef("pk"), voice__lead=True, public=True)))
        asked &= shown if wanted.photo else ~shown
    if wanted.requested:
        asked &= _said_in(wanted.requested)
    if wanted.updated:
        asked &= Q(moved_at__gte=wanted.updated.start, moved_at__lte=wanted.updated.end)
    return asked & _inside(wanted.box) if wanted.box else asked


def _organs(told: tuple[str, ...]) -> list[str]:
    """The codes of offices told by code or by name in either language; refuses (404) one the county does not have."""
    known: dict[str, str] = {}
    for organ in people.organs():
        known |= {name.casefold(): organ.code for name in (organ.code, organ.name_zh, organ.name_en) if name}
    for name in told:
        if name.casefold() not in known:
            raise NotFound("organ_unknown", N_("There is no organ with the code %(organ)s."), organ=name[:40])
    return [known[name.casefold()] for name in told]


def _said_in(span: Span) -> Q:
    """By the moment and, since lists are ordered by it, by the range of `seek` around it."""
    seeks = Q(seek__gte=noting.seek_at(span.start), seek__lt=noting.seek_at(span.end + _MOMENT))
    return seeks & Q(received_at__gte=span.start, received_at__lte=span.end)


def _inside(box: tuple[float, float, float, float]) -> Q:
    west, south, east, north = box
    codes = [code for code, lon, lat in centres() if west <= lon <= east and south <= lat <= north]
    return Q(grid__in=[code for code in codes if len(code) == 15]) | Q(
        grid="", division__in=[code for code in codes if len(code) == 12]
    )
