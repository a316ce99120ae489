"""What others said: the public list with search and filters, its CSV, one public case, and its photos."""

from __future__ import annotations

from typing import Any, TypedDict
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from gongzhi.cases import asked, labels, lists, matters, photos, rules
from gongzhi.cases import course as courses
from gongzhi.cases.public import table, telling
from gongzhi.cases.public.files import picture
from gongzhi.cases.public.frame import show
from gongzhi.kit.ids import parse_number
from gongzhi.kit.moments import now
from gongzhi.look import printed
from gongzhi.people.permits import public
from gongzhi.places import reads as places

FILTERS = ("q", "place", "matter", "state")
LIST_SECONDS = 5
CASE_SECONDS = 600


class Wanted(TypedDict):
    """Search words and filters."""

    q: str
    place: str
    matter: str
    state: str


def wanted(request: HttpRequest) -> Wanted:
    """Search words and filters of an address, cut to sensible length; an unknown state is dropped."""
    q, place, matter, state = (rules.clean(request.GET.get(name, "")[:100]) for name in FILTERS)
    return Wanted(q=q, place=place, matter=matter, state=state if state in rules.STATES else "")


@public
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    """Public cases, newest first, twenty a page."""
    chosen, at, after = wanted(request), now(), rules.clean(request.GET.get("after", "")[:200])
    if chosen["q"] and not after:
        asked.tell(words=chosen["q"], place=chosen["place"], at=at, address=request.META.get("REMOTE_ADDR", ""))
    page = lists.public_list(at, **chosen, after=after)
    filters = {name: value for name, value in chosen.items() if value}
    context: dict[str, Any] = {
        "rows": page.rows,
        "page": page,
        "chosen": chosen,
        "filtered": bool(filters),
        "csv": f"{reverse('cases:csv')}?{urlencode(filters)}",
        "towns": places.towns(),
        "matters": [card for card in matters.cards() if not card.parent],
        "states": [(state, labels.word(state, "state")) for state in rules.STATES],
        "now": at,
    }
    response = show(request, "cases/list.html", context, here="list")
    if request.GET:
        response.headers["X-Robots-Tag"] = "noindex"  # a search is no page of its own
    return printed.offer(request, response, lasts=LIST_SECONDS)


@public
@require_GET
def case_csv(request: HttpRequest) -> HttpResponseBase:
    """The same list as a file, as long as it is, masked words only; `after` a row's key it goes on there."""
    return table.answer(request, {**wanted(request)}, rules.clean(request.GET.get("after", "")[:200]), now())


@public
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One public case: words, place, course, answer, rating. A number typed another way is led to the right address."""
    proper = parse_number(number)
    if proper != number:
        return HttpResponseRedirect(reverse("cases:case", args=[proper]))
    at = now()
    course = courses.public_case(number, at)
    base = reverse("cases:case", args=[number])
    context = {
        "course": course,
        "now": at,
        "entries": telling.timeline(course, photo_base=base),
        "photos": [telling.Picture(f"{base}photos/{p.id}", p.width, p.height) for p in course.photos],
        "holder": telling.holder_sentence(course),
        "happens": telling.next_sentence(course) if course.state == "left_open" else "",
    }
    response = show(request, "cases/case.html", context, here="list")
    # Kept for minutes only, since it says how many days are left; dropped at once when the case changes.
    return printed.offer(request, response, lasts=CASE_SECONDS, still=lambda: courses.still(number, course.version))


@public
@require_GET
def case_photo(request: HttpRequest, number: str, photo_id: Any) -> HttpResponse:
    """A photo of a public case; asked anew each time, because a case may be withdrawn."""
    response = picture(*photos.public_path(photo_id))
    response.headers["Cache-Control"] = "no-cache"
    return response
