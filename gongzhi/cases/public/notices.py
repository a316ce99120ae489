"""What a village's loudspeaker or screen says: public notices as a page and as plain text, written anew at every ask.

What was put right there lately, and what its offices tell everybody. Only what is public at this moment; no word of a
resident, no number, no house.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from gongzhi.cases import bulletins
from gongzhi.cases.models import Case
from gongzhi.cases.public.frame import show
from gongzhi.channels import reads as channels
from gongzhi.channels.reads import Aired
from gongzhi.kit.moments import now
from gongzhi.kit.refusal import N_, NotFound
from gongzhi.people.permits import public
from gongzhi.places import reads as places
from gongzhi.places.reads import PlaceCard


def told(code: str, at: datetime) -> tuple[PlaceCard, list[Aired]]:
    """A village and what is told there: first what offices announce, then what was put right and is public now."""
    place = places.place_or_none(code)
    if place is None or place.level != "village":
        raise NotFound("place_unknown", N_("There is no village with this code."))
    aired = channels.on_air(code, at)
    ids = {one.case: UUID(one.case.removeprefix("case:")) for one in aired if one.case}
    still = set(Case.objects.filter(id__in=ids.values(), public=True).values_list("id", flat=True))
    language = get_language() or ""
    announced = [Aired("", row.put_at, bulletins.aloud(row, language)) for row in bulletins.on_air(code, at)]
    return place, [*announced, *(one for one in aired if ids.get(one.case) in still)]


@public
@require_GET
def notices(request: HttpRequest, code: str) -> HttpResponse:
    """The page, for people and for a screen that shows web pages."""
    place, aired = told(code, now())
    response = show(request, "cases/notices.html", {"place": place, "aired": aired})
    response.headers["Cache-Control"] = "no-store"
    return response


@public
@require_GET
def text(request: HttpRequest, code: str) -> HttpResponse:
    """The text, for a loudspeaker that reads aloud: a notice a line; in a practice county it says so first."""
    _place, aired = told(code, now())
    lines = [one.text for one in aired]
    if places.county().practice:
        lines.insert(0, "【演练】以下内容均为虚构。")
    response = HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
