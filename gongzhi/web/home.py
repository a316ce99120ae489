"""The front page: one question, three true numbers of this week, and what was put right lately."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongzhi.cases import lists, numbers
from gongzhi.cases.public import figures
from gongzhi.cases.public.frame import show
from gongzhi.cases.public.how import how
from gongzhi.insight import standings
from gongzhi.kit.moments import now
from gongzhi.look import printed
from gongzhi.people.permits import public
from gongzhi.sensors import reads as sensors
from gongzhi.web.context import the_house

HOME_SECONDS = 20
LATELY = 3
UNBROKEN = "\N{NON-BREAKING HYPHEN}"

__all__ = ["home", "how"]


def doors() -> list[dict[str, str]]:
    """What else one comes here for: only what exists."""
    found = [
        {"href": reverse("cases:find"), "icon": "search", "label": _("Find my voice")},
        {"href": reverse("cases:list"), "icon": "list", "label": _("What others said")},
        {"href": reverse("cases:how"), "icon": "info-circle", "label": _("How it works")},
    ]
    if sensors.public().exists():
        found.append(
            {"href": reverse("sensors:public_list"), "icon": "chart-line", "label": _("What the county measures")}
        )
    if standings.has_words():
        found.append(
            {"href": reverse("insight:noticed"), "icon": "speakerphone", "label": _("What the county noticed")}
        )
    phone = the_house().phone
    if phone:
        label = _("Call %(phone)s") % {"phone": phone.replace("-", UNBROKEN)}
        found.append({"href": f"tel:{phone}", "icon": "phone", "label": label})
    return found


@public
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The question whose answer already begins the journey; in elder mode large buttons as well."""
    at = now()
    shown = numbers.week_shown(at)
    counted = numbers.week(shown, running=shown == at)
    others = doors()
    speak = {"href": reverse("cases:speak"), "icon": "message", "label": _("Speak up")}
    context = {
        "doors": others,
        "elder_buttons": [speak, *others],
        "week": counted,
        "three": figures.three(counted),
        "lately": lists.lately_fixed(at, limit=LATELY),
    }
    return printed.offer(request, show(request, "web/home.html", context), lasts=HOME_SECONDS)
