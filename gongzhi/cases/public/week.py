"""The numbers of the week: what came in, what was answered in time, how content people were."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from gongzhi.cases import numbers
from gongzhi.cases.public import figures
from gongzhi.cases.public.frame import show
from gongzhi.kit.moments import now
from gongzhi.look import printed
from gongzhi.people.permits import public

WEEK_SECONDS = 60


@public
@require_GET
def week(request: HttpRequest) -> HttpResponse:
    """This week so far, beside the week before."""
    counted = numbers.week(now())
    context = {
        "week": counted,
        "speed": figures.half_of_answers(counted),
        "three": figures.three(counted),
        "days": figures.week_days(counted),
        "weeks": figures.weeks(counted),
    }
    return printed.offer(request, show(request, "cases/week.html", context, here="week"), lasts=WEEK_SECONDS)
