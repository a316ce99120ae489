"""A place's page: what was said there in numbers, what everybody may read, what lies inside it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from gongzhi.cases import lists, numbers, rules
from gongzhi.cases.public import choosing, figures
from gongzhi.cases.public.frame import show
from gongzhi.cases.public.week import day_asked
from gongzhi.kit.moments import now
from gongzhi.look import printed
from gongzhi.look.templatetags.look import said
from gongzhi.people.permits import public
from gongzhi.places import reads as places

PLACE_SECONDS = 60
LATEST = 5


@public
@require_GET
def place(request: HttpRequest, code: str) -> HttpResponse:
    """A town, village or grid. Figures below ten people are withheld."""
    card, at = places.place(rules.clean(code)), now()
    until = numbers.place_shown(card.code, at, day_asked(request, "until"))
    counted = numbers.place_numbers(card.code, until)
    context = {
        "place": card,
        "path": [above for above in places.path(card.code)[:-1] if above.name_zh != card.name_zh],
        "running": until == at,
        "grids": choosing.grids_address(card.code),
        "inside": choosing.below(card.code),
        "numbers": counted,
        "few": [said(each.matter, "name") for each in counted.matters if each.count is None],
        "example_limits": figures.example_limits(),
        "withheld_below": rules.WITHHELD_BELOW,
        "unknown": figures.unknown(counted.unknown) if counted.unknown else "",
        "chart": figures.place_weeks(counted, running=until == at),
        "rows": lists.public_list(at, place=card.code, limit=LATEST).rows,
    }
    return printed.offer(request, show(request, "cases/place.html", context, here="list"), lasts=PLACE_SECONDS)
